"""Which workflow a reference means: one of the same document by its id, or one of another document by an expression."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mock_knock.arazzo.document import Document, Workflow
from mock_knock.arazzo.targets import Problem

_FOREIGN = re.compile(r"\$sourceDescriptions\.(?P<source>[^.{}]+)\.(?P<id>.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class WorkflowTarget:
    """A workflow that is called; `source` names the source description it is from, None means the same document."""

    workflow: Workflow
    source: str | None = None


def resolve_workflow(
    reference: str, document: Document, others: Mapping[str, Document], at: str
) -> WorkflowTarget | Problem:
    """Find the workflow that a step, an action or `dependsOn` refers to (Arazzo 1.0.1, Step Object, workflowId).

    `others` are the Arazzo documents among the source descriptions, by name; `at` is the place of the reference. The
    problem has the code `workflow-missing` or `source-missing`.
    """
    match = _FOREIGN.fullmatch(reference)
    if match is None:
        found = document.workflow(reference)
        if found is not None:
            return WorkflowTarget(found)
        return _missing(reference, "this document", document, at, _elsewhere(reference, others))
    name, workflow_id = match["source"], match["id"]
    other = others.get(name)
    if other is None:
        names = [source.name for source in document.sources if source.type == "arazzo"]
        message = f"there is no source description '{name}' of type arazzo"
        return Problem("source-missing", at, message, f"known: {', '.join(names) or 'none'}")
    found = other.workflow(workflow_id)
    return WorkflowTarget(found, name) if found else _missing(workflow_id, f"source '{name}'", other, at)


def output_names(target: WorkflowTarget, document: Document, others: Mapping[str, Document]) -> tuple[str, ...] | None:
    """Return the outputs that a call of a workflow can hand out, or None when they cannot be known.

    A `goto` to another workflow takes the place of the one it leaves, also for whoever called that: the outputs are
    those of any workflow it leads to (the standard leaves open who gets them). `document` and `others` are those the
    target was found in; what a document of `others` refers to in its turn is not at hand.
    """
    home = document if target.source is None else others[target.source]
    pending, names = [(target.workflow, home, others if home is document else {})], dict[str, None]()
    seen: set[tuple[int, str]] = set()
    while pending:
        workflow, near, far = pending.pop()
        key = (id(near), workflow.workflow_id)
        if key in seen:
            continue
        seen.add(key)
        names |= dict.fromkeys(workflow.outputs)
        for reference in _left_for(workflow):
            found = resolve_workflow(reference, near, far, "")
            if isinstance(found, Problem):
                return None
            pending.append(
                (found.workflow, near, far) if found.source is None else (found.workflow, far[found.source], {})
            )
    return tuple(names)


def _left_for(workflow: Workflow) -> Iterator[str]:
    """Yield the workflows that a `goto` leaves a workflow for, as written."""
    for step in workflow.steps:
        for action in (*step.on_success, *step.on_failure):
            if action.type == "goto" and action.workflow_id is not None:
                yield action.workflow_id


def _missing(workflow_id: str, place: str, document: Document, at: str, hint: str = "") -> Problem:
    listed = ", ".join(each.workflow_id for each in document.workflows)
    message = f"{place} has no workflow '{workflow_id}'"
    return Problem("workflow-missing", at, message, hint or f"workflows there: {listed}")


def _elsewhere(workflow_id: str, others: Mapping[str, Document]) -> str:
    names = [name for name, other in others.items() if other.workflow(workflow_id)]
    return f"write `$sourceDescriptions.{names[0]}.{workflow_id}`" if names else ""
