from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given

from mock_knock import __version__
from mock_knock.harness.result import RunResult
from mock_knock.messages import Exchange, HttpRequest, HttpResponse, TransportFailure
from mock_knock.report.run.run_har import render_har
from tests.report.made_up_run import BEGIN, RESULT, at, step
from tests.report.run_strategies import results

SCHEMA = json.loads((Path(__file__).parent / "har-1.2.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema_rs.Draft202012Validator(SCHEMA, validate_formats=True)
GET = HttpRequest("GET", "http://localhost/v1/x")


def read(result: RunResult) -> Any:
    """Return what stands in an archive, which keeps the schema."""
    archive = json.loads(render_har(result))
    assert [] == [f"{error.instance_path}: {error.message}" for error in VALIDATOR.iter_errors(archive)]
    return archive["log"]


def entry(exchange: Exchange) -> Any:
    """Return the entry of one exchange."""
    return read(RunResult("w", "success", steps=(step("s", exchange),)))["entries"][0]


def test_the_archive_of_a_run() -> None:
    """The archive has one page for the flow and an entry for each request, in order, with its step."""
    log = read(RESULT)
    assert {"name": "mock-knock", "version": __version__} == log["creator"]
    assert [("flow", "notify", "2026-01-02T03:04:05.678Z")] == [
        (page["id"], page["title"], page["startedDateTime"]) for page in log["pages"]
    ]
    assert [(each.step_id, each.attempt) for each in RESULT.steps] == [
        (each["_stepId"], each["_attempt"]) for each in log["entries"]
    ]
    assert {"flow"} == {each["pageref"] for each in log["entries"]}
    assert ["identify", "poll", "poll (try 2)"] == [each["comment"] for each in log["entries"][:3]]


def test_the_time_of_an_entry() -> None:
    """An entry says when it was sent, to the millisecond, and takes as long as its parts."""
    found = entry(Exchange(GET, HttpResponse(200, (), b"", 0.25), at=at(1.0004), seconds=0.5))
    assert ("2026-01-02T03:04:06.678Z", 500.0) == (found["startedDateTime"], found["time"])
    assert {"send": 0, "wait": 500.0, "receive": 0} == found["timings"]
    assert 250.0 == entry(Exchange(GET, HttpResponse(200, (), b"", 0.25), at=BEGIN))["time"]
    assert "1970-01-01T00:00:00.000Z" == entry(Exchange(GET))["startedDateTime"]


@pytest.mark.parametrize(
    ("url", "query"),
    [
        ("http://localhost/x", []),
        ("http://localhost/x?", []),
        ("http://localhost/x?a=1&b=&c&a=%C3%A9+x", [("a", "1"), ("b", ""), ("c", ""), ("a", "é x")]),
        ("http://localhost/x?a=1?b#c=2", [("a", "1?b")]),
        ("http://[***]/x?a=1", [("a", "1")]),
    ],
)
def test_queries(url: str, query: list[tuple[str, str]]) -> None:
    """A query is taken apart and decoded, whatever masking has made of the rest of the address."""
    found = entry(Exchange(HttpRequest("GET", url)))["request"]
    assert url == found["url"]
    assert query == [(each["name"], each["value"]) for each in found["queryString"]]


def test_bodies() -> None:
    """A body that is text stands there as text, any other in base64, with its media type and its size."""
    json_type = (("content-type", "application/json; charset=utf-8"),)
    exchange = Exchange(
        HttpRequest("POST", "http://localhost/", json_type, '{"é": 1}'.encode()),
        HttpResponse(201, (("Location", "/v1/new"), ("Content-Type", "image/png")), b"\xff\x00\xfe", 0.0),
    )
    found = entry(exchange)
    assert {"mimeType": "application/json; charset=utf-8", "text": '{"é": 1}'} == found["request"]["postData"]
    assert 9 == found["request"]["bodySize"]
    content = found["response"]["content"]
    assert (3, "image/png", "base64") == (content["size"], content["mimeType"], content["encoding"])
    assert b"\xff\x00\xfe" == b64decode(content["text"])
    assert (201, "Created", "/v1/new") == tuple(
        found["response"][name] for name in ("status", "statusText", "redirectURL")
    )
    binary = replace(exchange, request=HttpRequest("POST", "http://localhost/", (), b"\xff"))
    assert {"mimeType": "application/octet-stream", "text": "/w==", "comment": "base64"} == entry(binary)["request"][
        "postData"
    ]


def test_an_unusual_answer() -> None:
    """An answer without a media type and with a status that nobody has named is written all the same."""
    found = entry(Exchange(GET, HttpResponse(799, (), b"")))["response"]
    assert (799, "", "x-unknown", "") == (
        found["status"], found["statusText"], found["content"]["mimeType"], found["content"]["text"],
    )  # fmt: skip
    assert "postData" not in entry(Exchange(GET))["request"]


def test_no_answer() -> None:
    """Where no answer came the status is 0, and the error says why; its time is how long it was waited for."""
    found = entry(Exchange(GET, failure=TransportFailure("timeout", "no answer within 3 s"), seconds=3.0))
    assert (0, "timeout: no answer within 3 s", 3_000) == (
        found["response"]["status"],
        found["response"]["_error"],
        found["time"],
    )
    assert "no answer" == entry(Exchange(GET))["response"]["_error"]


def test_an_archive_without_requests() -> None:
    """A run that sent nothing leaves an archive without entries."""
    assert [] == read(RunResult("w", "invalid"))["entries"]


@given(result=results)
def test_any_result_is_an_archive(result: RunResult) -> None:
    """Whatever a result holds, its archive keeps the schema and has an entry for each request."""
    assert len(result.steps) == len(read(result)["entries"])


def test_the_schema_refuses() -> None:
    """The schema tells what is no archive."""
    archive = json.loads(render_har(RESULT))
    for damage in ({"status": "200"}, {"cookies": None}, {"strange": 1}):
        broken = json.loads(json.dumps(archive))
        broken["log"]["entries"][0]["response"] |= damage
        assert not VALIDATOR.is_valid(broken)
