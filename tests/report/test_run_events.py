from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import given

from mock_knock import run_flow
from mock_knock.harness.result import RunResult
from mock_knock.messages import Exchange, HttpRequest, HttpResponse
from mock_knock.report.run.run_events import render_ndjson
from mock_knock.report.run.run_json import render_json
from tests.report.made_up_run import CALLS, RESULT, answer, at, step
from tests.report.run_strategies import results


def read(result: RunResult) -> list[dict[str, Any]]:
    """Return the events of a run, each on a line of its own however lines are told apart."""
    text = render_ndjson(result)
    assert len(text.splitlines()) == text.count("\n")
    return [json.loads(line) for line in text.splitlines()]


def test_the_events_of_a_run() -> None:
    """The run begins, its requests follow with what was broken right behind, calls as they end, findings, its end."""
    events = read(RESULT)
    assert [
        "run-started", "step", "step", "step", "step", "violation", "step", "step", "step", "call", "step", "violation",
        "call", "step", "finding", "finding", "finding", "run-ended",
    ] == [each["event"] for each in events]  # fmt: skip
    assert {
        "event": "run-started",
        "format": "mock-knock/events@1",
        "at": "2026-01-02T03:04:05.678Z",
        "flow": "notify",
        "target": "http://***@localhost",
        "seed": 7,
    } == events[0]
    assert {
        "event": "run-ended",
        "outcome": "unreachable",
        "outputs": RESULT.outputs,
        "steps": 9,
        "violations": 2,
        "errors": 1,
    } == events[-1]


def without(event: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return an event without its kind and some other members."""
    return {name: value for name, value in event.items() if name not in {"event", *names}}


@given(result=results)
def test_events_are_what_the_report_has(result: RunResult) -> None:
    """Steps, calls, violations and findings are those of the JSON report, in the same order, with more about when."""
    events, report = read(result), json.loads(render_json(result))
    found: dict[str, list[dict[str, Any]]] = {"step": [], "finding": [], "violation": [], "call": []}
    for each in events[1:-1]:
        found[each["event"]].append(
            without(each, *{"step": ("at",), "violation": ("visit", "attempt")}.get(each["event"], ()))
        )
    assert report["steps"] == found["step"]
    assert report["violations"] == found["violation"]
    assert report["findings"] == found["finding"]
    assert sorted(map(repr, report.get("calls", []))) == sorted(map(repr, found["call"]))


def test_when_requests_were_sent() -> None:
    """A request that nobody timed has no instant, and a run without requests neither."""
    untimed = step("s", Exchange(HttpRequest("GET", "http://localhost/")))
    assert [None, None] == [each["at"] for each in read(RunResult("w", "failure", steps=(untimed,))) if "at" in each]
    assert [None] == [each["at"] for each in read(RunResult("w", "invalid")) if "at" in each]
    timed = replace(untimed, exchange=Exchange(untimed.exchange.request, answer({}), at=at(1)))
    assert "2026-01-02T03:04:06.678Z" == read(RunResult("w", "failure", steps=(timed,)))[1]["at"]


def test_calls_without_requests_at_the_beginning() -> None:
    """A call that ended before any request was sent stands before them, one that reaches too far behind them."""
    early, late = replace(CALLS[1], first=0), replace(CALLS[0], first=0, count=9)
    kinds = [each["event"] for each in read(replace(RESULT, calls=(late, early), findings=()))]
    assert ("run-started", "call", "step") == tuple(kinds[:3])
    assert ("step", "call", "run-ended") == tuple(kinds[-3:])


class Gives:
    """A transport whose every answer tells the same session."""

    def send(self, request: HttpRequest, *, timeout: float) -> Exchange:
        """Answer."""
        assert timeout > 0
        return Exchange(request, HttpResponse(200, (("Content-Type", "application/json"),), b'{"id": "s3ss10n-4711"}'))


FLOW = """\
arazzo: 1.0.1
info: {title: t, version: "1"}
sourceDescriptions: [{name: api, url: api.yaml, type: openapi}]
workflows:
- workflowId: w
  steps:
  - {stepId: first, operationId: read, outputs: {plain: $response.body#/id}}
  - {stepId: second, operationId: read, outputs: {token: $response.body#/id}}
"""
API = """\
openapi: 3.1.0
info: {title: t, version: "1"}
servers: [{url: "http://localhost"}]
paths: {/x: {get: {operationId: read, responses: {"200": {description: d}}}}}
"""


def test_a_secret_that_shows_itself_late(tmp_path: Any) -> None:
    """What a later step calls a secret is masked in the events of earlier ones, so they are written at the end."""
    (tmp_path / "flow.yaml").write_text(FLOW)
    (tmp_path / "api.yaml").write_text(API)
    told: list[Any] = []
    result = run_flow(tmp_path / "flow.yaml", target="http://localhost", transport=Gives(), on_step=told.append)
    assert "s3ss10n-4711" == told[0].outputs["plain"]
    assert "s3ss10n" not in render_ndjson(result)
    assert ["***", "***"] == [value for each in read(result)[1:3] for value in each["outputs"].values()]
