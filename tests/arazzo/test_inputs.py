"""The schemas of inputs: what they refer to, and what is known from them."""

from __future__ import annotations

import jsonschema_rs
import pytest
from small_documents import DEEP, built, problems

from mock_knock.arazzo.document import Workflow
from mock_knock.arazzo.expressions.pointer import resolve_pointer
from mock_knock.arazzo.inputs import (
    declared_inputs,
    declared_properties,
    default_inputs,
    input_names,
    input_pointers,
    required_inputs,
)
from mock_knock.arazzo.parse import parse_document
from mock_knock.messages import JsonValue

AT = "/workflows/0/inputs"
COMPONENTS: JsonValue = {
    "page": {"type": "object", "properties": {"size": {"$ref": "#/components/inputs/count"}}, "required": ["size"]},
    "count": {"type": "integer", "minimum": 1},
    "secret": {"$anchor": "key", "type": "string", "format": "password", "$ref": "#short"},
    "short": {"$defs": {"s": {"$anchor": "short", "maxLength": 5}}},
    "node": {"type": "object", "properties": {"next": {"$ref": "#/components/inputs/node"}, "n": {"type": "integer"}}},
    "never": False,
}


def document(inputs: JsonValue, **components: JsonValue) -> JsonValue:
    """Return a document whose workflow has these inputs."""
    return built({"stepId": "a"}, inputs=inputs, components={"inputs": {**COMPONENTS, **components}})


def workflow(inputs: JsonValue, **components: JsonValue) -> Workflow:
    """Return a workflow with these inputs as read."""
    return parse_document(document(inputs, **components)).workflows[0]


def accepts(read: Workflow, value: JsonValue) -> bool:
    """Tell whether the schema of a workflow holds for a value, with nothing else at hand."""
    return jsonschema_rs.Draft202012Validator(dict(read.inputs)).is_valid(value)


VALUES: list[tuple[JsonValue, JsonValue, JsonValue]] = [
    # a schema, a value that it accepts, one that it does not
    ({"$ref": "#/components/inputs/page"}, {"size": 1}, {"size": 0}),
    ({"properties": {"n": {"$ref": "#/components/inputs/count"}}}, {"n": 1}, {"n": 0}),
    ({"allOf": [{"$ref": "#/components/inputs/page"}]}, {"size": 1}, {}),
    ({"properties": {"l": {"items": {"$ref": "#/components/inputs/count"}}}}, {"l": [1]}, {"l": [0]}),
    ({"properties": {"k": {"$ref": "#key"}}}, {"k": "abc"}, {"k": "abcdef"}),
    ({"properties": {"k": {"$ref": "#short"}}}, {"k": "abc"}, {"k": "abcdef"}),
    ({"properties": {"n": {"$ref": "#/components/inputs/page/properties/size"}}}, {"n": 1}, {"n": 0}),
    ({"$ref": "#/components/inputs/node"}, {"next": {"next": {"n": 1}}}, {"next": {"next": {"n": "1"}}}),
    ({"properties": {"x": {"$ref": "#/components/inputs/never"}}}, {}, {"x": 1}),
    ({"$defs": {"d": {"minimum": 1}}, "properties": {"n": {"$ref": "#/$defs/d"}}}, {"n": 1}, {"n": 0}),
    ({"$defs": {"d": {"$anchor": "own", "minimum": 1}}, "properties": {"n": {"$ref": "#own"}}}, {"n": 1}, {"n": 0}),
    ({"properties": {"next": {"$ref": "#"}, "n": {"type": "integer"}}}, {"next": {"n": 1}}, {"next": {"n": "1"}}),
    ({"$defs": {"d": {"$id": "urn:d", "minimum": 1}}, "properties": {"n": {"$ref": "urn:d"}}}, {"n": 1}, {"n": 0}),
    ({"properties": {"n": {"$dynamicRef": "#key"}}}, {"n": "abc"}, {"n": "abcdef"}),
]


@pytest.mark.parametrize(("inputs", "good", "bad"), VALUES)
def test_schemas_are_complete_in_themselves(inputs: JsonValue, good: JsonValue, bad: JsonValue) -> None:
    """A schema is read together with everything it refers to, so that a validator needs nothing else."""
    read = workflow(inputs)
    assert [True, False] == [accepts(read, good), accepts(read, bad)]


def test_only_what_is_needed_is_added() -> None:
    """A schema that needs no other is left as it is, and one that does is not changed in the document."""
    inputs = {"properties": {"a": {"type": "string"}}}
    assert inputs == workflow(inputs).inputs
    referring = {"$ref": "#/components/inputs/page"}
    expected = {name: COMPONENTS[name] for name in ("page", "count")}
    assert expected == workflow(referring).inputs["components"]["inputs"]
    assert {"$ref": "#/components/inputs/page"} == referring


def test_schemas_of_other_workflows() -> None:
    """A schema may refer to one of another workflow, or to its own by its place in the document."""
    whole = document({"properties": {"n": {"$ref": "#/workflows/1/inputs/properties/m"}, "o": {"$ref": "#third"}}})
    steps = [{"stepId": "a", "operationId": "o"}]
    second = {"properties": {"m": {"$ref": "#/workflows/1/inputs/$defs/d"}}, "$defs": {"d": {"minimum": 1}}}
    third = {"$anchor": "third", "maximum": 5}
    whole["workflows"] += [
        {"workflowId": "v", "steps": steps, "inputs": second},
        {"workflowId": "u", "steps": steps, "inputs": third},
    ]
    first, other, _ = parse_document(whole).workflows
    assert [True, False] == [accepts(first, {"n": 1}), accepts(first, {"n": 0})]
    assert [True, False] == [accepts(first, {"o": 5}), accepts(first, {"o": 6})]
    assert [True, False] == [accepts(other, {"m": 1}), accepts(other, {"m": 0})]


def test_definitions_of_their_own_stay() -> None:
    """What is added for an anchor stands beside the definitions that a schema has."""
    inputs = {"$defs": {"d": {"minimum": 1}}, "properties": {"k": {"$ref": "#key"}, "n": {"$ref": "#/$defs/d"}}}
    read = workflow(inputs)
    assert [True, False, False] == [accepts(read, each) for each in ({"k": "a", "n": 1}, {"k": 1}, {"n": 0})]
    broken = workflow({"$defs": [], "properties": {"k": {"$ref": "#key"}}})
    assert [False, True] == [accepts(broken, {"k": 1}), accepts(broken, {"k": "a"})]


@pytest.mark.parametrize(
    "reference",
    [
        "#/components/inputs/nope",
        "#/components/inputs/page/nope",
        "#/components/inputs/page/type",
        "#/components/inputs/",
        "#/components/parameters/p",
        "#/components",
        "#/workflows/7/inputs",
        "#/$defs/nope",
        "#/~2",
        "#/components/inputs/page/~2",
        "#nope",
    ],
)
def test_references_that_lead_nowhere(reference: str) -> None:
    """A reference names a schema of this document, in workflows and in components."""
    assert [("component-missing", f"{AT}/properties/n/$ref")] == problems(
        document({"properties": {"n": {"$ref": reference}}})
    )
    component = document({}, broken={"properties": {"a/b": {"$ref": reference}}})
    assert [("component-missing", "/components/inputs/broken/properties/a~1b/$ref")] == problems(component)


@pytest.mark.parametrize("reference", ["#", "#/properties/a"])
def test_components_are_no_documents(reference: str) -> None:
    """In a component `#` means the Arazzo document, so that nothing of its own can be reached from there."""
    component = {"properties": {"a": {}, "b": {"$ref": reference}}}
    assert [("component-missing", "/components/inputs/c/properties/b/$ref")] == problems(document({}, c=component))


@pytest.mark.parametrize("reference", ["other.yaml", "other.yaml#/a", "https://example.test/schema", ""])
def test_references_to_other_documents(reference: str) -> None:
    """A schema of another document is not fetched, and that is told."""
    assert [("arazzo-unsupported", f"{AT}/$ref")] == problems(document({"$ref": reference}))


@pytest.mark.parametrize(
    "inputs",
    [
        {"properties": {"s": {"$ref": "https://json-schema.org/draft/2020-12/schema"}}},
        {"const": {"$ref": "#/nope"}, "default": {"$ref": 7}, "examples": [{"$ref": "#/nope"}], "enum": [{"$ref": 1}]},
        {"properties": {"$ref": {"type": "string"}}},
        {"$defs": {"d": {"$id": "urn:d", "$ref": "#/nope"}}},
        {"properties": [{"$ref": "#/nope"}], "allOf": {"$ref": "#/nope"}, "items": 7},
    ],
)
def test_what_is_no_reference_of_ours(inputs: JsonValue) -> None:
    """Data, names, the schema of schemas and schemas with an address of their own are left alone."""
    assert inputs == workflow(inputs).inputs


def test_references_are_text() -> None:
    """A reference that is not text is one problem."""
    assert [("arazzo-structure", f"{AT}/not/$ref")] == problems(document({"not": {"$ref": 7}}))


DECLARED: list[tuple[JsonValue, dict[str, JsonValue], set[str]]] = [
    # a schema, the inputs it declares with their types, those that are required
    ({}, {}, set()),
    ({"properties": {"a": {"type": "string"}, "b": True}, "required": ["a", 7]}, {"a": "string", "b": None}, {"a"}),
    ({"properties": [], "required": "a"}, {}, set()),
    ({"$ref": "#/components/inputs/page"}, {"size": "integer"}, {"size"}),
    (
        {"allOf": [{"$ref": "#/components/inputs/page"}, True], "properties": {"a": {}}},
        {"a": None, "size": "integer"},
        {"size"},
    ),
    ({"properties": {"k": {"allOf": [{"$ref": "#key"}], "title": "t"}}}, {"k": "string"}, set()),
    (
        {"oneOf": [{"properties": {"a": {}}, "required": ["a"]}, {"properties": {"b": {}}}]},
        {"a": None, "b": None},
        set(),
    ),
    ({"if": {"properties": {"a": {}}}, "then": {"properties": {"b": {}}}}, {"a": None, "b": None}, set()),
    ({"dependentSchemas": {"x": {"properties": {"y": {}}}}}, {"y": None}, set()),
    ({"$ref": "#/components/inputs/node"}, {"next": "object", "n": "integer"}, set()),
    ({"allOf": [{"$ref": "#"}], "properties": {"a": {}}}, {"a": None}, set()),
]


@pytest.mark.parametrize(("inputs", "types", "required"), DECLARED)
def test_declared_inputs(inputs: JsonValue, types: dict[str, JsonValue], required: set[str]) -> None:
    """Inputs are known through references and branches, and required only where they always are."""
    read = workflow(inputs)
    assert types == {name: schema.get("type") for name, schema in declared_inputs(read).items()}
    assert [*types] == sorted(input_names(read), key=[*types].index)
    assert required == required_inputs(read)


def test_what_is_said_about_an_input() -> None:
    """The schema of an input holds what references and `allOf` say about it; what is written first counts."""
    schema = {"allOf": [{"type": "string", "title": "b"}], "title": "a", "$ref": "#/$defs/d"}
    read = declared_properties({"properties": {"k": schema}, "$defs": {"d": {"format": "password", "title": "c"}}})["k"]
    assert ("string", "password", "a") == (read["type"], read["format"], read["title"])


@pytest.mark.parametrize("reference", ["#/nope", "#/~2", "#nope", "other", 7])
def test_broken_references_tell_nothing(reference: JsonValue) -> None:
    """A schema that was not checked before is read as far as it goes."""
    assert ["a"] == [*declared_properties({"$ref": reference, "properties": {"a": {"$ref": reference}}})]


@pytest.mark.parametrize(
    ("inputs", "name", "pointer"),
    [
        ({"properties": {"a/b": {}}}, "a/b", f"{AT}/properties/a~1b"),
        ({"allOf": [{"properties": {"a": {}}}]}, "a", f"{AT}/allOf/0/properties/a"),
        ({"$ref": "#/components/inputs/page"}, "size", "/components/inputs/page/properties/size"),
        ({"$ref": "#place"}, "z", "/components/inputs/anchored/properties/z"),
        ({"$ref": "#/$defs/d", "$defs": {"d": {"properties": {"a": {}}}}}, "a", f"{AT}/$defs/d/properties/a"),
    ],
)
def test_places_of_inputs(inputs: JsonValue, name: str, pointer: str) -> None:
    """An input is found in the document where its schema is written, also among the components."""
    anchored = {"$anchor": "place", "properties": {"z": {}}}
    assert {name: pointer} == input_pointers(workflow(inputs, anchored=anchored))
    assert isinstance(resolve_pointer(document(inputs, anchored=anchored), pointer), dict)


def test_deep_schemas() -> None:
    """Nesting and chains of references have no effect but time."""
    chain = {f"c{index}": {"$ref": f"#/components/inputs/c{index + 1}"} for index in range(99)}
    read = workflow({"$ref": "#/components/inputs/c0"}, **chain, c99={"properties": {"a": {}}})
    assert ["a"] == [*declared_inputs(read)]
    longer = {**chain, "c99": {"$ref": "#/components/inputs/c100"}, "c100": {}}
    assert [("arazzo-structure", AT)] == problems(document({"$ref": "#/components/inputs/c0"}, **longer))
    nested: JsonValue = {"properties": {"a": {}}}
    for _ in range(5_000):
        nested = {"allOf": [nested]}
    assert ["a"] == [*declared_inputs(workflow(nested))]
    assert {} == declared_inputs(workflow({"default": DEEP}))
    told = declared_properties({"properties": {"a": {"title": "t", **nested}}})["a"]
    assert "t" == told["title"]


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"properties": {"a": {"default": 1}, "b": {"default": None}, "c": {}, "d": True}}, {"a": 1, "b": None}),
        ({"$ref": "#/components/inputs/paging"}, {"size": 20}),
        ({"properties": {"n": {"$ref": "#/components/inputs/paging/properties/size"}}}, {"n": 20}),
        ({"allOf": [{"$ref": "#/components/inputs/paging"}]}, {"size": 20}),
        ({"anyOf": [{"$ref": "#/components/inputs/paging"}]}, {}),
        ({"properties": 7}, {}),
    ],
)
def test_defaults_of_inputs(inputs: JsonValue, expected: JsonValue) -> None:
    """An input has the default that its schema gives it in every case, wherever that schema stands."""
    assert expected == default_inputs(workflow(inputs, paging={"properties": {"size": {"default": 20}}}))
