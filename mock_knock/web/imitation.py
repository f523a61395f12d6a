"""Which of Knock's routes are imitated, and what the others answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from mock_knock.web.problems import API, Problem


@dataclass(frozen=True)
class KnownRoutes:
    """Every operation Knock has: path template -> method (upper case) -> operationId."""

    routes: Mapping[str, Mapping[str, str]]

    def problem(self, method: str, path: str) -> Problem:
        """Return the answer for a request that no imitated route took: 501, 405 or 404."""
        if path.startswith("/v1/v1/"):
            message = "No such path: KNOCK_BASE_URL must not end in /v1, the SDK adds it"
            return Problem(404, "resource_missing", message, type_=API)
        methods = self._methods(path)
        if method in methods:
            operation_id = methods[method]
            message = f"mock-knock does not imitate {operation_id} ({method} {path}) yet"
            return Problem(501, "not_imitated", message, type_=API, headers={"x-should-retry": "false"})
        if methods:
            return method_not_allowed(methods)
        return Problem(404, "resource_missing", "The resource does not exist", type_=API)

    @cached_property
    def operation_ids(self) -> frozenset[str]:
        """Every operation, imitated or not."""
        return frozenset(each for methods in self.routes.values() for each in methods.values())

    def operation_id(self, method: str, path: str) -> str | None:
        """Return the operation that a request means, imitated or not, or None."""
        return self._methods(path).get(method)

    def _methods(self, path: str) -> dict[str, str]:
        """Return the methods of the most literal template that fits the path."""
        return next((dict(methods) for pattern, methods in self._patterns if pattern.fullmatch(path)), {})

    @cached_property
    def _patterns(self) -> tuple[tuple[re.Pattern[str], Mapping[str, str]], ...]:
        ordered = sorted(self.routes.items(), key=lambda item: item[0].count("{"))
        return tuple((_pattern(template), methods) for template, methods in ordered)


def method_not_allowed(methods: Mapping[str, str]) -> Problem:
    """Return the 405 with its Allow header (RFC 9110 section 15.5.6)."""
    allowed = ", ".join(sorted(methods))
    message = f"This path takes {allowed}"
    return Problem(405, "method_not_allowed", message, headers={"Allow": allowed})


def _pattern(template: str) -> re.Pattern[str]:
    literals = re.split(r"\{[^}]*\}", template)
    return re.compile("[^/]+".join(re.escape(literal) for literal in literals))
