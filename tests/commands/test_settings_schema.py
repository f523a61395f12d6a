"""The published JSON Schema of the settings says what the options of the commands say, and what the reader says.

`REGENERATE_GOLDEN=1 python -m pytest tests/commands/test_settings_schema.py` writes it anew.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mock_knock.commands.configured import ConfiguredCommand, setting_name
from mock_knock.errors import InvalidDocument
from mock_knock.files import bundled
from mock_knock.messages import JsonValue
from mock_knock.settings import SCHEMA as NAME
from mock_knock.settings import read_settings
from tests.commands.settings_schema import configured_commands, kind, write_schema

SCHEMA = json.loads(write_schema())
VALIDATOR = jsonschema_rs.Draft202012Validator(SCHEMA)
SECTIONS = {name: each["properties"] for name, each in SCHEMA["properties"].items() if "properties" in each}
OPTIONS = [(command, option) for command in configured_commands() for option in command.settable()]
NAMES = [f"{command.name}-{setting_name(option)}" for command, option in OPTIONS]


def test_it_is_the_published_one(golden_text: Callable[[Path, str], str]) -> None:
    """The published schema is made from the options as they are."""
    assert golden_text(bundled("schemas", NAME), write_schema()) == write_schema()


def test_it_is_a_schema() -> None:
    """The schema keeps its own dialect, and describes everything that it knows."""
    assert jsonschema_rs.meta.is_valid(SCHEMA)
    assert [] == [name for section in SECTIONS.values() for name, each in section.items() if not each["description"]]


def takes(folder: Path, document: JsonValue) -> bool:
    """Tell whether the reader takes a document."""
    path = folder / "settings.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    try:
        read_settings(path)
    except InvalidDocument:
        return False
    return True


OTHER: list[JsonValue] = [
    *[None, True, False, -1, 0, 1, 0.5, 64, 65_535, 65_536, 10**9],
    *["", "x", "strict", "note", [], ["x"], [""], [7], ["x", "y"], {}, {"x": 7}],
]  # fmt: skip


@st.composite
def documents(draw: st.DrawFn) -> JsonValue:
    """Draw a document in which most names are right and most values are not."""
    document: dict[str, JsonValue] = {}
    for section in draw(st.lists(st.sampled_from([*SCHEMA["properties"], "x"]), unique=True)):
        names = st.sampled_from([*SECTIONS.get(section, {}), "x"])
        members = st.dictionaries(names, st.sampled_from(OTHER), max_size=3)
        document[section] = draw(st.one_of(members, members, members, st.sampled_from(OTHER)))
    return draw(st.one_of(st.just(document), st.just(document), st.sampled_from(OTHER)))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(documents())
def test_schema_and_reader_agree(tmp_path: Path, document: JsonValue) -> None:
    """A document keeps the schema exactly when the reader takes it."""
    assert VALIDATOR.is_valid(document) == takes(tmp_path, document)


@pytest.mark.parametrize("name", SECTIONS)
def test_values_at_the_bounds(tmp_path: Path, name: str) -> None:
    """For every setting schema and reader agree on each value at the edge of what it may be."""
    for setting, each in SECTIONS[name].items():
        for value in [*OTHER, *edges(each)]:
            document = {name: {setting: value}}
            assert VALIDATOR.is_valid(document) == takes(tmp_path, document), document


def edges(each: Mapping[str, Any]) -> Iterator[JsonValue]:
    """Yield the values at the bounds of a kind, and the nearest ones beyond."""
    yield from each.get("enum", ())
    for bound in ("minimum", "exclusiveMinimum", "maximum"):
        if bound in each:
            step = 1 if each["type"] == "integer" else 0.001
            yield from (each[bound], each[bound] - step, each[bound] + step)


def parsed(command: ConfiguredCommand, option: click.Option, value: JsonValue) -> bool:
    """Tell whether a command takes a value of the settings for an option."""
    context = click.Context(command, info_name=command.name)
    context.default_map = {option.name or "": [value] if option.multiple else value}
    try:
        option.handle_parse_result(context, {}, [])
    except click.BadParameter:
        return False
    return True


def samples(option: click.Option) -> Iterator[JsonValue]:
    """Yield values that the schema takes for an option."""
    each = kind(option)
    each = each["anyOf"][0] if "anyOf" in each else each
    candidates = [*edges(each), True, 1, ".", "x", 0.5] if each.get("type") != "string" else ["."]
    yield from (value for value in candidates if jsonschema_rs.is_valid(each, value))


@pytest.mark.parametrize(("command", "option"), OPTIONS, ids=NAMES)
def test_options_take_what_the_schema_takes(command: ConfiguredCommand, option: click.Option) -> None:
    """Whatever the schema allows for an option, its command takes."""
    values = list(samples(option))
    assert values
    assert [] == [value for value in values if not parsed(command, option, value)]


@pytest.mark.parametrize(("command", "option"), OPTIONS, ids=NAMES)
def test_the_schema_refuses_what_options_refuse(command: ConfiguredCommand, option: click.Option) -> None:
    """A value that a command does not take for an option breaks the schema, but for a folder that is not there."""
    if isinstance(option.type, click.Path):
        return
    numbers = [] if option.is_flag else [*edges(kind(option)), -1, 0, 10**12, math.pi]
    candidates = [*numbers, "x", "maybe", ""]
    refused = [value for value in candidates if not parsed(command, option, value)]
    assert [] == [value for value in refused if jsonschema_rs.is_valid(kind(option), value)]


@pytest.mark.parametrize(("command", "option"), OPTIONS, ids=NAMES)
def test_defaults_keep_the_schema(command: ConfiguredCommand, option: click.Option) -> None:
    """Each default that the schema tells is a value that it allows, and that of the command."""
    each = SECTIONS[command.name or ""][setting_name(option)]
    if "default" in each:
        assert jsonschema_rs.is_valid(each, each["default"])
        assert option.default == each["default"]
