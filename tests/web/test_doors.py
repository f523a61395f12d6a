"""The doors that single requests have to faults: a header, and reserved values in what they send."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from werkzeug.test import Client

from mock_knock.domain.faults.fault import Fault
from mock_knock.local import FakeOptions, build_fake, find_faults
from mock_knock.web.doors import MAX_HEADER, MAX_NAME, Doors
from tests.web.faulty import (
    APPLIED,
    IDENTIFY,
    RUN,
    TRIGGER,
    UNKNOWN,
    USERS,
    Json,
    counters,
    effects,
    entries,
    fault,
    lost,
    poll,
    seconds,
    set_up,
)
from tests.web.wsgi_fake import KEY, WsgiFake, new_fake

HEADER = "X-Mock-Fault"


@pytest.fixture
def fake() -> WsgiFake:
    """Return a fake of its own."""
    return new_fake()


@pytest.mark.parametrize(
    ("header", "status", "fields", "passed"),
    [
        ("status=503", 503, {}, 0),
        ("status=503, retry_after=1", 503, {"Retry-After": "1"}, 0),
        ("status=503,retry_after=1", 503, {"Retry-After": "1"}, 0),
        ("  status = 503 ,  retry_after = soon  ", 503, {"Retry-After": "soon"}, 0),
        ("status=429, retry_after.ms=50", 429, {"retry-after-ms": "50"}, 0),
        ("status=404, code=workflow_missing", 404, {}, 0),
        ("status=302", 302, {"Location": UNKNOWN}, 0),
        ("delay=2s", 404, {}, 2),
        ("delay=2.5", 404, {}, 2.5),
        ("delay.fixed=2s", 404, {}, 2),
        ("delay.lognormal.median=2s, delay.lognormal.sigma=0", 404, {}, 2),
        ("wire=slow_close, for=3s", 404, {}, 3),
        ("headers.x-a=1, headers.x-b=b c", 404, {"x-a": "1", "x-b": "b c"}, 0),
        ("status=204, body.replace=", 204, {}, 0),
        ("status=502, body.content_type=text/html, delay=1s", 502, {"Content-Type": "text/html"}, 1),
        ('{"status": 503, "retry_after": {"ms": 50}}', 503, {"retry-after-ms": "50"}, 0),
        (' {"headers": {"x-a": "\\u00e9"}}', 404, {"x-a": "é"}, 0),
        ('{"delay": {"uniform": ["2s", "2s"]}}', 404, {}, 2),
        ("status=503, attempt=0", 503, {}, 0),
        ("status=503, attempt=1", 404, {}, 0),
        ("undocumented-status", 418, {}, 0),
        ("  undocumented-status  ", 418, {}, 0),
        ("C7", 418, {}, 0),
        ("H3", 429, {"Retry-After": "61"}, 0),
        ("S1", 404, {}, 0.5),
        ("404-later", 404, {}, 0),
    ],
)
def test_a_header_brings_a_fault_about(
    fake: WsgiFake, header: str, status: int, fields: dict[str, str], passed: float
) -> None:
    """A header writes a fault down in pairs, in names with dots or in JSON, or names a bundled one, at any time."""
    answer = fake.send("GET", UNKNOWN, X_Mock_Fault=header)
    assert (status, passed) == (answer.status_code, seconds(fake))
    assert fields == {name: value for name, value in answer.headers if name in fields}
    assert ("attempt=1" not in header) == (APPLIED in answer.headers)
    assert 404 == fake.send("GET", UNKNOWN).status_code


@pytest.mark.parametrize(
    ("header", "named"),
    [("status=503", "header"), ("H2", "429-without-retry-after"), ("503-once", "503-once"), ('{"delay": 1}', "header")],
)
def test_what_a_header_brought_about_is_named(fake: WsgiFake, header: str, named: str) -> None:
    """A bundled fault goes by its name, one that is written down is called `header`; the journal says it as well."""
    assert named == fake.send("GET", UNKNOWN, X_Mock_Fault=header).headers[APPLIED]
    assert named == entries(fake)[0]["fault"]


@pytest.mark.parametrize(("header", "done"), [("wire=reset", 0), ("wire=reset, when_committed=after", 1), ("B10", 1)])
def test_a_header_breaks_the_wire(fake: WsgiFake, header: str, done: int) -> None:
    """A header can say what happens to the connection, and whether the request is carried out."""
    assert "reset" == lost(fake, "POST", IDENTIFY, USERS, header=header)
    assert (done, 0) == effects(fake)


def test_a_header_changes_a_bulk_operation(fake: WsgiFake) -> None:
    """Of a header that starts a bulk operation the operation keeps its course; of one that reads it only that read."""
    rows = b'{"users": [{"id": "ada"}, {"id": "bob"}]}'
    operation = fake.send("POST", IDENTIFY, rows, X_Mock_Fault="bulk.every=2").get_json()
    path = f"/v1/bulk_operations/{operation['id']}"
    assert "processing" == fake.send("GET", path, X_Mock_Fault="bulk.progress=[50]").get_json()["status"]
    assert "cancelled" == fake.send("GET", path, X_Mock_Fault="C5").get_json()["status"]
    found = [poll(fake, operation) for _ in range(3)][-1]
    assert ("completed", ["bob"]) == (found["status"], [each["id"] for each in found["error_items"]])


def test_a_name_means_what_its_scenario_is_about(fake: WsgiFake) -> None:
    """A bundled fault that is about other operations does not happen, and `when` does not count."""
    assert [503, 503] == [fake.send("GET", UNKNOWN, X_Mock_Fault="503-once").status_code for _ in range(2)]
    assert 200 == fake.send("POST", IDENTIFY, USERS, X_Mock_Fault="503-once").status_code
    assert "partial-errors" == fake.send("POST", IDENTIFY, USERS, X_Mock_Fault="B4").headers[APPLIED]


def test_a_header_counts_more_than_the_world(fake: WsgiFake) -> None:
    """A header that has a fault for its request takes the place of what the world would do; without one it does not."""
    set_up(fake, fault({"status": 500}))
    headers = ["status=418", "workflow-missing", "status=418, attempt=3"]
    assert [418, 500, 500] == [fake.send("GET", UNKNOWN, X_Mock_Fault=each).status_code for each in headers]


@pytest.mark.parametrize(
    ("header", "where", "remedy"),
    [
        ("", "/", "write it like `status=503`"),
        ("bang", "'bang' is neither the name of a bundled fault nor a pair", "write it like `status=503`"),
        ("immediate", "'immediate' is neither", "write it like `status=503`"),
        ("Z99", "'Z99' is neither", "write it like `status=503`"),
        ("../scenarios/503-once", "is neither", "write it like `status=503`"),
        ("503-once.yaml", "is neither", "write it like `status=503`"),
        ("status=503, bang", "'bang' is neither", "write it like `status=503`"),
        ("Status=503", "'Status=503' is neither", "write it like `status=503`"),
        ("status=99", "/status: 'status' must be a whole number", "write it like"),
        ("status=abc", "/status", "write it like"),
        ("status.x=1", "/status", "write it like"),
        ("status=503, status.x=1", "/status", "write it like"),
        ("retry_after=1", "/retry_after: 'retry_after' has no effect without 'status'", "add a status"),
        ("wire=bang", "/wire: 'wire' must be one of: reset, empty", "write `wire: reset`"),
        ("status=503, wire=reset", "/wire: 'status' and 'wire' exclude each other", "take one of them out"),
        ("delay=2h", "/delay: 'delay' must be a duration of at most 3600 s", "write it like"),
        ("delay.bang=1s", "/delay", "`delay: 2s`"),
        ("body.type.status=bang", "/body/type/status", "must be one of"),
        ("headers.content-length=7", "/headers/content-length", "use a name like"),
        ("status=503, attempt=x", "/when/match/attempt", "write it like"),
        ("bang=1", "bang", "("),
        ("{", "it is no JSON", 'write it like `{"status": 503}`'),
        ('{"status": NaN}', "it is no JSON", 'write it like `{"status": 503}`'),
        ("{}", "/: 'do' says nothing", "say what happens"),
        ('{"a": ' + "[" * 2_000, "it is no JSON", "write it like"),
        ("x" * (MAX_HEADER + 1), f"it has more than {MAX_HEADER} characters", "use a scenario"),
    ],
)
def test_a_header_that_cannot_be_used(fake: WsgiFake, header: str, where: str, remedy: str) -> None:
    """A header that means no fault is refused with the place of each mistake and a remedy; nothing is carried out."""
    answer = fake.send("POST", IDENTIFY, USERS, X_Mock_Fault=header)
    found = answer.get_json()
    assert (400, "fault_invalid", False) == (answer.status_code, found["code"], APPLIED in answer.headers)
    assert found["message"].startswith(f"The header {HEADER} cannot be used: ")
    assert where in found["message"]
    assert remedy in found["message"]
    assert (0, 0) == effects(fake)


def test_only_so_many_mistakes_are_told(fake: WsgiFake) -> None:
    """Of many mistakes the first three are told."""
    answer = fake.send("GET", UNKNOWN, X_Mock_Fault="a=1, b=2, c=3, d=4, status=503")
    assert 3 == answer.get_json()["message"].count("; ") + 1


RESERVED = [
    ("POST", IDENTIFY, {"users": [{"id": "ada"}, {"id": "mock:429-retry-after"}]}, 200),
    ("POST", IDENTIFY, {"users": [{"id": "ada"}, {"id": "mock:413-too-large"}]}, 413),
    ("POST", "/v1/users/bulk/delete", {"user_ids": ["mock:S1"]}, 200),
    ("POST", TRIGGER, {"recipients": ["mock:workflow-missing"]}, 404),
    ("POST", TRIGGER, {"recipients": [{"id": "mock:actor-missing", "name": "Ada"}]}, 422),
    ("POST", TRIGGER, {"recipients": ["mock:bang", "mock:", "mock:T4"]}, 404),
    ("POST", "/v1/workflows/mock-missing/trigger", {"recipients": []}, 404),
    ("POST", "/v1/workflows/mock-inactive/trigger", {"recipients": []}, 422),
    ("POST", "/v1/workflows/mock-workflow-missing/trigger", {"recipients": []}, 404),
    ("POST", "/v1/workflows/mock-too-many-recipients/trigger", {"recipients": []}, 422),
    ("POST", "/v1/workflows/mock-T5/trigger", {"recipients": []}, 422),
    ("POST", "/v1/workflows/mock-bang/trigger", {"recipients": []}, 200),
    ("POST", "/v1/workflows/mock-/trigger", {"recipients": []}, 200),
]


@pytest.mark.parametrize(("method", "path", "body", "status"), RESERVED)
def test_reserved_values_bring_a_fault_about(fake: WsgiFake, method: str, path: str, body: Any, status: int) -> None:
    """Users and workflows of reserved names mean the bundled fault of that name, where it is about the operation."""
    assert status == fake.send(method, path, orjson.dumps(body)).status_code


def test_a_reserved_user_in_a_path(fake: WsgiFake) -> None:
    """In a path a reserved user means a fault as well, wherever its name is percent-encoded."""
    for path in ("/v1/users/mock:latency-fixed", "/v1/users/mock%3Alatency-fixed/messages"):
        assert "latency-fixed" == fake.send("GET", path).headers[APPLIED]
    assert 1 == seconds(fake)


@pytest.mark.parametrize(("key", "code"), [("missing", "workflow_missing"), ("inactive", "workflow_inactive")])
def test_a_reserved_workflow_says_why(fake: WsgiFake, key: str, code: str) -> None:
    """The workflow `mock-missing` is missing, and `mock-inactive` is not active."""
    answer = fake.send("POST", f"/v1/workflows/mock-{key}/trigger", b'{"recipients": []}')
    assert (code, f"workflow-{key}") == (answer.get_json()["code"], answer.headers[APPLIED])


def test_the_row_of_a_reserved_user_fails(fake: WsgiFake) -> None:
    """The user `mock:error` ends in `error_items`, and nobody else does."""
    operation = fake.identify("ada", "mock:error", "bob")
    found = [poll(fake, operation) for _ in range(4)][-1]
    assert ("completed", ["mock:error"]) == (found["status"], [each["id"] for each in found["error_items"]])
    assert ["ada", "bob"] == [each["id"] for each in fake.send("GET", "/_mock/state").get_json()["users"]]


def test_a_reserved_user_without_a_row(fake: WsgiFake) -> None:
    """Where there are no rows `mock:error` is like any other user, and takes the place of no other fault."""
    set_up(fake, fault({"status": 418}, on="triggerWorkflow"))
    answer = fake.send("PUT", "/v1/users/mock:error", b"{}")
    assert (200, False) == (answer.status_code, APPLIED in answer.headers)
    assert 418 == fake.send("POST", TRIGGER, b'{"recipients": ["mock:error"]}').status_code
    assert 404 == fake.send("POST", TRIGGER, b'{"recipients": ["mock:error", "mock:T4"]}').status_code


def test_long_names_are_not_looked_up() -> None:
    """Nobody keeps what is far too long to be the name of a fault."""
    asked: list[str] = []

    def find(name: str) -> tuple[Fault, ...]:
        asked.append(name)
        return ()

    fake, long = new_fake(doors=Doors(find)), "x" * (MAX_NAME + 1)
    assert 400 == fake.send("GET", UNKNOWN, X_Mock_Fault=long).status_code
    fake.send("POST", TRIGGER, orjson.dumps({"recipients": [f"mock:{long}", f"mock:{long[1:]}"]}))
    fake.send("POST", f"/v1/workflows/mock-{long}/trigger", RUN)
    assert [long[1:]] == asked


def test_a_reserved_user_loses_an_answer(fake: WsgiFake) -> None:
    """Clients that cannot set headers can lose an answer, too."""
    assert "reset" == lost(fake, "POST", TRIGGER, b'{"recipients": ["mock:reset-after-commit"]}')
    assert (0, 1) == effects(fake)


def test_a_header_counts_more_than_reserved_values(fake: WsgiFake) -> None:
    """The header comes first, then reserved values, then the faults of the world."""
    set_up(fake, fault({"status": 418}))
    path = "/v1/workflows/mock-missing/trigger"
    answers = [fake.send("POST", path, RUN, X_Mock_Fault=each) for each in ("status=500", "503-once")]
    assert [500, 404] == [each.status_code for each in answers]
    assert 418 == fake.send("POST", TRIGGER, RUN).status_code


def test_values_that_only_look_reserved(fake: WsgiFake) -> None:
    """Names that begin otherwise, other members of a body, and objects are nothing special."""
    bodies: list[Json] = [
        {"recipients": ["xmock:workflow-missing"]},
        {"recipients": [], "data": {"id": "mock:workflow-missing"}},
        {"recipients": [{"id": "mock:workflow-missing", "collection": "projects"}]},
    ]
    assert [200] * 3 == [fake.send("POST", TRIGGER, orjson.dumps(each)).status_code for each in bodies]
    assert 200 == fake.send("POST", "/v1/workflows/x-mock-missing/trigger", b'{"recipients": []}').status_code


@pytest.mark.parametrize(
    ("doors", "header", "workflow"),
    [
        (Doors(find_faults, has_header=False), 404, 404),
        (Doors(find_faults, has_reserved_values=False), 418, 200),
        (Doors(find_faults, has_header=False, has_reserved_values=False), 404, 200),
        (Doors(), 418, 200),
    ],
)
def test_doors_can_be_closed(doors: Doors, header: int, workflow: int) -> None:
    """Where a door is closed, headers say nothing and reserved values are like any others; each has its own lock."""
    fake = new_fake(doors=doors)
    assert header == fake.send("GET", UNKNOWN, X_Mock_Fault="status=418").status_code
    path = "/v1/workflows/mock-missing/trigger"
    assert workflow == fake.send("POST", path, b'{"recipients": []}').status_code


@pytest.mark.parametrize(
    ("options", "header", "workflow"),
    [
        (FakeOptions(), 418, 404),
        (FakeOptions(has_header_faults=False), 404, 404),
        (FakeOptions(has_reserved_faults=False), 418, 200),
    ],
)
def test_a_fake_opens_both_doors(options: FakeOptions, header: int, workflow: int) -> None:
    """A fake has both doors open, and an option to close each."""
    client = Client(build_fake(options).application)
    fields = {"Authorization": f"Bearer {KEY}", "X-Mock-Fault": "C7"}
    assert header == client.get(UNKNOWN, headers=fields).status_code
    path, fields = "/v1/workflows/mock-missing/trigger", {"Authorization": f"Bearer {KEY}"}
    assert workflow == client.post(path, json={"recipients": []}, headers=fields).status_code


def test_a_closed_door_does_not_mind_mistakes() -> None:
    """A header that could not be used does no harm where headers say nothing."""
    fake = new_fake(doors=Doors(find_faults, has_header=False))
    assert 404 == fake.send("GET", UNKNOWN, X_Mock_Fault="bang").status_code


def test_faults_by_a_door_are_not_set_up(fake: WsgiFake) -> None:
    """What single requests bring about is no fault of their world."""
    fake.send("GET", UNKNOWN, X_Mock_Fault="status=503")
    fake.send("POST", "/v1/workflows/mock-missing/trigger", RUN)
    assert {} == counters(fake)


@pytest.mark.parametrize(
    "header",
    [
        '{"body": {"replace": ' + "[" * 400 + "]" * 400 + "}}",
        "body.replace=" + "[" * 400 + "]" * 400,
        "body.set" + ".x" * 2_000 + "=1",
        "status=503, code=x" + " " * 7_900 + "y, a",
    ],
)
def test_headers_made_to_harm(fake: WsgiFake, header: str) -> None:
    """What is deep without end is refused like any other mistake, and nothing is carried out."""
    answer = fake.send("POST", TRIGGER, RUN, X_Mock_Fault=header)
    assert (400, "fault_invalid") == (answer.status_code, answer.get_json()["code"])
    assert (0, 0) == effects(fake)


def test_a_fault_that_a_header_outranks(fake: WsgiFake) -> None:
    """A fault of the scenario that a header outranks has matched, and has not happened."""
    set_up(fake, fault({"status": 503}, on="getBulkOperation"))
    statuses = [fake.send("GET", UNKNOWN, X_Mock_Fault="status=418").status_code, fake.send("GET", UNKNOWN).status_code]
    (standing,) = fake.send("GET", "/_mock/faults").get_json()["faults"]
    assert ([418, 503], 2, 1) == (statuses, standing["matched"], standing["fired"])


def test_an_answer_that_a_header_repeats(fake: WsgiFake) -> None:
    """A fault that repeats the answer before does so by a header, too; a reset leaves nothing to repeat."""
    ids = [fake.send("POST", TRIGGER, RUN, X_Mock_Fault="dup-run-id").get_json()["workflow_run_id"] for _ in range(2)]
    assert ids[0] == ids[1]
    fake.send("POST", "/_mock/reset")
    after = fake.send("POST", TRIGGER, RUN, X_Mock_Fault="dup-run-id").get_json()["workflow_run_id"]
    assert ids[0] != after


def test_an_actor_with_a_reserved_value(fake: WsgiFake) -> None:
    """The actor of a trigger is one of the users it names."""
    body = orjson.dumps({"recipients": ["ada"], "actor": "mock:workflow-missing"})
    assert 404 == fake.send("POST", TRIGGER, body).status_code
