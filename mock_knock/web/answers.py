"""Answers in JSON, and what is sent of an answer; the usual one is put together without what Flask has for others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response

from mock_knock.contract.media_types import JSON
from mock_knock.messages import Headers, JsonValue


class PlainResponse(Response):
    """A 200 with a JSON body, which becomes what a response of Flask is once anything else of it is asked for.

    `fields` are the header fields as they will be sent, None from then on. To make one of Flask for each request took a
    tenth of the time of all that is done for it.
    """

    _status, _status_code = "200 OK", 200  # where werkzeug has them; elsewhere, they were asked for as the rest is

    def __init__(self, body: bytes) -> None:
        self.response = [body]
        self.fields: list[tuple[str, str]] | None = [("Content-Type", JSON), ("Content-Length", str(len(body)))]

    def __getattr__(self, name: str) -> Any:
        """Make a response of Flask of it, the first time that anything of one is missing."""
        fields = self.__dict__.get("fields")
        if fields is None:
            raise AttributeError(name, name=name, obj=self)
        self.fields = None
        super().__init__(self.response, self.status, fields)
        return super().__getattribute__(name)


def json_response(value: JsonValue, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a value as a JSON response."""
    body = bytes(memoryview(orjson.dumps(value)))  # orjson leaves room behind what it writes, and journals keep it
    if status == 200 and not headers:  # noqa: PLR2004  # the usual one
        return PlainResponse(body)
    return Response(body, status, dict(headers or {}), content_type=JSON)


def no_content() -> Response:
    """Return the answer that says nothing but that it is done."""
    response = Response(status=204)
    del response.headers["Content-Type"]
    return response


def put_field(response: Response, name: str, value: str) -> None:
    """Give an answer a header field that it does not have yet."""
    fields = response.fields if type(response) is PlainResponse else None
    if fields is None:
        response.headers[name] = value
    else:
        fields.append((name, value))


def sent_fields(response: Response) -> Headers:
    """Return the header fields of an answer as they are sent."""
    fields = response.fields if type(response) is PlainResponse else None
    return tuple(response.headers if fields is None else fields)


def sent_body(response: Response) -> bytes:
    """Return the body of an answer, which mostly is in one piece."""
    pieces = response.response
    return pieces[0] if type(pieces) is list and len(pieces) == 1 and type(pieces[0]) is bytes else response.get_data()
