"""What the values of options and arguments are: a shell can complete them, and paths in them are known as such."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from mock_knock.files import find_bundled, list_bundled
from mock_knock.messages import JsonValue

STREAM = "-"


class PathText(click.types.StringParamType):
    """Text that is a path; one in the settings file starts from the file's folder."""

    def below(self, folder: Path, value: str) -> str:
        """Return a value of a file in a folder as it is meant from the working directory."""
        return value if folder == Path() else str(folder / value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002  # click's signature
        """Let the shell complete files."""
        return [CompletionItem(incomplete, type="file")]


class BundledName(PathText):
    """The name of a bundled file of a kind, such as `scenarios`, or a path."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def below(self, folder: Path, value: str) -> str:
        """Take for a path what looks like one and is not the name of a bundled file."""
        is_path = any(mark in value for mark in "/\\.") and find_bundled(self.kind, value) is None
        return super().below(folder, value) if is_path else value

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Complete the names; the shell completes files."""
        return [*super().shell_complete(ctx, param, incomplete), *begin_with(incomplete, list_bundled(self.kind))]


class ReportPath(PathText):
    """A report: KIND=PATH."""

    def below(self, folder: Path, value: str) -> str:
        """Move the path, unless it is a stream."""
        kind, equals, path = value.partition("=")
        return value if path in {"", STREAM} else f"{kind}{equals}{super().below(folder, path)}"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002  # click's signature
        """Complete nothing: kinds are few, and a shell completes no path behind them."""
        return []


class PathPair(PathText):
    """One path, or two with a comma between them."""

    def below(self, folder: Path, value: str) -> str:
        """Move both."""
        return ",".join([super(PathPair, self).below(folder, each) for each in value.split(",")])


class Word(click.types.StringParamType):
    """One of some words, which are asked for only when a shell completes them."""

    def __init__(self, words: Callable[[], Iterable[str]]) -> None:
        self.words = words

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002  # click's signature
        """Complete the words."""
        return begin_with(incomplete, self.words())


def begin_with(incomplete: str, texts: Iterable[str]) -> list[CompletionItem]:
    """Return the texts that what was typed can become."""
    return [CompletionItem(each) for each in texts if each.startswith(incomplete)]


def fault_names() -> Iterable[str]:
    """Return the names of the faults that a gauntlet has."""
    from mock_knock.gauntlets import choose_ordeals  # noqa: PLC0415  # only a shell asks

    return [each.fault for each in choose_ordeals()]


def fault_tags() -> Iterable[str]:
    """Return the kinds of those faults."""
    from mock_knock.gauntlets import choose_ordeals  # noqa: PLC0415  # as above

    return sorted({tag for each in choose_ordeals() for tag in each.tags})


def demo_names() -> Iterable[str]:
    """Return the names of the demonstrations."""
    from mock_knock.commands.demo_faults import DEMOS  # noqa: PLC0415  # as above

    return DEMOS


VALUE_TYPES: Mapping[str, click.ParamType[Any]] = {
    # name of the parameter, in every command that has it as text: what its values are
    "flow": BundledName("arazzo"),
    "flows": BundledName("arazzo"),
    "client": BundledName("arazzo"),
    "inputs_file": BundledName("inputs"),
    "scenario": BundledName("scenarios"),
    "seed": BundledName("seeds"),
    "reports": ReportPath(),
    "baseline": PathText(),
    "ca_bundle": PathText(),
    "client_certificate": PathPair(),
    "faults": Word(fault_names),
    "tags": Word(fault_tags),
}


def type_of(parameter: click.Parameter) -> click.ParamType[Any]:
    """Return what the values of a parameter are, by its name where it does not say so itself."""
    known = VALUE_TYPES.get(parameter.name or "", parameter.type)
    return known if parameter.type is click.STRING else parameter.type


def relocate(type_: click.ParamType[Any], value: JsonValue, folder: Path) -> JsonValue:
    """Return a value of a file in a folder as it is meant from the working directory."""
    if isinstance(type_, PathText):
        return type_.below(folder, value)
    return str(folder / value) if isinstance(type_, click.Path) else value
