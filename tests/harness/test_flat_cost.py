"""A goto is iteration: neither the stack nor the work of a step grows with the steps before it."""

from __future__ import annotations

import gc
import os
import sys
from dataclasses import dataclass, field
from datetime import datetime
from types import FrameType

from scripted_api import START, answer, make_flow

from mock_knock.harness.inputs import Inputs
from mock_knock.harness.prepare import prepare_run
from mock_knock.harness.run_settings import Addresses, RunSettings
from mock_knock.harness.runner import run_workflow
from mock_knock.messages import Exchange, HttpRequest

STEPS = 100_000 if os.environ.get("HYPOTHESIS_PROFILE") == "full" else 20_000
WINDOW = 100
POLL = {
    "stepId": "poll",
    "operationId": "getJob",
    "parameters": [{"name": "id", "in": "path", "value": "j"}],
    "outputs": {"status": "$response.body#/status"},
    "onSuccess": [
        {
            "name": "again",
            "type": "goto",
            "stepId": "poll",
            "criteria": [{"condition": "$response.body#/status == 'running'"}],
        },
        {"name": "done", "type": "end"},
    ],
}


class FastTime:
    """A run clock of constant cost."""

    def __init__(self) -> None:
        self.passed = 0.0

    def seconds(self) -> float:
        """Return the seconds waited so far."""
        return self.passed

    def now(self) -> datetime:
        """Return the instant at the start; nothing here asks for another."""
        return START

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.passed += seconds


@dataclass
class CountedCalls:
    """A transport that counts the calls of functions between some of its answers, and the frames on the stack."""

    windows: tuple[int, ...]
    sent: int = 0
    calls: int = 0
    counted: list[int] = field(default_factory=list)
    depths: set[int] = field(default_factory=set)

    def send(self, request: HttpRequest, *, timeout: float) -> Exchange:
        """Answer that the job is running."""
        assert timeout > 0
        if self.sent in self.windows:
            self.depths.add(stack_depth())
            self.calls = 0
            gc.disable()  # what it finalizes of other tests would be counted
            sys.setprofile(self.count)
        elif self.sent - WINDOW in self.windows:
            sys.setprofile(None)
            gc.enable()
            self.counted.append(self.calls)
        self.sent += 1
        return Exchange(request, answer({"status": "running"}))

    def count(self, _frame: FrameType, event: str, _argument: object) -> None:
        """Count a call."""
        self.calls += event == "call"


def stack_depth() -> int:
    """Return how many frames are on the stack."""
    depth, frame = 0, sys._getframe()  # noqa: SLF001  # there is no other name for it
    while frame.f_back is not None:
        depth, frame = depth + 1, frame.f_back
    return depth


def test_a_loop_of_many_steps() -> None:
    """A loop takes as many calls for its last steps as for its first, on a stack of the same depth."""
    settings = RunSettings(max_steps=STEPS, max_visits=STEPS, timeout=1e9, contract="off")
    flow = make_flow(POLL)
    prepared = prepare_run(flow, flow.document.workflows[0], Addresses("http://localhost"), settings)
    transport = CountedCalls((1_000, STEPS // 2, STEPS - 2 * WINDOW))
    result = run_workflow(prepared, Inputs({}), transport=transport, clock=FastTime(), settings=settings)
    assert ("exhausted", STEPS, STEPS) == (result.outcome, len(result.steps), result.steps[-1].visit)
    assert 1 == len(transport.depths)
    assert 1 == len(set(transport.counted))
    assert 3 == len(transport.counted)
