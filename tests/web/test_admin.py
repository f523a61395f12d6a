from __future__ import annotations

from typing import Any

import orjson
import pytest

from mock_knock.domain.clock import LATEST
from mock_knock.service.bulk import identify_users
from mock_knock.web.admin.clock import MAX_ADVANCE
from mock_knock.web.guard import ADMIN_TOKEN_HEADER, DEFAULT_KEY, AccessRules
from mock_knock.web.pipeline import MAX_BODY_BYTES
from tests.web.wsgi_fake import WsgiFake, new_fake

ROUTES = [
    ("GET", "/_mock/health"),
    ("GET", "/_mock/state"),
    ("POST", "/_mock/reset"),
    ("GET", "/_mock/requests"),
    ("GET", "/_mock/scenario"),
    ("PUT", "/_mock/scenario"),
    ("GET", "/_mock/clock"),
    ("POST", "/_mock/clock/advance"),
    ("POST", "/_mock/bulk_operations/182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e/transition"),
    ("GET", "/_mock/nowhere"),
    ("HEAD", "/_mock/state"),
    ("OPTIONS", "/_mock/state"),
    ("DELETE", "/_mock/state"),
]


@pytest.fixture
def fake() -> WsgiFake:
    """Return a fake of its own."""
    return new_fake()


def put(fake: WsgiFake, method: str, path: str, value: Any, **fields: str | None) -> tuple[int, Any]:
    """Send a JSON body and return status and decoded answer."""
    answer = fake.send(method, f"/_mock{path}", orjson.dumps(value), **fields)
    return answer.status_code, answer.get_json()


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize(
    "fields",
    [
        {"Host": "evil.example"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://[::1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_foreign_requests_reach_nothing(fake: WsgiFake, method: str, path: str, fields: dict[str, str]) -> None:
    """Whatever the method and the route, a request that a web page could have made gets 403, and no CORS header."""
    answer = fake.send(method, path, b"{}", **fields)
    assert 403 == answer.status_code
    assert not [name for name, _ in answer.headers if name.lower().startswith("access-control-")]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_the_token_guards_every_route(method: str, path: str) -> None:
    """With an admin token, no route answers without it."""
    fake = new_fake(AccessRules(admin_token="t0ken", is_local=False))
    assert 403 == fake.send(method, path, b"{}").status_code
    assert 403 != fake.send(method, path, b"{}", **{ADMIN_TOKEN_HEADER: "t0ken"}).status_code


def test_without_a_key_the_default_world_is_meant(fake: WsgiFake) -> None:
    """An admin request without Authorization looks into the world of the default key."""
    fake.send("POST", "/v1/users/bulk/identify", b'{"users": [{"id": "ada"}]}', Authorization=f"Bearer {DEFAULT_KEY}")
    assert 1 == len(fake.send("GET", "/_mock/state", Authorization=None).get_json()["bulk_operations"])
    assert 0 == len(fake.send("GET", "/_mock/state").get_json()["bulk_operations"])


@pytest.mark.parametrize(
    ("query", "others"), [("", 1), ("?all=1", 0), ("?all=true", 0), ("?all=0", 1), ("?all=false", 1)]
)
def test_a_reset_of_all(fake: WsgiFake, query: str, others: int) -> None:
    """`?all=1` resets every world, otherwise the one that is asked for."""
    fake.identify("ada")
    other = fake.service.world("another")
    identify_users(other, [{"id": "ada"}])
    fake.send("POST", f"/_mock/reset{query}")
    assert ((), others) == (tuple(fake.world.state.operations()), len(tuple(other.state.operations())))


def test_state_and_users_are_of_one_instant(fake: WsgiFake) -> None:
    """The state shows as many users as its operations say were processed."""
    fake.identify(*"abcd")
    for _ in range(8):
        fake.world.clock.advance(0.5)
        state = fake.send("GET", "/_mock/state").get_json()
        assert state["bulk_operations"][0]["settled_rows"] == len(state["users"])


def test_a_push_is_answered_with_the_operation(fake: WsgiFake) -> None:
    """A push shows the operation as Knock would, in its new state."""
    operation = fake.identify("ada")
    status, answer = put(fake, "POST", f"/bulk_operations/{operation['id']}/transition", {"to": "failed"})
    stamp = "2026-01-01T00:00:00.000Z"
    assert (200, {**operation, "status": "failed", "started_at": stamp, "failed_at": stamp}) == (status, answer)


@pytest.mark.parametrize("to", [[], {}, ["failed"], None, 1, True, "", "FAILED", "done"])
def test_a_push_to_nowhere(fake: WsgiFake, to: Any) -> None:
    """Anything but one of the four states is refused by name, whatever its type."""
    operation_id = fake.identify("ada")["id"]
    status, answer = put(fake, "POST", f"/bulk_operations/{operation_id}/transition", {"to": to})
    assert (422, "to") == (status, answer["errors"][0]["field"])
    assert "must be one of: queued, processing, completed, failed" == answer["errors"][0]["message"]


@pytest.mark.parametrize("path", ["/clock/advance", "/bulk_operations/182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e/transition"])
@pytest.mark.parametrize("body", [[], None, "to", 7])
def test_a_body_that_is_no_object(fake: WsgiFake, path: str, body: Any) -> None:
    """A control takes an object and says so."""
    status, answer = put(fake, "POST", path, body)
    assert (422, {"field": "body", "message": "must be an object", "type": None}) == (status, answer["errors"][0])


@pytest.mark.parametrize("id_", ["182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e", "ada", "%C3%A9"])
def test_a_push_of_nothing(fake: WsgiFake, id_: str) -> None:
    """A push of an operation that is not there is a 404."""
    status, answer = put(fake, "POST", f"/bulk_operations/{id_}/transition", {"to": "failed"})
    assert (404, "resource_missing") == (status, answer["code"])


@pytest.mark.parametrize("seconds", [-1, -0.001, MAX_ADVANCE + 1, 1e300, True, None, "1", [], {}])
def test_a_clock_goes_forward_by_a_number(fake: WsgiFake, seconds: Any) -> None:
    """A clock takes a number of seconds up to ten years at a time, and nothing else."""
    before = fake.world.clock.now()
    status, answer = put(fake, "POST", "/clock/advance", {"seconds": seconds})
    assert (422, "seconds", before) == (status, answer["errors"][0]["field"], fake.world.clock.now())


def test_a_clock_stays_within_the_calendar(fake: WsgiFake) -> None:
    """However often it is advanced, a clock does not leave the years that can be written down; all goes on working."""
    statuses = {put(fake, "POST", "/clock/advance", {"seconds": MAX_ADVANCE})[0] for _ in range(720)}
    assert {200, 422} == statuses
    assert fake.world.clock.now() <= LATEST
    assert "queued" == fake.identify("ada")["status"]
    assert 200 == fake.send("GET", "/_mock/state").status_code


def test_a_state_may_be_larger_than_a_request(fake: WsgiFake) -> None:
    """What was sent in many requests, and as deep as one may be, can be put as one state."""
    deep: Any = "x"
    for _ in range(98):
        deep = [deep]
    for number in range(3):
        fake.send("PUT", f"/v1/users/{number}", orjson.dumps({"big": "x" * 250_000, "deep": deep}))
    written = fake.send("GET", "/_mock/state").get_json()
    written["users"] = [{**each, "id": f"{each['id']}-{index}"} for index in range(16) for each in written["users"]]
    assert len(orjson.dumps(written)) > MAX_BODY_BYTES
    status, shown = put(fake, "PUT", "/state", written)
    assert (200, written) == (status, shown)


def test_a_scenario_is_set_and_shown(fake: WsgiFake) -> None:
    """A scenario that was put is the one that is shown and that holds from now on."""
    scenario = {"version": 1, "description": "At once.", "seed": 7, "bulk": {"progress": {"by": "immediate"}}}
    status, shown = put(fake, "PUT", "/scenario", scenario)
    assert (200, "inline", "At once.", 7) == (status, shown["name"], shown["description"], shown["seed"])
    assert shown == fake.send("GET", "/_mock/scenario").get_json()
    assert (200, shown) == put(fake, "PUT", "/scenario", shown)
    assert "completed" == fake.identify("ada")["status"]


def test_every_mistake_in_a_scenario_is_named(fake: WsgiFake) -> None:
    """A wrong scenario is refused with one entry for each mistake, its place and its remedy, and changes nothing."""
    before = fake.world.scenario
    status, answer = put(fake, "PUT", "/scenario", {"version": 2, "bulk": {"every": 0, "outcome": []}, "x": 1})
    assert (422, ["x", "version", "bulk.outcome", "bulk.every"]) == (
        status,
        [each["field"] for each in answer["errors"]],
    )
    assert all(": " in each["message"] for each in answer["errors"])
    assert before is fake.world.scenario


def test_the_clock_is_shown(fake: WsgiFake) -> None:
    """The clock tells its instant, and the one it was advanced to."""
    shown = {"now": "2026-01-01T00:00:00.000Z", "standing": True}
    assert shown == fake.send("GET", "/_mock/clock").get_json()
    assert (200, {**shown, "now": "2026-01-01T00:00:01.500Z"}) == put(fake, "POST", "/clock/advance", {"seconds": 1.5})


def test_a_visitor_is_welcomed(fake: WsgiFake) -> None:
    """The root says what this is, to anybody."""
    answer = fake.send("GET", "/", Authorization=None, Host="evil.example")
    assert (200, "mock-knock") == (answer.status_code, answer.get_json()["name"])
