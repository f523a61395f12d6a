"""Who may enter: API keys under `/v1`, the local machine alone under `/_mock` (DESIGN sections 5 and 6)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hmac import compare_digest

from werkzeug.datastructures import Headers

from mock_knock.web.problems import AUTHENTICATION, Problem

DEFAULT_KEY = "sk_test_local"
ADMIN_TOKEN_HEADER = "X-Mock-Admin-Token"  # noqa: S105  # the name of a header
SECRET, PUBLIC = "sk_", "pk_"
PUBLIC_ENDPOINTS = frozenset(
    f"users.{name}"
    for name in (
        "get_user",
        "identify_user",
        "list_user_preference_sets",
        "get_user_preference_set",
        "update_user_preference_set",
        "get_user_channel_data",
        "set_user_channel_data",
        "unset_user_channel_data",
    )
)
"""The views that public keys may call (FACTS section 2)."""
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})

_HOST = re.compile(
    r"(?:\[(?P<v6>[0-9a-f]*:[0-9a-f:.]*)\]|(?P<name>[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)\.?)(?::[0-9]*)?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class AccessRules:
    """What the fake admits.

    Attributes:
        api_keys: every other key is refused; without these only those of `environments` are admitted, or else any.
        allowed_hosts: names beside the local ones under which `/_mock` answers.
        admin_token: what `/_mock` asks for.
        is_local: whether only this machine can reach the server.
        environments: the environment of each key that belongs to a named one; keys of one share its world.
        revoked: keys that open nothing any more.
    """

    api_keys: frozenset[str] = frozenset()
    allowed_hosts: frozenset[str] = frozenset()
    admin_token: str | None = None
    is_local: bool = True
    environments: Mapping[str, str] = field(default_factory=dict)
    revoked: frozenset[str] = frozenset()

    def admits(self, key: str) -> bool:
        """Tell whether a key is known here; `api_keys` count more than those of environments.

        A public key is known where its secret one is among `api_keys`.
        """
        known = self.api_keys or self.environments.keys()
        return not known or key in known or secret_key(key) in self.api_keys

    def environment(self, key: str) -> str:
        """Return whose world a key opens: that of its environment, or its own; a public key has none of its own."""
        return self.environments.get(key) or secret_key(key)


def secret_key(key: str) -> str:
    """Return the secret key that a public one belongs to, by its name (our choice); a secret one is itself."""
    return f"{SECRET}{key.removeprefix(PUBLIC)}" if key.startswith(PUBLIC) else key


def authenticate(credentials: str | None, rules: AccessRules, *, endpoint: str | None = None) -> str:
    """Return the environment of the key of a request to `/v1`.

    `credentials` are its Authorization field, and `endpoint` is the view that is to answer, if any.

    Raises:
        Problem: 401 without a usable key, 403 with a public one where only secret ones may call (FACTS section 2; the
            codes' pairing is our choice).
    """
    if not credentials:
        raise Problem(401, "authentication_required", "An API key is required", type_=AUTHENTICATION)
    scheme, _, key = credentials.partition(" ")
    key = key.strip()
    if scheme.lower() != "bearer" or not key:
        raise Problem(
            401, "api_key_missing", "The Authorization header must be 'Bearer <API key>'", type_=AUTHENTICATION
        )
    if key in rules.revoked:
        raise Problem(401, "api_key_expired", "The API key was revoked", type_=AUTHENTICATION)
    if not rules.admits(key):
        raise Problem(401, "api_key_missing", "The API key is invalid", type_=AUTHENTICATION)
    if key.startswith(PUBLIC) and endpoint is not None and endpoint not in PUBLIC_ENDPOINTS:
        message = "A public key cannot call this endpoint: use a secret key"
        raise Problem(403, "incorrect_token_type", message, type_=AUTHENTICATION)
    return rules.environment(key)


def admin_world_key(headers: Headers, rules: AccessRules) -> str:
    """Return whose world an admin request means: that of the key it carries, else that of the default one.

    Raises:
        Problem: 401 with a key that opens no world here.
    """
    carried = carried_key(headers)
    if carried and (carried in rules.revoked or not rules.admits(carried)):
        raise Problem(401, "api_key_missing", "The API key is invalid: it opens no world here", type_=AUTHENTICATION)
    return rules.environment(carried or default_key(rules))


def carried_key(headers: Headers) -> str:
    """Return the bearer of a request, or nothing."""
    scheme, _, key = headers.get("Authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def default_key(rules: AccessRules) -> str:
    """Return the key to use where none is named: the first secret one that is declared, or else `sk_test_local`."""
    declared = (each for each in rules.environments if each.startswith(SECRET) and each not in rules.revoked)
    return next(declared, DEFAULT_KEY)


def guard_admin(headers: Headers, rules: AccessRules) -> None:
    """Refuse requests to `/_mock` that a web page or another machine could have made.

    Raises:
        Problem: 403 for a foreign Host or Origin, a cross-site fetch, or a missing token.
    """
    if not is_trusted_host(headers.get("Host", ""), rules.allowed_hosts):
        raise _forbidden("host_refused", "This Host is not allowed here: see --allowed-host")
    origin = headers.get("Origin")
    if origin is not None and not _is_trusted_origin(origin, rules.allowed_hosts):
        raise _forbidden("origin_refused", "Requests from this Origin are not allowed")
    if "cross-site" in headers.get("Sec-Fetch-Site", "").lower():
        raise _forbidden("origin_refused", "Cross-site requests are not allowed")
    if rules.admin_token is None:
        if not rules.is_local:
            raise _forbidden(
                "admin_token_missing", "Start the server with --admin-token to reach /_mock from elsewhere"
            )
    elif not compare_digest(headers.get(ADMIN_TOKEN_HEADER, "").encode(), rules.admin_token.encode()):
        raise _forbidden("admin_token_required", f"The header {ADMIN_TOKEN_HEADER} is missing or wrong")


def is_trusted_host(host: str, allowed: Collection[str] = ()) -> bool:
    """Tell whether a Host header names a trusted host: `name`, `name:port`, `[v6]:port`, in any case.

    The names in `allowed` may be written in the same forms, an IPv6 address also without brackets.
    """
    name = host_name(host)
    if name is None:
        return False
    is_local = name in LOCAL_HOSTS or name.endswith(".localhost")
    return is_local or any(name in {host_name(each), each.lower()} for each in allowed)


@lru_cache(maxsize=256)
def host_name(host: str) -> str | None:
    """Return the name or address in a Host header (RFC 9110 section 7.2), in lower case; None when it holds none."""
    match = _HOST.fullmatch(host.strip().lower())
    return match and (match["v6"] or match["name"])


def _is_trusted_origin(origin: str, allowed: Collection[str]) -> bool:
    scheme, _, host = origin.partition("://")
    return scheme.lower() in {"http", "https"} and is_trusted_host(host, allowed)


def _forbidden(code: str, message: str) -> Problem:
    return Problem(403, code, message, type_=AUTHENTICATION)
