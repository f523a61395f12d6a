"""Which requests are meant: a pattern that explains itself by its differences from a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from mock_knock.messages import Headers, find_header

RETRY_COUNT = "x-stainless-retry-count"
"""The header in which the official SDKs say how often they have tried before (FAULTS section 1)."""


def fits(text: str, pattern: str) -> bool:
    """Tell whether a text is as a pattern says: `*` stands for any letters, `?` for one, all else for itself."""
    return fnmatchcase(text, pattern.replace("[", "[[]"))


@dataclass(frozen=True, slots=True)
class AskedRequest:
    """What a request to `/v1` asks for.

    Attributes:
        operation_id: the operation it means.
        headers: its header fields.
        resource: what its path names beside the operation: the id of a bulk operation or of a user, a workflow key.
        workflow: the key of the workflow it names, or nothing.
        users: the ids of the users it names, in path and body.
        credential: the API key it carries, to be compared and never shown.
    """

    operation_id: str
    headers: Headers = ()
    resource: str = ""
    workflow: str = ""
    users: tuple[str, ...] = ()
    credential: str = field(default="", repr=False)

    @property
    def attempt(self) -> int:
        """How often the client says it has tried before; 0 where it says nothing that can be understood."""
        said = find_header(self.headers, RETRY_COUNT) or "0"
        return int(said) if said.isdecimal() and len(said) < 9 else 0  # noqa: PLR2004  # nobody tries a billion times


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One way in which a request differs from a pattern."""

    field: str
    expected: str
    actual: str


@dataclass(frozen=True, slots=True)
class RequestPattern:
    """Which requests are meant; what is left out does not count, and `*` and `?` in texts stand for any letters.

    Attributes:
        operations: operationIds; none is every one.
        user: one of the users that the request names.
        workflow: the key of the workflow.
        headers: header fields that must be there, by name.
        attempt: how often the client says it has tried before.
    """

    operations: tuple[str, ...] = ()
    user: str | None = None
    workflow: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    attempt: int | None = None

    def means(self, operation_id: str) -> bool:
        """Tell whether the pattern is about an operation."""
        return not self.operations or operation_id in self.operations

    def difference(self, asked: AskedRequest) -> tuple[Mismatch, ...]:
        """Return in what a request differs; a match is an empty tuple (DESIGN section 4, rule 3)."""
        found: list[Mismatch] = []
        if not self.means(asked.operation_id):
            found.append(Mismatch("operation", " or ".join(self.operations), asked.operation_id))
        if self.user is not None and not any(fits(each, self.user) for each in asked.users):
            found.append(Mismatch("user", self.user, ", ".join(asked.users)))
        if self.workflow is not None and not fits(asked.workflow, self.workflow):
            found.append(Mismatch("workflow", self.workflow, asked.workflow))
        for name, expected in self.headers.items():
            actual = find_header(asked.headers, name)
            if actual is None or not fits(actual, expected):
                found.append(Mismatch(f"header {name}", expected, actual or ""))
        if self.attempt is not None and asked.attempt != self.attempt:
            found.append(Mismatch("attempt", str(self.attempt), str(asked.attempt)))
        return tuple(found)
