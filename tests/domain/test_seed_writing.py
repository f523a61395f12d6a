"""What is written of a seed reads back as the same seed."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.domain.bulk_operation import Stage, Status, Timeline, Transition
from mock_knock.domain.channel import CHANNEL_TYPES, DEFAULT_CHANNELS, Channel
from mock_knock.domain.recipient import RecipientKey
from mock_knock.domain.seed import (
    Course,
    Seed,
    SeededEntity,
    SeededKey,
    SeededMessage,
    SeededOperation,
    SeededRecipientRun,
    SeededRun,
    SeededSubscription,
)
from mock_knock.domain.seed_format import parse_seed, write_seed
from mock_knock.domain.workflow import Catalog, ChannelStep, DelayStep, Workflow
from mock_knock.domain.workflow_run import StepOutcome
from mock_knock.errors import InvalidDocument

START = datetime(2026, 1, 1, tzinfo=UTC)
texts = st.text("aé/#~ \n", min_size=1, max_size=5)
uuids = st.uuids().map(str)
instants = st.datetimes(datetime(1, 1, 2), datetime(8999, 1, 1)).map(lambda each: each.replace(tzinfo=UTC))  # noqa: DTZ001
maybe = st.none() | instants
maps = st.dictionaries(texts, st.none() | st.booleans() | texts | st.lists(st.integers(-9, 9), max_size=2), max_size=3)
maybe_maps = st.none() | maps
users = st.builds(RecipientKey, texts, st.none())
things = st.builds(RecipientKey, texts, texts)
keys = users | things
channels = st.builds(
    lambda id_, key, type_, name: Channel(id_, f"own {key}", type_, name, name),
    uuids,
    texts,
    st.sampled_from(CHANNEL_TYPES),
    texts,
)
stages = st.builds(Stage, st.none() | st.integers(0, 5), st.none() | st.floats(0, 1_000))
timelines = st.builds(Timeline, stages, stages)


def distinct(entries: st.SearchStrategy[Any], by: Any) -> st.SearchStrategy[tuple[Any, ...]]:
    """Return a few entries that differ in something."""
    return st.lists(entries, max_size=3, unique_by=by).map(tuple)


def entities(*, has_collection: bool) -> st.SearchStrategy[tuple[SeededEntity, ...]]:
    """Return users and tenants, or objects."""
    named = {"id": texts, **({"collection": texts} if has_collection else {})}
    parts = st.fixed_dictionaries({}, optional={"preferences": st.dictionaries(texts, maps, max_size=2)})
    rows = st.builds(lambda own, fixed, more: {**own, **fixed, **more}, maps, st.fixed_dictionaries(named), parts)
    return distinct(st.builds(SeededEntity, rows, maybe), lambda each: (each.row["id"], each.row.get("collection")))


def _age(now: datetime | None) -> int:
    """Return how many seconds have passed since the calendar began."""
    return int(((now or START) - datetime(1, 1, 2, tzinfo=UTC)).total_seconds())


@st.composite
def operations(draw: st.DrawFn, now: datetime | None) -> SeededOperation:
    """Return an operation that stays, or one that goes on and was read and pushed before an instant."""
    rows = tuple(draw(st.lists(st.builds(lambda id_, own: {**own, "id": id_}, texts, maps), max_size=4)))
    counts = st.integers(0, len(rows))
    past = st.integers(0, 10**9).map(lambda seconds: (now or START) - timedelta(seconds=min(seconds, _age(now))))
    polls = tuple(sorted(draw(st.lists(past, max_size=3)))) if now else ()
    pushes = st.builds(Transition, st.sampled_from(Status), past, st.integers(0, len(polls)))
    transitions = tuple(draw(st.lists(pushes, max_size=2))) if now else ()
    course = st.builds(
        Course,
        timeline=timelines,
        fails_at=st.none() | counts,
        stalls_at=st.none() | counts,
        polls=st.just(polls),
        transitions=st.just(transitions),
        settled_rows=counts,
    )
    name = draw(st.sampled_from(["users.identify", "users.delete", "users.set_preferences"]))
    if name == "users.set_preferences":
        rows = tuple({**each, "preferences": draw(st.dictionaries(texts, maps, max_size=1))} for each in rows)
    goes_on = draw(st.booleans())
    return SeededOperation(
        id=draw(uuids),
        name=name,
        status=None if goes_on else draw(st.sampled_from(Status)),
        rows=rows,
        failing_rows=tuple(index for index in range(len(rows)) if draw(st.booleans())),
        inserted_at=draw(maybe),
        course=draw(course) if goes_on else None,
    )


@st.composite
def catalogs(draw: st.DrawFn) -> Catalog:
    """Return channels and workflows that use them."""
    known = {
        each.key: each
        for each in (*DEFAULT_CHANNELS, *draw(distinct(channels, (lambda each: each.key, lambda each: each.id))))
    }
    sending = st.builds(ChannelStep, texts, st.sampled_from(list(known.values())))
    waiting = st.builds(DelayStep, texts, st.floats(0, 1_000))
    steps = st.lists(sending | waiting, max_size=3, unique_by=lambda each: each.ref).map(tuple)
    categories = st.lists(texts, max_size=2).map(tuple)
    workflows = st.builds(Workflow, texts, texts, st.booleans(), st.booleans(), categories, steps)
    return Catalog({each.key: each for each in draw(distinct(workflows, lambda each: each.key))}, known)


@st.composite
def runs(draw: st.DrawFn, catalog: Catalog) -> SeededRun:
    """Return a trigger whose recipients are anywhere in the workflow."""
    workflow = draw(st.sampled_from([*catalog.workflows, "unknown"]))
    continues = draw(st.booleans())
    steps = catalog.workflows[workflow].steps if continues and workflow in catalog.workflows else ()
    recipient_runs = []
    for _ in range(draw(st.integers(0, 2))):
        done = steps[: draw(st.integers(0, len(steps)))]
        events = tuple(
            StepOutcome(each.ref, draw(st.sampled_from(["channel", "delay"])), draw(texts), draw(instants), draw(maps))
            for each in done
        )
        aliases = (f"alias of {draw(uuids)}",) if draw(st.booleans()) else ()
        recipient_runs.append(
            SeededRecipientRun(draw(uuids), draw(keys), draw(maybe_maps), events, draw(maybe), aliases)
        )
    return SeededRun(
        id=draw(uuids),
        workflow=workflow,
        recipient_runs=tuple(recipient_runs),
        actor=draw(st.none() | keys),
        tenant=draw(st.none() | texts),
        data=draw(maybe_maps),
        cancellation_key=draw(st.none() | st.just("") | texts),
        settings=draw(maybe_maps),
        inserted_at=draw(maybe),
        continues=continues,
        unknown=tuple(draw(st.lists(keys, max_size=2))),
        is_actor_unknown=draw(st.booleans()),
    )


@st.composite
def seeds(draw: st.DrawFn) -> Seed:
    """Return any seed."""
    catalog, now = draw(catalogs()), draw(maybe)
    found = draw(distinct(runs(catalog), lambda each: each.id))
    ids = [each.id for run in found for each in run.recipient_runs]
    messages = st.builds(
        SeededMessage,
        texts,
        st.sampled_from(ids or [""]),
        st.sampled_from(list(catalog.channels.values())),
        st.sampled_from(["queued", "delivered"]),
        texts,
        maybe,
        maybe_maps,
    )
    subscriptions = st.builds(SeededSubscription, things, keys, maybe_maps, maybe, maybe)
    usable = SeededKey("sk_usable", "x")
    api_keys = st.builds(SeededKey, texts.map("sk_{}".format), texts, st.booleans())
    return Seed(
        now=now,
        catalog=catalog,
        users=draw(entities(has_collection=False)),
        objects=draw(entities(has_collection=True)),
        tenants=draw(entities(has_collection=False)),
        subscriptions=draw(distinct(subscriptions, lambda each: f"{each.recipient} to {each.object}")),
        bulk_operations=draw(distinct(operations(now), lambda each: each.id)),
        runs=found,
        messages=draw(distinct(messages, lambda each: each.id)) if ids else (),
        keys=(usable, *draw(distinct(api_keys, lambda each: each.key))) if draw(st.booleans()) else (),
    )


@given(seeds())
def test_reading_undoes_writing(seed: Seed) -> None:
    """A seed that is written down as JSON and read again is the same, and written again has the same text."""
    text = orjson.dumps(write_seed(seed))
    again = parse_seed(orjson.loads(text))
    assert seed == again
    assert text == orjson.dumps(write_seed(again))


@given(seeds(), st.data())
def test_any_document_is_read_or_refused(seed: Seed, data: st.DataObject) -> None:
    """A seed in which anything was replaced is read or refused, whatever it is."""
    written = write_seed(seed)
    node: Any = written
    for _ in range(data.draw(st.integers(1, 6))):
        keys_ = list(node) if isinstance(node, dict) else range(len(node))
        holder, key = node, data.draw(st.sampled_from([*keys_])) if keys_ else None
        node = holder[key] if key is not None else holder
        if not isinstance(node, (dict, list)) or not node:
            break
    if key is not None:
        holder[key] = data.draw(st.sampled_from([None, True, -1, 1.5, "", "x", [], [7], {}, {"id": 7}]))
    with contextlib.suppress(InvalidDocument):
        assert isinstance(parse_seed(written), Seed)


def test_a_status_for_people() -> None:
    """An operation that goes on is written with the status that it has at the instant of the seed."""
    operation = SeededOperation(str(UUID(int=1)), "users.identify", inserted_at=START, course=Course())
    for seconds, status in ((0, "queued"), (1, "processing"), (3, "completed")):
        (written,) = write_seed(Seed(now=START + timedelta(seconds=seconds), bulk_operations=(operation,)))[
            "bulk_operations"
        ]
        assert status == written["status"]
    assert "status" not in write_seed(Seed(bulk_operations=(operation,)))["bulk_operations"][0]


def test_what_is_written_of_an_empty_seed() -> None:
    """Every list is there, and default channels are not repeated."""
    written = write_seed(Seed())
    assert (1, None) == (written.pop("version"), written.pop("now"))
    assert [[]] * 10 == [*written.values()]
