from __future__ import annotations

import pytest
from werkzeug.datastructures import Headers

from mock_knock.web.guard import (
    DEFAULT_KEY,
    AccessRules,
    admin_world_key,
    authenticate,
    guard_admin,
)
from mock_knock.web.problems import Problem

OPEN = AccessRules()


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
    with pytest.raises(Problem) as refused:
        authenticate(credentials, OPEN, endpoint="users.list_users")
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
    assert (key, key) == (authenticate(credentials, OPEN), admin_world_key(headers, OPEN))


@pytest.mark.parametrize("key", ["sk_b", "SK_A", "sk_", "sk_ab", "sk_a,sk_b"])
def test_only_accepted_keys(key: str) -> None:
    """Where keys are configured, every other key is refused."""
    rules = AccessRules(api_keys=frozenset({"sk_a", "sk_c"}))
    assert "sk_a" == authenticate("Bearer sk_a", rules)
    with pytest.raises(Problem) as refused:
        authenticate(f"Bearer {key}", rules)
    assert (401, "api_key_missing") == (refused.value.status, refused.value.envelope["code"])


def test_a_public_key_is_never_a_secret_one() -> None:
    """A public key is refused where secret ones may call, even when it is configured as accepted."""
    rules = AccessRules(api_keys=frozenset({"pk_a"}))
    with pytest.raises(Problem) as refused:
        authenticate("Bearer pk_a", rules, endpoint="users.list_users")
    assert 403 == refused.value.status


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        (AccessRules(revoked=frozenset({"pk_a"})), "api_key_expired"),
        (AccessRules(api_keys=frozenset({"sk_b"})), "api_key_missing"),
    ],
)
def test_a_key_that_is_none_has_no_type(rules: AccessRules, code: str) -> None:
    """A public key that was revoked or is not known is 401 everywhere; its type comes after that."""
    with pytest.raises(Problem) as refused:
        authenticate("Bearer pk_a", rules, endpoint="users.list_users")
    assert (401, code) == (refused.value.status, refused.value.envelope["code"])


def test_a_public_key_where_nothing_answers() -> None:
    """Whether something is there or imitated is told to public keys as well."""
    assert "sk_a" == authenticate("Bearer pk_a", OPEN)


@pytest.mark.parametrize(
    "rules",
    [
        AccessRules(api_keys=frozenset({"sk_a"}), environments={"sk_typo": "development"}),
        AccessRules(environments={"sk_a": "development"}),
        AccessRules(environments={"sk_typo": "development"}, revoked=frozenset({"sk_typo"})),
    ],
)
def test_a_key_that_opens_no_world(rules: AccessRules) -> None:
    """A key that is refused under /v1 means no world under /_mock either; those of --api-key count alone."""
    with pytest.raises(Problem) as refused:
        admin_world_key(Headers({"Authorization": "Bearer sk_typo"}), rules)
    assert 401 == refused.value.status
    with pytest.raises(Problem) as refused:
        authenticate("Bearer sk_typo", rules)
    assert 401 == refused.value.status


@pytest.mark.parametrize("credentials", [None, "", "Bearer", "Bearer ", "Basic c2s6", "sk_a"])
def test_without_a_key_the_default_world_is_meant(credentials: str | None) -> None:
    """An admin request without a usable bearer means the world of the default key."""
    headers = Headers() if credentials is None else Headers({"Authorization": credentials})
    assert DEFAULT_KEY == admin_world_key(headers, OPEN)
