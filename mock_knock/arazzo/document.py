"""An Arazzo document as data: what was written, with the place of everything, and nothing interpreted yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from mock_knock.arazzo.criterion import Criterion
from mock_knock.messages import JsonValue

ParameterPlace = Literal["path", "query", "header", "cookie"]
ActionType = Literal["end", "goto", "retry"]


@dataclass(frozen=True, slots=True)
class SourceDescription:
    """Where operations are described; `url` is relative to the document."""

    name: str
    url: str
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that a step puts into its request."""

    name: str
    place: ParameterPlace
    value: JsonValue
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class RequestBody:
    """The payload of a step; without `content_type` the operation's own media type is used."""

    payload: JsonValue
    content_type: str | None = None
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """What a step does next when all its criteria hold (none: always); `target` is the step of a goto."""

    name: str
    type: ActionType
    target: str | None = None
    criteria: tuple[Criterion, ...] = ()
    retry_after: float = 0.0
    retry_limit: int = 1
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One operation call; exactly one of `operation_id` and `operation_path` is set."""

    step_id: str
    operation_id: str | None = None
    operation_path: str | None = None
    parameters: tuple[Parameter, ...] = ()
    request_body: RequestBody | None = None
    success_criteria: tuple[Criterion, ...] = ()
    on_success: tuple[Action, ...] = ()
    on_failure: tuple[Action, ...] = ()
    outputs: Mapping[str, str] = field(default_factory=dict)
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Workflow:
    """A list of steps with inputs (a JSON Schema) and outputs (runtime expressions)."""

    workflow_id: str
    steps: tuple[Step, ...]
    inputs: Mapping[str, JsonValue] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    pointer: str = ""

    def step_index(self, step_id: str) -> int:
        """Return the place of a step in the list; raises KeyError for an unknown one."""
        ids = [step.step_id for step in self.steps]
        if step_id not in ids:
            raise KeyError(step_id)
        return ids.index(step_id)

    def following(self, step: Step) -> Step | None:
        """Return the step after this one in the list, or None."""
        index = self.step_index(step.step_id) + 1
        return self.steps[index] if index < len(self.steps) else None


@dataclass(frozen=True, slots=True)
class Document:
    """A whole Arazzo document; `version` is the text of its `arazzo` field."""

    version: str
    title: str
    sources: tuple[SourceDescription, ...]
    workflows: tuple[Workflow, ...]

    def workflow(self, workflow_id: str) -> Workflow | None:
        """Return a workflow by id, or None."""
        return next((each for each in self.workflows if each.workflow_id == workflow_id), None)
