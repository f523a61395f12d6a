"""An OpenAPI description as a list of operations that can be found by id, by place and by what they answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from mock_knock.contract.details import OperationDetails, read_details
from mock_knock.errors import InvalidDocument
from mock_knock.messages import JsonValue

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
SUPPORTED_VERSIONS = ("3.0", "3.1", "3.2")


@dataclass(frozen=True, slots=True)
class DescribedOperation:
    """One operation of one description: `method` in upper case, `path` the template, `pointer` its place."""

    source: str
    method: str
    path: str
    operation_id: str | None
    pointer: str


@dataclass(frozen=True)
class Description:
    """A decoded OpenAPI document under the name by which others refer to it."""

    name: str
    document: Mapping[str, JsonValue]
    where: str
    _details: dict[tuple[str, str], OperationDetails] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @cached_property
    def operations(self) -> tuple[DescribedOperation, ...]:
        """Every operation in the order of the document."""
        return tuple(self._find_operations())

    @cached_property
    def _by_id(self) -> Mapping[str, tuple[DescribedOperation, ...]]:
        found: dict[str, tuple[DescribedOperation, ...]] = {}
        for each in self.operations:
            if each.operation_id is not None:
                found[each.operation_id] = (*found.get(each.operation_id, ()), each)
        return found

    @cached_property
    def _by_pointer(self) -> Mapping[str, DescribedOperation]:
        return {each.pointer: each for each in reversed(self.operations)}

    @cached_property
    def _by_place(self) -> Mapping[tuple[str, str], DescribedOperation]:
        return {(each.method, each.path): each for each in reversed(self.operations)}

    @cached_property
    def memo(self) -> dict[tuple[str, ...], Any]:
        """What judges derive from the document, kept here: a description outlives the judges of single runs."""
        return {}

    @property
    def is_openapi_30(self) -> bool:
        """Whether it is OpenAPI 3.0, whose schemas are a dialect of their own."""
        return str(self.document["openapi"]).startswith("3.0")

    def find_by_id(self, operation_id: str) -> tuple[DescribedOperation, ...]:
        """Return the operations with this operationId (more than one only in a broken description)."""
        return self._by_id.get(operation_id, ())

    def find_by_pointer(self, pointer: str) -> DescribedOperation | None:
        """Return the operation at a JSON pointer such as `/paths/~1v1~1users/get`; percent-encoding is undone."""
        return self._by_pointer.get(unquote(pointer))

    def find(self, method: str, path: str) -> DescribedOperation | None:
        """Return the operation with this method (any case) and path template."""
        return self._by_place.get((method.upper(), path))

    def resolve(self, node: JsonValue) -> JsonValue:
        """Follow local `$ref`s until something else; a reference that leads nowhere or in a circle gives None."""
        for _ in range(50):
            if not isinstance(node, Mapping) or not isinstance(node.get("$ref"), str):
                return node
            node = self._dereference(node["$ref"])
        return None

    def operation_object(self, operation: DescribedOperation) -> Mapping[str, JsonValue]:
        """Return the Operation Object itself."""
        item = self.resolve(self.document["paths"][operation.path])
        found: Mapping[str, JsonValue] = item[operation.method.lower()]
        return found

    def details(self, operation: DescribedOperation) -> OperationDetails:
        """Return what an operation of this description says about requests and answers."""
        key = (operation.path, operation.method)
        if key not in self._details:
            item = self.resolve(self.document["paths"][operation.path])
            self._details[key] = read_details(self.operation_object(operation), item, self.resolve)
        return self._details[key]

    def server_url(self, operation: DescribedOperation) -> str | None:
        """Return the first server of the operation, its path item or the document, variables at their defaults."""
        item = self.resolve(self.document["paths"][operation.path])
        for holder in (self.operation_object(operation), item, self.document):
            servers = holder.get("servers")
            if isinstance(servers, list) and servers and isinstance(servers[0], Mapping):
                return _expand_server(servers[0])
        return None

    def _find_operations(self) -> Iterator[DescribedOperation]:
        for path, raw_item in self.document["paths"].items():
            item = self.resolve(raw_item)
            if not path.startswith("/") or not isinstance(item, Mapping):
                continue
            for method in METHODS:
                if isinstance(found := item.get(method), Mapping):
                    id_ = found.get("operationId")
                    id_ = id_ if isinstance(id_, str) else None
                    yield DescribedOperation(self.name, method.upper(), path, id_, operation_pointer(method, path))

    def _dereference(self, reference: str) -> JsonValue:
        if not reference.startswith("#/"):
            return None
        node: JsonValue = self.document
        for token in unquote(reference[2:]).split("/"):
            key = token.replace("~1", "/").replace("~0", "~")
            if isinstance(node, list) and key.isdecimal() and int(key) < len(node):
                node = node[int(key)]
                continue
            if not isinstance(node, Mapping) or key not in node:
                return None
            node = node[key]
        return node


def operation_pointer(method: str, path: str) -> str:
    """Return the JSON pointer of an operation: `method` in lower case, `path` the template."""
    return f"/paths/{path.replace('~', '~0').replace('/', '~1')}/{method}"


def load_description(name: str, document: JsonValue, *, where: str) -> Description:
    """Check that a decoded document is an OpenAPI description this project can judge by.

    The document is taken as it is: published descriptions break their own specification in places that do not matter.

    Raises:
        InvalidDocument: `openapi-invalid` or `openapi-version-unsupported`.
    """
    version = document.get("openapi") if isinstance(document, Mapping) else None
    if not isinstance(document, Mapping) or not isinstance(version, str):
        raise InvalidDocument(
            "openapi-invalid",
            f"'{name}' is not an OpenAPI 3 description: the member 'openapi' is missing or not text",
            where=where,
            hint="name an OpenAPI 3.0, 3.1 or 3.2 document; write its version in quotes, like '3.0.3'",
        )
    if ".".join(version.split(".")[:2]) not in SUPPORTED_VERSIONS:
        raise InvalidDocument(
            "openapi-version-unsupported",
            f"OpenAPI {version} is not supported",
            where=where,
            hint=f"supported versions: {', '.join(SUPPORTED_VERSIONS)}",
        )
    if not isinstance(document.get("paths"), Mapping):
        raise InvalidDocument(
            "openapi-invalid", f"'{name}' has no 'paths'", where=where, hint="describe its operations"
        )
    return Description(name, document, where)


def _expand_server(server: Mapping[str, JsonValue]) -> str | None:
    url = server.get("url")
    if not isinstance(url, str):
        return None
    variables = server.get("variables")
    for variable, description in variables.items() if isinstance(variables, Mapping) else ():
        if isinstance(description, Mapping):
            url = url.replace(f"{{{variable}}}", str(description.get("default", "")))
    return url
