"""Where a run stands: one frame for each workflow that has begun and not ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from mock_knock.arazzo.document import Step
from mock_knock.arazzo.expression import Scope
from mock_knock.harness.prepare import Unit
from mock_knock.messages import JsonValue

Role = Literal["entry", "call", "dependency", "preparation"]
"""Why a workflow runs: it was asked for; a step calls it; another one depends on it; it runs before a retry."""

Ending = Literal["success", "failure", "unreachable"]


@dataclass(slots=True, eq=False)
class Frame:
    """A workflow on its way.

    Attributes:
        unit: the workflow.
        inputs: its inputs, defaults included.
        role: why it runs.
        deadline: seconds on the run's clock after which the step that called it has failed.
        first: index of the first request made in it.
        step: the step that is next.
        outputs: of its steps, by step id.
        retries: how often each retry action of the current step was taken since the step was entered.
        is_repeated: the next step is tried again, not entered.
        resumes: the step that is tried again after the current one, which only prepares it.
        awaited: the workflows it depends on that have not been completed, as they are referred to.
        completed: ids of the steps that have succeeded.
        stands_for: the workflows that went over to this one for good, with their inputs; what it gives out is theirs.
        last: how the workflow that its current step called, or its last exchange, failed.
    """

    unit: Unit
    inputs: Mapping[str, JsonValue]
    role: Role
    deadline: float
    first: int
    step: Step
    outputs: dict[str, dict[str, JsonValue]] = field(default_factory=dict)
    retries: Counter[str] = field(default_factory=Counter)
    is_repeated: bool = False
    resumes: Step | None = None
    awaited: list[str] = field(default_factory=list)
    completed: set[str] = field(default_factory=set)
    stands_for: Mapping[Unit, Mapping[str, JsonValue]] = field(default_factory=dict)
    last: Ending = "failure"

    def enter(self, step_id: str) -> None:
        """Make another step the next one; its retries count from none again."""
        self.step = self.unit.workflow.step(step_id)
        self.retries.clear()
        self.is_repeated = False

    def repeat(self, action: str, first: str | None) -> None:
        """Try the current step again, after the step `first` if there is one."""
        self.retries[action] += 1
        self.is_repeated = first is None
        if first is not None:
            self.step, self.resumes = self.unit.workflow.step(first), self.step

    def resume(self) -> None:
        """Go back to the step that waited for the current one."""
        assert self.resumes is not None  # noqa: S101  # asked for only then
        self.step, self.resumes, self.is_repeated = self.resumes, None, True

    @property
    def resumed_id(self) -> str:
        """The id of the step that waits for the current one, or empty."""
        return self.resumes.step_id if self.resumes is not None else ""

    @property
    def attempt(self) -> int:
        """The number of the current try within this visit of the step."""
        return self.retries.total() + 1 if self.is_repeated else 1

    def scope(self, workflows: Mapping[str, Mapping[str, Mapping[str, JsonValue]]]) -> Scope:
        """Return what expressions can see here; `workflows` are those of this document that have begun."""
        document = self.unit.flow.document
        return Scope(
            inputs=self.inputs,
            steps=self.outputs,
            workflows=workflows,
            source_descriptions=self.unit.source_fields,
            components=document.components,
            self_uri=document.self_uri,
        )
