"""Rules about the texts of a document."""

from __future__ import annotations

import pytest
from fake_contract import codes, make_subject, make_workflow

from mock_knock.arazzo.criterion import Criterion, CriterionType
from mock_knock.arazzo.document import Action, OutputSource, Parameter, Replacement, RequestBody, Step
from mock_knock.arazzo.linting.lint_values import (
    check_criteria,
    check_expressions,
    check_outputs,
    check_replacements,
    check_selectors,
)
from mock_knock.arazzo.queries.selector import Selector


def test_places_of_expressions() -> None:
    """Parameters of steps and actions, payloads and replacements are looked at."""
    bad = "$steps.a.output.b"
    body = RequestBody({"x": [bad]}, pointer="/body", replacements=(Replacement("/y", bad, pointer="/replaced"),))
    action = Action("g", "goto", workflow_id="w", parameters=(Parameter("p", None, bad, "/handed"),))
    step = Step("a", "a", parameters=(Parameter("p", "query", bad, "/p"),), request_body=body, on_failure=(action,))
    places = ["/p/value", "/body/payload/x/0", "/replaced/value", "/handed/value"]
    found = check_expressions(make_subject(make_workflow(step)))
    assert [("expression-invalid", place) for place in places] == codes(found)


def test_a_body_of_replacements_alone() -> None:
    """A body may have no payload."""
    body = RequestBody(pointer="/body", replacements=(Replacement("/y", "{$no}", pointer="/replaced"),))
    step = Step("a", "a", request_body=body)
    assert [("expression-invalid", "/replaced/value")] == codes(check_expressions(make_subject(make_workflow(step))))


@pytest.mark.parametrize(
    ("hint", "text"),
    [
        ("write {$inputs.apiKey}", "Bearer $input.apiKey"),
        ("write {$inputs.a}", "$Inputs.a"),
        ("write {$steps.a.outputs.b#/c}", "x $step.a.outputs.b#/c"),
        ("write {$response.header.X-Id}", "$respone.header.X-Id"),
        ("a step is read as '$steps.<stepId>.outputs.<name>'", "x $steps.a.output.b"),
    ],
)
def test_text_that_was_meant_as_an_expression(hint: str, text: str) -> None:
    """Text that nearly is an expression is told, with the expression it was meant to be."""
    step = Step("s", "a", parameters=(Parameter("p", "header", text, "/p"),))
    (found,) = check_expressions(make_subject(make_workflow(step)))
    assert ("expression-unknown", "/p/value", hint) == (found.code, found.pointer, found.hint)


@pytest.mark.parametrize("text", ["$5.00", "$.status", "$HOME.x", "$status.x", "US$ inputs", "$inputs", "{$inputs.a}"])
def test_other_text(text: str) -> None:
    """Other text with a dollar sign stays text."""
    step = Step("s", "a", parameters=(Parameter("p", "header", text, "/p"),))
    assert [] == codes(check_expressions(make_subject(make_workflow(step))))


def test_outputs_and_selectors() -> None:
    """An output is an expression or a selector, whose context is an expression."""
    outputs: dict[str, OutputSource] = {
        "a": "response.body",
        "b": Selector("body", "$.x", "jsonpath", pointer="/b"),
        "c": Selector("$response.body", "$.x", "jsonpath", pointer="/c"),
    }
    subject = make_subject(make_workflow(Step("s", "a", outputs=outputs, pointer="/s")))
    assert [("expression-invalid", "/s/outputs/a")] == codes(check_outputs(subject))
    assert [("expression-invalid", "/b/context")] == codes(check_selectors(subject))


@pytest.mark.parametrize(
    ("expected", "kind", "condition"),
    [
        (["$inputs.a"], "regex", "^x $inputs.a$"),
        (["$steps.s.outputs.o"], "regex", "{$inputs.a} or $steps.s.outputs.o"),
        ([], "regex", "^[0-9]+$"),
        ([], "regex", "x$url"),
        ([], "regex", "{$inputs.a}"),
        ([], "jsonpath", "$.inputs[?@.a == '{$inputs.a}']"),
        ([], "simple", "$inputs.a == 1"),
    ],
)
def test_expressions_in_typed_conditions(expected: list[str], kind: CriterionType, condition: str) -> None:
    """In a typed condition an expression needs its braces, and `$` alone means something else."""
    step = Step("s", "a", success_criteria=(Criterion(condition, "$response.body", kind, pointer="/c"),))
    found = list(check_criteria(make_subject(make_workflow(step))))
    assert [("expression-unbraced", "/c/condition")] * len(expected) == codes(found)
    assert expected == [each.message.partition(" ")[0] for each in found]


@pytest.mark.parametrize(
    ("found", "selector"),
    [
        ([], Selector("$response.body", "/a", "jsonpointer", pointer="/s")),
        ([], Selector("$response.body", "/{$inputs.a}", "jsonpointer", pointer="/s")),
        ([("selector-invalid", "/s/selector")], Selector("$response.body", "a", "jsonpointer", pointer="/s")),
        ([("jsonpath-invalid", "/s/selector")], Selector("$response.body", "$.", "jsonpath", pointer="/s")),
        ([("xpath-invalid", "/s/selector")], Selector("$response.body", "a[", "xpath", pointer="/s")),
        ([("xpath-refused", "/s/selector")], Selector("$response.body", "doc('a')", "xpath", pointer="/s")),
        ([("expression-invalid", "/s/selector")], Selector("$response.body", "/{$no}", "jsonpointer", pointer="/s")),
        (
            [("expression-unbraced", "/s/selector")],
            Selector("$response.body", "$[?@.id == '$inputs.a']", "jsonpath", pointer="/s"),
        ),
    ],
)
def test_queries_of_selectors(found: list[tuple[str, str]], selector: Selector) -> None:
    """The text of a selector is in the language that it says, wherever the selector stands."""
    for step in (
        Step("s", "a", outputs={"o": selector}),
        Step("s", "a", parameters=(Parameter("p", "query", {"x": [selector]}, "/p"),)),
    ):
        problems = list(check_selectors(make_subject(make_workflow(step))))
        assert found == codes(problems)
        assert all(problem.hint for problem in problems)


def test_targets_of_replacements() -> None:
    """A replacement whose target cannot be read is told at its target."""
    replacements = (Replacement("/x", 1, pointer="/0"), Replacement("x", 1, pointer="/1"))
    body = RequestBody({"x": 0}, pointer="/body", replacements=replacements)
    steps = (Step("s", "a"), Step("t", "a", request_body=body))
    (found,) = check_replacements(make_subject(make_workflow(*steps)))
    assert ("replacement-invalid", "/1/target") == (found.code, found.pointer)
    assert "'x', column 1: a JSON pointer is empty or begins with '/'" == found.message
    assert found.hint
