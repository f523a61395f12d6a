"""Faults of every kind that can be written down, as Hypothesis makes them up."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from mock_knock.domain.faults.answer import AnswerFault, RetryAfter
from mock_knock.domain.faults.body import MAX_NESTING, TYPES, BodyFault, Replacement
from mock_knock.domain.faults.bulk import BulkFault
from mock_knock.domain.faults.delay import MAX_DELAY, Delay, Dribble, FixedDelay, LognormalDelay, UniformDelay
from mock_knock.domain.faults.fault import Action, Fault, When
from mock_knock.domain.faults.read_action import MAX_SIGMA
from mock_knock.domain.faults.read_body import to_pointer
from mock_knock.domain.faults.wire import LASTING, WireFault, WireKind
from mock_knock.domain.matching import RequestPattern
from mock_knock.domain.reading import MAX_NUMBER

names = st.text("aZ09é/~#._- \n", min_size=1, max_size=4)
texts = st.text(max_size=4)
counts = st.integers(1, MAX_NUMBER)
durations = st.floats(0, MAX_NUMBER)
delay_times = st.floats(0, MAX_DELAY)
shares = st.integers(0, 100).map(lambda each: Fraction(each, 100))
scalars = (
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | texts
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2), max_leaves=4
)


def some(entries: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    """Return a few of them or none."""
    return st.lists(entries, max_size=2).map(tuple)


def by_pointer(entries: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return a few of them or none, by JSON pointers."""
    return st.dictionaries(pointers, entries, max_size=2)


pointers = texts.map(to_pointer) | st.lists(names, min_size=1, max_size=3).map(
    lambda each: "".join(to_pointer(name.replace("/", "")) for name in each)
)
members = st.text("ab/~é", max_size=3).map(lambda each: to_pointer(each.lstrip("/")))
"""Pointers to members of the body itself."""

patterns = st.builds(
    RequestPattern,
    operations=some(names),
    user=st.none() | names,
    workflow=st.none() | names,
    headers=st.dictionaries(names, names, max_size=2),
    attempt=st.none() | st.integers(0, MAX_NUMBER),
    recipient=st.none() | names,
    body=values,
)
whens = st.builds(
    When,
    nth=st.lists(counts, max_size=3, unique=True).map(sorted).map(tuple),
    first=st.none() | counts,
    every=st.none() | counts,
    probability=st.floats(0, 1),
    after_count=st.integers(0, 999_999_999),
    after_seconds=st.just(0.0) | durations,
    lasting=st.none() | durations,
    until_key_changes=st.booleans(),
    per=st.sampled_from(["key", "resource"]),
)

field_names = st.text("abZ09-_", min_size=1, max_size=5).map(lambda each: f"x-{each}")
field_values = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0xFF, blacklist_characters="\x7f") | st.just("\t"), max_size=5
)
retry_afters = (
    st.builds(RetryAfter, st.sampled_from(["seconds", "ms"]), st.integers(0, 99) | durations)
    | st.builds(RetryAfter, st.just("date"), st.integers(-MAX_NUMBER, MAX_NUMBER))
    | st.builds(RetryAfter, st.just("text"), field_values)
)
answers = st.builds(AnswerFault, st.integers(200, 599), texts, st.none() | retry_afters)
delays: st.SearchStrategy[Delay] = (
    st.builds(FixedDelay, delay_times)
    | st.tuples(delay_times, delay_times).map(lambda each: UniformDelay(min(each), max(each)))
    | st.builds(LognormalDelay, delay_times, st.floats(0, MAX_SIGMA))
    | st.builds(Dribble, counts, delay_times)
)
wires = st.sampled_from(WireKind).flatmap(
    lambda kind: st.builds(WireFault, st.just(kind), delay_times if kind in LASTING else st.just(0.0))
)
bodies = st.builds(
    BodyFault,
    replacement=st.none() | st.builds(Replacement, values),
    dropped=some(pointers),
    set=by_pointer(values),
    types=by_pointer(st.sampled_from(sorted(TYPES))),
    nested=by_pointer(st.integers(1, 9) | st.just(MAX_NESTING)),
    repeated=some(pointers),
    raw=by_pointer(st.sampled_from(["NaN", "-", '"\\u0000raw0\\u0000"']) | texts),
    doubled=some(members),
    kept=st.just(Fraction(1)) | st.fractions(0, 1, max_denominator=1_000_000),
    has_bom=st.booleans(),
).filter(lambda each: each != BodyFault())
bulks = st.sampled_from([None, "queued", "processing"]).flatmap(
    lambda stall: st.builds(
        BulkFault,
        stall=st.just(stall),
        stalls_at=shares if stall == "processing" else st.just(Fraction(0)),
        fails_at=st.none() | shares,
        error_ids=st.frozensets(texts, max_size=2),
        every=st.none() | counts,
        shown_progress=some(shares),
        shows_too_many=st.booleans(),
        reopens=st.booleans(),
    )
)
content_types = st.just("") | st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=5)


@st.composite
def actions(draw: st.DrawFn) -> Action:
    """Return something that can happen."""
    wire = draw(st.none() | wires)
    answer = draw(st.none() | answers) if wire is None or wire.delivers else None
    return Action(
        answer=answer,
        wire=wire,
        delay=draw(st.none() | delays),
        headers=draw(st.dictionaries(field_names, st.none() | field_values, max_size=2)),
        body=draw(st.none() | bodies),
        content_type=draw(st.none() | content_types),
        bulk=draw(st.none() | bulks.filter(lambda each: each != BulkFault())),
        when_committed=draw(st.sampled_from(["before", "after"])) if wire or answer else "before",
        ignored=draw(some(texts.map(str.lower))),
    )


faults = st.builds(
    Fault,
    id=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,9}", fullmatch=True),
    do=actions().filter(lambda each: each != Action()),
    pattern=patterns,
    when=whens,
    ttl=st.none() | durations,
    description=texts,
)
"""Faults whose written form has a place for everything they say."""
