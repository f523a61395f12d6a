"""Identify users in bulk, wait, notify them: as one writes it first. `mock-knock gauntlet` shows what it does."""

import time

from knockapi import Knock

USERS = [{"id": "ada", "name": "Ada"}, {"id": "grace", "name": "Grace"}, {"id": "alan", "name": "Alan"}]

knock = Knock()  # KNOCK_API_KEY and KNOCK_BASE_URL are in the environment
operation = knock.users.bulk.identify(users=USERS)
while operation.status in ("queued", "processing"):
    time.sleep(0.2)
    operation = knock.bulk_operations.get(operation.id)
run = knock.workflows.trigger("welcome", recipients=[user["id"] for user in USERS])
print("notified, run", run.workflow_run_id)
