"""What follows from a response: the verdict on a step, its outputs and the next move."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.arazzo.criterion import Criterion
from mock_knock.arazzo.document import Action, OutputSource, Parameter, Step, Workflow
from mock_knock.arazzo.engine import CheckedCriterion, Decision, StepOutcome, conclude_step, read_outputs
from mock_knock.arazzo.expression import Message, Scope
from mock_knock.arazzo.queries.selector import Selector
from mock_knock.arazzo.template import Dialect
from mock_knock.messages import JsonValue

DIALECTS: list[Dialect] = ["lenient", "strict"]
NEVER = (Criterion("1 == 2"),)
ALWAYS = (Criterion("1 == 1"),)


def answered(status: int = 200, body: JsonValue = None) -> Scope:
    """Return the scope after a response."""
    return Scope(
        url="https://x.test/", method="GET", status_code=status, request=Message(), response=Message(body=body)
    )


def is_status(status: str) -> tuple[Criterion, ...]:
    """Return the criterion that the body has this status."""
    return (Criterion(f"$response.body#/status == '{status}'"),)


def goto(name: str, target: str, criteria: tuple[Criterion, ...] = ()) -> Action:
    """Return a goto action."""
    return Action(name, "goto", target, criteria)


def retry(name: str, limit: int, criteria: tuple[Criterion, ...] = (), after: float = 0.0) -> Action:
    """Return a retry action."""
    return Action(name, "retry", criteria=criteria, retry_limit=limit, retry_after=after)


def end(name: str, criteria: tuple[Criterion, ...] = ()) -> Action:
    """Return an end action."""
    return Action(name, "end", criteria=criteria)


def step_with(
    success: tuple[Action, ...] = (), failure: tuple[Action, ...] = (), criteria: tuple[Criterion, ...] = ()
) -> Step:
    """Return the first step of the workflow that `conclude` makes."""
    return Step("a", "op", success_criteria=criteria, on_success=success, on_failure=failure, pointer="/a")


def conclude(
    step: Step,
    scope: Scope,
    *,
    retries: dict[str, int] | None = None,
    is_last: bool = False,
    dialect: Dialect = "lenient",
) -> StepOutcome:
    """Conclude a step, which `b` and `c` follow unless it is the last one."""
    others = () if is_last else (Step("b", "op"), Step("c", "op"))
    workflow = Workflow("w", (step, *others))
    return conclude_step(workflow, step, scope, dialect=dialect, retries=retries or {})


def codes(outcome: StepOutcome) -> list[str]:
    """Return the codes of the problems of an outcome."""
    return [problem.code for problem in outcome.problems]


@pytest.mark.parametrize(
    ("passed", "status"),
    [(False, 199), (True, 200), (True, 204), (True, 299), (False, 300), (False, 404), (False, 500)],
)
def test_without_criteria_any_2xx_passes(status: int, *, passed: bool) -> None:
    """A step without success criteria passes with a status from 200 to 299, and the report says so."""
    outcome = conclude(step_with(), answered(status))
    checked = CheckedCriterion("$statusCode is 2xx (no criteria given)", passed)
    assert (passed, (checked,), ()) == (outcome.passed, outcome.criteria, outcome.problems)


def test_all_criteria_must_hold() -> None:
    """A step passes when every success criterion holds, whatever the status; each verdict is kept."""
    criteria = (Criterion("$statusCode == 500"), *is_status("done"))
    good = conclude(step_with(criteria=criteria), answered(500, {"status": "Done"}))
    bad = conclude(step_with(criteria=criteria), answered(500, {"status": "queued"}))
    assert (True, [True, True]) == (good.passed, [each.passed for each in good.criteria])
    assert (False, [True, False]) == (bad.passed, [each.passed for each in bad.criteria])
    assert "$response.body#/status == 'done'" == bad.criteria[1].condition


@pytest.mark.parametrize(
    ("kind", "target", "is_last"),
    [("next", "b", False), ("end", None, True)],
)
def test_success_without_actions(kind: str, target: str | None, *, is_last: bool) -> None:
    """After a success the next step follows, and after the last one the workflow ends; nothing is odd about it."""
    outcome = conclude(step_with(), answered(), is_last=is_last)
    assert (kind, None, target, ()) == (
        outcome.decision.kind,
        outcome.decision.action,
        outcome.decision.target,
        outcome.problems,
    )


@pytest.mark.parametrize("is_last", [False, True])
def test_failure_without_actions(*, is_last: bool) -> None:
    """After a failure without failure actions the workflow fails, whichever step it is."""
    outcome = conclude(step_with(success=(goto("g", "c"),)), answered(500), is_last=is_last)
    assert (Decision("fail"), ()) == (outcome.decision, outcome.problems)


@pytest.mark.parametrize(
    ("decision", "actions"),
    [
        (Decision("goto", "first", "c"), (goto("first", "c"), end("second"))),
        (Decision("end", "second"), (goto("first", "c", NEVER), end("second"))),
        (Decision("end", "second"), (goto("first", "c", (*ALWAYS, *NEVER)), end("second", (*ALWAYS, *ALWAYS)))),
        (Decision("goto", "self", "a"), (goto("self", "a", ALWAYS), end("second"))),
    ],
)
def test_the_first_matching_action_wins(decision: Decision, actions: tuple[Action, ...]) -> None:
    """Of success and of failure actions the first whose criteria all hold is taken; without criteria it always is."""
    assert decision == conclude(step_with(success=actions), answered()).decision
    assert decision == conclude(step_with(failure=actions), answered(500)).decision


def test_actions_of_the_other_outcome_are_not_looked_at() -> None:
    """A success takes no failure action and a failure no success action."""
    step = step_with(success=(end("fine"),), failure=(end("bad"),))
    assert "fine" == conclude(step, answered()).decision.action
    assert "bad" == conclude(step, answered(500)).decision.action


def test_unmatched_actions() -> None:
    """When no success action matches, the next step follows and a warning tells so."""
    outcome = conclude(step_with(success=(goto("later", "c", NEVER), end("stop", NEVER))), answered())
    assert Decision("next", target="b") == outcome.decision
    (problem,) = outcome.problems
    assert ("action-unmatched", "/a/onSuccess") == (problem.code, problem.pointer)
    assert "none of the actions of 'a' matched, so the flow goes on to 'b' by default" == problem.message


@pytest.mark.parametrize(
    "actions",
    [
        (goto("guard", "b", NEVER),),
        (goto("again", "a", NEVER), goto("guard", "b", NEVER)),
        (goto("guard", "b", NEVER), end("stop", NEVER)),
    ],
)
def test_a_bypassed_guard(actions: tuple[Action, ...]) -> None:
    """It is worse when an unmatched action leads to the very step that the flow falls into: that step was guarded."""
    outcome = conclude(step_with(success=actions), answered())
    assert Decision("next", target="b") == outcome.decision
    (problem,) = outcome.problems
    assert ("guard-bypassed", "/a/onSuccess") == (problem.code, problem.pointer)
    assert problem.hint.startswith("'guard' was meant to guard that step")


def test_unmatched_actions_of_the_last_step() -> None:
    """When no success action of the last step matches, the workflow ends, and a warning tells so."""
    outcome = conclude(step_with(success=(goto("self", "a", NEVER),)), answered(), is_last=True)
    assert (Decision("end"), ["action-unmatched"]) == (outcome.decision, codes(outcome))
    assert "none of the actions of 'a' matched, so the flow ends by default" == outcome.problems[0].message


def test_unmatched_failure_actions() -> None:
    """When no failure action matches, the workflow fails; that is loud enough."""
    outcome = conclude(step_with(failure=(goto("g", "b", NEVER), end("e", NEVER))), answered(500))
    assert (False, Decision("fail"), ()) == (outcome.passed, outcome.decision, outcome.problems)


@pytest.mark.parametrize(
    ("decision", "taken"),
    [
        (Decision("retry", "r", "a", 1.5), 0),
        (Decision("retry", "r", "a", 1.5), 2),
        (Decision("end", "stop"), 3),
        (Decision("end", "stop"), 4),
    ],
)
def test_retries_are_limited(decision: Decision, taken: int) -> None:
    """A retry repeats the step after its delay until it is used up; then the following actions have their turn."""
    step = step_with(failure=(retry("r", 3, ALWAYS, after=1.5), end("stop")))
    assert decision == conclude(step, answered(500), retries={"r": taken, "other": 9}).decision


def test_used_up_retries_are_not_asked() -> None:
    """The criteria of a used-up retry are not evaluated any more, and without another action the workflow fails."""
    step = step_with(failure=(retry("r", 0, (Criterion("$statusCode = 500"),)),))
    assert (Decision("fail"), []) == (conclude(step, answered(500)).decision, codes(conclude(step, answered(500))))


def test_each_retry_has_its_own_count() -> None:
    """Retries are counted by the name of their action."""
    step = step_with(failure=(retry("busy", 1, NEVER), retry("down", 2)))
    assert Decision("retry", "down", "a") == conclude(step, answered(500), retries={"busy": 1, "down": 1}).decision


@pytest.mark.parametrize("dialect", DIALECTS)
def test_no_response(dialect: Dialect) -> None:
    """Without a response a step has failed with no criterion checked, and its failure actions decide."""
    scope = Scope(url="https://x.test/", method="GET", request=Message())
    step = step_with(
        success=(end("fine"),),
        failure=(end("status", (Criterion("$statusCode == 200"),)), retry("r", 1)),
        criteria=ALWAYS,
    )
    outcome = conclude(step, scope, dialect=dialect)
    assert (False, (), Decision("retry", "r", "a"), ()) == (
        outcome.passed,
        outcome.criteria,
        outcome.decision,
        outcome.problems,
    )


OUTPUTS = {"id": "$response.body#/id", "none": "$response.body#/null", "gone": "$response.body#/gone"}


def test_outputs_of_a_passed_step() -> None:
    """Outputs keep the type of their value, null is a value, and an output without value is left out with a warning."""
    step = Step("a", "op", outputs=OUTPUTS, pointer="/a")
    outcome = conclude(step, answered(200, {"id": 7, "null": None}))
    assert {"id": 7, "none": None} == outcome.outputs
    (problem,) = outcome.problems
    assert ("output-missing", "/a/outputs/gone") == (problem.code, problem.pointer)


def test_outputs_of_a_failed_step() -> None:
    """A failed step keeps the outputs that have a value, and nobody wonders about the others."""
    step = Step("a", "op", outputs=OUTPUTS, pointer="/a")
    outcome = conclude(step, answered(500, {"id": "x"}))
    assert ({"id": "x"}, Decision("fail"), ()) == (outcome.outputs, outcome.decision, outcome.problems)


def test_outputs_without_a_response() -> None:
    """Without a response only the outputs that look at the request have a value."""
    step = Step("a", "op", outputs={"sent": "$request.body#/a", "got": "$response.body"})
    assert {"sent": 1} == conclude(step, Scope(request=Message(body={"a": 1}))).outputs


def test_outputs_that_are_no_expressions() -> None:
    """An output whose text is no expression is left out and reported, at its escaped place."""
    found, problems = read_outputs({"a": "nope", "b~/": "$inputs.x"}, "/w", Scope())
    assert {} == found
    assert [("expression-invalid", "/w/outputs/a"), ("output-missing", "/w/outputs/b~0~1")] == [
        (problem.code, problem.pointer) for problem in problems
    ]


def test_criteria_see_the_outputs_of_their_own_step() -> None:
    """Criteria see the outputs of this response: neither nothing on the first visit nor those of a visit before."""
    done = (Criterion("$steps.a.outputs.state == 'done'"),)
    step = Step("a", "op", success_criteria=done, on_success=(end("stop", done),), outputs={"state": "$response.body"})
    first = conclude(step, answered(200, "done"))
    assert (True, Decision("end", "stop")) == (first.passed, first.decision)
    stale = Scope(status_code=200, response=Message(body="queued"), steps={"a": {"state": "done"}})
    assert not conclude(step, stale).passed


def test_criteria_see_other_steps_and_inputs() -> None:
    """Criteria see inputs and the outputs of other steps, and the given scope stays as it was."""
    steps = {"b": {"x": 1}}
    scope = Scope(status_code=200, inputs={"want": 1}, steps=steps)
    assert conclude(step_with(criteria=(Criterion("$steps.b.outputs.x == $inputs.want"),)), scope).passed
    assert {"b": {"x": 1}} == steps


def test_a_comparison_where_a_query_belongs() -> None:
    """In the lenient dialect the comparison decides and is reported; in the strict one it fails and is reported."""
    criterion = Criterion("$.status == 'done'", "$response.body", "jsonpath", pointer="/c")
    step = step_with(success=(goto("g", "c", (criterion,)),))
    lenient = conclude(step, answered(200, {"status": "done"}))
    strict = conclude(step, answered(200, {"status": "done"}), dialect="strict")
    assert (Decision("goto", "g", "c"), ["jsonpath-invalid"]) == (lenient.decision, codes(lenient))
    assert (Decision("next", target="b"), ["jsonpath-invalid", "action-unmatched"]) == (strict.decision, codes(strict))
    assert "/c/condition" == lenient.problems[0].pointer == strict.problems[0].pointer
    assert lenient.problems[0].message.startswith("'$.status == 'done'' is a comparison, not a JSONPath query")
    assert strict.problems[0].message.startswith("'$.status == 'done'' is not a JSONPath query: ")
    assert strict.problems[0].hint.startswith("a comparison or test belongs inside a filter")


def test_a_root_filter_on_an_object() -> None:
    """In the lenient dialect a filter of an object itself is read and told; in the strict one it selects nothing."""
    step = step_with(criteria=(Criterion("$[?@.status == 'done']", "$response.body", "jsonpath", pointer="/c"),))
    lenient = conclude(step, answered(200, {"status": "done"}))
    strict = conclude(step, answered(200, {"status": "done"}), dialect="strict")
    assert (True, ["jsonpath-root-filter"]) == (lenient.passed, codes(lenient))
    assert "write the simple condition `$response.body#/status == 'x'`" == lenient.problems[0].hint
    assert (False, []) == (strict.passed, codes(strict))


@pytest.mark.parametrize(
    ("code", "message", "criterion"),
    [
        ("condition-invalid", "'$statusCode = 200' is not a condition: column 13: ", Criterion("$statusCode = 200")),
        ("regex-invalid", "'[' is not a regular expression: ", Criterion("[", "$statusCode", "regex")),
        (
            "criterion-context-missing",
            "the context $response.body#/gone has no value here",
            Criterion("^a", "$response.body#/gone", "regex"),
        ),
        (
            "expression-missing",
            "{$inputs.gone} has no value here",
            Criterion("^{$inputs.gone}", "$statusCode", "regex"),
        ),
    ],
)
def test_criteria_that_cannot_be_evaluated(code: str, message: str, criterion: Criterion) -> None:
    """A criterion that cannot be evaluated fails its step and is reported with its reason."""
    outcome = conclude(step_with(criteria=(criterion,)), answered(200, {}))
    assert (False, [code]) == (outcome.passed, codes(outcome))
    assert outcome.problems[0].message.startswith(message)
    assert message.endswith(": ") or message == outcome.problems[0].message


ACTIONS = st.builds(
    Action,
    name=st.sampled_from("xyz"),
    type=st.sampled_from(["end", "goto"]),
    target=st.sampled_from(["a", "b", "c"]),
    criteria=st.sampled_from([(), ALWAYS, NEVER]),
)
FAILURE_ACTIONS = ACTIONS | st.builds(
    Action,
    name=st.sampled_from("xyz"),
    type=st.just("retry"),
    criteria=st.sampled_from([(), ALWAYS, NEVER]),
    retry_limit=st.integers(0, 2),
)


@given(
    st.lists(ACTIONS, max_size=3).map(tuple),
    st.lists(FAILURE_ACTIONS, max_size=3).map(tuple),
    st.sampled_from([200, 500]),
    st.dictionaries(st.sampled_from("xyz"), st.integers(0, 3)),
    st.booleans(),
)
def test_there_is_always_a_move(
    success: tuple[Action, ...],
    failure: tuple[Action, ...],
    status: int,
    retries: dict[str, int],
    is_last: bool,  # noqa: FBT001  # hypothesis fills the arguments by their order
) -> None:
    """Whatever the actions are, there is a move, and what follows a move by default is a step only after a success."""
    outcome = conclude(step_with(success, failure), answered(status), retries=retries, is_last=is_last)
    decision = outcome.decision
    assert (decision.target is None) is (decision.kind in {"end", "fail"})
    assert (decision.kind == "fail") is (status == 500 and decision.action is None)
    assert (decision.kind == "retry") <= (status == 500)
    unmatched = status == 200 and bool(success) and decision.action is None
    assert unmatched is bool(outcome.problems)


CALLED = Scope(outputs={"id": "x"})


def conclude_call(
    step: Step, *, called: bool, scope: Scope = CALLED, retries: dict[str, int] | None = None
) -> StepOutcome:
    """Conclude a step that has called a workflow."""
    workflow = Workflow("w", (step, Step("b", "op")))
    return conclude_step(workflow, step, scope, dialect="strict", retries=retries or {}, called=called)


@pytest.mark.parametrize("called", [True, False])
def test_a_called_workflow_decides(*, called: bool) -> None:
    """A step that calls a workflow passes without criteria exactly when that workflow succeeded."""
    outcome = conclude_call(Step("a", workflow_id="sub", on_failure=(end("stop"),)), called=called)
    decision = Decision("next", target="b") if called else Decision("end", "stop")
    checked = CheckedCriterion("the called workflow succeeded", called)
    assert (called, (checked,), decision, ()) == (outcome.passed, outcome.criteria, outcome.decision, outcome.problems)


@pytest.mark.parametrize(("passed", "called", "value"), [(True, True, "x"), (False, True, "y"), (False, False, "x")])
def test_criteria_about_a_called_workflow(value: str, *, passed: bool, called: bool) -> None:
    """Criteria see the outputs of the called workflow; all must hold and the workflow must have succeeded."""
    step = Step("a", workflow_id="sub", success_criteria=(Criterion(f"$outputs.id == '{value}'"),))
    assert passed is conclude_call(step, called=called).passed


def test_outputs_of_a_called_workflow() -> None:
    """Outputs of the step read the outputs of the called workflow, by expressions and by selectors."""
    outputs: dict[str, OutputSource] = {"a": "$outputs.id", "b": Selector("$outputs.list", "$[*]", "jsonpath")}
    scope = Scope(outputs={"id": "x", "list": [1, 2]})
    outcome = conclude_call(Step("a", workflow_id="sub", outputs=outputs), called=True, scope=scope)
    assert {"a": "x", "b": [1, 2]} == outcome.outputs


def test_selectors_as_outputs() -> None:
    """A selector that selects nothing or cannot be evaluated leaves its output out and is reported."""
    sources = {
        "a": Selector("$inputs.x", "/a", "jsonpointer"),
        "b": Selector("$inputs.x", "/b", "jsonpointer"),
        "c": Selector("$inputs.x", "c", "jsonpointer"),
    }
    found, problems = read_outputs(sources, "/w", Scope(inputs={"x": {"a": None}}))
    assert {"a": None} == found
    assert [("output-missing", "/w/outputs/b"), ("selector-invalid", "/w/outputs/c")] == [
        (each.code, each.pointer) for each in problems
    ]
    assert ["output 'b' has no value: $inputs.x at /b"] == [each.message for each in problems[:1]]


GIVEN = (Parameter("p", None, 1),)


def test_moves_to_workflows() -> None:
    """A goto to a workflow names it and hands its parameters over; a retry also the step that runs before it."""
    go = Action("g", "goto", workflow_id="other", parameters=GIVEN)
    again = Action("r", "retry", "c", retry_after=2.0)
    repair = Action("r", "retry", workflow_id="repair", parameters=GIVEN)
    assert (
        Decision("goto", "g", workflow_id="other", parameters=GIVEN)
        == conclude(step_with(success=(go,)), answered()).decision
    )
    assert Decision("retry", "r", "a", 2.0, first="c") == conclude(step_with(failure=(again,)), answered(500)).decision
    assert (
        Decision("retry", "r", "a", workflow_id="repair", parameters=GIVEN)
        == conclude(step_with(failure=(repair,)), answered(500)).decision
    )


@pytest.mark.parametrize(
    ("action", "retries"),
    [("first", {}), ("first", {"first": 1}), ("second", {"first": 2}), ("last", {"first": 2, "second": 1})],
)
def test_a_retry_is_used_up_before_later_actions(action: str, retries: dict[str, int]) -> None:
    """A matching retry is taken until its limit; only then later failure actions are considered, whatever they are."""
    step = step_with(failure=(retry("never", 9, NEVER), retry("first", 2), retry("second", 1, ALWAYS), end("last")))
    assert action == conclude(step, answered(500), retries=retries).decision.action


@pytest.mark.parametrize(
    ("passed", "condition"),
    [
        (True, "$response.body.data != null"),
        (False, "$response.body.data == null"),
        (False, "$response.body.none != null"),
        (True, "$response.body.none == null"),
        (True, "$response.body.absent == null"),
        (False, "$response.body.none == 0"),
        (False, "$response.body.none < 1"),
        (False, "$response.body.none >= 0"),
        (True, "$response.body.count == 3"),
        (True, "$response.body.count < 10"),
        (True, "$response.body.text > 9"),
        (True, "$response.body.text == 10"),
        (True, "$response.body.data[1].name == 'ANNA'"),
        (False, "$response.body.data[2].name == 'anna'"),
        (True, "$response.body#/data/1/name == 'Anna' && $statusCode < 300"),
        (False, "$response.body.none"),
        (False, "$response.body.absent"),
        (True, "$response.body.yes"),
        (False, "!$response.body.yes"),
        (True, "!($response.body.count > 3 || $response.body.none)"),
    ],
)
def test_condition_truth(condition: str, *, passed: bool) -> None:
    """Null equals only null and has no order, numeric text is a number beside one, and null as a whole fails."""
    body = {"data": [0, {"name": "Anna"}], "none": None, "count": 3, "text": "10", "yes": True}
    assert passed is conclude(step_with(criteria=(Criterion(condition),)), answered(200, body)).passed
