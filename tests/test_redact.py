from __future__ import annotations

import json
import secrets
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.messages import JsonValue
from mock_knock.redact import MASK, MAX_LEVELS, MIN_SECRET, Redactor, clean_terminal, is_secret_name, mask_key

KEY = f"sk_live_{secrets.token_hex(16)}"
PASSWORD = f'hunter2 "é/\\+&={secrets.token_hex(4)}'
PLAIN = Redactor()
KNOWING = Redactor.with_secrets([KEY, PASSWORD])


RESERVED = ":/?@!$'()*,;"


def base64(text: str) -> str:
    """Return text in base64."""
    return b64encode(text.encode()).decode()


FORMS: dict[str, Callable[[str], str]] = {
    "alone": lambda secret: secret,
    "in a sentence": lambda secret: f"the key {secret}, they said",
    "in quotes": lambda secret: f"'{secret}'",
    "in JSON": lambda secret: json.dumps({"note": [secret]}),
    "in JSON with its own characters": lambda secret: json.dumps({"note": secret}, ensure_ascii=False),
    "in JSON in JSON": lambda secret: json.dumps({"body": json.dumps({"note": secret})}),
    "after a line break in JSON": lambda secret: json.dumps(f"first\n{secret}\nlast"),
    "after an escape in JSON": lambda secret: json.dumps(f"\u0001{secret}"),
    "in bytes": lambda secret: repr(secret.encode()) if secret.isascii() else secret,
    "percent-encoded": lambda secret: f"http://localhost/?q=%22{quote(secret, safe='')}%22",
    "percent-encoded in lower case": lambda secret: quote(secret, safe="").replace("%C3%A9", "%c3%a9"),
    "as a path": lambda secret: f"http://localhost/{quote(secret)}/x",
    "among reserved characters": lambda secret: f"http://localhost/?q={quote(secret, safe=RESERVED)}&r=1",
    "in a whole query": lambda secret: f"http://localhost/?q=1&{quote(secret, safe=RESERVED + '&=+[]')}",
    "in a form": lambda secret: f"a=1&note={quote_plus(secret)}",
    "userinfo": lambda secret: f"https://{quote(secret, safe='')}@example.com/x",
    "userinfo with a name": lambda secret: f"see https://ada:{quote(secret, safe='')}@example.com, please",
    "a curl line": lambda secret: f"curl -H 'Authorization: Bearer {secret}' http://localhost",
    "bearer": lambda secret: f"Bearer {secret}",
    "bearer in a URL": lambda secret: f"?h=Bearer%20{quote(secret, safe='')}",
    "basic": lambda secret: f"Basic {base64(f'{secret}:')}",
    "basic with a name": lambda secret: f"Authorization: Basic {base64(f'ada:{secret}')}",
}


@pytest.mark.parametrize("mask", [PLAIN, KNOWING], ids=["plain", "knowing"])
@pytest.mark.parametrize("form", FORMS)
def test_no_form_of_an_api_key_survives(form: str, mask: Redactor) -> None:
    """An API key is found nowhere after masking, known or not, in whatever form it was written."""
    text = FORMS[form](KEY)
    for masked in (mask.text(text), mask.url(text), mask.json({"a": [text]})["a"][0], mask.json({text: 1})):
        assert_gone(KEY, str(masked))


@pytest.mark.parametrize("form", FORMS)
def test_no_form_of_a_known_password_survives(form: str) -> None:
    """A password that looks like nothing is found nowhere after masking when it is known."""
    text = FORMS[form](PASSWORD)
    for masked in (KNOWING.text(text), KNOWING.url(text), KNOWING.json({"a": [text]})["a"][0]):
        assert_gone(PASSWORD, masked)


def assert_gone(secret: str, text: str) -> None:
    """Fail when a secret stands in a text, in any encoding, or when nothing was masked."""
    tail = secret[-8:]  # of a long key the last four characters are shown
    assert MASK in text
    for form in FORMS.values():
        assert form(secret) not in text
    assert tail not in text
    assert secret[:12] not in text
    for shift in range(3):
        inner = b64encode(b"x" * shift + secret.encode())[4:-4].decode()
        assert inner not in text


@pytest.mark.parametrize("shift", range(6))
@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode])
def test_base64_of_a_known_secret_within_something(shift: int, encode: Callable[[bytes], bytes]) -> None:
    """A known secret is found in base64 wherever it begins and ends in what was encoded."""
    for after in range(3):
        text = encode(b"\xfb" * shift + PASSWORD.encode() + b"\xff" * after).decode()
        masked = KNOWING.text(text)
        assert MASK in masked
        assert len(text) - len(masked) > len(PASSWORD)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("sk_test_abcdefgh1234", "sk_test_***1234"),
        ("sk_test_local", "sk_test_***"),
        ("sk_abcdefghij", "sk_***ghij"),
        ("pk_live_abcdefghij", "pk_live_***ghij"),
        ("x:sk_live_abcd.", "x:sk_live_***."),
        ("Bearer 0123456789abcdef", "Bearer ***"),
        ("Bearer sk_averyverylongprefix_0123456789", "Bearer sk_averyverylongprefix_***6789"),
        ("bearer\teyJhbGciOiJIUzI1NiJ9.e30.x-y_z", "bearer\t***"),
        ("BASIC dXNlcjpwYXNzd29yZA==", "BASIC ***"),
        ("Authorization: Bearer abcd1234", "Authorization: Bearer ***"),
        ('"authorization": "Basic YTpi"', '"authorization": "***"'),
        ("authorization=Basic", "authorization=***"),
        ("https://ada:pw@example.com/x", "https://***@example.com/x"),
        ("https://ada@example.com", "https://***@example.com"),
        ("https://ada:p@ss@example.com", "https://***@example.com"),
        ("https://ada:p'w@example.com", "https://***@example.com"),
        ("postgres://u:p@db/x and redis://:p@db", "postgres://***@db/x and redis://***@db"),
        ("/x?api_key=abc&b=1", "/x?api_key=***&b=1"),
        ("/x?a=1&token=abc#top", "/x?a=1&token=***#top"),
        ("/x?API-Key=abc;token=x", "/x?API-Key=***;token=***"),
        ("/x?api%5Fkey=abc", "/x?api%5Fkey=***"),
        ("/x#access_token=abc&state=1", "/x#access_token=***&state=1"),
        ("/x?to=http://y?secret=abc", "/x?to=http://y?secret=***"),
        ("password=abc&name=ada", "password=***&name=ada"),
        ('{"password": "abc", "name": "ada"}', '{"password": "***", "name": "ada"}'),
        ('{"password": "a\\"b\\\\"}', '{"password": "***"}'),
        ('{"clientSecret" : "abc"}', '{"clientSecret" : "***"}'),
        ('{"password": "cut of', '{"password": "***'),
        (r'{"body": "{\"token\":\"a\\\"b\",\"x\":1}"}', r'{"body": "{\"token\":\"***\",\"x\":1}"}'),
        (r'"{\"token\":\"a\\\\\",\"x\":1}"', r'"{\"token\":\"***\",\"x\":1}"'),
        (r'"\"{\\\"token\\\": \\\"abc\\\"}\""', r'"\"{\\\"token\\\": \\\"***\\\"}\""'),
    ],
)
def test_what_looks_like_a_secret(text: str, masked: str) -> None:
    """Keys, credentials, userinfo and values of secret names are masked without being known, the rest is kept."""
    assert masked == PLAIN.text(text)
    assert masked == PLAIN.url(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The bearer of this letter is trusted.",
        "a bearer token",
        "bearer responsibilities, basic internationalization",
        "basic authentication/authorization",
        "a basic trouble-shooting-guide-for-beginners",
        "The Authorization header must be 'Bearer <API key>'",
        "Basic understanding of JSON, please",
        "basic-setup.internationalization.md",
        "an invalid token: expected ',' or '}'",
        "unexpected token '=='; a comparison belongs inside a filter",
        "the password is missing",
        "token = abc",
        "next_page_token=abc",
        "mytoken=abc&tokens=1",
        '{"tokens": "abc", "token_count": "7", "tokenized": "x"}',
        "risk_free, task_list, desk_top_item, disk_usage_total",
        "ask_for_it flask_app",
        "sk_ and pk_",
        "sk_abc",
        "sk-live-0123456789abcdef",
        "123e4567-e89b-12d3-a456-426614174000",
        "http://127.0.0.1:4010/v1/bulk_operations/123e4567-e89b-12d3-a456-426614174000",
        "https://example.com/a@b?mail=ada@example.com",
        "mailto:ada@example.com, http://example.com and ada@example.com",
        "/x?page=2&sort=-at&key=welcome&q=a%20b",
        "2024-01-01T10:00:00.000Z",
        "$steps.bulkIdentify.outputs.bulkOperationId",
        "POST /v1/users/bulk/identify 200",
        "*** and sk_test_***1234",
    ],
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    """Sentences, names, ids and addresses without a secret come out as they went in."""
    assert text == PLAIN.text(text)
    assert text == PLAIN.url(text)
    assert {text: [text]} == PLAIN.json({text: [text]})
    assert (("X-Note", text),) == PLAIN.headers((("X-Note", text),))


def test_a_short_secret_is_left_alone() -> None:
    """A known secret that is too short would take half of any text with it, so it stays."""
    assert "a cat sat" == Redactor.with_secrets(["at", "cat"]).text("a cat sat")
    assert f"a {MASK} sat" == Redactor.with_secrets(["cats"]).text("a cats sat")
    assert 4 == MIN_SECRET


def test_of_two_secrets_the_longer_goes_first() -> None:
    """A secret that begins another one does not leave the other's end standing."""
    assert f"x {MASK} y" == Redactor.with_secrets(["hunter", "hunter2-long"]).text("x hunter2-long y")


def test_a_secret_that_masking_puts_together() -> None:
    """What becomes a secret only by masking another one is masked as well."""
    assert MASK == Redactor.with_secrets(["inner", "o***r"]).text("oinnerr")


@pytest.mark.parametrize(
    ("name", "value", "masked"),
    [
        ("Authorization", "Bearer sk_test_abcdefgh1234", "Bearer sk_test_***1234"),
        ("AUTHORIZATION", "basic YTpi", "basic ***"),
        ("authorization", "Bearer canary", "Bearer ***"),
        ("Authorization", "canary", MASK),
        ("Authorization", "Digest canary", MASK),
        ("Authorization", "Bearer", MASK),
        ("Authorization", "", MASK),
        ("Proxy-Authorization", "Basic Y2FuYXJ5", "Basic ***"),
        ("Cookie", "a=canary", MASK),
        ("Set-Cookie", "a=canary; HttpOnly", MASK),
        ("x-knock-user-token", "canary", MASK),
        ("X-Mock-Admin-Token", "canary", MASK),
        ("X-Api-Key", "canary", MASK),
        ("Api-Key", "canary", MASK),
        ("X-Auth-Token", "canary", MASK),
        ("X-Access-Token", "canary", MASK),
        ("Location", "https://canary@example.com/?token=canary", "https://***@example.com/?token=***"),
        ("Content-Type", "application/json", "application/json"),
        ("X-Request-Id", "123e4567-e89b-12d3-a456-426614174000", "123e4567-e89b-12d3-a456-426614174000"),
    ],
)
def test_headers(name: str, value: str, masked: str) -> None:
    """Header fields that hold secrets are masked by their name, the others by what is in them; names stay."""
    assert ((name, masked), (name, masked)) == PLAIN.headers(((name, value), (name, value)))


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ({"password": "canary"}, {"password": MASK}),
        (
            {"API_key": "canary", "client-secret": 7, "token": 1.5},
            {"API_key": MASK, "client-secret": MASK, "token": MASK},
        ),
        ({"secret": ["canary", 7, None, {"a": "b"}]}, {"secret": [MASK, MASK, None, {"a": "b"}]}),
        ({"secret": {"type": "string", "password": "canary"}}, {"secret": {"type": "string", "password": MASK}}),
        ({"token": None, "name": "ada"}, {"token": None, "name": "ada"}),
        ({"a": [{"b": {"accessToken": "canary"}}]}, {"a": [{"b": {"accessToken": MASK}}]}),
        ({"body": '{"apiKey":"canary"}'}, {"body": '{"apiKey":"***"}'}),
        ([1, 1.5, True, None, "x"], [1, 1.5, True, None, "x"]),
        ("https://canary@example.com", "https://***@example.com"),
        (None, None),
    ],
)
def test_json(value: JsonValue, masked: JsonValue) -> None:
    """Members whose name says secret are masked whole, every other text by what is in it."""
    before = json.dumps(value)
    assert masked == PLAIN.json(value)
    assert before == json.dumps(value)


def test_a_value_of_any_depth() -> None:
    """A value nested deeper than anybody looks is masked from there on, without a RecursionError."""
    value: JsonValue = "canary"
    for _ in range(50_000):
        value = [value]
    masked = orjson.dumps(PLAIN.json(value))
    assert b"[" * MAX_LEVELS + f'"{MASK}"'.encode() + b"]" * MAX_LEVELS == masked


def test_the_deepest_value_that_is_looked_at() -> None:
    """As many levels as are looked at come back whole."""
    value: JsonValue = {"a": "b"}
    for _ in range(MAX_LEVELS - 1):
        value = {"a": value}
    assert value == PLAIN.json(value)


texts = st.text() | st.text(alphabet='sk_live_pABCdef01234567890-*:/@?&=%2"\\\n .', max_size=60) | st.sampled_from(
    ["Bearer ", "basic", "authorization", "://", "@", "sk_live_", "token=", '"password":"', "***", "abcd1234" * 3]
)  # fmt: skip
joined = st.lists(texts, max_size=6).map("".join)
known = st.lists(texts, max_size=3).map(Redactor.with_secrets)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | joined,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(joined | st.sampled_from(["token", "password"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(known, joined)
def test_masking_text_twice_changes_nothing(mask: Redactor, text: str) -> None:
    """What is masked stays as it is when it passes the border again."""
    once = mask.text(text)
    assert once == mask.text(once)
    assert once == mask.url(once)


@given(known, values)
def test_masking_a_value_twice_changes_nothing(mask: Redactor, value: JsonValue) -> None:
    """A masked value stays as it is when it passes the border again."""
    once = mask.json(value)
    assert once == mask.json(once)


@given(known, st.lists(st.tuples(st.sampled_from(["Authorization", "Cookie", "X-Note"]), joined), max_size=4))
def test_masked_headers_keep_their_order(mask: Redactor, fields: list[tuple[str, str]]) -> None:
    """Masking changes values alone; those of ordinary fields stay as they are when they pass the border again."""
    once = mask.headers(tuple(fields))
    twice = mask.headers(once)
    assert [name for name, _ in fields] == [name for name, _ in once]
    assert [field for field in once if field[0] == "X-Note"] == [field for field in twice if field[0] == "X-Note"]


@given(st.text(min_size=MIN_SECRET).filter(lambda text: "*" not in text), st.text(), st.text())
def test_a_known_secret_never_survives(secret: str, before: str, after: str) -> None:
    """Whatever a secret looks like and wherever it stands, it is gone from the text."""
    mask = Redactor.with_secrets([secret])
    for form in (secret, json.dumps(secret)[1:-1], quote(secret, safe=""), base64(secret)):
        assert form not in mask.text(f"{before}{form}{after}")


@given(values)
def test_the_shape_of_a_value_stays(value: JsonValue) -> None:
    """Masking a value without a secret name changes texts, never the type or the length of a list."""
    masked = PLAIN.json([value])
    assert isinstance(masked, list)
    assert isinstance(masked[0], type(value))


@pytest.mark.parametrize(
    "text",
    ["\\" * 300_000, '"' * 300_000, '"token":"' * 30_000, "sk_" * 100_000, "bearer " + "-" * 300_000 + "1",
     "bearer " + "a." * 100_000 + "1!", "://" + "a@" * 100_000, "authorization " * 20_000,
     '"token":"' + "\\" * 300_000, '\\\\\\"token\\\\\\":\\\\\\"' + "\\" * 300_000, ('"token":"' + "\\") * 30_000],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_long_hostile_texts(text: str) -> None:
    """A text made to make patterns go back and forth is masked as quickly as any other."""
    assert PLAIN.text(text) is not None


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("sk_test_0123456789", "sk_test_***6789"),
        ("sk_test_012345678", "sk_test_***5678"),
        ("sk_test_01234567", "sk_test_***"),
        ("sk_test_abc", MASK),
        ("sk_0123456789", "sk_***6789"),
        ("pk_live_0123456789", "pk_live_***6789"),
        ("sk_test_local", "sk_test_***"),
        ("secret", MASK),
        ("sk_test_a b", MASK),
        ("", MASK),
        (MASK, MASK),
    ],
)
def test_mask_key(key: str, shown: str) -> None:
    """An API key is shown by its prefix and, when that leaves enough in the dark, its last four characters."""
    assert shown == mask_key(key)


@pytest.mark.parametrize(
    ("name", "is_secret"),
    [
        ("apiKey", True), ("api_key", True), ("API-KEY", True), ("Password", True), ("client_secret", True),
        ("webhookSecret", True), ("id_token", True), ("name", False), ("tokens", False), ("key", False),
        ("workflowKey", False), ("cancellation_key", False), ("secretary", False), ("", False),
    ],
)  # fmt: skip
def test_names_of_secrets(name: str, is_secret: bool) -> None:  # noqa: FBT001  # a column of the table
    """A name says secret whatever its case and its separators, and only as a whole."""
    assert is_secret is is_secret_name(name)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("a\x1b[31mb\x1b]0;title\x07c", "a[31mb]0;titlec"),
        ("a\x9b31mb\x00\x7f\x08", "a31mb"),
        ("real\rfake", "realfake"),
        ("a\u202egnp.exe\u2066\u200f\u061cb", "agnp.exeb"),
        ("a\u2028b\u2029c", "abc"),
        ("a\ud800b", "ab"),
        ("a\tb\nc", "a\tb\nc"),
        ("é\U0001f600 中 ✓", "é\U0001f600 中 ✓"),
    ],
)
def test_clean_terminal(text: str, clean: str) -> None:
    """Control and bidirectional characters go, line breaks, tabs and every script stay."""
    assert clean == clean_terminal(text)


@given(st.text(alphabet=st.characters()))
def test_clean_text_can_be_shown(text: str) -> None:
    """Clean text has no escape in it, can be written as UTF-8, and is clean."""
    clean = clean_terminal(text)
    assert not set(clean) & set("\x1b\x9b\r\x07\x08\u202e")
    assert clean == clean.encode().decode()
    assert clean == clean_terminal(clean)


def test_a_redactor_keeps_its_secrets_to_itself() -> None:
    """The representation of a redactor, as a debugger or a failing test prints it, names no secret."""
    assert "canary" not in repr(Redactor.with_secrets(["canary-value"]))


@pytest.mark.parametrize("secret", ["****", "*****x", "* * *"])
def test_a_secret_of_asterisks_ends(secret: str) -> None:
    """A secret that looks like a mask does not keep the redactor busy for ever."""
    assert len(Redactor.with_secrets([secret]).text(secret * 20_000)) < 20_000 * len(secret)
