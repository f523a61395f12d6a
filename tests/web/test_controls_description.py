"""The description of the controls, held against the application and against what it is made of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from mock_knock.contract.judge import Judge
from mock_knock.domain.bulk_operation import Status
from mock_knock.domain.invariants import INVARIANTS
from mock_knock.domain.verification_format import EXPECTED, REPEATABLE, TIMES, parse_expected, parse_order
from mock_knock.files import bundled
from mock_knock.served import controls_description, known_routes
from mock_knock.web.admin.queries import operation_id
from mock_knock.web.guard import ADMIN_TOKEN_HEADER
from tests.web.wsgi_fake import new_fake

DESCRIPTION = controls_description()
DOCUMENT: Any = DESCRIPTION.document
SCHEMAS = DOCUMENT["components"]["schemas"]
JSON = "application/json"


def test_it_keeps_its_specification() -> None:
    """The description that is served is valid OpenAPI 3.1."""
    assert "3.1.0" == DOCUMENT["openapi"]
    assert [] == [*OpenAPIV31SpecValidator(DOCUMENT).iter_errors()]


def test_every_route_is_described_and_every_operation_routed() -> None:
    """The controls of the application and of the description are the same, under the same names."""
    routed = {
        (method, re.sub(r"<(?:\w+:)?(\w+?)_?>", r"{\1}", rule.rule), operation_id(rule.endpoint))
        for rule in new_fake().app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/_mock")
    }
    assert routed == {(each.method, each.path, each.operation_id) for each in DESCRIPTION.operations}


def test_names_are_no_names_of_knock() -> None:
    """A flow that uses both descriptions can name an operation of either without saying which one it means."""
    known = {each for methods in known_routes().values() for each in methods.values()}
    assert set() == known & {each.operation_id for each in DESCRIPTION.operations}


def test_every_answer_has_the_id_of_its_request() -> None:
    """Whatever a control answers is described with the header that every answer has."""
    answers = [
        DESCRIPTION.resolve(answer)
        for each in DESCRIPTION.operations
        for answer in DESCRIPTION.operation_object(each)["responses"].values()
    ]
    assert all("x-request-id" in each["headers"] for each in answers)


def test_refusals_are_described_where_they_can_occur() -> None:
    """Every control can refuse a key, a stranger and a parameter; one with a body can refuse that as well."""
    for each in DESCRIPTION.operations:
        details = DESCRIPTION.details(each)
        assert {"401", "403", "422"} <= set(details.statuses)
        assert bool(details.media_types) == ({"400", "413", "415"} <= set(details.statuses)), each.operation_id


@pytest.mark.parametrize(("component", "file"), [("Scenario", "scenario.json"), ("Seed", "seed.json")])
def test_formats_are_those_of_their_schemas(component: str, file: str) -> None:
    """The forms of scenarios and seeds are the published ones, with their references moved."""
    published = bundled("schemas", file).read_text(encoding="utf-8")
    moved = orjson.loads(published.replace('"#/', f'"#/components/schemas/{component}/'))
    assert {name: each for name, each in moved.items() if name not in {"$id", "$schema"}} == SCHEMAS[component]


def test_choices_are_those_of_the_rules() -> None:
    """Closed sets of values in the description are those of the code."""
    assert [each.value for each in Status] == SCHEMAS["BulkStatus"]["enum"]
    assert [*INVARIANTS] == SCHEMAS["Breach"]["properties"]["invariant"]["enum"]
    assert (
        sorted({each for methods in known_routes().values() for each in methods.values()})
        == (SCHEMAS["KnockOperation"]["enum"])
    )
    assert ADMIN_TOKEN_HEADER == DOCUMENT["components"]["securitySchemes"]["adminToken"]["name"]


def test_patterns_are_those_of_the_format() -> None:
    """An expectation has the same members in a body and in a query, and those that may be repeated are arrays."""
    assert SCHEMAS["Pattern"]["properties"].keys() == EXPECTED
    assert SCHEMAS["CountedPattern"]["properties"].keys() == EXPECTED | TIMES
    (wait,) = DESCRIPTION.find_by_id("waitForRequests")
    described = [DESCRIPTION.resolve(each) for each in DESCRIPTION.operation_object(wait)["parameters"]]
    assert {each["name"] for each in described} == EXPECTED | TIMES | {"timeout"}
    lists = {each["name"] for each in described if each.get("schema", {}).get("type") == "array"}
    assert REPEATABLE == lists


def examples() -> Iterator[tuple[str, str, Any]]:
    """Yield each example of a request or an answer with the schema it stands under, by operation."""
    for each in DESCRIPTION.operations:
        described = DESCRIPTION.operation_object(each)
        holders = [described.get("requestBody", {}), *map(DESCRIPTION.resolve, described["responses"].values())]
        for media in (content for holder in holders for content in holder.get("content", {}).values()):
            named = [one["value"] for one in media.get("examples", {}).values()]
            for value in [*named, *([media["example"]] if "example" in media else [])]:
                yield each.operation_id or "", media["schema"]["$ref"], value


EXAMPLES = [*examples()]


@pytest.mark.parametrize(("name", "reference", "value"), EXAMPLES)
def test_examples_keep_their_schemas(name: str, reference: str, value: Any) -> None:
    """Every example is one."""
    document = {
        **DOCUMENT,
        "paths": {"/x": {"put": {"requestBody": {"content": {JSON: {"schema": {"$ref": reference}}}}}}},
    }
    description = type(DESCRIPTION)(name, document, name)
    assert () == Judge(description).body_errors(description.operations[0], JSON, value)


@pytest.mark.parametrize("value", [value for name, reference, value in EXAMPLES if reference.endswith("/Expectation")])
def test_examples_of_expectations_can_be_read(value: Any) -> None:
    """Every expectation that is shown is taken, with operations that there are."""
    known = SCHEMAS["KnockOperation"]["enum"]
    if "in_order" in value:
        assert parse_order(value, operations=known)
    else:
        assert parse_expected(value, operations=known)
