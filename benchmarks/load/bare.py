"""The framework alone: the three routes in Flask, without validation and state, on the servers that the fake runs on.

python -m benchmarks.load.bare --server waitress --port 4020
"""

from __future__ import annotations

import argparse
from uuid import uuid4

import orjson
from flask import Flask, Response, request

from benchmarks.load.loads import IDENTIFY

app = Flask("bare", static_folder=None)
SERVERS = ("waitress",)


def _answer(value: object) -> Response:
    return Response(orjson.dumps(value), mimetype="application/json")


def _operation(id_: str, total: int) -> Response:
    return _answer({"__typename": "BulkOperation", "id": id_, "status": "queued", "estimated_total_rows": total})


@app.post(IDENTIFY)
def identify() -> Response:
    """Answer a bulk identify."""
    return _operation(str(uuid4()), len(orjson.loads(request.get_data())["users"]))


@app.get("/v1/bulk_operations/<id_>")
def read_operation(id_: str) -> Response:
    """Answer a read of a bulk operation."""
    return _operation(id_, 0)


@app.post("/v1/workflows/<key>/trigger")
def trigger(key: str) -> Response:
    """Answer a trigger."""
    del key
    return _answer({"workflow_run_id": str(uuid4()), "recipients": len(orjson.loads(request.get_data())["recipients"])})


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", choices=SERVERS, default=SERVERS[0])
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    from waitress import serve  # noqa: PLC0415  # of several servers one is needed

    serve(app, host="127.0.0.1", port=given.port, threads=4, ident=None)


if __name__ == "__main__":
    main()
