"""The targets of an overlay: RFC 9535 queries, read strictly and with a limit on the time of regular expressions."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final, Literal

from jsonpath import CompoundJSONPath, JSONPath, JSONPathEnvironment, JSONPathError, JSONPathMatch
from jsonpath.function_extensions import Match

from mock_knock.messages import JsonValue

REGEX_SECONDS: Final = 0.1
"""Time that one `match` or `search` inside a target may take."""


def explain_invalid_target(target: str) -> str | None:
    """Return the reason why `target` is not an RFC 9535 query, or None when it is one."""
    try:
        _compile(target)
    except JSONPathError as error:
        return str(error.message)  # not the text of the error: it quotes the query, and an empty one makes that fail
    except (ArithmeticError, ValueError) as error:
        return str(error)  # a number that Python cannot hold
    return None


def find_nodes(target: str, document: JsonValue) -> Iterator[JSONPathMatch]:
    """Yield the objects, arrays and values that a valid `target` selects, each once, however often the query names it.

    Raises:
        TimeoutError: a regular expression took more than `REGEX_SECONDS`.
        RecursionError: the document is too deep for the query.
    """
    if isinstance(document, (dict, list)):
        yield from {match.parts: match for match in _compile(target).finditer(document)}.values()


class _TimedRegex(Match):
    """`match` or `search` of RFC 9535, by the named method of a compiled regular expression."""

    def __init__(self, method: Literal["fullmatch", "search"]) -> None:
        super().__init__(thread_safe=True)
        self._method = method

    def __call__(self, value: object, pattern: object) -> bool:
        if not isinstance(value, str) or not isinstance(pattern, str):
            return False
        compiled = self.check_cache(pattern)
        return compiled is not None and bool(getattr(compiled, self._method)(value, timeout=REGEX_SECONDS))


_QUERIES: Final = JSONPathEnvironment(strict=True)
_QUERIES.function_extensions.update(match=_TimedRegex("fullmatch"), search=_TimedRegex("search"))


@lru_cache(maxsize=256)
def _compile(target: str) -> JSONPath | CompoundJSONPath:
    """Return the query of a target, which every document is asked with."""
    return _QUERIES.compile(target)
