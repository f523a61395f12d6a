"""Requests and responses in the form that openapi-core asks for (its `Request` and `Response` protocols)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from mock_knock.contract.description import DescribedOperation
from mock_knock.contract.media_types import JSON, content_parameters, media_type
from mock_knock.messages import Headers, JsonValue

__all__ = [
    "JSON",
    "HeaderMap",
    "MultiMap",
    "RequestParameters",
    "RequestRecord",
    "ResponseRecord",
    "header_map",
    "judged_type",
    "media_type",
    "request_record",
]


class MultiMap(Mapping[str, str]):
    """Texts by name; of several with one name the first, or all as a list."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._found: dict[str, list[tuple[str, str]]] = {}
        for name, value in pairs:
            self._found.setdefault(self._key(name), []).append((name, value))

    def __getitem__(self, name: str) -> str:
        return self._found[self._key(name)][0][1]

    def __iter__(self) -> Iterator[str]:
        return (same[0][0] for same in self._found.values())

    def __len__(self) -> int:
        return len(self._found)

    def getlist(self, name: str) -> list[str]:
        """Return every text with a name, in order."""
        return [value for _, value in self._found.get(self._key(name), ())]

    @staticmethod
    def _key(name: str) -> str:
        return name


class HeaderMap(MultiMap):
    """Header fields by name in any case (RFC 9110 section 5.1)."""

    @staticmethod
    def _key(name: str) -> str:
        return name.lower()


@dataclass(slots=True)
class RequestParameters:
    """The parameters of a request by place, as openapi-core asks for them."""

    query: Mapping[str, Any] = field(default_factory=dict)
    header: Any = field(default_factory=HeaderMap)  # a mapping without regard to case, such as werkzeug's Headers
    cookie: Mapping[str, Any] = field(default_factory=dict)
    path: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, place: str) -> Mapping[str, Any]:
        places: dict[str, Mapping[str, Any]] = {
            "query": self.query,
            "header": self.header,
            "cookie": self.cookie,
            "path": self.path,
        }
        return places[place]


@dataclass(slots=True)
class RequestRecord:
    """A request as openapi-core asks for it (its `Request` protocol); `path_pattern` is the template of the operation.

    `value` is the decoded JSON body when the caller has it already, so that nothing is parsed twice; likewise
    `credentials`, the Authorization field.
    """

    method: str
    path_pattern: str
    parameters: RequestParameters
    content_type: str
    body: bytes | None
    value: JsonValue = None
    credentials: str | None = None
    host_url: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class ResponseRecord:
    """A response as openapi-core asks for it (its `Response` protocol)."""

    status_code: int
    headers: HeaderMap
    content_type: str
    data: bytes | None


def header_map(headers: Headers) -> HeaderMap:
    """Return header fields by name in any case; line breaks in values are spaces (RFC 9110 section 5.5)."""
    return HeaderMap((name, " ".join(value.splitlines())) for name, value in headers)


def judged_type(content_type: str) -> str:
    """Return a media type as the judge's decoders take it: what is not plain JSON says again what it is.

    openapi-core finds the described media type, which may be a range; the parameters are all it hands on of what was
    sent. They are percent-encoded, because it takes values apart at every `=` and `;`.
    """
    media = media_type(content_type)
    if media in {JSON, ""}:
        return media
    given = content_parameters(content_type) if media.startswith("multipart/") else {}
    parameters = {"media": media, "boundary": given.get("boundary", "")}
    return media + "".join(f";{name}={quote(value, safe='')}" for name, value in parameters.items() if value)


def request_record(
    operation: DescribedOperation,
    *,
    path: Mapping[str, str],
    query: Mapping[str, Any],
    headers: Headers,
    body: bytes,
    cookies: Mapping[str, str] | None = None,
) -> RequestRecord:
    """Put a request into the form that `Judge.request_violations` takes."""
    fields = header_map(headers)
    parameters = RequestParameters(query=query, header=fields, cookie=cookies or {}, path=path)
    content_type = judged_type(fields.get("Content-Type", ""))
    return RequestRecord(operation.method.lower(), operation.path, parameters, content_type, body or None)
