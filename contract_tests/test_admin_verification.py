"""Whether a world was asked what was expected: told at once, or waited for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import pytest
import requests

from contract_tests.knock_api import KnockApi, refusal

WELCOME = "/v1/workflows/welcome/trigger"

pytestmark = pytest.mark.controls


def verified(knock: KnockApi, **expectation: Any) -> dict[str, Any]:
    """Return what became of an expectation."""
    return knock.control("POST", "/requests/verify", expectation)


def waited(knock: KnockApi, **query: Any) -> dict[str, Any]:
    """Return what became of an expectation that was waited for."""
    return knock.control("GET", f"/requests/wait?{urlencode(query, doseq=True)}")


@pytest.fixture
def asked(knock: KnockApi) -> KnockApi:
    """Return a world that was asked for a batch, and then twice for a trigger."""
    knock.identify({"id": "ada"})
    for step in (1, 2):
        knock.trigger("welcome", {"recipients": ["ada"], "data": {"step": step}})
    return knock


@pytest.mark.parametrize(
    ("times", "passed"),
    [
        ({}, True),
        ({"exactly": 2}, True),
        ({"exactly": 1}, False),
        ({"exactly": 3}, False),
        ({"at_least": 2}, True),
        ({"at_least": 3}, False),
        ({"at_most": 2}, True),
        ({"at_most": 1}, False),
        ({"at_most": 0}, False),
        ({"at_least": 1, "at_most": 2}, True),
        ({"at_least": 0, "at_most": 1}, False),
    ],
)
def test_how_often(asked: KnockApi, times: dict[str, int], *, passed: bool) -> None:
    """An expectation holds when as many requests count as it says, at least one where it says nothing."""
    found = verified(asked, operation="triggerWorkflow", workflow="welcome", **times)
    assert (passed, 2, [2, 3]) == (found["passed"], found["count"], found["matched"])
    assert found == waited(asked, operation="triggerWorkflow", workflow="welcome", timeout=0, **times)


def test_never(asked: KnockApi) -> None:
    """That something was never asked is an expectation, too."""
    assert verified(asked, workflow="goodbye", at_most=0)["passed"]
    assert not verified(asked, workflow="welcome", at_most=0)["passed"]


@pytest.mark.parametrize(
    "expectation",
    [
        {"recipient": "ada", "body": {"data": {"step": 1}}, "exactly": 1},
        {"operation": ["triggerWorkflow", "bulkIdentifyUsers"], "exactly": 3},
        {"user": "ada", "exactly": 3},
        {"status": 200, "exactly": 3},
        {"status": "2xx", "creates": True, "exactly": 3},
        {"header": {"Content-Type": "application/*"}, "attempt": 0, "exactly": 3},
    ],
)
def test_which_requests_count(asked: KnockApi, expectation: dict[str, Any]) -> None:
    """Every part of a pattern counts, alone and together with others."""
    found = verified(asked, **expectation)
    assert found["passed"], found["message"]


def test_a_failure_tells_the_nearest(asked: KnockApi) -> None:
    """What failed tells the nearest requests and each difference, in its message and as data."""
    found = verified(asked, workflow="welcome", body={"data": {"step": 3}})
    (difference,) = found["near_misses"][0]["differences"]
    assert {"field": "body.data.step", "expected": "3", "actual": "2"} == difference
    assert "body.data.step: expected 3, actual 2" in found["message"]


def test_what_came_in_order(asked: KnockApi) -> None:
    """Requests that came one after another, whatever came between, pass; another order does not."""
    batch, one, two = (
        {"operation": "bulkIdentifyUsers"},
        {"body": {"data": {"step": 1}}},
        {"body": {"data": {"step": 2}}},
    )
    assert (True, 3, [1, 2, 3]) == order(asked, batch, one, two)
    assert (True, 2, [1, 3]) == order(asked, batch, two)
    assert (False, 1, [3]) == order(asked, two, one)
    assert (False, 2, [1, 2]) == order(asked, batch, one, {"operation": "cancelWorkflow"})


def order(knock: KnockApi, *listed: dict[str, Any]) -> tuple[bool, int, list[int]]:
    """Return what became of an order: whether it holds, and what was found of it."""
    found = verified(knock, in_order=[*listed])
    return found["passed"], found["count"], found["matched"]


@pytest.mark.parametrize(
    ("expectation", "fields"),
    [
        ({"exactly": 1, "at_least": 1}, ["exactly"]),
        ({"at_least": 2, "at_most": 1}, ["at_least"]),
        ({"exactly": -1}, ["exactly"]),
        ({"exactly": None, "attempt": None}, ["attempt", "exactly"]),
        ({"workflow": ""}, ["workflow"]),
        ({"workflow": None}, ["workflow"]),
        ({"operation": []}, ["operation"]),
        ({"operation": ["getUser", "getUsr"]}, ["operation"]),
        ({"status": "2XX"}, ["status"]),
        ({"status": True}, ["status"]),
        ({"creates": "yes"}, ["creates"]),
        ({"header": {"X Team": "red"}}, ["header.X Team"]),
        ({"header": {"X-Team": ""}}, ["header.X-Team"]),
        ({"header": []}, ["header"]),
        ({"in_order": []}, ["in_order"]),
        ({"in_order": [{}, {"attempt": "x"}]}, ["in_order[1].attempt"]),
        ({"in_order": [{"exactly": 1}]}, ["in_order[0].exactly"]),
        ({"in_order": {}}, ["in_order", "in_order"]),
    ],
)
def test_an_expectation_that_makes_no_sense(knock: KnockApi, expectation: dict[str, Any], fields: list[str]) -> None:
    """An expectation that cannot be meant is refused with the place of each mistake and a remedy."""
    assert (422, fields) == refusal(knock.post("/_mock/requests/verify", expectation))


@pytest.fixture
def later() -> Iterator[Callable[..., Future[Any]]]:
    """Yield what carries something out in another thread, all of which has ended afterwards."""
    with ThreadPoolExecutor(2) as pool:
        yield pool.submit


def pause(knock: KnockApi) -> None:
    """Ask something else in between, which is answered whatever waits."""
    knock.control("GET", "/health")


def test_what_is_there_is_not_waited_for(asked: KnockApi) -> None:
    """An expectation that holds already is answered at once, however long it might have been waited for."""
    assert waited(asked, operation="triggerWorkflow", at_least=2, timeout=60)["passed"]
    assert waited(asked, operation="getUser", at_most=0, timeout=60)["passed"]


def test_a_wait_ends_when_it_comes(knock: KnockApi, later: Callable[..., Future[Any]]) -> None:
    """A request of another client ends a wait at once, and only when enough have come."""
    with requests.Session() as session:
        waiting = later(waited, KnockApi(knock.url, knock.api_key, session), workflow="welcome", at_least=2, timeout=60)
        pause(knock)
        knock.trigger("goodbye", {"recipients": []})
        knock.trigger("welcome", {"recipients": []})
        knock.trigger("welcome", {"recipients": []})
        found = waiting.result(30)
    assert (True, 2) == (found["passed"], found["count"])


def test_a_wait_that_is_over_tells_why(knock: KnockApi) -> None:
    """When the time is over, the answer says what was found until then."""
    knock.trigger("welcome", {"recipients": ["ada"]})
    found = waited(knock, workflow="welcome", recipient="bob", timeout=0)
    assert (False, 0) == (found["passed"], found["count"])
    assert "recipient: expected bob, actual ada" in found["message"]


def test_waits_hold_nobody_up(knock: KnockApi) -> None:
    """Many waits at one time leave the server free for everybody, and all of them end with the one request."""
    with ThreadPoolExecutor(12) as pool, requests.Session() as session:
        found = [pool.submit(waited, KnockApi(knock.url, knock.api_key, session), timeout=60) for _ in range(12)]
        pause(knock)
        knock.send("GET", "/v1/nowhere")
        assert [True] * 12 == [each.result(30)["passed"] for each in found]


def test_a_wait_outlives_a_reset(knock: KnockApi, later: Callable[..., Future[Any]]) -> None:
    """What came before a reset does not count afterwards, and what comes after it does."""
    knock.trigger("welcome", {"recipients": []})
    with requests.Session() as session:
        waiting = later(waited, KnockApi(knock.url, knock.api_key, session), workflow="welcome", at_least=2, timeout=60)
        pause(knock)
        knock.control("POST", "/reset")
        knock.trigger("welcome", {"recipients": []})
        assert not waited(knock, workflow="welcome", at_least=2, timeout=0)["passed"]
        knock.trigger("welcome", {"recipients": []})
        assert (True, [1, 2]) == (waiting.result(30)["passed"], waiting.result()["matched"])


def test_worlds_wait_for_themselves(knock: KnockApi) -> None:
    """A request with another key counts for another world."""
    other = KnockApi(knock.url, f"{knock.api_key}_other", knock.session)
    other.trigger("welcome", {"recipients": []})
    assert not waited(knock, timeout=0)["passed"]
    assert waited(other, timeout=0)["passed"]
