"""Runs a prepared workflow to its end: one move after another over a stack of frames.

A goto is a turn of one loop, not a call; a called workflow is a frame on the stack, not a call either. Every loop ends
by its flow or by a budget.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from mock_knock.arazzo.engine import Decision, StepOutcome, conclude_step, read_outputs
from mock_knock.arazzo.expression import Scope
from mock_knock.arazzo.patience import patience
from mock_knock.arazzo.targets import Problem
from mock_knock.harness.exchanges import exchange_step, plan_step, send_in_time
from mock_knock.harness.frames import Ending, Frame, Role
from mock_knock.harness.inputs import Inputs, check_inputs, complete_inputs
from mock_knock.harness.ledger import Ledger
from mock_knock.harness.pace import Pace
from mock_knock.harness.passing import (
    call_inputs,
    failed_before,
    is_over,
    seconds_for,
    shared_inputs,
    timeout_problem,
    unmet_dependency,
)
from mock_knock.harness.prepare import Prepared, Unit
from mock_knock.harness.result import Outcome, RunResult, StepResult
from mock_knock.harness.run_settings import RunClock, RunSettings
from mock_knock.harness.transport import Transport
from mock_knock.messages import HttpResponse, JsonValue

INTERRUPTED = "run-interrupted"
"""The code of the finding in the result of a run that somebody interrupted."""


def run_workflow(
    prepared: Prepared,
    inputs: Inputs,
    *,
    transport: Transport,
    clock: RunClock,
    settings: RunSettings,
    seed: int = 0,
    on_step: Callable[[StepResult], None] = lambda _step: None,
) -> RunResult:
    """Run a prepared workflow to its end; `on_step` is told about each request as soon as it is judged.

    Raises:
        InvalidDocument: the inputs break their schema; nothing was sent.
    """
    complete = complete_inputs(prepared.workflow, inputs)
    check_inputs(prepared.workflow, complete)
    run = _Run(prepared, transport, Pace(clock, settings), Ledger(settings, on_step))
    with patience():
        outcome = run.follow_or_stop(complete)
    return run.ledger.result(prepared, outcome, seed)


class _Run:
    """A run on its way; what happened is in the ledger, where it stands in the stack."""

    def __init__(self, prepared: Prepared, transport: Transport, pace: Pace, ledger: Ledger) -> None:
        self.prepared = prepared
        self.send = send_in_time(transport, pace.clock)
        self.pace = pace
        self.settings = pace.settings
        self.ledger = ledger
        self.stack: list[Frame] = []

    def follow_or_stop(self, inputs: Inputs) -> Outcome:
        """Follow the flow; when somebody interrupts it, keep what was done so far."""
        try:
            return self.follow(inputs)
        except KeyboardInterrupt:
            message = f"interrupted after {len(self.ledger.steps)} requests; one more may have been sent"
            unit = self.prepared.unit
            self.stop(unit, Problem(INTERRUPTED, unit.workflow.pointer, message, "look at the target"))
            return "failure"

    def follow(self, inputs: Inputs) -> Outcome:
        """Make one move after another until the flow ends or a budget is used up."""
        outcome = self.begin(self.prepared.unit, inputs, "entry", self.pace.deadline)
        while outcome is None:
            outcome = self.move(self.stack[-1])
        return outcome

    def move(self, frame: Frame) -> Outcome | None:
        """Make one move: begin a workflow that is depended on, give up one that is late, or take a step."""
        if frame.awaited:
            return self.await_workflow(frame, frame.awaited.pop(0))
        if self.pace.is_late(frame):
            return self.give_up(frame)
        self.ledger.count(frame)
        if (exhausted := self.pace.exhausted(frame, self.ledger)) is not None:
            return self.stop(frame.unit, exhausted)
        if (unmet := unmet_dependency(frame, self.ledger.done)) is not None:
            self.ledger.note(frame.unit, [unmet])
            return self.leave("failure")
        return self.perform(frame) if frame.step.workflow_id is None else self.call(frame)

    # Steps

    def perform(self, frame: Frame) -> Outcome | None:
        """Send the request of a step and draw the conclusions."""
        step, scope = frame.step, self.scope(frame)
        request, problems = plan_step(frame.unit, step, scope, self.settings)
        self.ledger.note(frame.unit, problems)
        if request is None:
            return self.fail_unsent(frame, scope)
        left = self.pace.left(frame)
        seconds = seconds_for(step, left=left, limit=self.settings.request_timeout)
        judged = exchange_step(
            frame.unit.calls[step.step_id],
            request,
            scope,
            send=self.send,
            timeout=seconds,
            is_judged=self.settings.contract != "off" and not self.ledger.is_unjudged(frame.unit.calls[step.step_id]),
        )
        outcome = self.conclude(frame, judged.scope, called=None)
        failure, is_late = judged.exchange.failure, is_over(step, judged.exchange, seconds=seconds)
        frame.last = "failure" if failure is None or is_late else "unreachable"
        self.ledger.record_exchange(frame, judged, outcome, len(self.stack) - 1)
        self.ledger.note(frame.unit, [timeout_problem(step)] if is_late else [])
        is_cut_off = failure is not None and failure.kind == "timeout" and left <= seconds
        if is_cut_off and frame.deadline < self.pace.deadline and not self.pace.is_over():
            return self.give_up(frame)
        return self.follow_decision(frame, outcome, judged.scope, judged.exchange.response)

    def fail_unsent(self, frame: Frame, scope: Scope) -> Outcome | None:
        """Fail a step whose request cannot be put together; its failure actions apply as to any other failure."""
        outcome, frame.last = self.conclude(frame, scope, called=None), "failure"
        self.ledger.conclude(frame, outcome)
        return self.follow_decision(frame, outcome, scope, None)

    def call(self, frame: Frame) -> Outcome | None:
        """Begin the workflow that a step calls; without usable inputs it has failed at once."""
        step = frame.step
        unit = frame.unit.units[step.workflow_id or ""]
        at = f"{step.pointer}/workflowId"
        inputs, problems = call_inputs(unit, step.parameters, self.scope(frame), dialect=self.settings.dialect, at=at)
        self.ledger.note(frame.unit, problems)
        if inputs is None:
            return self.conclude_call(frame, unit, "failure", {}, len(self.ledger.steps))
        return self.begin(unit, inputs, "call", self.pace.deadline_of(frame))

    def conclude_call(
        self, frame: Frame, unit: Unit, ending: Ending, outputs: Mapping[str, JsonValue], first: int
    ) -> Outcome | None:
        """Draw the conclusions of a step whose workflow has ended."""
        scope = replace(self.scope(frame), outputs=outputs)
        outcome = self.conclude(frame, scope, called=ending == "success")
        frame.last = "unreachable" if ending == "unreachable" else "failure"
        self.ledger.record_call(frame, unit.workflow.workflow_id, first, outcome, len(self.stack) - 1)
        return self.follow_decision(frame, outcome, scope, None)

    def conclude(self, frame: Frame, scope: Scope, *, called: bool | None) -> StepOutcome:
        """Judge the step; the actions of one that only prepares another are not looked at: it leads back to that."""
        is_preparing = frame.resumes is not None
        step = replace(frame.step, on_success=(), on_failure=()) if is_preparing else frame.step
        outcome = conclude_step(
            frame.unit.workflow, step, scope, dialect=self.settings.dialect, retries=frame.retries, called=called
        )
        back = Decision("goto", target=frame.resumed_id)
        return replace(outcome, decision=back) if is_preparing and outcome.passed else outcome

    # Decisions

    def follow_decision(
        self, frame: Frame, outcome: StepOutcome, scope: Scope, response: HttpResponse | None
    ) -> Outcome | None:
        """Do what a step has led to; a step that only prepares another one leads back to that."""
        if frame.resumes is not None:
            return self.go_back(frame, outcome)
        decision = outcome.decision
        match decision.kind:
            case "end":
                return self.leave("success" if outcome.passed else "failure")
            case "fail":
                is_late = frame.last == "unreachable" and self.pace.is_over()
                late = self.pace.exhausted(frame, self.ledger) if is_late else None
                return self.leave(frame.last) if late is None else self.stop(frame.unit, late)
        if (late := self.pace.wait(frame, decision, response)) is not None:
            return self.stop(frame.unit, late)
        if decision.kind == "retry":
            frame.repeat(decision.action or "", decision.first)
        if decision.workflow_id is not None:
            return self.transfer(frame, decision, scope)
        if decision.kind != "retry":
            frame.enter(decision.target or "")
        return None

    def go_back(self, frame: Frame, outcome: StepOutcome) -> Outcome | None:
        """Go back to the step that was to be prepared; when its preparation failed, it has failed for good."""
        if outcome.passed:
            frame.resume()
            return None
        message = f"'{frame.step.step_id}' failed, which was to run before '{frame.resumed_id}' is tried again"
        self.ledger.note(frame.unit, [Problem("preparation-failed", frame.step.pointer, message, "see its criteria")])
        return self.leave(frame.last)

    def transfer(self, frame: Frame, decision: Decision, scope: Scope) -> Outcome | None:
        """Go to another workflow for good, or run it before a retry."""
        unit = frame.unit.units[decision.workflow_id or ""]
        inputs, problems = shared_inputs(
            unit, decision.parameters, scope, dialect=self.settings.dialect, at=frame.step.pointer
        )
        self.ledger.note(frame.unit, problems)
        if inputs is None:
            return self.leave("failure")
        if decision.kind == "retry":
            return self.begin(unit, inputs, "preparation", frame.deadline)
        self.stack.pop()
        outcome = self.begin(unit, inputs, frame.role, frame.deadline, first=frame.first)
        self.stack[-1].stands_for = {**frame.stands_for, frame.unit: frame.inputs}
        return outcome

    # Workflows

    def begin(
        self, unit: Unit, inputs: Inputs, role: Role, deadline: float, *, first: int | None = None
    ) -> Outcome | None:
        """Put a workflow on the stack; its inputs are known to be right."""
        if (too_deep := self.pace.too_deep(unit, len(self.stack))) is not None:
            return self.stop(unit, too_deep)
        frame = Frame(
            unit=unit,
            inputs=inputs.values,
            role=role,
            deadline=deadline,
            first=len(self.ledger.steps) if first is None else first,
            step=unit.workflow.steps[0],
            awaited=[text for text in unit.workflow.depends_on if unit.units[text] not in self.ledger.completed],
        )
        self.stack.append(frame)
        self.ledger.begin(frame)
        return None

    def await_workflow(self, frame: Frame, reference: str) -> Outcome | None:
        """Begin a workflow that another one depends on, unless it was completed meanwhile."""
        unit = frame.unit.units[reference]
        if unit in self.ledger.completed:
            return None
        at = f"{frame.unit.workflow.pointer}/dependsOn"
        inputs, problems = shared_inputs(unit, (), self.scope(frame), dialect=self.settings.dialect, at=at)
        self.ledger.note(frame.unit, problems)
        return self.leave("failure") if inputs is None else self.begin(unit, inputs, "dependency", frame.deadline)

    def leave(self, ending: Ending) -> Outcome | None:
        """Take the workflow that has ended off the stack and go on with the one that waits for it.

        When it was a workflow that another one depends on, or that runs before a retry, its failure is that one's too.
        """
        while True:
            frame = self.stack.pop()
            outputs = self.read_outputs(frame, ending)
            self.ledger.end(frame, ending, outputs)
            if not self.stack:
                return ending
            caller = self.stack[-1]
            if frame.role == "call":
                return self.conclude_call(caller, frame.unit, ending, outputs, frame.first)
            if ending == "success":
                caller.is_repeated = frame.role == "preparation"
                return None
            self.ledger.note(caller.unit, [failed_before(caller, frame)])

    def give_up(self, frame: Frame) -> Outcome | None:
        """End every workflow whose time is over, up to the step whose `timeout` it was, which has failed."""
        late, over = frame, frame.deadline + max(0.0, -self.pace.left(frame))
        while self.stack[-1].deadline <= over:
            late = self.stack.pop()
        caller = self.stack[-1]
        self.ledger.note(caller.unit, [timeout_problem(caller.step)])
        return self.conclude_call(caller, late.unit, "failure", {}, late.first)

    def read_outputs(self, frame: Frame, ending: Ending) -> Mapping[str, JsonValue]:
        workflow = frame.unit.workflow
        outputs, problems = read_outputs(workflow.outputs, workflow.pointer, self.scope(frame))
        self.ledger.note(frame.unit, problems if ending == "success" else ())
        return outputs

    def scope(self, frame: Frame) -> Scope:
        return frame.scope(self.ledger.workflows(frame.unit))

    def stop(self, unit: Unit, problem: Problem) -> Outcome:
        """End the whole run at once, with what its workflow gives out so far."""
        self.ledger.note(unit, [problem])
        if self.stack:
            self.ledger.outputs = self.read_outputs(self.stack[0], "failure")
        return "exhausted"
