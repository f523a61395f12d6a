"""Rules about requests: the operation, its parameters and its body."""

from __future__ import annotations

import pytest
from fake_contract import Described, DescribedParameter, codes, make_subject, make_workflow, messages

from mock_knock.arazzo.document import Parameter, ParameterPlace, Replacement, RequestBody, SourceDescription, Step
from mock_knock.arazzo.expressions.pointer import MISSING
from mock_knock.arazzo.linting.lint_contract import check_parameters, check_payloads, check_targets
from mock_knock.arazzo.queries.selector import Selector, SelectorType
from mock_knock.messages import ContractViolation, JsonValue

URL = "{$sourceDescriptions.api.url}"


def path_step(name: str) -> Step:
    """Return a step that names its operation by a path."""
    return Step("s", operation_path=f"{URL}#/paths/~1{name}/post", pointer="/s")


def test_a_path_where_the_id_would_do() -> None:
    """An operationPath is told when the operation has an id of its own that can be written instead."""
    (found,) = check_targets(make_subject(make_workflow(path_step("a"))))
    assert ("operation-path-avoidable", "/s/operationPath") == (found.code, found.pointer)
    assert "write `operationId: a`" == found.hint
    sources = [SourceDescription("api", "api.yml"), SourceDescription("b", "b.yml")]
    (found,) = check_targets(make_subject(make_workflow(path_step("a")), sources=sources))
    assert "write `operationId: $sourceDescriptions.api.a`" == found.hint


@pytest.mark.parametrize("name", ["a_2", "none", "d"])
def test_a_path_that_is_needed(name: str) -> None:
    """An id with blanks, no id, and an id that not exactly one operation has need the path."""
    assert [] == codes(check_targets(make_subject(make_workflow(path_step(name)))))


def test_a_step_that_calls_a_workflow_has_no_operation() -> None:
    """The rules about operations pass such steps over."""
    subject = make_subject(make_workflow(Step("s", workflow_id="w")))
    for rule in (check_targets, check_payloads, check_parameters):
        assert [] == codes(rule(subject))


def body_step(payload: JsonValue, *replacements: Replacement) -> Step:
    """Return a step that calls `a` with a payload."""
    return Step("s", "a", request_body=RequestBody(payload, "a/b", "/s/requestBody", replacements), pointer="/s")


def test_a_payload_that_breaks_the_description() -> None:
    """What is surely wrong with a body is told at its place in the payload, with the place of the rule."""
    described = Described(violations={"a": (ContractViolation("request-body", "/n", "must be of type integer", "/x"),)})
    (found,) = check_payloads(make_subject(make_workflow(body_step({"n": "x"})), described=described))
    assert ("payload-invalid", "/s/requestBody/payload/n") == (found.code, found.pointer)
    assert "the request breaks the description of POST /a: /n must be of type integer" == found.message
    assert "see /x in source 'api'" == found.hint


@pytest.mark.parametrize(
    ("at", "step"), [("/s", Step("s", "a", pointer="/s")), ("/s/requestBody", body_step({"n": 1}))]
)
def test_a_body_that_is_wrong_as_a_whole(at: str, step: Step) -> None:
    """A violation without a place in the payload stands at the body, or at the step that has none."""
    described = Described(violations={"a": (ContractViolation("request-body", "", "is required"),)})
    (found,) = check_payloads(make_subject(make_workflow(step), described=described))
    assert (at, "see /a in source 'api'") == (found.pointer, found.hint)
    assert "the request breaks the description of POST /a: the body is required" == found.message


def test_a_violation_in_a_body_that_is_not_written() -> None:
    """A place in a payload that is made of replacements alone is the body."""
    described = Described(violations={"a": (ContractViolation("request-body", "/n", "is required"),)})
    step = body_step(MISSING, Replacement("/m", 1))
    assert [("payload-invalid", "/s/requestBody")] == codes(
        check_payloads(make_subject(make_workflow(step), described=described))
    )


def test_what_is_asked_about_a_body() -> None:
    """The places of expressions, selectors and replacements are unknown; everything else is as written."""
    described = Described()
    payload = {
        "a": "$inputs.a",
        "b": ["x {$inputs.b}", "x $inputs.c", "plain"],
        "d": Selector("$inputs.d", "", "xpath"),
    }
    step = body_step(payload, Replacement("/e/f", 1), Replacement("/g", 1, "jsonpointer"))
    list(check_payloads(make_subject(make_workflow(step), described=described)))
    unknown = frozenset({"/a", "/b/0", "/b/1", "/d", "/d/context", "/e/f", "/g"})
    assert [("a", "a/b", payload, unknown)] == described.seen


def test_a_step_without_a_body_is_asked_about_as_well() -> None:
    """An operation may need a body, so a step without one is looked at."""
    described = Described()
    list(check_payloads(make_subject(make_workflow(Step("s", "a")), described=described)))
    assert [("a", None, MISSING, frozenset())] == described.seen


@pytest.mark.parametrize(
    ("payload", "target", "kind"),
    [("$inputs.all", "/x", None), ({}, "$.x", "jsonpath"), ("<a/>", "//x", "xpath"), ({}, "x", None)],
)
def test_bodies_that_cannot_be_known(payload: JsonValue, target: str, kind: SelectorType | None) -> None:
    """Where a whole payload is an expression, or a replacement is no pointer, nothing is asked."""
    described = Described(violations={"a": (ContractViolation("request-body", "", "wrong"),)})
    step = body_step(payload, Replacement(target, 1, kind))
    assert [] == codes(check_payloads(make_subject(make_workflow(step), described=described)))


@pytest.mark.parametrize(
    ("expected", "method"), [(True, "GET"), (True, "HEAD"), (True, "DELETE"), (False, "PUT"), (False, "POST")]
)
def test_a_body_without_semantics(method: str, *, expected: bool) -> None:
    """A body in a request whose method gives it no meaning is remarked on."""
    subject = make_subject(make_workflow(body_step({})), described=Described(methods={"a": method}))
    at = [("body-without-semantics", "/s/requestBody")] if expected else []
    assert at == codes(check_payloads(subject))


def parameters(*given: Parameter, asked: tuple[DescribedParameter, ...]) -> list[tuple[str, str]]:
    """Return what is said about the parameters of a step."""
    described = Described(asked={"a": asked})
    step = Step("s", "a", parameters=given, pointer="/s")
    found = list(check_parameters(make_subject(make_workflow(step), described=described)))
    return [(each.code, each.message) for each in found]


@pytest.mark.parametrize(
    ("code", "place"),
    [("path-parameter-missing", "path"), ("parameter-missing", "query"), ("parameter-missing", "header")],
)
def test_a_parameter_that_is_needed(code: str, place: str) -> None:
    """A required parameter that is not given is named; a URL cannot be made without one of its path."""
    asked = (DescribedParameter("p", place, is_required=True), DescribedParameter("q", place))
    assert [(code, f"POST /a needs the {place} parameter 'p'")] == parameters(asked=asked)


@pytest.mark.parametrize(
    ("name", "place", "asked"),
    [
        ("p", "query", DescribedParameter("p", "query", is_required=True)),
        ("x-p", "header", DescribedParameter("X-P", "header", is_required=True)),
        ("all", "querystring", DescribedParameter("p", "query", is_required=True)),
        ("accept", "header", DescribedParameter("Accept", "header", is_required=True)),
        ("authorization", "header", DescribedParameter("q", "cookie")),
    ],
)
def test_parameters_that_are_given(name: str, place: ParameterPlace, asked: DescribedParameter) -> None:
    """Names of headers ignore case, a whole query may hold anything, and some headers are described elsewhere."""
    assert [] == parameters(Parameter(name, place, 1), asked=(asked,))


def test_a_parameter_in_another_place() -> None:
    """A parameter that stands in the wrong place is told as such, from both sides."""
    assert [
        ("path-parameter-missing", "POST /a needs the path parameter 'p', which the step gives in query"),
        ("parameter-undescribed", "POST /a describes no query parameter 'p', but one in path"),
    ] == parameters(Parameter("p", "query", 1), asked=(DescribedParameter("p", "path", is_required=True),))


@pytest.mark.parametrize(
    ("hint", "asked"),
    [("described: q (query)", (DescribedParameter("q"),)), ("described: none", ())],
)
def test_a_parameter_nobody_describes(hint: str, asked: tuple[DescribedParameter, ...]) -> None:
    """A parameter that the operation does not describe is remarked on, unless it is meant for all steps."""
    given = (Parameter("p", "query", 1, "/p"), Parameter("all", "header", 1), Parameter("x", "cookie", 1))
    shared = tuple(Parameter(each.name, each.place, 1, "/q", is_inherited=True) for each in given[1:])
    step = Step("s", "a", parameters=(given[0], *shared))
    subject = make_subject(make_workflow(step), described=Described(asked={"a": asked}))
    assert [("parameter-undescribed", "/p")] == codes(check_parameters(subject))
    assert [hint] == [each.hint for each in check_parameters(subject)]
    assert ["POST /a describes no query parameter 'p'"] == messages(check_parameters(subject))
