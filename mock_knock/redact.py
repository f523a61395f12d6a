"""Secrets are masked here and nowhere else: for log, journal, reports, curl lines and messages."""

from __future__ import annotations

import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from urllib.parse import quote, quote_plus

from mock_knock.messages import Headers, JsonValue

MASK = "***"
SHOWN = 4
MIN_SECRET = 4
"""A known secret shorter than this would mask half of any text, so it is left alone."""

MAX_LEVELS = 120
"""Levels of a decoded value that are looked at; what lies deeper is masked as a whole."""

MAX_PASSES = 8
"""How often a text is gone over until nothing changes; one that still changes is masked as a whole."""

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
        "accesstoken", "admintoken", "apikey", "apitoken", "authorization", "authtoken", "bearertoken", "clientsecret",
        "idtoken", "passphrase", "passwd", "password", "privatekey", "refreshtoken", "secret", "secretkey",
        "signingkey", "signingsecret", "token", "usertoken", "webhooksecret",
    }
)  # fmt: skip

_NAME = "|".join("(?:[-_]|%5F|%2D)?".join(name) for name in sorted(SECRET_NAMES, key=len, reverse=True))
_KNOCK_KEY = re.compile(
    r"(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2})|(?<=\\[bfnrt])|(?<=\\u[0-9A-Fa-f]{4}))"  # a word begins, maybe encoded
    r"([sp]k_(?:[a-z]+_)?+)([A-Za-z0-9_-]{4,}+)"
)
# Possessive quantifiers keep what is masked already from being masked again.
_CREDENTIALS = re.compile(
    r"(?i)(?P<announced>authorization\W{1,8})?\b(?P<scheme>(?:bearer|basic)(?:\s+|%20))"
    r"(?P<token>[A-Za-z0-9._~+/=%-]{8,}+)(?!\*)"
)
_ASSIGNMENT = re.compile(r"[^\W\d_]=")
"""What every `name=value` has; `a == b` has not."""
_MIN_UNANNOUNCED = 16
_PROSE = re.compile(r"[A-Za-z]?+[a-z]{0,20}+(?:[-/.]++[A-Za-z]?+[a-z]{0,20}+)*+")
"""What may follow `basic` or `bearer` in a sentence: words, even joined ones, of a length that words have."""
_USERINFO = re.compile(r"(?<=://)[^/?#\s\"<>]+(?=@)")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@cache
def _assigned() -> re.Pattern[str]:
    """Return what finds `name=value`; compiled when it is needed, as all those names take time."""
    return re.compile(rf"(?i)(?<![a-z0-9_-])({_NAME})=([^&;#?\s\"']+)")


@cache
def _json_members() -> tuple[re.Pattern[str], ...]:
    """Return what finds members in JSON, in JSON inside a JSON string, and so once more; compiled when needed."""
    return tuple(
        # its quotes have so many backslashes before them
        re.compile(
            rf"(?i)((?<!\\)(?:\\){{{n}}}\"(?:{_NAME})(?:\\){{{n}}}\"\s*:\s*(?:\\){{{n}}}\")"
            rf"(?:[^\"\\]++|(?:\\){{{2 * n + 2}}}|(?!(?:\\){{{n}}}\")\\++\"?)*+(?=(?:\\){{{n}}}\"|\Z)"
        )
        for n in (0, 1, 3)
    )


def mask_key(key: str) -> str:
    """Return an API key as it may be shown: its prefix and, of a long one, the last four characters."""
    match = _KNOCK_KEY.fullmatch(key)
    if match is None:
        return MASK
    return _shortened(match)


def clean_terminal(text: str) -> str:
    """Return text without control and bidirectional characters that could change what a terminal shows.

    Line breaks and tabs stay; halves of surrogate pairs, which cannot be written at all, go.
    """
    return _CONTROL.sub("", text)


@dataclass(frozen=True)
class Redactor:
    """Masks known secrets, in every form they are written in, and everything that looks like one."""

    secrets: frozenset[str] = field(default_factory=frozenset, repr=False)

    @classmethod
    def with_secrets(cls, secrets: Iterable[str]) -> Redactor:
        """Return a redactor that knows these values."""
        return cls(frozenset(each for each in secrets if len(each) >= MIN_SECRET))

    def text(self, value: str) -> str:
        """Return text with every secret in it masked; masking twice changes nothing."""
        for _ in range(MAX_PASSES):
            masked = self._mask_once(value)
            if masked == value:
                return value
            value = masked
        return MASK

    def url(self, value: str) -> str:
        """Return a URL without userinfo and without the values of secret query parameters."""
        return self.text(value)

    def headers(self, fields: Headers) -> Headers:
        """Return header fields with the values of secret ones masked."""
        return tuple((name, self._header(name, value)) for name, value in fields)

    def json(self, value: JsonValue) -> JsonValue:
        """Return a copy of a decoded value with every text masked, and whole members whose name says secret."""
        return self._json(value, MAX_LEVELS)

    def _mask_once(self, value: str) -> str:
        if self._known is not None:
            value = self._known.sub(MASK, value)
        if _ASSIGNMENT.search(value):
            value = _assigned().sub(rf"\1={MASK}", value)
        if '"' in value:
            for member in _json_members():
                value = member.sub(rf"\1{MASK}", value)
        value = _CREDENTIALS.sub(_masked_credentials, value)
        value = _KNOCK_KEY.sub(_shortened, value)
        return _USERINFO.sub(MASK, value)

    def _json(self, value: JsonValue, levels: int) -> JsonValue:
        match value:
            case str():
                return self.text(value)
            case dict() | list() if not levels:
                return MASK
            case dict():
                return {self.text(name): self._member(name, member, levels - 1) for name, member in value.items()}
            case list():
                return [self._json(item, levels - 1) for item in value]
            case _:
                return value

    def _member(self, name: str, value: JsonValue, levels: int) -> JsonValue:
        if not is_secret_name(name):
            return self._json(value, levels)
        match value:
            case str() | int() | float():
                return MASK
            case list():
                return [MASK if isinstance(item, (str, int, float)) else self._json(item, levels) for item in value]
            case _:
                return self._json(value, levels)

    def _header(self, name: str, value: str) -> str:
        plain = name.lower()
        if plain not in SECRET_HEADERS and not is_secret_name(plain.removeprefix("x-")):
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
        patterns = (_PERCENT.sub(r"(?i:\g<0>)", re.escape(form)) for form in sorted(forms, key=len, reverse=True))
        return re.compile("|".join(patterns))


def is_secret_name(name: str) -> bool:
    """Tell whether a member, parameter or input of this name holds a secret; case, `_` and `-` do not count."""
    return name.lower().replace("_", "").replace("-", "") in SECRET_NAMES


def _forms(secret: str) -> Iterator[str]:
    """Yield a secret as text, in JSON (once and twice), percent-encoded and in base64."""
    raw = secret.encode("utf-8", "surrogatepass")
    yield secret
    for ascii_only in (True, False):
        in_json = json.dumps(secret, ensure_ascii=ascii_only)[1:-1]
        yield from (in_json, json.dumps(in_json, ensure_ascii=ascii_only)[1:-1])
    yield from (quote(raw, safe=safe) for safe in ("", "/", _RESERVED_IN_VALUES, _RESERVED_IN_QUERIES))
    yield quote_plus(raw)
    for encode in (b64encode, urlsafe_b64encode):
        yield from _base64_forms(raw, encode)


def _base64_forms(raw: bytes, encode: Callable[[bytes], bytes]) -> Iterator[str]:
    """Yield base64 of a secret alone, and what it looks like wherever it stands inside something longer."""
    alone = encode(raw).decode()
    yield from (alone, alone.rstrip("="))
    for shift, mixed in ((0, 0), (1, 2), (2, 3)):  # bytes before it, characters that they reach into
        inner = encode(b"\0" * shift + raw).decode()
        inner = inner[mixed:] if not inner.endswith("=") else inner.rstrip("=")[mixed:-1]
        if len(inner) >= _MIN_INNER_BASE64:
            yield inner


_MIN_INNER_BASE64 = 8
_RESERVED_IN_VALUES = ":/?@!$'()*,;"
_RESERVED_IN_QUERIES = _RESERVED_IN_VALUES + "&=+[]"
"""What may stay as it is in an address where the API allows reserved characters, in a value and in a whole query."""
_PERCENT = re.compile("%[0-9A-Fa-f]{2}")


def _shortened(match: re.Match[str]) -> str:
    prefix, rest = match[1], match[2]
    return f"{prefix}{MASK}{rest[-SHOWN:]}" if len(rest) > 2 * SHOWN else f"{prefix}{MASK}"


def _masked_credentials(match: re.Match[str]) -> str:
    announced, scheme, token = match["announced"] or "", match["scheme"], match["token"]
    is_short = not announced and len(token) < _MIN_UNANNOUNCED
    if is_short or _PROSE.fullmatch(token):
        return match[0]
    return f"{announced}{scheme}{mask_key(token)}"
