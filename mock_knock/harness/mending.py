"""Mending a document: repairs in rounds, each of which looks at the text that the last one left."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count, islice

from mock_knock.arazzo.lint import lint_workflow
from mock_knock.arazzo.repairs.repair import Repair, RepairKey, distinct_repairs, plan_repairs
from mock_knock.errors import MockKnockError
from mock_knock.harness.flow import Flow, read_structure

MAX_ROUNDS = 10
MAX_REPAIRS = 1_000
"""Of one file and call, those that turn out to be impossible included."""
MAX_ATTEMPTS = 40
"""How often repairs that fail together are tried by halves; after that all that are left of them are refused."""


@dataclass(frozen=True, slots=True)
class Mended:
    """A document after its repairs.

    Attributes:
        flow: the document with its new text; the file stays as it is.
        repairs: those that were carried out, in their order.
        refused: those that would have changed something else, each with the reason.
        has_more: a bound was reached, so that more may remain to be mended.
    """

    flow: Flow
    repairs: tuple[Repair, ...] = ()
    refused: tuple[tuple[Repair, str], ...] = ()
    has_more: bool = False


def mend_flow(flow: Flow) -> Mended:
    """Carry out every repair that has one right answer, until none is left or a bound is reached.

    What can be mended is the same in both dialects; the lenient one tells more of what was meant.
    """
    mended, attempts = Mended(flow), count(1)
    for _ in range(MAX_ROUNDS):
        room = MAX_REPAIRS - len(mended.repairs) - len(mended.refused)
        given_up = frozenset(repair.key for repair, _ in mended.refused)
        planned = tuple(islice(distinct_repairs(_plan(mended.flow, given_up)), room + 1))
        if not planned:
            return mended
        is_cut_off = len(planned) > room or mended.flow.described.is_exhausted
        mended = _carry_out_possible(mended, planned[:room], attempts)
        if is_cut_off:
            break
    return replace(mended, has_more=True)


def _plan(flow: Flow, given_up: Collection[RepairKey]) -> Iterator[Repair]:
    for workflow in flow.document.workflows:
        subject = flow.subject(workflow, dialect="lenient")
        yield from plan_repairs(subject, flow.source.value, lint_workflow(subject, str), given_up=given_up)


def _carry_out_possible(mended: Mended, planned: Sequence[Repair], attempts: Iterator[int]) -> Mended:
    """Carry out the repairs whose places can be edited; all of these are told from one look at the text."""
    refusals = mended.flow.source.refusals([repair.edits for repair in planned])
    refused = tuple((planned[index], reason) for index, reason in refusals.items())
    possible = [repair for index, repair in enumerate(planned) if index not in refusals]
    mended = replace(mended, refused=(*mended.refused, *refused))
    return _carry_out(mended, possible, attempts) if possible else mended


def _carry_out(mended: Mended, planned: Sequence[Repair], attempts: Iterator[int]) -> Mended:
    """Carry out repairs all at once; when that fails, those that cannot be done are found by halves."""
    try:
        source = mended.flow.source.edited(edit for repair in planned for edit in repair.edits)
        document, notes = read_structure(source)
    except MockKnockError as error:
        if len(planned) == 1 or next(attempts) > MAX_ATTEMPTS:
            return replace(mended, refused=(*mended.refused, *((repair, error.what) for repair in planned)))
        half = len(planned) // 2
        return _carry_out(_carry_out(mended, planned[:half], attempts), planned[half:], attempts)
    sources = mended.flow.document.sources  # no repair touches them, and here each has its type
    return replace(
        mended,
        flow=mended.flow.rewritten(source, replace(document, sources=sources), notes),
        repairs=(*mended.repairs, *planned),
    )
