"""`/v1/messages` and the messages of a user."""

from __future__ import annotations

from flask import Blueprint, Response

from mock_knock.domain.recipient import RecipientKey
from mock_knock.service import recipients, runs
from mock_knock.web.answers import json_response
from mock_knock.web.current import current_world
from mock_knock.web.filters import read_message_filter
from mock_knock.web.query import read_page_request
from mock_knock.web.representation import page_json
from mock_knock.web.run_json import message_json
from mock_knock.web.validation import Validated, tolerate, validated

messages = Blueprint("messages", __name__)


@messages.get("/v1/messages")
def list_messages() -> Response:
    """GET /v1/messages."""
    return _page(validated("listMessages", {}))


@messages.get("/v1/users/<id_>/messages")
def list_messages_for_user(id_: str) -> Response:
    """GET /v1/users/{user_id}/messages."""
    asked = validated("listMessagesForUser", {"user_id": id_})
    recipients.read_recipient(current_world(), RecipientKey(id_))
    return _page(asked, RecipientKey(id_))


@messages.get("/v1/messages/<id_>")
def get_message(id_: str) -> Response:
    """GET /v1/messages/{message_id}."""
    validated("getMessage", {"message_id": id_})
    return json_response(message_json(runs.read_message(current_world(), id_)))


def _page(asked: Validated, recipient: RecipientKey | None = None) -> Response:
    wanted = read_message_filter(asked.query, tolerate, recipient=recipient)
    page = runs.list_messages(current_world(), wanted, read_page_request(asked.query, tolerate))
    return json_response(page_json(page, "items", [message_json(each) for each in page.entries]))
