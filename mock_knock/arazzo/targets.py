"""Which operation a step means: by operationId or by operationPath, and what is wrong with the way it says so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from mock_knock.arazzo.document import Document, Step
from mock_knock.arazzo.template import Dialect
from mock_knock.messages import ContractViolation, JsonValue

_SOURCE = r"\$sourceDescriptions\.(?P<source>[^.{}]+)"
_QUALIFIED = re.compile(rf"{_SOURCE}\.(?P<id>.+)", re.DOTALL)
_PATH = re.compile(rf"(?P<brace>\{{)?(?P<url>{_SOURCE}\.url)(?(brace)\}})#(?P<pointer>/.*)", re.DOTALL)


class OperationTarget(Protocol):
    """An operation of a source description, as far as a flow needs to know it."""

    @property
    def source(self) -> str: ...  # noqa: D102  # the name of the source description
    @property
    def method(self) -> str: ...  # noqa: D102  # in upper case
    @property
    def path(self) -> str: ...  # noqa: D102  # the template
    @property
    def operation_id(self) -> str | None: ...  # noqa: D102


class OperationParameter(Protocol):
    """A parameter as its operation describes it."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def place(self) -> str: ...  # noqa: D102  # path, query, querystring, header or cookie
    @property
    def is_required(self) -> bool: ...  # noqa: D102


class DescribedOperations(Protocol):
    """What the source descriptions say; answered outside, by whoever read them."""

    def find_by_id(self, operation_id: str) -> Sequence[OperationTarget]:
        """Return every operation with this id, over all sources in their order."""
        ...

    def find_by_pointer(self, source: str, pointer: str) -> OperationTarget | None:
        """Return the operation at a JSON pointer of one source, or None."""
        ...


class DescribedContract(DescribedOperations, Protocol):
    """What the source descriptions say about requests and responses, for those who examine a flow before it runs."""

    @property
    def is_exhausted(self) -> bool:
        """Whether so much work was done by schemas that nothing more is said about payloads and values."""
        ...

    def success_values(self, operation: OperationTarget, pointer: str) -> tuple[JsonValue, ...] | None:
        """Return the enum of a member of the body of a 2xx response, or None when it has none."""
        ...

    def statuses(self, operation: OperationTarget) -> tuple[str, ...]:
        """Return the statuses that are described, as written: `200`, `4XX`, `default`."""
        ...

    def parameters(self, operation: OperationTarget) -> Sequence[OperationParameter]:
        """Return the parameters that are described, those of the path item included."""
        ...

    def body_violations(
        self, operation: OperationTarget, content_type: str | None, payload: JsonValue, *, unknown: frozenset[str]
    ) -> tuple[ContractViolation, ...]:
        """Return what is surely wrong with a request body.

        Args:
            operation: whose body it is.
            content_type: as written, or None for the operation's own.
            payload: the value, or MISSING when nothing is sent; with anything at all at the places in `unknown`.
            unknown: JSON pointers of the parts whose value is known only at run time.
        """
        ...


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a document: `code` is the key of `codes.SEVERITIES`, `pointer` its place."""

    code: str
    pointer: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """The operation of a step, or None when there is none to call; and what was noticed on the way."""

    operation: OperationTarget | None
    problems: tuple[Problem, ...] = ()


def resolve_target(step: Step, document: Document, described: DescribedOperations, *, dialect: Dialect) -> Target:
    """Find the operation that a step calls (Arazzo 1.0.1, Step Object).

    In the lenient dialect an unqualified operationId may stand for one method and path, in however many sources it is
    described, and the expression of an operationPath may lack its braces. In the strict one an operationId must be
    qualified as soon as there are several sources.
    """
    if step.operation_path is not None:
        return _resolve_path(step, step.operation_path, document, described, dialect)
    return _resolve_id(step, step.operation_id or "", document, described, dialect)


def _resolve_path(
    step: Step, text: str, document: Document, described: DescribedOperations, dialect: Dialect
) -> Target:
    at = f"{step.pointer}/operationPath"
    match = _PATH.fullmatch(text)
    if match is None or (match["brace"] is None and dialect == "strict"):
        hint = "write it like `{$sourceDescriptions.<name>.url}#/paths/~1users/get`"
        return Target(None, (Problem("operation-path-invalid", at, f"'{text}' does not name an operation", hint),))
    if (unknown := _unknown_source(match["source"], document, at)) is not None:
        return Target(None, (unknown,))
    operation = described.find_by_pointer(match["source"], match["pointer"])
    if operation is None:
        message = f"source '{match['source']}' has no operation at {match['pointer']}"
        hint = "in a pointer `/` of a path is written `~1`; the last part is the method in lower case"
        return Target(None, (Problem("operation-missing", at, message, hint),))
    return Target(operation, () if match["brace"] else (unbraced_problem(match["url"], at),))


def unbraced_problem(expression: str, pointer: str) -> Problem:
    """Return the problem of an expression that stands in a text without braces."""
    message = f"{expression} stands in a text without braces, where the standard leaves it as it is"
    return Problem("expression-unbraced", pointer, message, f"write {{{expression}}}")


def _resolve_id(step: Step, text: str, document: Document, described: DescribedOperations, dialect: Dialect) -> Target:
    at = f"{step.pointer}/operationId"
    match = _QUALIFIED.fullmatch(text)
    if match is not None and (unknown := _unknown_source(match["source"], document, at)) is not None:
        return Target(None, (unknown,))
    operation_id = match["id"] if match else text
    found = described.find_by_id(operation_id)
    if match is not None:
        found = [operation for operation in found if operation.source == match["source"]]
    if not found:
        message = f"no source description has an operation '{operation_id}'"
        if match is not None:
            message = f"source '{match['source']}' has no operation '{operation_id}'"
        return Target(None, (Problem("operation-missing", at, message, "operationIds are case-sensitive"),))
    is_unqualified = match is None and len(document.described_sources) > 1
    unqualified = (_unqualified(operation_id, found, document, at),) if is_unqualified else ()
    problems = (*unqualified, *_described_often(operation_id, found, at))
    is_one = len(_places(found)) == 1
    may_choose = not is_unqualified or dialect == "lenient"
    return Target(found[0] if is_one and may_choose else None, problems)


def _unqualified(operation_id: str, found: Sequence[OperationTarget], document: Document, at: str) -> Problem:
    message = (
        f"'{operation_id}' does not say which of the {len(document.described_sources)} source descriptions it is from"
    )
    hint = f"write `$sourceDescriptions.{found[0].source}.{operation_id}`"
    return Problem("operation-id-unqualified", at, message, hint)


def _described_often(operation_id: str, found: Sequence[OperationTarget], at: str) -> tuple[Problem, ...]:
    """Report an id that is described more than once: it is worse when different operations have it."""
    if len(found) == 1:
        return ()
    listed = ", ".join(f"{operation.source} ({operation.method} {operation.path})" for operation in found)
    message = f"'{operation_id}' is described {len(found)} times: {listed}"
    if len(_places(found)) == 1:
        hint = f"write `$sourceDescriptions.{found[0].source}.{operation_id}`"
        return (Problem("operation-id-ambiguous", at, message, hint),)
    hint = "name the source, or use an operationPath: these are different operations"
    return (Problem("operation-id-conflict", at, message, hint),)


def _places(found: Sequence[OperationTarget]) -> frozenset[tuple[str, str]]:
    return frozenset((operation.method, operation.path) for operation in found)


def _unknown_source(name: str, document: Document, at: str) -> Problem | None:
    names = [source.name for source in document.sources]
    if name in names:
        return None
    return Problem("source-missing", at, f"there is no source description '{name}'", f"known: {', '.join(names)}")
