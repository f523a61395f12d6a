"""Which workflow a reference means: one of the same document by its id, or one of another document by an expression."""

from __future__ import annotations

import re
from collections.abc import Mapping
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


def _missing(workflow_id: str, place: str, document: Document, at: str, hint: str = "") -> Problem:
    listed = ", ".join(each.workflow_id for each in document.workflows)
    message = f"{place} has no workflow '{workflow_id}'"
    return Problem("workflow-missing", at, message, hint or f"workflows there: {listed}")


def _elsewhere(workflow_id: str, others: Mapping[str, Document]) -> str:
    names = [name for name, other in others.items() if other.workflow(workflow_id)]
    return f"write `$sourceDescriptions.{names[0]}.{workflow_id}`" if names else ""
