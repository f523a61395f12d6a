"""Arazzo workflows run in a world, in its own time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mock_knock.client import AdminClient
from mock_knock.flows import DEFAULT_OPTIONS, open_flow, run_flow
from mock_knock.harness.flow import Flow
from mock_knock.harness.options import RunOptions
from mock_knock.harness.result import RunResult
from mock_knock.harness.transport import WsgiTransport
from mock_knock.messages import JsonValue
from mock_knock.redact import is_secret_name
from mock_knock.report.run.run_terminal import render_terminal
from mock_knock.report.style import Style

if TYPE_CHECKING:
    from mock_knock.testing.world import KnockWorld


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
    options: RunOptions = DEFAULT_OPTIONS,
) -> RunResult:
    """Run a workflow of an Arazzo document in a world; inputs that hold the API key by their name are completed.

    Raises:
        InvalidDocument: it cannot be run.
        UsageError: it has several workflows.
    """
    loaded = flow if isinstance(flow, Flow) else open_flow(flow)
    declared = loaded.choose_workflow(workflow).inputs.get("properties", {})
    keys = {name: world.api_key for name in declared if is_secret_name(name)}
    return run_flow(
        loaded,
        {**keys, **inputs},
        workflow=workflow,
        target=world.url,
        transport=None if world.application is None else WsgiTransport(world.application),
        clock=WorldClock(world.admin),
        options=options,
        live=True,
    )


def tell_failure(result: RunResult) -> str:
    """Return the tree of the steps of a run, as people read it."""
    return "\n" + render_terminal(result, Style(), contract_counts=True)
