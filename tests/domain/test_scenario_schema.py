"""The published JSON Schema of scenarios says what the reader says."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.domain.scenario import Scenario
from mock_knock.domain.scenario_format import MEMBERS, parse_scenario, write_scenario
from mock_knock.errors import InvalidDocument
from mock_knock.files import bundled, list_bundled, read_document
from mock_knock.messages import JsonValue
from tests.domain.test_fault_refusals import ACTIONS, DECEPTIVE, DROP, ENVELOPES, WHENS, replace_something
from tests.domain.test_scenario_format import DROP as NOTHING
from tests.domain.test_scenario_format import PLANS, SCENARIOS, scenarios

SCHEMA = orjson.loads(bundled("schemas", "scenario.json").read_bytes())
VALIDATOR = jsonschema_rs.Draft202012Validator(SCHEMA, validate_formats=True)
FAULT = {"id": "a", "do": {"status": 503}}
WHOLE = {"every": 2.0}
"""A whole number with a point is whole to a schema."""
BEYOND = ("says nothing", "must be a shortest and a longest duration", "already")
"""What the reader finds that no schema can: empty parts that add up to nothing, an order, an id that is there twice."""

OTHER: list[JsonValue] = [
    *[None, True, -1, 0, 1, 1.5, 700],
    *["", "x", "50%", "2s", "5 polls", "reset", "*"],
    *[[], ["x"], [7], {}, {"x": 7}],
]
"""Values that take the place of others."""


def with_members(members: dict[Any, Any]) -> JsonValue:
    """Return a scenario with these members."""
    return {name: value for name, value in {"version": 1, **members}.items() if value is not NOTHING}


def with_fault(**members: Any) -> JsonValue:
    """Return a scenario with a fault that has these members."""
    fault = {name: value for name, value in {**FAULT, **members}.items() if value is not DROP}
    return {"version": 1, "faults": [fault]}


def problems(value: JsonValue) -> list[str]:
    """Return what the reader says of a document."""
    try:
        parse_scenario(value, name="x")
    except InvalidDocument as refusal:
        return [each.message for each in refusal.findings]
    return []


def test_it_is_a_schema() -> None:
    """The schema keeps its own dialect and knows every member that the reader knows."""
    assert jsonschema_rs.meta.is_valid(SCHEMA)
    assert MEMBERS == SCHEMA["properties"].keys()


@pytest.mark.parametrize("name", list_bundled("scenarios"))
def test_bundled_scenarios(name: str) -> None:
    """Bundled scenarios keep it."""
    VALIDATOR.validate(read_document(bundled("scenarios", f"{name}.yaml")).value)


@given(scenarios)
def test_whatever_is_written(scenario: Scenario) -> None:
    """Every scenario that is written down keeps it."""
    VALIDATOR.validate(write_scenario(scenario))


@given(scenarios, st.data())
def test_schema_and_reader_agree(scenario: Scenario, data: st.DataObject) -> None:
    """A written scenario in which anything was replaced keeps the schema exactly when the reader takes it."""
    written = json.loads(json.dumps(write_scenario(scenario)))
    other = [
        None,
        True,
        -1,
        0,
        1,
        1.5,
        700,
        "",
        "x",
        "50%",
        "2s",
        "5 polls",
        "reset",
        "*",
        [],
        ["x"],
        [7],
        {},
        {"x": 7},
    ]
    replace_something(written, st.sampled_from(other), data)
    told = problems(written)
    assert VALIDATOR.is_valid(written) == all(any(each in message for each in BEYOND) for message in told)


@pytest.mark.parametrize(
    "value",
    [
        *[None, True, 7, "version: 1", [], {}],
        *(with_members(value) for value, _ in SCENARIOS if 7 not in value),
        *({"version": 1, "bulk": value} for value, _ in PLANS if value != WHOLE),
        *(with_fault(**value) if value else {"version": 1, "faults": [value]} for value, _ in ENVELOPES),
        *(with_fault(when=value) for value, _ in WHENS),
        *(with_fault(do=value) for value, _ in ACTIONS),
    ],
)
def test_what_does_not_look_like_a_scenario(value: JsonValue) -> None:
    """What does not look like a scenario breaks it."""
    assert not VALIDATOR.is_valid(value)


@pytest.mark.parametrize(
    "value",
    [
        {"version": 1, "bulk": WHOLE},
        {"version": 1, "faults": [FAULT, FAULT]},
        *(with_fault(do=value) for value, _ in DECEPTIVE),
    ],
)
def test_what_a_schema_cannot_say(value: JsonValue) -> None:
    """Names that are there twice, parts that add up to nothing, sums and orders are beyond it."""
    assert problems(value)
    assert VALIDATOR.is_valid(value)
