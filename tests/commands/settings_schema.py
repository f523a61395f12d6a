"""The JSON Schema of the settings, made from the options of the commands."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

import click

from mock_knock.cli import COMMANDS, root
from mock_knock.commands.configured import FAKE, ConfiguredCommand, FakeOption, setting_name
from mock_knock.messages import JsonValue

HEAD = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:mock-knock:settings:1",
    "title": "The settings of mock-knock",
    "description": "What mock-knock.yaml says; flags and MOCK_KNOCK_* variables beat it.",
    "type": ["object", "null"],
}


def configured_commands() -> Iterator[ConfiguredCommand]:
    """Yield every command with options that the settings can set."""
    context = click.Context(root)
    for name in COMMANDS:
        command = root.get_command(context, name)
        if isinstance(command, ConfiguredCommand):
            yield command


def write_schema() -> str:
    """Return the schema as text."""
    commands = list(configured_commands())
    shared = {setting_name(each): each for one in commands for each in one.settable() if isinstance(each, FakeOption)}
    sections = {
        FAKE: section("What the fakes of all commands are like.", shared.values()),
        **{each.name or "": section(COMMANDS[each.name or ""], options(each)) for each in commands},
    }
    schema = {"description": "Where editors find this schema.", "type": "string", "minLength": 0}
    properties = {"$schema": schema, **sections}
    document = {**HEAD, "properties": properties, "additionalProperties": False}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def section(description: str, options: Iterable[click.Option]) -> JsonValue:
    """Return what a section may hold."""
    return {
        "description": description,
        "type": ["object", "null"],
        "properties": {setting_name(each): {"description": each.help, **kind(each)} for each in options},
        "additionalProperties": False,
    }


def options(command: ConfiguredCommand) -> Iterator[click.Option]:
    """Yield the options of a command, those that only the command line can set included."""
    return (each for each in command.params if isinstance(each, click.Option))


def kind(option: click.Option) -> dict[str, JsonValue]:
    """Return what an option may be: nothing at all where only the command line can set it."""
    if not option.allow_from_autoenv:
        return {"not": {}}
    item = one_kind(option)
    if option.multiple:
        return {"anyOf": [item, {"type": "array", "items": item}]}
    has_default = isinstance(option.default, (bool, int, float, str))
    return {**item, **({"default": option.default} if has_default else {})}


def one_kind(option: click.Option) -> dict[str, JsonValue]:
    """Return what one value of an option may be."""
    match option.type:
        case click.types.BoolParamType():
            return {"type": "boolean"}
        case click.Choice(choices=choices):
            return {"enum": list(choices)}
        case click.IntRange() | click.FloatRange() as bounded:
            type_ = "integer" if isinstance(bounded, click.IntRange) else "number"
            least = "exclusiveMinimum" if bounded.min_open else "minimum"
            bounds = {least: bounded.min, "maximum": bounded.max}
            return {"type": type_, **{name: value for name, value in bounds.items() if value is not None}}
    return {"type": "string", "minLength": 1}
