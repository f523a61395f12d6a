"""The controls under `/_mock` by their own description: what is there, what is answered, what is refused.

Whatever `knock` sends to `/_mock` is judged by that description, here and in every other test.
"""

from __future__ import annotations

from typing import Any

import orjson
import pytest
import requests

from contract_tests.knock_api import KnockApi, control_routes, refusal
from mock_knock.local import FakeOptions, running
from mock_knock.served import controls_description
from mock_knock.web.guard import ADMIN_TOKEN_HEADER, AccessRules

ID = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
PLACES = {"{name}": "here", "{id}": ID}
JSON = {"Content-Type": "application/json"}
WITH_QUERY = [
    "/requests",
    "/requests/count",
    "/requests/near-misses",
    "/requests/wait",
    "/events",
    "/runs",
    "/messages",
]
CONTROLS = [(each.method, each.path) for each in controls_description().operations]
WITH_BODY = [
    (each.method, each.path)
    for each in controls_description().operations
    if controls_description().details(each).media_types
]
BULK = {"version": 1, "bulk_operations": [{"id": ID, "rows": ["ada"], "progress": {}}]}
SUCCESSES: list[tuple[str, str, Any]] = [
    # in an order in which each finds what it needs
    ("GET", "/health", None),
    ("GET", "/openapi", None),
    ("PUT", "/state", BULK),
    ("GET", "/state", None),
    ("POST", "/bulk_operations/{id}/transition", {"to": "completed"}),
    ("GET", "/users", None),
    ("GET", "/users/ada", None),
    ("GET", "/runs", None),
    ("GET", "/messages", None),
    ("PUT", "/snapshots/{name}", None),
    ("GET", "/snapshots", None),
    ("POST", "/snapshots/{name}/restore", None),
    ("DELETE", "/snapshots/{name}", None),
    ("GET", "/clock", None),
    ("POST", "/clock/advance", {"seconds": 1.5}),
    ("POST", "/clock/travel_to", {"to": "2100-01-01T00:00:00Z"}),
    ("POST", "/clock/freeze", None),
    ("POST", "/clock/resume", None),
    ("PUT", "/rules", {"strict": True, "retry_after": None}),
    ("GET", "/rules", None),
    ("PUT", "/scenario", {"version": 1}),
    ("GET", "/scenario", None),
    ("POST", "/faults", {"id": "busy", "do": {"status": 429}}),
    ("GET", "/faults", None),
    ("DELETE", "/faults/busy", None),
    ("GET", "/verdict", None),
    ("GET", "/requests", None),
    ("GET", "/requests/count", None),
    ("GET", "/requests/near-misses", None),
    ("GET", "/requests/wait?at_most=1", None),
    ("POST", "/requests/verify", {"at_most": 1}),
    ("GET", "/events?timeout=0", None),
    ("POST", "/reset", None),
]

pytestmark = pytest.mark.controls


def filled(path: str) -> str:
    """Return a path with something in the place of its parts."""
    for part, value in PLACES.items():
        path = path.replace(part, value)
    return path


def test_every_control_does_what_it_is_for(knock: KnockApi) -> None:
    """Each control that is described can be used, and answers as described."""
    used = set()
    for method, path, value in SUCCESSES:
        place = f"/_mock{filled(path)}"
        body = None if value is None else orjson.dumps(value)
        answer = knock.send(method, place, body=body, headers=JSON)
        assert answer.ok, answer.text
        used.add(control_routes().operation_id(method, place.partition("?")[0]))
    assert {each.operation_id for each in controls_description().operations} == used


def test_the_description_is_served(knock: KnockApi) -> None:
    """GET /_mock/openapi is the description by which the controls are judged, whole in itself."""
    assert controls_description().document == knock.control("GET", "/openapi")
    assert "../schemas" not in knock.send("GET", "/_mock/openapi").text


@pytest.mark.parametrize(("method", "path"), CONTROLS)
def test_unknown_parameters_are_refused(knock: KnockApi, method: str, path: str) -> None:
    """No control takes a parameter that it does not know: a misspelt filter would count everything."""
    assert (422, ["wrokflow"]) == refusal(knock.send(method, f"{filled(path)}?wrokflow=welcome"))


@pytest.mark.parametrize("path", WITH_QUERY[:4] + WITH_QUERY[5:])
def test_a_misspelt_parameter_is_guessed(knock: KnockApi, path: str) -> None:
    """The refusal says which parameter could be meant, and which ones there are."""
    (error,) = knock.send("GET", f"/_mock{path}?wrokflow=welcome").json()["errors"]
    assert "did you mean workflow? known: " in error["message"]
    assert "recipient" in error["message"]


def test_many_unknown_parameters(knock: KnockApi) -> None:
    """However many parameters are unknown, and however long their names are, the refusal stays short."""
    query = "&".join(f"{'x' * 200}{each}=1" if each else f"{'y' * 5_000}=1" for each in range(60))
    assert (422, ["y" * 100, "x" * 100]) == refusal(knock.send("GET", f"/_mock/requests?{query}"))
    names = [f"x{each}" for each in range(60)]
    assert (422, names[:25]) == refusal(knock.send("GET", f"/_mock/requests?{'&'.join(names)}"))


def test_a_control_without_parameters_says_so(knock: KnockApi) -> None:
    """The refusal of a parameter where there are none says that there are none."""
    (error,) = knock.send("POST", "/_mock/clock/freeze?x=1").json()["errors"]
    assert "is no parameter here; known: none" == error["message"]


@pytest.mark.parametrize("path", WITH_QUERY)
def test_what_counts_once_is_there_once(knock: KnockApi, path: str) -> None:
    """A parameter that counts once and is there twice is refused, not one of them taken."""
    name = "workflow" if path != "/events" else "limit"
    assert (422, [name]) == refusal(knock.send("GET", f"/_mock{path}?{name}=1&{name}=2"))


@pytest.mark.parametrize(
    ("path", "name", "values"),
    [
        ("/requests", "limit", ["", "-1", "1.5", "1000001", "99999999999", "+1", " 1", "1_0", "x", "true", "\u0661"]),
        ("/requests", "after", ["", "-1", "1.5", "x"]),
        ("/requests", "workflow", [""]),
        ("/requests", "recipient", [""]),
        ("/requests", "user", [""]),
        ("/requests", "operation", ["", "triggerWorkflw", "POST"]),
        ("/requests", "header", ["", "X-Team", "X-Team:", ": red", "X Team: red"]),
        ("/requests", "attempt", ["", "-1", "1.5", "x"]),
        ("/requests", "body", ["", "{", "NaN"]),
        ("/requests", "status", ["", "2", "2XX", "600", "99", "20x", "0200"]),
        ("/requests", "creates", ["", "1", "yes", "True"]),
        ("/requests/near-misses", "limit", ["101", "-1", "x"]),
        ("/requests/wait", "timeout", ["", "-1", "60.1", "inf", "nan", "1e99", "1_0", " 1", "01", "x"]),
        ("/requests/wait", "exactly", ["", "-1", "1.5", "1000001", "x"]),
        ("/events", "timeout", ["-1", "86401", "nan", "x"]),
        ("/events", "limit", ["-1", "x"]),
        ("/events", "after", ["-1", "x"]),
        ("/runs", "workflow", [""]),
        ("/runs", "recipient", [""]),
        ("/messages", "channel", [""]),
        ("/verdict", "client", ["", "Success", "done"]),
    ],
)
def test_a_wrong_parameter_is_named(knock: KnockApi, path: str, name: str, values: list[str]) -> None:
    """A parameter that is not as described is refused by its name; none of them is taken for something else."""
    for value in values:
        answer = knock.session.request(
            "GET",
            f"{knock.url}/_mock{path}",
            params={name: value},
            headers={"Authorization": f"Bearer {knock.api_key}"},
            timeout=30,
        )
        status, (field, *_) = refusal(answer)
        assert (422, name) == (status, field.partition(".")[0]), value


@pytest.mark.parametrize("value", ["", "2", "yes", "True"])
def test_a_reset_of_what(knock: KnockApi, value: str) -> None:
    """A reset takes 1, true, 0 or false, and forgets nothing when it is told something else."""
    knock.finish({"id": "ada"})
    assert (422, ["all"]) == refusal(knock.send("POST", f"/_mock/reset?all={value}"))
    assert ["ada"] == knock.control("GET", "/users")["ids"]


@pytest.mark.parametrize(("method", "path"), WITH_BODY)
@pytest.mark.parametrize(
    ("body", "media", "status"),
    [
        (b"", "", 415),
        (b"{}", "text/plain", 415),
        (b"{", "application/json", 400),
        (b"", "application/json", 400),
        (b"[" * 200 + b"]" * 200, "application/json", 400),
        (b"[]", "application/json", 422),
        (b"null", "application/json", 422),
        (b'"x"', "application/json", 422),
        (b'{"nonsense": 1}', "application/json", 422),
    ],
)
def test_a_body_that_cannot_be_used(
    knock: KnockApi, method: str, path: str, body: bytes, media: str, status: int
) -> None:
    """A body of another type, one that is no JSON and one that says nothing sensible are told apart."""
    answer = knock.send(method, filled(path), body=body, headers={"Content-Type": media})
    assert status == answer.status_code


@pytest.mark.parametrize(
    ("method", "path", "value", "field"),
    [
        ("POST", "/clock/travel_to", {}, "to"),
        ("POST", "/clock/travel_to", {"to": 7}, "to"),
        ("POST", "/clock/travel_to", {"to": "tomorrow"}, "to"),
        ("POST", "/clock/travel_to", {"to": "2100-01-01T00:00:00"}, "to"),
        ("POST", "/clock/travel_to", {"to": "2001-01-01T00:00:00Z"}, "to"),
        ("POST", "/clock/travel_to", {"to": "9001-01-01T00:00:00Z"}, "to"),
        ("POST", "/clock/advance", {}, "seconds"),
        ("PUT", "/rules", {"strict": "yes"}, "strict"),
        ("PUT", "/rules", {"strict": None}, "strict"),
        ("PUT", "/rules", {"retry_after": 3601}, "retry_after"),
        ("PUT", "/rules", {"retry_after": True}, "retry_after"),
        ("PUT", "/rules", {"retry_after": 1.5}, "retry_after"),
        ("PUT", "/rules", {"retry_after": "1"}, "retry_after"),
        ("PUT", "/rules", {"strict": True, "rates": True}, "rates"),
        ("PUT", "/scenario", {"version": 1, "seed": -1}, "seed"),
        ("PUT", "/scenario", {"version": 1, "$schema": {}}, "$schema"),
        ("PUT", "/state", {"version": 1, "$schema": 7}, "$schema"),
        ("PUT", "/state", {"version": 1, "keys": [{"key": "sk_test_x"}]}, "keys"),
        ("POST", "/faults", {"do": {}}, "do"),
        ("POST", "/faults", {"do": {"status": 503}, "on": "getUsr"}, "on"),
    ],
)
def test_a_member_that_makes_no_sense(knock: KnockApi, method: str, path: str, value: Any, field: str) -> None:
    """A body is refused with the place of what is wrong in it, and nothing changes."""
    before = knock.control("GET", "/rules"), knock.control("GET", "/scenario"), knock.control("GET", "/faults")
    assert (422, [field]) == refusal(knock.send(method, f"/_mock{path}", body=orjson.dumps(value), headers=JSON))
    assert before == (
        knock.control("GET", "/rules"),
        knock.control("GET", "/scenario"),
        knock.control("GET", "/faults"),
    )


def test_whole_numbers_are_whole(knock: KnockApi) -> None:
    """A number that is written with a point and is whole is taken as such, as in JSON Schema."""
    assert 84 == knock.control("PUT", "/rules", {"retry_after": 84.0})["retry_after"]
    assert "84.0" not in knock.send("GET", "/_mock/rules").text


def test_there_is_an_end_to_faults(knock: KnockApi) -> None:
    """A world has a thousand faults; one more is refused until one goes, and one of an id that is there is not."""
    fault = {"do": {"status": 503}}
    knock.control("PUT", "/scenario", {"version": 1, "faults": [{**fault, "id": f"f{each}"} for each in range(1_000)]})
    assert (422, ["id"]) == refusal(knock.post("/_mock/faults", fault))
    assert "f7" == knock.control("POST", "/faults", {**fault, "id": "f7"})["id"]
    knock.control("DELETE", "/faults/f3")
    knock.control("POST", "/faults", fault)
    assert 1_000 == len(knock.control("GET", "/faults")["faults"])


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("/clock/advance", {"seconds": 1, "minutes": 1}, "minutes"),
        ("/clock/travel_to", {"to": "2100-01-01T00:00:00Z", "from": 1}, "from"),
        (f"/bulk_operations/{ID}/transition", {"to": "failed", "at": 1}, "at"),
        ("/faults", {"do": {"status": 503}, "matched": 1}, "matched"),
        ("/requests/verify", {"wrokflow": "welcome"}, "wrokflow"),
        ("/requests/verify", {"in_order": [{}], "exactly": 1}, "exactly"),
    ],
)
def test_a_body_has_no_other_members(knock: KnockApi, path: str, value: Any, field: str) -> None:
    """A member that a control does not know is refused by its name."""
    assert (422, [field]) == refusal(knock.post(f"/_mock{path}", value))


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/state", "GET, HEAD, PUT"),
        ("PUT", "/reset", "POST"),
        ("POST", "/snapshots/here", "DELETE, PUT"),
        ("POST", "/requests", "GET, HEAD"),
    ],
)
def test_other_methods(knock: KnockApi, method: str, path: str, allowed: str) -> None:
    """A method that a control does not have is refused with those that it has."""
    answer = knock.send(method, f"/_mock{path}")
    assert (405, "method_not_allowed", allowed) == (
        answer.status_code,
        answer.json()["code"],
        answer.headers["Allow"],
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/faults/nobody"),
        ("DELETE", "/snapshots/nobody"),
        ("POST", "/snapshots/nobody/restore"),
        ("GET", "/users/nobody"),
        ("GET", "/nowhere"),
        ("GET", "/users/"),
    ],
)
def test_what_is_not_there(knock: KnockApi, method: str, path: str) -> None:
    """What a path names and is not there is a 404."""
    answer = knock.send(method, f"/_mock{path}")
    assert (404, "resource_missing") == (answer.status_code, answer.json()["code"])


def test_a_body_that_is_too_large(knock: KnockApi) -> None:
    """A body beyond what the server reads is refused before it is looked at."""
    huge = b'{"to": "' + b"x" * (41 * 1024 * 1024) + b'"}'
    answer = knock.send("POST", "/_mock/clock/travel_to", body=huge, headers=JSON)
    assert (413, "request_too_large") == (answer.status_code, answer.json()["code"])


@pytest.mark.parametrize(("method", "path"), CONTROLS)
def test_who_is_kept_out(knock: KnockApi, method: str, path: str) -> None:
    """Every control refuses web pages, as described."""
    answer = knock.send(method, filled(path), headers={"Origin": "http://evil.example"})
    assert (403, "origin_refused") == (answer.status_code, answer.json()["code"])


def test_keys_and_tokens() -> None:
    """A server with keys of its own and a token refuses others on every control, as described."""
    rules = AccessRules(api_keys=frozenset({"sk_test_mine"}), admin_token="t0ken")
    with running(FakeOptions(rules=rules)) as server, requests.Session() as session:
        knock = KnockApi(server.url, "sk_test_other", session)
        for method, path in CONTROLS:
            assert 403 == knock.send(method, filled(path)).status_code
            assert 401 == knock.send(method, filled(path), headers={ADMIN_TOKEN_HEADER: "t0ken"}).status_code
