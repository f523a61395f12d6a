"""What a step sends: typing, embedding, missing and unusable values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.arazzo.document import Parameter, ParameterPlace, Replacement, RequestBody, Step, Workflow
from mock_knock.arazzo.expression import MISSING, Scope
from mock_knock.arazzo.planning import (
    Planned,
    PlannedParameter,
    RequestPlan,
    optional_inputs,
    plan_inputs,
    plan_request,
)
from mock_knock.arazzo.queries.selector import Selector
from mock_knock.arazzo.targets import Problem
from mock_knock.arazzo.template import Dialect
from mock_knock.messages import JsonValue

DIALECTS: list[Dialect] = ["lenient", "strict"]
PLACES: list[ParameterPlace] = ["path", "query", "querystring", "header", "cookie"]
INPUTS = {
    "type": "object",
    "required": ["key"],
    "properties": {"key": {}, "data": {}, "list": {}},
}
SCOPE = Scope(
    inputs={"key": "k 1", "number": 7, "flag": True, "nothing": None, "list": [1, {"a": None}]},
    steps={"first": {"id": "x", "rate": 0.5}},
)


def planned(step: Step, dialect: Dialect = "lenient", scope: Scope = SCOPE) -> Planned:
    """Plan a step of a workflow with one required and two optional inputs."""
    return plan_request(step, scope, dialect=dialect, optional=optional_inputs(Workflow("w", (step,), INPUTS)))


def with_parameter(value: JsonValue, place: ParameterPlace = "query", name: str = "p") -> Step:
    """Return a step with one parameter."""
    return Step("s", parameters=(Parameter(name, place, value, "/p"),))


def with_payload(payload: JsonValue) -> Step:
    """Return a step with a body."""
    return Step("s", request_body=RequestBody(payload, pointer="/b"))


def sent_parameters(result: Planned) -> list[JsonValue]:
    """Return the values of the planned parameters."""
    return [parameter.value for parameter in plan_of(result).parameters]


def plan_of(result: Planned) -> RequestPlan:
    """Return the plan that a test expects to be there."""
    assert result.plan is not None
    return result.plan


@pytest.mark.parametrize("dialect", DIALECTS)
def test_each_place(dialect: Dialect) -> None:
    """Parameters keep their place, order and pointer, and the body keeps its media type."""
    parameters = (
        Parameter("id", "path", "$steps.first.outputs.id", "/0"),
        Parameter("b", "query", "2", "/1"),
        Parameter("q", "querystring", {"a": "$inputs.number"}, "/2"),
        Parameter("Authorization", "header", "Bearer {$inputs.key}", "/3"),
        Parameter("session", "cookie", "$inputs.key", "/4"),
    )
    step = Step("s", parameters=parameters, request_body=RequestBody({"a": 1}, "application/vnd.api+json"))
    plan = RequestPlan(
        (
            PlannedParameter("id", "path", "x", "/0"),
            PlannedParameter("b", "query", "2", "/1"),
            PlannedParameter("q", "querystring", {"a": 7}, "/2"),
            PlannedParameter("Authorization", "header", "Bearer k 1", "/3"),
            PlannedParameter("session", "cookie", "k 1", "/4"),
        ),
        {"a": 1},
        "application/vnd.api+json",
    )
    assert Planned(plan) == planned(step, dialect)


def test_nothing_to_send() -> None:
    """A step without parameters and body has an empty plan, and a body of null is a body."""
    assert Planned(RequestPlan()) == planned(Step("s"))
    assert Planned(RequestPlan(payload=None)) == planned(with_payload(None))
    assert Planned(RequestPlan(content_type="a/b")) == planned(Step("s", request_body=RequestBody(content_type="a/b")))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("sent", "value"),
    [
        ("a", "a"),
        (7, 7),
        (None, "$inputs.nothing"),
        ([1, {"a": None}], "$inputs.list"),
        ({"a": [7]}, {"a": ["$inputs.number"]}),
        ("7 true null", "{$inputs.number} {$inputs.flag} {$inputs.nothing}"),
    ],
)
def test_parameters_keep_their_types(sent: JsonValue, value: JsonValue, place: ParameterPlace) -> None:
    """A parameter has a value of any JSON type in every place; whatever is embedded in braces is text."""
    assert [sent] == sent_parameters(planned(with_parameter(value, place)))


@pytest.mark.parametrize(
    ("sent", "payload"),
    [
        ({"n": 7, "f": True, "z": None, "l": [1, {"a": None}]}, {
            "n": "$inputs.number", "f": "$inputs.flag", "z": "$inputs.nothing", "l": "$inputs.list",
        }),
        ({"n": "7", "t": "k 1!"}, {"n": "{$inputs.number}", "t": "{$inputs.key}!"}),
        ([["x"], 1, None], [["$steps.first.outputs.id"], 1, None]),
        ("k 1", "$inputs.key"),
        ({"$inputs.key": 1}, {"$inputs.key": 1}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("dialect", DIALECTS)
def test_payloads(sent: JsonValue, payload: JsonValue, dialect: Dialect) -> None:
    """In a payload a whole expression keeps the type of its value and an embedded one is text; names stay."""
    assert Planned(RequestPlan(payload=sent)) == planned(with_payload(payload), dialect)


@pytest.mark.parametrize(("header", "dialect"), [("Bearer k 1", "lenient"), ("Bearer $inputs.key", "strict")])
def test_expressions_without_braces(header: str, dialect: Dialect) -> None:
    """An expression without braces in longer text is replaced in the lenient dialect and text in the strict one."""
    step = with_parameter("Bearer $inputs.key", "header", "Authorization")
    assert [header] == sent_parameters(planned(step, dialect))


def test_an_absent_optional_input_is_left_out() -> None:
    """In the lenient dialect a member of the payload goes with its absent optional input, and that is reported."""
    result = planned(with_payload({"a": 1, "more": {"data": "$inputs.data"}, "items": ["$inputs.data", 2]}))
    assert {"a": 1, "more": {}, "items": [2]} == plan_of(result).payload
    assert [
        ("input-absent-dropped", "/b/payload/more/data"),
        ("input-absent-dropped", "/b/payload/items/0"),
    ] == [(problem.code, problem.pointer) for problem in result.problems]


@pytest.mark.parametrize(
    ("pointer", "step", "dialect"),
    [
        ("/b/payload", with_payload({"data": "$inputs.data"}), "strict"),
        ("/b/payload", with_payload("$inputs.data"), "lenient"),
        ("/b/payload", with_payload({"data": "x {$inputs.data}"}), "lenient"),
        ("/b/payload", with_payload({"data": "$inputs.data#/a"}), "lenient"),
        ("/b/payload", with_payload({"id": "$steps.second.outputs.id"}), "lenient"),
        ("/b/payload", with_payload({"id": "$inputs.undeclared"}), "lenient"),
        ("/p/value", with_parameter("$inputs.data"), "strict"),
        ("/p/value", with_parameter("$inputs.data", "path"), "lenient"),
        ("/p/value", with_parameter("{$inputs.data}"), "lenient"),
        ("/p/value", with_parameter("$steps.first.outputs.nope", "path"), "lenient"),
        ("/p/value", with_parameter("a {$response.body} b", "header"), "strict"),
    ],
)
def test_missing_values(pointer: str, step: Step, dialect: Dialect) -> None:
    """Nothing is sent when a value is missing, and its expression is named."""
    result = planned(step, dialect)
    assert (None, [("value-missing", pointer)]) == (
        result.plan,
        [(problem.code, problem.pointer) for problem in result.problems],
    )


def test_a_required_input_is_not_left_out() -> None:
    """An absent input that is required keeps the request from being sent."""
    (problem,) = planned(with_payload({"key": "$inputs.key"}), scope=Scope()).problems
    message = "the payload needs $inputs.key, which has no value"
    assert Problem("value-missing", "/b/payload", message, "see the outputs of the steps before") == problem
    (problem,) = planned(with_parameter("$inputs.key", "path"), scope=Scope()).problems
    assert "the path parameter 'p' needs $inputs.key, which has no value" == problem.message


@pytest.mark.parametrize("dialect", DIALECTS)
def test_malformed_expressions(dialect: Dialect) -> None:
    """A braced text that is no expression keeps the request from being sent, and its place in the payload is named."""
    for step, pointer in (
        (with_parameter("{$nope}"), "/p/value"),
        (with_payload({"a": ["{$nope}"]}), "/b/payload/a/0"),
    ):
        result = planned(step, dialect)
        (problem,) = result.problems
        assert (None, "value-unusable", pointer) == (result.plan, problem.code, problem.pointer)
        assert problem.message.startswith("column 2: '$nope' is not known")


def test_all_problems_of_a_request() -> None:
    """Every parameter and the payload are looked at, also after the first problem."""
    parameters = (
        Parameter("a", "query", "{$nope}", "/p0"),
        Parameter("b", "query", "fine", "/p1"),
        Parameter("c", "header", "$inputs.nope", "/p2"),
    )
    payload = {"x": "$inputs.data", "y": "$steps.nope.outputs.y", "z": "{$nope}"}
    result = planned(Step("s", parameters=parameters, request_body=RequestBody(payload, pointer="/b")))
    assert (
        None,
        [
            ("value-unusable", "/p0/value"),
            ("value-missing", "/p2/value"),
            ("input-absent-dropped", "/b/payload/x"),
            ("value-unusable", "/b/payload/z"),
            ("value-missing", "/b/payload"),
        ],
    ) == (result.plan, [(problem.code, problem.pointer) for problem in result.problems])


@pytest.mark.parametrize(
    ("names", "inputs"),
    [
        (set(), {}),
        (set(), {"properties": None, "required": ["a"]}),
        ({"a", "b"}, {"properties": {"a": {}, "b": {}}}),
        ({"b"}, {"properties": {"a": {}, "b": {}}, "required": ["a", "c"]}),
        ({"a"}, {"properties": {"a": {}}, "required": "a"}),
        ({"a"}, {"properties": {"a": {}}, "required": [{}, []]}),
    ],
)
def test_optional_inputs(names: set[str], inputs: dict[str, JsonValue]) -> None:
    """An input is optional when it is declared and not required; a schema that is none makes no difference."""
    assert names == optional_inputs(Workflow("w", (), inputs))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, st.sampled_from(PLACES), st.text(), st.sampled_from(DIALECTS), st.none() | st.just("application/json"))
def test_any_value_is_sent_or_refused(
    value: JsonValue, place: ParameterPlace, name: str, dialect: Dialect, content_type: str | None
) -> None:
    """Whatever a parameter or payload is, there is a plan or a reason why not."""
    step = Step("s", parameters=(Parameter(name, place, value),), request_body=RequestBody(value, content_type))
    result = planned(step, dialect)
    assert (result.plan is None) is bool({each.code for each in result.problems} - {"input-absent-dropped"})


@given(JSON)
def test_inputs_are_sent_as_they_are(value: JsonValue) -> None:
    """What an input says is never read as an expression."""
    assert {"v": value} == plan_of(planned(with_payload({"v": "$inputs.x"}), scope=Scope(inputs={"x": value}))).payload


@pytest.mark.parametrize("place", ["query", "querystring", "header", "cookie"])
def test_an_absent_optional_parameter_is_left_out(place: ParameterPlace) -> None:
    """In the lenient dialect a parameter that is exactly an absent optional input is left out, and that is reported."""
    result = planned(with_parameter("$inputs.data", place))
    assert () == plan_of(result).parameters
    assert [("input-absent-dropped", "/p/value")] == [(each.code, each.pointer) for each in result.problems]


def json_step(payload: JsonValue, content_type: str | None = "application/json; charset=utf-8") -> Step:
    """Return a step with a body of a media type."""
    return Step("s", request_body=RequestBody(payload, content_type, "/b"))


@pytest.mark.parametrize(
    ("sent", "payload"),
    [
        ({"a": "k 1", "n": 7}, ' {"a": "{$inputs.key}", "n": {$inputs.number}}'),
        ([[1, {"a": None}], True], "[{$inputs.list}, {$inputs.flag}]"),
        ("abc", "abc"),
        ("7", "{$inputs.number}"),
        ("k 1", "$inputs.key"),
        ('{"a": 1}', "$inputs.text"),
        ('{"a": 1}', "{$inputs.text}"),
    ],
)
def test_json_written_as_text(sent: JsonValue, payload: str) -> None:
    """A payload of a JSON media type written as the text of an object or array is read after embedding."""
    scope = Scope(inputs={**SCOPE.inputs, "text": '{"a": 1}'})
    assert sent == plan_of(planned(json_step(payload), scope=scope)).payload


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/xml", "application/jsonp"])
def test_other_texts_stay_texts(content_type: str | None) -> None:
    """Only a JSON media type makes a text JSON."""
    assert '{"a": 7}' == plan_of(planned(json_step('{"a": {$inputs.number}}', content_type))).payload


@pytest.mark.parametrize(
    "payload", ['{"a": "{$inputs.quoted}"}', "[1", "{}x", "[NaN]", "[" * 5000, "[" * 300 + "]" * 300]
)
def test_texts_that_are_no_json(payload: str) -> None:
    """A text that is not the JSON its media type says, also by what was put in, is not sent."""
    result = planned(json_step(payload), scope=Scope(inputs={"quoted": '"'}))
    assert (None, [("payload-not-json", "/b/payload")]) == (
        result.plan,
        [(each.code, each.pointer) for each in result.problems],
    )


def replacing(payload: JsonValue, *replacements: Replacement, content_type: str | None = None) -> Step:
    """Return a step whose payload has replacements."""
    return Step("s", request_body=RequestBody(payload, content_type, "/b", replacements))


def test_replacements_come_after_the_expressions() -> None:
    """Replacements are made in order, with values of any type, in the payload as it was rendered."""
    step = replacing(
        {"a": "$inputs.list", "b": 0},
        Replacement("/a/1/a", "$inputs.number"),
        Replacement("$.a[0]", {"k": "{$inputs.key}"}, "jsonpath"),
        Replacement("/b", Selector("$steps.first.outputs.rate", "", "jsonpointer")),
    )
    assert {"a": [{"k": "k 1"}, {"a": 7}], "b": 0.5} == plan_of(planned(step)).payload
    assert [1, {"a": None}] == SCOPE.inputs["list"]


def test_replacements_in_json_texts() -> None:
    """A payload written as JSON text is replaced in as JSON."""
    step = replacing('{"a": 1}', Replacement("/a", 2), content_type="application/json")
    assert {"a": 2} == plan_of(planned(step)).payload


@pytest.mark.parametrize(
    ("code", "pointer", "replacement"),
    [
        ("replacement-unmatched", "/r/target", Replacement("/no/where", 1, pointer="/r")),
        ("replacement-invalid", "/r/target", Replacement("nowhere", 1, pointer="/r")),
        ("value-missing", "/r/value", Replacement("/a", "$inputs.nope", pointer="/r")),
        ("value-unusable", "/r/value", Replacement("/a", "{$nope}", pointer="/r")),
    ],
)
def test_replacements_that_cannot_be_made(code: str, pointer: str, replacement: Replacement) -> None:
    """A replacement without place or value keeps the request from being sent."""
    result = planned(replacing({"a": 1}, replacement))
    assert (None, [(code, pointer)]) == (result.plan, [(each.code, each.pointer) for each in result.problems])


def test_replacements_of_nothing() -> None:
    """Without a payload there is no place to replace; an unusable payload is reported once."""
    result = planned(replacing(MISSING, Replacement("/a", 1)))
    assert (None, ["replacement-unmatched"]) == (result.plan, [each.code for each in result.problems])
    result = planned(replacing("{$nope}", Replacement("/a", 1)))
    assert (None, ["value-unusable"]) == (result.plan, [each.code for each in result.problems])


def test_an_absent_optional_replacement_is_not_made() -> None:
    """In the lenient dialect a replacement that is exactly an absent optional input is passed over and reported."""
    result = planned(replacing({"a": 1}, Replacement("/a", "$inputs.data", pointer="/r")))
    assert {"a": 1} == plan_of(result).payload
    assert [("input-absent-dropped", "/r/value")] == [(each.code, each.pointer) for each in result.problems]


def given_input(name: str, value: JsonValue, *, is_inherited: bool = False) -> Parameter:
    """Return a parameter for a workflow."""
    return Parameter(name, None, value, f"/{name}", is_inherited)


def test_inputs_for_a_workflow() -> None:
    """Parameters become inputs by name and keep their types; inherited ones only where they are declared."""
    parameters = (
        given_input("a", "$inputs.list"),
        given_input("b", "x {$inputs.key}"),
        given_input("c", "$inputs.number", is_inherited=True),
        given_input("d", "$inputs.nope", is_inherited=True),
    )
    for dialect in DIALECTS:
        inputs = plan_inputs(parameters, SCOPE, dialect=dialect, declared=frozenset({"c"}))
        assert ({"a": [1, {"a": None}], "b": "x k 1", "c": 7}, ()) == inputs


def test_absent_inputs_for_a_workflow() -> None:
    """An input that was not given is left out in the lenient dialect; every other missing value stops the call."""
    absent = (given_input("a", "$inputs.data"),)
    inputs, (problem,) = plan_inputs(absent, SCOPE, dialect="lenient", declared=frozenset())
    assert ({}, "input-absent-dropped", "/a/value") == (inputs, problem.code, problem.pointer)
    inputs, (problem,) = plan_inputs(absent, SCOPE, dialect="strict", declared=frozenset())
    assert (None, "value-missing", "/a/value") == (inputs, problem.code, problem.pointer)
    embedded = (given_input("a", "{$inputs.data}"), given_input("b", [1]))
    inputs, (problem,) = plan_inputs(embedded, SCOPE, dialect="lenient", declared=frozenset())
    assert (None, "the parameter 'a' needs $inputs.data, which has no value") == (inputs, problem.message)


@pytest.mark.parametrize(
    ("content_type", "default", "header", "payload", "expected"),
    [
        (None, "application/json", None, '{"a": 1}', {"a": 2}),
        (None, "application/xml", None, " <a>1</a>", " <a>2</a>"),
        (None, "text/plain", "application/json", '{"a": 1}', {"a": 2}),
        ("application/json", "application/xml", "application/xml", '{"a": 1}', {"a": 2}),
    ],
)
def test_the_language_of_a_payload(
    content_type: str | None, default: str, header: str | None, payload: str, expected: JsonValue
) -> None:
    """How a payload is read is told by the step, else by its Content-Type parameter, else by the operation."""
    headers = (Parameter("content-TYPE", "header", header, "/p"),) if header else ()
    body = RequestBody(payload, content_type, "/b", (Replacement("/a", 2, pointer="/r"),))
    step = Step("s", parameters=headers, request_body=body)
    result = plan_request(step, SCOPE, dialect="strict", optional=frozenset(), default_type=default)
    assert expected == plan_of(result).payload
