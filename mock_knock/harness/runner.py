"""Runs one workflow: plans each step, judges and sends its request, judges the response, and follows the decision.

A goto is a turn of one loop, not a call; every loop ends by its flow or by a budget.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from mock_knock.arazzo.document import Step, Workflow
from mock_knock.arazzo.engine import Decision, StepOutcome, conclude_step, read_outputs
from mock_knock.arazzo.expression import Scope
from mock_knock.arazzo.lint import to_findings
from mock_knock.arazzo.planning import plan_request
from mock_knock.arazzo.targets import Problem
from mock_knock.contract.description import DescribedOperation
from mock_knock.contract.judge import Judge
from mock_knock.harness.flow import Inputs, check_inputs
from mock_knock.harness.options import RunClock, RunOptions
from mock_knock.harness.prepare import Prepared, apply_severities
from mock_knock.harness.result import Outcome, RunResult, StepResult
from mock_knock.harness.retry_after import retry_after_seconds
from mock_knock.harness.transport import Transport
from mock_knock.harness.wire import (
    Unsendable,
    WireRequest,
    build_request,
    record_of,
    request_message,
    response_message,
)
from mock_knock.messages import ContractViolation, Exchange, Finding, HttpRequest, JsonValue


def run_workflow(
    prepared: Prepared,
    inputs: Inputs,
    *,
    transport: Transport,
    clock: RunClock,
    options: RunOptions,
    seed: int = 0,
    on_step: Callable[[StepResult], None] = lambda _step: None,
) -> RunResult:
    """Run a prepared workflow to its end; `on_step` is told about each request as soon as it is judged.

    Raises:
        InvalidDocument: the inputs break their schema; nothing was sent.
    """
    check_inputs(prepared.workflow, inputs)
    return _Run(prepared, inputs, transport, clock, options, seed, on_step).run()


INTERRUPTED = "run-interrupted"
"""The code of the finding in the result of a run that somebody interrupted."""


@dataclass(slots=True)
class _Run:
    """The state of one run; everything else is computed."""

    prepared: Prepared
    inputs: Inputs
    transport: Transport
    clock: RunClock
    options: RunOptions
    seed: int
    on_step: Callable[[StepResult], None]
    steps: list[StepResult] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    outputs: dict[str, dict[str, JsonValue]] = field(default_factory=dict)
    visits: Counter[str] = field(default_factory=Counter)
    retries: Counter[str] = field(default_factory=Counter)
    judges: dict[str, Judge] = field(default_factory=dict)
    deadline: float = 0.0

    def run(self) -> RunResult:
        self.deadline = self.clock.seconds() + self.options.timeout
        outcome = self.follow_or_stop()
        scope = self.scope()
        outputs, problems = read_outputs(self.workflow.outputs, self.workflow.pointer, scope)
        self.problems += problems if outcome == "success" else ()
        return RunResult(
            flow=self.workflow.workflow_id,
            outcome=outcome,
            seed=self.seed,
            outputs=outputs,
            steps=tuple(self.steps),
            findings=_distinct((*self.prepared.findings, *self.run_findings())),
        )

    @property
    def workflow(self) -> Workflow:
        return self.prepared.workflow

    def run_findings(self) -> tuple[Finding, ...]:
        found = to_findings(tuple(self.problems), self.options.dialect, self.prepared.flow.source.where)
        return apply_severities(found, self.options)

    def follow_or_stop(self) -> Outcome:
        """Follow the flow; when somebody interrupts it, keep what was done so far."""
        try:
            return self.follow()
        except KeyboardInterrupt:
            message = f"interrupted after {len(self.steps)} requests; one more may have been sent"
            self.problems.append(Problem(INTERRUPTED, self.workflow.pointer, message, "look at the target"))
            return "failure"

    def follow(self) -> Outcome:
        """Take one step after another until the flow ends or a budget is used up."""
        step, entered_by = self.workflow.steps[0], Decision("next")
        while True:
            self.count(step, entered_by)
            if (exhausted := self.exhausted(step)) is not None:
                self.problems.append(exhausted)
                return "exhausted"
            result = self.take(step)
            if result is None:
                return "failure"
            entered_by = result.decision
            match entered_by.kind:
                case "end":
                    return "success" if result.passed else "failure"
                case "fail" if result.exchange.failure is None:
                    return "failure"
                case "fail":
                    return "exhausted" if self.note_deadline(step) else "unreachable"
                case _ if not self.wait(step, result):
                    return "exhausted"
                case _:
                    step = self.workflow.steps[self.workflow.step_index(entered_by.target or "")]

    def note_deadline(self, step: Step) -> bool:
        """Tell whether the budget of time cut an exchange short, and note it."""
        exhausted = self.exhausted(step) if self.clock.seconds() >= self.deadline else None
        self.problems += [exhausted] if exhausted else []
        return exhausted is not None

    def count(self, step: Step, entered_by: Decision) -> None:
        if entered_by.kind == "retry" and entered_by.action is not None:
            self.retries[entered_by.action] += 1
            return
        self.visits[step.step_id] += 1
        self.retries.clear()

    def exhausted(self, step: Step) -> Problem | None:
        """Return the budget that is used up, if one is."""
        used = (
            (len(self.steps) >= self.options.max_steps, f"{self.options.max_steps} steps", "--max-steps"),
            (
                self.visits[step.step_id] + self.retries.total() > self.options.max_visits,
                f"{self.options.max_visits} visits of '{step.step_id}'",
                "--max-visits",
            ),
            (self.clock.seconds() >= self.deadline, f"{self.options.timeout:g} s", "--timeout"),
        )
        for is_used, what, flag in used:
            if is_used:
                message = f"the budget of {what} is used up: the flow does not come to an end"
                return Problem("budget-exhausted", step.pointer, message, f"raise it with {flag}, or mend the loop")
        return None

    def take(self, step: Step) -> StepResult | None:
        """Send one request and draw the conclusions; None when the request could not be put together."""
        planned = plan_request(step, self.workflow, self.scope(), dialect=self.options.dialect)
        self.problems += planned.problems
        if planned.plan is None:
            return None
        operation = self.prepared.operations[step.step_id]
        details = self.prepared.flow.described.descriptions[operation.source].details(operation)
        request = build_request(planned.plan, operation, self.prepared.servers[step.step_id], details=details)
        if isinstance(request, Unsendable):
            at = request.pointer or step.pointer
            self.problems.append(Problem("value-unusable", at, request.message, request.hint))
            return None
        violations = self.judge_request(request, operation)
        exchange = self.send(request.http)
        violations += self.judge_response(exchange, operation)
        scope = self.exchange_scope(exchange, request)
        outcome = conclude_step(self.workflow, step, scope, dialect=self.options.dialect, retries=self.retries)
        return self.record(step, exchange, outcome, violations)

    def send(self, request: HttpRequest) -> Exchange:
        left = max(self.deadline - self.clock.seconds(), 0.001)
        return self.transport.send(request, timeout=min(left, self.options.request_timeout))

    def record(
        self, step: Step, exchange: Exchange, outcome: StepOutcome, violations: tuple[ContractViolation, ...]
    ) -> StepResult:
        self.outputs[step.step_id] = dict(outcome.outputs)
        self.problems += outcome.problems
        if exchange.failure is not None:
            message = f"'{step.step_id}' got no answer: {exchange.failure.message}"
            self.problems.append(Problem("request-failed", step.pointer, message, "check the target and its address"))
        result = StepResult(
            step_id=step.step_id,
            workflow_id=self.workflow.workflow_id,
            visit=self.visits[step.step_id],
            attempt=self.retries.total() + 1,
            exchange=exchange,
            passed=outcome.passed,
            criteria=outcome.criteria,
            outputs=outcome.outputs,
            decision=outcome.decision,
            violations=violations,
        )
        self.steps.append(result)
        self.on_step(result)
        return result

    def wait(self, step: Step, result: StepResult) -> bool:
        """Let time pass before the next step; False when the budget of time does not allow for it."""
        seconds = self.delay(step, result)
        if seconds == 0:
            return True
        if self.clock.seconds() + seconds >= self.deadline:
            message = f"waiting {seconds:g} s before '{result.decision.target}' would pass the budget of time"
            hint = f"the budget is {self.options.timeout:g} s: raise it with --timeout"
            self.problems.append(Problem("budget-exhausted", step.pointer, message, hint))
            return False
        self.clock.wait(seconds)
        return True

    def delay(self, step: Step, result: StepResult) -> float:
        """Return the seconds before a repeat: of a retry what it says, of a goto to the same step the poll interval.

        A Retry-After of the response wins over `retryAfter` and lengthens the poll interval.
        """
        response = result.exchange.response
        asked = retry_after_seconds(response.headers, self.clock.now()) if response is not None else None
        if result.decision.kind == "retry":
            return result.decision.delay if asked is None else asked
        if result.decision.target == step.step_id:
            return max(self.options.poll_interval, asked or 0.0)
        return 0.0

    def judge_request(self, request: WireRequest, operation: DescribedOperation) -> tuple[ContractViolation, ...]:
        if self.options.contract == "off":
            return ()
        return self.judge(operation).request_violations(record_of(request, operation))

    def judge_response(self, exchange: Exchange, operation: DescribedOperation) -> tuple[ContractViolation, ...]:
        response = exchange.response
        if response is None or self.options.contract == "off":
            return ()
        return self.judge(operation).response_violations(
            operation, status=response.status, headers=response.headers, body=response.body
        )

    def judge(self, operation: DescribedOperation) -> Judge:
        if operation.source not in self.judges:
            self.judges[operation.source] = Judge(self.prepared.flow.described.descriptions[operation.source])
        return self.judges[operation.source]

    def scope(self) -> Scope:
        sources = self.prepared.flow.document.sources
        return Scope(
            inputs=self.inputs.values,
            steps=self.outputs,
            source_descriptions={
                each.name: {"name": each.name, "url": each.url, "type": "openapi"} for each in sources
            },
        )

    def exchange_scope(self, exchange: Exchange, request: WireRequest) -> Scope:
        response, around = exchange.response, self.scope()
        return Scope(
            url=request.http.url,
            method=request.http.method,
            status_code=response.status if response else None,
            request=request_message(request),
            response=response_message(response) if response else None,
            inputs=around.inputs,
            steps=around.steps,
            source_descriptions=around.source_descriptions,
        )


def _distinct(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Keep the first of findings with the same code about the same place: a loop repeats them."""
    first: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        first.setdefault((finding.code, finding.where), finding)
    return tuple(first.values())
