"""The steps of a run as HTML: a line for each that opens to its verdicts and its exchange."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from mock_knock.arazzo.engine import CheckedCriterion
from mock_knock.harness.result import CallResult, RunResult
from mock_knock.messages import HttpRequest, JsonValue
from mock_knock.report.run.html_exchange import answer_html, request_html, to_html
from mock_knock.report.run.tree_order import begin_of, calls_by, end_of, requests_alike, uncalled_workflows
from mock_knock.report.run.wording import (
    MARKS,
    Verdict,
    again,
    answer_of,
    decision_text,
    duration_text,
    path_of,
    seconds_of,
    value_text,
    verdict_of,
    violation_text,
)

MAX_NAME, MAX_TEXT, MAX_ITEMS = 80, 400, 20
MAX_OPEN: Final = 10
"""Rows that are open from the beginning, of those that went wrong."""
MAX_BODY, MIN_BODY = 10_000, 200
MAX_FIRST, MAX_LAST = 1_000, 300
"""Rows that are shown, from the beginning and from the end."""
WORDS: Final[Mapping[Verdict, str]] = {
    "good": "passed",
    "expected": "tried again",
    "doubtful": "broke the contract",
    "bad": "went wrong",
}
LEFT_OUT: Final = '<p class="dim">Left out to keep this page small: the HAR report has it.</p>'


@dataclass(slots=True)
class Row:
    """One line of the tree: requests that read the same, from `first` to `last`; `text` stands around them."""

    first: int
    last: int
    verdict: Verdict
    before: str = ""
    after: str = ""
    story: str = ""
    exchange: str = ""


@dataclass(slots=True)
class _Room:
    """How many bytes are left."""

    left: int

    def take(self, text: str, instead: str) -> str:
        """Return the text when there is room for it in place of the other one, which has its room already."""
        size = len(text.encode()) - len(instead.encode())
        if size > self.left:
            return instead
        self.left -= size
        return text


@dataclass(slots=True)
class Tree:
    """The rows of a run; what they open to is filled in as far as a page has room for it."""

    result: RunResult
    contract_counts: bool
    rows: list[Row] = field(default_factory=list)
    ending: str = ""
    skipped: int = 0
    _shown: dict[HttpRequest, int] = field(default_factory=dict)

    @classmethod
    def of(cls, result: RunResult, *, contract_counts: bool) -> Tree:
        """Return the tree without what its rows open to."""
        tree = cls(result, contract_counts)
        opening, closing, uncalled = (
            calls_by(result.calls, begin_of),
            calls_by(result.calls, end_of),
            uncalled_workflows(result),
        )
        for first, last in requests_alike(result):
            step = result.steps[first]
            begun = _workflow_line(uncalled[first], step.depth - 1) if first in uncalled else ""
            tree.rows.append(
                Row(
                    first,
                    last,
                    verdict_of(step, contract_counts=contract_counts),
                    before="".join(_opened(opening[first])) + begun,
                    after="".join(_closed(closing[last + 1])),
                )
            )
        tree.ending = "".join(_opened(opening[len(result.steps)]))
        tree.skipped = max(0, len(tree.rows) - MAX_FIRST - MAX_LAST)
        tree.rows = tree.rows[:MAX_FIRST] + tree.rows[MAX_FIRST + tree.skipped :]
        return tree

    def html(self) -> str:
        """Return all rows, those that went wrong open as far as they are not too many."""
        wrong = [row.first for row in self.rows if row.verdict in {"bad", "doubtful"}][:MAX_OPEN]
        gap = f'<p class="dim">... {self.skipped} more lines ...</p>' if self.skipped else ""
        lines = [f"{row.before}{self._line(row, is_open=row.first in wrong)}{row.after}" for row in self.rows]
        return "".join((*lines[:MAX_FIRST], gap, *lines[MAX_FIRST:], self.ending))

    def fill(self, size: int) -> None:
        """Fill in what the rows open to within a size: all of what went wrong, then stories, then exchanges."""
        room = _Room(size - len(self.rows) * len(LEFT_OUT))
        limit = min(MAX_BODY, max(MIN_BODY, size // (4 * max(1, len(self.rows)))))
        wrong = [row for row in self.rows if row.verdict in {"bad", "doubtful"}]
        others = [row for row in self.rows if row.verdict not in {"bad", "doubtful"}]
        for row in wrong:
            self._fill(row, room, limit)
        for row in others:
            row.story = room.take(self._story(row), "")
        for row in others:
            self._fill(row, room, limit)

    def _fill(self, row: Row, room: _Room, limit: int) -> None:
        row.story = row.story or room.take(self._story(row), "")
        row.exchange = room.take(self._exchange(row, limit), LEFT_OUT)
        if row.exchange is not LEFT_OUT:
            self._shown.setdefault(self.result.steps[row.first].exchange.request, row.first)

    def _line(self, row: Row, *, is_open: bool) -> str:
        step, last = self.result.steps[row.first], self.result.steps[row.last]
        request, state = step.exchange.request, " open" if is_open else ""
        called = to_html(f"{request.method} {path_of(request.url)}", 2 * MAX_NAME)
        return (
            f'<details class="s {row.verdict}" id="s{row.first}" style="--d:{step.depth}"{state}>'
            f'<summary><i title="{WORDS[row.verdict]}">{MARKS[row.verdict]}</i>'
            f"<b>{to_html(f'{step.step_id}{again(step, last)}', MAX_NAME)}</b><code>{called}</code>"
            f"<span>{to_html(answer_of(step), MAX_NAME)}</span>"
            f'<span class="dim">{duration_text(seconds_of(step.exchange))}</span></summary>'
            f"{row.story}{row.exchange}</details>"
        )

    def _story(self, row: Row) -> str:
        step = self.result.steps[row.first]
        items = list(_criteria(step.criteria))
        mark = MARKS["bad" if self.contract_counts else "doubtful"]
        items += (_item("bad", mark, violation_text(each)) for each in step.violations[:MAX_ITEMS])
        items += _more(len(step.violations))
        items += _outputs(step.outputs)
        items.append(_item("dim", "→", decision_text(step)))
        alike = row.last - row.first
        note = f'<p class="dim">The first of {alike + 1} in a row that read the same.</p>' if alike else ""
        return f"{note}<ul>{''.join(items)}</ul>"

    def _exchange(self, row: Row, limit: int) -> str:
        exchange = self.result.steps[row.first].exchange
        earlier = self._shown.get(exchange.request)
        if earlier is None:
            request = request_html(exchange.request, limit)
        else:
            step = self.result.steps[earlier]
            name = to_html(f"{step.step_id}{again(step, step)}", MAX_NAME)
            request = f'<p class="dim">The request is that of <a href="#s{earlier}">{name}</a>.</p>'
        return request + answer_html(exchange, limit)


def _opened(calls: Iterable[CallResult]) -> Iterator[str]:
    for call in sorted(calls, key=lambda call: call.depth):
        title = f"{call.step_id}{again(call, call)}"
        told = f"<b>{to_html(title, MAX_NAME)}</b> calls workflow <b>{to_html(call.called, MAX_NAME)}</b>"
        yield f'<p class="w" style="--d:{call.depth}">{told}</p>'
        yield from (_conclusion(call),) if not call.count else ()


def _closed(calls: Iterable[CallResult]) -> Iterator[str]:
    return (_conclusion(call) for call in sorted(calls, key=lambda call: -call.depth) if call.count)


def _conclusion(call: CallResult) -> str:
    verdict: Verdict = "good" if call.passed else "bad"
    items = [*_criteria(call.criteria), *_outputs(call.outputs), _item("dim", "→", decision_text(call))]
    return (
        f'<details class="s {verdict}" style="--d:{call.depth}">'
        f'<summary><i title="{WORDS[verdict]}">{MARKS[verdict]}</i>'
        f"<b>{to_html(f'{call.step_id}{again(call, call)}', MAX_NAME)}</b>"
        f"<span>workflow {to_html(call.called, MAX_NAME)}</span></summary><ul>{''.join(items)}</ul></details>"
    )


def _workflow_line(workflow_id: str, depth: int) -> str:
    return f'<p class="w" style="--d:{depth}">workflow <b>{to_html(workflow_id, MAX_NAME)}</b></p>'


def _criteria(criteria: Iterable[CheckedCriterion]) -> Iterator[str]:
    for each in criteria:
        verdict: Verdict = "good" if each.passed else "bad"
        yield _item(verdict, MARKS[verdict], each.condition)


def _outputs(outputs: Mapping[str, JsonValue]) -> Iterator[str]:
    shown = list(outputs.items())[:MAX_ITEMS]
    yield from (_item("dim", "=", f"{name} = {value_text(value, MAX_TEXT)}") for name, value in shown)
    yield from _more(len(outputs))


def _more(count: int) -> Iterator[str]:
    if count > MAX_ITEMS:
        yield _item("dim", "…", f"and {count - MAX_ITEMS} more")


def _item(kind: str, mark: str, text: str) -> str:
    return f'<li class="{kind}">{mark} {to_html(text, MAX_TEXT)}</li>'
