"""The source descriptions of a flow, asked as one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from mock_knock.contract.certainty import certain_errors, without_unknown
from mock_knock.contract.description import DescribedOperation, Description
from mock_knock.contract.details import DescribedParameter, OperationDetails, is_success, read_api_keys
from mock_knock.contract.judging_work import JudgingLimitError, JudgingWork, judging_work
from mock_knock.contract.known_values import KnownValues
from mock_knock.contract.media_types import FORM, MULTIPART, is_json, media_type, read_json_template
from mock_knock.contract.violations import SchemaError, describe_schema_errors
from mock_knock.errors import InvalidDocument
from mock_knock.messages import ContractViolation, JsonValue

if TYPE_CHECKING:
    from mock_knock.contract.judge import Judge

KNOWN_OF_FORMS = frozenset({"required", "additionalProperties"})
"""What can be said about a form before its values are texts."""


EXAMINING_KEYWORDS = 200_000
"""The work that one examination of a document may take by schemas, in keywords looked at: about a second. After that
nothing more is said about payloads and values, so that a hostile description cannot keep the linter busy."""


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
    """Descriptions by the name a flow gives them, in its order; what is asked about schemas shares one budget."""

    descriptions: Mapping[str, Description] = field(default_factory=dict)
    _judges: dict[str, Judge] = field(default_factory=dict, init=False, repr=False, compare=False)
    _work: JudgingWork = field(
        default_factory=lambda: JudgingWork(EXAMINING_KEYWORDS), init=False, repr=False, compare=False
    )
    _left_out: set[tuple[str, ...]] = field(default_factory=set, init=False, repr=False, compare=False)
    _values: dict[tuple[str, ...], tuple[JsonValue, ...] | None] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

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

    @property
    def is_exhausted(self) -> bool:
        """Whether something was left out, since it would have taken more work than examining may."""
        return self._work.is_spent or bool(self._left_out)

    def renewed(self) -> DescribedSources:
        """Return the same sources for another examination, with all the work before them."""
        return DescribedSources(self.descriptions)

    def judge(self, source: str) -> Judge:
        """Return the judge of one source, which keeps what it has compiled."""
        from mock_knock.contract.judge import Judge  # noqa: PLC0415  # openapi-core is slow to import

        if source not in self._judges:
            self._judges[source] = Judge(self.descriptions[source])
        return self._judges[source]

    def details(self, operation: OperationPlace) -> OperationDetails:
        """Return what an operation describes; nothing for one that its source does not have."""
        described = self.find(operation.source, operation.method, operation.path)
        return self.descriptions[operation.source].details(described) if described else OperationDetails()

    def statuses(self, operation: OperationPlace) -> tuple[str, ...]:
        """Return the statuses that are described, as written: `200`, `4XX`, `default`."""
        return self.details(operation).statuses

    def parameters(self, operation: OperationPlace) -> tuple[DescribedParameter, ...]:
        """Return the parameters that are described, those of the path item and of API keys included."""
        description = self.descriptions.get(operation.source)
        keys = read_api_keys(description.document, description.resolve) if description else ()
        return (*self.details(operation).parameters, *keys)

    def success_values(self, operation: OperationPlace, pointer: str) -> tuple[JsonValue, ...] | None:
        """Return the values that a member of the body of any 2xx response may have, or None when one leaves it open.

        None as well when telling takes too much work: then `is_exhausted`.
        """
        key = (operation.source, operation.method, operation.path, pointer)
        if key not in self._values:
            try:
                with judging_work(self._work):
                    self._values[key] = self._success_values(operation, pointer)
            except JudgingLimitError:
                self._values[key] = None
                self._left_out.add(key)
        return self._values[key]

    def _success_values(self, operation: OperationPlace, pointer: str) -> tuple[JsonValue, ...] | None:
        described = self.find(operation.source, operation.method, operation.path)
        if described is None:
            return None
        description = self.descriptions[operation.source]
        known = KnownValues(description.resolve)
        found = [known.at(schema, pointer) for schema in _success_schemas(description, described)]
        restricted = [values for values in found if values is not None]
        if not restricted or len(restricted) < len(found):
            return None
        return tuple({json.dumps(each, sort_keys=True): each for values in restricted for each in values}.values())

    def body_violations(
        self, operation: OperationPlace, content_type: str | None, payload: JsonValue, *, unknown: frozenset[str]
    ) -> tuple[ContractViolation, ...]:
        """Return what is surely wrong with a request body.

        Args:
            operation: whose body it is.
            content_type: as written, or None for the operation's own.
            payload: the value, or anything that is not JSON when nothing is sent.
            unknown: JSON pointers of the parts whose value is known only at run time.
        """
        described, details = self.find(operation.source, operation.method, operation.path), self.details(operation)
        if described is None or not details.media_types:
            return ()
        if not _is_json_value(payload):
            is_missing = details.is_body_required and "" not in unknown
            return (ContractViolation("request-body", "", "a body is required"),) if is_missing else ()
        media = details.media_type(content_type)
        if media is None:
            message = f"'{content_type}' is not described; described: {', '.join(details.media_types)}"
            return (ContractViolation("request-media-type", "Content-Type", message),)
        sent = media_type(content_type or media)
        errors = self._body_errors(described, media, sent, without_unknown(payload, unknown))
        return describe_schema_errors("request-body", certain_errors(errors, unknown))

    def _body_errors(
        self, operation: DescribedOperation, media: str, sent: str, value: JsonValue
    ) -> tuple[SchemaError, ...]:
        """Return the broken rules that can be known of a value that is sent as JSON or as a form."""
        is_form = sent in {FORM, MULTIPART} and isinstance(value, dict)
        if self._work.is_spent or not (is_form or is_json(sent) or "*" in sent):
            return ()
        if not is_form and isinstance(value, str):
            value = read_json_template(value)
        try:
            with judging_work(self._work):
                errors = self.judge(operation.source).body_errors(operation, media, value)
        except InvalidDocument:
            return ()  # told when the description is used
        return tuple(error for error in errors if not is_form or error.keyword in KNOWN_OF_FORMS)


def _is_json_value(value: JsonValue) -> bool:
    return value is None or isinstance(value, (dict, list, str, int, float))


def _success_schemas(description: Description, operation: DescribedOperation) -> Iterator[JsonValue]:
    """Yield the schema of each JSON body of a 2xx response; None where there is none."""
    responses = description.operation_object(operation).get("responses")
    for status, raw_response in responses.items() if isinstance(responses, Mapping) else ():
        response = description.resolve(raw_response) if is_success(str(status)) else None
        content = response.get("content") if isinstance(response, Mapping) else None
        for name, media in content.items() if isinstance(content, Mapping) else ():
            if is_json(media_type(name)):
                yield media.get("schema") if isinstance(media, Mapping) else None
