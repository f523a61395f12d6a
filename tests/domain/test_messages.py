from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mock_knock.domain.channel import CHANNEL_TYPES, ChannelType, default_channel
from mock_knock.domain.filters import MessageFilter, Period, RunFilter
from mock_knock.domain.message import Surroundings, make_message, message_id, reason_to_skip
from mock_knock.domain.recipient import RecipientKey, Reference
from mock_knock.domain.trigger import RecipientRun, TriggerRequest, WorkflowRun
from mock_knock.domain.user import Entity
from mock_knock.domain.workflow import ChannelStep, DelayStep, Workflow, step_offsets
from mock_knock.domain.workflow_run import RunRecord, RunStatus, enqueued, skipped, waited

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RUN_ID, RECIPIENT_RUN_ID = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e", "0d9e1a52-3f5b-4c6d-8e7f-a1b2c3d4e5f6"
ADA = RecipientKey("ada")
EMAIL = ChannelStep("email_1", default_channel("email"))
STEPS = (EMAIL, DelayStep("delay_2", 60), ChannelStep("feed_3", default_channel("in_app_feed")))
OFF = {"channel_types": {"email": False}}


def record(*, tenant: str | None = None, settings: dict[str, Any] | None = None, **data: Any) -> RunRecord:
    """Return a run of the workflow `welcome` for Ada."""
    found = None if tenant is None else Reference(RecipientKey(tenant))
    request = TriggerRequest("welcome", (Reference(ADA),), tenant=found, settings=settings, cancellation_key="c1")
    workflow = Workflow("welcome", categories=("onboarding",), steps=STEPS)
    recipient_run = RecipientRun(RECIPIENT_RUN_ID, ADA, data)
    return RunRecord(WorkflowRun(RUN_ID, request, workflow, NOW, (recipient_run,)), recipient_run, 7)


def ada(**members: Any) -> Entity:
    """Return Ada, who has an address."""
    return Entity("ada", {"email": "ada@example.com", "name": "Ada"}, NOW, **members)


def step(type_: ChannelType) -> ChannelStep:
    """Return a step that sends over the default channel of a type."""
    return ChannelStep(f"{type_}_1", default_channel(type_))


def test_the_instants_of_steps() -> None:
    """Sending takes no time, waiting does, unless the trigger skips delays."""
    assert (0, 60, 60) == step_offsets(STEPS, skip_delay=False)
    assert (0, 0, 0) == step_offsets(STEPS, skip_delay=True)
    assert (NOW, NOW + timedelta(seconds=60), NOW + timedelta(seconds=60)) == record().due
    assert (NOW, NOW, NOW) == record(settings={"skip_delay": True}).due


def test_how_far_a_run_has_come() -> None:
    """A run is paused until its last step is done or it is cancelled, and says when something happened last."""
    later = NOW + timedelta(seconds=60)
    one = enqueued(EMAIL, NOW, "m1")
    begun, ended, stopped = (
        RunRecord(record().run, record().recipient_run, 7, outcomes, cancelled)
        for outcomes, cancelled in [((one,), None), ((one, waited("delay_2", later), one), None), ((one,), later)]
    )
    assert (RunStatus.PAUSED, NOW, later) == (begun.status, begun.updated_at, begun.next_due)
    assert (RunStatus.COMPLETED, NOW, None) == (ended.status, ended.updated_at, ended.next_due)
    assert (RunStatus.CANCELLED, later, None) == (stopped.status, stopped.updated_at, stopped.next_due)
    assert NOW == record().updated_at


@pytest.mark.parametrize(
    ("type_", "entity", "reason"),
    [
        ("email", None, "recipient_missing"),
        ("email", ada(), None),
        ("email", Entity("ada", {"email": None}, NOW), "email_missing"),
        ("sms", ada(), "phone_number_missing"),
        ("push", ada(), "channel_data_missing"),
        ("chat", ada(channel_data={default_channel("chat").id: {"connections": []}}), None),
        ("http", ada(), None),
        ("in_app_feed", Entity("ada", {}, NOW), None),
        ("email", ada(preferences={"default": OFF}), "preferences"),
        ("http", ada(preferences={"default": OFF, "acme": {"workflows": {"welcome": False}}}), None),
    ],
)
def test_why_nothing_is_sent(type_: ChannelType, entity: Entity | None, reason: str | None) -> None:
    """Preferences, a missing address or channel data keep a step from sending; feed and webhook need nothing."""
    assert reason == reason_to_skip(step(type_), record(), Surroundings(entity))


@pytest.mark.parametrize(
    ("own", "shared", "reason"),
    [
        (OFF, {}, "preferences"),
        ({"channel_types": {"email": True}}, OFF, None),
        (None, OFF, "preferences"),
        (None, None, "preferences"),
        ({"channel_types": {"sms": True}}, None, None),
    ],
)
def test_preferences_of_a_tenant(own: Any, shared: Any, reason: str | None) -> None:
    """With a tenant the sets of the tenant count, the recipient's first; without any the default set does."""
    sets = {"default": OFF, **({} if own is None else {"acme": own})}
    tenant = Entity("acme", {"settings": {"preference_set": shared}}, NOW)
    around = Surroundings(ada(preferences=sets), tenant=tenant)
    assert reason == reason_to_skip(EMAIL, record(tenant="acme"), around)


def test_what_conditions_see() -> None:
    """Conditions of preferences see recipient, actor, data and workflow."""
    conditions = [
        {"variable": "recipient.id", "operator": "not_equal_to", "argument": "actor.id"},
        {"variable": "data.x", "operator": "equal_to", "argument": "1"},
        {"variable": "workflow.key", "operator": "equal_to", "argument": "welcome"},
    ]
    found = ada(preferences={"default": {"channel_types": {"email": {"conditions": conditions}}}})
    around = Surroundings(found, actor=Entity("bob", {}, NOW))
    assert [None, "preferences"] == [reason_to_skip(EMAIL, record(x=x), around) for x in (1, 2)]
    assert "preferences" == reason_to_skip(EMAIL, record(x=1), Surroundings(found, actor=found))


@pytest.mark.parametrize("type_", CHANNEL_TYPES)
def test_how_far_messages_get(type_: ChannelType) -> None:
    """Push and chat end at sent, others are delivered; in the sandbox all but the feed are not sent."""
    plain, sandbox = (
        make_message(step(type_), record(settings=settings), ada(), number=0, at=NOW).status
        for settings in (None, {"sandbox_mode": True})
    )
    assert plain == ("sent" if type_ in {"push", "chat"} else "delivered")
    assert sandbox == ("delivered" if type_ == "in_app_feed" else "not_sent")


def test_a_message() -> None:
    """A message has an id of 27 letters and digits that follows from run and step; of an e-mail the address is kept."""
    found = make_message(EMAIL, record(), ada(), number=3, at=NOW)
    assert ({"email": "ada@example.com", "name": "Ada"}, ADA, 3) == (found.snapshot, found.recipient, found.number)
    assert make_message(step("http"), record(), ada(), number=3, at=NOW).snapshot is None
    assert found.id == message_id(RECIPIENT_RUN_ID, "email_1") != message_id(RECIPIENT_RUN_ID, "email_2")
    assert (27, True) == (len(found.id), found.id.isalnum())


def test_outcomes() -> None:
    """Outcomes say what happened at which step."""
    assert {"channel_type": "email", "message_id": "m1"} == enqueued(EMAIL, NOW, "m1").data
    assert {"channel_type": "email", "reason": "preferences"} == skipped(EMAIL, NOW, "preferences").data
    delay = waited("delay_2", NOW)
    assert ("delay_2", "delay", {}) == (delay.ref, delay.step_type, delay.data)


MESSAGE = make_message(EMAIL, record(tenant="acme", x=1, y=None), ada(), number=0, at=NOW)
EARLIER, LATER = NOW - timedelta(seconds=1), NOW + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("fits", "fits_not"),
    [
        ({"statuses": ["sent", "delivered"]}, {"statuses": ["sent"]}),
        ({"engagement_statuses": ["seen", "unread"]}, {"engagement_statuses": ["seen"]}),
        ({"ids": [MESSAGE.id]}, {"ids": ["another"]}),
        ({"categories": ["x", "onboarding"]}, {"categories": ["x"]}),
        ({"workflow": "welcome"}, {"workflow": "x"}),
        ({"workflow_run_id": RUN_ID}, {"workflow_run_id": RECIPIENT_RUN_ID}),
        ({"recipient_run_id": RECIPIENT_RUN_ID}, {"recipient_run_id": RUN_ID}),
        ({"tenant": "acme"}, {"tenant": "x"}),
        ({"channel_id": EMAIL.channel.id}, {"channel_id": RUN_ID}),
        ({"data": {"x": 1, "y": None}}, {"data": {"z": None}}),
        ({"recipient": ADA}, {"recipient": RecipientKey("ada", "people")}),
        ({"periods": (Period(EARLIER, LATER),)}, {"periods": (Period(NOW),)}),
        ({"periods": (Period(NOW, NOW, has_begin=True, has_end=True),)}, {"periods": (Period(end=NOW),)}),
    ],
)
def test_filters_of_messages(fits: dict[str, Any], fits_not: dict[str, Any]) -> None:
    """Each filter asks for one thing; together they ask for all."""
    assert MessageFilter().admits(MESSAGE)
    assert MessageFilter(**fits).admits(MESSAGE)
    assert not MessageFilter(**fits_not).admits(MESSAGE)
    assert not MessageFilter(**{"workflow": "x", **fits, **fits_not}).admits(MESSAGE)


@pytest.mark.parametrize(
    ("fits", "fits_not"),
    [
        ({"workflow": "welcome"}, {"workflow": "x"}),
        ({"statuses": ["paused"]}, {"statuses": ["completed"]}),
        ({"tenant": None}, {"tenant": "acme"}),
        ({"has_errors": False}, {"has_errors": True}),
        ({"recipient": ADA}, {"recipient": RecipientKey("bob")}),
        ({"period": Period(EARLIER, LATER)}, {"period": Period(LATER)}),
    ],
)
def test_filters_of_runs(fits: dict[str, Any], fits_not: dict[str, Any]) -> None:
    """Each filter asks for one thing; no run here has errors."""
    assert RunFilter(**fits).admits(record())
    assert not RunFilter(**fits_not).admits(record())
