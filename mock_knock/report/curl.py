"""A request as a curl command line that can be pasted into a shell."""

from __future__ import annotations

import shlex

from mock_knock.messages import HttpRequest

MAX_BODY = 2_000
"""Characters of a body that the line shows; a longer one is left to a file."""


def render_curl(request: HttpRequest) -> str:
    """Return the command line; mask the request before."""
    words = ["curl", "-sS", "-X", request.method, request.url]
    for name, value in request.headers:
        words += ["-H", f"{name}: {value}"]
    if request.body:
        body = request.body.decode("utf-8", errors="replace")
        words += ["--data-raw", body] if len(body) <= MAX_BODY else ["--data-binary", "@body.json"]
    return shlex.join(words)
