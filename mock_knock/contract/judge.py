"""The judge: openapi-core decides whether a message keeps its OpenAPI description; every broken rule is reported.

Only the validating side of openapi-core is used, never its unmarshalling, and only through its public extension
points: the operation is known beforehand (path finder), schemas are compiled (schema validators). A message that is
plainly right is accepted without it (`plan`, `response_plan`), and where all are, it is not even imported. Parameters
and bodies are read by our own decoders.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

from mock_knock.contract.description import DescribedOperation, Description, operation_pointer
from mock_knock.contract.judging_work import begin_work, end_work
from mock_knock.contract.plan import Plan, body_schema, build_plan
from mock_knock.contract.records import (
    MultiMap,
    RequestParameters,
    RequestRecord,
    ResponseRecord,
    header_map,
    judged_type,
)
from mock_knock.contract.response_plan import ResponsePlan, build_response_plan
from mock_knock.contract.violations import SchemaError
from mock_knock.errors import InvalidDocument
from mock_knock.messages import ContractViolation, Headers, JsonValue

if TYPE_CHECKING:
    from mock_knock.contract.full_judgement import FullJudgement

Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges messages by one description; what it finds out about it stays with the description."""

    description: Description

    def request_violations(self, request: RequestRecord) -> tuple[ContractViolation, ...]:
        """Return every rule of the description that a request breaks.

        Raises:
            InvalidDocument: `openapi-unusable`; the description is broken at this operation.
        """
        with self._using(request.method, request.path_pattern):
            plan = self._plan(request.method, request.path_pattern)
            if plan is not None and plan.accepts(request):
                return ()
            return self._full.request_violations(request)

    def response_violations(
        self, operation: DescribedOperation, *, status: int, headers: Headers, body: bytes
    ) -> tuple[ContractViolation, ...]:
        """Return every rule of the description that a response breaks.

        Raises:
            InvalidDocument: `openapi-unusable`; the description is broken at this operation.
        """
        method, path = operation.method.lower(), operation.path
        with self._using(method, path):
            plan = self._response_plan(method, path, status)
            if plan is not None and plan.accepts(headers, body):
                return ()
            fields = header_map(headers)
            record = ResponseRecord(status, fields, judged_type(fields.get("Content-Type", "")), body or None)
            asked = RequestRecord(method, path, RequestParameters(), "", None)
            return self._full.response_violations(asked, record)

    def body_errors(self, operation: DescribedOperation, media: str, value: JsonValue) -> tuple[SchemaError, ...]:
        """Return every rule that a decoded value breaks as the body of a request; `media` as it is described.

        Raises:
            InvalidDocument: `openapi-unusable`; the description is broken at this operation.
        """
        method, path = operation.method.lower(), operation.path
        with self._using(method, path):
            key = ("body", method, path, media)
            schema = self._kept(key, lambda: body_schema(self.description, method, path, media))
            place = ("paths", path, method, "requestBody", "content", media, "schema")
            found = None if schema is None else schema.find_errors(value, place)
            return self._full.body_errors(operation, media, value) if found is None else found

    def plan(self, operation: DescribedOperation) -> Plan | None:
        """Return what accepts a request to an operation that is plainly right, or None where nothing does.

        Raises:
            InvalidDocument: `openapi-unusable`; the description is broken at this operation.
        """
        method, path = operation.method.lower(), operation.path
        with self._using(method, path):
            return self._plan(method, path)

    def _using(self, method: str, path: str) -> _Using:
        return _Using(self.description, method, path)

    @property
    def _full(self) -> FullJudgement:
        return self._kept(("full",), self._open_full)

    def _open_full(self) -> FullJudgement:
        from mock_knock.contract.full_judgement import FullJudgement  # noqa: PLC0415  # takes long, and is seldom needed

        return FullJudgement(self.description)

    def _plan(self, method: str, path: str) -> Plan | None:
        return self._kept(("plan", method, path), lambda: build_plan(self.description, method, path))

    def _response_plan(self, method: str, path: str, status: int) -> ResponsePlan | None:
        key = ("plan", method, path, str(status))
        return self._kept(key, lambda: build_response_plan(self.description, method, path, status))

    def _kept(self, key: tuple[str, ...], create: Callable[[], Kept]) -> Kept:
        memo = self.description.memo
        if key not in memo:
            memo[key] = create()
        found: Kept = memo[key]
        return found


class _Using:
    """Takes every exception in its block for a fault of the description: it is the only input that is not judged.

    Whatever is judged in it pays from one budget. A class, since most blocks end before a generator would have begun.
    """

    __slots__ = ("_description", "_method", "_path", "_work")

    def __init__(self, description: Description, method: str, path: str) -> None:
        self._description, self._method, self._path = description, method, path

    def __enter__(self) -> None:
        """Open the budget."""
        self._work = begin_work()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the budget; raises InvalidDocument in place of another error."""
        end_work(self._work)
        if not isinstance(error, Exception):
            return
        method = self._method.upper()
        what = f"the description of {method} {self._path} cannot be used: {type(error).__name__}: {error}"
        raise InvalidDocument(
            "openapi-unusable",
            what.partition("\n")[0],
            where=f"{self._description.where}#{operation_pointer(self._method, self._path)}",
            hint="mend the description there; references to other documents are not followed",
        ) from error


@dataclass(frozen=True)
class OperationJudge:
    """The judge of one operation."""

    judge: Judge
    operation: DescribedOperation

    @cached_property
    def takes_body(self) -> bool:
        """Whether a request to this operation has a body."""
        return "requestBody" in self.judge.description.operation_object(self.operation)

    @cached_property
    def _plan(self) -> Plan | None:
        return self.judge.plan(self.operation)

    @property
    def query_names(self) -> tuple[str, ...]:
        """The names of the parameters that this operation takes in the query."""
        details = self.judge.description.details(self.operation)
        return tuple(each.name for each in details.parameters if each.place == "query")

    def repetitions(self, query: MultiMap) -> tuple[ContractViolation, ...]:
        """Return the parameters of a query that take one value and come several times."""
        details = self.judge.description.details(self.operation)
        return tuple(
            ContractViolation("request-parameter", f"query.{each.name}", "takes one value and is there more than once")
            for each in details.parameters
            if each.place == "query" and each.is_single and len(query.getlist(each.name)) > 1
        )

    def read_body(self, request: RequestRecord) -> JsonValue:
        """Return what the body of a request says, where reading it shows already that the request breaks no rule."""
        return None if self._plan is None else self._plan.read(request)

    def request_violations(self, request: RequestRecord) -> tuple[ContractViolation, ...]:
        """Return every rule that a request to this operation breaks; where many rows are at fault, of the first."""
        plan = self._plan
        if plan is None:
            return self.judge.request_violations(request)
        if plan.accepts(request):
            plan.learn(request.value)
            return ()
        return plan.body_violations(request) or self.judge.request_violations(request)

    def response_violations(self, *, status: int, headers: Headers, body: bytes) -> tuple[ContractViolation, ...]:
        """Return every rule that a response of this operation breaks."""
        return self.judge.response_violations(self.operation, status=status, headers=headers, body=body)
