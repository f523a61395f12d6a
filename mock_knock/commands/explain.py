"""`mock-knock explain`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from mock_knock.arazzo.codes import SEVERITIES
from mock_knock.commands.code_pages import read_code_page, suggest_codes
from mock_knock.commands.value_types import Word
from mock_knock.errors import UsageError
from mock_knock.redact import clean_terminal
from mock_knock.report.style import Style


@click.command("explain", short_help="Tell what the code of a finding means.")
@click.argument("code", metavar="[CODE]", required=False, type=Word(lambda: SEVERITIES))
def command(code: str | None) -> None:
    """Tell what the CODE of a finding means, with an example and its remedy; without CODE list all of them.

    \b
    mock-knock explain
    mock-knock explain enum-unhandled
    """  # noqa: D301  # click asks for a real \b
    if code is None:
        click.echo("\n".join(_list(Style(sys.stdout.isatty()))))
        return
    if code not in SEVERITIES:
        raise _unknown(code)
    click.echo(clean_terminal(read_code_page(code).text), nl=False)


def _list(style: Style) -> Iterator[str]:
    width = max(map(len, SEVERITIES))
    for code in SEVERITIES:
        page = read_code_page(code)
        yield f"{style.bold(code)}{' ' * (width - len(code))}  {style.severity(page.severity)}: {page.sentence}"


def _unknown(code: str) -> UsageError:
    return UsageError("code-unknown", f"there is no finding with the code '{code}'", hint=suggest_codes(code))
