"""The result of a run: all that reports know. Every attempt is kept, in order, with secrets masked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from mock_knock.arazzo.engine import CheckedCriterion, Decision
from mock_knock.messages import ContractViolation, Exchange, Finding, JsonValue

Outcome = Literal["success", "failure", "invalid", "unreachable", "exhausted"]

EXIT_CODES: Mapping[Outcome, int] = {"success": 0, "failure": 1, "invalid": 2, "unreachable": 3, "exhausted": 4}


@dataclass(frozen=True, slots=True)
class StepResult:
    """One request of a run.

    `visit` counts how often its step was entered, `attempt` the tries within a visit, `depth` the steps that had called
    workflows to get there.
    """

    step_id: str
    workflow_id: str
    visit: int
    attempt: int
    exchange: Exchange
    passed: bool
    criteria: tuple[CheckedCriterion, ...]
    outputs: Mapping[str, JsonValue]
    decision: Decision
    violations: tuple[ContractViolation, ...] = ()
    depth: int = 0


@dataclass(frozen=True, slots=True)
class CallResult:
    """One step that called a workflow: it sends nothing itself.

    Attributes:
        step_id: the step that called.
        workflow_id: the workflow it belongs to.
        called: the id of the workflow it called.
        visit: as in `StepResult`.
        attempt: as in `StepResult`.
        passed: whether the step succeeded.
        criteria: its success criteria.
        outputs: its outputs.
        decision: what it led to.
        first: index of the first request of the called workflow in the steps of the run.
        count: how many requests it took.
        depth: as in `StepResult`.
    """

    step_id: str
    workflow_id: str
    called: str
    visit: int
    attempt: int
    passed: bool
    criteria: tuple[CheckedCriterion, ...]
    outputs: Mapping[str, JsonValue]
    decision: Decision
    first: int
    count: int
    depth: int = 0


@dataclass(frozen=True, slots=True)
class RunResult:
    """A whole run. `outcome` is about the flow as the standard defines it, the rest is judged beside it.

    `steps` has one entry for each request that was sent, those of called workflows included; `calls` has the steps that
    called them. `secrets` are the values that must not be written: `masking.mask_result` takes them out.
    """

    flow: str
    outcome: Outcome
    seed: int = 0
    outputs: Mapping[str, JsonValue] = field(default_factory=dict)
    steps: tuple[StepResult, ...] = ()
    findings: tuple[Finding, ...] = ()
    target: str = ""
    calls: tuple[CallResult, ...] = ()
    secrets: frozenset[str] = field(default=frozenset(), repr=False)

    def against(self, target: str) -> RunResult:
        """Return the same result with a name for what the flow met."""
        return replace(self, target=target)

    @property
    def violations(self) -> tuple[tuple[str, ContractViolation], ...]:
        """Every violation with the id of its step."""
        return tuple((step.step_id, violation) for step in self.steps for violation in step.violations)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings of severity error."""
        return tuple(finding for finding in self.findings if finding.severity == "error")

    def exit_code(self, *, contract_counts: bool = True) -> int:
        """Return the exit code of the command; `contract_counts` is off for `--contract warn`."""
        code = EXIT_CODES[self.outcome]
        if code == 0 and (self.errors or (contract_counts and self.violations)):
            return EXIT_CODES["failure"]
        return code


@dataclass(frozen=True, slots=True)
class LintResult:
    """What was found in a document: each finding once, in the order of the lines.

    Attributes:
        file: the document, as it was named.
        findings: about its structure alone when that is broken.
        workflows: the ids of its workflows.
    """

    file: str
    findings: tuple[Finding, ...] = ()
    workflows: tuple[str, ...] = ()
