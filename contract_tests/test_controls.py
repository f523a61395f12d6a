"""The fake's own controls under /_mock."""

from __future__ import annotations

import pytest

from contract_tests.knock_api import KnockApi

ID = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"

pytestmark = pytest.mark.controls


def test_health(knock: KnockApi) -> None:
    """The fake says that it is well."""
    assert "ok" == knock.control("GET", "/health")["status"]


def test_reset_empties_one_world(knock: KnockApi) -> None:
    """A reset forgets this key's facts, scenario and journal, and no other's."""
    other = KnockApi(knock.url, knock.api_key + "other", knock.session)
    for each in (knock, other):
        each.control("PUT", "/scenario", {"version": 1, "seed": 7})
        each.finish({"id": "ada"})
    knock.control("POST", "/reset")
    assert ([], 0, 0) == (
        knock.state()["users"],
        knock.control("GET", "/requests")["total"],
        knock.control("GET", "/scenario")["seed"],
    )
    assert ["ada"] == [user["id"] for user in other.state()["users"]]


def test_a_state_is_read_and_written(knock: KnockApi) -> None:
    """What GET /_mock/state says, PUT /_mock/state takes, and all is as it was; a reset leads to the beginning."""
    knock.finish({"id": "ada", "name": "Ada", "$updated_at": "never"})
    knock.trigger("welcome", {"recipients": ["ada", "jane"], "tenant": "acme"})
    running = knock.identify({"id": "bob"}).json()
    held = knock.state()
    assert (["ada"], ["acme"], ["jane"]) == (
        [each["id"] for each in held["users"]],
        [each["id"] for each in held["tenants"]],
        held["workflow_runs"][0]["unknown_recipients"],
    )
    knock.control("POST", "/reset")
    assert [] == knock.state()["users"]
    again = knock.control("PUT", "/state", held)
    assert {**held, "now": again["now"]} == {**again, "bulk_operations": held["bulk_operations"]}
    assert running["id"] == knock.operation(running["id"]).json()["id"]
    knock.control("POST", "/reset")
    assert [] == knock.state()["users"]


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"people": []}, "people"),
        ({"users": [{"id": "ada", "name": 7}]}, "users[0].name"),
        ({"users": [{"id": "a/b"}]}, "users[0].id"),
        ({"workflow_runs": [{"id": ID, "workflow": "w", "data": {}, "settings": {"sandbox_mode": 7}}]},
         "workflow_runs[0].settings.sandbox_mode"),
        ({"bulk_operations": [{"id": ID, "progress": {}, "rows": [{"id": "a", "email": 7}]}]},
         "bulk_operations[0].rows[0].email"),
        ({"keys": [{"key": "sk_test_x"}]}, "keys"),
    ],
)  # fmt: skip
def test_a_wrong_state_is_refused(knock: KnockApi, members: dict[str, object], field: str) -> None:
    """A state that cannot be is refused with its place and changes nothing."""
    knock.finish({"id": "ada"})
    answer = knock.put("/_mock/state", {"version": 1, **members})
    assert (422, [field]) == (answer.status_code, [each["field"] for each in answer.json()["errors"]])
    assert ["ada"] == [each["id"] for each in knock.state()["users"]]


def test_whoever_is_deleted_may_have_any_name(knock: KnockApi) -> None:
    """Rows that delete name anybody, also who could not be identified."""
    operation = {"id": ID, "name": "users.delete", "status": "queued", "rows": ["a/b"]}
    (found,) = knock.control("PUT", "/state", {"version": 1, "bulk_operations": [operation]})["bulk_operations"]
    assert ("queued", ["a/b"]) == (found["status"], found["rows"])


def test_time_goes_on_and_never_back(knock: KnockApi) -> None:
    """A state of an earlier instant leaves the clock alone, one of a later instant moves it forward."""
    before = knock.control("GET", "/clock")["now"]
    knock.control("PUT", "/state", {"version": 1, "now": "2001-01-01T00:00:00Z"})
    assert before <= knock.control("GET", "/clock")["now"] < "2100"
    knock.control("PUT", "/state", {"version": 1, "now": "2100-01-01T00:00:00Z"})
    assert "2100-01-01T00:00" == knock.control("GET", "/clock")["now"][:16]


def test_the_journal_is_masked(knock: KnockApi) -> None:
    """The journal has each request with its answer, and no key in clear."""
    knock.identify({"id": "ada", "note": knock.api_key})
    journal = knock.send("GET", "/_mock/requests")
    (entry,) = journal.json()["entries"]
    assert ("POST", 200) == (entry["request"]["method"], entry["response"]["status"])
    assert knock.api_key not in journal.text


def test_the_journal_keeps_the_latest_thousand(knock: KnockApi) -> None:
    """The journal is bounded, and says how much there was."""
    for _ in range(1_005):
        knock.send("GET", "/v1/nowhere")
    journal = knock.control("GET", "/requests")
    assert (1_005, 1_000, 6) == (journal["total"], len(journal["entries"]), journal["entries"][0]["number"])


@pytest.mark.parametrize("seconds", [-1, "1", None, True, 1e12])
def test_the_clock_refuses_nonsense(knock: KnockApi, seconds: object) -> None:
    """A clock goes forward by a number of seconds and nothing else."""
    assert 422 == knock.post("/_mock/clock/advance", {"seconds": seconds}).status_code


def test_a_wrong_scenario_is_refused(knock: KnockApi) -> None:
    """A scenario with an unknown member is refused and changes nothing."""
    answer = knock.send(
        "PUT", "/_mock/scenario", body=b'{"version": 1, "bulks": {}}', headers={"Content-Type": "application/json"}
    )
    assert 422 == answer.status_code
    assert "bulks" in answer.json()["message"]
    assert "default" == knock.control("GET", "/scenario")["name"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "localhost.evil.example"},
        {"Host": "127.0.0.1.evil.example:4010"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_web_pages_are_kept_out(knock: KnockApi, headers: dict[str, str]) -> None:
    """A foreign Host, a foreign Origin and a cross-site fetch get 403 under /_mock."""
    for method, path in (("GET", "/_mock/state"), ("POST", "/_mock/reset")):
        assert 403 == knock.send(method, path, headers=headers).status_code


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:4010", "127.0.0.1:1", "[::1]:4010", "knock.localhost"])
def test_local_names_are_let_in(knock: KnockApi, host: str) -> None:
    """Every name of this machine is good under /_mock."""
    assert 200 == knock.send("GET", "/_mock/health", headers={"Host": host}).status_code


def test_v1_is_guarded_by_its_key_alone(knock: KnockApi) -> None:
    """Under /v1 any Host is good, so the fake works under the name of a container."""
    assert 404 == knock.send("GET", "/v1/nowhere", headers={"Host": "knock-mock:4010"}).status_code
