"""`/v1/objects`: things that can be notified, and who subscribes to them."""

from __future__ import annotations

from flask import Blueprint, Response

from mock_knock.domain.recipient import RecipientKey, parse_recipient
from mock_knock.domain.user import Entity
from mock_knock.messages import JsonValue
from mock_knock.service import recipients, subscriptions
from mock_knock.service.subscriptions import Subscribed
from mock_knock.web.answers import json_response, no_content
from mock_knock.web.current import current_world
from mock_knock.web.query import read_page_request
from mock_knock.web.representation import object_json, page_json, timestamp, user_json
from mock_knock.web.validation import tolerate, validated

objects = Blueprint("objects", __name__)


@objects.get("/v1/objects/<collection>/<id_>")
def get_object(collection: str, id_: str) -> Response:
    """GET /v1/objects/{collection}/{id}."""
    validated("getObject", {"collection": collection, "id": id_})
    return json_response(object_json(recipients.read_recipient(current_world(), RecipientKey(id_, collection))))


@objects.put("/v1/objects/<collection>/<id_>")
def set_object(collection: str, id_: str) -> Response:
    """PUT /v1/objects/{collection}/{id}."""
    body = validated("setObject", {"collection": collection, "id": id_}).body
    found = recipients.identify_recipient(current_world(), RecipientKey(id_, collection), body)
    return json_response(object_json(found))


@objects.delete("/v1/objects/<collection>/<id_>")
def delete_object(collection: str, id_: str) -> Response:
    """DELETE /v1/objects/{collection}/{id}."""
    validated("deleteObject", {"collection": collection, "id": id_})
    recipients.delete_recipient(current_world(), RecipientKey(id_, collection))
    return no_content()


@objects.get("/v1/objects/<collection>/<id_>/subscriptions")
def list_subscriptions_for_object(collection: str, id_: str) -> Response:
    """GET /v1/objects/{collection}/{object_id}/subscriptions."""
    query = validated("listSubscriptionsForObject", {"collection": collection, "object_id": id_}).query
    if "objects[]" in query:
        tolerate("objects[]", "is not imitated: how objects are written in a query is not documented")
    page = subscriptions.list_subscriptions(
        current_world(),
        RecipientKey(id_, collection),
        read_page_request(query, tolerate),
        side="recipient" if query.get("mode") == "recipient" else "object",
        others=[RecipientKey(each) for each in query.getlist("recipients[]")],
    )
    with_preferences = "preferences" in query.getlist("include")
    found = [_subscription_json(each, with_preferences=with_preferences) for each in page.entries]
    return json_response(page_json(page, "entries", found))


@objects.post("/v1/objects/<collection>/<id_>/subscriptions")
def add_subscriptions_for_object(collection: str, id_: str) -> Response:
    """POST /v1/objects/{collection}/{object_id}/subscriptions."""
    body = validated("addSubscriptionsForObject", {"collection": collection, "object_id": id_}).body
    found = subscriptions.add_subscriptions(
        current_world(),
        RecipientKey(id_, collection),
        [parse_recipient(each) for each in body["recipients"]],
        body.get("properties"),
    )
    return json_response([_subscription_json(each) for each in found])


@objects.delete("/v1/objects/<collection>/<id_>/subscriptions")
def delete_subscriptions_for_object(collection: str, id_: str) -> Response:
    """DELETE /v1/objects/{collection}/{object_id}/subscriptions."""
    body = validated("deleteSubscriptionsForObject", {"collection": collection, "object_id": id_}).body
    keys = [parse_recipient(each).key for each in body["recipients"]]
    found = subscriptions.remove_subscriptions(current_world(), RecipientKey(id_, collection), keys)
    return json_response([_subscription_json(each) for each in found])


def _subscription_json(found: Subscribed, *, with_preferences: bool = False) -> dict[str, JsonValue]:
    return {
        "__typename": "Subscription",
        "object": object_json(found.object),
        "recipient": _recipient_json(found.recipient, with_preferences=with_preferences),
        "properties": found.subscription.properties,
        "inserted_at": timestamp(found.subscription.inserted_at),
        "updated_at": timestamp(found.subscription.updated_at),
    }


def _recipient_json(entity: Entity, *, with_preferences: bool) -> dict[str, JsonValue]:
    return user_json(entity, with_preferences=with_preferences) if entity.collection is None else object_json(entity)
