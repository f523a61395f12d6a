"""Workflow runs: triggered, and read back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from mock_knock.domain.recipient import InlineIdentity, RecipientKey
from mock_knock.domain.user import identify
from mock_knock.domain.workflow import TriggerRequest, WorkflowRun, inline_identities, parse_trigger, plan_run
from mock_knock.messages import JsonValue
from mock_knock.service.settling import settle
from mock_knock.service.world import World


def trigger_workflow(world: World, workflow: str, body: Mapping[str, JsonValue]) -> WorkflowRun:
    """Accept a trigger: identify whoever is inline, then record one run."""
    with world.lock:
        request = parse_trigger(workflow, body)
        now = settle(world)
        _identify_inline(world, request, now)
        run = plan_run(
            request,
            run_id=world.new_id(),
            now=now,
            is_known=lambda key: world.state.recipient(key) is not None,
        )
        world.state.add_run(run)
        return run


def _identify_inline(world: World, request: TriggerRequest, now: datetime) -> None:
    for recipient in inline_identities(request):
        existing = world.state.recipient(recipient.key)
        world.state.put_recipient(identify(existing, recipient.key, recipient.properties, now))
    if request.tenant is not None:
        tenant = request.tenant
        properties = dict(tenant.properties) if isinstance(tenant, InlineIdentity) else {}
        existing = world.state.tenant(tenant.key.id)
        if existing is None or properties:
            world.state.put_tenant(identify(existing, RecipientKey(tenant.key.id), properties, now))
