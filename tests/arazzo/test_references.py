"""Whether what expressions name exists."""

from __future__ import annotations

import pytest
from fake_contract import codes, make_subject, make_workflow, messages

from mock_knock.arazzo.criterion import Criterion
from mock_knock.arazzo.document import (
    Action,
    ActionType,
    Document,
    OutputSource,
    Parameter,
    SourceDescription,
    Step,
    Workflow,
)
from mock_knock.arazzo.linting.references import check_references
from mock_knock.arazzo.queries.selector import Selector

OTHER = make_workflow(Step("x", "a"), name="other", inputs={"i": {}}, outputs={"o": "$inputs.i"})
SOURCES = (SourceDescription("api", "api.yml"), SourceDescription("lib", "lib.yml", type="arazzo"))
COMPONENTS = {"parameters": {"p": {"name": "x"}}}


@pytest.mark.parametrize(
    ("code", "broken", "kept"),
    [
        ("input-undeclared", "$inputs.no", "$inputs.a"),
        ("output-unknown", "$steps.no.outputs.o", "$steps.s.outputs.out"),
        ("output-unknown", "$steps.s.outputs.no", "$steps.s.outputs.out#/x"),
        ("output-unknown", "$outputs.no", "$outputs.end"),
        ("workflow-missing", "$workflows.no.outputs.o", "$workflows.other.outputs.o"),
        ("output-unknown", "$workflows.other.outputs.no", "$workflows.other.outputs.o#/x"),
        ("input-undeclared", "$workflows.other.inputs.no", "$workflows.other.inputs.i"),
        ("source-missing", "$sourceDescriptions.no.url", "$sourceDescriptions.api.url"),
        ("source-member-missing", "$sourceDescriptions.api.no", "$sourceDescriptions.api.type"),
        ("source-member-missing", "$sourceDescriptions.api.A", "$sourceDescriptions.api.a"),
        ("source-member-missing", "$sourceDescriptions.lib.no", "$sourceDescriptions.lib.other"),
        ("component-missing", "$components.parameters.no", "$components.parameters.p"),
        ("component-missing", "$components.successActions.p", "$components.parameters.p"),
    ],
)
def test_names(code: str, broken: str, kept: str) -> None:
    """A name that does not exist is told at its place; one that does is not."""
    for expected, text in (([(code, "/s/outputs/out")], broken), ([], kept)):
        step = Step("s", "a", outputs={"out": text}, pointer="/s")
        workflow = make_workflow(step, inputs={"a": {}}, outputs={"end": "$inputs.a"})
        others = {"lib": Document("1.0.1", "t", (), (OTHER,))}
        subject = make_subject(workflow, OTHER, sources=SOURCES, others=others, components=COMPONENTS)
        assert expected == codes(check_references(subject))


def test_hints() -> None:
    """A wrong name is answered with the names there are."""
    outputs = {
        "a": "$workflows.no.inputs.x",
        "b": "$workflows.other.outputs.x",
        "c": "$sourceDescriptions.no.url",
        "d": "$components.inputs.x",
        "e": "$outputs.x",
    }
    subject = make_subject(make_workflow(Step("s", "a", outputs=outputs)), OTHER, sources=SOURCES)
    assert [
        "workflows of this document: w, other",
        "outputs of 'other': o",
        "known: api, lib",
        "components/inputs has: none",
        "outputs of 'w': none",
    ] == [each.hint for each in check_references(subject)]


def test_a_source_that_was_not_read() -> None:
    """What is in an Arazzo source that is not at hand cannot be said."""
    step = Step("s", "a", outputs={"o": "$sourceDescriptions.lib.anything"})
    assert [] == codes(check_references(make_subject(make_workflow(step), sources=SOURCES)))


def test_self() -> None:
    """`$self` needs the field of that name."""
    workflow = make_workflow(Step("s", "a", outputs={"o": "$self"}, pointer="/s"))
    assert [("self-undeclared", "/s/outputs/o")] == codes(check_references(make_subject(workflow)))
    assert [] == codes(check_references(make_subject(workflow, self_uri="https://example.com/w")))


def test_outputs_of_a_called_workflow() -> None:
    """Behind a step that calls a workflow `$outputs` are those of that workflow."""
    checks = (Criterion("$outputs.o == 1", pointer="/c"), Criterion("$outputs.end == 1", pointer="/d"))
    step = Step("s", workflow_id="other", success_criteria=checks, pointer="/s")
    workflow = make_workflow(step, outputs={"end": "$statusCode"})
    found = list(check_references(make_subject(workflow, OTHER)))
    assert [("output-unknown", "/d/condition")] == codes(found)
    assert ["the workflow 'other' has no output 'end'"] == messages(found)
    assert [] == codes(check_references(make_subject(workflow)))  # the call itself is reported by another rule


def test_selectors() -> None:
    """The context of a selector names something too: in what is sent, and in outputs of steps and workflow."""
    selector = Selector("$steps.s.outputs.o", "/x", "jsonpointer", pointer="/sel")
    broken = Selector("response", "/x", "jsonpointer", pointer="/bad")
    embedded = Selector("$response.body", "$[{$inputs.no}]", "jsonpath", pointer="/emb")
    outputs: dict[str, OutputSource] = {"o": "$url", "b": broken, "e": embedded}
    step = Step("s", "a", parameters=(Parameter("p", "query", [selector], "/p"),), outputs=outputs)
    found = check_references(make_subject(make_workflow(step, outputs={"o": selector})))
    assert [("output-forward", "/p/value/0/context"), ("input-undeclared", "/emb/selector")] == codes(found)


def leaving(name: str, target: str, kind: ActionType = "goto") -> Workflow:
    """Return a workflow with an output of its own that may leave for another one."""
    step = Step("x", "a", on_success=(Action("g", "goto", "x"), Action("h", kind, workflow_id=target)))
    return make_workflow(step, name=name, outputs={name: "$statusCode"})


def test_outputs_of_workflows_that_are_left_for() -> None:
    """A workflow that is left for another one by a goto hands out that one's outputs, in circles too."""
    outputs: dict[str, OutputSource] = {"a": "$outputs.first", "b": "$outputs.second", "c": "$outputs.third"}
    caller = make_workflow(Step("s", workflow_id="first", outputs=outputs, pointer="/s"))
    circle = (leaving("first", "second"), leaving("second", "first"), leaving("third", "first"))
    (found,) = check_references(make_subject(caller, *circle))
    assert ("output-unknown", "/s/outputs/c") == (found.code, found.pointer)
    assert "outputs of 'first': first, second" == found.hint
    of_workflow = make_workflow(Step("s", "a", outputs={"o": "$workflows.first.outputs.second"}))
    assert [] == codes(check_references(make_subject(of_workflow, *circle)))
    once_more = (leaving("first", "second", "retry"), circle[1])
    assert [("output-unknown", "/s/outputs/b"), ("output-unknown", "/s/outputs/c")] == codes(
        check_references(make_subject(caller, *once_more))
    )


def test_outputs_of_other_documents_that_are_left_for() -> None:
    """What another document leaves for is known within that document, and unknown beyond it."""
    outputs: dict[str, OutputSource] = {"a": "$outputs.far", "b": "$outputs.near", "c": "$outputs.no"}
    far = {"lib": Document("1.1.0", "t", (), (leaving("far", "near"), OTHER, make_workflow(name="near")))}
    there = make_workflow(Step("s", workflow_id="$sourceDescriptions.lib.far", outputs=outputs, pointer="/s"))
    at_home = (
        make_workflow(Step("s", workflow_id="home", outputs=outputs, pointer="/s")),
        leaving("home", "$sourceDescriptions.lib.far"),
    )
    for subject in (make_subject(there, others=far), make_subject(*at_home, others=far)):
        assert [("output-unknown", "/s/outputs/b"), ("output-unknown", "/s/outputs/c")] == codes(
            check_references(subject)
        )
    beyond = {"lib": Document("1.1.0", "t", (), (leaving("far", "$sourceDescriptions.more.x"),))}
    assert [] == codes(check_references(make_subject(there, others=beyond)))


def test_long_lists_are_shortened() -> None:
    """A remedy lists twenty names and says how many more there are."""
    outputs = {f"o{number:02}": "$statusCode" for number in range(23)}
    step = Step("s", "a", outputs=outputs)
    user = Step("t", "a", parameters=(Parameter("p", "query", "$steps.s.outputs.no"),))
    (found,) = check_references(make_subject(make_workflow(step, user)))
    assert found.hint.endswith("o18, o19, and 3 more")
