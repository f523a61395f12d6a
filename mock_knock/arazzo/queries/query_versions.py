"""JSONPath as it was before RFC 9535 (`draft-goessner-dispatch-jsonpath-00`), written as the RFC wants it.

The draft leaves scripts and filters to the host language, which never sees document text here. So a query of the draft
is evaluated as one of the RFC, after the rewritings that cannot change its meaning, outside of quoted text:

- `[(@.length-1)]`, an index from the end, becomes `[-1]`;
- `[name]` without quotes becomes `['name']`;
- `===` and `!==` become `==` and `!=`.

Filters `[?(...)]`, slices, unions and `..` are the same in both. Whatever else the RFC does not know, such as other
scripts, regular expressions between slashes or `@.length` in a filter, is invalid.
"""

from __future__ import annotations

import re
from typing import Final

DRAFT: Final = "draft-goessner-dispatch-jsonpath-00"
DRAFT_ADVICE: Final = f"; of {DRAFT} only what RFC 9535 can say is read: write the query as the RFC wants it"

_REWRITTEN: Final = re.compile(
    r"""(?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
    |\[\s*\(\s*@\.length\s*-\s*(?P<back>[1-9][0-9]{0,14})\s*\)\s*\]
    |\[\s*(?P<name>[A-Za-z_][\w\-]*)\s*\]
    |(?P<equal>[=!]==)""",
    re.VERBOSE | re.DOTALL,
)


def as_rfc9535(query: str, version: str | None) -> str:
    """Return a query of a version of JSONPath as RFC 9535 writes it; without a version, or in the RFC's, unchanged."""
    return _REWRITTEN.sub(_rewritten, query) if version == DRAFT else query


def _rewritten(found: re.Match[str]) -> str:
    if found["back"]:
        return f"[-{found['back']}]"
    if found["name"]:
        return f"['{found['name']}']"
    return found[0][:-1] if found["equal"] else found[0]
