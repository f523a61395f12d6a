"""An Arazzo document as data: what was written, with the place of everything, and nothing evaluated yet.

Reusable objects are already put in where they are referenced, and what a workflow gives to all its steps stands in
each step, behind the step's own: later layers look at steps alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from mock_knock.arazzo.criterion import Criterion
from mock_knock.arazzo.expressions.pointer import MISSING, Missing
from mock_knock.arazzo.queries.selector import Selector, SelectorType
from mock_knock.messages import JsonValue

ParameterPlace = Literal["path", "query", "querystring", "header", "cookie"]
ActionType = Literal["end", "goto", "retry"]
SourceType = Literal["openapi", "arazzo"]
OutputSource = str | Selector
"""Where an output comes from: a runtime expression, or a selector (1.1.0)."""


@dataclass(frozen=True, slots=True)
class SourceDescription:
    """Where operations or workflows are described; `url` is relative to the document.

    `type` is None where the document does not say it: what is found there tells, and whoever loads it puts it in.
    """

    name: str
    url: str
    pointer: str = ""
    type: SourceType | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that a step puts into its request, or hands to a workflow it calls.

    Attributes:
        name: of the parameter, or of the input.
        place: where it stands in the request; None only where a workflow is called.
        value: with runtime expressions in its texts, and `Selector`s in place of Selector Objects.
        pointer: JSON pointer to the object that holds the value: the component of a reusable parameter, unless the
            reference gives a value of its own.
        is_inherited: it comes from the parameters of the workflow, not from the step.
    """

    name: str
    place: ParameterPlace | None
    value: JsonValue
    pointer: str = ""
    is_inherited: bool = False


@dataclass(frozen=True, slots=True)
class Replacement:
    """A value to set at a place of the payload.

    `target` is read as `type` says; without one as a JSON pointer in JSON and as XPath in XML.
    """

    target: str
    value: JsonValue
    type: SelectorType | None = None
    version: str | None = None
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class RequestBody:
    """The payload of a step; without `content_type` the operation's own media type is used."""

    payload: JsonValue | Missing = MISSING
    content_type: str | None = None
    pointer: str = ""
    replacements: tuple[Replacement, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """What a step does next when all its criteria hold (none: always).

    Attributes:
        name: unique in its list.
        type: `retry` only after a failure.
        target: the step of a goto, or the one that runs before a retry; excludes `workflow_id`.
        criteria: all must hold.
        retry_after: seconds before the next attempt.
        retry_limit: how many more attempts there may be.
        pointer: JSON pointer to the action, or to the component it comes from.
        workflow_id: the workflow of a goto, or the one that runs before a retry, as written.
        parameters: the inputs of that workflow (1.1.0).
    """

    name: str
    type: ActionType
    target: str | None = None
    criteria: tuple[Criterion, ...] = ()
    retry_after: float = 0.0
    retry_limit: int = 1
    pointer: str = ""
    workflow_id: str | None = None
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One call; exactly one of `operation_id`, `operation_path` and `workflow_id` is set.

    `parameters`, `on_success` and `on_failure` are those of the step, then those of its workflow that it does not
    override. `timeout` is in seconds.
    """

    step_id: str
    operation_id: str | None = None
    operation_path: str | None = None
    parameters: tuple[Parameter, ...] = ()
    request_body: RequestBody | None = None
    success_criteria: tuple[Criterion, ...] = ()
    on_success: tuple[Action, ...] = ()
    on_failure: tuple[Action, ...] = ()
    outputs: Mapping[str, OutputSource] = field(default_factory=dict)
    pointer: str = ""
    workflow_id: str | None = None
    timeout: float | None = None
    depends_on: tuple[str, ...] = ()


@dataclass(frozen=True)
class Workflow:
    """A list of steps with inputs (a JSON Schema) and outputs.

    `steps` stand in the order in which they run, which `dependsOn` of steps can make another than the written one.
    `depends_on` are workflow ids as written. `inputs` is complete in itself: what it refers to in the components of
    the document is part of it.
    """

    workflow_id: str
    steps: tuple[Step, ...]
    inputs: Mapping[str, JsonValue] = field(default_factory=dict)
    outputs: Mapping[str, OutputSource] = field(default_factory=dict)
    pointer: str = ""
    depends_on: tuple[str, ...] = ()

    def step_index(self, step_id: str) -> int:
        """Return the place of a step in the list; raises KeyError for an unknown one."""
        return self._indices[step_id]

    @cached_property
    def _indices(self) -> Mapping[str, int]:
        return {step.step_id: index for index, step in reversed([*enumerate(self.steps)])}

    def step(self, step_id: str) -> Step:
        """Return a step by id; raises KeyError for an unknown one."""
        return self.steps[self.step_index(step_id)]

    def following(self, step: Step) -> Step | None:
        """Return the step after this one in the list, or None."""
        index = self.step_index(step.step_id) + 1
        return self.steps[index] if index < len(self.steps) else None


@dataclass(frozen=True)
class Document:
    """A whole Arazzo document.

    Attributes:
        version: the text of its `arazzo` field.
        title: from its `info`.
        sources: in their order.
        workflows: in their order.
        self_uri: the text of its `$self` field (1.1.0).
        components: as written, by type and name, for expressions that read them.
    """

    version: str
    title: str
    sources: tuple[SourceDescription, ...]
    workflows: tuple[Workflow, ...]
    self_uri: str | None = None
    components: Mapping[str, Mapping[str, JsonValue]] = field(default_factory=dict)

    def workflow(self, workflow_id: str) -> Workflow | None:
        """Return a workflow by id, or None."""
        return self._workflows.get(workflow_id)

    @cached_property
    def _workflows(self) -> Mapping[str, Workflow]:
        return {each.workflow_id: each for each in reversed(self.workflows)}

    @property
    def described_sources(self) -> tuple[SourceDescription, ...]:
        """The sources that describe operations, not workflows."""
        return tuple(source for source in self.sources if source.type != "arazzo")

    def source(self, name: str) -> SourceDescription | None:
        """Return a source description by name, or None."""
        return next((each for each in self.sources if each.name == name), None)
