"""The time of a run and its budgets: how long to wait, and when it is enough."""

from __future__ import annotations

from mock_knock.arazzo.engine import Decision
from mock_knock.arazzo.targets import Problem
from mock_knock.harness.frames import Frame
from mock_knock.harness.ledger import Ledger
from mock_knock.harness.prepare import Unit
from mock_knock.harness.retry_after import retry_after_seconds
from mock_knock.harness.run_settings import RunClock, RunSettings
from mock_knock.messages import HttpResponse


class Pace:
    """Reads the clock of a run and holds it against the budgets; `deadline` is in seconds on that clock."""

    def __init__(self, clock: RunClock, settings: RunSettings) -> None:
        self.clock = clock
        self.settings = settings
        self.deadline = clock.seconds() + settings.timeout

    def left(self, frame: Frame) -> float:
        """Return the seconds that a workflow may still take."""
        return frame.deadline - self.clock.seconds()

    def deadline_of(self, frame: Frame) -> float:
        """Return the deadline of what the next step of a workflow calls, which its `timeout` may bring forward."""
        timeout = frame.step.timeout
        return frame.deadline if timeout is None else min(frame.deadline, self.clock.seconds() + timeout)

    def is_late(self, frame: Frame) -> bool:
        """Tell whether the time of a workflow is over while that of the run is not."""
        return frame.deadline <= self.clock.seconds() < self.deadline

    def is_over(self) -> bool:
        """Tell whether the time of the run is over."""
        return self.clock.seconds() >= self.deadline

    def exhausted(self, frame: Frame, ledger: Ledger) -> Problem | None:
        """Return the budget that is used up before the next step, if one is."""
        step_id, settings = frame.step.step_id, self.settings
        if self.is_over():
            what, flag = f"{settings.timeout:g} s", "--timeout"
        elif len(ledger.steps) >= settings.max_steps:
            what, flag = f"{settings.max_steps} steps", "--max-steps"
        elif ledger.executions[frame.unit, step_id] > settings.max_visits:
            what, flag = f"{settings.max_visits} visits of '{step_id}'", "--max-visits"
        else:
            return None
        message = f"the budget of {what} is used up: the flow does not come to an end"
        return Problem("budget-exhausted", frame.step.pointer, message, f"raise it with {flag}, or mend the loop")

    def too_deep(self, unit: Unit, depth: int) -> Problem | None:
        """Return the budget of workflows inside each other, if `depth` of them use it up."""
        if depth < self.settings.max_depth:
            return None
        message = f"the budget of {self.settings.max_depth} workflows inside each other is used up"
        hint = "raise it with --max-depth, or mend the circle of calls"
        return Problem("budget-exhausted", unit.workflow.pointer, message, hint)

    def wait(self, frame: Frame, decision: Decision, response: HttpResponse | None) -> Problem | None:
        """Let time pass before the next move; the problem tells that the budget of time does not allow for it."""
        wanted, left = self._delay(frame, decision, response), self.left(frame)
        if min(wanted, left) <= 0:
            return None
        seconds = wanted if frame.deadline >= self.deadline else min(wanted, left)
        if self.clock.seconds() + seconds >= self.deadline:
            message = f"waiting {seconds:g} s before '{decision.target}' would pass the budget of time"
            hint = f"the budget is {self.settings.timeout:g} s: raise it with --timeout"
            return Problem("budget-exhausted", frame.step.pointer, message, hint)
        self.clock.wait(seconds)
        return None

    def _delay(self, frame: Frame, decision: Decision, response: HttpResponse | None) -> float:
        """Return the seconds before a repeat: of a retry what it says, of a goto to the same step the poll interval.

        A Retry-After of the response wins over `retryAfter` and lengthens the poll interval.
        """
        asked = retry_after_seconds(response.headers, self.clock.now()) if response is not None else None
        if decision.kind == "retry":
            return decision.delay if asked is None else asked
        if decision.workflow_id is None and decision.target == frame.step.step_id:
            return max(self.settings.poll_interval, asked or 0.0)
        return 0.0
