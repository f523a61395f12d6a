"""Media types by what can be done with their bodies, and JSON that stands in a text."""

from __future__ import annotations

import json
from collections.abc import Mapping

from mock_knock.messages import JsonValue

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


def media_type(content_type: str) -> str:
    """Return the media type without parameters, in lower case (RFC 9110 section 8.3.1)."""
    return content_type.split(";", 1)[0].strip().lower()


def content_parameters(content_type: str) -> Mapping[str, str]:
    """Return the parameters of a Content-Type field, such as `charset` and `boundary`, by name in lower case."""
    if ";" not in content_type:
        return {}
    from werkzeug.http import parse_options_header  # noqa: PLC0415  # slow to import, and most bodies are plain JSON

    return parse_options_header(content_type)[1]


def is_json(media: str) -> bool:
    """Tell whether a media type is JSON or written in it, such as `application/problem+json` (RFC 6839 section 3.1)."""
    return media == JSON or media.endswith("+json")


def is_xml(media: str) -> bool:
    """Tell whether a media type is XML or written in it (RFC 7303)."""
    return media in {"application/xml", "text/xml"} or media.endswith("+xml")


def is_text(media: str) -> bool:
    """Tell whether a media type is text other than XML."""
    return media.startswith("text/") and not is_xml(media)


def is_binary(media: str) -> bool:
    """Tell whether a media type is bytes alone, which a description calls a string of format `binary`."""
    return media == "application/octet-stream" or media.startswith(("image/", "audio/", "video/", "font/"))


def read_json_template(text: str) -> JsonValue:
    """Return the object or array that a text writes in JSON; the text itself when it writes neither."""
    if not text.lstrip().startswith(("{", "[")):
        return text
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return text


def _refuse(name: str) -> JsonValue:
    raise ValueError(name)
