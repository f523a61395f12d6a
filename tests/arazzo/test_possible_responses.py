"""What criteria say about each response that is described."""

from __future__ import annotations

import pytest

from mock_knock.arazzo.criterion import Criterion, CriterionType
from mock_knock.arazzo.document import Step
from mock_knock.arazzo.expressions.pointer import MISSING
from mock_knock.arazzo.linting.possible_responses import (
    MAX_RESPONSES,
    PossibleResponse,
    expand_statuses,
    judge,
    make_responses,
    read_members,
    succeeds,
)
from mock_knock.arazzo.queries.selector import Selector

STEP = Step(
    "s",
    "a",
    outputs={
        "status": "$response.body#/status",
        "all": "$response.body",
        "code": "$statusCode",
        "url": "$url",
        "odd": "odd",
        "picked": Selector("$response.body", "/status", "jsonpointer"),
    },
)
DONE = PossibleResponse(200, {"/status": "done", "/gone": MISSING, "/none": None})


@pytest.mark.parametrize(
    ("expected", "condition"),
    [
        (True, "$statusCode == 200"),
        (False, "$statusCode > 200"),
        (True, "$response.body#/status == 'DONE'"),
        (True, "$response.body.status == 'done'"),
        (False, "$response.body#/status != 'done'"),
        (None, "$response.body#/other == 'done'"),
        (None, "$response.header.X == 'done'"),
        (None, "$statusCode.x == 1"),
        (True, "$response.body#/gone == null"),
        (False, "$response.body#/none"),
        (True, "$response.body#/status"),
        (False, "!$response.body#/status"),
        (None, "!$response.body#/other"),
        (None, "$response.body#/other == $statusCode"),
        # outputs of the step itself, and others
        (True, "$steps.s.outputs.status == 'done'"),
        (True, "$steps.s.outputs.all#/status == 'done'"),
        (True, "$steps.s.outputs.all.status == 'done'"),
        (True, "$steps.s.outputs.code == 200"),
        (None, "$steps.s.outputs.url == 'x'"),
        (None, "$steps.s.outputs.odd == 'x'"),
        (None, "$steps.s.outputs.picked == 'done'"),
        (None, "$steps.s.outputs.no == 'x'"),
        (None, "$steps.t.outputs.status == 'done'"),
        # joined
        (True, "$statusCode == 200 && $response.body#/status == 'done'"),
        (False, "$statusCode == 201 && $inputs.x"),
        (None, "$statusCode == 200 && $inputs.x"),
        (True, "$statusCode == 200 || $inputs.x"),
        (None, "$statusCode == 201 || $inputs.x"),
        (False, "$statusCode == 201 || $statusCode == 202"),
        (None, "$statusCode = 200"),
    ],
)
def test_simple_conditions(condition: str, *, expected: bool | None) -> None:
    """A simple condition is true, false or unknown; a part that is unknown matters only where it decides."""
    assert expected is judge(Criterion(condition), STEP, DONE)


@pytest.mark.parametrize(
    ("expected", "kind", "condition", "context"),
    [
        (True, "jsonpath", "$[?@.status == 'done']", "$response.body"),
        (True, "jsonpath", "$.other == 'x' || $.status == 'done'", "$response.body"),
        (False, "jsonpath", "$.status == 'Done'", "$response.body"),
        (False, "jsonpath", "$.gone == null", "$response.body"),
        (None, "jsonpath", "$.status == 'x' || $.other == 'x'", "$response.body"),
        (None, "jsonpath", "$.status", "$response.body"),
        (True, "regex", "^(done|failed)$", "$response.body#/status"),
        (False, "regex", "^x", "$steps.s.outputs.status"),
        (None, "regex", "^2", "$statusCode"),
        (False, "regex", "x", "$response.body#/gone"),
        (False, "regex", "x", "$response.body#/none"),
        (None, "regex", "x", "$response.body#/other"),
        (None, "regex", "{$inputs.x}", "$response.body#/status"),
        (None, "regex", "(", "$response.body#/status"),
        (None, "regex", "^d+", "$response.body#/status"),
        (None, "regex", "x", None),
        (None, "xpath", "/x", "$response.body"),
    ],
)
def test_typed_conditions(kind: CriterionType, condition: str, context: str | None, *, expected: bool | None) -> None:
    """Queries are read as comparisons of members, patterns are tried on the value; the rest is unknown."""
    assert expected is judge(Criterion(condition, context, kind), STEP, DONE)


@pytest.mark.parametrize(
    ("members", "criterion"),
    [
        ({"/a", "/b"}, Criterion("$response.body#/a == 1 || $response.body.b && $statusCode == $inputs.x")),
        ({"/status"}, Criterion("$steps.s.outputs.status == 1")),
        ({"/a"}, Criterion("$.a == 1", "$response.body", "jsonpath")),
        (set(), Criterion("$.a", "$response.body", "jsonpath")),
        ({"/a"}, Criterion("x", "$response.body#/a", "regex")),
        (set(), Criterion("x", None, "regex")),
        (set(), Criterion("=")),
    ],
)
def test_members_that_are_read(members: set[str], criterion: Criterion) -> None:
    """The members of the response body that a criterion reads are known by their pointers."""
    assert frozenset(members) == read_members(criterion, STEP)


def test_combinations() -> None:
    """Every success comes with every value; other statuses say nothing about the body."""
    assert (
        PossibleResponse(200, {"/a": 1, "/b": None}),
        PossibleResponse(200, {"/a": 2, "/b": None}),
        PossibleResponse(404),
    ) == make_responses([200, 404], {"/a": (1, 2), "/b": (None,)})
    assert (PossibleResponse(200),) == make_responses([200], {})


def test_too_many_responses() -> None:
    """Beyond a bound nothing is known about bodies."""
    many = tuple(range(MAX_RESPONSES))
    assert MAX_RESPONSES == len(make_responses([200], {"/a": many}))
    assert (PossibleResponse(200), PossibleResponse(201)) == make_responses([200, 201], {"/a": many})


@pytest.mark.parametrize(
    ("expected", "described", "condition"),
    [
        ((200, 404), ("200", "404"), "$statusCode == 201"),
        ((200, 201, 202, 203, 299), ("2XX",), "$statusCode == 202 || $statusCode == 404"),
        ((200, 299, 500), ("2xx", "500"), ""),
        ((100, 199, 200, 299, 300, 399, 400, 499, 500, 599), ("default",), ""),
        ((100, 199, 200, 299, 300, 399, 400, 499, 500, 502, 503, 504, 599), (), "$statusCode == 503"),
    ],
)
def test_statuses(expected: tuple[int, ...], described: tuple[str, ...], condition: str) -> None:
    """Of a range the ends count, and what a condition names, with its neighbours."""
    assert expected == expand_statuses(described, (Criterion(condition),))


@pytest.mark.parametrize(
    ("expected", "criteria", "status"),
    [
        (True, (), 299),
        (False, (), 300),
        (True, ("$statusCode == 300",), 300),
        (False, ("$inputs.x", "$statusCode == 300"), 200),
        (None, ("$inputs.x", "$statusCode == 300"), 300),
    ],
)
def test_success(criteria: tuple[str, ...], status: int, *, expected: bool | None) -> None:
    """A step passes when all its criteria hold; without any a status from 200 to 299 is enough."""
    step = Step("s", "a", success_criteria=tuple(map(Criterion, criteria)))
    assert expected is succeeds(step, PossibleResponse(status))
