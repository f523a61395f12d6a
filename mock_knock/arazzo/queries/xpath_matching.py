"""`matches`, `replace` and `tokenize` of XPath, within limits of time (XPath and XQuery Functions 3.1, section 5.6)."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from elementpath.regex import RegexError as TranslationError
from elementpath.regex import translate_pattern

from mock_knock.arazzo.conditions.bounded_regex import RegexError, compile_regex
from mock_knock.arazzo.queries.xpath_work import Metered, WorkError, work_of

if TYPE_CHECKING:
    import regex
    from elementpath import XPathContext

_MAX_LENGTH: Final = 10_000
_MAX_TRANSLATED: Final = 200_000
_FLAGS: Final = {"s": re.DOTALL, "m": re.MULTILINE, "i": re.IGNORECASE}
_REPLACEMENT: Final = re.compile(r"(?:[^\\$]|\\[\\$]|\$[0-9])*")
_REPLACEMENT_PART: Final = re.compile(r"\\(?P<escaped>[\\$])|\$(?P<group>[0-9]+)")
_SPACE_OUTSIDE_SET: Final = re.compile(r"(\\.|\[(?:\\.|[^\]\\])*\])|\s+", re.DOTALL)


class Matching(Metered):
    """One of the three functions; the time of all matching of one evaluation is limited."""

    context: XPathContext | None = None

    def evaluate(self, context: XPathContext | None = None) -> Any:
        """Return what the function returns.

        Raises:
            WorkError: matching was stopped after its time, or there is too much of it.
            ElementPathError: the pattern, the flags or the replacement are not what XPath wants.
        """
        work_of(self).spend(1)
        context = self.context or context
        text = self.get_argument(context, default="", cls=str)
        if len(self) == 1:
            return text.split()
        last = 3 if self.symbol == "replace" else 2
        flags = self.get_argument(context, last, required=True, cls=str) if len(self) > last else ""
        pattern = self._compiled(self.get_argument(context, 1, required=True, cls=str), flags)
        match self.symbol:
            case "matches":
                return bool(self._found(pattern, text, only_first=True))
            case "tokenize":
                return self._tokens(pattern, text)
            case _:
                replacement = self.get_argument(context, 2, required=True, cls=str)
                return self._replaced(pattern, text, replacement, is_literal="q" in flags)

    def select(self, context: XPathContext | None = None) -> Any:
        """Generate the items of the result."""
        result = self.evaluate(context)
        yield from result if isinstance(result, list) else (result,)

    def _compiled(self, pattern: str, flags: str) -> regex.Pattern[str]:
        if set(flags) - set("smixq"):
            raise self.error("FORX0001", f"{flags!r} are no flags of a regular expression")
        if len(pattern) > _MAX_LENGTH:
            raise WorkError(f"a regular expression has at most {_MAX_LENGTH} characters")
        inline = "".join(f"(?{each})" for each in "ims" if each in flags)
        try:
            return compile_regex(inline + self._translated(pattern, flags), max_length=_MAX_TRANSLATED)
        except (RegexError, TranslationError, re.error, OverflowError) as error:
            raise self.error("FORX0002", f"the regular expression is not valid: {error}") from None

    def _translated(self, pattern: str, flags: str) -> str:
        if "q" in flags:
            return re.escape(pattern)
        if "x" in flags:
            pattern = _SPACE_OUTSIDE_SET.sub(lambda found: found[1] or "", pattern)
        known = sum(_FLAGS[each] for each in set(flags) & set(_FLAGS))
        return translate_pattern(pattern, known, self.parser.xsd_version)

    def _found(self, pattern: regex.Pattern[str], text: str, *, only_first: bool = False) -> list[regex.Match[str]]:
        seconds = work_of(self).spend_matching()
        try:
            if only_first:
                first = pattern.search(text, timeout=seconds)
                return [first] if first else []
            return list(pattern.finditer(text, timeout=seconds))
        except TimeoutError:
            raise WorkError("the regular expressions of the query take too long") from None

    def _parts(self, pattern: regex.Pattern[str], text: str) -> list[regex.Match[str]]:
        if self._found(pattern, "", only_first=True):
            raise self.error("FORX0003", "the regular expression matches the empty text")
        found = self._found(pattern, text)
        work_of(self).spend(len(found))
        return found

    def _tokens(self, pattern: regex.Pattern[str], text: str) -> list[str]:
        found = self._parts(pattern, text)
        edges = [0, *(edge for each in found for edge in each.span()), len(text)]
        return [text[start:end] for start, end in list(pairwise(edges))[::2]] if text else []

    def _replaced(self, pattern: regex.Pattern[str], text: str, replacement: str, *, is_literal: bool) -> str:
        if not (is_literal or _REPLACEMENT.fullmatch(replacement)):
            raise self.error("FORX0004", "in a replacement '\\' and '$' are written '\\\\' and '\\$'")
        found = self._parts(pattern, text)
        work_of(self).spend(len(found) * len(replacement) // 20)
        parts, done = [], 0
        for each in found:
            parts += [text[done : each.start()], replacement if is_literal else _filled(replacement, each)]
            done = each.end()
        return "".join((*parts, text[done:]))


def _filled(replacement: str, found: regex.Match[str]) -> str:
    """Put in the groups; of `$12` with fewer groups only as many digits count as name one (section 5.6.4)."""

    def fill(part: re.Match[str]) -> str:
        if part["escaped"]:
            return part["escaped"]
        digits, rest = part["group"], ""
        while len(digits) > 1 and int(digits) > len(found.groups()):
            digits, rest = digits[:-1], digits[-1] + rest
        group = found[int(digits)] if int(digits) <= len(found.groups()) else ""
        return (group or "") + rest

    return _REPLACEMENT_PART.sub(fill, replacement)
