"""The requests of which there are most, answered without what Flask does around a view, and in every other way alike.

Flask's contexts, sessions, signals and its router take more time than to identify a user. What is the least unusual (a
path with other letters, another method) is left to Flask, as is every other route; both lead to the same views, through
the same pipeline.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, cast

from flask import Flask, Request, Response
from werkzeug.routing import Rule

from mock_knock.web.answers import sent_body, sent_fields
from mock_knock.web.current import Call, Web, begin, end
from mock_knock.web.pipeline import MAX_BODY_BYTES, answer_error, enter_api, leave

View: TypeAlias = Callable[..., Response]
Views: TypeAlias = Mapping[str, View]
OK: Final = 200
_LEAN: Final = (
    "bulk_operations.bulk_identify_users",
    "bulk_operations.get_bulk_operation",
    "workflows.trigger_workflow",
)
"""The views that are called so, the most frequent one first."""
_PLACEHOLDER: Final = re.compile(r"<(?:\w+:)?(\w+)>")
_PLAIN: Final = r"(?P<\1>[0-9A-Za-z_-]+)"
"""What stands for a part of a path that is answered here: every converter takes it as it is."""


@dataclass(frozen=True, slots=True)
class LeanRoute:
    """A view that is called without Flask around it."""

    method: str
    pattern: re.Pattern[str]
    rule: Rule
    view: View


class LeanRequest(Request):
    """A request on a lean route, whose path is as it was sent; the rest of it is read once it is asked for."""

    def __init__(self, environ: dict[str, Any]) -> None:
        self.environ = environ
        self.method = environ["REQUEST_METHOD"]
        self.path = environ["PATH_INFO"]

    def __getattr__(self, name: str) -> Any:
        """Read what a request of Flask has from the beginning, the first time that any of it is missing."""
        if "headers" in self.__dict__:
            raise AttributeError(name, name=name, obj=self)
        super().__init__(self.environ, populate_request=False)  # no cycle with its environment
        return super().__getattribute__(name)


class LeanFlask(Flask):
    """A Flask application that answers some requests by itself."""

    lean_routes: Sequence[LeanRoute] = ()

    def wsgi_app(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        for route in self.lean_routes:
            if route.method == method and (found := route.pattern.fullmatch(path)):
                return self._answer(route, found.groupdict(), environ, start_response)
        answered: Iterable[bytes] = super().wsgi_app(environ, start_response)
        return answered

    def _answer(
        self, route: LeanRoute, values: dict[str, str], environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        parts: Web = self.extensions["mock_knock"]
        asked = LeanRequest(environ)
        asked.url_rule, asked.view_args = route.rule, values
        asked.max_content_length = MAX_BODY_BYTES
        call = Call(parts, asked, parts.service.new_id())
        token = begin(call)
        try:
            response = _leave(call, _respond(call, route.view, values))
        finally:
            end(token)
        if response.status_code != OK:  # others may have no body, or an address to complete
            return response(environ, start_response)
        start_response(response.status, [*sent_fields(response)])
        return [sent_body(response)]


def _respond(call: Call, view: View, values: Mapping[str, str]) -> Response:
    try:
        enter_api(call)
        return view(**values)
    except Exception as error:  # noqa: BLE001  # as Flask does: whatever it is, there is an answer
        return answer_error(error)


def _leave(call: Call, response: Response) -> Response:
    try:
        return leave(call, response)
    except Exception as error:  # noqa: BLE001  # as above
        return answer_error(error)


def find_lean_routes(app: Flask) -> tuple[LeanRoute, ...]:
    """Return the routes of an application that need nothing of Flask."""
    rules, views = {rule.endpoint: rule for rule in app.url_map.iter_rules()}, cast("Views", app.view_functions)
    return tuple(
        LeanRoute(_method(rules[endpoint]), _pattern(rules[endpoint]), rules[endpoint], views[endpoint])
        for endpoint in _LEAN
    )


def _pattern(rule: Rule) -> re.Pattern[str]:
    return re.compile(_PLACEHOLDER.sub(_PLAIN, rule.rule), re.ASCII)


def _method(rule: Rule) -> str:
    (method,) = (rule.methods or set()) - {"HEAD", "OPTIONS"}
    return method
