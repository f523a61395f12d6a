"""What an operation says about its parameters, bodies and answers, as far as a request is built and a flow examined.

Published descriptions break their own specification; what cannot be read is left out here, never refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from mock_knock.contract.media_types import is_json, media_type
from mock_knock.messages import JsonValue

Resolve: TypeAlias = Callable[[JsonValue], JsonValue]
"""Follows local references until something else."""

PLACES = ("path", "query", "querystring", "header", "cookie")
DEFAULT_STYLES: Mapping[str, str] = {"path": "simple", "header": "simple"}
"""The style of a place that is not described (OpenAPI 3.1, Parameter Object); `form` elsewhere."""

STYLES: Mapping[str, frozenset[str]] = {
    "path": frozenset({"simple", "label", "matrix"}),
    "query": frozenset({"form", "spaceDelimited", "pipeDelimited", "deepObject"}),
    "header": frozenset({"simple"}),
    "cookie": frozenset({"form"}),
}
"""The styles that a place can have; another one is read as the default."""

_SINGLE = ("string", "number", "integer", "boolean")
"""Types of a single value."""

IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})
"""Header parameters that a description cannot describe (OpenAPI 3.1, Parameter Object)."""


@dataclass(frozen=True, slots=True)
class DescribedParameter:
    """A parameter with the defaults of the standard filled in; `media_type` is set when it is described by `content`.

    `place` is path, query, querystring, header or cookie; `is_single` is whether its schema takes one text or number.
    """

    name: str
    place: str
    is_required: bool = False
    style: str = "form"
    explode: bool = True
    allow_reserved: bool = False
    media_type: str | None = None
    may_be_empty: bool = False
    is_single: bool = False


@dataclass(frozen=True, slots=True)
class DescribedEncoding:
    """How one property of a form is written (Encoding Object); None where the description is silent."""

    content_type: str | None = None
    style: str | None = None
    explode: bool | None = None
    allow_reserved: bool = False


@dataclass(frozen=True, slots=True)
class OperationDetails:
    """What an operation describes.

    Attributes:
        parameters: those of the operation, then those of its path item that it does not override.
        media_types: of the request body, as written, in their order.
        statuses: of the responses, as written: `200`, `4XX`, `default`.
        is_body_required: the request must have a body.
        encodings: by media type as written, then by property.
        answers: media types of the 2xx responses, as written, each once.
    """

    parameters: tuple[DescribedParameter, ...] = ()
    media_types: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    is_body_required: bool = False
    encodings: Mapping[str, Mapping[str, DescribedEncoding]] = field(default_factory=dict)
    answers: tuple[str, ...] = ()

    def parameter(self, name: str, place: str) -> DescribedParameter | None:
        """Return the parameter of this name (of a header in any case) and place, or None."""
        wanted = _key(name, place)
        return next((each for each in self.parameters if _key(each.name, each.place) == wanted), None)

    def media_type(self, content_type: str | None = None) -> str | None:
        """Return the described media type of a request body, as written.

        Args:
            content_type: what is sent, or None for the operation's choice: JSON before others, else the first.

        Returns:
            The most exact entry, which may be a range such as `text/*`; None when there is none.
        """
        if content_type is None:
            return next(
                (each for each in self.media_types if is_json(media_type(each))), next(iter(self.media_types), None)
            )
        sent = media_type(content_type)
        ranges = (sent, f"{sent.partition('/')[0]}/*", "*/*", "*")
        return next((each for wanted in ranges for each in self.media_types if media_type(each) == wanted), None)


def read_details(
    operation: Mapping[str, JsonValue], item: Mapping[str, JsonValue], resolve: Resolve
) -> OperationDetails:
    """Read the details of an Operation Object within its Path Item Object."""
    body = _mapping(resolve(operation.get("requestBody")))
    content = _mapping(body.get("content"))
    responses = _mapping(operation.get("responses"))
    found: dict[tuple[str, str], DescribedParameter] = {}
    for holder in (operation, item):
        for parameter in _parameters(holder, resolve):
            found.setdefault(_key(parameter.name, parameter.place), parameter)
    return OperationDetails(
        parameters=tuple(found.values()),
        media_types=tuple(content),
        statuses=tuple(map(str, responses)),
        is_body_required=body.get("required") is True,
        encodings={media: _encodings(value) for media, value in content.items()},
        answers=tuple(dict.fromkeys(_answers(responses, resolve))),
    )


def read_api_keys(document: Mapping[str, JsonValue], resolve: Resolve) -> Iterator[DescribedParameter]:
    """Yield the parameters that the security schemes of a document are sent in (Security Scheme Object, `apiKey`)."""
    for raw in _mapping(_mapping(document.get("components")).get("securitySchemes")).values():
        scheme = _mapping(resolve(raw))
        name, place = scheme.get("name"), scheme.get("in")
        if scheme.get("type") == "apiKey" and isinstance(name, str) and place in {"query", "header", "cookie"}:
            yield DescribedParameter(name, place)


def is_success(status: str) -> bool:
    """Tell whether a described status means success: `200` to `299`, or `2XX`."""
    return len(status) == len("2XX") and (status.upper() == "2XX" or (status.startswith("2") and status.isdecimal()))


def _key(name: str, place: str) -> tuple[str, str]:
    return (name.lower() if place == "header" else name, place)


def _parameters(holder: Mapping[str, JsonValue], resolve: Resolve) -> Iterator[DescribedParameter]:
    listed = holder.get("parameters")
    for raw in listed if isinstance(listed, list) else ():
        parameter = _mapping(resolve(raw))
        name, place = parameter.get("name"), parameter.get("in")
        if not isinstance(name, str) or place not in PLACES:
            continue
        if not (place == "header" and name.lower() in IGNORED_HEADERS):
            yield _parameter(name, place, parameter, _mapping(resolve(parameter.get("schema"))))


def _parameter(
    name: str, place: str, parameter: Mapping[str, JsonValue], schema: Mapping[str, JsonValue]
) -> DescribedParameter:
    default = DEFAULT_STYLES.get(place, "form")
    style = parameter.get("style")
    style = style if isinstance(style, str) and style in STYLES.get(place, ()) else default
    explode = parameter.get("explode")
    content = _mapping(parameter.get("content"))
    return DescribedParameter(
        name=name,
        place=place,
        is_required=place == "path" or parameter.get("required") is True,
        style=style,
        explode=explode if isinstance(explode, bool) else style in {"form", "deepObject"},
        allow_reserved=parameter.get("allowReserved") is True,
        media_type=next(iter(content), None),
        may_be_empty=parameter.get("allowEmptyValue") is True,
        is_single=schema.get("type") in _SINGLE,
    )


def _encodings(media: JsonValue) -> Mapping[str, DescribedEncoding]:
    return {
        name: _encoding(_mapping(value))
        for name, value in _mapping(_mapping(media).get("encoding")).items()
        if isinstance(value, Mapping)
    }


def _encoding(value: Mapping[str, JsonValue]) -> DescribedEncoding:
    content_type, style, explode = value.get("contentType"), value.get("style"), value.get("explode")
    return DescribedEncoding(
        content_type if isinstance(content_type, str) else None,
        style if isinstance(style, str) and style in STYLES["query"] else None,
        explode if isinstance(explode, bool) else None,
        value.get("allowReserved") is True,
    )


def _answers(responses: Mapping[str, JsonValue], resolve: Resolve) -> Iterator[str]:
    for status, raw in responses.items():
        if is_success(str(status)):
            yield from _mapping(_mapping(resolve(raw)).get("content"))


def _mapping(node: JsonValue) -> Mapping[str, JsonValue]:
    return node if isinstance(node, Mapping) else {}
