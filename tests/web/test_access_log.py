from __future__ import annotations

import logging

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client

from mock_knock.web import pipeline
from mock_knock.web.admin import entries
from mock_knock.web.guard import AccessRules
from mock_knock.web.pipeline import MAX_LINE, one_line
from tests.web.wsgi_fake import KEY, WsgiFake, new_fake

UNKNOWN = "/v1/bulk_operations/182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
SECRET = "sk_live_abcdefghijklmnop"


@pytest.fixture
def fake() -> WsgiFake:
    """Return a fake of its own."""
    return new_fake()


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> pytest.LogCaptureFixture:
    """Return what catches the access log, whoever has changed the loggers of this process before."""
    for name in ("mock_knock", "mock_knock.access"):
        monkeypatch.setattr(logging.getLogger(name), "propagate", True)
    caplog.set_level(logging.INFO, "mock_knock.access")
    return caplog


def test_a_line_for_each_request(fake: WsgiFake, log: pytest.LogCaptureFixture) -> None:
    """A line has method, target as it was sent, status, masked key and notes; of a refusal also code and reason."""
    operation_id = fake.identify("ada")["id"]
    fake.send("GET", f"{UNKNOWN}?a=%20")
    fake.send("GET", UNKNOWN, Authorization=None)
    assert [
        f"POST /v1/users/bulk/identify 200 [sk_test_***ijkl]; 1 users in bulk operation {operation_id}",
        (
            f"GET {UNKNOWN}?a=%20 404 resource_missing: The bulk operation does not exist [sk_test_***ijkl]; "
            "a is no parameter of this operation: let pass, --strict refuses it"
        ),
        f"GET {UNKNOWN} 401 authentication_required: An API key is required [no key]",
    ] == log.messages


def test_who_asked(log: pytest.LogCaptureFixture) -> None:
    """A line shows the name of an environment, or the key that was sent, masked, also one that was refused."""
    fake = new_fake(AccessRules(environments={KEY: "development"}))
    fake.send("GET", "/v1/users")
    fake.send("GET", "/v1/users", Authorization="Bearer sk_test_mnopqrstuvwx")
    assert [
        "GET /v1/users 200 [development]",
        "GET /v1/users 401 api_key_missing: The API key is invalid [sk_test_***uvwx]",
    ] == log.messages


def test_what_is_wrong_with_a_request(fake: WsgiFake, log: pytest.LogCaptureFixture) -> None:
    """A line says what is wrong with a request, three parameters of it."""
    rows = ", ".join(['{"id": 7}'] * 5)
    fake.send("POST", "/v1/users/bulk/identify", f'{{"users": [{rows}]}}'.encode())
    told = "; ".join(f"users[{index}].id must be of type string" for index in range(3))
    assert [f"POST /v1/users/bulk/identify 422 invalid_params: {told}; 2 more [sk_test_***ijkl]"] == log.messages


def test_errors_of_idempotency_keys(fake: WsgiFake, log: pytest.LogCaptureFixture) -> None:
    """An error with the other envelope is logged as well."""
    fake.send("POST", "/v1/workflows/w/trigger", b'{"recipients": []}', Idempotency_Key="k" * 300)
    assert ["POST /v1/workflows/w/trigger 400 idempotency_key_too_long [sk_test_***ijkl]"] == log.messages


def test_only_knock_is_logged(fake: WsgiFake, log: pytest.LogCaptureFixture) -> None:
    """The fake's own routes and pages leave no line."""
    for path in ("/", "/_mock/state", "/nowhere", "/v1"):
        fake.send("GET", path)
    assert [] == log.messages


def test_a_line_can_be_read_later(fake: WsgiFake, log: pytest.LogCaptureFixture) -> None:
    """A handler may keep a record and put its line together when the request is long over."""
    fake.identify("ada")
    (record,) = log.records
    fake.send("POST", "/_mock/reset")
    assert record.getMessage().startswith("POST /v1/users/bulk/identify 200 [sk_test_***ijkl]; 1 users in")


@pytest.mark.parametrize(
    "target",
    ["/v1/us\x1b[31mers", "/v1/a\nb", "/v1/a\r\nGET /v1/forged 200", "/v1/\u2028\u202e\x85\x9b31m\x7f", "/v1/\t"],
)
def test_a_line_is_one_line(fake: WsgiFake, log: pytest.LogCaptureFixture, target: str) -> None:
    """Whatever a target holds, its line is one line without control or direction characters."""
    headers = {"Authorization": f"Bearer {KEY}"}
    Client(fake.app).get("/v1/nowhere", headers=headers, environ_overrides={"REQUEST_URI": target})
    (line,) = log.messages
    assert [line] == line.splitlines()
    assert line.isprintable()
    assert line.endswith("404 resource_missing: The resource does not exist [sk_test_***ijkl]")


def test_notes_are_cleaned_too(fake: WsgiFake, log: pytest.LogCaptureFixture) -> None:
    """What a body says cannot forge a line or show a key."""
    body = {"recipients": ["jane\n07:20:26 forged", f"\x1b]0;{SECRET}\x07"]}
    fake.send("POST", "/v1/workflows/welcome/trigger", orjson.dumps(body))
    (line,) = log.messages
    assert line.isprintable()
    assert "recipient jane 07:20:26 forged is unknown here: no run; recipient ]0;sk_live_***mnop is unknown" in line


@pytest.mark.parametrize("target", [f"/v1/{SECRET}", f"/v1/users?api_key={SECRET}", "/v1/users?token=hush-hush"])
def test_a_line_shows_no_secret(fake: WsgiFake, log: pytest.LogCaptureFixture, target: str) -> None:
    """A key in path or query is masked, and so is whatever stands under a secret name."""
    fake.send("GET", target)
    assert SECRET not in log.text
    assert "hush" not in log.text
    assert "***" in log.messages[0].partition("[")[0]


@pytest.mark.parametrize(
    ("key", "shown"), [(SECRET, "sk_live_***mnop"), ("My API Key", "***"), ("k" * 5_000, "***"), ("PK_test_1", "***")]
)
def test_keys_of_every_kind_are_masked(fake: WsgiFake, log: pytest.LogCaptureFixture, key: str, shown: str) -> None:
    """A key that looks like Knock's shows its prefix and end, any other one nothing."""
    fake.send("GET", UNKNOWN, Authorization=f"Bearer {key}")
    assert log.messages[0].endswith(f"[{shown}]")
    assert key not in log.text


def test_a_line_has_an_end(fake: WsgiFake, log: pytest.LogCaptureFixture) -> None:
    """A trigger for a thousand unknown recipients leaves a line that can still be read."""
    ids = [f"somebody with a rather long id {index}" for index in range(1_000)]
    fake.send("POST", "/v1/workflows/welcome/trigger", orjson.dumps({"recipients": ids}))
    assert MAX_LINE + 3 == len(log.messages[0])
    assert log.messages[0].endswith("...")


def test_masking_waits_until_somebody_looks(fake: WsgiFake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a log a request is written down without being masked; the journal is masked when it is read."""

    def refuse() -> None:
        raise AssertionError

    monkeypatch.setattr(logging.getLogger("mock_knock.access"), "level", logging.WARNING)
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "Redactor", refuse)
        patch.setattr(entries, "Redactor", refuse)
        assert 404 == fake.send("GET", UNKNOWN, X_Key=SECRET).status_code
    assert SECRET == next(iter(fake.world.journal)).request.header("x-key")
    assert SECRET not in fake.send("GET", "/_mock/requests").text


@given(st.text(max_size=80))
def test_any_text_becomes_one_line(text: str) -> None:
    """A text becomes one line without control characters and blanks at its ends; doing it twice changes nothing."""
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert line == line.strip() == one_line(line)
    assert not any(ord(each) < 32 or 127 <= ord(each) < 160 for each in line)


@pytest.mark.parametrize("length", [0, 1, MAX_LINE - 1, MAX_LINE, MAX_LINE + 1, 10 * MAX_LINE])
def test_a_line_is_cut_at_its_limit(length: int) -> None:
    """A line of the limit stays whole, a longer one is cut and says so."""
    expected = "a" * length if length <= MAX_LINE else "a" * MAX_LINE + "..."
    assert expected == one_line("a" * length)
