"""Arguments of the form NAME=VALUE, and files of inputs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import cast, get_args

import orjson

from mock_knock.arazzo.codes import SEVERITIES
from mock_knock.errors import InvalidDocument, UsageError
from mock_knock.files import find_bundled, read_document
from mock_knock.harness.flow import Inputs
from mock_knock.messages import JsonValue, Severity

REPORT_KINDS = ("json",)


def read_pairs(option: str, values: Iterable[str]) -> dict[str, str]:
    """Split NAME=VALUE arguments.

    Raises:
        UsageError: `argument-malformed`.
    """
    pairs: dict[str, str] = {}
    for value in values:
        name, equals, rest = value.partition("=")
        if not name or not equals or not rest:
            raise UsageError(
                "argument-malformed", f"{option} takes NAME=VALUE, not '{value}'", hint=f"{option} name=value"
            )
        pairs[name] = rest
    return pairs


def read_severities(values: Iterable[str]) -> dict[str, Severity]:
    """Read `--severity CODE=LEVEL`; raises UsageError for a code or a level that does not exist."""
    pairs = read_pairs("--severity", values)
    for code, level in pairs.items():
        if code not in SEVERITIES:
            hint = f"codes: {', '.join(sorted(SEVERITIES))}"
            raise UsageError("severity-unknown", f"there is no finding with the code '{code}'", hint=hint)
        if level not in get_args(Severity):
            hint = f"levels: {', '.join(get_args(Severity))}"
            raise UsageError("severity-unknown", f"there is no severity '{level}'", hint=hint)
    return cast("dict[str, Severity]", pairs)


def read_reports(values: Iterable[str]) -> Mapping[str, str]:
    """Read `--report KIND=PATH`; raises UsageError for a kind that does not exist."""
    pairs = read_pairs("--report", values)
    for kind in pairs:
        if kind not in REPORT_KINDS:
            hint = f"kinds: {', '.join(REPORT_KINDS)}"
            raise UsageError("report-unknown", f"there is no report of the kind '{kind}'", hint=hint)
    return pairs


def read_servers(values: Iterable[str]) -> Mapping[str, str]:
    """Read `--server NAME=URL`; raises UsageError for anything but http and https."""
    pairs = read_pairs("--server", values)
    for name, url in pairs.items():
        if not url.startswith(("http://", "https://")):
            hint = f"--server {name}=http://127.0.0.1:4010"
            raise UsageError("server-unknown", f"'{url}' is not an address", hint=hint)
    return pairs


def read_inputs(file: str | None, pairs: Iterable[str]) -> Inputs:
    """Read the inputs of a flow: a file (or a bundled one by name), then single ones on top.

    A single value is JSON where it reads as JSON, else text; `env:NAME` takes it from the environment, as text.

    Raises:
        InvalidDocument: the file cannot be used.
        UsageError: `input-env-missing`.
    """
    values: dict[str, JsonValue] = {}
    where = "inputs"
    if file is not None:
        source = read_document(find_bundled("inputs", file) or Path(file))
        where = source.display
        if not isinstance(source.value, dict):
            hint = "write `name: value` pairs"
            raise InvalidDocument("inputs-not-a-mapping", "inputs must be a mapping", where=source.where(""), hint=hint)
        values.update(source.value)
    values.update({name: _value(text) for name, text in read_pairs("--input", pairs).items()})
    return Inputs(values, where)


def _value(text: str) -> JsonValue:
    if text.startswith("env:"):
        name = text.removeprefix("env:")
        if name not in os.environ:
            raise UsageError("input-env-missing", f"the environment has no variable {name}", hint=f"export {name}=...")
        return os.environ[name]
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
