"""Arazzo workflows run in a world, in its own time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mock_knock.client import AdminClient
from mock_knock.errors import InvalidDocument
from mock_knock.flows import DEFAULT_SETTINGS, open_flow, run_flow
from mock_knock.harness.flow import Flow
from mock_knock.harness.result import RunResult, StepResult
from mock_knock.harness.run_settings import RunSettings
from mock_knock.harness.transport import WsgiTransport
from mock_knock.messages import Finding, JsonValue
from mock_knock.redact import clean_terminal, is_secret_name
from mock_knock.report.run.run_terminal import render_terminal
from mock_knock.report.style import Style

if TYPE_CHECKING:
    from mock_knock.testing.world import KnockWorld

OF_THE_COMMAND_LINE: Final = "--input"
"""What stands in remedies that are for the command line."""
MAX_HEAD: Final = 120
"""Characters of the line with which a failure begins."""
NO_WARNINGS: Final = ", 0 warnings"
"""What the last line of a tree says of those that were left out of it."""


@dataclass(frozen=True, slots=True)
class WorldClock:
    """The time of a world as the clock of a run: waiting moves it, and takes no real time."""

    admin: AdminClient

    def seconds(self) -> float:
        """Return its time as seconds since 1970."""
        return self.now().timestamp()

    def now(self) -> datetime:
        """Return its time."""
        return self.admin.clock().now

    def wait(self, seconds: float) -> None:
        """Move it forward."""
        self.admin.advance(seconds)


def run_in_world(
    world: KnockWorld,
    flow: str | Path | Flow,
    inputs: Mapping[str, JsonValue],
    *,
    workflow: str | None = None,
    settings: RunSettings = DEFAULT_SETTINGS,
    inputs_hint: str = "give it in `inputs`",
) -> RunResult:
    """Run a workflow of an Arazzo document in a world; inputs that hold the API key by their name are completed.

    Meanwhile the time of the world moves only when the run waits, so that a slow machine changes nothing.
    `inputs_hint` is what to do about an input that is missing.

    Raises:
        InvalidDocument: it cannot be run.
        UsageError: it has several workflows.
    """
    loaded = flow if isinstance(flow, Flow) else open_flow(flow)
    declared = loaded.choose_workflow(workflow).inputs.get("properties", {})
    keys = {name: world.api_key for name in declared if is_secret_name(name)}
    try:
        with _standing(world.admin):
            return run_flow(
                loaded,
                {**keys, **inputs},
                workflow=workflow,
                target=world.url,
                transport=None if world.application is None else WsgiTransport(world.application),
                clock=WorldClock(world.admin),
                settings=settings,
                live=True,
            )
    except InvalidDocument as error:
        raise InvalidDocument.from_findings(tuple(_with_hint(each, inputs_hint) for each in error.findings)) from None


@contextmanager
def _standing(admin: AdminClient) -> Iterator[None]:
    """Let the time of a world stand for the length of a `with` block."""
    was_standing = admin.clock().is_standing
    admin.freeze()
    try:
        yield
    finally:
        if not was_standing:
            admin.resume()


def tell_failure(result: RunResult, *, has_curl: bool) -> str:
    """Return what a failure says: in one line what went wrong, then the tree of the steps with the errors alone.

    `has_curl` is whether command lines lead somewhere: a fake of the session is gone when they are read.
    """
    hidden = len(result.findings) - len(result.errors)
    tree = render_terminal(replace(result, findings=result.errors), Style(), has_curl=has_curl)
    steps, _, outputs = tree.rstrip().rpartition(NO_WARNINGS)
    more = f"\n  ({hidden} warnings and notes are left out: `mock-knock lint` tells them)" if hidden else ""
    return f"{clean_terminal(tell_shortly(result))}\n\n{steps}{outputs}{more}"


def tell_shortly(result: RunResult) -> str:
    """Return in one line what went wrong: with a step, with the contract, or with the run as a whole."""
    failed = [each for each in result.steps if not each.passed]
    match result.outcome:
        case "failure" if failed:
            why = f"failed at {failed[-1].step_id}: {_tell_step(failed[-1])}"
        case "success" if result.violations and not result.errors:
            step_id, broken = result.violations[0]
            why = f"broke the contract at {step_id}: {broken.kind} {broken.location} {broken.message}"
        case "success":
            why = "did not pass"
        case outcome:
            why = f"ended with outcome {outcome}"
    error = result.errors[0] if result.errors and result.outcome != "failure" else None
    told = " ".join(f"{result.flow} {why}{f': {error.code}: {error.message}' if error else ''}".split())
    return told if len(told) <= MAX_HEAD else f"{told[: MAX_HEAD - 3]}..."


def _tell_step(step: StepResult) -> str:
    response, failure = step.exchange.response, step.exchange.failure
    if response is None:
        return failure.message if failure else "no answer"
    broken = [each.condition for each in step.criteria if not each.passed]
    return f"status {response.status}" + (f", not {broken[0]}" if broken else "")


def _with_hint(finding: Finding, hint: str) -> Finding:
    return replace(finding, hint=hint) if OF_THE_COMMAND_LINE in finding.hint else finding
