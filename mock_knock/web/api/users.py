"""`/v1/users`: users one by one, with their preferences and channel data."""

from __future__ import annotations

from flask import Blueprint, Response

from mock_knock.domain.recipient import RecipientKey
from mock_knock.service import recipients
from mock_knock.web.answers import json_response, no_content
from mock_knock.web.current import current_world
from mock_knock.web.ground_truth import note_identified
from mock_knock.web.query import read_page_request
from mock_knock.web.representation import channel_data_json, page_json, preference_set_json, user_json
from mock_knock.web.validation import tolerate, validated

users = Blueprint("users", __name__)


@users.get("/v1/users")
def list_users() -> Response:
    """GET /v1/users."""
    query = validated("listUsers", {}).query
    page = recipients.list_users(current_world(), read_page_request(query, tolerate))
    with_preferences = "preferences" in query.getlist("include")
    found = [user_json(each, with_preferences=with_preferences) for each in page.entries]
    return json_response(page_json(page, "entries", found))


@users.get("/v1/users/<id_>")
def get_user(id_: str) -> Response:
    """GET /v1/users/{user_id}."""
    validated("getUser", {"user_id": id_})
    return json_response(user_json(recipients.read_recipient(current_world(), RecipientKey(id_))))


@users.put("/v1/users/<id_>")
def identify_user(id_: str) -> Response:
    """PUT /v1/users/{user_id}."""
    body = validated("identifyUser", {"user_id": id_}).body
    found = recipients.identify_recipient(current_world(), RecipientKey(id_), body)
    note_identified(id_)
    return json_response(user_json(found))


@users.delete("/v1/users/<id_>")
def delete_user(id_: str) -> Response:
    """DELETE /v1/users/{user_id}."""
    validated("deleteUser", {"user_id": id_})
    recipients.delete_recipient(current_world(), RecipientKey(id_))
    return no_content()


@users.get("/v1/users/<id_>/preferences")
def list_user_preference_sets(id_: str) -> Response:
    """GET /v1/users/{user_id}/preferences."""
    validated("listUserPreferenceSets", {"user_id": id_})
    found = recipients.read_recipient(current_world(), RecipientKey(id_))
    return json_response([preference_set_json(name, each) for name, each in found.preferences.items()])


@users.get("/v1/users/<id_>/preferences/<set_id>")
def get_user_preference_set(id_: str, set_id: str) -> Response:
    """GET /v1/users/{user_id}/preferences/{id}."""
    validated("getUserPreferenceSet", {"user_id": id_, "id": set_id})
    found = recipients.read_preferences(current_world(), RecipientKey(id_), set_id)
    return json_response(preference_set_json(set_id, found))


@users.put("/v1/users/<id_>/preferences/<set_id>")
def update_user_preference_set(id_: str, set_id: str) -> Response:
    """PUT /v1/users/{user_id}/preferences/{id}."""
    body = validated("updateUserPreferenceSet", {"user_id": id_, "id": set_id}).body
    found = recipients.write_preferences(current_world(), RecipientKey(id_), set_id, body)
    return json_response(preference_set_json(set_id, found))


@users.delete("/v1/users/<id_>/preferences/<set_id>")
def delete_user_preference_set(id_: str, set_id: str) -> Response:
    """DELETE /v1/users/{user_id}/preferences/{id}."""
    validated("deleteUserPreferenceSet", {"user_id": id_, "id": set_id})
    recipients.delete_preferences(current_world(), RecipientKey(id_), set_id)
    return no_content()


@users.get("/v1/users/<id_>/channel_data/<channel_id>")
def get_user_channel_data(id_: str, channel_id: str) -> Response:
    """GET /v1/users/{user_id}/channel_data/{channel_id}."""
    validated("getUserChannelData", {"user_id": id_, "channel_id": channel_id})
    found = recipients.read_channel_data(current_world(), RecipientKey(id_), channel_id)
    return json_response(channel_data_json(channel_id, found))


@users.put("/v1/users/<id_>/channel_data/<channel_id>")
def set_user_channel_data(id_: str, channel_id: str) -> Response:
    """PUT /v1/users/{user_id}/channel_data/{channel_id}."""
    body = validated("setUserChannelData", {"user_id": id_, "channel_id": channel_id}).body
    found = recipients.write_channel_data(current_world(), RecipientKey(id_), channel_id, body["data"])
    return json_response(channel_data_json(channel_id, found))


@users.delete("/v1/users/<id_>/channel_data/<channel_id>")
def unset_user_channel_data(id_: str, channel_id: str) -> Response:
    """DELETE /v1/users/{user_id}/channel_data/{channel_id}."""
    validated("unsetUserChannelData", {"user_id": id_, "channel_id": channel_id})
    recipients.delete_channel_data(current_world(), RecipientKey(id_), channel_id)
    return no_content()
