"""What the judge puts into openapi-core through its public extension points."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from jsonschema_path import SchemaPath
from openapi_core.security.factories import SecurityProviderFactory
from openapi_core.security.providers import HttpProvider
from openapi_core.templating.paths.datatypes import PathOperationServer
from openapi_core.templating.paths.finders import APICallPathFinder

from mock_knock.messages import JsonValue

URL_SCHEMES = ("", "http", "https", "file", "ftp", "data")
"""Where references to other documents could lead; none is followed, so that judging reads no file and no network."""


UNSEEN_SECURITY = frozenset({"oauth2", "openIdConnect", "mutualTLS"})
"""Kinds of security whose credentials cannot be told from a request; they are not judged."""


class KnownPathFinder(APICallPathFinder):
    """Finds the operation of a path template that the caller looked up already; servers play no part."""

    def __init__(self, spec: SchemaPath, base_url: str | None = None) -> None:
        super().__init__(spec, base_url=base_url)
        self._found: dict[tuple[str, str], PathOperationServer] = {}

    def find(self, method: str, name: str) -> PathOperationServer:
        """Return the operation with this lower-case method below the path template `name`."""
        key = (method, name)
        if key not in self._found:
            path = self.spec / "paths" / name
            nothing: Any = SimpleNamespace(variables={})
            self._found[key] = PathOperationServer(path, path / method, None, nothing, nothing)
        return self._found[key]


class SecurityProviders(SecurityProviderFactory):
    """Reads the name of an HTTP authentication scheme in any case (RFC 9110 section 11.1), as in `scheme: Bearer`."""

    def create(self, scheme: SchemaPath) -> Any:
        """Return what finds the credentials of a Security Scheme Object in a request."""
        if (scheme / "type").read_str() == "http":
            return HttpProvider({"scheme": (scheme / "scheme").read_str().lower()})  # type: ignore[arg-type]  # asks for no more
        if (scheme / "type").read_str() in UNSEEN_SECURITY:
            return _accept
        return super().create(scheme)


def _accept(_parameters: object) -> None:
    """Stand for credentials that a request alone does not show: openapi-core would warn."""


def open_document(document: dict[str, JsonValue]) -> SchemaPath:
    """Return a document for openapi-core; a reference that leads out of it raises LookupError."""
    return SchemaPath.from_dict(document, handlers=dict.fromkeys(URL_SCHEMES, _refuse))


def _refuse(uri: str) -> Any:
    raise LookupError(uri)
