"""Which requests are meant: a pattern that explains itself by its differences from a request."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import islice
from typing import Final

from mock_knock.domain.asked_request import AskedRequest
from mock_knock.domain.containing import DifferingPart, Mismatch, differing_parts, shown_text
from mock_knock.messages import JsonValue, find_header

MAX_TOLD: Final = 100
"""Differences of one request that are put into words."""
MAX_COUNTED: Final = 10_000
"""Parts of one body that are counted as different; one with more of them is as far away."""
_WEIGHTS: Final[Mapping[str, int]] = {"operation": 1_000_000, "workflow": 10}
"""How much farther away a request is by these differences than by any other one."""


def fits(text: str, pattern: str) -> bool:
    """Tell whether a text is as a pattern says: `*` stands for any letters, `?` for one, all else for itself."""
    return fnmatchcase(text, pattern.replace("[", "[[]"))


def fits_any(texts: Collection[str], pattern: str) -> bool:
    """Tell whether one of some texts is as a pattern says; one that stands for itself is looked up."""
    return any(fits(each, pattern) for each in texts) if {"*", "?"} & {*pattern} else pattern in texts


@dataclass(frozen=True, slots=True)
class RequestPattern:
    """Which requests are meant; what is left out does not count, and `*` and `?` in texts stand for any letters.

    Attributes:
        operations: operationIds; none is every one.
        user: one of the users that the request names.
        workflow: the key of the workflow.
        headers: header fields that must be there, by name.
        attempt: how often the client says it has tried before.
        recipient: one of those whom it is for; an object is `collection/id`.
        body: what the decoded body must hold (`containing.differing_parts`), None is anything.
    """

    operations: tuple[str, ...] = ()
    user: str | None = None
    workflow: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    attempt: int | None = None
    recipient: str | None = None
    body: JsonValue = None

    def means(self, operation_id: str) -> bool:
        """Tell whether the pattern is about an operation."""
        return not self.operations or operation_id in self.operations

    def holds_for(self, asked: AskedRequest) -> bool:
        """Tell whether a request is meant; where it is not, the first difference settles it."""
        return next(self._differences(asked), None) is None

    def difference(self, asked: AskedRequest) -> tuple[Mismatch, ...]:
        """Return in what a request differs, in at most `MAX_TOLD` of all ways.

        A match is an empty tuple (DESIGN section 4, rule 3).
        """
        return tuple(
            each if isinstance(each, Mismatch) else each.tell() for each in islice(self._differences(asked), MAX_TOLD)
        )

    def distance(self, asked: AskedRequest) -> int:
        """Return how far away a request is, one that is meant is at 0; the more of a body is not there, the farther."""
        far, parts = 0, 0
        for each in self._differences(asked):
            if isinstance(each, Mismatch):
                far += _WEIGHTS.get(each.field, 1)
            else:
                parts += each.weight
        return far + min(parts, MAX_COUNTED)

    def _differences(self, asked: AskedRequest) -> Iterator[Mismatch | DifferingPart]:
        if not self.means(asked.operation_id):
            yield _mismatch("operation", " or ".join(self.operations), asked.operation_id)
        if self.user is not None and not fits_any(asked.users, self.user):
            yield _mismatch("user", self.user, ", ".join(asked.users))
        if self.recipient is not None and not fits_any(asked.recipients, self.recipient):
            yield _mismatch("recipient", self.recipient, ", ".join(asked.recipients))
        if self.workflow is not None and not fits(asked.workflow, self.workflow):
            yield _mismatch("workflow", self.workflow, asked.workflow)
        for name, expected in self.headers.items():
            actual = find_header(asked.headers, name)
            if actual is None or not fits(actual, expected):
                yield _mismatch(f"header {name}", expected, actual or "")
        if self.attempt is not None and asked.attempt != self.attempt:
            yield _mismatch("attempt", str(self.attempt), str(asked.attempt))
        if self.body is not None:
            yield from islice(differing_parts(self.body, asked.body, "body"), MAX_COUNTED)


def _mismatch(field: str, expected: str, actual: str) -> Mismatch:
    return Mismatch(shown_text(field), shown_text(expected), shown_text(actual))
