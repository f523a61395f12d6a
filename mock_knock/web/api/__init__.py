"""The endpoints of Knock under `/v1`, a module for each resource."""

from mock_knock.web.api.bulk_operations import bulk_operations
from mock_knock.web.api.messages import messages
from mock_knock.web.api.objects import objects
from mock_knock.web.api.recipient_runs import recipient_runs
from mock_knock.web.api.users import users
from mock_knock.web.api.workflows import workflows

BLUEPRINTS = (users, bulk_operations, workflows, messages, recipient_runs, objects)

__all__ = ["BLUEPRINTS"]
