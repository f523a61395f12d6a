"""Rules about what an operation can answer: impossible criteria, and values of enumerations nobody handles."""

from __future__ import annotations

import pytest
from fake_contract import Described, codes, make_subject, make_workflow, messages

from mock_knock.arazzo.criterion import Criterion
from mock_knock.arazzo.document import Action, Step
from mock_knock.arazzo.linting.lint_contract import check_limits
from mock_knock.arazzo.linting.lint_coverage import check_coverage, check_possibility

STATUS = {("a", "/status"): ("queued", "done", "failed")}


def criteria(*conditions: str) -> tuple[Criterion, ...]:
    """Return simple criteria."""
    return tuple(Criterion(condition, pointer=f"/{index}") for index, condition in enumerate(conditions))


def left_over(*actions: str, success: tuple[str, ...] = (), answers: tuple[str, ...] = ()) -> list[str]:
    """Return the messages about a step `s` whose output `status` is its status; each action goes back to the step."""
    loops = tuple(Action(f"n{index}", "goto", "s", criteria(each)) for index, each in enumerate(actions))
    outputs = {"status": "$response.body#/status"}
    step = Step("s", "a", success_criteria=criteria(*success), on_success=loops, outputs=outputs)
    subject = make_subject(make_workflow(step), described=Described(STATUS, {"a": answers}))
    return [each.partition("handles ")[2].partition(" of /status")[0] for each in messages(check_coverage(subject))]


@pytest.mark.parametrize(
    ("left", "actions"),
    [
        (["'done', 'failed'"], ["$steps.s.outputs.status == 'queued'"]),
        (["'failed'"], ["$steps.s.outputs.status == 'queued'", "$response.body.status == 'done'"]),
        (["'failed'"], ["$response.body#/status != 'failed'"]),
        ([], ["$response.body#/status != 'failed'", "$response.body#/status == 'failed'"]),
        (["'done', 'failed'"], ["$statusCode == 200 && $response.body#/status == 'queued'"]),
        (["'failed'"], ["!($response.body#/status == 'failed')"]),
        ([], ["$response.body#/status == 'queued'", "$inputs.x"]),
        ([], ["$response.body#/status == 'queued' || $inputs.x"]),
    ],
)
def test_ways_to_ask_for_a_value(left: list[str], actions: list[str]) -> None:
    """A value is handled by any condition that can hold for it."""
    assert left == left_over(*actions)


@pytest.mark.parametrize(
    ("left", "success", "answers"),
    [
        (["'done', 'failed'"], (), ("200",)),
        (["'queued', 'done', 'failed'"], (), ("200", "201")),
        (["'done', 'failed'"], ("$statusCode == 200",), ("200", "201")),
        (["'done', 'failed'"], (), ("2XX",)),
        (["'done', 'failed'"], (), ("default",)),
        (["'done', 'failed'"], (), ("404",)),
        (["'done'"], ("$steps.s.outputs.status != 'failed'",), ("200",)),
        ([], ("$steps.s.outputs.status == 'queued'",), ("200",)),
    ],
)
def test_statuses_of_a_success(left: list[str], success: tuple[str, ...], answers: tuple[str, ...]) -> None:
    """A test of the status counts as true where it holds for every success that is described."""
    assert left == left_over(
        "$statusCode == 200 && $response.body#/status == 'queued'", success=success, answers=answers
    )


def test_a_guard_that_is_bypassed() -> None:
    """When the step that values fall into is what an action leads to, its guard is named."""
    guard = Action("isDone", "goto", "t", criteria("$response.body#/status == 'done'"))
    steps = (Step("s", "a", on_success=(guard,), pointer="/s"), Step("t", "b"))
    (found,) = check_coverage(make_subject(make_workflow(*steps), described=Described(STATUS)))
    assert ("enum-unhandled", "/s/onSuccess") == (found.code, found.pointer)
    told = "no action of 's' handles 'queued', 'failed' of /status: the flow goes on to 't', so the guard 'isDone' is "
    assert f"{told}bypassed" == found.message


@pytest.mark.parametrize(
    ("count", "action"),
    [
        (1, Action("n", "goto", "s", criteria("$response.body#/status == 'queued'"))),
        (1, Action("n", "goto", "t", criteria("$response.body#/status == 'done'"))),
        (0, Action("n", "end", criteria=criteria("$response.body#/status == 'failed'"))),
        (0, Action("n", "goto", "u", criteria("$response.body#/status == 'failed'"))),
        (0, Action("n", "goto", workflow_id="w", criteria=criteria("$response.body#/status == 'failed'"))),
    ],
)
def test_what_is_meant_to_fall_through(count: int, action: Action) -> None:
    """Values are asked for by an action that goes on or comes back; others sort out what is not to go on."""
    steps = (Step("s", "a", on_success=(action,)), Step("t", "b"), Step("u", "c"))
    assert count == len(codes(check_coverage(make_subject(make_workflow(*steps), described=Described(STATUS)))))


def test_polling_by_failures() -> None:
    """A step that succeeds only with the value it waits for leaves nothing to fall through."""
    wait = Action("wait", "retry", criteria=criteria("$response.body#/status == 'queued'"))
    step = Step("s", "a", success_criteria=criteria("$response.body#/status == 'done'"), on_failure=(wait,))
    subject = make_subject(make_workflow(step, Step("t", "b")), described=Described(STATUS))
    assert [] == codes(check_coverage(subject))
    assert [] == codes(check_possibility(subject))


def impossible(
    *success: str, on_success: tuple[str, ...] = (), on_failure: tuple[str, ...] = (), answers: tuple[str, ...] = ()
) -> list[str]:
    """Return what the messages say before their reason."""
    step = Step(
        "s",
        "a",
        success_criteria=criteria(*success),
        on_success=(Action("n", "end", criteria=criteria(*on_success)),),
        on_failure=(Action("n", "end", criteria=criteria(*on_failure)),),
    )
    subject = make_subject(make_workflow(step), described=Described(STATUS, {"a": answers}))
    return [each.partition(":")[0] for each in messages(check_possibility(subject))]


@pytest.mark.parametrize(
    ("expected", "success", "answers"),
    [
        (["'$statusCode == 204' can never hold"], ("$statusCode == 204",), ("200", "404")),
        (["'$statusCode == 204' can never hold"], ("$statusCode == 204",), ("200", "4XX")),
        ([], ("$statusCode == 204",), ("2XX",)),
        ([], ("$statusCode == 204",), ("200", "default")),
        ([], ("$statusCode == 204",), ()),
        (["'1 == 2' can never hold"], ("1 == 2",), ()),
        (
            ["'$statusCode == 200' and '$statusCode == 201' can never hold together"],
            ("$statusCode == 200", "$statusCode == 201"),
            (),
        ),
        (["'$statusCode < 200 && $statusCode > 300' can never hold"], ("$statusCode < 200 && $statusCode > 300",), ()),
        (["'$response.body#/status == 'no'' can never hold"], ("$response.body#/status == 'no'",), ("200",)),
        ([], ("$response.body#/status == null",), ("200",)),
        ([], ("$response.body#/status == 'no'",), ("200", "404")),
        ([], ("$response.body#/other == 'no'", "$inputs.x"), ("200",)),
    ],
)
def test_success_criteria_that_never_hold(
    expected: list[str], success: tuple[str, ...], answers: tuple[str, ...]
) -> None:
    """Criteria that no described response meets are told, one by one, or together when each of them can be met."""
    assert expected == impossible(*success, answers=answers)


@pytest.mark.parametrize(
    ("expected", "condition"),
    [
        (["'$statusCode == 404' can never hold"], "$statusCode == 404"),
        (["'$response.body#/status == 'queued'' can never hold"], "$response.body#/status == 'queued'"),
        ([], "$response.body#/status == 'done'"),
    ],
)
def test_success_actions_that_are_never_taken(expected: list[str], condition: str) -> None:
    """What a success action asks for must be possible with a success."""
    success = ("$statusCode == 200", "$response.body#/status != 'queued'")
    assert expected == impossible(*success, on_success=(condition,), answers=("200", "404"))


@pytest.mark.parametrize(
    ("expected", "condition"),
    [
        (["'$statusCode == 200' can never hold"], "$statusCode == 200"),
        ([], "$statusCode == 404"),
        ([], "$statusCode == 503"),
    ],
)
def test_failure_actions_that_are_never_taken(expected: list[str], condition: str) -> None:
    """What a failure action asks for must be possible with a failure, of whatever status."""
    assert expected == impossible("$statusCode == 200", on_failure=(condition,), answers=("200", "404"))


def test_actions_of_an_impossible_success() -> None:
    """Where the step can never pass, its success actions are not told as well."""
    assert ["'$statusCode == 204' can never hold"] == impossible(
        "$statusCode == 204", on_success=("$statusCode == 204",), answers=("200",)
    )


def test_the_reason() -> None:
    """The message lists what is described: statuses, and the values of the members that are read."""
    step = Step("s", "a", success_criteria=criteria("$response.body#/status == 'no'"))
    subject = make_subject(make_workflow(step), described=Described(STATUS, {"a": ("200",)}))
    (found,) = check_possibility(subject)
    assert ("criterion-impossible", "/0/condition") == (found.code, found.pointer)
    assert found.message.endswith("no described response meets it (statuses: 200; /status: 'queued', 'done', 'failed')")


def test_steps_without_an_operation() -> None:
    """Nothing is known about the answers of a workflow."""
    step = Step("s", workflow_id="w", success_criteria=criteria("$statusCode == 999"))
    subject = make_subject(make_workflow(step))
    assert [] == codes(check_coverage(subject))
    assert [] == codes(check_possibility(subject))


@pytest.mark.parametrize(("combinations", "places"), [(5_000, ["/s", "/s", "/t", "/t"]), (200, ["/s", "/s"]), (3, [])])
def test_combinations_are_bounded(combinations: int, places: list[str]) -> None:
    """Where the values of a document have too many combinations, less is said of the steps behind; twice the same."""
    described = Described({("a", "/x"): tuple("abcdefgh"), ("a", "/y"): tuple("abcdefgh")}, {"a": ("200",)})
    asked = criteria("$response.body#/x == 'a' && $response.body#/y == 'a'")
    steps = [
        Step(name, "a", on_success=(Action("go", "goto", name, asked),), pointer=f"/{name}") for name in ("s", "t")
    ]
    subject = make_subject(make_workflow(*steps), described=described)
    subject.memo.combinations = combinations
    for _ in range(2):
        assert places == [each.pointer.removesuffix("/onSuccess") for each in check_coverage(subject)]
    assert (["openapi-limit"] if len(places) < 4 else []) == [each.code for each in check_limits(subject)]


def test_statuses_are_combinations() -> None:
    """Very many described statuses are counted too; without any time left nothing is called impossible."""
    described = Described(answers={"a": tuple(map(str, range(200, 300)))})
    step = Step("s", "a", success_criteria=criteria("$statusCode == 404"))
    subject = make_subject(make_workflow(step), described=described)
    assert ["criterion-impossible"] == [each.code for each in check_possibility(subject)]
    subject = make_subject(make_workflow(step), described=described)
    subject.memo.combinations = 10
    assert [] == [each.code for each in check_possibility(subject)]
    assert ["openapi-limit"] == [each.code for each in check_limits(subject)]


def test_more_combinations_than_anyone_looks_at() -> None:
    """Enumerations that have thousands of combinations say nothing and cost no more than their statuses."""
    values = tuple(f"v{number}" for number in range(50))
    described = Described({("a", "/x"): values, ("a", "/y"): values}, {"a": ("200",)})
    asked = criteria("$response.body#/x == 'v1' && $response.body#/y == 'v1'")
    step = Step("s", "a", on_success=(Action("go", "goto", "s", asked),))
    subject = make_subject(make_workflow(step), described=described)
    before = subject.memo.combinations
    assert [] == codes(check_possibility(subject))
    assert before - 100 < subject.memo.combinations


@pytest.mark.parametrize(("left", "handled"), [("'1'", "true"), ("'true'", "1")])
def test_values_are_told_apart_as_json_does(left: str, handled: str) -> None:
    """True is not 1: where one of them is handled, the other one is left over."""
    described = Described({("a", "/x"): (True, 1)}, {"a": ("200",)})
    criterion = Criterion(f"$[?@.x == {handled}]", "$response.body", "jsonpath")
    step = Step("s", "a", on_success=(Action("go", "goto", "s", (criterion,)),))
    (message,) = messages(check_coverage(make_subject(make_workflow(step), described=described)))
    assert f"handles {left} of /x" in message
