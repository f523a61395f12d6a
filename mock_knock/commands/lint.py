"""`mock-knock lint`."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from os.path import realpath
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import click

from mock_knock import __version__
from mock_knock.commands.arguments import read_severities
from mock_knock.commands.code_pages import read_code_page
from mock_knock.commands.configured import ConfiguredCommand
from mock_knock.commands.flow_options import allow_root_option, dialect_option, severity_option
from mock_knock.errors import MockKnockError, UsageError
from mock_knock.files import Source, choose_file, find_bundled, replace_text
from mock_knock.harness.lint_document import LintOptions, lint_flow, open_document
from mock_knock.harness.masking import document_redactor, mask_lint
from mock_knock.harness.result import LintResult
from mock_knock.messages import Finding
from mock_knock.redact import Redactor, clean_terminal
from mock_knock.report.lint_json import render_lint_json
from mock_knock.report.lint_terminal import render_diff, render_lint
from mock_knock.report.sarif import Rule, render_sarif
from mock_knock.report.style import Style

if TYPE_CHECKING:
    from mock_knock.harness.mending import Mended

Level = Literal["none", "note", "warning", "error"]
LEVELS: tuple[Level, ...] = get_args(Level)
"""From what is no finding to what is worst."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """The command line as click read it."""

    flows: tuple[str, ...]
    is_fixed: bool
    is_diff: bool
    is_json: bool
    is_sarif: bool
    dialect: Literal["lenient", "strict"]
    severities: tuple[str, ...]
    max_severity: Level
    allow_roots: tuple[str, ...]

    def options(self) -> LintOptions:
        """Return how to look at the documents; raises UsageError for what does not fit together."""
        if self.is_json and self.is_sarif:
            raise UsageError("report-unknown", "--json and --sarif both write to stdout", hint="take one of them out")
        return LintOptions(
            working_directory=Path.cwd(),
            dialect=self.dialect,
            severities=read_severities(self.severities),
            allow_roots=[Path(root) for root in self.allow_roots],
        )

    @property
    def is_for_machines(self) -> bool:
        """Whether stdout belongs to a report that a program reads."""
        return self.is_json or self.is_sarif


@click.command("lint", cls=ConfiguredCommand, short_help="Find what is wrong with Arazzo documents.")
@click.argument("flows", metavar="FLOW...", nargs=-1, required=True)
@click.option(
    "--fix",
    "is_fixed",
    is_flag=True,
    allow_from_autoenv=False,
    help="Mend what has one right answer, and show the difference.",
)
@click.option("--diff", "is_diff", is_flag=True, help="Show what --fix would change; write nothing.")
@click.option("--json", "is_json", is_flag=True, help="Findings as JSON on stdout.")
@click.option("--sarif", "is_sarif", is_flag=True, help="Findings as SARIF 2.1.0 on stdout.")
@dialect_option
@severity_option
@click.option(
    "--max-severity",
    default="warning",
    show_default=True,
    type=click.Choice(LEVELS),
    help="The worst finding that still passes.",
)
@allow_root_option
def command(**given: Any) -> int:
    """Find what is wrong with the Arazzo documents FLOW... before anything is sent.

    Each finding has its place, a code (see `mock-knock explain CODE`) and a remedy. The exit code is 1 when one is
    worse than --max-severity, and 2 when a file cannot be read or written. FLOW is a file or the name of a bundled one.

    \b
    mock-knock lint bulk-identify-users-notify
    mock-knock lint flow.yaml --fix
    mock-knock lint flows/*.yaml --sarif > lint.sarif
    """  # noqa: D301  # click asks for a real \b
    return execute(Arguments(**given))


def execute(arguments: Arguments) -> int:
    """Examine documents, mend them if asked to, and return the exit code: 2 when one cannot be read or written."""
    options = arguments.options()
    names = _distinct(arguments.flows)
    for name in names if arguments.is_fixed and not arguments.is_diff else ():
        if bundled := find_bundled("arazzo", name):
            folder = bundled.parent.parent
            hint = f"copy {folder}/arazzo with {folder}/openapi beside it and fix the copy, or look with --diff"
            raise UsageError("lint-fix-bundled", f"'{name}' is bundled with this program and stays as it is", hint=hint)
    results, are_usable = zip(*(_examine(name, arguments, options) for name in names), strict=True)
    _show(results, arguments)
    worst = max((LEVELS.index(each.severity) for result in results for each in result.findings), default=0)
    return int(worst > LEVELS.index(arguments.max_severity)) if all(are_usable) else 2


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names but for those of a file that an earlier one leads to as well."""
    files: dict[str, str] = {}
    for name in names:
        files.setdefault(realpath(find_bundled("arazzo", name) or name), name)
    return tuple(files.values())


def _examine(name: str, arguments: Arguments, options: LintOptions) -> tuple[LintResult, bool]:
    """Return the findings about a document, and whether its file could be read, and written where that is asked."""
    try:
        return _lint(name, arguments, options), True
    except MockKnockError as error:
        display = name.encode("utf-8", "backslashreplace").decode()
        finding = Finding(error.code, "error", error.what, error.where or display, error.hint)
        return mask_lint(LintResult(display, (finding,)), Redactor()), False


def _lint(name: str, arguments: Arguments, options: LintOptions) -> LintResult:
    path = find_bundled("arazzo", name) or choose_file("arazzo", name)
    flow, mask = open_document(path, options), Redactor()
    is_mended = arguments.is_fixed or arguments.is_diff
    if isinstance(flow, LintResult):
        if is_mended:
            _say(f"nothing fixed: {flow.file}: first it must be possible to read it and its sources", mask)
        return mask_lint(flow, mask)
    mask = document_redactor(flow)
    if is_mended:
        from mock_knock.harness.mending import mend_flow  # noqa: PLC0415  # looking needs no repairs

        mended = mend_flow(flow)
        if mended.repairs and not arguments.is_diff:
            replace_text(path, flow.source.file_text, mended.flow.source.file_text)
        _say_mended(flow.source, mended, arguments, mask)
        flow = flow if arguments.is_diff else mended.flow
    return mask_lint(lint_flow(flow, options), mask)


def _say_mended(before: Source, mended: Mended, arguments: Arguments, mask: Redactor) -> None:
    """Show the difference, and what could not be done safely, with places in the text that the file has now."""
    after = mended.flow.source
    source = before if arguments.is_diff else after
    stream = sys.stderr if arguments.is_for_machines else sys.stdout
    difference = render_diff(source.display, mask.text(before.text), mask.text(after.text), Style(stream.isatty()))
    click.echo(difference, nl=False, err=arguments.is_for_machines)
    verb = "would fix" if arguments.is_diff else "fixed"
    for done, times in Counter(f"{repair.description} [{repair.code}]" for repair in mended.repairs).items():
        often = f" ({times} times)" if times > 1 else ""
        _say(f"{verb}: {source.display}: {done}{often}", mask)
    for repair, reason in mended.refused:
        _say(f"not fixed: {source.where(repair.pointer)}: {repair.description}: {reason} [{repair.code}]", mask)
    if mended.has_more:
        _say(f"more remains to be fixed: {source.display}: run it again", mask)


def _say(line: str, mask: Redactor) -> None:
    click.echo(clean_terminal(mask.text(line)), err=True)


def _show(results: Sequence[LintResult], arguments: Arguments) -> None:
    if arguments.is_json:
        click.echo(render_lint_json(results).encode(), nl=False)
    elif arguments.is_sarif:
        codes = {finding.code for result in results for finding in result.findings}
        rules = {code: _rule(code) for code in codes}
        text = render_sarif(results, rules, version=__version__, folder=Path.cwd())
        click.echo(text.encode(), nl=False)
    else:
        click.echo(render_lint(results, Style(sys.stdout.isatty())), nl=False)


def _rule(code: str) -> Rule:
    page = read_code_page(code)
    return Rule(code, page.severity, page.sentence, page.text)
