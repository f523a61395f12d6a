"""The same job, done so that it never says success when it is not: every answer is checked, every wait is bounded."""

import sys
import time
from email.utils import parsedate_to_datetime

import knockapi
from knockapi import DefaultHttpxClient, Knock
from knockapi.types import BulkOperation, WorkflowTriggerResponse

USERS = [{"id": "ada", "name": "Ada"}, {"id": "grace", "name": "Grace"}, {"id": "alan", "name": "Alan"}]
DEADLINE = time.monotonic() + 15
TEMPORARY = (408, 409, 429, 500, 502, 503, 504)

# the SDK follows redirects, and ignores a Retry-After of more than a minute: both are done here instead
knock = Knock(max_retries=0, timeout=3, http_client=DefaultHttpxClient(follow_redirects=False))


def checked(model, answer):
    """Return what an answer says once it is what the API describes; the SDK itself takes anything."""
    if not answer.headers.get("content-type", "").startswith("application/json"):
        raise ValueError("the answer is no JSON")
    return model.model_validate_json(answer.read(), strict=True)


def patiently(send, also=()):
    """Send until there is an answer; wait as long as one asks for, and give up at the deadline."""
    while True:
        try:
            return send()
        except (knockapi.APIConnectionError, knockapi.APIStatusError) as error:
            if getattr(error, "status_code", 503) not in (*TEMPORARY, *also):
                raise
            asked = error.response.headers.get("retry-after", "1") if hasattr(error, "response") else "1"
            try:
                wait = float(asked) if asked[:1].isdigit() else parsedate_to_datetime(asked).timestamp() - time.time()
            except ValueError:
                wait = 1.0
            if time.monotonic() + wait > DEADLINE:
                raise
            time.sleep(max(wait, 0.5) + 0.05)


try:
    answer = knock.users.bulk.with_raw_response.identify(users=USERS)  # sent again, it would start a second operation
    operation = checked(BulkOperation, answer)
    if left_out := answer.headers.get("x-ratelimited-users"):
        raise ValueError(f"not identified: {left_out}")
    id_, get = operation.id, knock.bulk_operations.with_raw_response.get
    while operation.status in ("queued", "processing") and time.monotonic() < DEADLINE:
        time.sleep(0.3)
        operation = checked(BulkOperation, patiently(lambda: get(id_), also=(404,)))
    told = (operation.id, operation.status, operation.error_count)
    if told != (id_, "completed", 0) or operation.processed_rows >= 2**53:
        raise ValueError(f"not all users were identified: {told}")
    answer = knock.workflows.with_raw_response.trigger("welcome", recipients=[user["id"] for user in USERS])
    print("notified, run", checked(WorkflowTriggerResponse, answer).workflow_run_id)
except (ValueError, knockapi.KnockError) as error:
    sys.exit(f"{type(error).__name__}: {error}"[:300])
