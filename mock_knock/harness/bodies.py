"""How a payload becomes the body of a request, by its media type.

What the standard leaves open is settled so: a text that writes a JSON object or array is sent as it stands, where JSON
is wanted; a null field of a form is not sent; an object in a form is JSON text unless its encoding names a style.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from mock_knock.arazzo.expressions.embedding import embedded_text
from mock_knock.contract.details import DescribedEncoding, OperationDetails
from mock_knock.contract.media_types import (
    FORM,
    JSON,
    MULTIPART,
    content_parameters,
    is_json,
    is_text,
    is_xml,
    media_type,
    read_json_template,
)
from mock_knock.harness.parameter_style import StyledValue, encode_all, encode_reserved, expand_pairs
from mock_knock.harness.unsendable import CannotSend
from mock_knock.messages import JsonValue

Encodings = Mapping[str, DescribedEncoding]
LINE = b"\r\n"
_FALLBACKS = {"text/*": "text/plain", "*/*": JSON, "*": JSON, "application/*": JSON}
_UNDESCRIBED = DescribedEncoding()


@dataclass(frozen=True, slots=True)
class EncodedBody:
    """A body as it is sent; `value` is what expressions read as the body of the request."""

    content_type: str
    data: bytes
    value: JsonValue


@dataclass(frozen=True, slots=True)
class _Payload:
    value: JsonValue
    content_type: str
    encodings: Encodings = field(default_factory=dict)


def choose_content_type(wanted: str | None, details: OperationDetails) -> str:
    """Return the content type of a body: what the flow says, else what is described, JSON before others, else JSON.

    For a range such as `*/*` JSON is chosen, for `text/*` plain text.
    """
    chosen = wanted or details.media_type() or JSON
    if "*" not in chosen:
        return chosen
    return _FALLBACKS.get(media_type(chosen), "application/octet-stream")


def encode_body(value: JsonValue, content_type: str, details: OperationDetails) -> EncodedBody:
    """Write a payload as its content type asks.

    Raises:
        CannotSend: the payload does not fit the content type.
        ValueError, TypeError: it is no JSON value.
    """
    described = details.media_type(content_type)
    payload = _Payload(value, content_type, details.encodings.get(described or "", {}))
    media = media_type(content_type)
    if is_json(media):
        return _encode_json(payload)
    return _ENCODERS.get(media, _encode_text)(payload)


def _encode_json(payload: _Payload) -> EncodedBody:
    value = read_json_template(payload.value) if isinstance(payload.value, str) else payload.value
    text = payload.value if isinstance(payload.value, str) and value is not payload.value else _json(value)
    return EncodedBody(payload.content_type, text.encode(), value)


def _json(value: JsonValue) -> str:
    return json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":"))


def _encode_text(payload: _Payload) -> EncodedBody:
    media, value = media_type(payload.content_type), payload.value
    if is_xml(media) and isinstance(value, (list, dict)):
        hint = "write the XML as text, with expressions in braces"
        raise CannotSend(f"a payload of type {media} cannot be built from an object or array", hint)
    text = embedded_text(value)
    charset = content_parameters(payload.content_type).get("charset", "utf-8")
    try:
        data = text.encode(charset if is_xml(media) or is_text(media) else "utf-8")
    except LookupError as error:
        raise CannotSend(f"the charset '{charset}' is not known", "use utf-8") from error
    return EncodedBody(payload.content_type, data, text if isinstance(value, str) else value)


def _encode_form(payload: _Payload) -> EncodedBody:
    if not isinstance(payload.value, dict):
        return _encode_text(_as_form_text(payload))
    pairs = [pair for name, value in payload.value.items() for pair in _form_pairs(name, value, _of(payload, name))]
    data = "&".join(f"{name}={text}" for name, text in pairs).encode()
    return EncodedBody(payload.content_type, data, payload.value)


def _as_form_text(payload: _Payload) -> _Payload:
    if isinstance(payload.value, list):
        raise CannotSend("a form cannot be built from an array", "give an object, or the form as text")
    return payload


def _of(payload: _Payload, name: str) -> DescribedEncoding:
    return payload.encodings.get(name, _UNDESCRIBED)


def _form_pairs(name: str, value: JsonValue, encoding: DescribedEncoding) -> list[tuple[str, str]]:
    if value is None:
        return []
    if (isinstance(value, dict) and encoding.style is None) or _wants_json(encoding):
        value = _json(value)
    style = encoding.style or "form"
    explode = style in {"form", "deepObject"} if encoding.explode is None else encoding.explode
    encode = encode_reserved if encoding.allow_reserved else encode_all
    return expand_pairs(StyledValue(name, "query", value, style, explode, encode))


def _wants_json(encoding: DescribedEncoding) -> bool:
    return encoding.content_type is not None and is_json(media_type(encoding.content_type))


def _encode_multipart(payload: _Payload) -> EncodedBody:
    if not isinstance(payload.value, dict):
        return _multipart_text(payload)
    parts = [part for name, value in payload.value.items() for part in _parts(name, value, _of(payload, name))]
    given = content_parameters(payload.content_type).get("boundary")
    boundary = given or f"part-{hashlib.sha256(LINE.join(parts)).hexdigest()[:32]}"
    mark = b"--" + boundary.encode()
    if any(mark in part for part in parts):
        raise CannotSend(f"the boundary '{boundary}' occurs in the payload", "choose another, or leave it out")
    data = b"".join(mark + LINE + part + LINE for part in parts) + mark + b"--" + LINE
    content_type = payload.content_type if given else f"{payload.content_type}; boundary={boundary}"
    return EncodedBody(content_type, data, payload.value)


def _multipart_text(payload: _Payload) -> EncodedBody:
    if not isinstance(payload.value, str):
        raise CannotSend("a multipart body cannot be built from this value", "give an object, or the body as text")
    if "boundary" in content_parameters(payload.content_type):
        return _encode_text(payload)
    first, _, _ = payload.value.lstrip("\r\n").partition("\n")
    boundary = first.strip()[2:]
    if not first.startswith("--") or not boundary:
        hint = "name it: multipart/form-data; boundary=..."
        raise CannotSend("the multipart body is text, and its boundary is not known", hint)
    from werkzeug.http import dump_options_header  # noqa: PLC0415  # slow to import, and such bodies are rare

    content_type = payload.content_type + dump_options_header("", {"boundary": boundary})
    return _encode_text(_Payload(payload.value, content_type))


def _parts(name: str, value: JsonValue, encoding: DescribedEncoding) -> Iterator[bytes]:
    """Yield the parts of one field: an array is several parts, an object JSON (RFC 7578 section 4.3)."""
    if value is None:
        return
    if isinstance(value, list) and not _wants_json(encoding):
        for item in value:
            yield from _parts(name, item, encoding)
        return
    content_type = _part_type(value, encoding)
    escaped = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    head = f'Content-Disposition: form-data; name="{escaped}"'
    if content_type and not (is_json(content_type) or content_type.startswith("text/")):
        head += f'; filename="{escaped}"'
    text = _json(value) if is_json(content_type) else embedded_text(value)
    kind = f"\r\nContent-Type: {content_type}" if content_type else ""
    yield f"{head}{kind}\r\n\r\n{text}".encode()


def _part_type(value: JsonValue, encoding: DescribedEncoding) -> str:
    """Return the content type of a part, empty for plain text; of several that are described the first one counts."""
    described = media_type((encoding.content_type or "").partition(",")[0])
    if described and "*" not in described:
        return described
    return JSON if isinstance(value, (list, dict)) else ""


_ENCODERS: Mapping[str, Callable[[_Payload], EncodedBody]] = {FORM: _encode_form, MULTIPART: _encode_multipart}
