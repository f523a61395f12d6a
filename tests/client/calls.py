"""Somebody who uses a fake with the key of a world, in this process where it is in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import orjson

from mock_knock.harness.network import NetworkTransport
from mock_knock.harness.transport import WsgiTransport
from mock_knock.messages import Headers, HttpRequest, HttpResponse
from mock_knock.testing.world import KnockWorld


@dataclass(frozen=True)
class Caller:
    """A client of `/v1`."""

    knock: KnockWorld

    def ask(self, method: str, path: str, body: Any = None, *, fields: Headers = ()) -> HttpResponse:
        """Send one request and return its answer."""
        headers = (("Authorization", f"Bearer {self.knock.api_key}"), ("Content-Type", "application/json"), *fields)
        content = b"" if body is None else orjson.dumps(body)
        request = HttpRequest(method, f"{self.knock.url}/v1{path}", headers, content)
        application = self.knock.application
        transport = NetworkTransport() if application is None else WsgiTransport(application)
        answer = transport.send(request, timeout=60).response
        assert answer is not None
        return answer

    def trigger(self, workflow: str, *recipients: Any, **members: Any) -> HttpResponse:
        """Trigger a workflow; members named `idempotency_key` go into the header."""
        key = members.pop("idempotency_key", None)
        fields = (("Idempotency-Key", key),) if key else ()
        return self.ask(
            "POST", f"/workflows/{workflow}/trigger", {"recipients": [*recipients], **members}, fields=fields
        )

    def identify(self, *users: dict[str, Any]) -> str:
        """Identify users in bulk and return the id of the operation."""
        return str(orjson.loads(self.ask("POST", "/users/bulk/identify", {"users": [*users]}).body)["id"])

    def set_user(self, id_: str, **properties: Any) -> None:
        """Identify one user."""
        assert 200 == self.ask("PUT", f"/users/{quote(id_)}", properties).status
