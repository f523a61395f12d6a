"""`/_mock`: what a tester asks of the fake itself, in the world of the Authorization header or else the default one."""

from mock_knock.web.admin import clock, events, faults, inbox, requests, rules, state
from mock_knock.web.admin.queries import check_query

ADMIN_BLUEPRINTS = (
    state.state,
    clock.clock,
    faults.faults,
    rules.rules,
    requests.requests,
    inbox.inbox,
    events.events,
)
for each in ADMIN_BLUEPRINTS:
    each.before_request(check_query)

__all__ = ["ADMIN_BLUEPRINTS"]
