"""The API that every runner meets: three canned answers and a count, over HTTP or as a WSGI application.

`python -m benchmarks.stub` serves it on a free port and prints its address.
"""

from __future__ import annotations

import socketserver
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from io import BufferedIOBase
from itertools import count
from typing import Any

import orjson

STATUSES = ("queued", "processing", "completed")
REQUESTS_PER_FLOW = 2 + len(STATUSES)
INSTANT = "2026-01-02T03:04:05.678Z"
RUN = orjson.dumps({"workflow_run_id": "6f0d3a3e-5f0b-4c36-9d0a-2f6a0a9c7b11"})


@dataclass(slots=True)
class StubApi:
    """Answers like Knock: an operation is queued, then processing, then completed, by the number of its polls."""

    requests: int = 0
    polls: dict[str, int] = field(default_factory=dict)
    ids: Iterator[int] = field(default_factory=count)

    def answer(self, method: str, path: str) -> tuple[int, bytes]:
        """Return status and JSON body; `GET /count` tells how many requests there were, itself left out."""
        if path == "/count":
            return 200, orjson.dumps(self.requests)
        self.requests += 1
        match method, path.rpartition("/"):
            case "POST", ("/v1/users/bulk", _, "identify"):
                return 200, operation(f"00000000-0000-4000-8000-{next(self.ids):012}", "queued")
            case "GET", ("/v1/bulk_operations", _, id_):
                polls = self.polls[id_] = self.polls.get(id_, 0) + 1
                return 200, operation(id_, STATUSES[min(polls, len(STATUSES)) - 1])
            case "POST", (_, _, "trigger"):
                return 200, RUN
        return 404, b'{"message":"no such route"}'

    def application(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer as a WSGI application."""
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        status, body = self.answer(environ["REQUEST_METHOD"], environ["PATH_INFO"])
        reason = "200 OK" if status == 200 else "404 Not Found"  # noqa: PLR2004  # the only two
        start_response(reason, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]


def operation(id_: str, status: str) -> bytes:
    """Return a bulk operation of three rows as Knock describes it, as JSON."""
    started, completed = status != "queued", status == "completed"
    done = {"queued": 0, "processing": 1, "completed": 3}[status]
    return orjson.dumps(
        {
            "__typename": "BulkOperation",
            "id": id_,
            "name": "users.identify",
            "status": status,
            "estimated_total_rows": 3,
            "processed_rows": done,
            "success_count": done,
            "error_count": 0,
            "error_items": [],
            "inserted_at": INSTANT,
            "updated_at": INSTANT,
            "started_at": INSTANT if started else None,
            "completed_at": INSTANT if completed else None,
            "failed_at": None,
            "progress_path": f"http://localhost/v1/bulk_operations/{id_}",
        }
    )


class StubServer(socketserver.ThreadingTCPServer):
    """Serves the stub on loopback: keep-alive, header and body in one send, no delay for small packets."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, api: StubApi, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Connection)
        self.api = api

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Connection(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True  # header and body apart, with it on, cost 40 ms a request
    server: StubServer

    def handle(self) -> None:
        while (request := _read_request(self.rfile)) is not None:
            status, body = self.server.api.answer(*request)
            head = f"HTTP/1.1 {status} Stub\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            self.request.sendall(head.encode() + body)


def _read_request(stream: BufferedIOBase) -> tuple[str, str] | None:
    """Return method and path of the next request, its body read to the end; None when the client has gone."""
    line = stream.readline().split()
    if not line:
        return None
    length = 0
    while (field_line := stream.readline().strip()) != b"":
        name, _, value = field_line.partition(b":")
        length = int(value) if name.lower() == b"content-length" else length
    stream.read(length)
    return line[0].decode(), line[1].decode()


def main() -> None:
    """Serve until somebody ends the process."""
    with StubServer(StubApi()) as server:
        print(server.url, flush=True)  # noqa: T201  # the caller reads it
        server.serve_forever()


if __name__ == "__main__":
    main()
