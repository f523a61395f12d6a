"""Whatever a document holds, reading it ends with a document or with codes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_documents import DEEP, changed, flow, rich

from mock_knock.arazzo.parse import parse_document
from mock_knock.errors import InvalidDocument
from mock_knock.messages import Finding, JsonValue


def _pointers(value: JsonValue, at: str = "") -> Iterator[str]:
    yield at
    if isinstance(value, dict):
        for name, child in value.items():
            yield from _pointers(child, f"{at}/{name}")
    if isinstance(value, list):
        for index, child in enumerate(value):
            yield from _pointers(child, f"{at}/{index}")


POINTERS = [(document, pointer) for document in (flow, rich) for pointer in _pointers(document())]
FIELDS = [
    "$ref",
    "allOf",
    "properties",
    "parameters",
    "dependsOn",
    "selector",
    "name",
    "type",
    "stepId",
    "workflowId",
    "in",
    "value",
    "reference",
    "criteria",
    "condition",
    "context",
]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.sampled_from(
        [
            "",
            "goto",
            "retry",
            "end",
            "jsonpath",
            "xpath",
            "poll",
            "a",
            "$inputs.a",
            "{$",
            "$components.parameters.p",
            "#/components/inputs/i",
            "#text",
        ]
    ),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(FIELDS) | st.text(), inner, max_size=6),
    max_leaves=15,
)


@given(st.sampled_from(POINTERS), VALUES)
def test_any_value_anywhere(place: tuple[Callable[[], JsonValue], str], value: JsonValue) -> None:
    """Whatever stands wherever in a document, it is read or refused with a code of ours."""
    document, pointer = place
    _read_or_refuse(changed(pointer, value, document()))


@given(VALUES)
def test_any_document(value: JsonValue) -> None:
    """Whatever a document is, it is read or refused with a code of ours."""
    _read_or_refuse(value)


@given(st.dictionaries(st.sampled_from(["arazzo", "info", "sourceDescriptions", "workflows", "components"]), VALUES))
def test_any_root(value: JsonValue) -> None:
    """Whatever the members of a document are, it is refused with codes of ours."""
    _read_or_refuse({"arazzo": "1.0.1", **value})


@pytest.mark.parametrize(("document", "pointer"), POINTERS)
def test_monsters_anywhere(document: Callable[[], JsonValue], pointer: str) -> None:
    """Nesting without a reasonable end and numbers too long to be written are read or refused like anything else."""
    for value in (DEEP, {"type": DEEP, "name": DEEP}, 10**5_000, [10**5_000]):
        _read_or_refuse(changed(pointer, value, document()))


def _read_or_refuse(document: JsonValue) -> None:
    findings: tuple[Finding, ...] = ()
    try:
        parse_document(document)
    except InvalidDocument as error:
        findings = error.findings
    assert {"arazzo", "asyncapi", "component", "source"} >= {finding.code.partition("-")[0] for finding in findings}
