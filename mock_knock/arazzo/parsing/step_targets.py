"""Whether the steps that `dependsOn` names exist (Arazzo 1.1.0, Step Object, dependsOn)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from mock_knock.arazzo.document import Document
from mock_knock.arazzo.expressions.pointer import resolve_pointer
from mock_knock.arazzo.parsing.reader import Reader, list_names
from mock_knock.messages import JsonValue

_SAME_DOCUMENT = re.compile(r"\$workflows\.(?P<workflow>.+)\.steps\.(?P<step>.+)", re.DOTALL)
_OTHER_DOCUMENT = re.compile(
    r"\$sourceDescriptions\.(?P<source>[^.]+)\.(?P<workflow>.+)\.steps\.(?P<step>.+)", re.DOTALL
)
_FORMS = "write a stepId, `$workflows.<id>.steps.<id>` or `$sourceDescriptions.<name>.<id>.steps.<id>`"


@dataclass(frozen=True, slots=True)
class _Known:
    """The steps of each workflow, by its id, and the Arazzo documents among the sources."""

    steps: Mapping[str, Collection[str]]
    sources: Collection[str]


def check_dependencies(reader: Reader, root: Mapping[str, JsonValue], document: Document) -> None:
    """Report steps that do not exist; of another document only its source can be checked here.

    `root` is the document as written, which knows the place of each entry also when others cannot be read.
    """
    ids = {each.workflow_id: dict.fromkeys(step.step_id for step in each.steps) for each in document.workflows}
    known = _Known(ids, dict.fromkeys(each.name for each in document.sources if each.type == "arazzo"))
    for workflow in document.workflows:
        for step in (each for each in workflow.steps if each.depends_on):
            at = f"{step.pointer}/dependsOn"
            written: JsonValue = resolve_pointer(root, at)
            for index, reference in enumerate(written):
                if isinstance(reference, str) and reference:
                    _check(reader, known, workflow.workflow_id, reference, f"{at}/{index}")


def _check(reader: Reader, known: _Known, own: str, reference: str, at: str) -> None:
    if not reference.startswith("$"):
        _check_step(reader, known, own, reference, at)
    elif match := _SAME_DOCUMENT.fullmatch(reference):
        _check_step(reader, known, match["workflow"], match["step"], at)
    elif match := _OTHER_DOCUMENT.fullmatch(reference):
        if match["source"] not in known.sources:
            message = f"there is no source description '{match['source']}' of type arazzo"
            reader.report("source-missing", at, message, f"known: {list_names(known.sources)}")
    else:
        reader.report_structure(at, f"'{reference}' does not name a step", _FORMS)


def _check_step(reader: Reader, known: _Known, workflow_id: str, step_id: str, at: str) -> None:
    steps = known.steps.get(workflow_id)
    if steps is None:
        hint = f"workflows of this document: {list_names(known.steps)}"
        reader.report("arazzo-step-dangling", at, f"there is no workflow '{workflow_id}'", hint)
    elif step_id not in steps:
        hint = f"steps of '{workflow_id}': {list_names(steps)}"
        reader.report("arazzo-step-dangling", at, f"there is no step '{step_id}'", hint)
