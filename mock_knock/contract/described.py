"""The source descriptions of a flow, asked as one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from mock_knock.contract.description import DescribedOperation, Description
from mock_knock.messages import JsonValue

SUCCESS_RANGE = "2XX"


class OperationPlace(Protocol):
    """Which operation of which source is meant."""

    @property
    def source(self) -> str: ...  # noqa: D102  # the name of the source description
    @property
    def method(self) -> str: ...  # noqa: D102  # in upper case
    @property
    def path(self) -> str: ...  # noqa: D102  # the template


@dataclass(frozen=True, slots=True)
class DescribedSources:
    """Descriptions by the name a flow gives them, in its order."""

    descriptions: Mapping[str, Description] = field(default_factory=dict)

    def find_by_id(self, operation_id: str) -> tuple[DescribedOperation, ...]:
        """Return every operation with this id, over all sources in their order."""
        found = (each.find_by_id(operation_id) for each in self.descriptions.values())
        return tuple(operation for operations in found for operation in operations)

    def find_by_pointer(self, source: str, pointer: str) -> DescribedOperation | None:
        """Return the operation at a JSON pointer of one source, or None."""
        description = self.descriptions.get(source)
        return None if description is None else description.find_by_pointer(pointer)

    def find(self, source: str, method: str, path: str) -> DescribedOperation | None:
        """Return the operation of one source with this method and path template, or None."""
        description = self.descriptions.get(source)
        return None if description is None else description.find(method, path)

    def success_values(self, operation: OperationPlace, pointer: str) -> tuple[JsonValue, ...] | None:
        """Return the enum of a member of the JSON body of a 2xx response, or None when it has none."""
        description = self.descriptions[operation.source]
        described = description.find(operation.method, operation.path)
        for schema in _success_schemas(description, described) if described else ():
            member = _member_schema(description, schema, pointer)
            values = member.get("enum") if isinstance(member, Mapping) else None
            if isinstance(values, list):
                return tuple(values)
        return None


def _success_schemas(description: Description, operation: DescribedOperation) -> Iterator[JsonValue]:
    responses = description.operation_object(operation).get("responses")
    for status, raw_response in responses.items() if isinstance(responses, Mapping) else ():
        response = description.resolve(raw_response)
        if not (status == SUCCESS_RANGE or (len(status) == len(SUCCESS_RANGE) and status.startswith("2"))):
            continue
        content = response.get("content") if isinstance(response, Mapping) else None
        for media in content.values() if isinstance(content, Mapping) else ():
            if isinstance(media, Mapping) and "schema" in media:
                yield description.resolve(media["schema"])


def _member_schema(description: Description, schema: JsonValue, pointer: str) -> JsonValue:
    for token in pointer.split("/")[1:]:
        if not isinstance(schema, Mapping):
            return None
        properties = schema.get("properties")
        name = token.replace("~1", "/").replace("~0", "~")
        found = properties.get(name) if isinstance(properties, Mapping) else schema.get("items")
        schema = description.resolve(found)
    return schema
