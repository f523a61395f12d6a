from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any

import orjson
import pytest
from flask import Response
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import run_wsgi_app

from mock_knock.contract.media_types import JSON
from mock_knock.web.answers import PlainResponse, json_response, put_field, sent_body, sent_fields

Step = Callable[[Response], Any]
STEPS: dict[str, Step] = {
    "status code": lambda each: each.status_code,
    "status": lambda each: each.status,
    "body": lambda each: each.get_data(),
    "decoded": lambda each: each.get_json(),
    "headers": lambda each: [*each.headers],
    "media type": lambda each: each.mimetype,
    "length": lambda each: each.content_length,
    "field": lambda each: put_field(each, "x-a", "1"),
    "other body": lambda each: each.set_data(b"[1]"),
    "other status": lambda each: setattr(each, "status_code", 500),
    "other type": lambda each: each.headers.set("Content-Type", "text/html"),
    "no type": lambda each: each.headers.pop("Content-Type", None),
    "sent fields": sent_fields,
    "sent body": sent_body,
    "close": lambda each: each.close(),
    "sent": lambda each: [*run_wsgi_app(each, {"REQUEST_METHOD": "GET"})[0]],
}


def usual() -> Response:
    """Return the usual answer as Flask makes it."""
    return Response(b'{"a":1}', 200, content_type=JSON)


@pytest.mark.parametrize("value", [None, [], {"a": "é\u2028"}, "</script>", 1.5, 2**64 - 1])
@pytest.mark.parametrize(("status", "headers"), [(200, {}), (200, {"X-A": "b"}), (201, {"X-A": "b"}), (404, {})])
def test_json_responses(value: Any, status: int, headers: dict[str, str]) -> None:
    """Any decoded value can be sent, with any status and fields, and is read back as it was."""
    response = json_response(value, status=status, headers=headers)
    assert (status, value) == (response.status_code, orjson.loads(response.get_data()))
    assert headers.items() <= {*response.headers}
    assert JSON == response.mimetype


@given(st.lists(st.sampled_from(sorted(STEPS)), unique=True))
def test_the_usual_answer(names: list[str]) -> None:
    """Whatever is asked of the usual answer, or changed in it, in any order: it is as Flask's own."""
    ours, theirs = json_response({"a": 1}), usual()
    assert type(ours) is PlainResponse
    for name in names:
        assert (name, STEPS[name](ours)) == (name, STEPS[name](theirs))
    assert (sent_fields(theirs), sent_body(theirs)) == (sent_fields(ours), sent_body(ours))
    asked = {"REQUEST_METHOD": "GET"}
    (body, *head), (expected, *expected_head) = run_wsgi_app(ours, asked), run_wsgi_app(theirs, asked)
    assert (expected_head, [*expected]) == (head, [*body])


def test_the_usual_answer_is_not_made_whole_to_be_sent() -> None:
    """Fields can be added to it and everything sent of it, and nothing of Flask is made for that."""
    answer = json_response({})
    put_field(answer, "x-a", "1")
    sent_fields(answer), sent_body(answer), answer.status, answer.status_code
    assert {"response", "fields"} == vars(answer).keys()


def test_what_it_does_not_have() -> None:
    """What no response has is missing, before and after it was made whole, and a copy is as it is."""
    answer = json_response({})
    for each in (answer, copy(answer), PlainResponse.__new__(PlainResponse)):
        with pytest.raises(AttributeError, match="nonsense"):
            each.nonsense  # type: ignore[attr-defined]  # noqa: B018  # it is the access that is tested
