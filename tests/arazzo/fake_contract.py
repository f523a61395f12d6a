"""A made-up source for the rules of the linter: what it says is given piece by piece."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import yaml

from mock_knock.arazzo.document import Document, OutputSource, SourceDescription, Step, Workflow
from mock_knock.arazzo.lint import Subject, lint_workflow
from mock_knock.arazzo.parse import parse_document
from mock_knock.arazzo.targets import OperationTarget, Problem
from mock_knock.arazzo.template import Dialect
from mock_knock.messages import ContractViolation, Finding, JsonValue

Enums = Mapping[tuple[str, str], tuple[JsonValue, ...]]


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of a made-up source."""

    operation_id: str | None
    source: str = "api"
    method: str = "POST"

    @property
    def path(self) -> str:
        """Return a path of its own."""
        return f"/{self.operation_id}"


@dataclass(frozen=True, slots=True)
class DescribedParameter:
    """A parameter that an operation describes."""

    name: str
    place: str = "query"
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Described:
    """One source with the operations `a`, `b` and `c`; each answers and asks for what is given here by its id."""

    enums: Enums = field(default_factory=dict)
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    asked: Mapping[str, tuple[DescribedParameter, ...]] = field(default_factory=dict)
    violations: Mapping[str, tuple[ContractViolation, ...]] = field(default_factory=dict)
    methods: Mapping[str, str] = field(default_factory=dict)
    seen: list[tuple[str | None, str | None, JsonValue, frozenset[str]]] = field(default_factory=list)

    is_exhausted: bool = False

    def find_by_id(self, operation_id: str) -> tuple[OperationTarget, ...]:
        """Return the operation of this id, if there is one."""
        method = self.methods.get(operation_id, "POST")
        return (Operation(operation_id, method=method),) if operation_id in {"a", "b", "c"} else ()

    def find_by_pointer(self, source: str, pointer: str) -> OperationTarget | None:
        """Return the operation whose id is the second to last part of the pointer; `~1none` has no id."""
        name = pointer.rsplit("~1", maxsplit=1)[-1].partition("/")[0]
        return Operation(None if name == "none" else name.replace("_", " "), source)

    def success_values(self, operation: OperationTarget, pointer: str) -> tuple[JsonValue, ...] | None:
        """Return the enum of a member, if it has one."""
        return self.enums.get((operation.operation_id or "", pointer))

    def statuses(self, operation: OperationTarget) -> tuple[str, ...]:
        """Return the statuses given for the operation."""
        return self.answers.get(operation.operation_id or "", ())

    def parameters(self, operation: OperationTarget) -> Sequence[DescribedParameter]:
        """Return the parameters given for the operation."""
        return self.asked.get(operation.operation_id or "", ())

    def body_violations(
        self, operation: OperationTarget, content_type: str | None, payload: JsonValue, *, unknown: frozenset[str]
    ) -> tuple[ContractViolation, ...]:
        """Note what was asked, and return the violations given for the operation."""
        self.seen.append((operation.operation_id, content_type, payload, unknown))
        return self.violations.get(operation.operation_id or "", ())


def make_subject(
    *workflows: Workflow,
    described: Described | None = None,
    sources: Sequence[SourceDescription] = (SourceDescription("api", "api.yml"),),
    others: Mapping[str, Document] | None = None,
    self_uri: str | None = None,
    components: Mapping[str, Mapping[str, JsonValue]] | None = None,
    dialect: Dialect = "lenient",
) -> Subject:
    """Return the first of some workflows as the subject of a rule."""
    document = Document("1.1.0", "t", tuple(sources), workflows, self_uri, components or {})
    return Subject(document, workflows[0], described or Described(), dialect, others or {})


def make_workflow(
    *steps: Step,
    name: str = "w",
    inputs: Mapping[str, JsonValue] | None = None,
    required: Sequence[str] = (),
    outputs: Mapping[str, OutputSource] | None = None,
    depends_on: tuple[str, ...] = (),
) -> Workflow:
    """Return a workflow whose pointer is its name; `inputs` are schemas by name."""
    schema = {"properties": dict(inputs), "required": list(required)} if inputs is not None else {}
    return Workflow(name, steps, schema, outputs or {}, f"/{name}", depends_on)


def codes(problems: Iterable[Problem]) -> list[tuple[str, str]]:
    """Return code and place of some problems."""
    return [(problem.code, problem.pointer) for problem in problems]


def messages(problems: Iterable[Problem]) -> list[str]:
    """Return the messages of some problems."""
    return [problem.message for problem in problems]


def make_document(steps: str, *, inputs: JsonValue = None, outputs: JsonValue = None) -> Document:
    """Return a document with one workflow that has these steps, given as YAML."""
    return parse_document(
        {
            "arazzo": "1.0.1",
            "info": {"title": "t", "version": "1"},
            "sourceDescriptions": [{"name": "api", "url": "api.yml"}],
            "workflows": [
                {
                    "workflowId": "w",
                    "inputs": inputs or {"required": ["id", "name"], "properties": {"id": {}, "name": {}}},
                    "steps": yaml.safe_load(steps),
                    "outputs": outputs or {},
                }
            ],
        }
    )


def lint(
    steps: str,
    *,
    described: Described | None = None,
    inputs: JsonValue = None,
    outputs: JsonValue = None,
    dialect: Dialect = "lenient",
    but: Sequence[str] = ("input-unused", "parameter-undescribed"),
) -> tuple[Finding, ...]:
    """Lint a workflow with these steps; places are pointers, and the codes in `but` are passed over."""
    document = make_document(steps, inputs=inputs, outputs=outputs)
    subject = Subject(document, document.workflows[0], described or Described(), dialect)
    return tuple(each for each in lint_workflow(subject, lambda pointer: pointer) if each.code not in but)
