"""Mending a document: repairs in rounds, each of which looks at the text that the last one left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mock_knock.arazzo.lint import lint_workflow
from mock_knock.arazzo.parse import parse_document
from mock_knock.arazzo.repair import Repair, distinct_repairs, plan_repairs
from mock_knock.errors import MockKnockError
from mock_knock.harness.flow import Flow

MAX_ROUNDS = 10
MAX_TRIED_CHARACTERS = 4_000_000
"""Of the text for each try to edit it: a small document can be tried hundreds of times, a large one a few times."""


@dataclass(frozen=True, slots=True)
class Mended:
    """A document after its repairs.

    Attributes:
        flow: the document with its new text; the file stays as it is.
        repairs: those that were carried out, in their order.
        refused: those that would have changed something else, each with the reason.
        tried: the characters of the text for each try so far.
    """

    flow: Flow
    repairs: tuple[Repair, ...] = ()
    refused: tuple[tuple[Repair, str], ...] = ()
    tried: int = 0


def mend_flow(flow: Flow) -> Mended:
    """Carry out every repair that has one right answer, until none is left or after `MAX_ROUNDS`.

    What can be mended is the same in both dialects; the lenient one tells more of what was meant.
    """
    mended = Mended(flow)
    for _ in range(MAX_ROUNDS):
        planned = distinct_repairs(_plan(mended.flow, [repair for repair, _ in mended.refused]))
        if not planned:
            break
        mended = _carry_out(mended, planned)
    return mended


def _plan(flow: Flow, given_up: Sequence[Repair]) -> Iterator[Repair]:
    for workflow in flow.document.workflows:
        subject = flow.subject(workflow, dialect="lenient")
        yield from plan_repairs(subject, flow.source.value, lint_workflow(subject, str), given_up=given_up)


def _carry_out(mended: Mended, planned: Sequence[Repair]) -> Mended:
    """Carry out repairs all at once; when that fails, those that cannot be done are found by halves."""
    if mended.tried > MAX_TRIED_CHARACTERS:
        reason = "the document is too large to find out which repairs it allows; mend the others first"
        return replace(mended, refused=(*mended.refused, *((repair, reason) for repair in planned)))
    mended = replace(mended, tried=mended.tried + len(mended.flow.source.text))
    try:
        source = mended.flow.source.edited(edit for repair in planned for edit in repair.edits)
        document = parse_document(source.value, where=source.where)
    except MockKnockError as error:
        if len(planned) == 1:
            return replace(mended, refused=(*mended.refused, (planned[0], error.what)))
        half = len(planned) // 2
        return _carry_out(_carry_out(mended, planned[:half]), planned[half:])
    return replace(
        mended,
        flow=replace(mended.flow, source=source, document=document),
        repairs=(*mended.repairs, *planned),
    )
