"""Whether the facts of a seed keep the contract, so that no rule meets what no request could bring."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from mock_knock.contract.judge import OperationJudge
from mock_knock.contract.records import JSON
from mock_knock.contract.violations import describe_schema_errors
from mock_knock.domain.bulk_operation import BULK_DELETE
from mock_knock.domain.reading import Place
from mock_knock.domain.seed import Seed, SeededOperation, SeededRun
from mock_knock.domain.seed_format import CODE
from mock_knock.errors import InvalidDocument
from mock_knock.messages import Finding, JsonValue

MAX_FINDINGS: Final = 50
_IDENTIFY, _TRIGGER = "bulkIdentifyUsers", "triggerWorkflow"


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a seed as a request would bring it.

    `at` is its pointer in the seed, `body` that of the request, and `depth` how deep in it the part lies.
    """

    at: str
    operation_id: str
    body: JsonValue
    depth: int


def check_seed(
    seed: Seed, operations: Mapping[str, OperationJudge], where: Place = lambda pointer: f"#{pointer}"
) -> None:
    """Hold each part of a seed against the contract of a request that would bring it.

    Raises:
        InvalidDocument: `seed-invalid`, with at most 50 findings.
    """
    found = chain.from_iterable(_find_breaches(part, operations[part.operation_id], where) for part in _parts(seed))
    findings = tuple(islice(found, MAX_FINDINGS))
    if findings:
        raise InvalidDocument.from_findings(findings)


def _parts(seed: Seed) -> Iterator[_Part]:
    for index, each in enumerate(seed.users):
        yield _Part(f"/users/{index}", _IDENTIFY, {"users": [each.row]}, 2)
    for index, each in enumerate(seed.objects):
        yield _Part(f"/objects/{index}", _TRIGGER, {"recipients": [each.row]}, 2)
    for index, each in enumerate(seed.tenants):
        yield _Part(f"/tenants/{index}", _TRIGGER, {"recipients": [], "tenant": each.row}, 1)
    for index, operation in enumerate(seed.bulk_operations):
        yield from _rows(operation, f"/bulk_operations/{index}/rows")
    for index, run in enumerate(seed.runs):
        yield _Part(f"/workflow_runs/{index}", _TRIGGER, _trigger(run), 0)


def _rows(operation: SeededOperation, at: str) -> Iterator[_Part]:
    """Yield the rows of an operation that will change a user."""
    first = operation.settled_rows
    if operation.name == BULK_DELETE:
        return
    for index, row in enumerate(operation.rows[first:], start=first):
        yield _Part(f"{at}/{index}", _IDENTIFY, {"users": [row]}, 2)


def _trigger(run: SeededRun) -> JsonValue:
    return {"recipients": [], "data": run.data, "settings": run.settings, "cancellation_key": run.cancellation_key}


def _find_breaches(part: _Part, operation: OperationJudge, where: Place) -> Iterator[Finding]:
    errors = operation.judge.body_errors(operation.operation, JSON, part.body)
    for breach in describe_schema_errors("seed", errors):
        inner = "".join(f"/{token}" for token in breach.location.split("/")[1 + part.depth :])
        message = f"this breaks the contract: it {breach.message}"
        yield Finding(CODE, "error", message, where(part.at + inner), "write it as a request would send it")
