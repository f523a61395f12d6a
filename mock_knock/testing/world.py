"""A world of the fake as a test sees it: what came of the calls, what goes wrong, and what was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from mock_knock.client import AdminClient, Verdict, VerificationResult
from mock_knock.client.results import Document
from mock_knock.errors import UsageError
from mock_knock.messages import JsonValue
from mock_knock.redact import Redactor
from mock_knock.testing.expectations import (
    ExpectedTrigger,
    as_times,
    given,
    list_entries,
    tell_harm,
    tell_order,
    tell_requested,
    tell_waited,
    with_details,
)
from mock_knock.testing.parts import Fault, Key, Users, WorldTime
from mock_knock.testing.scenarios import named_faults, named_scenario, named_seed, scenario_with

if TYPE_CHECKING:
    import knockapi

    from mock_knock.harness.result import RunResult

LOOK_SECONDS = 0.05
"""How often `wait_until` looks when nothing is asked."""
MAX_LISTED = 10
"""Requests that a failure lists, the latest ones."""


class KnockWorld:
    """One world of a fake: the one that belongs to `api_key`.

    Args:
        url: what to give to clients as `KNOCK_BASE_URL`.
        api_key: what to give to them as `KNOCK_API_KEY`.
        admin: the controls of this world.
        application: the fake as a WSGI application, where it is in this process.
    """

    def __init__(
        self, url: str, api_key: str, admin: AdminClient, application: Callable[..., Any] | None = None
    ) -> None:
        self.url = url
        self.api_key = Key(api_key)
        self.admin = admin
        self.application = application

    def __repr__(self) -> str:
        return f"KnockWorld({Redactor().url(self.url)!r})"

    @property
    def environment(self) -> dict[str, str]:
        """What the official SDKs read from the environment."""
        return {"KNOCK_BASE_URL": self.url, "KNOCK_API_KEY": self.api_key}

    @property
    def users(self) -> Users:
        """The users by their ids."""
        return Users(self.admin)

    @property
    def clock(self) -> WorldTime:
        """The time of this world."""
        return WorldTime(self.admin)

    def client(self, **options: Any) -> knockapi.Knock:
        """Return the official SDK for this world; `options` are those of its class.

        Raises:
            UsageError: `sdk-missing`.
        """
        try:
            import knockapi  # noqa: PLC0415  # nobody else needs it
        except ImportError:
            hint = "python3 -m pip install knockapi"
            raise UsageError("sdk-missing", "the official SDK is not installed", hint=hint) from None
        return knockapi.Knock(base_url=self.url, api_key=self.api_key, **options)

    # -- what came of it

    def runs(self, workflow: str | None = None, *, recipient: str | None = None) -> tuple[Document, ...]:
        """Return accepted triggers, oldest first: of a workflow, for a recipient (`collection/id` for an object)."""
        return self.admin.runs(**given(workflow=workflow, recipient=recipient))

    def messages(
        self, recipient: str | None = None, *, workflow: str | None = None, channel: str | None = None
    ) -> tuple[Document, ...]:
        """Return messages, oldest first; a channel is meant by its type, its key or its id."""
        return self.admin.messages(**given(recipient=recipient, workflow=workflow, channel=channel))

    def requests(self, operation: str | None = None, **pattern: JsonValue) -> tuple[Document, ...]:
        """Return what was asked, oldest first, masked: each entry with request, response and what became of it."""
        wanted: dict[str, Any] = {**given(operation=operation), **pattern}
        return self.admin.requests(**wanted).entries

    def verdict(self) -> Verdict:
        """Return which invariants were broken (docs/faults.md)."""
        return self.admin.verdict()

    # -- what goes wrong

    def fault(self, fault: str | Document | None = None, **members: JsonValue) -> Fault:
        """Let something go wrong from now on: a bundled fault by its name, or one that is described.

        `members` are those of a fault: `on`, `when`, `do`, `ttl`. A bundled fault can be changed by them. In a `with`
        block it goes wrong for the length of the block.

        Raises:
            UsageError: `fault-unknown`.
            AdminRefused: the fault cannot be used.
        """
        described = named_faults(fault) if isinstance(fault, str) else (fault or {},)
        return Fault(self.admin, tuple(self.admin.add_fault({**each, **members}).id for each in described))

    def follow(self, scenario: str | Path | Document | None = None, *, timeline: JsonValue = None) -> None:
        """Behave by a scenario from now on: bundled by name, a file, or decoded.

        `timeline` says how bulk operations go, like `immediate` or `{"queued": {"polls": 2}}`.
        """
        self.admin.set_scenario(scenario_with(named_scenario(scenario), timeline))

    def load(self, seed: str | Path | Document) -> None:
        """Begin with the facts of a seed: bundled by name, a file, or decoded."""
        self.admin.set_state(named_seed(seed))

    def reset(self) -> None:
        """Put the world back to its beginning."""
        self.admin.reset()

    # -- what was asked

    def assert_triggered(
        self,
        workflow: str,
        *,
        recipient: str | None = None,
        data: JsonValue = None,
        actor: JsonValue = None,
        tenant: JsonValue = None,
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
            raise AssertionError(self._told(expected.tell(found, times), found, expected.pattern()))

    def assert_not_triggered(
        self, workflow: str | None = None, *, recipient: str | None = None, data: JsonValue = None
    ) -> None:
        """Fail if a workflow was triggered; without arguments, if any was."""
        __tracebackhide__ = True
        expected = ExpectedTrigger(workflow, recipient, data)
        found = self.admin.verify(**expected.pattern(), **as_times(0))
        if not found.passed:
            raise AssertionError(self._told(expected.tell(found, 0), found, expected.pattern()))

    def assert_requested(self, operation: str, *, times: int | None = None, **pattern: JsonValue) -> None:
        """Fail unless an operation was asked for, whatever came of it; `pattern` as in `AdminClient`."""
        __tracebackhide__ = True
        self._assert_requested({"operation": operation, **pattern}, times)

    def assert_not_requested(self, operation: str | None = None, **pattern: JsonValue) -> None:
        """Fail if an operation was asked for; without arguments, if anything was."""
        __tracebackhide__ = True
        self._assert_requested({**given(operation=operation), **pattern}, 0)

    def assert_in_order(self, *patterns: str | Mapping[str, JsonValue]) -> None:
        """Fail unless requests came one after another; each is an operation or a pattern."""
        __tracebackhide__ = True
        listed = [{"operation": each} if isinstance(each, str) else each for each in patterns]
        found = self.admin.verify_order(*listed)
        if not found.passed:
            alike = self.admin.requests(**listed[found.count]).entries
            is_early = any(each["number"] < max(found.matched, default=0) for each in alike)
            came = list_entries(self.admin.requests(limit=MAX_LISTED).entries)
            raise AssertionError(with_details(tell_order(listed, found, is_early=is_early), found, came))

    def assert_no_harm(self) -> None:
        """Fail if an invariant was broken, such as a trigger before its batch was completed."""
        __tracebackhide__ = True
        found = self.verdict()
        if found.broken:
            raise AssertionError(tell_harm(found))

    def wait_for(
        self, operation: str | None = None, *, timeout: float = 10.0, times: int = 1, **pattern: JsonValue
    ) -> tuple[Document, ...]:
        """Wait until something was asked, `times` at least, and return it; fail after `timeout` real seconds."""
        __tracebackhide__ = True
        wanted: dict[str, Any] = {**given(operation=operation), **pattern}
        found = self.admin.wait(timeout=timeout, at_least=times, **wanted)
        if not found.passed:
            raise AssertionError(self._told(tell_waited(wanted, found, times, timeout), found, wanted))
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

    def run_flow(
        self, flow: str | Path, inputs: Mapping[str, JsonValue] | None = None, *, workflow: str | None = None
    ) -> RunResult:
        """Run an Arazzo workflow in this world and return its result; waiting moves the world's clock.

        An input that holds the API key, by its name, is this world's key unless another one is given.

        Raises:
            AssertionError: it failed or broke the contract; the message is the tree of its steps.
            InvalidDocument: it cannot be run.
        """
        __tracebackhide__ = True
        from mock_knock.testing.flow_runs import run_in_world, tell_failure  # noqa: PLC0415  # nobody else needs it

        result = run_in_world(self, flow, inputs or {}, workflow=workflow)
        if result.exit_code():
            raise AssertionError(tell_failure(result, has_curl=self.application is None))
        return result

    def _assert_requested(self, pattern: Mapping[str, JsonValue], times: int | None) -> None:
        __tracebackhide__ = True
        found = self.admin.verify(**pattern, **as_times(times))
        if not found.passed:
            raise AssertionError(self._told(tell_requested(pattern, found, times), found, pattern))

    def _told(self, head: str, found: VerificationResult, pattern: Mapping[str, JsonValue]) -> str:
        """Return what a failure says; where the controls name no request, those that count are named."""
        is_bare = found.count and "\n" not in found.message
        return with_details(head, found, list_entries(self.requests(**pattern)[-MAX_LISTED:]) if is_bare else ())
