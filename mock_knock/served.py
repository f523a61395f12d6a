"""What the fake imitates: the bundled descriptions with their repairs, and the judge of each operation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from mock_knock.contract.description import Description, load_description
from mock_knock.contract.embedding import embed_schemas
from mock_knock.contract.judge import Judge, OperationJudge
from mock_knock.contract.merged import merge_descriptions
from mock_knock.files import bundled, read_document, read_prepared, write_prepared
from mock_knock.messages import JsonValue

DESCRIPTIONS = (
    "knock-users-api-openapi.yml",
    "knock-bulk-operations-api-openapi.yml",
    "knock-workflows-api-openapi.yml",
    "knock-messages-api-openapi.yml",
    "knock-objects-api-openapi.yml",
    "knock-workflow-recipient-runs-api-openapi.yml",
)
OVERLAY = "knock-overlay.yml"
CONTROLS = "mock-knock-admin.yml"
KNOWN_ROUTES = "knock-operations.yml"


PREPARED = "served.json"
"""The repaired descriptions and the routes as JSON: made of the files above, which take far longer to read."""


@cache
def served_descriptions() -> tuple[Description, ...]:
    """Return the bundled descriptions with the overlay applied."""
    kept = _prepared()
    repaired = kept["descriptions"] if kept else repair_descriptions()
    paths = [bundled("openapi", name) for name in DESCRIPTIONS]
    return tuple(
        load_description(path.stem, value, where=str(path)) for path, value in zip(paths, repaired, strict=True)
    )


def repair_descriptions() -> tuple[JsonValue, ...]:
    """Return the decoded descriptions with the overlay applied, made anew."""
    from mock_knock.contract.overlay import apply_overlay, parse_overlay  # noqa: PLC0415  # slow, and mostly prepared

    documents = [read_document(bundled("openapi", name), with_positions=False) for name in DESCRIPTIONS]
    overlay_source = read_document(bundled("openapi", OVERLAY), with_positions=False)
    overlay = parse_overlay(overlay_source.value, where=overlay_source.display)
    return apply_overlay(overlay, [document.value for document in documents])


def prepare() -> str:
    """Return the text of the prepared file, made anew."""
    routes = read_document(bundled("openapi", KNOWN_ROUTES), with_positions=False).value
    return write_prepared({"descriptions": repair_descriptions(), "routes": [routes]}, _sources())


@cache
def _prepared() -> Mapping[str, JsonValue] | None:
    """Return what is prepared, unless somebody has changed what it was made of."""
    return read_prepared(bundled("prepared", PREPARED), _sources())


def _sources() -> list[Path]:
    return [bundled("openapi", name) for name in (*DESCRIPTIONS, OVERLAY, KNOWN_ROUTES)]


@cache
def served_document() -> JsonValue:
    """Return what the fake imitates as one OpenAPI document."""
    return merge_descriptions(served_descriptions())


@cache
def known_routes() -> Mapping[str, Mapping[str, str]]:
    """Return every operation of Knock, imitated or not: path template -> method -> operationId."""
    kept = _prepared()
    found: Mapping[str, Mapping[str, str]] = (
        kept["routes"][0] if kept else read_document(bundled("openapi", KNOWN_ROUTES), with_positions=False).value
    )
    return found


@cache
def controls_description() -> Description:
    """Return the description of the fake's own controls, with all that it refers to."""
    path = bundled("openapi", CONTROLS)
    source = read_document(path, with_positions=False).value
    document = embed_schemas(source, lambda name: read_document(path.parent / name, with_positions=False).value)
    known = {each for methods in known_routes().values() for each in methods.values()}
    document["components"]["schemas"]["KnockOperation"]["enum"] = sorted(known)
    return load_description("mock-knock", document, where=CONTROLS)


@cache
def served_operations() -> Mapping[str, OperationJudge]:
    """Return the judge of each operation that the fake imitates, by operationId."""
    return _judges(served_descriptions())


@cache
def controls_operations() -> Mapping[str, OperationJudge]:
    """Return the judge of each of the fake's own controls, by operationId."""
    return _judges([controls_description()])


def _judges(descriptions: Iterable[Description]) -> dict[str, OperationJudge]:
    judged = ((Judge(description), description) for description in descriptions)
    return {
        operation.operation_id: OperationJudge(judge, operation)
        for judge, description in judged
        for operation in description.operations
        if operation.operation_id is not None
    }
