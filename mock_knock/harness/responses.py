"""From a response to what expressions can ask about.

Media types decide: XML and `text/...` stay text, JSON or not; anything else is JSON if it can be read as such.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import orjson

from mock_knock.arazzo.expression import MISSING, Message, Missing
from mock_knock.contract.media_types import content_parameters, is_text, is_xml, media_type
from mock_knock.messages import HttpResponse, JsonValue

_XML_ENCODING = re.compile(rb"""<\?xml[^>]{0,100}?encoding=["']([A-Za-z0-9._-]{1,40})["']""")


def response_message(response: HttpResponse) -> Message:
    """Return what `$response...` can ask about; a body that is not JSON is text."""
    nothing: Mapping[str, str] = {}
    body = _decode(response.body, response.header("Content-Type") or "")
    return Message(response.headers, nothing, nothing, body)


def _decode(body: bytes, content_type: str) -> JsonValue | Missing:
    if not body:
        return MISSING
    media = media_type(content_type)
    if not (is_text(media) or is_xml(media)):
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError:
            return body.decode("utf-8", errors="replace")
    return _text(body, content_type)


def _text(body: bytes, content_type: str) -> str:
    """Return a text by its charset; by that of the XML declaration when the header names none; else by UTF-8."""
    charset = content_parameters(content_type).get("charset", "")
    declared = _XML_ENCODING.match(body) if not charset and is_xml(media_type(content_type)) else None
    try:
        return body.decode(charset or (declared[1].decode() if declared else "utf-8"), errors="replace")
    except (LookupError, ValueError):  # no such charset, or one that is no plain text encoding
        return body.decode("utf-8", errors="replace")
