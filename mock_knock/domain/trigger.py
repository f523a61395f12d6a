"""Triggering a workflow: one run for the call, one recipient run for each known, distinct recipient."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mock_knock.domain.recipient import InlineIdentity, Recipient, RecipientKey, parse_recipient
from mock_knock.domain.subscription import fan_out
from mock_knock.domain.uuid_text import derive_uuid
from mock_knock.domain.workflow import Workflow
from mock_knock.messages import JsonValue


@dataclass(frozen=True, slots=True)
class TriggerRequest:
    """What a trigger asks for, read from a body that passed the contract."""

    workflow: str
    recipients: tuple[Recipient, ...]
    actor: Recipient | None = None
    tenant: Recipient | None = None
    data: Mapping[str, JsonValue] | None = None
    cancellation_key: str | None = None
    settings: Mapping[str, JsonValue] | None = None


@dataclass(frozen=True, slots=True)
class RecipientRun:
    """The part of a run that concerns one recipient; `data` is what its templates would see."""

    id: str
    recipient: RecipientKey
    data: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class WorkflowRun:
    """One accepted trigger; for the `unknown` recipients nothing runs, `unknown_actor` is an actor never identified.

    `workflow` is what ran; one that the environment does not have has no steps.
    """

    id: str
    request: TriggerRequest
    workflow: Workflow
    inserted_at: datetime
    recipient_runs: tuple[RecipientRun, ...]
    unknown: tuple[RecipientKey, ...] = ()
    unknown_actor: RecipientKey | None = None


def parse_trigger(workflow: str, body: Mapping[str, JsonValue]) -> TriggerRequest:
    """Read a trigger body that passed the contract (FACTS section 1.3)."""
    actor, tenant = body.get("actor"), body.get("tenant")
    return TriggerRequest(
        workflow=workflow,
        recipients=tuple(parse_recipient(value) for value in body["recipients"]),
        actor=None if actor is None else parse_recipient(actor),
        tenant=None if tenant is None else parse_recipient(tenant),
        data=body.get("data"),
        cancellation_key=body.get("cancellation_key"),
        settings=body.get("settings"),
    )


def inline_identities(request: TriggerRequest) -> tuple[InlineIdentity, ...]:
    """Return who must be identified before the run: actor first, then the recipients in order.

    The tenant is not among them: it lives in a table of its own.
    """
    named = (request.actor, *request.recipients)
    return tuple(recipient for recipient in named if isinstance(recipient, InlineIdentity))


def plan_run(
    request: TriggerRequest,
    workflow: Workflow,
    *,
    run_id: str,
    now: datetime,
    is_known: Callable[[RecipientKey], bool],
    subscribers: Callable[[RecipientKey], Iterable[RecipientKey]] = lambda _: (),
) -> WorkflowRun:
    """Return the run of a trigger: a recipient named twice runs once, an unknown one does not run (FACTS section 7).

    Who subscribes to an object among them is a recipient, too.

    The id of a recipient run derives from `run_id` (a UUID) and the recipient.
    """
    actor = None if request.actor is None else request.actor.key
    distinct = {each.key: each for each in fan_out(request.recipients, subscribers, actor=actor)}
    known = {key: recipient for key, recipient in distinct.items() if is_known(key)}
    namespace = UUID(run_id).bytes
    return WorkflowRun(
        id=run_id,
        request=request,
        workflow=workflow,
        inserted_at=now,
        recipient_runs=tuple(_recipient_run(request, namespace, recipient) for recipient in known.values()),
        unknown=tuple(key for key in distinct if key not in known),
        unknown_actor=None if request.actor is None or is_known(request.actor.key) else request.actor.key,
    )


def _recipient_run(request: TriggerRequest, run_id: bytes, recipient: Recipient) -> RecipientRun:
    own = recipient.trigger_data if isinstance(recipient, InlineIdentity) else None
    key, common = recipient.key, request.data or {}
    id_ = derive_uuid(run_id, repr([key.collection, key.id]))  # `str(key)` of a user may be that of an object
    return RecipientRun(id=id_, recipient=key, data={**common, **own} if own else common)
