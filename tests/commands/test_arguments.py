from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from mock_knock.cli import main
from mock_knock.commands.addresses import read_servers
from mock_knock.commands.arguments import read_inputs, read_pairs, read_reports, read_severities
from mock_knock.errors import InvalidDocument, MockKnockError, UsageError
from mock_knock.files import bundled
from mock_knock.harness.addresses import find_addresses, is_address
from mock_knock.harness.transport import is_loopback
from mock_knock.messages import JsonValue


@pytest.mark.parametrize(
    ("values", "pairs"),
    [
        ([], ()),
        (["a=b"], (("a", "b"),)),
        (["a=b=c", "a= "], (("a", "b=c"), ("a", " "))),
        (["a==", "é=ü"], (("a", "="), ("é", "ü"))),
    ],
)
def test_pairs(values: list[str], pairs: tuple[tuple[str, str], ...]) -> None:
    """The first equals sign parts a name from its value; order and repetitions stay."""
    assert pairs == read_pairs("--x", values)


@pytest.mark.parametrize("value", ["", "a", "=", "=b", "a="])
def test_malformed_pairs(value: str) -> None:
    """An argument without a name or without a value is refused with the form it should have."""
    with pytest.raises(UsageError) as caught:
        read_pairs("--x", ["ok=1", value])
    assert ("argument-malformed", "--x name=value") == (caught.value.code, caught.value.hint)
    assert f"'{value}'" in caught.value.what


def test_severities() -> None:
    """Severities are given by the code of a finding; the last one counts."""
    assert {"guard-bypassed": "note"} == read_severities(["guard-bypassed=error", "guard-bypassed=note"])


@pytest.mark.parametrize(
    ("value", "hint"), [("guard-bypasse=note", "guard-bypassed"), ("guard-bypassed=fatal", "error, warning, note")]
)
def test_unknown_severities(value: str, hint: str) -> None:
    """A code or a level that does not exist is refused with those that do."""
    with pytest.raises(UsageError) as caught:
        read_severities([value])
    assert "severity-unknown" == caught.value.code
    assert hint in caught.value.hint


def test_reports() -> None:
    """A report may be asked for several times; the same one twice is one."""
    assert (("json", "-"), ("json", "a.json")) == read_reports(["json=-", "json=a.json", "json=-"])


def test_unknown_reports() -> None:
    """A kind of report that does not exist is refused with those that do."""
    with pytest.raises(UsageError) as caught:
        read_reports(["xml=a.xml"])
    assert ("report-unknown", "kinds: json, junit, har, html, ndjson, summary") == (
        caught.value.code,
        caught.value.hint,
    )


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:4010", "https://api.knock.app", "http://localhost/", "http://[::1]:4010", "http://knock:4010/x",
     "https://ada:pw@example.com", "http://127.0.0.1:65535"],
)  # fmt: skip
def test_addresses(url: str) -> None:
    """An address is http or https with a host."""
    assert is_address(url)
    assert {"a": url} == read_servers([f"a={url}"])


@pytest.mark.parametrize(
    "url",
    ["", "mock", "127.0.0.1:4010", "localhost", "ftp://example.com", "file:///etc/passwd", "http://", "http:///x",
     "http:example.com", "//example.com", "/v1", "http://[::1", "http://[x]", "http://a:b", "http://a:99999",
     "http://a:-1", "http://127.0.0.1:0", "http://a?b=c", "http://a/#b", "http://a b", " http://a", "http://a\n",
     "http://a\t.b", "http://a\\b", "http://evil.example\\@127.0.0.1", "http://a\x00", "HTTP://a", "javascript:x"],
)  # fmt: skip
def test_what_is_no_address(url: str) -> None:
    """Anything else is refused, above all what two programs would read differently."""
    assert not is_address(url)
    with pytest.raises(UsageError) as caught:
        find_addresses("described", {"a": url})
    assert "server-unknown" == caught.value.code
    assert "--server a=http://127.0.0.1:4010" == caught.value.hint


@given(
    st.lists(
        st.sampled_from(["127.0.0.1", "localhost", "evil.example", "[::1]", "@", ":", "/", "\\", "?", "#", "%", "%2f",
                         "80", ".", " ", "\t", "//", "http://"]),
        min_size=1, max_size=7,
    ).map("".join)
)  # fmt: skip
def test_an_address_on_this_machine_is_there_for_everybody(rest: str) -> None:
    """When an address looks like this machine, the library that connects sees this machine as well."""
    url = f"http://{rest}"
    if is_address(url) and is_loopback(url):
        with suppress(LocationParseError):  # what it does not understand it does not connect to
            assert is_loopback(f"http://{parse_url(url).host}")


TEXT_A: dict[str, JsonValue] = {"a": {"type": "string"}}


@pytest.mark.parametrize("schema", [True, {}, {"type": "integer"}, {"type": ["string", "null"]}])
def test_inputs_that_may_be_something_else_than_text(schema: JsonValue) -> None:
    """Only an input that is declared as a string and nothing else is text whatever it reads as."""
    assert {"a": 7} == read_inputs(None, ["a=7"], declared={"a": schema}).values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x", "x"), ("7", 7), ("-1.5", -1.5), ("true", True), ("null", None), ('"7"', "7"), ("[1, {}]", [1, {}]),
        ('{"a": "b"}', {"a": "b"}), ("{a: b}", "{a: b}"), ("yes", "yes"), ("007", "007"), ("NaN", "NaN"),
        ("Infinity", "Infinity"), ("a=b", "a=b"), (" ", " "), ("[1", "[1"), ("é", "é"), ("ENV:X", "ENV:X"),
    ],
)  # fmt: skip
def test_single_inputs(text: str, value: JsonValue) -> None:
    """An input is JSON where it reads as JSON, else text."""
    assert {"a": value} == read_inputs(None, [f"a={text}"]).values
    assert type(value) is type(read_inputs(None, [f"a={text}"]).values["a"])


@pytest.mark.parametrize(
    "text", ["123", "true", "null", '"quoted"', "[1]", '{"a": 1, "a": 2}', "1e999", "x", "[" * 500]
)
def test_single_inputs_that_are_text(text: str) -> None:
    """An input that is declared as text stays as it was typed, whatever it reads as."""
    assert {"a": text, "b": 1} == read_inputs(None, [f"a={text}", "b=1"], declared=TEXT_A).values


@pytest.mark.parametrize("declared", [{}, {"key": {"type": "string"}}])
def test_inputs_from_the_environment(monkeypatch: pytest.MonkeyPatch, declared: dict[str, JsonValue]) -> None:
    """A value from the environment is text, also when it looks like a number."""
    monkeypatch.setenv("MOCK_KNOCK_TEST_INPUT", "123")
    assert {"key": "123"} == read_inputs(None, ["key=env:MOCK_KNOCK_TEST_INPUT"], declared=declared).values


def test_variables_named_like_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A declared input is taken from its variable of the environment, over the file and under a single one."""
    for name, text in {"a": "7", "b": "[1]", "c": "2", "other": "3"}.items():
        monkeypatch.setenv(f"MOCK_KNOCK_INPUT_{name}", text)
    found = read_inputs(None, ["c=9"], declared={**TEXT_A, "b": {}, "c": {}})
    assert {"a": "7", "b": [1], "c": 9} == found.values


def test_a_variable_that_cannot_be_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """JSON in a variable is as strict as anywhere, and its refusal names the variable."""
    monkeypatch.setenv("MOCK_KNOCK_INPUT_b", "1e999")
    with pytest.raises(UsageError) as caught:
        read_inputs(None, [], declared={"b": {}})
    assert ("json-number", "MOCK_KNOCK_INPUT_b") == (caught.value.code, caught.value.where)


@pytest.mark.parametrize("name", ["MOCK_KNOCK_TEST_MISSING", ""])
def test_an_environment_without_the_input(name: str) -> None:
    """A variable that is not set is refused by its name."""
    with pytest.raises(UsageError) as caught:
        read_inputs(None, [f"key=env:{name}"], declared={"key": {"type": "string"}})
    assert ("input-env-missing", f"export {name}=...") == (caught.value.code, caught.value.hint)


def test_inputs_of_a_file(tmp_path: Path) -> None:
    """Single inputs stand on top of those of the file, the last one on top of all; the place is the file."""
    (tmp_path / "in.yaml").write_text("a: 1\nb: 2\n")
    found = read_inputs(str(tmp_path / "in.yaml"), ["b=3", "c=4", "b=5"])
    assert ({"a": 1, "b": 5, "c": 4}, str(tmp_path / "in.yaml")) == (found.values, found.where)


def test_bundled_inputs() -> None:
    """Bundled inputs are known by their name."""
    found = read_inputs("bulk-identify-users-notify", [])
    assert str(bundled("inputs", "bulk-identify-users-notify.yaml")) == found.where
    assert {"apiKey", "users", "recipientIds", "workflowKey", "data"} == set(found.values)


def test_no_inputs() -> None:
    """Without file and without single ones there are none."""
    assert ({}, "inputs") == (read_inputs(None, []).values, read_inputs(None, []).where)


@pytest.mark.parametrize(
    ("pair", "code"),
    [
        ("a=" + "[" * 300 + "]" * 300, "json-too-deep"),
        ("a=" + "[" * 20_000, "json-too-deep"),
        ('a={"b": 1, "b": 2}', "json-duplicate-key"),
        ("a=1e999", "json-number"),
        ("a=" + "9" * 5_000, "json-number"),
        ('a="\\ud800"', "json-lone-surrogate"),
        ("a=18446744073709551616", "input-invalid"),
        ("a=[-9223372036854775809]", "input-invalid"),
        ("a=\udcff", "input-invalid"),
        ("\udcff=1", "input-invalid"),
    ],
)
def test_single_inputs_that_cannot_be_sent(pair: str, code: str) -> None:
    """JSON that is not strict and values that JSON cannot carry are refused, naming the input."""
    with pytest.raises(MockKnockError) as caught:
        read_inputs(None, [pair])
    assert (code, f"--input {pair.partition('=')[0]}") == (caught.value.code, caught.value.where)
    assert caught.value.hint


def test_text_that_is_no_text() -> None:
    """Bytes that are not UTF-8 are refused for an input that is declared as text as well."""
    with pytest.raises(InvalidDocument) as caught:
        read_inputs(None, ["a=\udcff"], declared=TEXT_A)
    assert "input-invalid" == caught.value.code


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("in.yaml", "- a\n- b\n", "inputs-not-a-mapping"),
        ("in.yaml", "text", "inputs-not-a-mapping"),
        ("in.yaml", "# nothing\n", "inputs-not-a-mapping"),
        ("in.json", "[]", "inputs-not-a-mapping"),
        ("in.yaml", "a: !!str 1", "yaml-tag"),
        ("in.json", "{", "json-syntax"),
        ("in.yaml", "a: 123456789012345678901234567890", "input-invalid"),
        ("in.json", '{"a": [123456789012345678901234567890]}', "input-invalid"),
        ("in.yaml", "", "file-empty"),
    ],
)
def test_files_that_are_no_inputs(tmp_path: Path, name: str, content: str, code: str) -> None:
    """A file that is no mapping of values that can be sent is refused, with the place in it where there is one."""
    file = tmp_path / name
    file.write_text(content)
    with pytest.raises(InvalidDocument) as caught:
        read_inputs(str(file), [])
    assert code == caught.value.code
    assert caught.value.where.startswith(str(file))
    assert caught.value.hint


@given(st.text(min_size=1), st.booleans())
def test_any_single_input_is_a_value_or_refused(text: str, is_text: bool) -> None:  # noqa: FBT001  # drawn
    """Whatever is typed is an input or a refusal, and a declared text comes back to the letter."""
    try:
        value = read_inputs(None, [f"a={text}"], declared=TEXT_A if is_text else {}).values["a"]
    except MockKnockError:
        return
    assert value == text or not is_text


def test_an_input_may_be_empty() -> None:
    """An input can be the empty text; other options need a value."""
    assert {"apiKey": ""} == read_inputs(None, ["apiKey="]).values
    with pytest.raises(UsageError, match="argument-malformed"):
        read_servers(["jobs="])


def test_a_public_key_cannot_be_the_only_one(capsys: pytest.CaptureFixture[str]) -> None:
    """A server that would accept public keys alone is refused: Knock takes none on these endpoints."""
    with pytest.raises(SystemExit) as ended:
        main(["serve", "--port", "0", "--api-key", "pk_test_1234567890"])
    assert 2 == ended.value.code
    assert "[key-public]" in capsys.readouterr().err
