"""Rules about inputs: those nobody reads, those that may be absent, and secrets."""

from __future__ import annotations

import pytest
from fake_contract import codes, make_subject, make_workflow, messages

from mock_knock.arazzo.document import Action, Parameter, RequestBody, Step
from mock_knock.arazzo.linting.lint_inputs import check_optional_inputs, check_unused_inputs
from mock_knock.arazzo.linting.lint_secrets import check_literals, literal_secrets
from mock_knock.arazzo.queries.selector import Selector
from mock_knock.messages import JsonValue


def sending(value: JsonValue, name: str = "p") -> Step:
    """Return a step that sends a value as a header."""
    return Step("s", "a", parameters=(Parameter(name, "header", value, "/p"),))


def test_an_input_that_nobody_reads() -> None:
    """An input that no expression names is told at its schema."""
    subject = make_subject(make_workflow(sending("$inputs.a"), inputs={"a": {}, "b/c": {}}))
    assert [("input-unused", "/w/inputs/properties/b~1c")] == codes(check_unused_inputs(subject))


@pytest.mark.parametrize("value", ["$inputs.a", "x {$inputs.a#/b}", "x $inputs.a", Selector("$inputs.a", "/", "xpath")])
def test_ways_to_read_an_input(value: JsonValue) -> None:
    """An input counts as read wherever an expression names it, in the strict dialect as well."""
    subject = make_subject(make_workflow(sending(value), inputs={"a": {}}), dialect="strict")
    assert [] == codes(check_unused_inputs(subject))


def test_an_input_that_another_workflow_reads() -> None:
    """Another workflow of the document may read an input as `$workflows.w.inputs.a`."""
    first = make_workflow(Step("s", "a"), inputs={"a": {}, "b": {}})
    reading = ["$workflows.w.inputs.a", "$workflows.w.outputs.b", "$workflows.x.inputs.b", "$inputs.b"]
    other = make_workflow(sending(reading), name="other")
    assert ["nothing reads the input 'b'"] == messages(check_unused_inputs(make_subject(first, other)))


def test_an_input_that_goes_on_to_another_workflow() -> None:
    """What a workflow that is depended on, or that an action leads to, declares as an input is handed on to it."""
    other, third = (make_workflow(Step("s", "a"), name=name, inputs={name: {}}) for name in ("other", "third"))
    over = Action("g", "goto", workflow_id="third")
    step = Step("s", "a", on_success=(over, Action("e", "end")))
    inputs: dict[str, JsonValue] = {"other": {}, "third": {}, "more": {}}
    first = make_workflow(step, inputs=inputs, depends_on=("other", "nowhere"))
    found = messages(check_unused_inputs(make_subject(first, other, third)))
    assert ["nothing reads the input 'more'"] == found


def test_an_optional_input_that_is_sent() -> None:
    """An input that need not be given is told where it is sent; what happens then hangs on where it stands."""
    payload = {"m": "$inputs.a", "n": "x {$inputs.a}"}
    step = Step("s", "a", request_body=RequestBody(payload, pointer="/b"))
    found = list(check_optional_inputs(make_subject(make_workflow(step, inputs={"a": {}}))))
    assert [("input-optional-sent", "/b/payload/m"), ("input-optional-sent", "/b/payload/n")] == codes(found)
    dropped = "in the lenient dialect what is nothing but this input is left out, in the strict one the step fails"
    effects = [dropped, "the step fails"]
    hint = "list 'a' under `required`, or give it a default; without it {}"
    assert [hint.format(effect) for effect in effects] == [each.hint for each in found]


@pytest.mark.parametrize(
    ("value", "inputs", "required"),
    [
        ("$inputs.a", {"a": {}}, ("a",)),
        ("$inputs.a", {"a": {"default": 1}}, ()),
        ("$inputs.a", {}, ()),
        ("$statusCode", {"a": True}, ()),
    ],
)
def test_inputs_that_are_there(value: str, inputs: dict[str, JsonValue], required: tuple[str, ...]) -> None:
    """A required input is there, one with a default too, and an undeclared one is the matter of another rule."""
    workflow = make_workflow(sending(value), inputs=inputs, required=required)
    assert [] == codes(check_optional_inputs(make_subject(workflow)))


def test_an_optional_input_that_is_not_sent() -> None:
    """In a condition or an output an absent input breaks no request."""
    workflow = make_workflow(Step("s", "a", outputs={"o": "$inputs.a"}), inputs={"a": {}})
    assert [] == codes(check_optional_inputs(make_subject(workflow)))


@pytest.mark.parametrize(
    "value", ["Bearer 0123456789abcdef", "Basic dXNlcjpwYXNzd29yZA==", "sk_test_0123456789", "any text of a length"]
)
def test_a_secret_as_a_parameter(value: str) -> None:
    """A literal value of a parameter that sounds like a secret is told once, without the value."""
    (found,) = check_literals(make_subject(make_workflow(sending(value, "Authorization"))))
    assert ("secret-literal", "/p/value") == (found.code, found.pointer)
    assert "the parameter 'Authorization' holds a secret in clear" == found.message


@pytest.mark.parametrize(
    "value",
    [
        "sk_test_0123456789",
        "ghp_0123456789abcdefghij",
        "key: Bearer 0123456789abcdef",
        "eyJhbGciOiJI.eyJzdWIiOiIx.c2ln",
    ],
)
def test_a_secret_anywhere(value: str) -> None:
    """What has the form of a token is told wherever it is sent, without its text."""
    body = RequestBody({"a": ["x", 1, value]}, pointer="/b")
    action = Action("g", "goto", workflow_id="w", parameters=(Parameter("p", None, value, "/g"),))
    step = Step("s", "a", parameters=(Parameter("x", "query", value, "/x"),), request_body=body, on_success=(action,))
    found = list(check_literals(make_subject(make_workflow(step))))
    assert ["/x/value", "/b/payload/a/2", "/g/value"] == [each.pointer for each in found]
    assert {"a secret stands here in clear"} == set(messages(found))


def test_a_secret_as_a_member() -> None:
    """A literal text is told when its member, or the list it stands in, has the name of a secret."""
    payload = {"user": {"password": "correct horse"}, "api-keys": ["x", "0123456789"], "tokenType": "0123456789"}
    step = Step("s", "a", request_body=RequestBody(payload, pointer="/b"))
    subject = make_subject(make_workflow(step))
    (found,) = check_literals(subject)
    assert ("/b/payload/user/password", "the member 'password' holds a secret in clear") == (
        found.pointer,
        found.message,
    )
    assert {"correct horse"} == literal_secrets(subject)


@pytest.mark.parametrize("value", ["Bearer {$inputs.token}", "Bearer $inputs.token", "short", 12345678, "$inputs.key"])
def test_what_is_no_literal_secret(value: JsonValue) -> None:
    """Expressions, placeholders and other types are no secrets in clear."""
    assert [] == codes(check_literals(make_subject(make_workflow(sending(value, "Authorization")))))


def test_a_secret_as_a_default() -> None:
    """A default of an input that sounds like a secret is one."""
    inputs = {"token": {"default": "0123456789"}, "key": {"default": "0123456789"}, "secret": True}
    found = list(check_literals(make_subject(make_workflow(Step("s", "a"), inputs=inputs))))
    assert [("secret-literal", "/w/inputs/properties/token/default")] == codes(found)
