"""What stops a command: one family of exceptions, each with a code, a place and a remedy.

A failed check is not an error: it is a `Finding` or a `ContractViolation`, a value (see `messages`).
"""

from __future__ import annotations

from mock_knock.messages import Finding


class MockKnockError(Exception):
    """The work cannot go on.

    Args:
        code: stable, kebab-case; the key of the message in documentation and tests.
        what: one sentence for people.
        where: `file:line:column`, a JSON pointer, an address, or empty.
        hint: how to mend it, or empty.
    """

    exit_code = 2

    def __init__(self, code: str, what: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.code = code
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        remedy = f"\n  hint: {self.hint}" if self.hint else ""
        return f"{place}{self.what} [{self.code}]{remedy}"


class UsageError(MockKnockError):
    """The command or call was asked for something it cannot do."""


class InvalidDocument(MockKnockError):
    """A file cannot be used; `findings` lists every problem found in it, the first one in the message."""

    def __init__(
        self, code: str, what: str, *, where: str = "", hint: str = "", findings: tuple[Finding, ...] = ()
    ) -> None:
        super().__init__(code, what, where=where, hint=hint)
        self.findings = findings or (Finding(code=code, severity="error", message=what, where=where, hint=hint),)

    @classmethod
    def from_findings(cls, findings: tuple[Finding, ...]) -> InvalidDocument:
        """Wrap problems that were collected one by one; `findings` must not be empty."""
        first = findings[0]
        return cls(first.code, first.message, where=first.where, hint=first.hint, findings=findings)


class Unreachable(MockKnockError):
    """The target did not answer (exit code 3)."""

    exit_code = 3
