from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from mock_knock.arazzo.lint import Subject, lint_workflow
from mock_knock.arazzo.parse import parse_document
from mock_knock.arazzo.repairs.repair import MENDED_CODES, Repair, distinct_repairs, plan_repairs
from mock_knock.messages import AddItem, AddMember, ContractViolation, Edit, Finding, JsonValue, Remove, SetText

STEP = "/workflows/0/steps/0"


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of a made-up source."""

    operation_id: str
    source: str
    path: str
    method: str = "GET"


OPERATIONS = (
    Operation("poll", "one", "/poll"),
    Operation("poll", "two", "/poll"),
    Operation("other", "one", "/a"),
    Operation("other", "two", "/b"),
)


VALUES: Mapping[str, tuple[JsonValue, ...]] = {
    "/status": ("queued", "running", "done", "failed"),
    "/case": ("Done", "done", "other"),
    "/number": ("1", "1.0", 1),
    "/data/kind": ("a", "b", None, True),
}


class Described:
    """Two sources: both describe `poll`, each one an `other`; the status of an answer is one of four."""

    is_exhausted = False

    def find_by_id(self, operation_id: str) -> tuple[Operation, ...]:
        """Return the operations of this id."""
        return tuple(each for each in OPERATIONS if each.operation_id == operation_id)

    def find_by_pointer(self, source: str, pointer: str) -> Operation | None:
        """Return the operation that every pointer of a known source names."""
        return OPERATIONS[0] if source == "one" and pointer else None

    def success_values(self, operation: Any, pointer: str) -> tuple[JsonValue, ...] | None:
        """Return the values of the status, and of members in which texts are not all that they seem."""
        return VALUES.get(pointer) if operation else None

    def statuses(self, operation: Any) -> tuple[str, ...]:
        """Return the statuses of every operation."""
        return ("2XX", "4XX") if operation else ()

    def parameters(self, operation: Any) -> tuple[Any, ...]:
        """Return the parameters of every operation: none."""
        return () if operation else (None,)

    def body_violations(
        self, operation: Any, content_type: str | None, payload: JsonValue, *, unknown: frozenset[str]
    ) -> tuple[ContractViolation, ...]:
        """Return nothing: every body will do."""
        del operation, content_type, payload, unknown
        return ()


def planned(
    step: str,
    *,
    inputs: JsonValue = None,
    findings: tuple[Finding, ...] | None = None,
    workflow: Mapping[str, JsonValue] | None = None,
) -> tuple[Repair, ...]:
    """Return the repairs of a workflow with this first step, given as YAML, and a second one."""
    value = {
        "arazzo": "1.0.1",
        "info": {"title": "t", "version": "1"},
        "sourceDescriptions": [{"name": "one", "url": "1.yml"}, {"name": "two", "url": "2.yml"}],
        "workflows": [
            {
                "workflowId": "w",
                "inputs": inputs or {"properties": {"a": {}, "b": {}}},
                "steps": [
                    {"stepId": "s", "operationId": "$sourceDescriptions.one.poll", **yaml.safe_load(step)},
                    {"stepId": "next", "operationId": "$sourceDescriptions.one.poll"},
                ],
                **(workflow or {}),
            }
        ],
    }
    if "operationPath" in step:
        del value["workflows"][0]["steps"][0]["operationId"]  # type: ignore[index]  # a list of mappings
    document = parse_document(value)
    subject = Subject(document, document.workflows[0], Described(), "lenient")
    return tuple(plan_repairs(subject, value, lint_workflow(subject, str) if findings is None else findings))


def edits(step: str, **given: Any) -> list[Edit]:
    """Return the edits of all repairs in their order."""
    return [edit for repair in planned(step, **given) for edit in repair.edits]


@pytest.mark.parametrize(
    ("braced", "text"),
    [
        ("Bearer {$inputs.a}", "Bearer $inputs.a"),
        ("{$inputs.a} and {$inputs.b}, {x}", "{$inputs.a} and $inputs.b, {x}"),
        ("x {$inputs.a}.", "x $inputs.a."),
    ],
)
def test_braces(braced: str, text: str) -> None:
    """An expression inside longer text gets braces, and nothing around it changes."""
    parameter = {"name": "p", "in": "header", "value": text}
    assert [SetText(f"{STEP}/parameters/0/value", braced)] == edits(yaml.safe_dump({"parameters": [parameter]}))


def test_braces_of_an_operation_path() -> None:
    """The expression of an operationPath gets braces, not the pointer behind it."""
    step = "operationPath: $sourceDescriptions.one.url#/paths/~1poll~1{id}/get"
    expected = "{$sourceDescriptions.one.url}#/paths/~1poll~1{id}/get"
    assert [SetText(f"{STEP}/operationPath", expected)] == edits(step)


@pytest.mark.parametrize("text", ["$inputs.a", "{$inputs.a}", 7])
def test_what_needs_no_braces(text: JsonValue) -> None:
    """A finding about a place where no bare expression stands has no repair."""
    finding = Finding("expression-unbraced", "warning", "", f"{STEP}/parameters/0/value")
    step = yaml.safe_dump({"parameters": [{"name": "p", "in": "header", "value": text}]})
    assert () == planned(step, findings=(finding,))


@pytest.mark.parametrize(
    ("expected", "operation_id"),
    [
        (["$sourceDescriptions.one.poll"], "poll"),
        ([], "$sourceDescriptions.one.poll"),
        ([], "other"),
        ([], "nothing"),
    ],
)
def test_operation_ids(expected: list[str], operation_id: str) -> None:
    """An operationId that means one method and path is qualified by the first source that has it."""
    wanted = [SetText(f"{STEP}/operationId", text) for text in expected]
    assert wanted == edits(yaml.safe_dump({"operationId": operation_id}))


def test_an_operation_id_that_is_gone() -> None:
    """A finding about a place that is not there has no repair."""
    assert () == planned("{}", findings=(Finding("operation-id-ambiguous", "warning", "", "/nothing"),))


def criterion(condition: str, kind: JsonValue = "jsonpath", context: str = "$response.body") -> str:
    """Return a step with one typed criterion."""
    return yaml.safe_dump({"successCriteria": [{"context": context, "condition": condition, "type": kind}]})


@pytest.mark.parametrize(
    ("simple", "condition"),
    [
        ("$response.body#/status == 'done'", "$.status == 'done'"),
        ("$response.body#/case == 'other'", "$.case == 'other'"),
        ("$response.body#/data/kind == 'a' || $response.body#/data/kind == 'true'",
         "$.data.kind == 'a' || $.data.kind == 'true'"),
        ("($response.body#/status == 'done' || $response.body#/status == 'failed') && $response.body#/data/kind == 'a'",
         "($.status == 'done' || $.status == 'failed') && $.data.kind == 'a'"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["jsonpath", {"type": "jsonpath", "version": "rfc9535"}])
def test_comparisons(simple: str, condition: str, kind: JsonValue) -> None:
    """A comparison where a query belongs becomes the simple condition that says the same, without context and type."""
    at = f"{STEP}/successCriteria/0"
    expected = [SetText(f"{at}/condition", simple), Remove(f"{at}/context"), Remove(f"{at}/type")]
    assert expected == edits(criterion(condition, kind))


@pytest.mark.parametrize(
    "condition",
    [
        "$.status != 'done'",  # a missing member is not equal to anything in JSONPath, and like null in a simple one
        "$.data.kind == null",
        "$.data.kind == true",
        "$.status == $.case",
        "!($.status == 'done')",
        "$.status == 'done' && $.case != 'other'",
        "$.status && $.case == 'other'",
        "$.status == ",
        "$.case == 'done'",  # 'Done' is the same to a simple condition
        "$.number == '1'",  # so is 1
        "$.number == 1",
        "$.status >= 'done'",
        "$.open == 'done'",  # nobody knows what else it may be
        "$.status == 'done' || $.open == 'done'",
    ],
)
def test_comparisons_without_an_equal(condition: str) -> None:
    """A comparison that a simple condition would answer differently is left to people."""
    assert [] == edits(criterion(condition))


def test_a_comparison_over_part_of_a_context() -> None:
    """A context with a pointer of its own leaves the comparison as it is."""
    assert [] == edits(criterion("$.status == 'done'", context="$response.body#/data"))


def test_a_comparison_over_an_unknown_answer() -> None:
    """Where nothing is known of the answers of a step, nor of which step a criterion belongs to, it stays."""
    step = {**yaml.safe_load(criterion("$.status == 'done'")), "operationId": "$sourceDescriptions.one.nothing"}
    assert [] == [each for each in planned(yaml.safe_dump(step)) if each.code == "jsonpath-invalid"]
    parameter = {"name": "p", "in": "query", "value": yaml.safe_load(criterion("$.status == 'done'"))}
    at = f"{STEP}/parameters/0/value/successCriteria/0/condition"
    finding = Finding("jsonpath-invalid", "warning", "", at)
    assert () == planned(yaml.safe_dump({"parameters": [parameter]}), findings=(finding,))


def test_a_criterion_that_is_no_query() -> None:
    """A finding about a criterion without context has no repair."""
    finding = Finding("jsonpath-invalid", "warning", "", f"{STEP}/successCriteria/0/condition")
    assert () == planned("successCriteria: [{condition: $.s == 'x'}]", findings=(finding,))


@pytest.mark.parametrize(
    ("is_mended", "schema"),
    [
        (True, {"type": "string"}),
        (False, {"type": "string", "format": "uuid"}),
        (False, {"$ref": "#/workflows/0/inputs/$defs/key"}),
        (False, {}),
        (False, True),
    ],
)
def test_secrets(schema: JsonValue, *, is_mended: bool) -> None:
    """An input that looks like a secret is marked, unless it has another format or is described elsewhere."""
    at = "/workflows/0/inputs/properties/apiKey"
    finding = Finding("input-secret-unmarked", "warning", "", at)
    expected = [AddMember(at, "format", "password")] if is_mended else []
    assert expected == edits("{}", inputs={"properties": {"apiKey": schema}, "$defs": {"key": {}}}, findings=(finding,))


def actions(
    *, success: Mapping[str, str], failure: str = "[]", criteria: str = "[{condition: $statusCode == 200}]"
) -> str:
    """Return a step with success actions by name: `loop` goes to the step itself, all others go on."""
    listed = [
        {
            "name": name,
            "type": "goto",
            "stepId": "s" if name == "loop" else "next",
            **({"criteria": [{"condition": each} for each in condition.split(" ; ")]} if condition else {}),
        }
        for name, condition in success.items()
    ]
    step: dict[str, Any] = {"onSuccess": listed, "onFailure": yaml.safe_load(failure)}
    if criteria:
        step["successCriteria"] = yaml.safe_load(criteria)
    return yaml.safe_dump(step)


def is_status(*values: str) -> str:
    """Return the condition that the status is one of these."""
    return " || ".join(f"$response.body#/status == '{value}'" for value in values)


GOES_ON = is_status("queued", "running")
ANY = {"condition": "$statusCode >= 200 && $statusCode < 300"}
OK = {"condition": "$statusCode == 200"}


def retry(*required: JsonValue, condition: str = GOES_ON) -> dict[str, JsonValue]:
    """Return the retry that a loop becomes."""
    criteria = [*required, {"condition": condition}]
    return {"name": "loop", "type": "retry", "retryAfter": 1, "retryLimit": 60, "criteria": criteria}


def test_a_poll() -> None:
    """A poll becomes a bounded retry, and its step succeeds only with what the other actions ask for."""
    expected = [
        AddItem(f"{STEP}/successCriteria", {"condition": is_status("done")}),
        AddItem(f"{STEP}/onFailure", retry(OK), is_first=True),
        Remove(f"{STEP}/onSuccess/1"),
    ]
    assert expected == edits(actions(success={"end": is_status("done"), "loop": GOES_ON}))


def test_a_poll_without_criteria_and_failure_actions() -> None:
    """A step without success criteria asks for any 2xx, also after its repair; one without onFailure gets one."""
    but_one = is_status("queued", "running", "failed")
    step = yaml.safe_load(actions(success={"loop": but_one}, criteria=""))
    del step["onFailure"]
    expected = [
        AddMember(STEP, "successCriteria", [ANY, {"condition": f"!({but_one})"}]),
        AddMember(STEP, "onFailure", [retry(ANY, condition=but_one)]),
        Remove(f"{STEP}/onSuccess"),
    ]
    assert expected == edits(yaml.safe_dump(step))


def test_a_poll_that_says_nothing_of_its_ends() -> None:
    """Where several values end a poll and no action says which of them are good, nobody but the author can mend it."""
    assert [] == edits(actions(success={"loop": GOES_ON}))


@pytest.mark.parametrize("other", ["", "== 1", "$statusCode == 201", "$statusCode == 200 ; $statusCode < 201"])
def test_a_poll_beside_other_questions(other: str) -> None:
    """Where other actions ask for something else, the poll is over as soon as it need not go on."""
    added, *_ = edits(actions(success={"loop": GOES_ON, "on": other}))
    assert AddItem(f"{STEP}/successCriteria", {"condition": f"!({GOES_ON})"}) == added


ENDS = "[{name: x, type: end, criteria: [{condition: $statusCode == 429}]}]"
QUEUED = f'[{{name: x, type: end, criteria: [{{condition: "{is_status("queued")}"}}]}}]'


@pytest.mark.parametrize(
    "step",
    [
        actions(success={"loop": "", "on": is_status("done")}),  # for ever
        actions(success={"loop": f"{GOES_ON} ; $statusCode == 200"}),
        actions(success={"loop": is_status("queued"), "on": is_status("queued", "done", "running", "failed")}),
        actions(success={"loop": GOES_ON, "on": "$response.body#/other == 'x'"}),
        actions(success={"on": "$statusCode == 201", "loop": GOES_ON}),
        actions(success={"end": is_status("done"), "loop": GOES_ON}, failure="[{name: x, type: end}]"),
        actions(success={"end": is_status("done"), "loop": GOES_ON}, failure=ENDS.replace("x,", "loop,")),
        actions(success={"loop": GOES_ON}, failure=ENDS).replace("type: goto", "type: end").replace("stepId: s", ""),
        actions(success={"loop": "$response.body#/status ==", "on": is_status("done")}),
        actions(success={"end": is_status("done"), "loop": GOES_ON}, failure=QUEUED),
        actions(success={"end": is_status("done"), "loop": GOES_ON}, failure=QUEUED.replace("queued", "failed")),
        "onFailure: [{name: loop, type: goto, stepId: s, criteria: [{condition: $statusCode == 429}]}]",
    ],
)
def test_loops_without_one_right_answer(step: str) -> None:
    """A loop that is no plain poll, or that would be caught by other actions, is left to people."""
    assert [] == [repair for repair in planned(step) if repair.code == "loop-unbounded"]


def test_loops_elsewhere() -> None:
    """A goto to another step than its own is left to people."""
    finding = Finding("loop-unbounded", "warning", "", f"{STEP}/onSuccess/0")
    assert () == planned(actions(success={"on": GOES_ON}), findings=(finding,))


def test_other_fields_of_a_loop_stay() -> None:
    """Extensions of an action stay with it."""
    step = yaml.safe_load(actions(success={"loop": GOES_ON, "end": is_status("done")}))
    step["onSuccess"][0]["x-note"] = "n"
    added = [edit.value for edit in edits(yaml.safe_dump(step)) if isinstance(edit, AddItem) and edit.is_first]
    assert [{**retry(OK), "x-note": "n"}] == added


@pytest.mark.parametrize("kind", ["jsonpath", "regex"])
def test_a_poll_beside_other_languages(kind: str) -> None:
    """An action that asks in another language leaves a poll that is asked first as clear as it was."""
    step = yaml.safe_load(actions(success={"loop": GOES_ON, "end": ""}))
    text = {"jsonpath": "$[?@.status == 'done']", "regex": "^(done|x"}[kind]
    step["onSuccess"][1]["criteria"] = [{"context": "$response.body", "condition": text, "type": kind}]
    added, *_ = edits(yaml.safe_dump(step))
    assert AddItem(f"{STEP}/successCriteria", {"condition": f"!({GOES_ON})"}) == added


def test_a_failure_action_that_all_steps_have() -> None:
    """A failure action of the workflow that would take what fails after a repair forbids it."""
    for condition, count in (("$statusCode == 429", 1), ("$statusCode < 500", 0), ("$inputs.a == 1", 0)):
        failing = [{"name": "x", "type": "end", "criteria": [{"condition": condition}]}]
        step = actions(success={"one": is_status("done"), "two": is_status("failed")})
        assert count == len(planned(step, workflow={"failureActions": failing}))


def test_unhandled_values() -> None:
    """A step with values that no action handles succeeds only with those that are handled."""
    expected = [AddItem(f"{STEP}/successCriteria", {"condition": f"{is_status('done')} || {is_status('failed')}"})]
    assert expected == edits(actions(success={"one": is_status("done"), "two": is_status("failed")}, failure=ENDS))


@pytest.mark.parametrize(
    "step",
    [
        actions(success={"one": is_status("done")}, failure="[{name: x, type: end}]"),
        actions(success={"one": is_status("done"), "two": "$response.body#/other == 'x'"}),
        actions(success={"one": f"{is_status('done')} ; $response.body#/other == 'x'"}),
        actions(
            success={"one": is_status("done"), "two": is_status("queued")}, failure=QUEUED.replace("queued", "running")
        ),
        actions(success={"one": "$response.body#/status =="}),
    ],
)
def test_unhandled_values_without_one_right_answer(step: str) -> None:
    """What would be caught by a failure action, or hangs on several members, is left to people."""
    assert [] == [each for each in planned(step) if each.code == "enum-unhandled"]


def test_what_is_meant_to_fall_through() -> None:
    """A step that only sorts out what is bad, and lets the rest fall through, keeps its meaning."""
    ends = actions(success={"bad": is_status("failed")}).replace("type: goto", "type: end").replace("stepId: next", "")
    findings = (Finding("enum-unhandled", "warning", "", f"{STEP}/onSuccess"),)
    assert () == planned(ends, findings=findings)


def test_findings_about_no_step() -> None:
    """A finding about a place that is no step has no repair."""
    findings = tuple(Finding(code, "warning", "", "/x") for code in ("enum-unhandled", "loop-unbounded"))
    assert () == planned("{}", findings=findings)


def test_repairs_wait_for_each_other() -> None:
    """Of repairs in one place only the first is planned: the next ones see what it left."""
    one, inside, around, beside = (Repair("c", at, at, (), "") for at in ("/a/b", "/a/b/c", "/a", "/a/bc"))
    assert [one, beside] == [*distinct_repairs((one, inside, around, beside))]


def test_every_mended_code_is_planned_once() -> None:
    """A code without a repair asks for nothing, and one place has one repair for one code."""
    assert "operation-missing" not in MENDED_CODES
    found = Finding("expression-unbraced", "warning", "", f"{STEP}/parameters/0/value")
    step = yaml.safe_dump({"parameters": [{"name": "p", "in": "header", "value": "x $inputs.a"}]})
    assert 1 == len(planned(step, findings=(found, found, Finding("operation-missing", "error", "", STEP))))


def test_a_loop_that_all_steps_have() -> None:
    """A loop among the actions of the workflow belongs to every step, so it has no repair."""
    criteria = [{"condition": "$response.body#/status == 'queued'"}]
    value: JsonValue = {
        "arazzo": "1.0.1",
        "info": {"title": "t", "version": "1"},
        "sourceDescriptions": [{"name": "one", "url": "1.yml"}],
        "workflows": [
            {
                "workflowId": "w",
                "steps": [{"stepId": "s", "operationId": "poll"}],
                "successActions": [{"name": "again", "type": "goto", "stepId": "s", "criteria": criteria}],
            }
        ],
    }
    document = parse_document(value)
    subject = Subject(document, document.workflows[0], Described(), "lenient")
    findings = lint_workflow(subject, str)
    assert ("loop-unbounded", "/workflows/0/successActions/0") in {(each.code, each.where) for each in findings}
    assert "loop-unbounded" not in {each.code for each in plan_repairs(subject, value, findings)}


class Exhausted(Described):
    """Sources that are not looked through any more."""

    is_exhausted = True

    def success_values(self, operation: Any, pointer: str) -> tuple[JsonValue, ...] | None:  # noqa: ARG002  # any
        """Return nothing, as nobody has looked."""
        return None


def test_what_nobody_has_looked_at_is_left_alone() -> None:
    """Where the values of a loop could not be looked at, it has no repair: which of them are failures is not known."""
    value, findings = lone_loop()
    document = parse_document(value)
    for described, codes in ((Described(), set()), (Exhausted(), set()), (OpenStatus(), {"loop-unbounded"})):
        subject = Subject(document, document.workflows[0], described, "lenient")
        assert codes == {each.code for each in plan_repairs(subject, value, findings)}


class OpenStatus(Described):
    """Sources whose status may be any text."""

    def success_values(self, operation: Any, pointer: str) -> tuple[JsonValue, ...] | None:  # noqa: ARG002  # any
        """Return nothing, as the set is open."""
        return None


def lone_loop() -> tuple[JsonValue, tuple[Finding, ...]]:
    """Return a document whose one action is a loop, and the finding about it."""
    criteria = [{"condition": "$response.body#/status == 'queued'"}]
    loop = {"name": "again", "type": "goto", "stepId": "s", "criteria": criteria}
    value: JsonValue = {
        "arazzo": "1.0.1",
        "info": {"title": "t", "version": "1"},
        "sourceDescriptions": [{"name": "one", "url": "1.yml"}],
        "workflows": [{"workflowId": "w", "steps": [{"stepId": "s", "operationId": "poll", "onSuccess": [loop]}]}],
    }
    return value, (Finding("loop-unbounded", "warning", "", "/workflows/0/steps/0/onSuccess/0"),)
