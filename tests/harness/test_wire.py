from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_api import API

from mock_knock.arazzo.planning import RequestPlan
from mock_knock.contract.description import load_description
from mock_knock.harness.wire import Unsendable, build_request
from mock_knock.messages import HttpRequest

OPERATION = load_description("jobs", API, where="jobs.yaml").find_by_id("getJob")[0]


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_a_path_value_that_would_change_the_path(value: str) -> None:
    """A value that is empty or a dot segment cannot be sent."""
    assert isinstance(build_request(RequestPlan(path={"id": value}), OPERATION, "http://localhost"), Unsendable)


@pytest.mark.parametrize("payload", [{"n": float("nan")}, {"n": "\ud800"}, {"n": {1, 2}}])
def test_a_payload_that_json_cannot_write(payload: object) -> None:
    """A payload that is not JSON cannot be sent, and nothing of it is changed silently."""
    start = load_description("jobs", API, where="jobs.yaml").find_by_id("startJob")[0]
    assert isinstance(build_request(RequestPlan(payload=payload, has_body=True), start, "http://localhost"), Unsendable)


def test_a_long_number_is_sent_whole() -> None:
    """A whole number beyond 64 bits arrives digit by digit."""
    start = load_description("jobs", API, where="jobs.yaml").find_by_id("startJob")[0]
    request = build_request(RequestPlan(payload={"n": 2**70, "s": "\u00e9"}, has_body=True), start, "http://localhost")
    assert isinstance(request, HttpRequest)
    assert b'{"n":1180591620717411303424,"s":"\xc3\xa9"}' == request.body


@given(st.text(min_size=1).filter(lambda text: text not in {".", ".."}))
def test_a_path_value_comes_back_whole(value: str) -> None:
    """Whatever text a path parameter has, percent-encoded it is one segment that decodes to the same text."""
    request = build_request(
        RequestPlan(path={"id": value.encode(errors="ignore").decode()}), OPERATION, "http://localhost"
    )
    if isinstance(request, HttpRequest):
        assert 4 == request.url.count("/")
        assert request.url.isascii()


def test_a_server_may_end_in_a_slash() -> None:
    """A slash at the end of a server does not double the one of the path."""
    request = build_request(RequestPlan(path={"id": "1"}), OPERATION, "http://localhost/")
    assert isinstance(request, HttpRequest)
    assert "http://localhost/jobs/1" == request.url


def test_the_headers_of_the_flow_come_after_accept() -> None:
    """A request accepts JSON and carries the headers of its step."""
    plan = RequestPlan(path={"id": "1"}, headers=(("Authorization", "Bearer k"),))
    request = build_request(plan, OPERATION, "http://localhost")
    assert isinstance(request, HttpRequest)
    assert (("Accept", "application/json"), ("Authorization", "Bearer k")) == request.headers
