"""Rules about the way a run takes."""

from __future__ import annotations

from fake_contract import codes, make_subject, make_workflow, messages

from mock_knock.arazzo.criterion import Criterion
from mock_knock.arazzo.document import Action, Step, Workflow
from mock_knock.arazzo.linting.lint_flow import check_actions, check_loops, check_reachability

SOMETIMES = (Criterion("$statusCode == 200"),)


def test_a_step_that_is_passed_by() -> None:
    """A step that every way passes by is named."""
    first = Step("a", "a", on_success=(Action("over", "goto", "c"),))
    subject = make_subject(make_workflow(first, Step("b", "b", pointer="/b"), Step("c", "c")))
    assert [("step-unreachable", "/b")] == codes(check_reachability(subject))
    assert ["'b' never runs: every way passes it by"] == messages(check_reachability(subject))


def test_a_step_that_only_a_failure_or_a_retry_reaches() -> None:
    """Ways of failures and retries count."""
    actions = (Action("r", "retry", "b"), Action("g", "goto", "c"))
    first = Step("a", "a", on_success=(Action("e", "end"),), on_failure=actions)
    assert [] == codes(check_reachability(make_subject(make_workflow(first, Step("b", "b"), Step("c", "c")))))


def test_actions_behind_one_that_takes_every_case() -> None:
    """Each action behind an unconditional one is named, on success and on failure."""
    late = Action("late", "end", criteria=SOMETIMES, pointer="/late")
    later = Action("later", "goto", "a", pointer="/later")
    always = Action("always", "end")
    step = Step("a", "a", on_success=(always, late, later), on_failure=(Action("r", "retry"), always, later))
    found = list(check_actions(make_subject(make_workflow(step))))
    assert [("action-shadowed", "/late"), ("action-shadowed", "/later"), ("action-shadowed", "/later")] == codes(found)
    assert "'late' is never taken: 'always' before it has no criteria and takes every case" == found[0].message


def test_a_retry_without_attempts() -> None:
    """A retry whose limit is 0 never retries."""
    never = Action("never", "retry", retry_limit=0, pointer="/never")
    step = Step("a", "a", on_failure=(never, Action("once", "retry")))
    assert [("retry-never", "/never")] == codes(check_actions(make_subject(make_workflow(step))))


def test_a_loop_over_several_steps() -> None:
    """A circle is told once, at the goto that closes it, with the way it takes."""
    back = Action("back", "goto", "a", SOMETIMES, pointer="/back")
    steps = (Step("a", "a"), Step("b", "b"), Step("c", "c", on_success=(back,)))
    (found,) = check_loops(make_subject(make_workflow(*steps)))
    assert ("loop-unbounded", "/back") == (found.code, found.pointer)
    assert found.message.startswith(
        "'back' goes back to 'a' without a delay or an end of its own (a -> b -> c -> a): only the runner's"
    )
    assert found.hint.endswith("it can name 'a' as the step to run first")


def test_what_is_no_loop() -> None:
    """A goto forward, one to a workflow, and one back to a step that never comes here again close no circle."""
    away = Action("away", "goto", "c")
    back = Action("back", "goto", "b", SOMETIMES)
    other = Action("other", "goto", workflow_id="v", criteria=SOMETIMES)
    steps = (
        Step("a", "a", on_success=(away,)),
        Step("b", "b", on_success=(Action("e", "end"),)),
        Step("c", "c", on_success=(other,), on_failure=(back, Action("r", "retry", "a"))),
    )
    assert [] == codes(check_loops(make_subject(make_workflow(*steps))))


def test_loops_over_workflows() -> None:
    """A goto to a workflow that leads back here is a loop, over others or not; one that ends elsewhere is none."""

    def leaving(name: str, *targets: str) -> Workflow:
        gotos = [Action(each, "goto", workflow_id=each, criteria=SOMETIMES, pointer=f"/{each}") for each in targets]
        return make_workflow(Step("a", "a", on_success=tuple(gotos)), name=name)

    workflows = (leaving("w", "w", "v", "u", "nowhere"), leaving("v", "u", "t"), leaving("u"), leaving("t", "v", "w"))
    found = list(check_loops(make_subject(*workflows)))
    assert [("loop-unbounded", "/w"), ("loop-unbounded", "/v")] == codes(found)
    ways = [each.partition("(")[2].partition(")")[0] for each in messages(found)]
    assert ["w -> w", "w -> v -> t -> w"] == ways
