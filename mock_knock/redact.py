"""Secrets are masked here and nowhere else: for log, journal, reports, curl lines and messages."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import quote

from mock_knock.messages import Headers, JsonValue

MASK = "***"
SHOWN = 4
MIN_SECRET = 4
"""A known secret shorter than this would mask half of any text, so it is left alone."""

SECRET_HEADERS = frozenset(
    {
        "authorization",
        "proxy-authorization",
        "cookie",
        "set-cookie",
        "x-api-key",
        "x-knock-user-token",
        "x-mock-admin-token",
    }
)
SECRET_NAMES = frozenset(
    {
        "accesstoken", "apikey", "authorization", "clientsecret", "password", "privatekey", "refreshtoken", "secret",
        "signingkey", "token", "usertoken",
    }
)  # fmt: skip

_KNOCK_KEY = re.compile(r"(?<![A-Za-z0-9])([sp]k_(?:[a-z]+_)?+)([A-Za-z0-9_-]{4,}+)")
# Possessive quantifiers keep what is masked already from being masked again.
_CREDENTIALS = re.compile(r"(?i)\b(bearer|basic)(\s+|%20)([A-Za-z0-9._~+/=%-]{16,}+)(?!\*)")
_USERINFO = re.compile(r"(?<=://)[^/@\s\"']+(?=@)")
_QUERY_VALUE = re.compile(r"(?<=[?&])([^=&\s]+)=([^&\s#\"']+)")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def mask_key(key: str) -> str:
    """Return an API key as it may be shown: its prefix and, of a long one, the last four characters."""
    match = _KNOCK_KEY.fullmatch(key)
    if match is None:
        return MASK
    return _shortened(match)


def clean_terminal(text: str) -> str:
    """Return text without control and bidirectional characters that could change what a terminal shows."""
    return _CONTROL.sub("", text)


@dataclass(frozen=True)
class Redactor:
    """Masks known secrets, in every form they are written in, and everything that looks like one."""

    secrets: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def with_secrets(cls, secrets: Iterable[str]) -> Redactor:
        """Return a redactor that knows these values."""
        return cls(frozenset(each for each in secrets if len(each) >= MIN_SECRET))

    def text(self, value: str) -> str:
        """Return text with every secret in it masked; masking twice changes nothing."""
        if self._known is not None:
            value = self._known.sub(MASK, value)
        value = _CREDENTIALS.sub(_masked_credentials, value)
        value = _KNOCK_KEY.sub(_shortened, value)
        return _USERINFO.sub(MASK, value)

    def url(self, value: str) -> str:
        """Return a URL without userinfo and without the values of secret query parameters."""
        return self.text(_QUERY_VALUE.sub(_masked_query, value))

    def headers(self, fields: Headers) -> Headers:
        """Return header fields with the values of secret ones masked."""
        return tuple((name, self._header(name, value)) for name, value in fields)

    def json(self, value: JsonValue) -> JsonValue:
        """Return a copy of a decoded value with every text masked, and whole members whose name says secret."""
        match value:
            case str():
                return self.text(value)
            case dict():
                return {self.text(name): self._member(name, member) for name, member in value.items()}
            case list():
                return [self.json(item) for item in value]
            case _:
                return value

    def _member(self, name: str, value: JsonValue) -> JsonValue:
        return MASK if is_secret_name(name) and isinstance(value, (str, int, float)) else self.json(value)

    def _header(self, name: str, value: str) -> str:
        if name.lower() not in SECRET_HEADERS:
            return self.text(value)
        scheme, blank, credentials = value.partition(" ")
        if blank and scheme.lower() in {"bearer", "basic"}:
            return f"{scheme} {mask_key(credentials)}"
        return MASK

    @cached_property
    def _known(self) -> re.Pattern[str] | None:
        forms = {form for secret in self.secrets for form in _forms(secret)}
        if not forms:
            return None
        return re.compile("|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True)))


def is_secret_name(name: str) -> bool:
    """Tell whether a member, parameter or input of this name holds a secret; case, `_` and `-` do not count."""
    return name.lower().replace("_", "").replace("-", "") in SECRET_NAMES


def _forms(secret: str) -> tuple[str, ...]:
    """Return a secret as text, in JSON, percent-encoded and in base64."""
    encoded = b64encode(secret.encode()).decode()
    return (secret, json.dumps(secret)[1:-1], quote(secret, safe=""), quote(secret), encoded, encoded.rstrip("="))


def _shortened(match: re.Match[str]) -> str:
    prefix, rest = match[1], match[2]
    return f"{prefix}{MASK}{rest[-SHOWN:]}" if len(rest) > 2 * SHOWN else f"{prefix}{MASK}"


def _masked_credentials(match: re.Match[str]) -> str:
    return f"{match[1]}{match[2]}{mask_key(match[3])}"


def _masked_query(match: re.Match[str]) -> str:
    return f"{match[1]}={MASK}" if is_secret_name(match[1]) else match[0]
