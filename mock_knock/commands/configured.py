"""Commands whose options may also be set by variables and by the settings file: flags beat both.

The variable of an option is `MOCK_KNOCK_<COMMAND>_<OPTION>`, its place in the file `<command>: {<option>: ...}`. What a
fake is like may stand under `fake` in both, for every command that starts one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click
from click.core import ParameterSource

from mock_knock.commands.value_types import relocate, type_of
from mock_knock.errors import MockKnockError
from mock_knock.messages import JsonValue
from mock_knock.settings import Setting, Settings, find_settings_file, read_settings

PREFIX = "MOCK_KNOCK"
FAKE = "fake"


class FakeOption(click.Option):
    """An option that says what a fake is like, whichever command starts it."""


class Origin(NamedTuple):
    """Where a value comes from: a variable by its name, a place in the file, or neither."""

    kind: str
    where: str


class ConfiguredCommand(click.Command):
    """A command whose options can be set elsewhere, all but those that refuse it by `allow_from_autoenv=False`."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for parameter in self.params:
            parameter.type = type_of(parameter)
        for option in self.settable():
            option.envvar = [variable_name(section, option) for section in self.sections(option)]

    def settable(self) -> Iterator[click.Option]:
        """Yield the options that variables and the file can set."""
        for each in self.params:
            if isinstance(each, click.Option) and each.expose_value and each.allow_from_autoenv:
                yield each

    def sections(self, option: click.Option) -> tuple[str, ...]:
        """Return where an option may stand in the file, the first one counts."""
        name = self.name or ""
        return (name, FAKE) if isinstance(option, FakeOption) else (name,)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; the file is read first unless they ask for help, for which it may be broken."""
        try:
            if not ctx.resilient_parsing and not self._asks_for_help(ctx, args):
                ctx.default_map = self.defaults(chosen_settings(ctx))
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            if isinstance(error, click.BadParameter) and isinstance(error.param, click.Option):
                self._add_origin(error, ctx, error.param)
            raise

    def invoke(self, ctx: click.Context) -> Any:
        """Carry the command out; an error that names a value is told with where the value comes from."""
        try:
            return super().invoke(ctx)
        except MockKnockError as error:
            for option in self.settable():
                if _names(error, option, ctx.params.get(option.name or "")):
                    self._add_origin(error, ctx, option)
            raise

    def defaults(self, settings: Settings) -> dict[str, Any]:
        """Return what the file says, by the names of the parameters."""
        found = ((option, self._setting(settings, option)) for option in self.settable())
        return {
            option.name or "": _value(option, setting.value, settings.folder)
            for option, setting in found
            if setting is not None
        }

    def value(self, ctx: click.Context, option: click.Option) -> JsonValue:
        """Return what an option is set to without a flag; raises BadParameter for what it does not take."""
        try:
            value, _ = option.handle_parse_result(ctx, {}, [])
        except click.BadParameter as error:
            self._add_origin(error, ctx, option)
            raise
        return _plain(value)

    def origin(self, ctx: click.Context, option: click.Option) -> Origin:
        """Tell where the value of an option comes from."""
        source = ctx.get_parameter_source(option.name or "")
        if source is ParameterSource.ENVIRONMENT:
            return Origin("variable", next((each for each in option.envvar or () if os.environ.get(each)), ""))
        if source is ParameterSource.DEFAULT_MAP:
            setting = self._setting(chosen_settings(ctx), option)
            return Origin("file", setting.where if setting else "")
        return Origin("flag" if source is ParameterSource.COMMANDLINE else "default", "")

    def _add_origin(self, error: Exception, ctx: click.Context, option: click.Option) -> None:
        if where := self.origin(ctx, option).where:
            error.add_note(f"--{setting_name(option)} comes from {where}")

    def _setting(self, settings: Settings, option: click.Option) -> Setting | None:
        name = setting_name(option)
        found = (settings.find(section, name) for section in self.sections(option))
        return next((each for each in found if each is not None), None)

    def _asks_for_help(self, ctx: click.Context, args: list[str]) -> bool:
        help_option = self.get_help_option(ctx)
        given, _, _ = self.make_parser(ctx).parse_args(list(args))
        return help_option is not None and bool(given.get(help_option.name or ""))


def _plain(value: object) -> JsonValue:
    """Return a value as JSON has it; whatever click has for none is None."""
    match value:
        case bool() | int() | float() | str():
            return value
        case list() | tuple():
            return [_plain(each) for each in value]
    return None


def setting_name(option: click.Option) -> str:
    """Return how an option is called in the file: as on the command line, without dashes in front."""
    return max(option.opts, key=len).lstrip("-")


def variable_name(section: str, option: click.Option) -> str:
    """Return the variable of an option."""
    return "_".join((PREFIX, section, setting_name(option))).upper().replace("-", "_")


def chosen_settings(ctx: click.Context) -> Settings:
    """Return the settings that the command line names, else the nearest ones; the file is read once.

    Raises:
        InvalidDocument: the file cannot be used.
    """
    root = ctx.find_root()
    if not isinstance(root.obj, Settings):
        chosen = root.params.get("config")
        path = None if root.params.get("no_config") else chosen or find_settings_file()
        root.obj = Settings() if path is None else read_settings(path)
    settings: Settings = root.obj
    return settings


def _value(option: click.Option, value: JsonValue, folder: Path) -> JsonValue:
    """Return a value of the file as its option takes it: of a repeatable one a list, paths from the file's folder."""
    if option.multiple:
        listed = value if isinstance(value, list) else [value]
        return [relocate(option.type, each, folder) for each in listed]
    return relocate(option.type, value, folder)


def _names(error: MockKnockError, option: click.Option, value: Any) -> bool:
    """Tell whether an error is about an option: it names the option, a part of its value, or the file that it is."""
    text, name = str(error), setting_name(option)
    values = [str(each) for each in (value if isinstance(value, tuple) else (value,))]
    parts = [part for each in values for part in (each, *each.split("="))]
    is_quoted = any(f"'{each}'" in text or f"{name} {each}" in text for each in parts)
    return f"--{name}" in text.split() or is_quoted or error.where.split(":")[0] in values
