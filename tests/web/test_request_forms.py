from __future__ import annotations

import orjson
import pytest
from werkzeug.test import Client

from mock_knock.web.current import base_url, sent_target
from mock_knock.web.pipeline import MAX_BODY_BYTES
from tests.web.wsgi_fake import KEY, WsgiFake, new_fake

IDENTIFY = "/v1/users/bulk/identify"
TRIGGER = "/v1/workflows/welcome/trigger"
UNKNOWN = "/v1/bulk_operations/182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
USERS = b'{"users": [{"id": "ada"}]}'
TOO_DEEP = b'{"users": [{}], "x": ' + b"[" * 100 + b"]" * 100 + b"}"
TOO_LARGE = b"{" + b" " * MAX_BODY_BYTES


@pytest.fixture
def fake() -> WsgiFake:
    """Return a fake of its own."""
    return new_fake()


def test_a_head_request_is_answered_without_a_body(fake: WsgiFake) -> None:
    """HEAD has the header fields of GET, no body, and is no poll; on other routes it is not allowed."""
    operation_id = fake.identify("ada")["id"]
    path = f"/v1/bulk_operations/{operation_id}"
    head, get = fake.send("HEAD", path), fake.send("GET", path)
    assert (200, b"", get.headers["Content-Length"]) == (head.status_code, head.data, head.headers["Content-Length"])
    assert "queued" == get.get_json()["status"]
    for other in (IDENTIFY, TRIGGER, "/v1/tenants/acme"):
        assert (405, b"") == (fake.send("HEAD", other).status_code, fake.send("HEAD", other).data)


@pytest.mark.parametrize(
    ("environ", "target"),
    [
        ({"REQUEST_URI": "/v1/users"}, "/v1/users"),
        ({"REQUEST_URI": "/v1/a%2Fb?x=%20&y"}, "/v1/a%2Fb?x=%20&y"),
        ({"REQUEST_URI": "//v1/users"}, "/v1/users"),
        ({"REQUEST_URI": "http://knock.example/v1/users?x=1"}, "/v1/users?x=1"),
        ({"REQUEST_URI": "HTTP://[::1]:80/v1/users"}, "/v1/users"),
        ({"REQUEST_URI": "http://knock.example"}, "/"),
        ({"REQUEST_URI": "http://knock.example?x=http://a/b"}, "/?x=http://a/b"),
        ({"REQUEST_URI": "/v1/http://a/b"}, "/v1/http://a/b"),
        ({"REQUEST_URI": "*"}, "/*"),
        ({"REQUEST_URI": ""}, "/"),
    ],
)
def test_the_target_as_it_was_sent(fake: WsgiFake, environ: dict[str, str], target: str) -> None:
    """Path and query are taken as they were sent, from a target in any form."""
    with fake.answering("/elsewhere", environ_overrides=environ):
        assert target == sent_target()


def test_a_server_that_does_not_tell_the_target(fake: WsgiFake) -> None:
    """Where the WSGI server keeps the target for itself, the path has to do."""
    with fake.answering("/v1/a b") as call:
        del call.asked.environ["REQUEST_URI"]
        assert "/v1/a b" == sent_target()


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("knock-mock:4010", "http://knock-mock:4010"),
        ("My_Service:80", "http://My_Service:80"),
        ("[::1]:4010", "http://[::1]:4010"),
        ("localhost", "http://localhost"),
        ("", "http://127.0.0.9:99"),
        ("a b", "http://127.0.0.9:99"),
        ("a/b", "http://127.0.0.9:99"),
        ("user@host", "http://127.0.0.9:99"),
        ("one, two", "http://127.0.0.9:99"),
        ("[::1", "http://127.0.0.9:99"),
        ("<script>", "http://127.0.0.9:99"),
    ],
)
def test_the_address_the_client_used(fake: WsgiFake, host: str, url: str) -> None:
    """Addresses in answers have the client's own Host, or the server's name where that is none."""
    environ = {"HTTP_HOST": host, "SERVER_NAME": "127.0.0.9", "SERVER_PORT": "99"}
    with fake.answering("/", environ_overrides=environ):
        assert url == base_url()


def test_a_slash_in_a_key_of_an_absolute_target(fake: WsgiFake) -> None:
    """A target with scheme and host does not make a workflow key look as if it held slashes."""
    overrides = {"REQUEST_URI": f"http://localhost{TRIGGER}"}
    headers = {"Authorization": f"Bearer {KEY}"}
    answer = Client(fake.app).post(TRIGGER, json={"recipients": []}, headers=headers, environ_overrides=overrides)
    assert 200 == answer.status_code


@pytest.mark.parametrize("id_", ["%C3%A9", "%FF", "%00", "%0A", "ada%20", "a%25b", "%F0%9F%92%A9", "\u0661" * 8])
def test_ids_of_every_kind(fake: WsgiFake, id_: str) -> None:
    """An id that is no UUID is refused by name, whatever bytes it is made of."""
    answer = fake.send("GET", f"/v1/bulk_operations/{id_}")
    assert (422, "id") == (answer.status_code, answer.get_json()["errors"][0]["field"])


def test_an_id_in_percent_encoding(fake: WsgiFake) -> None:
    """An id means the same in percent-encoding and in upper case."""
    operation_id = fake.identify("ada")["id"]
    encoded = "".join(f"%{ord(each):02X}" for each in operation_id.upper())
    assert operation_id == fake.send("GET", f"/v1/bulk_operations/{encoded}").get_json()["id"]


def test_answers_are_json_that_reads_back(fake: WsgiFake) -> None:
    """Any text of a user comes back as it was."""
    text = 'é\u2028\x7f"\\</script>\U0001f4a9'
    fake.send("POST", TRIGGER, orjson.dumps({"recipients": [{"id": "ada", "note": text}]}))
    assert text == fake.send("GET", "/_mock/state").get_json()["users"][0]["note"]
