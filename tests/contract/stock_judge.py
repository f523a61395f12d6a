"""Requests and responses judged by this project and by stock openapi-core, with the bundled descriptions."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import orjson
import pytest
import yaml
from hypothesis import settings
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from openapi_core.validation.schemas.exceptions import InvalidSchemaValue

from mock_knock.contract.description import load_description
from mock_knock.contract.judge import Judge, OperationJudge
from mock_knock.contract.overlay import apply_overlay, parse_overlay
from mock_knock.contract.records import RequestRecord, request_record
from mock_knock.contract.violations import BrokenRules
from mock_knock.messages import JsonValue
from mock_knock.served import DESCRIPTIONS

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "openapi"
OPERATIONS = {
    # operationId: number of its file, path parameters
    "bulkIdentifyUsers": (0, {}),
    "getBulkOperation": (1, {"id": "7f1c0f4e-2a52-4a53-9a2b-2f3f0a5d6b10"}),
    "triggerWorkflow": (2, {"key": "new-comment"}),
}
HEADERS = {"Authorization": "Bearer sk_test_local", "Content-Type": "application/json"}

Places = set[tuple[str | int, ...]]

many = settings(max_examples=max(200, settings().max_examples))
with_and_without_overlay = pytest.mark.parametrize("repaired", [False, True], ids=["published", "repaired"])


def load(name: str) -> JsonValue:
    """Return a decoded fixture."""
    return yaml.load((FOLDER / name).read_bytes(), Loader=yaml.CSafeLoader)


@cache
def judges(*, repaired: bool) -> tuple[Judge, ...]:
    """Return the judges of the bundled descriptions, as published or with the overlay."""
    documents = tuple(load(name) for name in DESCRIPTIONS)
    overlay = parse_overlay(load("knock-overlay.yml"), where="knock-overlay.yml")
    changed = apply_overlay(overlay, documents) if repaired else documents
    return tuple(
        Judge(load_description(name, value, where=name)) for name, value in zip(DESCRIPTIONS, changed, strict=True)
    )


@cache
def stock(number: int, *, repaired: bool) -> OpenAPI:
    """Return stock openapi-core for one of these descriptions, with the same decoder of JSON and nothing else."""
    config = Config(
        spec_validator_cls=None,  # type: ignore[arg-type]  # None skips the check of the description
        extra_media_type_deserializers={"application/json": orjson.loads},
    )
    return OpenAPI.from_dict(dict(judges(repaired=repaired)[number].description.document), config=config)


def places(errors: Iterable[Exception]) -> Places | None:
    """Return where a body is wrong, or None when nothing is; other faults of a message do not occur here."""
    causes = [error.__cause__ for error in errors]
    found: Places = set()
    for cause in causes:
        assert isinstance(cause, InvalidSchemaValue)
        for error in cause.schema_errors:
            broken = error.errors if isinstance(error, BrokenRules) else [error]
            found |= {tuple(each.path) for each in broken}  # type: ignore[union-attr]  # both kinds have it
    return found if causes else None


def record(id_: str, data: bytes, *, repaired: bool) -> RequestRecord:
    """Return a request in the form of the judge."""
    number, path = OPERATIONS[id_]
    operation = judges(repaired=repaired)[number].description.operations[0]
    return request_record(operation, path=path, query={}, headers=tuple(HEADERS.items()), body=data)


def decoded(id_: str, data: bytes, *, repaired: bool) -> RequestRecord:
    """Return a request as the fake has it, whose body is decoded before it is judged."""
    found = record(id_, data, repaired=repaired)
    found.value = orjson.loads(data)
    return found


def mock_request(id_: str, data: bytes, *, repaired: bool) -> MockRequest:
    """Return the same request in the form of openapi-core."""
    number, path = OPERATIONS[id_]
    operation = judges(repaired=repaired)[number].description.operations[0]
    server, url = "https://api.knock.app", operation.path.format(**path)
    return MockRequest(server, operation.method.lower(), url, headers=HEADERS, view_args=path, data=data)


def check_request(id_: str, body: JsonValue, *, repaired: bool) -> None:
    """Assert that judge and stock openapi-core think the same of a request with this body."""
    data, number = json.dumps(body).encode(), OPERATIONS[id_][0]
    found = judges(repaired=repaired)[number]
    asked = mock_request(id_, data, repaired=repaired)
    expected = places(stock(number, repaired=repaired).request_validator.iter_errors(asked))
    full = found._full.request_errors(record(id_, data, repaired=repaired))  # noqa: SLF001  # no plan
    assert expected == places(full)
    violations = found.request_violations(record(id_, data, repaired=repaired))
    assert (expected is None) == (violations == ())
    of_fake = OperationJudge(found, found.description.operations[0])
    assert set(violations) == set(of_fake.request_violations(decoded(id_, data, repaired=repaired)))


def check_response(id_: str, status: int, body: JsonValue, *, repaired: bool) -> None:
    """Assert that judge and stock openapi-core think the same of a response with this body."""
    data, number = json.dumps(body).encode(), OPERATIONS[id_][0]
    found = judges(repaired=repaired)[number]
    answered, asked = MockResponse(data, status), mock_request(id_, b"", repaired=repaired)
    expected = places(stock(number, repaired=repaired).response_validator.iter_errors(asked, answered))
    full = found._full.response_errors(record(id_, b"", repaired=repaired), answered)  # noqa: SLF001  # no plan
    assert expected == places(full)
    headers = (("Content-Type", "application/json"),)
    violations = found.response_violations(found.description.operations[0], status=status, headers=headers, body=data)
    assert (expected is None) == (violations == ())
