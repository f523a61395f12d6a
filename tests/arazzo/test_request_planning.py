"""What a step sends: typing, embedding, missing and unusable values."""

from __future__ import annotations

from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.arazzo.document import Parameter, ParameterPlace, RequestBody, Step, Workflow
from mock_knock.arazzo.expression import Scope
from mock_knock.arazzo.planning import Planned, RequestPlan, optional_inputs, plan_request
from mock_knock.arazzo.targets import Problem
from mock_knock.arazzo.template import Dialect
from mock_knock.messages import JsonValue

DIALECTS: list[Dialect] = ["lenient", "strict"]
PLACES: list[ParameterPlace] = ["path", "query", "header", "cookie"]
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
    return plan_request(step, Workflow("w", (step,), INPUTS), scope, dialect=dialect)


def with_parameter(value: JsonValue, place: ParameterPlace = "query", name: str = "p") -> Step:
    """Return a step with one parameter."""
    return Step("s", parameters=(Parameter(name, place, value, "/p"),))


def with_payload(payload: JsonValue) -> Step:
    """Return a step with a body."""
    return Step("s", request_body=RequestBody(payload, pointer="/b"))


def plan_of(result: Planned) -> RequestPlan:
    """Return the plan that a test expects to be there."""
    assert result.plan is not None
    return result.plan


@pytest.mark.parametrize("dialect", DIALECTS)
def test_each_place(dialect: Dialect) -> None:
    """Parameters go to the place they name, in order, and the body keeps its media type."""
    parameters = (
        Parameter("id", "path", "$steps.first.outputs.id"),
        Parameter("b", "query", "2"),
        Parameter("a", "query", "1"),
        Parameter("Authorization", "header", "Bearer {$inputs.key}"),
        Parameter("session", "cookie", "$inputs.key"),
    )
    step = Step("s", parameters=parameters, request_body=RequestBody({"a": 1}, "application/vnd.api+json"))
    plan = RequestPlan(
        path={"id": "x"},
        query=(("b", "2"), ("a", "1")),
        headers=(("Authorization", "Bearer k 1"),),
        cookies=(("session", "k 1"),),
        payload={"a": 1},
        has_body=True,
        content_type="application/vnd.api+json",
    )
    assert Planned(plan) == planned(step, dialect)


def test_nothing_to_send() -> None:
    """A step without parameters and body has an empty plan, and a body of null is a body."""
    assert Planned(RequestPlan()) == planned(Step("s"))
    assert Planned(RequestPlan(has_body=True)) == planned(with_payload(None))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", ""),
        ("a", "a"),
        ("7", 7),
        ("0.5", 0.5),
        ("-3", -3),
        ("true", True),
        ("false", False),
        ("7", "$inputs.number"),
        ("true", "$inputs.flag"),
        ("7 true null", "{$inputs.number} {$inputs.flag} {$inputs.nothing}"),
        ('[1,{"a":null}]', "{$inputs.list}"),
        ("0.5", "$steps.first.outputs.rate"),
    ],
)
def test_texts_of_scalars(text: str, value: JsonValue, place: ParameterPlace) -> None:
    """Scalars are sent by their JSON text in every place, and whatever is embedded in braces is text."""
    plan = plan_of(planned(with_parameter(value, place)))
    sent = {
        "path": tuple(plan.path.items()),
        "query": plan.query,
        "header": plan.headers,
        "cookie": plan.cookies,
    }
    assert {**dict.fromkeys(PLACES, ()), place: (("p", text),)} == sent


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
    assert Planned(RequestPlan(payload=sent, has_body=True)) == planned(with_payload(payload), dialect)


@pytest.mark.parametrize(("header", "dialect"), [("Bearer k 1", "lenient"), ("Bearer $inputs.key", "strict")])
def test_expressions_without_braces(header: str, dialect: Dialect) -> None:
    """An expression without braces in longer text is replaced in the lenient dialect and text in the strict one."""
    step = with_parameter("Bearer $inputs.key", "header", "Authorization")
    assert (("Authorization", header),) == plan_of(planned(step, dialect)).headers


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
        ("/p/value", with_parameter("$inputs.data"), "lenient"),
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


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("value", [None, [], {}, [1], {"a": 1}, "$inputs.list", "$inputs.nothing"])
def test_unusable_parameters(value: JsonValue, place: ParameterPlace) -> None:
    """Lists, objects and null are refused as parameters, since nothing says how to write them."""
    result = planned(with_parameter(value, place))
    (problem,) = result.problems
    assert (None, "value-unusable", "/p/value") == (result.plan, problem.code, problem.pointer)
    assert f"the {place} parameter 'p' must be text, a number or a boolean" == problem.message


@pytest.mark.parametrize("value", ["a\r\nX: 1", "a\nb", "a\rb", "a\0", "\x1b[31m", "\x7f", "žluť", "😀"])
def test_unusable_header_values(value: str) -> None:
    """Line breaks, control characters and letters beyond Latin-1 cannot stand in a header, however they get there."""
    scope = Scope(inputs={"x": value})
    for step in (with_parameter(value, "header"), with_parameter("b {$inputs.x}", "header")):
        result = planned(step, scope=scope)
        assert (None, [("value-unusable", "/p/value")]) == (
            result.plan,
            [(problem.code, problem.pointer) for problem in result.problems],
        )
    assert (("p", value),) == plan_of(planned(with_parameter(value, "query"))).query


@pytest.mark.parametrize("value", ["a\tb", "é", "~", " "])
def test_usable_header_values(value: str) -> None:
    """Tabs, spaces and Latin-1 letters may stand in a header (RFC 9110 section 5.5)."""
    assert (("p", value),) == plan_of(planned(with_parameter(value, "header"))).headers


@pytest.mark.parametrize("place", ["header", "cookie"])
@pytest.mark.parametrize("name", ["a b", "a\r\nb", "a:b", "é", "a;b", "a=b"])
def test_unusable_names(name: str, place: str) -> None:
    """A header or cookie has the name of a token (RFC 9110 section 5.6.2); other places take any name."""
    result = planned(with_parameter("x", cast("ParameterPlace", place), name))
    (problem,) = result.problems
    assert (None, "value-unusable", "/p/name") == (result.plan, problem.code, problem.pointer)
    assert f"'{name}' cannot be the name of a {place}" == problem.message
    assert ((name, "x"),) == plan_of(planned(with_parameter("x", "query", name))).query


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
        Parameter("a", "query", [], "/p0"),
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


@given(JSON, st.sampled_from(PLACES), st.text(), st.sampled_from(DIALECTS))
def test_any_value_is_sent_or_refused(value: JsonValue, place: ParameterPlace, name: str, dialect: Dialect) -> None:
    """Whatever a parameter or payload is, there is a plan or a reason why not, and no line break in any header."""
    step = Step("s", parameters=(Parameter(name, place, value),), request_body=RequestBody({"v": value}))
    result = planned(step, dialect)
    assert (result.plan is None) is bool({each.code for each in result.problems} - {"input-absent-dropped"})
    for header, text in result.plan.headers if result.plan else ():
        assert not set("\r\n\0") & set(header + text)


@given(JSON)
def test_inputs_are_sent_as_they_are(value: JsonValue) -> None:
    """What an input says is never read as an expression."""
    assert {"v": value} == plan_of(planned(with_payload({"v": "$inputs.x"}), scope=Scope(inputs={"x": value}))).payload
