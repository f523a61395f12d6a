"""`mock-knock explain`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from mock_knock.commands.code_pages import every_code, read_code_page, suggest_codes
from mock_knock.commands.value_types import Word
from mock_knock.errors import UsageError
from mock_knock.redact import clean_terminal
from mock_knock.report.style import Style


@click.command("explain", short_help="Tell what a code means.")
@click.argument("code", metavar="[CODE]", required=False, type=Word(every_code))
def command(code: str | None) -> None:
    """Tell what the CODE of a finding or an error means, and what mends it; without CODE list all of them.

    \b
    mock-knock explain
    mock-knock explain enum-unhandled
    mock-knock explain port-in-use
    """  # noqa: D301  # click asks for a real \b
    if code is None:
        click.echo("\n".join(_list(Style(sys.stdout.isatty()))))
        return
    if code not in every_code():
        raise _unknown(code)
    click.echo(clean_terminal(read_code_page(code).text), nl=False)


def _list(style: Style) -> Iterator[str]:
    codes = every_code()
    width = max(map(len, codes))
    for code in codes:
        page = read_code_page(code)
        yield f"{style.bold(code)}{' ' * (width - len(code))}  {style.severity(page.severity)}: {page.sentence}"


def _unknown(code: str) -> UsageError:
    return UsageError("code-unknown", f"there is no code '{code}'", hint=suggest_codes(code, every_code()))
