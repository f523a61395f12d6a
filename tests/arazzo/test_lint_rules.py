"""What is said about a document before anything is sent: each rule, broken and kept."""

from __future__ import annotations

import pytest
from fake_contract import Described, Enums, lint

from mock_knock.arazzo.codes import FATAL, severity_of
from mock_knock.arazzo.lint import looks_secret
from mock_knock.arazzo.template import Dialect
from mock_knock.messages import Finding, JsonValue

STEPS = "/workflows/0/steps"
DIALECTS: list[Dialect] = ["lenient", "strict"]


def findings(
    steps: str, *, enums: Enums | None = None, dialect: Dialect = "lenient", **given: JsonValue
) -> tuple[Finding, ...]:
    """Lint a workflow with these steps."""
    return lint(steps, described=Described(enums or {}), dialect=dialect, **given)


def found(steps: str, **given: JsonValue) -> list[tuple[str, str]]:
    """Return code and place of the findings."""
    return [(finding.code, finding.where) for finding in findings(steps, **given)]


A, B = "{stepId: a, operationId: a}", "{stepId: b, operationId: b}"
READS_A = "{stepId: b, operationId: b, requestBody: {payload: $steps.a.outputs.o}}"
STOPS = "[{stepId: a, operationId: a, onFailure: [{name: e, type: end, criteria: [%s]}]}]"
SENT = "[{stepId: a, operationId: a, requestBody: {payload: {x: %s}}}]"
CHECKED = "[{stepId: a, operationId: a, outputs: {o: $response.body}, successCriteria: [%s]}]"


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("code", "place", "broken", "kept"),
    [
        (
            "operation-missing",
            f"{STEPS}/0/operationId",
            "[{stepId: a, operationId: A}]",
            "[{stepId: a, operationId: a}]",
        ),
        (
            "source-missing",
            f"{STEPS}/0/operationId",
            "[{stepId: a, operationId: $sourceDescriptions.x.a}]",
            "[{stepId: a, operationId: $sourceDescriptions.api.a}]",
        ),
        ("input-undeclared", f"{STEPS}/0/requestBody/payload/x", SENT % "$inputs.Id", SENT % "$inputs.id"),
        ("input-undeclared", f"{STEPS}/0/requestBody/payload/x", SENT % "'a {$inputs.no}'", SENT % "'a {$inputs.id}'"),
        (
            "input-undeclared",
            f"{STEPS}/0/parameters/0/value",
            "[{stepId: a, operationId: a, parameters: [{name: p, in: query, value: $inputs.no}]}]",
            "[{stepId: a, operationId: a, parameters: [{name: p, in: query, value: $inputs.id}]}]",
        ),
        (
            "input-undeclared",
            f"{STEPS}/0/successCriteria/0/condition",
            CHECKED % "{condition: $statusCode == $inputs.no}",
            CHECKED % "{condition: $statusCode == $inputs.id}",
        ),
        (
            "input-undeclared",
            f"{STEPS}/0/successCriteria/0/condition",
            CHECKED % "{condition: '^{$inputs.no}', context: $statusCode, type: regex}",
            CHECKED % "{condition: '^{$inputs.id}', context: $statusCode, type: regex}",
        ),
        (
            "input-undeclared",
            f"{STEPS}/0/outputs/o",
            "[{stepId: a, operationId: a, outputs: {o: $inputs.no}}]",
            "[{stepId: a, operationId: a, outputs: {o: $inputs.id}}]",
        ),
        (
            "output-unknown",
            f"{STEPS}/1/requestBody/payload",
            f"[{A}, {READS_A}]",
            f"[{{stepId: a, operationId: a, outputs: {{o: $response.body}}}}, {READS_A}]",
        ),
        (
            "output-unknown",
            f"{STEPS}/0/successCriteria/0/condition",
            CHECKED % "{condition: $steps.A.outputs.o == 1}",
            CHECKED % "{condition: $steps.a.outputs.o == 1}",
        ),
        (
            "expression-invalid",
            f"{STEPS}/0/requestBody/payload/x",
            SENT % "$steps.a.output.id",
            SENT % "$5.00 and $.status",
        ),
        ("expression-invalid", f"{STEPS}/0/requestBody/payload/x", SENT % "'{$input.id}'", SENT % "'{input.id}'"),
        (
            "expression-invalid",
            f"{STEPS}/0/parameters/0/value",
            "[{stepId: a, operationId: a, parameters: [{name: p, in: query, value: '{$'}]}]",
            "[{stepId: a, operationId: a, parameters: [{name: p, in: query, value: '{'}]}]",
        ),
        (
            "expression-invalid",
            f"{STEPS}/0/outputs/o",
            "[{stepId: a, operationId: a, outputs: {o: response.body}}]",
            "[{stepId: a, operationId: a, outputs: {o: $response.body}}]",
        ),
        ("expression-unbraced", f"{STEPS}/0/requestBody/payload/x", SENT % "to $inputs.id", SENT % "'to {$inputs.id}'"),
        (
            "condition-invalid",
            f"{STEPS}/0/successCriteria/0/condition",
            CHECKED % "{condition: $statusCode = 200}",
            CHECKED % "{condition: $statusCode == 200}",
        ),
        (
            "regex-invalid",
            f"{STEPS}/0/successCriteria/0/condition",
            CHECKED % "{condition: '^2(', context: $statusCode, type: regex}",
            CHECKED % "{condition: '^2', context: $statusCode, type: regex}",
        ),
        (
            "jsonpath-invalid",
            f"{STEPS}/0/successCriteria/0/condition",
            CHECKED % "{condition: $.x == 1, context: $response.body, type: jsonpath}",
            CHECKED % "{condition: '$[?@.x == 1]', context: $response.body, type: jsonpath}",
        ),
        (
            "jsonpath-invalid",
            f"{STEPS}/0/onFailure/0/criteria/0/condition",
            STOPS % "{condition: 'x y', context: $response.body, type: jsonpath}",
            STOPS % "{condition: '$.x.y', context: $response.body, type: jsonpath}",
        ),
        (
            "expression-invalid",
            f"{STEPS}/0/successCriteria/0/condition",
            CHECKED % "{condition: '$.x', context: response.body, type: jsonpath}",
            CHECKED % "{condition: '$.x', context: $response.body, type: jsonpath}",
        ),
        (
            "loop-unbounded",
            f"{STEPS}/0/onSuccess/0",
            "[{stepId: a, operationId: a, onSuccess: [{name: again, type: goto, stepId: a}]}]",
            "[{stepId: a, operationId: a, onFailure: [{name: again, type: retry, retryAfter: 1, retryLimit: 9}]}]",
        ),
        (
            "loop-unbounded",
            f"{STEPS}/0/onFailure/0",
            "[{stepId: a, operationId: a, onFailure: [{name: again, type: goto, stepId: a}]}]",
            "[{stepId: a, operationId: a, onFailure: [{name: stop, type: end}]}]",
        ),
        (
            "loop-unbounded",
            f"{STEPS}/2/onSuccess/0",
            f"[{A}, {B}, {{stepId: c, operationId: c, onSuccess: [{{name: back, type: goto, stepId: b}}]}}]",
            f"[{{stepId: c, operationId: c, onFailure: [{{name: over, type: goto, stepId: b}}]}}, {A}, {B}]",
        ),
    ],
)
def test_rules(code: str, place: str, broken: str, kept: str, dialect: Dialect) -> None:
    """A broken rule is one finding at its place, a kept one is none, in either dialect."""
    (finding,) = findings(broken, dialect=dialect)
    assert (code, place, severity_of(code, dialect)) == (finding.code, finding.where, finding.severity)
    assert () == findings(kept, dialect=dialect)


@pytest.mark.parametrize(
    ("code", "outputs"),
    [
        ("expression-invalid", {"a/b": "steps.a.outputs.o"}),
        ("output-unknown", {"a/b": "$steps.a.outputs.p"}),
        ("output-unknown", {"a/b": "$steps.b.outputs.o"}),
        ("input-undeclared", {"a/b": "$inputs.no"}),
    ],
)
def test_outputs_of_the_workflow(code: str, outputs: JsonValue) -> None:
    """The outputs of the workflow are looked at as well."""
    steps = "[{stepId: a, operationId: a, outputs: {o: $response.body}}]"
    given = {name.replace("/", "."): text for name, text in outputs.items()}
    assert [(code, "/workflows/0/outputs/a.b")] == found(steps, outputs=given)
    assert [] == found(steps, outputs={"a": "$steps.a.outputs.o#/id", "b": "$inputs.id"})


@pytest.mark.parametrize("text", ["$statusCode", "$method", "$request.query.q", "$url"])
def test_other_expressions(text: str) -> None:
    """Expressions about the exchange name nothing that could be missing from the document."""
    assert [] == found(f"[{{stepId: a, operationId: a, outputs: {{o: {text}}}}}]")


def test_texts_of_the_strict_dialect() -> None:
    """In the strict dialect an expression without braces is text, so what it names need not exist."""
    steps = SENT % "to $inputs.nobody"
    place = f"{STEPS}/0/requestBody/payload/x"
    assert [("input-undeclared", place), ("expression-unbraced", place)] == found(steps)
    assert [("expression-unbraced", place)] == found(steps, dialect="strict")


@pytest.mark.parametrize(
    ("message", "steps"),
    [
        ("there is no input 'x'", SENT % "$inputs.x"),
        ("there is no step 'b'", SENT % "$steps.b.outputs.x"),
        ("the step 'a' has no output 'x'", SENT % "$steps.a.outputs.x"),
        ("'$steps.a.output.x' is not a runtime expression: ", SENT % "$steps.a.output.x"),
        ("'o' is not a runtime expression: ", "[{stepId: a, operationId: a, outputs: {o: o}}]"),
        ("$inputs.id stands in a text without braces", SENT % "to $inputs.id"),
        (
            "'g' goes back to 'a' without a delay or an end of its own",
            "[{stepId: a, operationId: a, onSuccess: [{name: g, type: goto, stepId: a}]}]",
        ),
    ],
)
def test_messages(message: str, steps: str) -> None:
    """A finding is told with the words of the document."""
    (finding,) = findings(steps)
    assert finding.message.startswith(message)


def test_hints_list_what_there_is() -> None:
    """A wrong name is answered with the names there are."""
    hints = {
        "declared inputs: id, name": findings(SENT % "$inputs.x"),
        "declared inputs: none": findings(SENT % "$inputs.x", inputs={"type": "object"}),
        "outputs of 'a': none": findings(f"[{A}]", outputs={"x": "$steps.a.outputs.x"}),
        "steps of this workflow: a": findings(f"[{A}]", outputs={"x": "$steps.b.outputs.x"}),
    }
    assert list(hints) == [finding.hint for (finding,) in hints.values()]


IN_TIME = [
    # the steps in order with their gotos, whose output is read by whom, and whether it is there
    ("a b", "a", "b", True),
    ("a b c", "a", "c", True),
    ("a b", "b", "a", False),
    ("a b c", "c", "b", False),
    ("a>c b c>b", "c", "b", True),
    ("a>c b c", "c", "b", False),
    ("a>c b c", "b", "c", True),
    ("a b>a", "b", "a", False),
    ("a b c>b", "c", "b", False),
]


@pytest.mark.parametrize(("order", "source", "user", "is_there"), IN_TIME)
def test_outputs_that_are_sent(order: str, source: str, user: str, *, is_there: bool) -> None:
    """What is sent must have its value on the first visit: some way to the step leads over the output."""
    steps = _steps(order, user, f"requestBody: {{payload: {{x: $steps.{source}.outputs.o}}}}")
    expected = [] if is_there else ["output-forward"]
    assert expected == [code for code, _ in found(steps) if code != "loop-unbounded"]


@pytest.mark.parametrize(
    ("order", "source", "user", "is_there"),
    [
        ("a b", "a", "b", True),
        ("a b", "b", "a", False),
        ("a b>a", "b", "a", True),
        ("a b", "a", "a", True),
        ("a>c b c", "c", "b", False),
    ],
)
def test_outputs_that_decide(order: str, source: str, user: str, *, is_there: bool) -> None:
    """A criterion may wait for a later turn of a loop, and sees the outputs of its own step."""
    steps = _steps(order, user, f"successCriteria: [{{condition: $steps.{source}.outputs.o == 1}}]")
    expected = [] if is_there else ["output-forward"]
    assert expected == [code for code, _ in found(steps) if code != "loop-unbounded"]


def test_a_step_cannot_send_its_own_output() -> None:
    """The output of a step is not there when its own request is put together."""
    (finding,) = findings(_steps("a", "a", "requestBody: {payload: $steps.a.outputs.o}"))
    message = "'$steps.a.outputs.o' has no value yet: 'a' does not come before 'a'"
    assert ("output-forward", message) == (finding.code, finding.message)


def _steps(order: str, user: str, text: str) -> str:
    """Return steps with an output `o` each; `a>c` is a step `a` with a goto to `c`."""
    steps = []
    for word in order.split():
        name, _, target = word.partition(">")
        action = f"onFailure: [{{name: g, type: goto, stepId: {target}}}]" if target else ""
        parts = [f"stepId: {name}", f"operationId: {name}", "outputs: {o: $response.body}", action]
        steps.append(", ".join(part for part in [*parts, text if name == user else ""] if part))
    return "[" + ", ".join(f"{{{step}}}" for step in steps) + "]"


JSONPATH = "context: $response.body, type: jsonpath"
STATUS = {("a", "/status"): ("queued", "processing", "completed", "failed")}


def actions(*criteria: str, after: str = f", {B}", success: str = "") -> str:
    """Return a step that goes back to itself by success actions with these lists of criteria, and what follows it."""
    listed = ", ".join(
        f"{{name: n{index}, type: goto, stepId: a, criteria: [{each}]}}" for index, each in enumerate(criteria)
    )
    checked = f", successCriteria: [{success}]" if success else ""
    return f"[{{stepId: a, operationId: a, onSuccess: [{listed}]{checked}}}{after}]"


def simple(condition: str) -> str:
    """Return a simple criterion as YAML."""
    return f'{{condition: "{condition}"}}'


def query(condition: str) -> str:
    """Return a JSONPath criterion as YAML."""
    return f'{{condition: "{condition}", {JSONPATH}}}'


def unhandled(steps: str, enums: Enums = STATUS) -> list[str]:
    """Return what the findings about enums say is not handled."""
    return [
        finding.message.partition("handles ")[2].partition(":")[0]
        for finding in findings(steps, enums=enums)
        if finding.code == "enum-unhandled"
    ]


def is_status(status: str) -> str:
    """Return the criterion that the body has this status."""
    return simple(f"$response.body#/status == '{status}'")


@pytest.mark.parametrize(
    ("left", "criteria"),
    [
        (["'failed' of /status"], [query("$[?@.status == 'queued' || @.status == 'completed'"
                                         " || @.status == 'processing']")]),
        (["'failed' of /status"], [query("$.status == 'queued' || $.status == 'processing'"),
                                   query("$.status == 'completed'")]),
        (["'completed', 'failed' of /status"], [is_status("queued"), is_status("processing")]),
        (["'processing', 'completed', 'failed' of /status"], [is_status("QUEUED")]),
        (["'queued', 'processing', 'completed', 'failed' of /status"], [query("$.status == 'QUEUED'")]),
        ([], [is_status(each) for each in ("queued", "processing", "completed", "failed")]),
        # several criteria in one action: all of them must hold
        (["'queued', 'processing', 'completed', 'failed' of /status"],
         [f"{is_status('queued')}, {is_status('processing')}"]),
        (["'processing', 'completed', 'failed' of /status"], [f"{simple('$statusCode < 300')}, {is_status('queued')}"]),
        # an action for every case, or for one that cannot be told
        ([], [is_status("queued"), ""]),
        ([], ["", is_status("queued")]),
        ([], [is_status("queued"), simple("$statusCode == 200")]),
        ([], [is_status("queued"), simple("$response.body#/status != 'queued'")]),
        ([], [is_status("queued"), simple("$inputs.id == 1")]),
        (["'processing', 'completed' of /status"],
         [is_status("queued"), "{condition: ^f, context: $response.body#/status, type: regex}"]),
        ([], []),
    ],
)  # fmt: skip
def test_values_of_enums(left: list[str], criteria: list[str]) -> None:
    """Values of an enum that no action asks for are named, unless an action may take them all the same."""
    assert left == unhandled(actions(*criteria))


def test_where_unhandled_values_lead() -> None:
    """The finding stands at the actions and says what follows: the next step, or the end."""
    inside, _loop = findings(actions(is_status("queued")), enums=STATUS)
    last, _loop = findings(actions(is_status("queued"), after=""), enums=STATUS)
    assert ("enum-unhandled", f"{STEPS}/0/onSuccess") == (inside.code, inside.where)
    values = "'processing', 'completed', 'failed' of /status"
    assert f"no action of 'a' handles {values}: the flow goes on to 'b'" == inside.message
    assert f"no action of 'a' handles {values}: the workflow ends as a success" == last.message


def test_several_members() -> None:
    """Each member that the actions ask for is looked at by itself, in the order of their names."""
    enums = {("a", "/status"): ("x", "y"), ("a", "/kind"): (1, 2, None, True, {"a": 1}), ("a", "/other"): ("z",)}
    steps = actions(simple("$response.body#/status == 'x'"), simple("$response.body#/kind == 1"))
    assert ["'2', 'null', 'true' of /kind", "'y' of /status"] == unhandled(steps, enums)


def test_members_without_enum() -> None:
    """A member whose values the description does not list is left alone."""
    assert [] == unhandled(actions(is_status("queued")), {})


@pytest.mark.parametrize(
    ("left", "success"),
    [
        (["'completed', 'failed' of /status"], simple("$statusCode == 200")),
        ([], simple("$response.body#/status == 'queued' || $response.body#/status == 'processing'")),
        (["'failed' of /status"], simple("$response.body#/status == 'queued' || $response.body#/status == 'failed'")),
        (["'completed', 'failed' of /status"], simple("$response.body#/kind == 1")),
        (["'completed', 'failed' of /status"], simple("$response.body#/k == 1 || $response.body#/status == 'queued'")),
    ],
)  # fmt: skip
def test_values_that_come_with_a_success(left: list[str], success: str) -> None:
    """A value that the success criteria exclude needs no success action."""
    assert left == unhandled(actions(is_status("queued"), is_status("processing"), success=success))


def test_an_unknown_operation_has_no_enums() -> None:
    """Nothing is said about the answers of an operation that is not described."""
    steps = actions(is_status("queued")).replace("operationId: a", "operationId: nope")
    assert ["operation-missing", "loop-unbounded"] == [code for code, _ in found(steps, enums=STATUS)]


def test_failure_actions_need_not_be_complete() -> None:
    """What no failure action handles fails the flow, so nothing is said about it."""
    assert [] == unhandled(actions(is_status("queued")).replace("onSuccess", "onFailure"))


@pytest.mark.parametrize(
    ("code", "message", "hint", "criterion"),
    [
        (
            "jsonpath-invalid",
            "'$.status == 'completed'' is not a JSONPath query: column 10: ",
            (
                "a comparison or test belongs inside a filter (RFC 9535): write the simple condition "
                "$response.body#/status == 'completed' (without a type), or the filter $[?@.status == 'completed'] "
                "(it looks at each item of an array)"
            ),
            query("$.status == 'completed'"),
        ),
        (
            "jsonpath-invalid",
            "'status' is not a JSONPath query: column 1: ",
            "write `$[?@.status == 'x']`, or the simple condition `$response.body#/status == 'x'`",
            query("status"),
        ),
        (
            "condition-invalid",
            "'$statusCode = 200' is not a condition: column 13: ",
            "compare with == != < <= > >=, join with && and ||, quote text with '...'",
            simple("$statusCode = 200"),
        ),
        (
            "regex-invalid",
            "'{}(' is not a regular expression: ",
            "close every bracket, and write `\\` before a character that is meant as it stands",
            "{condition: '{}(', context: $statusCode, type: regex}",
        ),
    ],
)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_messages_about_criteria(code: str, message: str, hint: str, criterion: str, dialect: Dialect) -> None:
    """A finding about a condition begins with the condition, and its remedy is said once: in the hint."""
    (finding,) = findings(CHECKED % criterion, dialect=dialect)
    assert (code, hint) == (finding.code, finding.hint)
    assert finding.message.startswith(message)
    assert "write" not in finding.message


SECRETS = [
    "apiKey", "api_key", "API-KEY", "clientSecret", "password", "accessToken", "credentials", "private_key",
    "Authorization",
]  # fmt: skip


@pytest.mark.parametrize("name", SECRETS)
def test_secrets(name: str) -> None:
    """An input whose name says that it is a secret should be marked as one."""
    place = f"/workflows/0/inputs/properties/{name}"
    for schema in ({"type": "string"}, {}, True, {"type": ["string", "null"]}):
        assert [("input-secret-unmarked", place)] == found(f"[{A}]", inputs={"properties": {name: schema}})
    texts = ({"format": "password"}, {"format": "uuid"}, {"enum": ["bearer", "basic"]}, {"const": "none"})
    for schema in (*texts, {"type": "object"}, {"type": ["integer", "null"]}):
        assert [] == found(f"[{A}]", inputs={"properties": {name: schema}})


def test_places_of_secrets() -> None:
    """The place of an input is an escaped pointer."""
    place = "/workflows/0/inputs/properties/a~1token~0"
    assert [("input-secret-unmarked", place)] == found(f"[{A}]", inputs={"properties": {"a/token~": {}}})


@pytest.mark.parametrize("name", ["users", "recipientIds", "workflowKey", "data", "key", "author"])
def test_what_is_no_secret(name: str) -> None:
    """Other names are not taken for secrets."""
    assert not looks_secret(name)


@pytest.mark.parametrize("inputs", [{"type": "object"}, {"properties": None}, {"properties": ["token"]}])
def test_inputs_without_names(inputs: JsonValue) -> None:
    """A schema that declares nothing holds no secrets."""
    assert [] == found(f"[{A}]", inputs=inputs)


def test_all_rules_have_their_say() -> None:
    """Findings come rule by rule, all of them at once."""
    steps = """
    - stepId: a
      operationId: nope
      requestBody: {payload: [$inputs.no, 'x $inputs.id', '{$no}']}
      successCriteria: [{condition: '='}]
      onSuccess: [{name: again, type: goto, stepId: a}]
      outputs: {o: nothing}
    """
    assert [
        "input-secret-unmarked",
        "input-unused",
        "input-optional-sent",
        "operation-missing",
        "input-undeclared",
        "expression-unbraced",
        "expression-invalid",
        "expression-invalid",
        "condition-invalid",
        "loop-unbounded",
    ] == [code for code, _ in found(steps, inputs={"properties": {"id": {}, "token": {}}}, but=())]


@pytest.mark.parametrize(
    ("severities", "code"),
    [
        (("warning", "error"), "jsonpath-invalid"),
        (("warning", "error"), "operation-id-unqualified"),
        (("error", "error"), "guard-bypassed"),
        (("warning", "warning"), "enum-unhandled"),
        (("error", "error"), "not-in-the-table"),
    ],
)
def test_severities(severities: tuple[str, str], code: str) -> None:
    """What the lenient dialect reads over is a warning there, an error in the strict one; an unlisted code is bad."""
    assert severities == (severity_of(code, "lenient"), severity_of(code, "strict"))


def test_fatal_codes_are_errors_of_the_strict_dialect() -> None:
    """What keeps a flow from being run is an error, at least in the strict dialect."""
    assert {"error"} == {severity_of(code, "strict") for code in FATAL}
