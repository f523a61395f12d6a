"""Which requests are meant: a pattern that explains itself by its differences from a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from mock_knock.domain.asked_request import AskedRequest
from mock_knock.domain.containing import Mismatch, differing_parts
from mock_knock.messages import JsonValue, find_header


def fits(text: str, pattern: str) -> bool:
    """Tell whether a text is as a pattern says: `*` stands for any letters, `?` for one, all else for itself."""
    return fnmatchcase(text, pattern.replace("[", "[[]"))


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

    def difference(self, asked: AskedRequest) -> tuple[Mismatch, ...]:
        """Return in what a request differs; a match is an empty tuple (DESIGN section 4, rule 3)."""
        found: list[Mismatch] = []
        if not self.means(asked.operation_id):
            found.append(Mismatch("operation", " or ".join(self.operations), asked.operation_id))
        if self.user is not None and not any(fits(each, self.user) for each in asked.users):
            found.append(Mismatch("user", self.user, ", ".join(asked.users)))
        if self.recipient is not None and not any(fits(each, self.recipient) for each in asked.recipients):
            found.append(Mismatch("recipient", self.recipient, ", ".join(asked.recipients)))
        if self.workflow is not None and not fits(asked.workflow, self.workflow):
            found.append(Mismatch("workflow", self.workflow, asked.workflow))
        for name, expected in self.headers.items():
            actual = find_header(asked.headers, name)
            if actual is None or not fits(actual, expected):
                found.append(Mismatch(f"header {name}", expected, actual or ""))
        if self.attempt is not None and asked.attempt != self.attempt:
            found.append(Mismatch("attempt", str(self.attempt), str(asked.attempt)))
        if self.body is not None:
            found.extend(differing_parts(self.body, asked.body, "body"))
        return tuple(found)
