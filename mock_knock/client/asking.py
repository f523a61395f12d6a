"""How a control is asked: address and key of the world, query and body, and the answer decoded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

import orjson

from mock_knock.client.sending import Sender, check_answer, decode
from mock_knock.errors import UsageError
from mock_knock.messages import HttpRequest, JsonValue
from mock_knock.redact import Redactor

USUAL_URL = "http://127.0.0.1:4010"
TIMEOUT = 60.0
"""Seconds for an answer of a control."""
MAX_WAIT = 60.0
"""Seconds that a fake lets one request wait."""


@dataclass(frozen=True, slots=True)
class Controls:
    """The controls of one world; its text says nothing of the key and the token."""

    url: str
    api_key: str = field(repr=False)
    token: str | None = field(repr=False)
    sender: Sender = field(repr=False)

    def get(self, path: str, query: Mapping[str, Any] | None = None, *, timeout: float = TIMEOUT) -> dict[str, Any]:
        """Return what a control shows; raises AdminRefused and Unreachable."""
        return self.call("GET", with_query(path, query or {}), timeout=timeout)

    def call(self, method: str, path: str, value: JsonValue = None, *, timeout: float = TIMEOUT) -> dict[str, Any]:
        """Ask a control for something, with a body unless `value` is None; raises AdminRefused and Unreachable."""
        request = self._request(method, path, b"" if value is None else as_json(value))
        answer = self.sender.send(request, timeout=timeout)
        check_answer(request, answer)
        return decode(request, answer)

    def stream(self, path: str) -> Iterator[bytes]:
        """Yield the lines of what a control tells as it happens; raises AdminRefused and Unreachable."""
        return self.sender.stream(self._request("GET", path))

    def _request(self, method: str, path: str, body: bytes = b"") -> HttpRequest:
        fields = [("Authorization", f"Bearer {self.api_key}")]
        fields += [("Content-Type", "application/json")] if body else []
        fields += [("X-Mock-Admin-Token", self.token)] if self.token else []
        return HttpRequest(method, f"{self.url}/_mock{path}", tuple(fields), body)


def check_address(url: str) -> str:
    """Return an address without a slash at its end.

    Raises:
        UsageError: `address-invalid`.
    """
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and not (parts.query or parts.fragment)
    except ValueError:
        is_address = False
    if not is_address:
        what, hint = f"'{Redactor().text(url)}' is no address of a fake", f"write it like {USUAL_URL}"
        raise UsageError("address-invalid", what, hint=hint)
    return url.rstrip("/")


def as_part(text: str) -> str:
    """Return text as a part of a path."""
    return quote(text, safe="")


def as_json(value: JsonValue) -> bytes:
    """Return a value as JSON.

    Raises:
        UsageError: `value-unsendable`.
    """
    try:
        return orjson.dumps(value, default=_plain)
    except TypeError as error:
        hint = "give texts, numbers, lists and mappings"
        raise UsageError("value-unsendable", f"this cannot be sent as JSON: {error}", hint=hint) from None


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError


class Unsaid(Enum):
    """The default of what need not be said; None is no such default, since it comes from a slip."""

    UNSAID = auto()

    def __repr__(self) -> str:
        return "UNSAID"


UNSAID: Final = Unsaid.UNSAID


def said(members: Mapping[str, JsonValue]) -> dict[str, Any]:
    """Leave out what was not said.

    Raises:
        UsageError: `expectation-empty`; a None would stand for anything, which nobody means.
    """
    for name, each in members.items():
        if each is None:
            what, hint = f"'{name}' is None, which says nothing", "leave it out, or look where the None comes from"
            raise UsageError("expectation-empty", what, hint=hint)
    return {name: each for name, each in members.items() if each is not UNSAID}


def given(**members: JsonValue) -> dict[str, JsonValue]:
    """Leave out what is None."""
    return {name: each for name, each in members.items() if each is not None}


def with_query(path: str, query: Mapping[str, Any]) -> str:
    """Return a path with a query, if there is one."""
    return f"{path}?{urlencode(query, doseq=True)}" if query else path


def as_query(pattern: Mapping[str, JsonValue]) -> dict[str, str | Sequence[str]]:
    """Return an expectation as it stands in a query; raises UsageError."""
    flat: dict[str, str | Sequence[str]] = {}
    for name, value in said(pattern).items():
        match name, value:
            case "operation", list() | tuple():
                flat[name] = [str(each) for each in value]
            case "header", Mapping():
                flat[name] = [f"{title}: {each}" for title, each in value.items()]
            case "body", _:
                flat[name] = as_json(value).decode()
            case _, bool():
                flat[name] = str(value).lower()
            case _:
                flat[name] = str(value)
    return flat
