"""What a test says was asked of a world, or waits for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import monotonic

from mock_knock.client import AdminClient
from mock_knock.client.asking import UNSAID, Unsaid, said
from mock_knock.client.results import Document
from mock_knock.messages import JsonValue
from mock_knock.testing.expectations import (
    ExpectedTrigger,
    as_times,
    list_entries,
    tell_harm,
    tell_order,
    tell_requested,
    tell_waited,
    with_details,
)

LOOK_SECONDS = 0.05
"""How often `wait_until` looks when nothing is asked."""
MAX_LISTED = 10
"""Requests that a failure lists, the latest ones."""


class Asserting:
    """Says what was asked of the world that `admin` has the controls of."""

    admin: AdminClient

    def assert_triggered(
        self,
        workflow: str,
        *,
        recipient: str | Unsaid = UNSAID,
        data: JsonValue = UNSAID,
        actor: JsonValue = UNSAID,
        tenant: JsonValue = UNSAID,
        times: int | None = None,
    ) -> None:
        """Fail unless a workflow was triggered: accepted, and no repetition of the same idempotency key.

        Args:
            workflow: its key.
            recipient: one of those whom it was for; `collection/id` for an object.
            data: what its data hold, more may be there.
            actor: as it was sent.
            tenant: as it was sent.
            times: exactly how often; without it at least once.

        Raises:
            AssertionError: with the nearest requests, and the expected and actual value of each differing field.
        """
        __tracebackhide__ = True
        expected = ExpectedTrigger(workflow, recipient, data, actor, tenant)
        found = self.admin.verify(**expected.pattern(), **as_times(times))
        if not found.passed:
            raise AssertionError(with_details(expected.tell(found, times), found))

    def assert_not_triggered(
        self, workflow: str | Unsaid = UNSAID, *, recipient: str | Unsaid = UNSAID, data: JsonValue = UNSAID
    ) -> None:
        """Fail if a workflow was triggered; without arguments, if any was."""
        __tracebackhide__ = True
        expected = ExpectedTrigger(workflow, recipient, data)
        found = self.admin.verify(**expected.pattern(), **as_times(0))
        if not found.passed:
            raise AssertionError(with_details(expected.tell(found, 0), found))

    def assert_requested(self, operation: str, *, times: int | None = None, **pattern: JsonValue) -> None:
        """Fail unless an operation was asked for, whatever came of it; `pattern` as in `AdminClient`."""
        __tracebackhide__ = True
        self._assert_requested({"operation": operation, **pattern}, times)

    def assert_not_requested(self, operation: str | Unsaid = UNSAID, **pattern: JsonValue) -> None:
        """Fail if an operation was asked for; without arguments, if anything was."""
        __tracebackhide__ = True
        self._assert_requested(said({"operation": operation, **pattern}), 0)

    def assert_in_order(self, *patterns: str | Mapping[str, JsonValue]) -> None:
        """Fail unless requests came one after another; each is an operation or a pattern."""
        __tracebackhide__ = True
        listed = [{"operation": each} if isinstance(each, str) else each for each in patterns]
        found = self.admin.verify_order(*listed)
        if not found.passed:
            alike = self.admin.requests(**listed[found.count]).entries
            is_early = any(each["number"] < max(found.matched, default=0) for each in alike)
            came = list_entries(self.admin.requests(limit=MAX_LISTED).entries) if found.count else ()
            raise AssertionError(with_details(tell_order(listed, found, is_early=is_early), found, came))

    def assert_no_harm(self) -> None:
        """Fail if an invariant was broken, such as a trigger before its batch was completed."""
        __tracebackhide__ = True
        found = self.admin.verdict()
        if found.broken:
            raise AssertionError(tell_harm(found))

    def wait_for(
        self, operation: str | Unsaid = UNSAID, *, timeout: float = 10.0, times: int = 1, **pattern: JsonValue
    ) -> tuple[Document, ...]:
        """Wait until something was asked, `times` at least, and return it; fail after `timeout` real seconds."""
        __tracebackhide__ = True
        wanted = said({"operation": operation, **pattern})
        found = self.admin.wait(timeout=timeout, at_least=times, **wanted)
        if not found.passed:
            raise AssertionError(with_details(tell_waited(wanted, found, times, timeout), found))
        return self.admin.requests(**wanted).entries

    def wait_until(self, is_so: Callable[[], bool], *, timeout: float = 10.0) -> None:
        """Wait until something holds; it is looked at after each request, and now and then."""
        __tracebackhide__ = True
        end, before = monotonic() + timeout, self.admin.requests(limit=0).total
        while not is_so():
            seen = self.admin.requests(limit=0).total
            if (left := end - monotonic()) <= 0:
                came = f"{seen - before} requests came meanwhile"
                raise AssertionError(f"it did not become true within {timeout:g} s; {came}")
            self.admin.wait(at_least=seen + 1, timeout=min(left, LOOK_SECONDS))

    def _assert_requested(self, pattern: Mapping[str, JsonValue], times: int | None) -> None:
        __tracebackhide__ = True
        found = self.admin.verify(**pattern, **as_times(times))
        if not found.passed:
            raise AssertionError(with_details(tell_requested(pattern, found, times), found))
