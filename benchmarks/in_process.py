"""Flows per second of a runner that is reused: loaded and prepared once, every message judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from benchmarks.stub import REQUESTS_PER_FLOW, StubApi
from mock_knock.harness.flow import load_flow
from mock_knock.harness.inputs import Inputs
from mock_knock.harness.network import NetworkTransport
from mock_knock.harness.prepare import Prepared, prepare_run
from mock_knock.harness.run_settings import Addresses, RealClock, RunClock, RunSettings
from mock_knock.harness.runner import run_workflow
from mock_knock.harness.transport import IN_PROCESS_URL, Transport, WsgiTransport
from mock_knock.local import build_fake, shared_clock

SETTINGS = RunSettings(contract="fail", poll_interval=0)


@dataclass(frozen=True, slots=True)
class Rates:
    """Flows per second: of time that passed, and of time that this process had a processor for itself."""

    passed: float
    busy: float


@dataclass(frozen=True, slots=True)
class Bench:
    """A flow that is ready to run again and again against one target."""

    prepared: Prepared
    inputs: Inputs
    new_target: Callable[[], tuple[Transport, RunClock]]

    def flows_per_second(self, flows: int) -> Rates:
        """Run the flow so many times against a target of its own.

        Raises:
            RuntimeError: a flow did not pass, or did not send what it consists of.
        """
        transport, clock = self.new_target()
        self.run(transport, clock)  # the first one opens connections and compiles schemas
        started, busy = perf_counter(), process_time()
        for _ in range(flows):
            self.run(transport, clock)
        return Rates(flows / (perf_counter() - started), flows / (process_time() - busy))

    def run(self, transport: Transport, clock: RunClock) -> None:
        """Run it once."""
        result = run_workflow(self.prepared, self.inputs, transport=transport, clock=clock, settings=SETTINGS)
        if result.exit_code() or len(result.steps) != REQUESTS_PER_FLOW:
            raise RuntimeError(f"the flow did not pass: {result}")


def load_bench(
    flow: Path, values: Mapping[str, Any], target: str, new_target: Callable[[], tuple[Transport, RunClock]]
) -> Bench:
    """Load and prepare a flow once."""
    loaded = load_flow(flow, working_directory=flow.parent)
    prepared = prepare_run(loaded, loaded.choose_workflow(None), Addresses(target), SETTINGS)
    return Bench(prepared, Inputs(values), new_target)


def stub_bench(flow: Path, values: Mapping[str, Any]) -> Bench:
    """Return the flow against the stub, called in this process."""
    return load_bench(flow, values, IN_PROCESS_URL, lambda: (WsgiTransport(StubApi().application), RealClock()))


def fake_bench(flow: Path, values: Mapping[str, Any]) -> Bench:
    """Return the flow against our fake, called in this process."""

    def new_target() -> tuple[Transport, RunClock]:
        clock = shared_clock()
        return WsgiTransport(build_fake(clock=clock.clock).application), clock

    return load_bench(flow, values, IN_PROCESS_URL, new_target)


def network_bench(flow: Path, values: Mapping[str, Any], stub: str) -> Bench:
    """Return the flow against the stub over HTTP, on a connection that is kept."""
    return load_bench(flow, values, stub, lambda: (NetworkTransport(), RealClock()))
