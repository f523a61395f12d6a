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
