"""Whether what expressions name exists, and exists in time."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice

from mock_knock.arazzo.document import Document, SourceDescription, Workflow
from mock_knock.arazzo.expression import Expression
from mock_knock.arazzo.linting.flow_graph import FlowGraph
from mock_knock.arazzo.linting.lint_subject import Subject
from mock_knock.arazzo.linting.uses import Use
from mock_knock.arazzo.targets import Problem
from mock_knock.arazzo.workflow_targets import WorkflowTarget, output_names, resolve_workflow

SOURCE_FIELDS = ("name", "url", "type")
"""The fields of a Source Description Object; an expression may read them, or name an operation or a workflow."""


MAX_LISTED = 20
"""Names that a remedy lists."""


def check_references(subject: Subject) -> Iterator[Problem]:
    """Yield a problem for each expression that names something which does not exist, or not yet."""
    graph = FlowGraph.of(subject.workflow)
    for use in subject.uses(subject.dialect):
        match use.expression.kind:
            case "inputs":
                yield from _check_input(subject, use.pointer, use.expression)
            case "steps":
                yield from _check_step_output(subject, use, graph)
            case "outputs":
                yield from _check_own_output(subject, use)
            case "workflows":
                yield from _check_workflow_value(subject, use)
            case "sourceDescriptions":
                yield from _check_source(subject, use)
            case "components":
                yield from _check_component(subject.document, use)
            case "self" if subject.document.self_uri is None:
                message = "$self has no value: the document has no field '$self'"
                yield Problem("self-undeclared", use.pointer, message, "add `$self: https://...` at the top (1.1.0)")
            case _:
                pass


def _check_input(
    subject: Subject, pointer: str, expression: Expression, workflow: Workflow | None = None
) -> Iterator[Problem]:
    declared = subject.inputs(workflow)
    if expression.name not in declared:
        hint = f"declared inputs: {_listed(declared)}"
        yield Problem("input-undeclared", pointer, f"there is no input '{expression.name}'", hint)


def _check_step_output(subject: Subject, use: Use, graph: FlowGraph) -> Iterator[Problem]:
    expression = use.expression
    step = subject.step(expression.owner)
    if step is None:
        hint = f"steps of this workflow: {_listed([each.step_id for each in subject.workflow.steps])}"
        yield Problem("output-unknown", use.pointer, f"there is no step '{expression.owner}'", hint)
    elif expression.name not in step.outputs:
        yield from _check_output(use, f"the step '{step.step_id}'", step.outputs)
    elif use.step is not None and not graph.is_in_time(step.step_id, use.step.step_id, is_sent=use.is_sent):
        message = f"'{expression}' has no value yet: '{step.step_id}' does not come before '{use.step.step_id}'"
        yield Problem("output-forward", use.pointer, message, "move the step that has the output to the front")


def _check_own_output(subject: Subject, use: Use) -> Iterator[Problem]:
    """Check `$outputs.x`: behind a step that calls a workflow the outputs of that one, elsewhere those of this one."""
    if use.step is None or use.step.workflow_id is None:
        workflow = subject.workflow
        yield from _check_output(use, f"the workflow '{workflow.workflow_id}'", workflow.outputs)
        return
    found = resolve_workflow(use.step.workflow_id, subject.document, subject.others, use.pointer)
    if isinstance(found, WorkflowTarget):  # else the rule about calls reports it
        yield from _check_handed_out(subject, use, found)


def _check_handed_out(subject: Subject, use: Use, called: WorkflowTarget) -> Iterator[Problem]:
    """Check an output of another workflow, which may have left for a third one by a goto."""
    names = output_names(called, subject.document, subject.others)
    if names is not None:
        yield from _check_output(use, f"the workflow '{called.workflow.workflow_id}'", names)


def _check_workflow_value(subject: Subject, use: Use) -> Iterator[Problem]:
    document, expression = subject.document, use.expression
    workflow = document.workflow(expression.owner)
    if workflow is None:
        hint = f"workflows of this document: {_listed([each.workflow_id for each in document.workflows])}"
        yield Problem("workflow-missing", use.pointer, f"there is no workflow '{expression.owner}'", hint)
    elif expression.part == "inputs":
        yield from _check_input(subject, use.pointer, expression, workflow)
    else:
        yield from _check_handed_out(subject, use, WorkflowTarget(workflow))


def _check_source(subject: Subject, use: Use) -> Iterator[Problem]:
    name, member = use.expression.owner, use.expression.name
    source = subject.document.source(name)
    if source is None:
        hint = f"known: {_listed([each.name for each in subject.document.sources])}"
        yield Problem("source-missing", use.pointer, f"there is no source description '{name}'", hint)
    elif not _has_member(subject, source, member):
        message = f"the source description '{name}' has neither a field nor anything to call named '{member}'"
        yield Problem("source-member-missing", use.pointer, message, f"its fields: {_listed(SOURCE_FIELDS)}")


def _has_member(subject: Subject, source: SourceDescription, member: str) -> bool:
    if member in SOURCE_FIELDS:
        return True
    if source.type == "arazzo":
        other = subject.others.get(source.name)
        return other is None or other.workflow(member) is not None
    return any(operation.source == source.name for operation in subject.described.find_by_id(member))


def _check_component(document: Document, use: Use) -> Iterator[Problem]:
    kind, name = use.expression.part, use.expression.name
    there = document.components.get(kind, {})
    if name not in there:
        message = f"there is no component '{name}' among the {kind}"
        yield Problem("component-missing", use.pointer, message, f"components/{kind} has: {_listed(there)}")


def _check_output(use: Use, owner: str, outputs: Collection[str]) -> Iterator[Problem]:
    name = use.expression.name
    if name not in outputs:
        hint = f"outputs of {owner.rpartition(' ')[2]}: {_listed(outputs)}"
        yield Problem("output-unknown", use.pointer, f"{owner} has no output '{name}'", hint)


def _listed(names: Collection[str]) -> str:
    shown = [*islice(names, MAX_LISTED)]
    more = [f"and {len(names) - MAX_LISTED} more"] if len(names) > MAX_LISTED else []
    return ", ".join([*shown, *more]) or "none"
