from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import Headers

from mock_knock.web.guard import (
    DEFAULT_KEY,
    AccessRules,
    admin_world_key,
    authenticate,
    guard_admin,
    host_name,
    is_trusted_host,
)
from mock_knock.web.problems import Problem

ALLOWED = ("knock-mock", "Mock.Example.:4010", "fe80::1")
OPEN = AccessRules()

TRUSTED = [
    "localhost",
    "localhost:4010",
    "LOCALHOST",
    "LocalHost:4010",
    "localhost.",
    "localhost.:4010",
    "localhost:",
    " localhost ",
    "127.0.0.1",
    "127.0.0.1:1",
    "127.0.0.1:65535",
    "127.0.0.1.",
    "[::1]",
    "[::1]:4010",
    "[::1]:",
    "knock.localhost",
    "a.b.localhost:80",
    "A.LOCALHOST.",
    "knock-mock",
    "KNOCK-MOCK:4010",
    "mock.example",
    "mock.example.:80",
    "[fe80::1]",
    "[FE80::1]:4010",
]

FOREIGN = [
    "",
    " ",
    ".",
    ":4010",
    "evil.example",
    "evil.example:4010",
    "localhost.evil.example",
    "evil-localhost",
    "notlocalhost:80",
    "127.0.0.1.evil.example",
    "127.0.0.1.evil.example:4010",
    "sub.knock-mock",
    "knock-mock.evil.example",
    "fe80::1",
    "localhost..",
    ".localhost",
    "a..localhost",
    "127.0.0.2",
    "127.1",
    "0.0.0.0",
    "2130706433",
    "0x7f000001",
    "10.0.0.1:4010",
    "[::]",
    "[::2]:4010",
    "[::ffff:127.0.0.1]",
    "::1",
    "::1:4010",
    "[::1",
    "[::1]]",
    "[::1]4010",
    "[::1].evil.example",
    "[localhost]",
    "[127.0.0.1]",
    "[]",
    "[]:80",
    "localhost:80:80",
    "localhost:port",
    "localhost:-1",
    "localhost:8\u0661",
    "localhost,evil.example",
    "localhost, localhost",
    "evil.example, localhost",
    "localhost evil.example",
    "user@localhost",
    "localhost@evil.example",
    "evil.example@localhost:80",
    "localhost/",
    "localhost/path",
    "evil.example/.localhost",
    "localhost\\.evil.example",
    "http://localhost",
    "localhost?x",
    "localhost#x",
    "localhost\x00",
    "evil\t.localhost",
    "localhost%00",
    "\u017focalhost",
    "localhos\uff54",
    "null",
]


@pytest.mark.parametrize("host", TRUSTED)
def test_hosts_that_are_trusted(host: str) -> None:
    """This machine under its names, and the allowed ones, are trusted in any case, with a port and a last dot."""
    assert is_trusted_host(host, ALLOWED)


@pytest.mark.parametrize("host", FOREIGN)
def test_hosts_that_are_foreign(host: str) -> None:
    """Whatever is not exactly one trusted name or address is foreign."""
    assert not is_trusted_host(host, ALLOWED)


@pytest.mark.parametrize("host", ["knock-mock", "mock.example", "[fe80::1]"])
def test_only_allowed_names_are_added(host: str) -> None:
    """Without being allowed, a name that is not this machine's is foreign."""
    assert not is_trusted_host(host)


@given(st.text(max_size=30))
def test_any_text_may_stand_in_a_host(host: str) -> None:
    """Every text is either trusted or not, and the name found in it has nothing but letters, digits and . : _ -."""
    assert is_trusted_host(host) in {True, False}
    name = host_name(host)
    assert name is None or set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789.:_-")


@pytest.mark.parametrize(
    ("host", "name"),
    [("A_B:80", "a_b"), ("[::1]:80", "::1"), ("mock.example.", "mock.example"), ("a/b", None), ("", None)],
)
def test_the_name_in_a_host(host: str, name: str | None) -> None:
    """A Host is read as its name in lower case without port, brackets and last dot; a compose service may have _."""
    assert name == host_name(host)


def refusal(rules: AccessRules = OPEN, **fields: str) -> str | None:
    """Return the code with which `/_mock` refuses a request with these header fields, or None."""
    headers = Headers({"Host": "localhost", **{name.replace("_", "-"): value for name, value in fields.items()}})
    try:
        guard_admin(headers, rules)
    except Problem as problem:
        return f"{problem.status} {problem.envelope['code']}".removeprefix("403 ")
    return None


ORIGINS = {
    None: None,
    "http://localhost:3000": None,
    "https://LOCALHOST": None,
    "http://127.0.0.1:4010": None,
    "http://[::1]:4010": None,
    "http://knock.localhost": None,
    "null": "origin_refused",
    "": "origin_refused",
    "http://evil.example": "origin_refused",
    "http://localhost.evil.example": "origin_refused",
    "http://localhost@evil.example": "origin_refused",
    "http://localhost/": "origin_refused",
    "http://[::1": "origin_refused",
    "localhost": "origin_refused",
    "chrome-extension://localhost": "origin_refused",
    "file://": "origin_refused",
    "http://localhost, http://evil.example": "origin_refused",
}
SITES = {
    None: None,
    "none": None,
    "same-origin": None,
    "same-site": None,
    "cross-site": "origin_refused",
    "Cross-Site": "origin_refused",
    "none, cross-site": "origin_refused",
}


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("site", SITES)
def test_origin_and_fetch_site(origin: str | None, site: str | None) -> None:
    """A foreign Origin and a cross-site fetch are refused, each of them alone and both together."""
    fields = {"Origin": origin, "Sec_Fetch_Site": site}
    given_fields = {name: value for name, value in fields.items() if value is not None}
    assert (ORIGINS[origin] or SITES[site]) == refusal(OPEN, **given_fields)


@pytest.mark.parametrize("host", ["evil.example", "", "localhost, evil.example"])
def test_a_foreign_host_is_refused_first(host: str) -> None:
    """Under a foreign Host nothing else helps, not even the token."""
    rules = AccessRules(admin_token="t0ken")
    assert "host_refused" == refusal(rules, Host=host, X_Mock_Admin_Token="t0ken")


def test_a_missing_host_is_refused() -> None:
    """A request without a Host is refused."""
    with pytest.raises(Problem):
        guard_admin(Headers(), OPEN)


def test_an_allowed_host_is_good_as_origin_too() -> None:
    """What is allowed as a Host is allowed as the host of an Origin."""
    rules = AccessRules(allowed_hosts=frozenset({"mock.example"}))
    assert refusal(rules, Host="mock.example:4010", Origin="https://mock.example") is None


@pytest.mark.parametrize("is_local", [True, False])
@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (None, "admin_token_required"),
        ("", "admin_token_required"),
        ("t0ke", "admin_token_required"),
        ("T0KEN", "admin_token_required"),
        ("t0ken ", "admin_token_required"),
        ("t0ken, t0ken", "admin_token_required"),
        ("tök€n", "admin_token_required"),
        ("t0ken", None),
    ],
)
def test_the_admin_token(sent: str | None, code: str | None, *, is_local: bool) -> None:
    """With a token configured exactly that token is asked for, on this machine too."""
    rules = AccessRules(admin_token="t0ken", is_local=is_local)
    assert code == (refusal(rules) if sent is None else refusal(rules, X_Mock_Admin_Token=sent))


@pytest.mark.parametrize("sent", ["", "t0ken", "None"])
def test_an_open_address_needs_a_token(sent: str) -> None:
    """Where other machines can reach the server and no token is configured, `/_mock` is closed to everybody."""
    rules = AccessRules(is_local=False)
    assert ("admin_token_missing",) * 2 == (refusal(rules), refusal(rules, X_Mock_Admin_Token=sent))


@pytest.mark.parametrize(
    ("credentials", "status", "code"),
    [
        (None, 401, "authentication_required"),
        ("", 401, "authentication_required"),
        (" ", 401, "api_key_missing"),
        ("Bearer", 401, "api_key_missing"),
        ("Bearer ", 401, "api_key_missing"),
        ("Bearer    ", 401, "api_key_missing"),
        ("Bearer\tsk_a", 401, "api_key_missing"),
        (" Bearer sk_a", 401, "api_key_missing"),
        ("sk_a", 401, "api_key_missing"),
        ("Basic sk_a", 401, "api_key_missing"),
        ("Bearer: sk_a", 401, "api_key_missing"),
        ("Bearersk_a", 401, "api_key_missing"),
        ("Bearer pk_a", 403, "incorrect_token_type"),
        ("bearer   pk_test_a", 403, "incorrect_token_type"),
    ],
)
def test_what_is_no_secret_key(credentials: str | None, status: int, code: str) -> None:
    """Without credentials, with others than a bearer, and with a public key, nobody gets in."""
    headers = Headers() if credentials is None else Headers({"Authorization": credentials})
    with pytest.raises(Problem) as refused:
        authenticate(headers, OPEN)
    envelope = refused.value.envelope
    assert (status, code, "authentication_error") == (refused.value.status, envelope["code"], envelope["type"])


@pytest.mark.parametrize(
    ("credentials", "key"),
    [
        ("Bearer sk_a", "sk_a"),
        ("bearer sk_a", "sk_a"),
        ("BEARER   sk_a  ", "sk_a"),
        ("Bearer \t sk_a", "sk_a"),
        ("Bearer My API Key", "My API Key"),
        ("Bearer PK_a", "PK_a"),
        ("Bearer xpk_a", "xpk_a"),
        ("Bearer é", "é"),
        ("Bearer " + "k" * 100_000, "k" * 100_000),
    ],
)
def test_any_other_bearer_is_a_key(credentials: str, key: str) -> None:
    """The scheme is read in any case, the key as it is without blanks around it; prefixes of keys have one case."""
    headers = Headers({"Authorization": credentials})
    assert (key, key) == (authenticate(headers, OPEN), admin_world_key(headers))


@pytest.mark.parametrize("key", ["sk_b", "SK_A", "sk_", "sk_ab", "sk_a,sk_b"])
def test_only_accepted_keys(key: str) -> None:
    """Where keys are configured, every other key is refused."""
    rules = AccessRules(api_keys=frozenset({"sk_a", "sk_c"}))
    assert "sk_a" == authenticate(Headers({"Authorization": "Bearer sk_a"}), rules)
    with pytest.raises(Problem) as refused:
        authenticate(Headers({"Authorization": f"Bearer {key}"}), rules)
    assert (401, "api_key_missing") == (refused.value.status, refused.value.envelope["code"])


def test_a_public_key_is_never_accepted() -> None:
    """A public key is refused even when it is configured as accepted."""
    with pytest.raises(Problem):
        authenticate(Headers({"Authorization": "Bearer pk_a"}), AccessRules(api_keys=frozenset({"pk_a"})))


@pytest.mark.parametrize("credentials", [None, "", "Bearer", "Bearer ", "Basic c2s6", "sk_a"])
def test_without_a_key_the_default_world_is_meant(credentials: str | None) -> None:
    """An admin request without a usable bearer means the world of the default key."""
    headers = Headers() if credentials is None else Headers({"Authorization": credentials})
    assert DEFAULT_KEY == admin_world_key(headers)
