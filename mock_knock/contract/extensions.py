"""What the judge puts into openapi-core through its public extension points."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import orjson
from jsonschema_path import SchemaPath
from openapi_core.security.factories import SecurityProviderFactory
from openapi_core.security.providers import HttpProvider
from openapi_core.templating.paths.datatypes import PathOperationServer
from openapi_core.templating.paths.finders import APICallPathFinder

from mock_knock.contract.records import JSON
from mock_knock.messages import JsonValue

URL_SCHEMES = ("", "http", "https", "file", "ftp", "data")
"""Where references to other documents could lead; none is followed, so that judging reads no file and no network."""


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
        return super().create(scheme)


class JsonDecoders(dict[str, Any]):
    """Decodes JSON and what is written in it, such as `application/problem+json` (RFC 6839 section 3.1)."""

    def __contains__(self, media: object) -> bool:
        return isinstance(media, str) and (media == JSON or media.endswith("+json"))

    def __getitem__(self, media: str) -> Any:
        return orjson.loads


def open_document(document: dict[str, JsonValue]) -> SchemaPath:
    """Return a document for openapi-core; a reference that leads out of it raises LookupError."""
    return SchemaPath.from_dict(document, handlers=dict.fromkeys(URL_SCHEMES, _refuse))


def _refuse(uri: str) -> Any:
    raise LookupError(uri)
