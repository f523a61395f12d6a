"""The framework alone, on the servers that the fake runs on: Flask with state and without validation and journal.

python -m benchmarks.load.bare --server granian --port 4020

What it does: a bulk identify merges each user into a dict and keeps the operation, a read returns the operation from
there or 404, and a trigger merges its inline recipients into the same dict and keeps the id of the run. Bodies are read
and written by orjson. Server, its settings and those of garbage collection are exactly those of `mock-knock serve`.
"""

from __future__ import annotations

import argparse
import logging
from typing import Any
from uuid import uuid4

import orjson
from flask import Flask, Response, request

from benchmarks.load.loads import IDENTIFY
from mock_knock.commands.serve import GRANIAN, WAITRESS, find_server, rare_collections

HOST = "127.0.0.1"
Row = dict[str, Any]


def create_app() -> Flask:
    """Return the three routes, with their state."""
    app = Flask("bare", static_folder=None)
    users: dict[str, Row] = {}
    operations: dict[str, Row] = {}
    runs: dict[str, str] = {}

    @app.post(IDENTIFY)
    def identify() -> Response:
        rows = orjson.loads(request.get_data())["users"]
        for row in rows:
            merge(users, row)
        operation: Row = {
            "__typename": "BulkOperation",
            "id": str(uuid4()),
            "status": "queued",
            "estimated_total_rows": len(rows),
        }
        operations[operation["id"]] = operation
        return _answer(operation)

    @app.get("/v1/bulk_operations/<id_>")
    def read_operation(id_: str) -> Response:
        operation = operations.get(id_)
        return _answer({"code": "resource_missing"}, 404) if operation is None else _answer(operation)

    @app.post("/v1/workflows/<key>/trigger")
    def trigger(key: str) -> Response:
        for recipient in orjson.loads(request.get_data())["recipients"]:
            if isinstance(recipient, dict):
                merge(users, recipient)
        run = str(uuid4())
        runs[run] = key
        return _answer({"workflow_run_id": run})

    return app


def merge(users: dict[str, Row], row: Row) -> None:
    """Add to what is known of a user, or keep a copy of a new one."""
    known = users.get(row["id"])
    if known is None:
        users[row["id"]] = dict(row)
    else:
        known.update(row)


def _answer(value: object, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status, mimetype="application/json")


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", choices=(WAITRESS, GRANIAN), default=WAITRESS)
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    logging.getLogger("waitress").setLevel(logging.ERROR)  # as for the fake: it tells of each request that waits
    server = find_server(given.server)(create_app(), host=HOST, port=given.port)
    with rare_collections():
        server.run()


if __name__ == "__main__":
    main()
