"""Whether the steps that `dependsOn` names exist (Arazzo 1.1.0, Step Object, dependsOn)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mock_knock.arazzo.document import Document, Workflow
from mock_knock.arazzo.pointer import resolve_pointer
from mock_knock.arazzo.reader import Reader
from mock_knock.messages import JsonValue

_SAME_DOCUMENT = re.compile(r"\$workflows\.(?P<workflow>.+)\.steps\.(?P<step>.+)", re.DOTALL)
_OTHER_DOCUMENT = re.compile(
    r"\$sourceDescriptions\.(?P<source>[^.]+)\.(?P<workflow>.+)\.steps\.(?P<step>.+)", re.DOTALL
)
_FORMS = "write a stepId, `$workflows.<id>.steps.<id>` or `$sourceDescriptions.<name>.<id>.steps.<id>`"


def check_dependencies(reader: Reader, root: Mapping[str, JsonValue], document: Document) -> None:
    """Report steps that do not exist; of another document only its source can be checked here.

    `root` is the document as written, which knows the place of each entry also when others cannot be read.
    """
    for workflow in document.workflows:
        for step in workflow.steps:
            at = f"{step.pointer}/dependsOn"
            written: JsonValue = resolve_pointer(root, at) if step.depends_on else ()
            for index, reference in enumerate(written):
                if reference in step.depends_on:
                    _check(reader, document, workflow, reference, f"{at}/{index}")


def _check(reader: Reader, document: Document, workflow: Workflow, reference: str, at: str) -> None:
    if not reference.startswith("$"):
        _check_step(reader, workflow, reference, at, "this workflow")
    elif match := _SAME_DOCUMENT.fullmatch(reference):
        other = document.workflow(match["workflow"])
        if other is None:
            listed = ", ".join(each.workflow_id for each in document.workflows)
            message = f"there is no workflow '{match['workflow']}'"
            reader.report("arazzo-step-dangling", at, message, f"workflows of this document: {listed}")
        else:
            _check_step(reader, other, match["step"], at, f"the workflow '{other.workflow_id}'")
    elif match := _OTHER_DOCUMENT.fullmatch(reference):
        source = document.source(match["source"])
        if source is None or source.type != "arazzo":
            names = ", ".join(each.name for each in document.sources if each.type == "arazzo")
            message = f"there is no source description '{match['source']}' of type arazzo"
            reader.report("source-missing", at, message, f"known: {names or 'none'}")
    else:
        reader.report_structure(at, f"'{reference}' does not name a step", _FORMS)


def _check_step(reader: Reader, workflow: Workflow, step_id: str, at: str, place: str) -> None:
    ids = [step.step_id for step in workflow.steps]
    if step_id not in ids:
        hint = f"steps of {place}: {', '.join(ids)}"
        reader.report("arazzo-step-dangling", at, f"there is no step '{step_id}'", hint)
