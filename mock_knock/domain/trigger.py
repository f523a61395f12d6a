"""Triggering a workflow: one run for the call, one recipient run for each known, distinct recipient."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import repeat
from operator import contains
from typing import NamedTuple, TypeAlias
from uuid import UUID

from mock_knock.alike import AlikeRows
from mock_knock.domain.bulk_rows import FlatRows, Ids, Row, ids_of
from mock_knock.domain.later import Later
from mock_knock.domain.recipient import (
    TRIGGER_DATA,
    InlineIdentity,
    Recipient,
    RecipientKey,
    Reference,
    UsersById,
    parse_recipient,
)
from mock_knock.domain.subscription import fan_out
from mock_knock.domain.uuid_text import derive_uuid
from mock_knock.domain.workflow import Workflow
from mock_knock.messages import JsonValue

UnknownUsers: TypeAlias = Callable[[Iterable[str]], AbstractSet[str]]
"""Returns which of some ids are those of no user."""


@dataclass(frozen=True, slots=True)
class TriggerRequest:
    """What a trigger asks for, read from a body that passed the contract.

    `users` has the recipients as they were sent where all of them are users that it identifies, and nothing otherwise.
    """

    workflow: str
    recipients: Sequence[Recipient]
    actor: Recipient | None = None
    tenant: Recipient | None = None
    data: Mapping[str, JsonValue] | None = None
    cancellation_key: str | None = None
    settings: Mapping[str, JsonValue] | None = None
    users: Sequence[Row] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class RecipientRun:
    """The part of a run that concerns one recipient; `data` is what its templates would see."""

    id: str
    recipient: RecipientKey
    data: Mapping[str, JsonValue]


class WorkflowRun(NamedTuple):
    """One accepted trigger; for the `unknown` recipients nothing runs, `unknown_actor` is an actor never identified.

    `workflow` is what ran; one that the environment does not have has no steps. A tuple, because each trigger makes
    one.
    """

    id: str
    request: TriggerRequest
    workflow: Workflow
    inserted_at: datetime
    recipient_runs: Sequence[RecipientRun]
    unknown: tuple[RecipientKey, ...] = ()
    unknown_actor: RecipientKey | None = None


def parse_trigger(workflow: str, body: Mapping[str, JsonValue], *, has_flat_rows: bool = False) -> TriggerRequest:
    """Read a trigger body that passed the contract (FACTS section 1.3).

    `has_flat_rows` says that recipients have no maps in them, where that is known.
    """
    actor, tenant, sent = body.get("actor"), body.get("tenant"), body["recipients"]
    are_ids = _are_ids(sent)
    return TriggerRequest(
        workflow=workflow,
        recipients=UsersById(sent) if are_ids else Later(len(sent), map, parse_recipient, sent),
        users=() if are_ids else _users(sent, has_flat_rows=has_flat_rows),
        actor=None if actor is None else parse_recipient(actor),
        tenant=None if tenant is None else parse_recipient(tenant),
        data=body.get("data"),
        cancellation_key=body.get("cancellation_key"),
        settings=body.get("settings"),
    )


def _are_ids(sent: Sequence[JsonValue]) -> bool:
    """Tell whether all recipients, of whom there are some, are ids; mostly the first one says it."""
    return isinstance(sent, list) and type(next(iter(sent), None)) is str and set(map(type, sent)) == {str}


def _users(sent: Sequence[JsonValue], *, has_flat_rows: bool) -> Sequence[Row]:
    """Return the recipients if all are users with their properties, else nothing; of a thousand each counts."""
    if isinstance(sent, AlikeRows):
        return () if "collection" in sent.likeness.names else sent
    if set(map(type, sent)) != {dict} or any(map(contains, sent, repeat("collection"))):
        return ()
    return FlatRows(sent) if has_flat_rows else sent


def forget_properties(request: TriggerRequest) -> TriggerRequest:
    """Return a trigger without the properties of its recipients, which have been identified: a run needs no more."""
    users = request.users
    if not users:
        if isinstance(request.recipients, UsersById) or all(isinstance(each, Reference) for each in request.recipients):
            return request
        left = tuple(
            replace(each, properties={}) if isinstance(each, InlineIdentity) else each for each in request.recipients
        )
        return replace(request, recipients=left)
    if isinstance(users, (FlatRows, AlikeRows)) or not any(map(contains, users, repeat(TRIGGER_DATA))):
        kept: Sequence[Row] = Ids(ids_of(users))
    else:
        kept = [{name: each[name] for name in ("id", TRIGGER_DATA) if name in each} for each in users]
    return replace(request, users=kept, recipients=Later(len(kept), map, parse_recipient, kept))


def inline_identities(request: TriggerRequest) -> tuple[InlineIdentity, ...]:
    """Return who must be identified before the run: actor first, then the recipients in order.

    The tenant is not among them: it lives in a table of its own.
    """
    recipients = () if type(request.recipients) is UsersById else request.recipients
    return tuple([each for each in (request.actor, *recipients) if isinstance(each, InlineIdentity)])


def named_users(run: WorkflowRun) -> tuple[str, ...]:
    """Return the ids of the users that a trigger names or reaches, each once."""
    if type(run.request.recipients) is UsersById:
        return tuple(dict.fromkeys(run.request.recipients.ids))
    keys = [each.key for each in run.request.recipients]
    if any(key.collection is not None for key in keys):  # their subscribers are among the runs
        keys += [each.recipient for each in run.recipient_runs]
    return tuple(dict.fromkeys([key.id for key in keys if key.collection is None]))


def plan_run(
    request: TriggerRequest,
    workflow: Workflow,
    *,
    run_id: str,
    now: datetime,
    is_known: Callable[[RecipientKey], bool],
    subscribers: Callable[[RecipientKey], Iterable[RecipientKey]] = lambda _: (),
    unknown_users: UnknownUsers | None = None,
) -> WorkflowRun:
    """Return the run of a trigger: a recipient named twice runs once, an unknown one does not run (FACTS section 7).

    Who subscribes to an object among them is a recipient, too. `unknown_users` says of many users at once what
    `is_known` says of each.

    The id of a recipient run derives from `run_id` (a UUID) and the recipient.
    """
    actor = None if request.actor is None else request.actor.key
    if isinstance(request.recipients, UsersById):
        find_unknown = unknown_users or (lambda ids: {each for each in ids if not is_known(RecipientKey(each))})
        runs, unknown = _who_runs_by_id(request, request.recipients, run_id, find_unknown)
    else:
        runs, unknown = _who_runs(request, run_id, is_known, subscribers)
    unknown_actor = None if actor is None or is_known(actor) else actor
    return WorkflowRun(run_id, request, workflow, now, runs, unknown, unknown_actor)


def _who_runs(
    request: TriggerRequest,
    run_id: str,
    is_known: Callable[[RecipientKey], bool],
    subscribers: Callable[[RecipientKey], Iterable[RecipientKey]],
) -> tuple[Sequence[RecipientRun], tuple[RecipientKey, ...]]:
    """Return the recipients' runs and who is unknown; whoever the trigger identifies is known."""
    if request.users:
        return Later(len({*ids_of(request.users)}), _runs_of_all, request, run_id), ()
    actor = None if request.actor is None else request.actor.key
    distinct = {each.key: each for each in fan_out(request.recipients, subscribers, actor=actor)}
    known = {key: recipient for key, recipient in distinct.items() if is_known(key)}
    runs = Later(len(known), _recipient_runs, request, run_id, tuple(known.values()))
    return runs, tuple(key for key in distinct if key not in known)


def _who_runs_by_id(
    request: TriggerRequest,
    recipients: UsersById,
    run_id: str,
    find_unknown: UnknownUsers,
) -> tuple[Sequence[RecipientRun], tuple[RecipientKey, ...]]:
    """Return the same as `_who_runs` where all recipients are users named by their ids."""
    distinct = dict.fromkeys(recipients.ids)
    unknown = find_unknown(distinct)
    if unknown or len(distinct) < len(recipients):
        recipients = UsersById([each for each in distinct if each not in unknown])
    runs = Later(len(recipients), _recipient_runs, request, run_id, recipients)
    return runs, tuple([RecipientKey(each) for each in distinct if each in unknown]) if unknown else ()


def _runs_of_all(request: TriggerRequest, run_id: str) -> Iterable[RecipientRun]:
    distinct: dict[RecipientKey, Recipient] = {}
    for each in request.recipients:
        distinct.setdefault(each.key, each)
    return _recipient_runs(request, run_id, distinct.values())


def _recipient_runs(request: TriggerRequest, run_id: str, recipients: Iterable[Recipient]) -> Iterable[RecipientRun]:
    namespace = UUID(run_id).bytes
    return (_recipient_run(request, namespace, each) for each in recipients)


def _recipient_run(request: TriggerRequest, run_id: bytes, recipient: Recipient) -> RecipientRun:
    own = recipient.trigger_data if isinstance(recipient, InlineIdentity) else None
    key, common = recipient.key, request.data or {}
    id_ = derive_uuid(run_id, repr([key.collection, key.id]))  # `str(key)` of a user may be that of an object
    return RecipientRun(id=id_, recipient=key, data={**common, **own} if own else common)
