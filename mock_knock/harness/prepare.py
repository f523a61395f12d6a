"""From a flow to workflows whose every step is known to have something to call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from mock_knock.arazzo.document import Step, Workflow
from mock_knock.arazzo.inputs import declared_inputs
from mock_knock.arazzo.planning import optional_inputs
from mock_knock.arazzo.targets import Problem, resolve_target
from mock_knock.arazzo.workflow_targets import resolve_workflow
from mock_knock.contract.description import DescribedOperation, Description
from mock_knock.contract.details import OperationDetails
from mock_knock.contract.judge import Judge
from mock_knock.errors import InvalidDocument, UsageError
from mock_knock.harness.addresses import is_address
from mock_knock.harness.flow import Flow, fatal_findings
from mock_knock.harness.run_settings import Addresses, RunSettings
from mock_knock.messages import Finding, JsonValue


@dataclass(frozen=True, slots=True)
class Call:
    """The operation of a step: what it is, where it is, and who judges its messages."""

    operation: DescribedOperation
    details: OperationDetails
    server: str
    judge: Judge


@dataclass(frozen=True, eq=False)
class Unit:
    """A workflow with everything it needs to run.

    Attributes:
        flow: the document it is from.
        workflow: what to do.
        calls: the operation of each step that calls one, by step id.
        units: the workflows it refers to, by the text of the reference; in a circle it finds itself there.
    """

    flow: Flow
    workflow: Workflow
    calls: Mapping[str, Call]
    units: Mapping[str, Unit]

    @cached_property
    def declared_inputs(self) -> Mapping[str, Mapping[str, JsonValue]]:
        """The inputs that the workflow declares, each with its schema."""
        return declared_inputs(self.workflow)

    @cached_property
    def optional_inputs(self) -> frozenset[str]:
        """The inputs that are declared and may be absent."""
        return optional_inputs(self.workflow)

    @cached_property
    def source_fields(self) -> Mapping[str, Mapping[str, JsonValue]]:
        """The fields of the source descriptions, for expressions."""
        return {
            each.name: {"name": each.name, "url": each.url, "type": each.type} for each in self.flow.document.sources
        }


@dataclass(frozen=True, slots=True)
class Prepared:
    """A workflow that can be run, all that it may come to included."""

    unit: Unit
    units: tuple[Unit, ...]
    findings: tuple[Finding, ...]

    @property
    def flow(self) -> Flow:
        """The document that was asked for."""
        return self.unit.flow

    @property
    def workflow(self) -> Workflow:
        """The workflow that was asked for."""
        return self.unit.workflow

    def calls(self) -> Iterator[tuple[str, Call]]:
        """Yield every operation that may be called, with the id of its step."""
        for unit in self.units:
            yield from unit.calls.items()


def prepare_run(flow: Flow, workflow: Workflow, addresses: Addresses, settings: RunSettings) -> Prepared:
    """Examine a workflow and all that it may come to, and find where each step goes.

    Raises:
        InvalidDocument: an error that leaves open what would be sent; all findings are attached.
        UsageError: `server-unknown` when no address is known for an operation.
    """
    reached = tuple(_reach(flow, workflow))
    found = tuple(finding for each in reached for finding in each.flow.lint(each.workflow, dialect=settings.dialect))
    findings = tuple(dict.fromkeys(apply_severities(found, settings)))
    fatal = (*fatal_findings(findings), *fatal_findings(found))  # no severity makes up for what is not known
    if fatal:
        raise InvalidDocument(
            fatal[0].code, fatal[0].message, where=fatal[0].where, hint=fatal[0].hint, findings=findings
        )
    builder = _Builder(addresses, settings)
    for each in reached:
        builder.fill(each)
    for each in reached:
        builder.connect(each)
    units = tuple(builder.units.values())
    return Prepared(units[0], units, findings)


def apply_severities(findings: tuple[Finding, ...], settings: RunSettings) -> tuple[Finding, ...]:
    """Give findings the severities that `--severity CODE=LEVEL` asks for."""
    return tuple(
        Finding(each.code, settings.severities.get(each.code, each.severity), each.message, each.where, each.hint)
        for each in findings
    )


def references_of(workflow: Workflow) -> Iterator[tuple[str, str]]:
    """Yield every reference of a workflow to another one as (text, JSON pointer)."""
    for index, text in enumerate(workflow.depends_on):
        yield text, f"{workflow.pointer}/dependsOn/{index}"
    for step in workflow.steps:
        if step.workflow_id is not None:
            yield step.workflow_id, f"{step.pointer}/workflowId"
        for action in (*step.on_success, *step.on_failure):
            if action.workflow_id is not None:
                yield action.workflow_id, f"{action.pointer}/workflowId"


_Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class _Reached:
    """A workflow that a run may come to, and the keys of those it refers to."""

    flow: Flow
    workflow: Workflow
    references: dict[str, _Key] = field(default_factory=dict)

    @property
    def key(self) -> _Key:
        return id(self.flow), self.workflow.workflow_id


def _reach(flow: Flow, workflow: Workflow) -> Iterator[_Reached]:
    """Find every workflow a run may come to, the first one first; a reference to nowhere is the linter's to report."""
    pending = [_Reached(flow, workflow)]
    seen = {pending[0].key}
    while pending:
        each = pending.pop(0)
        for text, pointer in references_of(each.workflow):
            others = {name: other.document for name, other in each.flow.others.items()}
            target = resolve_workflow(text, each.flow.document, others, pointer)
            if isinstance(target, Problem):
                continue
            found = _Reached(each.flow.others[target.source] if target.source else each.flow, target.workflow)
            each.references[text] = found.key
            if found.key not in seen:
                seen.add(found.key)
                pending.append(found)
        yield each


@dataclass(slots=True)
class _Builder:
    addresses: Addresses
    settings: RunSettings
    units: dict[_Key, Unit] = field(default_factory=dict)
    references: defaultdict[_Key, dict[str, Unit]] = field(default_factory=lambda: defaultdict(dict))
    judges: dict[int, Judge] = field(default_factory=dict)

    def fill(self, reached: _Reached) -> None:
        """Add the unit of a workflow; what it refers to is put in by `connect`."""
        calls = {
            step.step_id: self.call(reached.flow, step) for step in reached.workflow.steps if step.workflow_id is None
        }
        self.units[reached.key] = Unit(reached.flow, reached.workflow, calls, self.references[reached.key])

    def connect(self, reached: _Reached) -> None:
        """Put the units in that a workflow refers to."""
        self.references[reached.key].update((text, self.units[key]) for text, key in reached.references.items())

    def call(self, flow: Flow, step: Step) -> Call:
        target = resolve_target(step, flow.document, flow.described, dialect=self.settings.dialect).operation
        operation = flow.described.find(target.source, target.method, target.path) if target else None
        assert operation is not None  # noqa: S101  # what leaves that open is fatal
        description = flow.described.descriptions[operation.source]
        server = self.server(flow, description, operation)
        return Call(operation, description.details(operation), server, self.judge(description))

    def judge(self, description: Description) -> Judge:
        return self.judges.setdefault(id(description), Judge(description))

    def server(self, flow: Flow, description: Description, operation: DescribedOperation) -> str:
        found = self.addresses.resolve(operation.source, description.server_url(operation))
        if not found or not is_address(found):
            message = f"no usable server for '{operation.source}'" + (f": {found}" if found else "")
            hint = f"give --target URL or --server {operation.source}=URL"
            raise UsageError("server-unknown", message, where=flow.source.display, hint=hint)
        return found
