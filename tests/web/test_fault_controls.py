"""The controls of faults and of time under `/_mock`."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from werkzeug.test import Client

from mock_knock.domain.clock import LATEST
from mock_knock.domain.faults.read_fault import MAX_FAULTS
from mock_knock.local import FakeOptions, build_fake, catalogue
from tests.web.faulty import IDENTIFY, TRIGGER, UNKNOWN, USERS, Json, counters, fault, seconds, set_up
from tests.web.wsgi_fake import KEY, WsgiFake, new_fake

NOW = "2026-01-01T00:00:00.000Z"


@pytest.fixture
def fake() -> WsgiFake:
    """Return a fake of its own."""
    return new_fake()


def control(fake: WsgiFake, method: str, path: str, value: Any = None, **fields: str) -> tuple[int, Any]:
    """Use a control and return status and decoded answer."""
    body = None if value is None else orjson.dumps(value)
    answer = fake.send(method, f"/_mock{path}", body, **fields)
    return answer.status_code, answer.get_json(silent=True)


def test_a_fault_is_added_and_removed(fake: WsgiFake) -> None:
    """POST sets a fault up at once, GET lists it, DELETE takes it down at once and says when it was not there."""
    written = {"id": "f", "on": "*", "do": {"status": 503}}
    shown = {**written, "matched": 0, "fired": 0, "seconds_left": None}
    assert (201, shown) == control(fake, "POST", "/faults", {"id": "f", "do": {"status": 503}})
    assert (200, {"seed": 0, "faults": [shown]}) == control(fake, "GET", "/faults")
    assert 503 == fake.send("GET", UNKNOWN).status_code
    assert (204, None) == control(fake, "DELETE", "/faults/f")
    assert 404 == fake.send("GET", UNKNOWN).status_code
    status, answer = control(fake, "DELETE", "/faults/f")
    assert (404, "resource_missing", True) == (status, answer["code"], "f" in answer["message"])


def test_a_fault_without_a_name_gets_one() -> None:
    """Faults that name no id are told apart by one that they get."""
    client = Client(build_fake(FakeOptions(clock="manual")).application)
    ids = [client.post("/_mock/faults", json={"do": {"status": 503}}).get_json()["id"] for _ in range(2)]
    assert {"fault-"} == {each[:6] for each in ids}
    assert ids == [each["id"] for each in client.get("/_mock/faults").get_json()["faults"]]


def test_a_fault_is_replaced(fake: WsgiFake) -> None:
    """A fault with the id of another one takes its place in the order and counts from nothing."""
    set_up(fake, fault({"status": 500}, id="a"), fault({"status": 502}, id="b"))
    fake.send("GET", UNKNOWN)
    control(fake, "POST", "/faults", {"id": "a", "do": {"status": 504}})
    assert {"a": (0, 0), "b": (1, 0)} == counters(fake)
    assert 504 == fake.send("GET", UNKNOWN).status_code


def test_what_is_counted(fake: WsgiFake) -> None:
    """A fault counts the requests that match it, and apart from them those it happened to."""
    set_up(fake, fault({"status": 503}, on="getBulkOperation", when={"nth": [2, 4]}))
    statuses = [fake.send("GET", UNKNOWN).status_code for _ in range(5)]
    fake.send("GET", "/v1/users/ada")
    assert ([404, 503, 404, 503, 404], {"f": (5, 2)}) == (statuses, counters(fake))


def test_a_fault_ends_by_itself(fake: WsgiFake) -> None:
    """A fault with a time to live says what it has left, and is gone after it."""
    control(fake, "POST", "/faults", {"id": "f", "do": {"status": 503}, "ttl": "5m"})
    fake.world.clock.advance(299)
    assert 503 == fake.send("GET", UNKNOWN).status_code
    assert 1 == control(fake, "GET", "/faults")[1]["faults"][0]["seconds_left"]
    fake.world.clock.advance(60)
    assert [] == control(fake, "GET", "/faults")[1]["faults"]
    assert 404 == fake.send("GET", UNKNOWN).status_code


@pytest.mark.parametrize(
    ("value", "field", "told"),
    [
        ({}, "body", "'do' is missing"),
        ([], "body", "'a fault' must be a mapping"),
        ({"do": {}}, "do", "'do' says nothing"),
        ({"do": {"status": 99}}, "do.status", "must be a whole number from 200 to 599"),
        ({"do": {"status": 503, "wire": "reset"}}, "do.wire", "exclude each other"),
        ({"do": {"wire": "bang"}}, "do.wire", "must be one of: reset, empty"),
        ({"do": {"headers": {"x-a": "a\r\nSet-Cookie: b"}}}, "do.headers.x-a", "no line ends"),
        ({"do": {"headers": {"Content-Length": "1"}}}, "do.headers.Content-Length", "no header that an answer"),
        ({"do": {"status": 503}, "when": {"nth": 0}}, "when.nth", "must be a number from 1"),
        ({"do": {"status": 503}, "when": {"match": {"header": {"a": 7}}}}, "when.match.header.a", "must be text"),
        ({"do": {"status": 503}, "ttl": "soon"}, "ttl", "must be a duration"),
        ({"do": {"status": 503}, "id": "a b"}, "id", "letters, digits"),
        ({"do": {"status": 503}, "on": 7}, "on", "an operationId, a list"),
        ({"do": {"status": 503}, "probability": 1}, "probability", "probability"),
    ],
)
def test_a_wrong_fault_is_refused(fake: WsgiFake, value: Any, field: str, told: str) -> None:
    """A fault that cannot be is refused with the place and a remedy, by itself and in a scenario; nothing changes."""
    set_up(fake, fault({"status": 418}))
    status, answer = control(fake, "POST", "/faults", value)
    error, *_ = answer["errors"]
    assert (422, "invalid_params", field) == (status, answer["code"], error["field"])
    assert told in error["message"]
    assert ": " in error["message"]
    status, answer = control(fake, "PUT", "/scenario", {"version": 1, "faults": [value]})
    inside = "faults[0]" if field == "body" else f"faults[0].{field}"
    assert (422, True) == (status, inside in [each["field"] for each in answer["errors"]])
    assert {"f": (0, 0)} == counters(fake)


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"", 400), (b'{"do": NaN}', 400)])
def test_a_fault_that_is_no_json(fake: WsgiFake, body: bytes, status: int) -> None:
    """Text that is no JSON is no fault."""
    assert status == fake.send("POST", "/_mock/faults", body).status_code
    assert 415 == fake.send("POST", "/_mock/faults", b"{}", Content_Type="text/plain").status_code


def test_there_are_only_so_many_faults(fake: WsgiFake) -> None:
    """One fault more than a scenario may have is refused; replacing one of them is not."""
    faults = [fault({"status": 418}, id=f"f{number}") for number in range(MAX_FAULTS)]
    set_up(fake, *faults)
    status, answer = control(fake, "POST", "/faults", {"id": "more", "do": {"status": 503}})
    assert (422, "id", True) == (status, answer["errors"][0]["field"], "DELETE some" in answer["errors"][0]["message"])
    assert 201 == control(fake, "POST", "/faults", {"id": "f7", "do": {"status": 503}})[0]


@pytest.mark.parametrize("scenario", catalogue(), ids=lambda each: each.name)
def test_a_scenario_is_a_fixed_point(fake: WsgiFake, scenario: Any) -> None:
    """What GET says of a bundled scenario, PUT takes and gives back, and each of its faults POST takes as well."""
    fake.world.follow(scenario)
    status, shown = control(fake, "GET", "/scenario")
    assert (200, scenario.name) == (status, shown["name"])
    assert (200, shown) == control(fake, "PUT", "/scenario", shown)
    assert (200, shown) == control(fake, "GET", "/scenario")
    for each in shown["faults"]:
        assert (201, {**each, "matched": 0, "fired": 0, "seconds_left": None}) == control(fake, "POST", "/faults", each)
    assert (200, shown) == control(fake, "GET", "/scenario")


def test_a_scenario_shows_what_was_added(fake: WsgiFake) -> None:
    """The scenario of a world has the faults that were added to it, and not those that were taken out."""
    set_up(fake, fault({"status": 500}, id="a"), fault({"status": 502}, id="b"))
    control(fake, "POST", "/faults", {"id": "c", "do": {"status": 504}})
    control(fake, "DELETE", "/faults/a")
    assert ["b", "c"] == [each["id"] for each in control(fake, "GET", "/scenario")[1]["faults"]]


@pytest.mark.parametrize("path", ["/reset", "/reset?all=1"])
def test_a_reset_forgets_faults(path: str) -> None:
    """A reset brings back the scenario of the beginning, with counters at nothing and time that goes as it did."""
    scenario = next(each for each in catalogue() if each.name == "503-once")
    client = Client(build_fake(FakeOptions(clock="x60", scenario=scenario)).application)
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    for _ in range(2):
        assert [503, 404] == [client.get(UNKNOWN, headers=headers).status_code for _ in range(2)]
        client.post("/_mock/faults", json={"id": "more", "do": {"status": 418}}, headers=headers)
        client.post("/_mock/clock/freeze", headers=headers)
        client.post(f"/_mock{path}", headers=headers)
        (shown,) = client.get("/_mock/faults", headers=headers).get_json()["faults"]
        assert ("503-once", 0, 0) == (shown["id"], shown["matched"], shown["fired"])
        assert not client.get("/_mock/clock", headers=headers).get_json()["standing"]


def test_worlds_are_separate(fake: WsgiFake) -> None:
    """Faults, their counters, verdicts and time of one key are not those of another."""
    set_up(fake, fault({"status": 418}))
    fake.send("GET", UNKNOWN)
    control(fake, "POST", "/clock/advance", {"seconds": 7})
    other = {"Authorization": "Bearer another"}
    assert [] == control(fake, "GET", "/faults", **other)[1]["faults"]
    assert [] == control(fake, "GET", "/scenario", **other)[1]["faults"]
    assert NOW == control(fake, "GET", "/clock", **other)[1]["now"]
    assert (0, 1) == tuple(control(fake, "GET", "/verdict", **each)[1]["requests"] for each in (other, {}))
    assert 404 == control(fake, "DELETE", "/faults/f", **other)[0]


@pytest.mark.parametrize(
    ("to", "now"),
    [
        ("2030-01-01T00:00:00Z", "2030-01-01T00:00:00.000Z"),
        ("2030-01-01T02:00:00+02:00", "2030-01-01T00:00:00.000Z"),
        (NOW, NOW),
        (LATEST.isoformat(), "9000-01-01T00:00:00.000Z"),
    ],
)
def test_time_travels_forward(fake: WsgiFake, to: str, now: str) -> None:
    """The clock is moved to an instant, however it is written; to the present one, too."""
    assert (200, {"now": now, "standing": True}) == control(fake, "POST", "/clock/travel_to", {"to": to})
    assert now == control(fake, "GET", "/clock")[1]["now"]


@pytest.mark.parametrize(
    "to",
    [None, 7, "", "soon", "2030-01-01", "2030-01-01T00:00:00", "2025-12-31T23:59:59Z", "9000-01-01T00:00:01Z", [], {}],
)
def test_time_does_not_travel_anywhere(fake: WsgiFake, to: Any) -> None:
    """What is no instant, has passed, or lies beyond the calendar is refused by name and changes nothing."""
    status, answer = control(fake, "POST", "/clock/travel_to", {"to": to})
    assert (422, "to", 0) == (status, answer["errors"][0]["field"], seconds(fake))


def test_time_stands_and_goes_on() -> None:
    """A clock that goes by itself stands from freeze to resume, whatever is advanced counts, and then it goes on."""
    client = Client(build_fake(FakeOptions(clock="x99999")).application)

    def clock(path: str = "", value: Any = None) -> Json:
        answer = client.open(f"/_mock/clock{path}", method="POST" if path else "GET", json=value)
        found: Json = answer.get_json()
        return found

    assert not clock()["standing"]
    frozen = clock("/freeze")
    assert frozen["standing"]
    assert [frozen] * 3 == [clock("/freeze"), clock(), clock("/advance", {"seconds": 0})]
    moved = clock("/advance", {"seconds": 3600})
    assert (moved, True) == (clock(), moved["now"] > frozen["now"])
    resumed = clock("/resume")
    assert (False, True) == (resumed["standing"], moved["now"] <= resumed["now"])
    assert clock("/resume")["now"] <= clock()["now"]


def test_a_manual_clock_always_stands(fake: WsgiFake) -> None:
    """Freezing and resuming change nothing where time never goes by itself."""
    shown = (200, {"now": NOW, "standing": True})
    assert [shown] * 3 == [control(fake, "POST", f"/clock/{each}") for each in ("resume", "freeze", "resume")]


def test_a_frozen_clock_is_moved_by_delays() -> None:
    """While time stands still a delay moves it and takes no time."""
    client = Client(build_fake(FakeOptions(clock="real")).application)
    headers = {"Authorization": f"Bearer {KEY}", "X-Mock-Fault": "delay=1h"}
    frozen = client.post("/_mock/clock/freeze", headers=headers).get_json()["now"]
    client.post("/_mock/clock/travel_to", json={"to": "2100-01-01T00:00:00Z"}, headers=headers)
    assert 404 == client.get(UNKNOWN, headers=headers).status_code
    assert frozen < "2100-01-01T01:00:00.000Z" == client.get("/_mock/clock", headers=headers).get_json()["now"]


@pytest.mark.parametrize(
    ("client", "verdict"), [("success", "survived"), ("failure", "loud"), ("hung", "hung"), (None, "survived")]
)
def test_a_verdict_without_harm(fake: WsgiFake, client: str | None, verdict: str) -> None:
    """Where nothing was broken the verdict is what the client says; without a word it says success."""
    fake.identify("ada")
    status, found = control(fake, "GET", "/verdict" + (f"?client={client}" if client else ""))
    assert (200, {"client": client or "success", "verdict": verdict, "requests": 1, "broken": []}) == (status, found)


@pytest.mark.parametrize("client", ["", "good", "SUCCESS"])
def test_a_verdict_on_nobody(fake: WsgiFake, client: str) -> None:
    """A client reports success or failure, or it hung; anything else is refused by name."""
    status, answer = control(fake, "GET", f"/verdict?client={client}")
    assert (422, "client") == (status, answer["errors"][0]["field"])
    assert "must be one of: success, failure, hung" == answer["errors"][0]["message"]


def test_a_verdict_with_harm(fake: WsgiFake) -> None:
    """Each broken invariant has its name, a message about the first time, and how often it was."""
    for _ in range(3):
        fake.send("POST", IDENTIFY, USERS)
    fake.send("POST", TRIGGER, b'{"recipients": ["ada"]}')
    status, found = control(fake, "GET", "/verdict?client=success")
    assert (200, "silent", 4) == (status, found["verdict"], found["requests"])
    first, second = found["broken"]
    assert ("batch-first", 1, True) == (first["invariant"], first["count"], "ada" in first["message"])
    assert ("one-effect", 2, True) == (second["invariant"], second["count"], IDENTIFY in second["message"])
    for client in ("failure", "hung"):
        told = control(fake, "GET", f"/verdict?client={client}")[1]
        assert ({"failure": "loud", "hung": "hung"}[client], found["broken"]) == (told["verdict"], told["broken"])


def test_what_was_broken_is_remembered(fake: WsgiFake) -> None:
    """A state that is put takes nothing back of what was broken; a reset does."""
    for _ in range(2):
        fake.send("POST", IDENTIFY, USERS)
    broken = control(fake, "GET", "/verdict")[1]
    assert "silent" == broken["verdict"]
    control(fake, "PUT", "/state", {"version": 1})
    assert broken == control(fake, "GET", "/verdict")[1]
    control(fake, "POST", "/reset", {})
    assert (0, []) == tuple(control(fake, "GET", "/verdict")[1][name] for name in ("requests", "broken"))
