"""Whether users, objects and tenants of a seed keep the contract, so that no rule meets what no request could bring."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from mock_knock.contract.judge import OperationJudge
from mock_knock.contract.records import JSON
from mock_knock.contract.violations import describe_schema_errors
from mock_knock.domain.reading import Place
from mock_knock.domain.scenario import Row
from mock_knock.domain.seed import Seed
from mock_knock.domain.seed_format import CODE
from mock_knock.errors import InvalidDocument
from mock_knock.messages import Finding, JsonValue

MAX_FINDINGS: Final = 50


@dataclass(frozen=True, slots=True)
class _Kind:
    """How rows of one kind would come in a request: the operation, the body, and how deep in it a row lies."""

    name: str
    rows: Callable[[Seed], Sequence[Row]]
    operation_id: str
    body: Callable[[Row], JsonValue]
    depth: int


_KINDS: Final = (
    _Kind("users", lambda seed: seed.users, "bulkIdentifyUsers", lambda row: {"users": [row]}, 2),
    _Kind("objects", lambda seed: seed.objects, "triggerWorkflow", lambda row: {"recipients": [row]}, 2),
    _Kind("tenants", lambda seed: seed.tenants, "triggerWorkflow", lambda row: {"recipients": [], "tenant": row}, 1),
)


def check_entities(seed: Seed, operations: Mapping[str, OperationJudge], where: Place) -> None:
    """Hold each user, object and tenant of a seed against the contract of a request that would bring it.

    Raises:
        InvalidDocument: `seed-invalid`, with at most 50 findings.
    """
    findings = tuple(islice(_find_breaches(seed, operations, where), MAX_FINDINGS))
    if findings:
        raise InvalidDocument.from_findings(findings)


def _find_breaches(seed: Seed, operations: Mapping[str, OperationJudge], where: Place) -> Iterator[Finding]:
    for kind in _KINDS:
        operation = operations[kind.operation_id]
        for index, row in enumerate(kind.rows(seed)):
            errors = operation.judge.body_errors(operation.operation, JSON, kind.body(row))
            for breach in describe_schema_errors("seed", errors):
                inner = "".join(f"/{token}" for token in breach.location.split("/")[1 + kind.depth :])
                message = f"this breaks the contract: it {breach.message}"
                hint = "write it as a request would send it"
                yield Finding(CODE, "error", message, where(f"/{kind.name}/{index}{inner}"), hint)
