from __future__ import annotations

from typing import Any

import pytest

from mock_knock.contract.described import DescribedSources
from mock_knock.contract.description import DescribedOperation, Description, load_description
from mock_knock.messages import JsonValue

STATUS = {"type": "string", "enum": ["queued", "completed"]}
SCHEMAS: dict[str, Any] = {
    "Operation": {"properties": {"status": {"$ref": "#/components/schemas/Status"}, "rows": {"type": "integer"}}},
    "Status": STATUS,
    "Circle": {"$ref": "#/components/schemas/Circle"},
    "Page": {
        "properties": {
            "a/b": STATUS,
            "items": {"type": "array", "items": {"properties": {"status": STATUS}}},
            "odd": {"enum": "queued"},
            "yes": True,
        }
    },
}
OPERATION = {"$ref": "#/components/schemas/Operation"}


def answers(schema: JsonValue, status: str = "200") -> JsonValue:
    """Return the responses of an operation that answers with this schema."""
    return {status: {"content": {"application/json": {"schema": schema}}}}


def source(name: str, responses: JsonValue = None, id_: str = "getOperation") -> Description:
    """Return a description of one operation with these responses."""
    paths = {"/op": {"get": {"operationId": id_, "responses": responses}}}
    components = {"schemas": SCHEMAS, "responses": {"Good": {"content": {"application/json": {"schema": OPERATION}}}}}
    return load_description(name, {"openapi": "3.0.3", "paths": paths, "components": components}, where=name)


def success_values(responses: JsonValue, pointer: str = "/status") -> tuple[JsonValue, ...] | None:
    """Return what is asked about an operation with these responses."""
    description = source("bulk", responses)
    return DescribedSources({"bulk": description}).success_values(description.operations[0], pointer)


def test_ids_over_all_sources() -> None:
    """An id is looked for in every source, in their order."""
    sources = DescribedSources({"b": source("b"), "a": source("a"), "c": source("c", id_="other")})
    assert ["b", "a"] == [operation.source for operation in sources.find_by_id("getOperation")]
    assert () == sources.find_by_id("nobody")


@pytest.mark.parametrize(
    ("name", "pointer", "found"),
    [("a", "/paths/~1op/get", True), ("a", "/paths/~1op/post", False), ("nobody", "/paths/~1op/get", False)],
)
def test_a_pointer_into_one_source(name: str, pointer: str, *, found: bool) -> None:
    """A pointer counts within the source that is named; a source that is not there has no operations."""
    assert found == (DescribedSources({"a": source("a")}).find_by_pointer(name, pointer) is not None)


@pytest.mark.parametrize(
    ("name", "method", "found"), [("a", "GET", True), ("a", "POST", False), ("nobody", "GET", False)]
)
def test_method_and_template_in_one_source(name: str, method: str, *, found: bool) -> None:
    """Method and path template count within the source that is named."""
    assert found == (DescribedSources({"a": source("a")}).find(name, method, "/op") is not None)


def test_no_sources() -> None:
    """A flow without sources has no operations."""
    assert () == DescribedSources().find_by_id("getOperation")


@pytest.mark.parametrize(
    "responses",
    [
        answers(OPERATION),
        answers(OPERATION, "202"),
        answers(OPERATION, "2XX"),
        answers({"$ref": "#/components/schemas/Operation"}, "200"),
        {"200": {"$ref": "#/components/responses/Good"}},
        {"400": {}, "204": {"description": "nothing"}, **answers(OPERATION)},
        {**answers({"properties": {"status": {"const": "queued"}}}, "202"), **answers(OPERATION)},
        {"200": {"content": {"text/plain": {}, "application/json": {"schema": OPERATION}}}},
    ],
)
def test_values_of_a_success(responses: JsonValue) -> None:
    """The enum of a member is found behind references, over all 2xx responses."""
    assert ("queued", "completed") == success_values(responses)


@pytest.mark.parametrize(
    ("pointer", "values"),
    [
        ("/a~1b", ("queued", "completed")),
        ("/items/0/status", ("queued", "completed")),
        ("/items/0", None),
        ("/items/0/rows", None),
        ("/a~1b/deeper", None),
        ("/nothing", None),
        ("/nothing/deeper", None),
        ("/odd", None),
        ("/yes", None),
        ("", None),
    ],
)
def test_values_at_a_pointer(pointer: str, values: tuple[str, ...] | None) -> None:
    """A pointer leads through members and, whatever the index, through the items of an array."""
    assert values == success_values(answers({"$ref": "#/components/schemas/Page"}), pointer)


@pytest.mark.parametrize(
    "responses",
    [
        None,
        [],
        {},
        answers(OPERATION, "400"),
        answers(OPERATION, "default"),
        answers(OPERATION, "20"),
        answers({"$ref": "#/components/schemas/Circle"}),
        answers({"$ref": "#/components/schemas/Missing"}),
        {**answers({"properties": {}}, "201"), **answers(OPERATION)},
        {"200": {"content": {"application/json": {"schema": OPERATION}, "application/problem+json": {}}}},
        {"200": {"content": {"text/plain": {"schema": OPERATION}}}},
        {"200": None},
        {"200": {"content": []}},
        {"200": {"content": {"application/json": None}}},
        {"200": {"$ref": "#/components/responses/Missing"}},
    ],
)
def test_no_values(responses: JsonValue) -> None:
    """Where no success is described, or not as the standard asks, or one leaves a member open, there are no values."""
    assert success_values(responses) is None


def test_an_operation_that_is_not_described() -> None:
    """Nothing is known about the answers of an operation that its source does not describe."""
    other = DescribedOperation("bulk", "POST", "/op", None, "/paths/~1op/post")
    assert DescribedSources({"bulk": source("bulk", answers(OPERATION))}).success_values(other, "/status") is None


ENUM = {"enum": ["a", "b"]}


@pytest.mark.parametrize(
    ("schema", "pointer", "values"),
    [
        ({"const": "a"}, "", ("a",)),
        ({"type": "null"}, "", (None,)),
        ({"enum": ["a", None], "nullable": True}, "", ("a", None)),
        ({"allOf": [{"type": "string"}, ENUM]}, "", ("a", "b")),
        ({"allOf": [ENUM, {"enum": ["b", "c"]}]}, "", ("b",)),
        ({"oneOf": [ENUM, {"const": "c"}, {"type": "null"}]}, "", ("a", "b", "c", None)),
        ({"anyOf": [ENUM, ENUM]}, "", ("a", "b")),
        ({"anyOf": [ENUM, {"type": "string"}]}, "", None),
        ({"anyOf": []}, "", None),
        ({"oneOf": [{"properties": {"s": ENUM}}, {"properties": {"s": {"const": "c"}}}]}, "/s", ("a", "b", "c")),
        ({"allOf": [{"properties": {"s": ENUM}}, {"properties": {"t": {}}}]}, "/s", ("a", "b")),
        ({"allOf": "odd", "properties": {"s": ENUM}}, "/s", ("a", "b")),
        ({"$ref": "#/components/schemas/Status", "enum": ["queued"]}, "", ("queued",)),
        ({"additionalProperties": ENUM}, "/any", ("a", "b")),
        ({"prefixItems": [{}, ENUM], "items": {"const": 1}}, "/1", ("a", "b")),
        ({"prefixItems": [{}, ENUM], "items": {"const": 1}}, "/2", (1,)),
        ({"items": ENUM}, "/first", None),
        ({"properties": {"0": ENUM}, "items": {"const": 1}}, "/0", ("a", "b")),
        ({"properties": {"a~/b": ENUM}}, "/a~0~1b", ("a", "b")),
    ],
)
def test_values_of_combined_schemas(schema: JsonValue, pointer: str, values: tuple[JsonValue, ...] | None) -> None:
    """Values are those that `allOf` and the schema itself leave, and any of its alternatives, if all are closed."""
    assert values == success_values(answers(schema), pointer)


def test_a_schema_without_end() -> None:
    """A schema that combines itself for ever has no values, and the search ends."""
    schema: dict[str, Any] = {}
    schema["allOf"] = [schema]
    assert success_values(answers(schema), "") is None


def test_statuses_and_parameters() -> None:
    """Statuses and parameters are those that the operation describes."""
    description = source("bulk", {"200": {}, "4XX": {}, "default": {}})
    sources = DescribedSources({"bulk": description})
    assert (("200", "4XX", "default"), ()) == (
        sources.statuses(description.operations[0]),
        sources.parameters(description.operations[0]),
    )


def test_one_judge_for_each_source() -> None:
    """A source has one judge, so that nothing is compiled twice."""
    sources = DescribedSources({"a": source("a"), "b": source("b")})
    assert sources.judge("a") is sources.judge("a")
    assert sources.judge("a") is not sources.judge("b")


def test_parameters_of_security_schemes() -> None:
    """What an API key is sent in is described, and need not be given; other schemes, and broken ones, have no name."""
    schemes = {
        "header": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "query": {"$ref": "#/components/securitySchemes/other"},
        "other": {"type": "apiKey", "in": "query", "name": "key"},
        "bearer": {"type": "http", "scheme": "bearer"},
        "path": {"type": "apiKey", "in": "path", "name": "key"},
        "nameless": {"type": "apiKey", "in": "cookie"},
        "odd": None,
    }
    paths = {"/op": {"get": {"parameters": [{"name": "id", "in": "query"}]}}}
    document = {"openapi": "3.1.0", "paths": paths, "components": {"securitySchemes": schemes}}
    description = load_description("api", document, where="api")
    found = DescribedSources({"api": description}).parameters(description.operations[0])
    expected = [("id", "query"), ("X-Key", "header"), ("key", "query"), ("key", "query")]
    assert expected == [(each.name, each.place) for each in found]
    assert not any(each.is_required for each in found)


DOUBLING: dict[str, Any] = {
    f"S{level}": {"anyOf": [{"$ref": f"#/components/schemas/S{level + 1}"}] * 6} for level in range(40)
}
MANY_VALUES = {"enum": [str(number) for number in range(1_000)]}


@pytest.mark.parametrize("schema", [{"$ref": "#/components/schemas/S30"}, {"allOf": [MANY_VALUES] * 3}])
def test_values_that_take_too_much_work(schema: JsonValue) -> None:
    """References that multiply, and long lists that are compared with each other, leave the values open."""
    paths = {"/op": {"get": {"responses": answers(schema)}}}
    document = {"openapi": "3.0.3", "paths": paths, "components": {"schemas": {**DOUBLING, "S40": STATUS}}}
    description = load_description("api", document, where="api")
    sources = DescribedSources({"api": description})
    assert not sources.is_exhausted
    assert [None, None] == [sources.success_values(description.operations[0], "") for _ in range(2)]
    assert sources.is_exhausted


def body_of(schema: JsonValue) -> JsonValue:
    """Return an operation whose body has a schema."""
    return {"requestBody": {"content": {"application/json": {"schema": schema}}}, "responses": {}}


def test_work_for_all_operations_is_shared() -> None:
    """After one hostile schema has used up the work that may be done, nothing is said about any other body."""
    hostile = body_of({"$ref": "#/components/schemas/S0"})
    paths = {"/a": {"put": body_of({"type": "integer"})}, "/b": {"put": hostile}, "/c": {"put": hostile}}
    schemas = {name: {"allOf": each["anyOf"]} for name, each in DOUBLING.items()} | {"S40": {"type": "integer"}}
    document = {"openapi": "3.0.3", "paths": paths, "components": {"schemas": schemas}}
    description = load_description("api", document, where="api")
    sources = DescribedSources({"api": description})

    def found(index: int) -> int:
        operation = description.operations[index]
        return len(sources.body_violations(operation, None, "x", unknown=frozenset()))

    assert [1, 0, 0, 0, 0] == [found(index) for index in (0, 1, 2, 1, 0)]
    assert [] == [key for key in description.memo if key[:1] == ("body",) and key[2] == "/c"]
    assert sources.is_exhausted
    sources = sources.renewed()
    assert (1, False) == (found(0), sources.is_exhausted)


def test_many_ordinary_schemas() -> None:
    """Following schemas that are bounded takes nothing from the work of judging, however many there are."""
    shared = {f"T{number}": {"type": "string"} for number in range(20)}
    names = {f"p{number}": {"$ref": f"#/components/schemas/T{number % 20}"} for number in range(60)}
    paths = {f"/{number}": {"put": body_of({"type": "object", "properties": names})} for number in range(300)}
    description = load_description(
        "api", {"openapi": "3.0.3", "paths": paths, "components": {"schemas": shared}}, where="api"
    )
    sources = DescribedSources({"api": description})
    wrong: JsonValue = {"p1": 1}
    found = [sources.body_violations(each, None, wrong, unknown=frozenset()) for each in description.operations]
    assert ({1}, False) == ({len(each) for each in found}, sources.is_exhausted)
