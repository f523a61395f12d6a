"""The client of the black-box suite: plain HTTP, and responses are judged by the descriptions.

Those of the fake's own controls always, those under `/v1` where a test says which operation it means.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import orjson
import requests

from mock_knock.contract.judge import OperationJudge
from mock_knock.messages import ContractViolation
from mock_knock.served import controls_description, controls_operations, served_operations
from mock_knock.web.imitation import KnownRoutes
from mock_knock.web.pipeline import VIOLATIONS_HEADER

TIMEOUT = 30
POLLS = 200


@dataclass(frozen=True)
class KnockApi:
    """Knock as a client sees it."""

    url: str
    api_key: str
    session: requests.Session

    def send(
        self, method: str, path: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> requests.Response:
        """Send one request with nothing added but the key; `headers` may replace or (with "") remove a field.

        Where the target checks its own answers, it must not find anything. An answer of a control must keep the
        description of the controls, whatever it is.
        """
        fields = {"Authorization": f"Bearer {self.api_key}", **(headers or {})}
        fields = {name: value for name, value in fields.items() if value}
        answer = self.session.request(
            method, self.url + path, data=body, headers=fields, timeout=TIMEOUT, allow_redirects=False
        )
        assert VIOLATIONS_HEADER not in answer.headers, answer.text
        control = control_routes().operation_id(method, path.partition("?")[0])
        if control is not None:
            assert () == _violations(controls_operations()[control], answer), answer.text
        return answer

    def post(self, path: str, value: Any, **options: Any) -> requests.Response:
        """Send a JSON body."""
        return self._send_json("POST", path, value, **options)

    def put(self, path: str, value: Any, **options: Any) -> requests.Response:
        """Send a JSON body with PUT."""
        return self._send_json("PUT", path, value, **options)

    def call(self, operation_id: str, method: str, path: str, value: Any = None, **options: Any) -> requests.Response:
        """Call an operation, with a JSON body unless it is None; the response keeps the contract."""
        send = self.send if value is None else partial(self._send_json, value=value)
        return judged(operation_id, send(method, path, **options))

    def _send_json(self, method: str, path: str, value: Any, **options: Any) -> requests.Response:
        fields = {"Content-Type": "application/json", **options.pop("headers", {})}
        return self.send(method, path, body=orjson.dumps(value), headers=fields, **options)

    def identify(self, *users: Mapping[str, Any]) -> requests.Response:
        """Identify users in bulk; the response keeps the contract."""
        return judged("bulkIdentifyUsers", self.post("/v1/users/bulk/identify", {"users": list(users)}))

    def operation(self, operation_id: str) -> requests.Response:
        """Read a bulk operation; the response keeps the contract."""
        return judged("getBulkOperation", self.send("GET", f"/v1/bulk_operations/{operation_id}"))

    def trigger(self, key: str, body: Any) -> requests.Response:
        """Trigger a workflow; the response keeps the contract."""
        return judged("triggerWorkflow", self.post(f"/v1/workflows/{key}/trigger", body))

    def notify(self, *recipients: Any, workflow: str = "welcome", **members: Any) -> str:
        """Trigger a workflow for recipients and return the id of the run."""
        found: str = self.trigger(workflow, {"recipients": list(recipients), **members}).json()["workflow_run_id"]
        return found

    def messages(self, query: str = "") -> list[dict[str, Any]]:
        """Return the messages that a query finds; the response keeps the contract."""
        found: list[dict[str, Any]] = self.call("listMessages", "GET", f"/v1/messages{query}").json()["items"]
        return found

    def runs(self, query: str = "") -> list[dict[str, Any]]:
        """Return the recipient runs that a query finds; the response keeps the contract."""
        path = f"/v1/workflow_recipient_runs{query}"
        found: list[dict[str, Any]] = self.call("listWorkflowRecipientRuns", "GET", path).json()["items"]
        return found

    def run(self, run_id: str) -> dict[str, Any]:
        """Read one recipient run with its events; the response keeps the contract."""
        path = f"/v1/workflow_recipient_runs/{run_id}"
        found: dict[str, Any] = self.call("getWorkflowRecipientRun", "GET", path).json()
        return found

    def finish(self, *users: Mapping[str, Any]) -> dict[str, Any]:
        """Identify users and poll until the operation has ended; return its last form."""
        return self.finished(self.identify(*users).json())

    def finished(self, found: dict[str, Any]) -> dict[str, Any]:
        """Poll a bulk operation until it has ended; return its last form."""
        for _ in range(POLLS):
            found = self.operation(found["id"]).json()
            if found["status"] in {"completed", "failed"}:
                break
            if "/_mock" not in self.url and not self.url.startswith("http://127."):
                time.sleep(0.5)
        return found

    def state(self) -> dict[str, Any]:
        """Return what the fake holds."""
        held: dict[str, Any] = self.send("GET", "/_mock/state").json()
        return held

    def advance(self, seconds: float) -> None:
        """Move the clock of the fake forward."""
        self.control("POST", "/clock/advance", {"seconds": seconds})

    def control(self, method: str, path: str, value: Any = None) -> dict[str, Any]:
        """Use one of the fake's controls, which must succeed."""
        body = None if value is None else orjson.dumps(value)
        answer = self.send(method, f"/_mock{path}", body=body, headers={"Content-Type": "application/json"})
        assert answer.ok, answer.text
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found


def judged(operation_id: str, response: requests.Response) -> requests.Response:
    """Return the response once it is clear that it keeps the contract of its operation."""
    assert () == violations(operation_id, response)
    return response


def refusal(response: requests.Response) -> tuple[int, list[str]]:
    """Return the status of a refusal and the fields that it names."""
    return response.status_code, [each["field"] for each in response.json()["errors"]]


def violations(operation_id: str, response: requests.Response) -> tuple[ContractViolation, ...]:
    """Return every rule of the contract that a response breaks."""
    return _violations(served_operations()[operation_id], response)


def _violations(operation: OperationJudge, response: requests.Response) -> tuple[ContractViolation, ...]:
    return operation.response_violations(
        status=response.status_code, headers=tuple(response.headers.items()), body=response.content
    )


@cache
def control_routes() -> KnownRoutes:
    """Return which control a request to `/_mock` means."""
    routes: dict[str, dict[str, str]] = {}
    for each in controls_description().operations:
        routes.setdefault(each.path, {})[each.method] = each.operation_id or ""
    return KnownRoutes(routes)
