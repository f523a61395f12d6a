"""`mock-knock explain`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from difflib import SequenceMatcher, get_close_matches

import click

from mock_knock.arazzo.codes import SEVERITIES
from mock_knock.commands.code_pages import read_code_page
from mock_knock.errors import UsageError
from mock_knock.redact import clean_terminal
from mock_knock.report.style import Style

_ALIKE = 0.75
"""How alike two words must be to be taken for one with a slip of the pen."""
_SHORTEST = 4
"""Characters of a word that says something."""
_MOST_NEAR = 5


@click.command("explain", short_help="Tell what the code of a finding means.")
@click.argument("code", metavar="[CODE]", required=False)
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


def nearest_codes(text: str) -> list[str]:
    """Return the codes that may have been meant, the likeliest first.

    They have the text in them, or else at least half of its words.
    """
    wanted = text.lower().replace("_", "-").replace(" ", "-").strip("-")
    if not wanted:
        return []
    words = [word for word in wanted.split("-") if len(word) >= _SHORTEST]
    shared = {
        each: sum(bool(get_close_matches(word, each.split("-"), 1, _ALIKE)) for word in words) for each in SEVERITIES
    }
    likeness = {each: SequenceMatcher(None, wanted, each).ratio() for each in SEVERITIES}
    near = [each for each in SEVERITIES if wanted in each] or [
        each for each in SEVERITIES if shared[each] and 2 * shared[each] >= len(words)
    ]
    return sorted(near, key=lambda each: (-shared[each], -likeness[each]))[:_MOST_NEAR]


def _unknown(code: str) -> UsageError:
    near = nearest_codes(code)
    hint = f"did you mean {' or '.join(near)}?" if near else "`mock-knock explain` lists all codes"
    return UsageError("code-unknown", f"there is no finding with the code '{code}'", hint=hint)
