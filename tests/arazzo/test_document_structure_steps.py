"""Steps and actions: what they call, how long they wait, and where they lead."""

from __future__ import annotations

import pytest
from small_documents import STEP, built, changed, first_steps, newer, problems, remarks

from mock_knock.arazzo.document import Action, Parameter
from mock_knock.messages import JsonValue

ACTION = f"{STEP}/onFailure/0"


def with_action(kind: str = "onFailure", version: str = "1.1.0", **action: JsonValue) -> JsonValue:
    """Return a document whose first step has this action."""
    return built({"stepId": "a", kind: [{"name": "x", **action}]}, {"stepId": "b"}, version=version)


def read_action(**action: JsonValue) -> Action:
    """Return a failure action as it is read."""
    return first_steps(with_action(**action))[0].on_failure[0]


def test_a_step_that_calls_a_workflow() -> None:
    """Its parameters need no place, and it sends no body."""
    step = {"stepId": "a", "workflowId": "$sourceDescriptions.flows.x", "parameters": [{"name": "n", "value": 1}]}
    (read,) = first_steps(built(step, version="1.0.1"))
    assert "$sourceDescriptions.flows.x" == read.workflow_id
    assert (Parameter("n", None, 1, f"{STEP}/parameters/0"),) == read.parameters
    with_body = {**step, "requestBody": {"payload": 1}}
    assert [("arazzo-structure", f"{STEP}/requestBody")] == problems(built(with_body))


@pytest.mark.parametrize(
    "calls", [("operationId", "workflowId"), ("operationPath", "workflowId"), ("operationId", "operationPath")]
)
def test_a_step_calls_one_thing(calls: tuple[str, str]) -> None:
    """A step with two calls is refused once."""
    step = {"stepId": "a", **dict.fromkeys(calls, "o")}
    assert [("arazzo-structure", STEP)] == problems(_exactly(step))


def _exactly(step: JsonValue) -> JsonValue:
    document = built()
    document["workflows"][0]["steps"] = [step]
    return document


@pytest.mark.parametrize("name", ["channelPath", "action", "correlationId"])
def test_fields_of_asyncapi(name: str) -> None:
    """What belongs to AsyncAPI is refused by name, in each version."""
    expected = [("asyncapi-unsupported", f"{STEP}/{name}")]
    for version in ("1.0.1", "1.1.0"):
        step = {"stepId": "a", **({} if name == "channelPath" else {"operationId": "o"}), name: "x"}
        assert expected == problems({**_exactly(step), "arazzo": version})


def test_sources_of_asyncapi() -> None:
    """An AsyncAPI source is refused by name; an Arazzo one is read."""
    place = "/sourceDescriptions/0/type"
    assert [("asyncapi-unsupported", place)] == problems(changed(place, "asyncapi"))
    assert [] == remarks(changed(place, "arazzo"))


@pytest.mark.parametrize(("written", "seconds"), [(1, 0.001), (1500, 1.5), (10**12, 10**9)])
def test_timeouts(written: int, seconds: float) -> None:
    """A timeout is a number of milliseconds, kept in seconds."""
    (step,) = first_steps(built({"stepId": "a", "timeout": written}))
    assert seconds == step.timeout


@pytest.mark.parametrize("written", [0, -1, 1.5, 1000.0, "1000", True, None, 10**12 + 1, float("nan")])
def test_what_is_no_timeout(written: JsonValue) -> None:
    """A timeout is whole, positive, and not beyond what clocks can wait for."""
    assert [("arazzo-structure", f"{STEP}/timeout")] == problems(newer(f"{STEP}/timeout", written))


@pytest.mark.parametrize("value", ["send", [7], [""], None])
def test_what_is_no_list_of_steps(value: JsonValue) -> None:
    """`dependsOn` is a list of texts."""
    place = f"{STEP}/dependsOn" + ("/0" if isinstance(value, list) else "")
    assert [("arazzo-structure", place)] == problems(newer(f"{STEP}/dependsOn", value))


@pytest.mark.parametrize("kind", ["goto", "retry"])
@pytest.mark.parametrize("version", ["1.0.1", "1.1.0"])
def test_where_actions_lead(kind: str, version: str) -> None:
    """A goto and a retry lead to a step, or to a workflow."""
    document = with_action(version=version, type=kind, stepId="b")
    assert [("b", None)] == [(each.target, each.workflow_id) for each in first_steps(document)[0].on_failure]
    document = with_action(version=version, type=kind, workflowId="w")
    assert [(None, "w")] == [(each.target, each.workflow_id) for each in first_steps(document)[0].on_failure]
    both = with_action(version=version, type=kind, stepId="b", workflowId="w")
    assert [("arazzo-structure", ACTION)] == problems(both)


def test_a_goto_leads_somewhere() -> None:
    """A goto names its target; a retry need not."""
    assert [("arazzo-structure", ACTION)] == problems(with_action(type="goto"))
    assert Action("x", "retry", pointer=ACTION) == read_action(type="retry")


def test_a_retry_runs_a_step_that_exists() -> None:
    """The step that runs before a retry is one of the workflow."""
    document = with_action(type="retry", stepId="nope")
    assert [("arazzo-step-dangling", f"{ACTION}/stepId")] == problems(document)


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("end", "stepId", "nowhere"),
        ("end", "workflowId", "w"),
        ("end", "retryAfter", 1),
        ("end", "retryLimit", 1),
        ("goto", "retryAfter", 1),
        ("goto", "retryLimit", 1),
    ],
)
def test_fields_that_have_no_effect(kind: str, field: str, value: JsonValue) -> None:
    """A field that is relevant to other types of action alone is remarked on and plays no part."""
    target = {"stepId": "b"} if kind == "goto" else {}
    document = with_action(type=kind, **{**target, field: value})
    assert [("arazzo-field-idle", f"{ACTION}/{field}")] == remarks(document)
    read = first_steps(document)[0].on_failure[0]
    assert (target.get("stepId"), None) == (read.target, read.workflow_id)


def test_parameters_of_actions() -> None:
    """An action hands inputs to its workflow: parameters without a place, which may be components."""
    action = {
        "name": "x",
        "type": "goto",
        "workflowId": "w",
        "parameters": [{"name": "a", "value": 1}, {"reference": "$components.parameters.b", "value": 2}],
    }
    components = {"parameters": {"b": {"name": "b", "value": 0}}}
    (step,) = first_steps(built({"stepId": "a", "onSuccess": [action]}, components=components))
    at = f"{STEP}/onSuccess/0/parameters"
    expected = (Parameter("a", None, 1, f"{at}/0"), Parameter("b", None, 2, f"{at}/1"))
    assert expected == step.on_success[0].parameters


@pytest.mark.parametrize(
    ("parameters", "code", "below"),
    [
        ([{"name": "a", "in": "query", "value": 1}], "arazzo-structure", "/0/in"),
        ([{"reference": "$components.parameters.p"}], "arazzo-structure", "/0"),
        ([{"name": "a", "value": 1}, {"name": "a", "value": 2}], "arazzo-duplicate", "/1"),
    ],
)
def test_broken_parameters_of_actions(parameters: JsonValue, code: str, below: str) -> None:
    """Parameters of actions have no place, and each name once."""
    components = {"parameters": {"p": {"name": "p", "in": "query", "value": 0}}}
    action = {"name": "x", "type": "goto", "workflowId": "w", "parameters": parameters}
    document = built({"stepId": "a", "onSuccess": [action]}, components=components)
    assert [(code, f"{STEP}/onSuccess/0/parameters{below}")] == problems(document)


@pytest.mark.parametrize("action", [{"type": "goto", "stepId": "b"}, {"type": "retry"}, {"type": "end"}])
def test_parameters_without_a_workflow(action: JsonValue) -> None:
    """Parameters of an action that names no workflow would be lost, and are refused."""
    document = with_action(**action, parameters=[{"name": "a", "value": 1}])
    assert [("arazzo-structure", f"{ACTION}/parameters")] == problems(document)
