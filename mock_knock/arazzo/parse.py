"""From a decoded document to `Document`: the structure the standard prescribes, all problems at once.

Versions 1.0.x and 1.1.x. What concerns AsyncAPI is refused by name, never passed over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import cast

from mock_knock.arazzo.document import Document, SourceDescription, SourceType, Step, Workflow
from mock_knock.arazzo.parsing.components import components_as_written, read_components
from mock_knock.arazzo.parsing.parse_actions import read_actions
from mock_knock.arazzo.parsing.parse_inputs import Schemas
from mock_knock.arazzo.parsing.parse_parameters import ListedParameter, read_parameters, report_placeless
from mock_knock.arazzo.parsing.parse_steps import Shared, read_step
from mock_knock.arazzo.parsing.parse_values import read_outputs
from mock_knock.arazzo.parsing.reader import Place, Reader
from mock_knock.arazzo.parsing.reusable import Components, Context
from mock_knock.arazzo.parsing.step_order import order_steps
from mock_knock.arazzo.parsing.step_targets import check_dependencies
from mock_knock.errors import InvalidDocument
from mock_knock.messages import Finding, JsonValue

VERSION = re.compile(r"1\.[01]\.\d+(-.+)?")
URI_REFERENCE = re.compile(r"(?:[A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+")
"""The characters of a URI reference without a fragment (RFC 3986 section 4.1)."""
MOST_SHARED = 100_000
"""How many parameters and actions a workflow may give to its steps, counted for each step."""
MOST_STEPS = 500
"""Of one workflow; what can follow what is looked at for each pair of steps."""
MOST_STEPS_TOGETHER = 1_000
"""Of all workflows of a document, and the workflows with them."""
SOURCE_TYPES = ("openapi", "arazzo", "asyncapi")

ROOT_FIELDS = {"arazzo", "$self", "info", "sourceDescriptions", "workflows", "components"}
WORKFLOW_FIELDS = {
    "workflowId", "summary", "description", "inputs", "dependsOn", "steps", "successActions", "failureActions",
    "outputs", "parameters",
}  # fmt: skip


def _show_pointer(pointer: str) -> str:
    return f"#{pointer}"


def parse_document(value: JsonValue, *, where: Place = _show_pointer) -> Document:
    """Read an Arazzo document.

    Args:
        value: the decoded document.
        where: turns a JSON pointer into a place for people.

    Raises:
        InvalidDocument: with everything that was found, warnings too; its message is that of the first error.
    """
    document, findings = read_document_structure(value, where=where)
    refuse_errors(findings)
    return document


def refuse_errors(findings: tuple[Finding, ...]) -> None:
    """Raise InvalidDocument with all findings about a structure when there is an error among them."""
    first = next((each for each in findings if each.severity == "error"), None)
    if first is not None:
        raise InvalidDocument(first.code, first.message, where=first.where, hint=first.hint, findings=findings)


def read_document_structure(value: JsonValue, *, where: Place = _show_pointer) -> tuple[Document, tuple[Finding, ...]]:
    """Read an Arazzo document and return it with everything that was found about its structure.

    When there is an error among the findings, the document lacks what could not be read and is no good for anything
    but being shown. Never raises.
    """
    reader = Reader(where)
    return _read_document(reader, value), tuple(reader.findings)


def _read_document(reader: Reader, value: JsonValue) -> Document:
    if not isinstance(value, Mapping) or "arazzo" not in value:
        message = "this is not an Arazzo document: 'arazzo' is missing"
        reader.report("arazzo-invalid", "", message, "start with `arazzo: 1.0.1`")
        return Document("", "", (), ())
    root = reader.map(value, "", known=ROOT_FIELDS)
    version = reader.required_text(root, "", "arazzo")
    if version and not VERSION.fullmatch(version):
        reader.report(
            "arazzo-version",
            "/arazzo",
            f"Arazzo '{version}' is not supported",
            "supported: 1.0.x and 1.1.x, written like `arazzo: 1.0.1`",
        )
    reader.knows_newer = not version.startswith("1.0.")
    self_uri = _read_self(reader, root)
    title = _read_title(reader, root)
    sources = tuple(_read_source(reader, *item) for item in reader.items(root, "", "sourceDescriptions", required=True))
    reader.distinct([(each.name, each.pointer) for each in sources], "source description")
    components, schemas = read_components(reader, root), Schemas.of(reader, root)
    if _is_too_large(reader, root):
        return Document(version, title, sources, (), self_uri)
    workflows = tuple(
        _read_workflow(reader, components, schemas, *item)
        for item in reader.items(root, "", "workflows", required=True)
    )
    reader.distinct([(each.workflow_id, each.pointer) for each in workflows], "workflow")
    document = Document(version, title, sources, workflows, self_uri, components_as_written(root))
    check_dependencies(reader, root, document)
    return document


def _is_too_large(reader: Reader, root: Mapping[str, JsonValue]) -> bool:
    """Report more steps than can be looked at in reasonable time."""
    entries = root.get("workflows")
    lists = [each.get("steps") for each in (entries if isinstance(entries, list) else ()) if isinstance(each, Mapping)]
    counts = [len(steps) if isinstance(steps, list) else 0 for steps in lists]
    too_long = next((index for index, count in enumerate(counts) if count > MOST_STEPS), None)
    if too_long is not None:
        message = f"{counts[too_long]:,} steps are more than the {MOST_STEPS:,} that a workflow may have"
        reader.report("arazzo-limit", f"/workflows/{too_long}/steps", message, "split the workflow")
    if len(lists) + sum(counts) > MOST_STEPS_TOGETHER:
        message = f"more than {MOST_STEPS_TOGETHER:,} workflows and steps are in the document"
        reader.report("arazzo-limit", "/workflows", message, "make several documents of it")
    return any(each.code == "arazzo-limit" for each in reader.findings)


def _read_self(reader: Reader, root: Mapping[str, JsonValue]) -> str | None:
    reader.report_newer_fields(root, "", "$self")
    uri = reader.text(root, "", "$self")
    if uri is not None and "#" in uri:
        reader.report_structure("/$self", "'$self' must not have a fragment", "take `#` and what follows out")
    elif uri is not None and not URI_REFERENCE.fullmatch(uri):
        reader.report_structure(
            "/$self", f"'{uri}' is not a URI reference", "percent-encode what is not allowed in a URI"
        )
    return uri


def _read_title(reader: Reader, root: Mapping[str, JsonValue]) -> str:
    info = reader.map(root.get("info", {}), "/info", known={"title", "summary", "description", "version"})
    reader.prose(info, "/info", "summary", "description")
    title = reader.required_text(info, "/info", "title")
    reader.required_text(info, "/info", "version")
    return title


def _read_source(reader: Reader, at: str, value: Mapping[str, JsonValue]) -> SourceDescription:
    source = reader.map(value, at, known={"name", "url", "type"})
    name, url = reader.identifier(source, at, "name"), reader.required_text(source, at, "url")
    kind = reader.text(source, at, "type")
    if kind == "asyncapi":
        message = "AsyncAPI descriptions are not supported"
        reader.report("asyncapi-unsupported", f"{at}/type", message, "only steps over HTTP can be run")
    elif kind is not None and kind not in SOURCE_TYPES:
        reader.report_structure(f"{at}/type", f"there are no sources of the type '{kind}'", "write `type: openapi`")
    return SourceDescription(name, url, at, cast("SourceType | None", kind))


def _read_workflow(
    reader: Reader, components: Components, schemas: Schemas, at: str, value: Mapping[str, JsonValue]
) -> Workflow:
    workflow = reader.map(value, at, known=WORKFLOW_FIELDS)
    reader.prose(workflow, at, "summary", "description")
    entries = tuple(reader.items(workflow, at, "steps", required=True))
    ids = dict.fromkeys(entry["stepId"] for _, entry in entries if isinstance(entry.get("stepId"), str))
    context = Context(reader, components, ids)
    listed = read_parameters(context, workflow, at, "any")
    shared = Shared(
        tuple(each.parameter for each in listed),
        read_actions(context, workflow, at, "successActions", "successActions"),
        read_actions(context, workflow, at, "failureActions", "failureActions"),
    )
    shared = _within_bounds(reader, shared, len(entries), at)
    steps = tuple(read_step(context, shared, *entry) for entry in entries)
    reader.distinct([(step.step_id, step.pointer) for step in steps], "step")
    _check_places(reader, listed, steps)
    return Workflow(
        workflow_id=reader.identifier(workflow, at, "workflowId"),
        steps=order_steps(reader, steps),
        inputs=schemas.complete(reader, workflow["inputs"], f"{at}/inputs") if "inputs" in workflow else {},
        outputs=read_outputs(reader, workflow, at),
        pointer=at,
        depends_on=tuple(text for _, text in reader.listed_texts(workflow, at, "dependsOn")),
    )


def _within_bounds(reader: Reader, shared: Shared, steps: int, at: str) -> Shared:
    """Refuse to put so much into so many steps that nothing could hold it."""
    count = len(shared.parameters) + len(shared.on_success) + len(shared.on_failure)
    if count * steps <= MOST_SHARED:
        return shared
    message = f"{count:,} parameters and actions for each of {steps:,} steps are more than {MOST_SHARED:,} together"
    reader.report_structure(at, message, "split the workflow")
    return Shared()


def _check_places(reader: Reader, listed: Sequence[ListedParameter], steps: Sequence[Step]) -> None:
    """Report what a workflow gives to its steps without a place, when one of them calls an operation."""
    if any(step.workflow_id is None for step in steps):
        for each in listed:
            if each.parameter.place is None:
                report_placeless(reader, each)
