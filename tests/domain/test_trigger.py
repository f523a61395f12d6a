from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mock_knock.domain.recipient import InlineIdentity, RecipientKey, Reference, UsersById, parse_recipient
from mock_knock.domain.trigger import (
    TriggerRequest,
    WorkflowRun,
    forget_properties,
    inline_identities,
    named_users,
    parse_trigger,
    plan_run,
)
from mock_knock.domain.workflow import Workflow
from mock_knock.messages import JsonValue

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RUN_ID = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
ADA, GRACE, ALAN = RecipientKey("ada"), RecipientKey("grace"), RecipientKey("alan")
PROJECT = RecipientKey("p1", "projects")

parts = st.text(st.sampled_from("ab/"), min_size=1, max_size=4)
references = parts | st.builds(lambda id_, collection: {"id": id_, "collection": collection}, parts, parts)


def trigger(*recipients: JsonValue, **members: JsonValue) -> TriggerRequest:
    """Return a request to run the workflow `hello` for these recipients."""
    return parse_trigger("hello", {"recipients": list(recipients), **members})


def run(request: TriggerRequest, known: Collection[RecipientKey] | None = None, run_id: str = RUN_ID) -> WorkflowRun:
    """Plan the run of a request in a world where the given recipients, or all, are known."""
    return plan_run(
        request, Workflow("hello"), run_id=run_id, now=NOW, is_known=lambda key: known is None or key in known
    )


def test_the_smallest_trigger() -> None:
    """Everything but the recipients may be left out."""
    assert TriggerRequest("hello", (Reference(ADA),)) == trigger("ada")


def test_a_trigger_with_everything() -> None:
    """Every documented member of a trigger is read."""
    found = trigger(
        "ada",
        {"id": "p1", "collection": "projects"},
        actor={"id": "alan", "name": "Alan"},
        tenant="acme",
        data={"n": 1},
        cancellation_key="comment-7",
        settings={"sandbox_mode": True},
    )
    expected = TriggerRequest(
        workflow="hello",
        recipients=(Reference(ADA), Reference(PROJECT)),
        actor=InlineIdentity(ALAN, {"name": "Alan"}),
        tenant=Reference(RecipientKey("acme")),
        data={"n": 1},
        cancellation_key="comment-7",
        settings={"sandbox_mode": True},
    )
    assert expected == found


@pytest.mark.parametrize("member", ["actor", "tenant", "data", "cancellation_key", "settings"])
def test_null_is_absent(member: str) -> None:
    """A member that is null means the same as one that is left out."""
    assert trigger("ada") == trigger("ada", **{member: None})


def test_who_is_identified_first() -> None:
    """Inline actor and recipients are identified, in this order; references and the tenant are not."""
    request = trigger(
        {"id": "ada"}, "grace", {"id": "p1", "collection": "projects", "name": "One"}, tenant={"id": "acme"}
    )
    assert [ADA, PROJECT] == [each.key for each in inline_identities(request)]
    request = trigger({"id": "ada"}, actor={"id": "alan"})
    assert [ALAN, ADA] == [each.key for each in inline_identities(request)]


def test_a_run_keeps_its_request() -> None:
    """A run carries its id, its request and the instant it was accepted."""
    request = trigger("ada")
    found = run(request)
    assert (RUN_ID, request, NOW) == (found.id, found.request, found.inserted_at)


def test_a_recipient_named_twice_runs_once() -> None:
    """Of several entries for one recipient the first counts, whatever their form."""
    found = run(
        trigger({"id": "ada", "$trigger_data": {"n": 1}}, "grace", "ada", {"id": "ada", "$trigger_data": {"n": 2}})
    )
    assert [(ADA, {"n": 1}), (GRACE, {})] == [(each.recipient, each.data) for each in found.recipient_runs]


def test_an_unknown_recipient_does_not_run() -> None:
    """For somebody who was never identified nothing runs; the run names each of them once."""
    found = run(trigger("ada", "grace", "grace"), known={ADA})
    assert ([ADA], (GRACE,)) == ([each.recipient for each in found.recipient_runs], found.unknown)


@pytest.mark.parametrize(
    ("actor", "unknown"), [(None, None), ("alan", None), ("grace", GRACE), ({"id": "grace"}, GRACE)]
)
def test_an_unknown_actor_is_named(actor: JsonValue, unknown: RecipientKey | None) -> None:
    """An actor who was never identified is told apart from none and from a known one; the run goes on."""
    found = run(trigger("ada", actor=actor), known={ADA, ALAN})
    assert (unknown, 1) == (found.unknown_actor, len(found.recipient_runs))


@pytest.mark.parametrize(
    ("data", "own", "merged"),
    [
        (None, None, {}),
        ({"n": 1}, None, {"n": 1}),
        (None, {"n": 2}, {"n": 2}),
        ({"n": 1, "m": 1}, {"n": 2}, {"n": 2, "m": 1}),
        ({"n": {"a": 1}}, {"n": {"b": 2}}, {"n": {"b": 2}}),
        ({"n": 1}, "text", {"n": 1}),
    ],
)
def test_trigger_data_of_a_recipient(data: JsonValue, own: JsonValue, merged: dict[str, Any]) -> None:
    """The recipient's own trigger data wins over the data of the call, member by member."""
    found = run(trigger({"id": "ada", "$trigger_data": own}, data=data))
    assert merged == found.recipient_runs[0].data


def test_trigger_data_stays_with_its_recipient() -> None:
    """The trigger data of one recipient is not seen by another."""
    found = run(trigger({"id": "ada", "$trigger_data": {"n": 2}}, "grace", data={"n": 1}))
    assert [{"n": 2}, {"n": 1}] == [each.data for each in found.recipient_runs]


@given(st.lists(references, max_size=8))
@example(["projects/p1", {"id": "p1", "collection": "projects"}])
def test_recipient_runs_and_their_ids(recipients: list[JsonValue]) -> None:
    """There is one recipient run for each distinct recipient, in order, and no two share an id."""
    request = trigger(*recipients)
    found = run(request)
    assert list(dict.fromkeys(each.key for each in request.recipients)) == [
        each.recipient for each in found.recipient_runs
    ]
    assert len(found.recipient_runs) == len({UUID(each.id) for each in found.recipient_runs})


def test_ids_of_recipient_runs_are_the_same_again() -> None:
    """The id of a recipient run follows from the run and the recipient alone."""
    other = "282bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
    [first], [again] = run(trigger("ada")).recipient_runs, run(trigger("grace", "ada"), known={ADA}).recipient_runs
    assert first.id == again.id
    assert first.id != run(trigger("ada"), run_id=other).recipient_runs[0].id


inline_users = st.builds(
    lambda id_, more: {"id": id_, **more},
    parts,
    st.dictionaries(st.sampled_from(["name", "$trigger_data"]), st.just(1) | st.just({"n": 1}), max_size=2),
)


@given(st.lists(inline_users, min_size=1, max_size=5))
def test_users_with_their_properties(sent: list[JsonValue]) -> None:
    """Where all recipients are users with their properties, the run is the one that a look at each of them plans."""
    request = trigger(*sent)
    assert list(request.users) == sent
    expected = run(replace(request, users=()))
    assert (len(expected.recipient_runs), expected) == (len(run(request).recipient_runs), run(request))
    assert named_users(expected) == tuple(dict.fromkeys(each["id"] for each in sent))


@given(st.lists(parts, min_size=1, max_size=6), st.sets(parts, max_size=6), st.booleans())
def test_users_by_their_ids(sent: list[JsonValue], known: set[str], has_actor: bool) -> None:  # noqa: FBT001  # drawn
    """Where all recipients are ids, the run is the one that a look at each of them plans, unknown ones included."""
    request = trigger(*sent, **({"actor": "ada"} if has_actor else {}))
    one_by_one = replace(request, recipients=tuple(map(parse_recipient, sent)))
    keys = {RecipientKey(each) for each in (*known, sent[0])}
    expected, found = run(one_by_one, keys), run(request, keys)
    assert (len(expected.recipient_runs), expected) == (len(found.recipient_runs), found)
    assert (named_users(expected), inline_identities(one_by_one)) == (named_users(found), inline_identities(request))
    assert request is forget_properties(request)
    assert isinstance(request.recipients, UsersById)


@given(st.lists(inline_users | references, min_size=1, max_size=5), st.booleans())
def test_a_run_needs_no_properties(sent: list[JsonValue], has_flat_rows: bool) -> None:  # noqa: FBT001  # drawn
    """Without the properties of its recipients a trigger has the same run, and nothing else of them is left."""
    if has_flat_rows:
        sent = [{"id": each["id"], "name": "x"} if isinstance(each, dict) else each for each in sent]
    request = parse_trigger("hello", {"recipients": sent}, has_flat_rows=has_flat_rows)
    forgotten = forget_properties(request)
    assert list(run(request).recipient_runs) == list(run(forgotten).recipient_runs)
    assert [each.key for each in request.recipients] == [each.key for each in forgotten.recipients]
    assert not any(each.properties for each in inline_identities(forgotten))


def test_objects_bring_their_subscribers() -> None:
    """Whom a trigger reaches through an object is named by its run, too; objects are no users."""
    request = trigger("ada", {"id": "p1", "collection": "projects"})
    found = plan_run(
        request,
        Workflow("hello"),
        run_id=RUN_ID,
        now=NOW,
        is_known=lambda _: True,
        subscribers=lambda key: [GRACE, ADA] if key == PROJECT else [],
    )
    assert ("ada", "grace") == named_users(found)
