"""What happened in a run: every request, every call of a workflow, everything that was noticed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from mock_knock.arazzo.engine import StepOutcome
from mock_knock.arazzo.lint import to_findings
from mock_knock.arazzo.targets import Problem
from mock_knock.errors import InvalidDocument
from mock_knock.harness.exchanges import JudgedExchange
from mock_knock.harness.frames import Ending, Frame
from mock_knock.harness.masking import secret_outputs, secrets_of
from mock_knock.harness.prepare import Call, Prepared, Unit, apply_severities
from mock_knock.harness.result import CallResult, Outcome, RunResult, StepResult
from mock_knock.harness.run_settings import RunSettings
from mock_knock.messages import Finding, JsonValue

MAX_FAULTS = 3
"""Operations of one description that cannot be judged, after which none of the others is tried."""

Workflows = dict[str, Mapping[str, Mapping[str, JsonValue]]]


@dataclass(slots=True)
class Ledger:
    """The memory of a run; it decides nothing.

    Attributes:
        settings: of the run.
        on_step: told about each request.
        steps: a result for each request.
        calls: a result for each step that called a workflow.
        problems: what was noticed, by the workflow it is about, its code and its place.
        visits: how often each step was entered.
        executions: how often each step was carried out, retries included.
        completed: the workflows that have succeeded.
        done: the steps that have succeeded, as (document, workflow id, step id); the document by its identity.
        outputs: of the workflow that was asked for.
        secrets: the secret inputs of all workflows.
        unjudged: the operations that could not be judged, by the identity of their description.
    """

    settings: RunSettings
    on_step: Callable[[StepResult], None]
    steps: list[StepResult] = field(default_factory=list)
    calls: list[CallResult] = field(default_factory=list)
    problems: dict[tuple[Unit, str, str], Problem] = field(default_factory=dict)
    visits: Counter[tuple[Unit, str]] = field(default_factory=Counter)
    executions: Counter[tuple[Unit, str]] = field(default_factory=Counter)
    completed: set[Unit] = field(default_factory=set)
    done: set[tuple[int, str, str]] = field(default_factory=set)
    outputs: Mapping[str, JsonValue] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()
    unjudged: dict[int, set[tuple[str, str]]] = field(default_factory=dict)
    _workflows: dict[int, Workflows] = field(default_factory=dict)

    def note(self, unit: Unit, problems: Iterable[Problem]) -> None:
        """Remember problems with a workflow; a loop that meets the same one again adds nothing."""
        for problem in problems:
            self.problems.setdefault((unit, problem.code, problem.pointer), problem)

    def count(self, frame: Frame) -> None:
        """Count the step that is about to be carried out."""
        key = (frame.unit, frame.step.step_id)
        self.executions[key] += 1
        self.visits[key] += not frame.is_repeated

    def workflows(self, unit: Unit) -> Workflows:
        """Return inputs and outputs of the workflows that have begun in the same document."""
        return self._workflows.setdefault(id(unit.flow), {})

    def begin(self, frame: Frame) -> None:
        """Remember the inputs of a workflow, and the secrets among them."""
        workflow = frame.unit.workflow
        self.workflows(frame.unit)[workflow.workflow_id] = {"inputs": frame.inputs, "outputs": {}}
        self.secrets |= secrets_of(frame.unit.declared_inputs, frame.inputs)

    def end(self, frame: Frame, ending: Ending, outputs: Mapping[str, JsonValue]) -> None:
        """Remember the outputs of a workflow, and that it was completed; so were those it stands for."""
        for unit, inputs in {**frame.stands_for, frame.unit: frame.inputs}.items():
            self.workflows(unit)[unit.workflow.workflow_id] = {"inputs": inputs, "outputs": outputs}
            if ending == "success":
                self.completed.add(unit)
        if frame.role == "entry":
            self.outputs = outputs

    def record_exchange(self, frame: Frame, judged: JudgedExchange, outcome: StepOutcome, depth: int) -> None:
        """Remember a request and what followed from it."""
        self.conclude(frame, outcome)
        failure = judged.exchange.failure
        if failure is not None:
            message = f"'{frame.step.step_id}' got no answer: {failure.message}"
            hint = "check the target and its address"
            self.note(frame.unit, [Problem("request-failed", frame.step.pointer, message, hint)])
        if judged.fault is not None:
            self.note_fault(frame, judged.fault)
        result = StepResult(
            step_id=frame.step.step_id,
            workflow_id=frame.unit.workflow.workflow_id,
            visit=self.visits[frame.unit, frame.step.step_id],
            attempt=frame.attempt,
            exchange=judged.exchange,
            passed=outcome.passed,
            criteria=outcome.criteria,
            outputs=outcome.outputs,
            decision=outcome.decision,
            violations=judged.violations,
            depth=depth,
        )
        self.steps.append(result)
        self.on_step(result)

    def note_fault(self, frame: Frame, fault: InvalidDocument) -> None:
        """Remember that the operation of a step cannot be judged by its description."""
        call = frame.unit.calls[frame.step.step_id]
        self.unjudged.setdefault(id(call.judge.description), set()).add((call.operation.method, call.operation.path))
        self.note(frame.unit, [Problem(fault.code, frame.step.pointer, f"{fault.where}: {fault.what}", fault.hint)])

    def is_unjudged(self, call: Call) -> bool:
        """Tell whether an operation could not be judged before, or too many of its description: it would take long."""
        known = self.unjudged.get(id(call.judge.description), set())
        return len(known) >= MAX_FAULTS or (call.operation.method, call.operation.path) in known

    def record_call(self, frame: Frame, called: str, first: int, outcome: StepOutcome, depth: int) -> None:
        """Remember a step that called a workflow, and what followed from it."""
        self.conclude(frame, outcome)
        self.calls.append(
            CallResult(
                step_id=frame.step.step_id,
                workflow_id=frame.unit.workflow.workflow_id,
                called=called,
                visit=self.visits[frame.unit, frame.step.step_id],
                attempt=frame.attempt,
                passed=outcome.passed,
                criteria=outcome.criteria,
                outputs=outcome.outputs,
                decision=outcome.decision,
                first=first,
                count=len(self.steps) - first,
                depth=depth,
            )
        )

    def conclude(self, frame: Frame, outcome: StepOutcome) -> None:
        """Remember the outputs of a step, and that it has succeeded; one that sent nothing leaves nothing else."""
        step_id = frame.step.step_id
        frame.outputs[step_id] = dict(outcome.outputs)
        self.secrets |= secret_outputs(outcome.outputs)
        self.note(frame.unit, outcome.problems)
        if outcome.passed:
            frame.completed.add(step_id)
            self.done.add((id(frame.unit.flow), frame.unit.workflow.workflow_id, step_id))

    def result(self, prepared: Prepared, outcome: Outcome, seed: int) -> RunResult:
        """Return the result of the run."""
        found = (
            finding
            for (unit, _, _), problem in self.problems.items()
            for finding in to_findings((problem,), self.settings.dialect, unit.flow.source.where)
        )
        return RunResult(
            flow=prepared.workflow.workflow_id,
            outcome=outcome,
            seed=seed,
            outputs=self.outputs,
            steps=tuple(self.steps),
            findings=_distinct((*prepared.findings, *apply_severities(tuple(found), self.settings))),
            calls=tuple(self.calls),
            secrets=self.secrets,
        )


def _distinct(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Keep the first of findings with the same code about the same place: a loop repeats them."""
    first: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        first.setdefault((finding.code, finding.where), finding)
    return tuple(first.values())
