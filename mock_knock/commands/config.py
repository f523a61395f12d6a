"""`mock-knock config`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import click

from mock_knock.cli import COMMANDS
from mock_knock.commands.configured import ConfiguredCommand, Origin, chosen_settings, setting_name
from mock_knock.commands.unknown_variables import find_unknown_variables
from mock_knock.commands.value_types import Word
from mock_knock.errors import UsageError
from mock_knock.files import bundled_text
from mock_knock.messages import JsonValue
from mock_knock.redact import Redactor, is_secret_name, mask_key
from mock_knock.report.style import Style
from mock_knock.settings import SCHEMA

FORMAT = "mock-knock/config@1"
KEY = "key"
"""The option that is an API key, beside those whose names say that they are secret."""


@dataclass(frozen=True, slots=True)
class Effective:
    """What an option is set to when no flag says otherwise, masked, and where that comes from."""

    name: str
    value: JsonValue
    origin: Origin


@click.command("config", short_help="Show what every option is set to, and by what.")
@click.argument("names", nargs=-1, metavar="[COMMAND]...", type=Word(lambda: COMMANDS))
@click.option("--json", "as_json", is_flag=True, help="Print one object on stdout.")
@click.option("--schema", "is_schema", is_flag=True, help="Print the JSON Schema of mock-knock.yaml, for editors.")
@click.pass_context
def command(context: click.Context, names: tuple[str, ...], as_json: bool, is_schema: bool) -> None:  # noqa: FBT001  # click passes by name
    """Show what each option of the COMMANDs, or of all, is set to when no flag says otherwise, and by what.

    Flags beat variables, which beat mock-knock.yaml, which beats defaults. Secrets are masked.

    \b
    mock-knock config serve
    mock-knock config --schema > mock-knock.schema.json
    """  # noqa: D301  # click asks for a real \b
    if is_schema:
        click.echo(bundled_text("schemas", SCHEMA), nl=False)
        return
    found = {each.name or "": _effective(context, each) for each in _commands(context, names)}
    if as_json:
        click.echo(_json(chosen_settings(context).display, found))
        return
    style = Style(sys.stdout.isatty())
    for line in _lines(chosen_settings(context).display, found, style):
        click.echo(style.clean(line))
    for note in find_unknown_variables(list(_every(context))):
        click.echo(note, err=True)


def _commands(context: click.Context, names: Sequence[str]) -> Iterator[ConfiguredCommand]:
    every = {each.name: each for each in _every(context)}
    for name in dict.fromkeys(names or every):
        if name not in every:
            what = f"there is no command '{name}' with options that can be set"
            raise UsageError("config-unknown", what, hint=f"commands: {', '.join(filter(None, every))}")
        yield every[name]


def _every(context: click.Context) -> Iterator[ConfiguredCommand]:
    group = context.find_root().command
    for name in COMMANDS:
        found = group.get_command(context, name) if isinstance(group, click.Group) else None
        if isinstance(found, ConfiguredCommand):
            yield found


def _effective(context: click.Context, found: ConfiguredCommand) -> list[Effective]:
    """Return the options of a command; raises BadParameter for a value that it would not take."""
    within = click.Context(found, info_name=found.name, parent=context.find_root())
    within.default_map = found.defaults(chosen_settings(context))
    return [_one(within, found, option) for option in found.settable()]


def _one(context: click.Context, found: ConfiguredCommand, option: click.Option) -> Effective:
    value, name = found.value(context, option), setting_name(option)
    return Effective(name, _masked(name, value), found.origin(context, option))


def _masked(name: str, value: JsonValue) -> JsonValue:
    match value:
        case list():
            return [_masked(name, each) for each in value]
        case str() if name == KEY or is_secret_name(name):
            return mask_key(value)
    return Redactor().json(value)


def _json(display: str, found: dict[str, list[Effective]]) -> str:
    commands = {
        name: {
            each.name: {"value": each.value, "origin": each.origin.kind, "where": each.origin.where or None}
            for each in options
        }
        for name, options in found.items()
    }
    return json.dumps({"format": FORMAT, "file": display or None, "commands": commands}, indent=2, ensure_ascii=False)


def _lines(display: str, found: dict[str, list[Effective]], style: Style) -> Iterator[str]:
    yield f"settings: {display or 'no mock-knock.yaml here'}"
    for name, options in found.items():
        yield style.bold(f"\n{name}")
        rows = [(each.name, _shown(each.value), each.origin) for each in options]
        widths = [max((len(row[column]) for row in rows), default=0) for column in (0, 1)]
        for setting, value, origin in rows:
            line = f"  {setting:<{widths[0]}}  {value:<{min(widths[1], 30)}}  {origin.where or origin.kind}"
            yield style.dim(line) if origin.kind == "default" else line


def _shown(value: JsonValue) -> str:
    match value:
        case None | []:
            return "-"
        case bool():
            return str(value).lower()
        case list():
            return ", ".join(map(str, value))
    return str(value)
