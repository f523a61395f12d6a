"""Rules about workflows that call or need each other."""

from __future__ import annotations

import pytest
from fake_contract import codes, make_subject, make_workflow, messages

from mock_knock.arazzo.criterion import Criterion
from mock_knock.arazzo.document import Action, Document, Parameter, SourceDescription, Step
from mock_knock.arazzo.linting.lint_calls import check_call_criteria, check_calls, check_dependencies, check_recursion

CALLED = make_workflow(
    Step("x", "a"), name="called", inputs={"id": {}, "size": {"default": 1}, "tag": {}}, required=("id", "size")
)
SOMETIMES = (Criterion("$statusCode == 200"),)


def calling(*parameters: Parameter, workflow_id: str = "called") -> Step:
    """Return a step that calls a workflow."""
    return Step("s", workflow_id=workflow_id, parameters=parameters, pointer="/s")


def test_a_call_with_what_is_needed() -> None:
    """A call gives every required input that has no default, and only inputs that are declared."""
    subject = make_subject(make_workflow(calling(Parameter("id", None, 1), Parameter("tag", None, 2))), CALLED)
    assert [] == codes(check_calls(subject))


def test_a_call_without_a_required_input() -> None:
    """A required input that is not given is named; one with a default need not be given."""
    found = list(check_calls(make_subject(make_workflow(calling()), CALLED)))
    assert [("workflow-input-missing", "/s/workflowId")] == codes(found)
    assert ["the workflow 'called' needs the input 'id', which this call does not give"] == messages(found)


@pytest.mark.parametrize(
    ("hint", "inputs"), [("its inputs: id", {"id": {}}), ("its inputs: none", {}), ("its inputs: none", None)]
)
def test_a_call_with_an_unknown_input(hint: str, inputs: dict[str, object] | None) -> None:
    """A parameter that the called workflow does not declare is named; one that is inherited is meant for others."""
    called = make_workflow(Step("x", "a"), name="called", inputs=inputs)
    step = calling(Parameter("no", None, 1, "/p"), Parameter("all", "query", 1, "/q", is_inherited=True))
    (found,) = check_calls(make_subject(make_workflow(step), called))
    assert ("workflow-input-unknown", "/p", hint) == (found.code, found.pointer, found.hint)


def test_a_call_by_an_action() -> None:
    """An action that gives anything is checked as a step is; one that gives nothing may be of 1.0, where it cannot."""
    given = Action("g", "goto", workflow_id="called", pointer="/g", parameters=(Parameter("tag", None, 1),))
    silent = Action("h", "retry", workflow_id="called", pointer="/h")
    step = Step("a", "a", on_success=(given,), on_failure=(silent,))
    assert [("workflow-input-missing", "/g/workflowId")] == codes(
        check_calls(make_subject(make_workflow(step), CALLED))
    )


def test_references_to_workflows_that_are_missing() -> None:
    """Steps, actions and dependsOn may only name workflows that exist."""
    action = Action("g", "goto", workflow_id="no", pointer="/g")
    step = Step("a", "a", on_success=(action,))
    first = make_workflow(step, calling(workflow_id="nope"), depends_on=("never", "called"))
    assert [
        ("workflow-missing", "/g/workflowId"),
        ("workflow-missing", "/s/workflowId"),
        ("workflow-missing", "/w/dependsOn/0"),
    ] == codes(check_calls(make_subject(first, CALLED)))


def test_workflows_of_other_documents() -> None:
    """A call of a workflow in another document is checked against that one."""
    sources = (SourceDescription("lib", "lib.yml", type="arazzo"),)
    others = {"lib": Document("1.0.1", "t", (), (CALLED,))}
    step = calling(workflow_id="$sourceDescriptions.lib.called")
    subject = make_subject(make_workflow(step), sources=sources, others=others)
    assert [("workflow-input-missing", "/s/workflowId")] == codes(check_calls(subject))
    unknown = make_subject(make_workflow(step), sources=sources)
    assert [("source-missing", "/s/workflowId")] == codes(check_calls(unknown))


def test_dependencies_in_a_circle() -> None:
    """Workflows that wait for each other are told once, from whichever of them one looks."""
    workflows = [
        make_workflow(Step("s", "a"), name=name, depends_on=needed)
        for name, needed in {"a": ("b",), "b": ("c", "d", "$sourceDescriptions.x.y"), "c": ("a",), "d": ("c",)}.items()
    ]
    for index in range(3):
        subject = make_subject(*workflows)
        turned = make_subject(*workflows[index:], *workflows[:index]).workflow
        (found, *_) = check_dependencies(type(subject)(subject.document, turned, subject.described, "lenient"))
        assert ("dependency-circle", "/c/dependsOn/0") == (found.code, found.pointer)
        assert "workflows wait for each other: a -> b -> c -> a" == found.message


def test_dependencies_without_a_circle() -> None:
    """Two workflows may need the same third one."""
    needs = {"a": ("b", "c"), "b": ("c",), "c": ()}
    workflows = [make_workflow(Step("s", "a"), name=name, depends_on=needed) for name, needed in needs.items()]
    assert [] == codes(check_dependencies(make_subject(*workflows)))


def test_a_workflow_that_waits_for_itself() -> None:
    """The shortest circle is a workflow that depends on itself."""
    subject = make_subject(make_workflow(Step("s", "a"), depends_on=("w",)))
    assert ["workflows wait for each other: w -> w"] == messages(check_dependencies(subject))


def test_calls_without_an_end() -> None:
    """Workflows that always call each other never end."""
    first = make_workflow(Step("s", workflow_id="other", pointer="/s"))
    other = make_workflow(
        Step("t", "a", on_success=(Action("g", "goto", workflow_id="w", pointer="/g"),)), name="other"
    )
    (found,) = check_recursion(make_subject(first, other))
    assert ("workflow-recursion", "/g/workflowId") == (found.code, found.pointer)
    assert "workflows call each other without an end: w -> other -> w" == found.message


@pytest.mark.parametrize(
    "steps",
    [
        (Step("t", "a", on_success=(Action("e", "end", criteria=SOMETIMES),)), Step("u", workflow_id="w")),
        (Step("t", "a", on_success=(Action("g", "goto", workflow_id="w", criteria=SOMETIMES),)),),
        (Step("t", "a", on_success=(Action("g", "goto", "t"),), on_failure=(Action("r", "retry", workflow_id="w"),)),),
    ],
)
def test_calls_that_can_be_avoided(steps: tuple[Step, ...]) -> None:
    """A circle of calls that some way leads around can end."""
    assert [] == codes(check_recursion(make_subject(make_workflow(*steps))))


@pytest.mark.parametrize(
    ("is_told", "criterion"),
    [
        (True, Criterion("$statusCode == 200", pointer="/c")),
        (True, Criterion("$response.body#/id != null && $statusCode == 200", pointer="/c")),
        (True, Criterion("^2", "$statusCode", "regex", pointer="/c")),
        (False, Criterion("!($statusCode == 404)", pointer="/c")),
        (False, Criterion("$outputs.id == 1 || $statusCode == 200", pointer="/c")),
        (False, Criterion("$outputs.id == 1", pointer="/c")),
        (False, Criterion("1 == 2", pointer="/c")),
    ],
)
def test_criteria_without_a_response(criterion: Criterion, *, is_told: bool) -> None:
    """A step that calls a workflow has no response, so what asks for nothing else can never hold there."""
    steps = (
        Step("s", workflow_id="called", success_criteria=(criterion,)),
        Step("s", workflow_id="called", on_failure=(Action("e", "end", criteria=(criterion,)),)),
    )
    expected = [("criterion-impossible", "/c/condition")] if is_told else []
    for step in steps:
        found = list(check_call_criteria(make_subject(make_workflow(step), CALLED)))
        assert expected == codes(found)
        assert all(each.hint for each in found)
    other = Step("s", "a", success_criteria=(criterion,))
    assert [] == codes(check_call_criteria(make_subject(make_workflow(other), CALLED)))
