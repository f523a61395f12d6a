"""Components and references to them, and what a workflow gives to its steps."""

from __future__ import annotations

import pytest
from small_documents import STEP, built, first_steps, problems, remarks

from mock_knock.arazzo.document import Action, Parameter
from mock_knock.arazzo.parse import parse_document, read_document_structure
from mock_knock.errors import InvalidDocument
from mock_knock.messages import JsonValue

COMPONENTS: JsonValue = {
    "inputs": {"i": {"type": "string"}, "anything": True},
    "parameters": {"my.key": {"name": "key", "in": "header", "value": "v"}, "free": {"name": "free", "value": 1}},
    "successActions": {"done": {"name": "done", "type": "end"}},
    "failureActions": {"again": {"name": "again", "type": "retry", "stepId": "b", "retryLimit": 3}},
}
KEY = "/components/parameters/my.key"


def with_parameters(*entries: JsonValue, **workflow: JsonValue) -> JsonValue:
    """Return a document whose first step has these parameters."""
    return built({"stepId": "a", "parameters": [*entries]}, {"stepId": "b"}, components=COMPONENTS, **workflow)


def test_a_component_stands_in_place_of_its_reference() -> None:
    """A reusable parameter or action is put in with the pointer of the component."""
    document = built(
        {
            "stepId": "a",
            "parameters": [{"reference": "$components.parameters.my.key"}],
            "onSuccess": [{"reference": "$components.successActions.done"}],
            "onFailure": [{"reference": "$components.failureActions.again"}],
        },
        {"stepId": "b"},
        components=COMPONENTS,
    )
    step = first_steps(document)[0]
    assert (Parameter("key", "header", "v", KEY),) == step.parameters
    assert (Action("done", "end", pointer="/components/successActions/done"),) == step.on_success
    again = Action("again", "retry", "b", retry_limit=3, pointer="/components/failureActions/again")
    assert (again,) == step.on_failure
    assert COMPONENTS == parse_document(document).components


def test_a_reference_with_a_value_of_its_own() -> None:
    """The value beside a reference takes the place of the component's, and is looked for at the reference."""
    (step, _) = first_steps(with_parameters({"reference": "$components.parameters.my.key", "value": None}))
    assert (Parameter("key", "header", None, f"{STEP}/parameters/0"),) == step.parameters


def test_other_fields_beside_a_reference() -> None:
    """What else stands beside a reference is ignored, as the standard says, and remarked on."""
    document = with_parameters({"reference": "$components.parameters.my.key", "in": "query", "x-a": 1})
    assert "header" == first_steps(document)[0].parameters[0].place
    at = f"{STEP}/parameters/0"
    assert [("arazzo-field-idle", f"{at}/in"), ("arazzo-field-idle", f"{at}/x-a")] == remarks(document)
    action = {"reference": "$components.successActions.done", "value": 1}
    document = built({"stepId": "a", "onSuccess": [action]}, {"stepId": "b"}, components=COMPONENTS)
    assert [("arazzo-field-idle", f"{STEP}/onSuccess/0/value")] == remarks(document)


@pytest.mark.parametrize(
    ("reference", "code", "hint"),
    [
        ("$components.parameters.nope", "component-missing", "parameters there: my.key, free"),
        ("$components.successActions.done", "arazzo-structure", "write `$components.parameters.<name>`"),
        ("{$components.parameters.my.key}", "arazzo-structure", "without braces"),
        ("#/components/parameters/my.key", "arazzo-structure", "write `$components.parameters.<name>`"),
    ],
)
def test_references_that_lead_nowhere(reference: str, code: str, hint: str) -> None:
    """A reference names a component of the right type, bare; what is known is listed."""
    document = with_parameters({"reference": reference})
    assert [(code, f"{STEP}/parameters/0/reference")] == problems(document)
    with pytest.raises(InvalidDocument, match=r".") as caught:
        parse_document(document)
    assert hint in caught.value.hint


def test_a_reference_is_text() -> None:
    """A reference that is not text is one problem."""
    assert [("arazzo-structure", f"{STEP}/parameters/0/reference")] == problems(with_parameters({"reference": 7}))


def test_nothing_to_refer_to() -> None:
    """Where there are no components, the hint says so."""
    _, findings = read_document_structure(
        built({"stepId": "a", "onSuccess": [{"reference": "$components.successActions.x"}]})
    )
    assert [("component-missing", "successActions there: none")] == [(each.code, each.hint) for each in findings]


@pytest.mark.parametrize(
    ("components", "code", "place"),
    [
        ([], "arazzo-structure", "/components"),
        ({"schemas": {}}, "arazzo-unknown-field", "/components/schemas"),
        ({"parameters": []}, "arazzo-structure", "/components/parameters"),
        ({"parameters": {"p": None}}, "arazzo-structure", "/components/parameters/p"),
        ({"inputs": {"i": "string"}}, "arazzo-structure", "/components/inputs/i"),
        ({"parameters": {"a/b": {"name": "n", "value": 1}}}, "arazzo-name", "/components/parameters/a~1b"),
        ({"parameters": {"p": {"value": 1}}}, "arazzo-structure", "/components/parameters/p"),
        (
            {"successActions": {"s": {"name": "s", "type": "retry"}}},
            "arazzo-structure",
            "/components/successActions/s/type",
        ),
        ({"failureActions": {"f": {"name": "f", "type": "goto"}}}, "arazzo-structure", "/components/failureActions/f"),
        (
            {"parameters": {"p": {"reference": "$components.parameters.p"}}},
            "arazzo-structure",
            "/components/parameters/p/reference",
        ),
    ],
)
def test_components_are_checked(components: JsonValue, code: str, place: str) -> None:
    """Every component is checked, whether it is used or not; one cannot stand for another."""
    assert [(code, place)] == problems(built({"stepId": "a"}, components=components))


def test_a_broken_component_is_one_problem() -> None:
    """A reference to a component that cannot be read adds nothing to the problem with it."""
    components = {"successActions": {"s": {"name": "s", "type": "wait"}}}
    reference = {"reference": "$components.successActions.s"}
    document = built({"stepId": "a", "onSuccess": [reference]}, components=components)
    assert [("arazzo-structure", "/components/successActions/s/type")] == problems(document)


def test_duplicates_behind_references() -> None:
    """A list holds nothing twice, also when one of the two is a component."""
    own = {"name": "key", "in": "header", "value": 1}
    document = with_parameters(own, {"reference": "$components.parameters.my.key"})
    assert [("arazzo-duplicate", f"{STEP}/parameters/1")] == problems(document)
    actions = [{"reference": "$components.successActions.done"}] * 2
    document = built({"stepId": "a", "onSuccess": actions}, components={"successActions": COMPONENTS["successActions"]})
    assert [("arazzo-duplicate", f"{STEP}/onSuccess/1")] == problems(document)


def test_a_component_leads_to_a_step_of_the_workflow() -> None:
    """An action of the components must name a step of each workflow that refers to it, and is told there."""
    components = {"failureActions": COMPONENTS["failureActions"]}
    document = built(
        {"stepId": "a", "onFailure": [{"reference": "$components.failureActions.again"}]}, components=components
    )
    assert [("arazzo-step-dangling", f"{STEP}/onFailure/0")] == problems(document)


def test_parameters_of_a_workflow() -> None:
    """Each step has the parameters of its workflow behind its own, unless it has one of that name and place."""
    shared = [
        {"name": "key", "in": "header", "value": "w"},
        {"name": "page", "in": "query", "value": 1},
        {"reference": "$components.parameters.my.key", "value": 2},
    ]
    own = {"name": "key", "in": "header", "value": "s"}
    first, second = first_steps(with_parameters(own, parameters=shared[:2]))
    page = Parameter("page", "query", 1, "/workflows/0/parameters/1", is_inherited=True)
    assert (Parameter("key", "header", "s", f"{STEP}/parameters/0"), page) == first.parameters
    assert (Parameter("key", "header", "w", "/workflows/0/parameters/0", is_inherited=True), page) == second.parameters
    assert [("arazzo-duplicate", "/workflows/0/parameters/2")] == problems(with_parameters(parameters=shared))


def test_parameters_of_a_workflow_for_a_workflow() -> None:
    """For a step that calls a workflow all parameters are inputs, so that the name alone counts."""
    shared = [
        {"name": name, "in": place, "value": 1} for name, place in [("a", "query"), ("b", "query"), ("b", "path")]
    ]
    step = {"stepId": "a", "workflowId": "w", "parameters": [{"name": "a", "value": 2}]}
    (read,) = first_steps(built(step, parameters=[*shared, {"name": "c", "value": 3}]))
    assert [("a", 2), ("b", 1), ("c", 3)] == [(each.name, each.value) for each in read.parameters]
    assert [False, True, True] == [each.is_inherited for each in read.parameters]
    twice = {**step, "parameters": [{"name": "a", "value": 1}, {"name": "a", "in": "path", "value": 2}]}
    assert [("arazzo-duplicate", f"{STEP}/parameters/1")] == problems(built(twice))


def test_a_parameter_of_a_workflow_without_a_place() -> None:
    """A parameter that does not say where it belongs is of no use to operations, which is told once."""
    document = built({"stepId": "a"}, {"stepId": "b"}, parameters=[{"name": "free", "value": 1}])
    assert [("arazzo-structure", "/workflows/0/parameters/0")] == problems(document)
    document = with_parameters({"reference": "$components.parameters.free"})
    assert [("arazzo-structure", f"{STEP}/parameters/0")] == problems(document)


def test_actions_of_a_workflow() -> None:
    """Each step has the actions of its workflow behind its own, unless it has one of that name."""
    again = {"name": "again", "type": "retry"}
    document = built(
        {"stepId": "a", "onSuccess": [{"name": "x", "type": "goto", "stepId": "b"}], "onFailure": [again]},
        {"stepId": "b"},
        successActions=[{"name": "x", "type": "end"}, {"name": "y", "type": "end"}],
        failureActions=[{"name": "stop", "type": "end"}],
    )
    first, second = first_steps(document)
    assert [("x", "goto"), ("y", "end")] == [(each.name, each.type) for each in first.on_success]
    assert ["again", "stop"] == [each.name for each in first.on_failure]
    assert [("x", "end"), ("y", "end")] == [(each.name, each.type) for each in second.on_success]
    assert ["/workflows/0/failureActions/0"] == [each.pointer for each in second.on_failure]


def test_a_step_that_a_workflow_leads_to() -> None:
    """A step that an action of a workflow names and that is not there is told once, not for each step."""
    action = {"name": "x", "type": "goto", "stepId": "nope"}
    document = built({"stepId": "a"}, {"stepId": "b"}, successActions=[action])
    assert [("arazzo-step-dangling", "/workflows/0/successActions/0/stepId")] == problems(document)


def test_bounds_of_what_a_workflow_gives() -> None:
    """A workflow that gives more to its steps than can be held is refused, and not blown up first."""
    shared = [{"name": f"p{index}", "in": "query", "value": index} for index in range(250)]
    steps = [{"stepId": f"s{index}"} for index in range(401)]
    assert 250 == len(first_steps(built(*steps[:400], parameters=shared))[0].parameters)
    assert [("arazzo-structure", "/workflows/0")] == problems(built(*steps, parameters=shared))


def test_long_lists_of_names() -> None:
    """A hint names the first twenty of what there is."""
    components = {"successActions": {f"a{index}": {"name": "a", "type": "end"} for index in range(22)}}
    step = {"stepId": "a", "onSuccess": [{"reference": "$components.successActions.x"}]}
    _, (finding,) = read_document_structure(built(step, components=components))
    assert finding.hint.endswith("a18, a19 and 2 more")
