"""Arguments of the form NAME=VALUE, and files of inputs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import cast, get_args

import orjson

from mock_knock.arazzo.codes import SEVERITIES
from mock_knock.commands.code_pages import suggest_codes
from mock_knock.errors import InvalidDocument, UsageError
from mock_knock.files import choose_file, read_document
from mock_knock.files.json_reader import read_json
from mock_knock.files.problems import DocumentProblem
from mock_knock.harness.inputs import Inputs
from mock_knock.messages import JsonValue, Severity

REPORT_KINDS = ("json", "junit", "har", "html", "ndjson", "summary")
"""Of a run."""
_OF_READERS = ("file-", "yaml-", "json-")
"""How the codes begin that tell why a file is no document."""
ENVIRONMENT_PREFIX = "MOCK_KNOCK_INPUT_"


def read_pairs(option: str, values: Iterable[str], *, may_be_empty: bool = False) -> tuple[tuple[str, str], ...]:
    """Split NAME=VALUE arguments, in order.

    Raises:
        UsageError: `argument-malformed`.
    """
    pairs = []
    for value in values:
        name, equals, rest = value.partition("=")
        if not name or not equals or not (rest or may_be_empty):
            raise UsageError(
                "argument-malformed", f"{option} takes NAME=VALUE, not '{value}'", hint=f"{option} name=value"
            )
        pairs.append((name, rest))
    return tuple(pairs)


def read_severities(values: Iterable[str]) -> dict[str, Severity]:
    """Read `--severity CODE=LEVEL`; raises UsageError for a code or a level that does not exist."""
    pairs = dict(read_pairs("--severity", values))
    for code, level in pairs.items():
        if code not in SEVERITIES:
            what = f"there is no finding with the code '{code}' and a severity of its own"
            is_of_reader = code.startswith(_OF_READERS)
            hint = "a file that cannot be read is always an error" if is_of_reader else suggest_codes(code)
            raise UsageError("severity-unknown", what, hint=hint)
        if level not in get_args(Severity):
            hint = f"levels: {', '.join(get_args(Severity))}"
            raise UsageError("severity-unknown", f"there is no severity '{level}'", hint=hint)
    return cast("dict[str, Severity]", pairs)


def read_reports(values: Iterable[str], kinds: Sequence[str] = REPORT_KINDS) -> tuple[tuple[str, str], ...]:
    """Read `--report KIND=PATH`, as often as it is given; raises UsageError for a kind that does not exist."""
    pairs = read_pairs("--report", values)
    for kind, _ in pairs:
        if kind not in kinds:
            hint = f"kinds: {', '.join(kinds)}"
            raise UsageError("report-unknown", f"there is no report of the kind '{kind}'", hint=hint)
    return tuple(dict.fromkeys(pairs))


def read_inputs(
    file: str | None, pairs: Iterable[str], *, declared: Mapping[str, JsonValue] = MappingProxyType({})
) -> Inputs:
    """Read the inputs of a flow: a file (or a bundled one by name), the environment, then single ones on top.

    Args:
        file: the file, or the name of a bundled one.
        pairs: `K=V` is JSON where it reads as JSON, else text; `K=env:NAME` is text from the environment.
        declared: the schema of each declared input. One of `type: string` is text whatever it reads as; for each the
            environment may have a variable `MOCK_KNOCK_INPUT_<name>`.

    Raises:
        InvalidDocument: the file cannot be used, or a value does not fit into JSON (`input-invalid`).
        UsageError: `input-env-missing`, or a single value is JSON that cannot be used.
    """
    values: dict[str, JsonValue] = {}
    origins: dict[str, str] = {}
    where = "inputs"
    if file is not None:
        source = read_document(choose_file("inputs", file))
        where = source.display
        if not isinstance(source.value, dict):
            hint = "write `name: value` pairs"
            raise InvalidDocument("inputs-not-a-mapping", "inputs must be a mapping", where=source.where(""), hint=hint)
        values.update(source.value)
        for name, value in values.items():
            _check_sendable(name, value, where)
    texts = {name for name, each in declared.items() if isinstance(each, Mapping) and each.get("type") == "string"}
    for name in declared:
        if (text := os.environ.get(ENVIRONMENT_PREFIX + name)) is not None:
            origins[name] = f"{ENVIRONMENT_PREFIX}{name}"
            values[name] = _read_value(text, origins[name], is_text=name in texts)
            _check_sendable(name, values[name], origins[name])
    for name, text in read_pairs("--input", pairs, may_be_empty=True):
        origins[name] = f"--input {name}"
        values[name] = _value(text, origins[name], is_text=name in texts)
        _check_sendable(name, values[name], origins[name])
    return Inputs(values, where, origins)


def _value(text: str, where: str, *, is_text: bool) -> JsonValue:
    if text.startswith("env:"):
        variable = text.removeprefix("env:")
        if variable not in os.environ:
            message, hint = f"the environment has no variable {variable}", f"export {variable}=..."
            raise UsageError("input-env-missing", message, hint=hint)
        return os.environ[variable]
    return _read_value(text, where, is_text=is_text)


def _read_value(text: str, where: str, *, is_text: bool) -> JsonValue:
    if is_text:
        return text
    try:
        return read_json(text)
    except DocumentProblem as problem:
        if problem.code == "json-syntax":
            return text
        raise UsageError(problem.code, problem.what, where=where, hint=problem.hint) from problem


def _check_sendable(name: str, value: JsonValue, where: str) -> None:
    try:
        orjson.dumps({name: value})
    except orjson.JSONEncodeError as error:
        message, hint = f"the input '{name}' cannot be sent as JSON: {error}", "give a value that JSON can hold"
        raise InvalidDocument("input-invalid", message, where=where, hint=hint) from error
