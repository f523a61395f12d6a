"""The Flask application of one fake."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Flask, Response
from werkzeug.routing import PathConverter

from mock_knock import __version__
from mock_knock.contract.description import Description
from mock_knock.contract.judge import OperationJudge
from mock_knock.messages import JsonValue
from mock_knock.service import MockKnock
from mock_knock.web.admin import ADMIN_BLUEPRINTS
from mock_knock.web.answers import json_response
from mock_knock.web.api import BLUEPRINTS
from mock_knock.web.current import Web, web
from mock_knock.web.doors import Doors
from mock_knock.web.guard import AccessRules
from mock_knock.web.imitation import KnownRoutes
from mock_knock.web.lean import LeanFlask, find_lean_routes
from mock_knock.web.pipeline import MAX_BODY_BYTES, install


def create_app(
    service: MockKnock,
    operations: Mapping[str, OperationJudge],
    *,
    known_routes: Mapping[str, Mapping[str, str]],
    rules: AccessRules,
    describe: Callable[[], JsonValue],
    controls: Callable[[], Description],
    checks_responses: bool = False,
    doors: Doors = Doors(),  # noqa: B008  # frozen
) -> Flask:
    """Return the WSGI application of a fake.

    Args:
        service: the use cases.
        operations: the judge of each imitated operation, by operationId.
        known_routes: every operation of Knock, path template -> method -> operationId.
        rules: who may enter.
        describe: returns what is imitated as one OpenAPI document.
        controls: returns the description of the fake's own controls.
        checks_responses: whether the fake's own answers are held against the contract, too.
        doors: how single requests bring faults about.
    """
    app = LeanFlask("mock_knock", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.url_map.merge_slashes = False
    app.url_map.converters["text"] = _TextConverter
    app.extensions["mock_knock"] = Web(
        service, operations, KnownRoutes(known_routes), rules, controls, checks_responses, doors
    )
    install(app)
    for blueprint in (*BLUEPRINTS, *ADMIN_BLUEPRINTS):
        app.register_blueprint(blueprint)
    app.add_url_rule("/", view_func=_welcome)
    app.add_url_rule("/v1/openapi", "openapi", lambda: json_response(describe()))
    app.lean_routes = find_lean_routes(app)
    return app


class _TextConverter(PathConverter):
    """A part of a path that may have slashes and, unlike werkzeug's own, line feeds in it."""

    regex = r"[^/][\s\S]*?"


def _welcome() -> Response:
    """GET /: what a person sees who opens the address in a browser."""
    return json_response(
        {
            "name": "mock-knock",
            "version": __version__,
            "message": "A local Knock is running here. Point KNOCK_BASE_URL at this address, without /v1.",
            "imitated": [f"{each.operation.method} {each.operation.path}" for each in web().operations.values()],
            "for_testers": ["GET /_mock/state", "GET /_mock/requests", "POST /_mock/reset", "GET /_mock/health"],
        }
    )
