"""The pages that tell what codes mean: of findings, of errors, of what breaks a contract; from the bundled fixtures."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches

from mock_knock.arazzo.codes import SEVERITIES
from mock_knock.files import bundled_text, list_bundled
from mock_knock.messages import Severity

_ALIKE = 0.75
"""How alike two words must be to be taken for one with a slip of the pen."""
_SHORTEST = 4
"""Characters of a word that says something."""
_MOST_NEAR = 5
_SENTENCE = re.compile(r".*?[.!?](?=\s|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class CodePage:
    """The page of a code: how bad it is in the lenient dialect, its first sentence, and the whole text in Markdown."""

    code: str
    severity: Severity
    sentence: str
    text: str


def read_code_page(code: str) -> CodePage:
    """Return the page of a code; one that has none has a line of its own."""
    text = bundled_text("codes", f"{code}.md") or f"# {code}\n\nThe message of the finding says it all.\n"
    severity = SEVERITIES.get(code, ("error", "error"))[0]
    return CodePage(code, severity, first_sentence(text), text)


def first_sentence(text: str) -> str:
    """Return the first sentence of a page, in one line, its headings left out."""
    prose = "\n".join(line for line in text.splitlines() if not line.startswith("#")).strip()
    paragraph = " ".join(prose.partition("\n\n")[0].split())
    match = _SENTENCE.match(paragraph)
    return match[0] if match else paragraph


def every_code() -> tuple[str, ...]:
    """Return all codes that have a page: those of findings in their order, then the others."""
    return tuple(dict.fromkeys((*SEVERITIES, *list_bundled("codes", (".md",)))))


def suggest_codes(code: str, among: Collection[str] = SEVERITIES) -> str:
    """Return a hint for a code that does not exist: those that may have been meant, or where all of them are listed."""
    near = nearest_codes(code, among)
    return f"did you mean {' or '.join(near)}?" if near else "`mock-knock explain` lists all codes"


def nearest_codes(text: str, among: Collection[str] = SEVERITIES) -> list[str]:
    """Return the codes that may have been meant, the likeliest first.

    They have the text in them, or else at least half of its words.
    """
    wanted = text.lower().replace("_", "-").replace(" ", "-").strip("-")
    if not wanted:
        return []
    words = [word for word in wanted.split("-") if len(word) >= _SHORTEST]
    shared = {each: sum(bool(get_close_matches(word, each.split("-"), 1, _ALIKE)) for word in words) for each in among}
    likeness = {each: SequenceMatcher(None, wanted, each).ratio() for each in among}
    near = [each for each in among if wanted in each] or [
        each for each in among if shared[each] and 2 * shared[each] >= len(words)
    ]
    return sorted(near, key=lambda each: (-shared[each], -likeness[each]))[:_MOST_NEAR]
