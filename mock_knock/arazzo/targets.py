"""Which operation a step means: by operationId or by operationPath, and what is wrong with the way it says so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from mock_knock.arazzo.document import Document, Step
from mock_knock.arazzo.template import Dialect
from mock_knock.messages import JsonValue

_QUALIFIED = re.compile(r"\$sourceDescriptions\.(?P<source>[A-Za-z0-9_-]+)\.(?P<id>.+)", re.DOTALL)
_PATH = re.compile(r"\{\$sourceDescriptions\.(?P<source>[A-Za-z0-9_-]+)\.url\}#(?P<pointer>/.*)", re.DOTALL)


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


class DescribedOperations(Protocol):
    """What the source descriptions say; answered outside, by whoever read them."""

    def find_by_id(self, operation_id: str) -> Sequence[OperationTarget]:
        """Return every operation with this id, over all sources in their order."""
        ...

    def find_by_pointer(self, source: str, pointer: str) -> OperationTarget | None:
        """Return the operation at a JSON pointer of one source, or None."""
        ...

    def success_values(self, operation: OperationTarget, pointer: str) -> tuple[JsonValue, ...] | None:
        """Return the enum of a member of the body of a 2xx response, or None when it has none."""
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
    described. In the strict one it must be qualified as soon as there are several sources.
    """
    if step.operation_path is not None:
        return _resolve_path(step, step.operation_path, document, described)
    return _resolve_id(step, step.operation_id or "", document, described, dialect)


def _resolve_path(step: Step, text: str, document: Document, described: DescribedOperations) -> Target:
    at = f"{step.pointer}/operationPath"
    match = _PATH.fullmatch(text)
    if match is None:
        hint = "write it like `{$sourceDescriptions.<name>.url}#/paths/~1users/get`"
        return Target(None, (Problem("operation-path-invalid", at, f"'{text}' does not name an operation", hint),))
    if (unknown := _unknown_source(match["source"], document, at)) is not None:
        return Target(None, (unknown,))
    operation = described.find_by_pointer(match["source"], match["pointer"])
    if operation is None:
        message = f"source '{match['source']}' has no operation at {match['pointer']}"
        hint = "in a pointer `/` of a path is written `~1`; the last part is the method in lower case"
        return Target(None, (Problem("operation-missing", at, message, hint),))
    return Target(operation)


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
        return Target(None, (Problem("operation-missing", at, message, "operationIds are case-sensitive"),))
    problems = () if match else _unqualified(operation_id, found, document, at)
    is_one = len({(operation.method, operation.path) for operation in found}) == 1
    may_choose = match is not None or len(document.sources) == 1 or dialect == "lenient"
    return Target(found[0] if is_one and may_choose else None, problems)


def _unqualified(
    operation_id: str, found: Sequence[OperationTarget], document: Document, at: str
) -> tuple[Problem, ...]:
    problems: list[Problem] = []
    hint = f"write `$sourceDescriptions.{found[0].source}.{operation_id}`"
    if len(document.sources) > 1:
        message = f"'{operation_id}' does not say which of the {len(document.sources)} source descriptions it is from"
        problems.append(Problem("operation-id-unqualified", at, message, hint))
    if len(found) > 1:
        places = ", ".join(f"{operation.source} ({operation.method} {operation.path})" for operation in found)
        message = f"'{operation_id}' is described {len(found)} times: {places}"
        problems.append(Problem("operation-id-ambiguous", at, message, hint))
    return tuple(problems)


def _unknown_source(name: str, document: Document, at: str) -> Problem | None:
    names = [source.name for source in document.sources]
    if name in names:
        return None
    return Problem("source-missing", at, f"there is no source description '{name}'", f"known: {', '.join(names)}")
