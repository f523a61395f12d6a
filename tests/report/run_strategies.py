"""Any result of a run, for laws about reports."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from mock_knock.arazzo.engine import CheckedCriterion, Decision
from mock_knock.harness.result import CallResult, RunResult, StepResult
from mock_knock.messages import (
    ContractViolation,
    Exchange,
    Finding,
    HttpRequest,
    HttpResponse,
    TransportFailure,
)

NASTY = ("<script>", "]]>", "&amp;", "|", "`", "\x00", "\x1b[2J", "\u202e", "\ud800", "\udcff", "\ufffe", "\u2028",
         "\x85", "\r\n", "*_~", "[a](b)", "@ada", "$x$", "'\"", "-->", "</pre>")  # fmt: skip
"""What is more than text somewhere."""

texts = st.lists(st.sampled_from(NASTY) | st.text(st.characters(codec=None), max_size=4), max_size=4).map("".join)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda each: st.lists(each, max_size=3) | st.dictionaries(texts, each, max_size=3),
    max_leaves=6,
)
headers = st.lists(st.tuples(texts, texts), max_size=3).map(tuple)
bodies = st.binary(max_size=20) | st.sampled_from(
    [
        b"",
        b'{"a": [1, {"b": "\\u0041"}], "c": {}}',
        b'{"__typename":"BulkOperation","id":"b1","status":"queued","processed_rows":1,"estimated_total_rows":2}',
        b'{"__typename": "BulkOperation", "status": 7, "processed_rows": -9, "estimated_total_rows": 2}',
    ]
)
paths = st.sampled_from(["/v1/bulk_operations/b1", "/v1/bulk_operations/b2?x=1&y", "", "/v1/users/bulk/identify"])
requests = st.builds(
    HttpRequest,
    st.sampled_from(["GET", "POST"]),
    st.builds("http://localhost{}{}".format, paths, texts),
    headers,
    bodies,
)
responses = st.builds(
    HttpResponse,
    st.sampled_from([200, 202, 404, 503, 799]),
    headers | st.just((("X-Mock-Fault-Applied", "busy"), ("Content-Type", "application/json"))),
    bodies,
    st.floats(0, 100),
)
instants = st.none() | st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # hypothesis adds the zone
criteria = st.lists(st.builds(CheckedCriterion, texts, passed=st.booleans()), max_size=2).map(tuple)
decisions = st.builds(
    Decision, st.sampled_from(["next", "goto", "retry", "end", "fail"]), st.none() | texts, st.none() | texts
)


@st.composite
def exchanges(draw: st.DrawFn) -> Exchange:
    """Draw an exchange with a response, a failure or neither."""
    failure = st.builds(TransportFailure, st.sampled_from(["timeout", "reset"]), texts)
    response, lost = draw(st.tuples(responses, st.none()) | st.tuples(st.none(), st.none() | failure))
    return Exchange(draw(requests), response, lost, draw(instants), draw(st.floats(0, 100)))


concluded: dict[str, Any] = {
    "workflow_id": st.sampled_from(["w", "v"]) | texts,
    "visit": st.integers(1, 2),
    "attempt": st.integers(1, 3),
    "passed": st.booleans(),
    "criteria": criteria,
    "outputs": st.dictionaries(texts, values, max_size=2),
    "decision": decisions,
    "depth": st.integers(0, 2),
}
violations = st.lists(st.builds(ContractViolation, st.just("response-body"), texts, texts), max_size=2).map(tuple)
steps = st.builds(
    StepResult,
    step_id=st.sampled_from(["s", "t"]) | texts,
    exchange=exchanges(),
    violations=violations | st.just(()),
    **concluded,
)
calls = st.builds(
    CallResult,
    step_id=st.just("c") | texts,
    called=texts,
    first=st.integers(0, 4),
    count=st.integers(0, 3),
    **concluded,
)
findings = st.builds(
    Finding,
    st.sampled_from(["guard-bypassed", "request-failed"]),
    st.sampled_from(["error", "warning", "note"]),
    texts,
    texts,
    texts,
)
results = st.builds(
    RunResult,
    flow=st.just("w") | texts,
    outcome=st.sampled_from(["success", "failure", "invalid", "unreachable", "exhausted"]),
    seed=st.integers(0, 9),
    outputs=st.dictionaries(texts, values, max_size=2),
    steps=st.lists(steps, max_size=4).map(tuple),
    findings=st.lists(findings, max_size=3).map(tuple),
    target=texts,
    calls=st.lists(calls, max_size=2).map(tuple),
)
