"""The result of a run as one page that needs nothing else: errors, bulk operations, every step with its exchange.

Bodies are cut, and of a long run the exchanges are left out that there is no room for: a page of 1,000 steps stays
below 1 MB.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from mock_knock.harness.result import RunResult
from mock_knock.messages import Finding
from mock_knock.report.clean_text import clean_text, cut
from mock_knock.report.page import write_page
from mock_knock.report.run.html_exchange import to_html
from mock_knock.report.run.html_tree import MAX_ITEMS, MAX_NAME, MAX_TEXT, Tree
from mock_knock.report.run.operation_svg import draw_operation, label_of
from mock_knock.report.run.operations import seen_operations
from mock_knock.report.run.wording import MARKS, Verdict, began_at, count_text, instant_text, summary_of, value_text

MAX_BYTES: Final = 950_000
MAX_FINDINGS, MAX_PICTURES = 50, 5
STYLE: Final = """
h1 i,summary i{font-style:normal;font-weight:600}
.s{margin-left:calc(min(var(--d),8)*1.25rem)}.w{margin:.5rem 0 .5rem calc(min(var(--d),8)*1.25rem)}
.s>summary code{flex:1;overflow-wrap:anywhere;color:var(--dim)}.s>summary b{font-weight:500;overflow-wrap:anywhere}
.good>summary i,h1 .good,li.good{color:var(--good)}.bad>summary i,h1 .bad,li.bad{color:var(--bad)}
.doubtful>summary i{color:var(--fault)}.expected>summary i,li.dim{color:var(--dim)}
pre{background:var(--soft);border-radius:.4rem;padding:.6rem .8rem;white-space:pre-wrap;overflow-wrap:anywhere;
font-size:.8rem;max-height:28rem;overflow:auto}
h4{margin:.6rem 0 .2rem;font-size:.85rem}.s ul,figure{margin:.3rem 0;padding:0 0 0 1.2rem;list-style:none}
figure{padding:0;overflow-x:auto}figure svg{min-width:34rem}
.e{font-weight:600}.error{color:var(--bad)}.warning{color:var(--fault)}
@media(max-width:40rem){.s>summary{flex-wrap:wrap;gap:.2rem .6rem}.s>summary code{flex-basis:100%}}
"""


def render_html(result: RunResult, *, contract_counts: bool = True) -> str:
    """Return the page; `contract_counts` tells whether a broken contract spoils the run, as for its exit code."""
    tree = Tree.of(result, contract_counts=contract_counts)
    above = "".join(_opening(result, contract_counts=contract_counts)) + _errors(result.errors) + _pictures(result)
    below = _remarks([each for each in result.findings if each.severity != "error"])
    tree.fill(MAX_BYTES - len((above + tree.html() + below).encode()))
    steps = f"<h2>Steps</h2>{tree.html()}" if tree.rows or tree.ending else ""
    return write_page(f"Run of {cut(clean_text(result.flow), MAX_TEXT)}", above + steps + below, style=STYLE)


def _opening(result: RunResult, *, contract_counts: bool) -> Iterator[str]:
    verdict: Verdict = "bad" if result.exit_code(contract_counts=contract_counts) else "good"
    yield f'<h1><i class="{verdict}">{MARKS[verdict]}</i> {to_html(result.flow, MAX_TEXT)}</h1>'
    yield f"<p>{escape(summary_of(result, contract_counts=contract_counts))}</p>"
    begun = began_at(result)
    told = [f"against {result.target}" if result.target else "", f"seed {result.seed}"]
    told.append(f"began at {instant_text(begun)} on its own clock" if begun else "")
    yield f'<p class="dim">{to_html("; ".join(each for each in told if each), 3 * MAX_TEXT)}</p>'
    items = "".join(
        f"<li>{to_html(f'{name} = {value_text(value, MAX_TEXT)}', MAX_TEXT)}</li>"
        for name, value in list(result.outputs.items())[:MAX_ITEMS]
    )
    yield f"<h2>Outputs</h2><ul>{items}</ul>" if items else ""


def _errors(findings: Sequence[Finding]) -> str:
    return f"<h2>Errors</h2><ul>{_listed(findings)}</ul>" if findings else ""


def _remarks(findings: Sequence[Finding]) -> str:
    """Return what is no error: warnings, and folded away the notes."""
    warnings = [each for each in findings if each.severity == "warning"]
    notes = [each for each in findings if each.severity == "note"]
    told = f"<h2>Warnings</h2><ul>{_listed(warnings)}</ul>" if warnings else ""
    title = count_text(len(notes), "note")
    return told + (f"<details><summary>{title}</summary><ul>{_listed(notes)}</ul></details>" if notes else "")


def _listed(findings: Sequence[Finding]) -> str:
    more = f'<li class="dim">... and {len(findings) - MAX_FINDINGS} more</li>' if len(findings) > MAX_FINDINGS else ""
    return "".join(map(_finding, findings[:MAX_FINDINGS])) + more


def _finding(finding: Finding) -> str:
    place = f"<br><code>{to_html(finding.where, MAX_TEXT)}</code>" if finding.where else ""
    hint = f"<br>Remedy: {to_html(finding.hint, MAX_TEXT)}" if finding.hint else ""
    told = f'<span class="e {finding.severity}">{finding.severity}</span> {to_html(finding.message, MAX_TEXT)}'
    return f"<li>{told} <code>{to_html(finding.code, MAX_NAME)}</code>{place}{hint}</li>"


def _pictures(result: RunResult) -> str:
    operations = seen_operations(result.steps)
    if not operations:
        return ""
    shown = "".join(
        f"<figure>{draw_operation(each)}<figcaption>{to_html(label_of(each), MAX_TEXT)}</figcaption></figure>"
        for each in operations[:MAX_PICTURES]
    )
    left = len(operations) - MAX_PICTURES
    more = f'<p class="dim">... and {count_text(left, "more operation")}</p>' if left > 0 else ""
    legend = "The line is the progress that was read, each dot a request: orange where the fake applied a fault, "
    return f'<h2>Bulk operations</h2>{shown}<p class="dim">{legend}a cross where no good answer came.</p>{more}'
