"""`/_mock`: what a tester asks of the fake itself, in the world of the Authorization header or else the default one."""

from mock_knock.web.admin.clock import clock
from mock_knock.web.admin.events import events
from mock_knock.web.admin.faults import faults
from mock_knock.web.admin.inbox import inbox
from mock_knock.web.admin.requests import requests
from mock_knock.web.admin.rules import rules
from mock_knock.web.admin.state import state

ADMIN_BLUEPRINTS = (state, clock, faults, rules, requests, inbox, events)

__all__ = ["ADMIN_BLUEPRINTS"]
