"""A world of the fake as a test sees it: what came of the calls, what goes wrong, and what was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mock_knock.client import AdminClient, Verdict
from mock_knock.client.asking import UNSAID, Unsaid, said
from mock_knock.client.results import Document
from mock_knock.errors import UsageError
from mock_knock.messages import JsonValue
from mock_knock.redact import Redactor
from mock_knock.testing.asserting import Asserting
from mock_knock.testing.parts import Fault, Key, Users, WorldTime
from mock_knock.testing.scenarios import named_faults, named_scenario, named_seed, scenario_with

if TYPE_CHECKING:
    import knockapi

    from mock_knock.harness.result import RunResult


class KnockWorld(Asserting):
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

    def runs(self, workflow: str | Unsaid = UNSAID, *, recipient: str | Unsaid = UNSAID) -> tuple[Document, ...]:
        """Return accepted triggers, oldest first: of a workflow, for a recipient (`collection/id` for an object)."""
        return self.admin.runs(**said({"workflow": workflow, "recipient": recipient}))

    def messages(
        self,
        recipient: str | Unsaid = UNSAID,
        *,
        workflow: str | Unsaid = UNSAID,
        channel: str | Unsaid = UNSAID,
    ) -> tuple[Document, ...]:
        """Return messages, oldest first; a channel is meant by its type, its key or its id."""
        return self.admin.messages(**said({"recipient": recipient, "workflow": workflow, "channel": channel}))

    def requests(self, operation: str | Unsaid = UNSAID, **pattern: JsonValue) -> tuple[Document, ...]:
        """Return what was asked, oldest first, masked: each entry with request, response and what became of it."""
        return self.admin.requests(**said({"operation": operation, **pattern})).entries

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
