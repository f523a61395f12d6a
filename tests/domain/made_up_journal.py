"""Entries of a journal as tests write them, and as Hypothesis makes them up."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
from hypothesis import strategies as st

from mock_knock.domain.asked_request import RETRY_COUNT, Route
from mock_knock.domain.expectation import Expected
from mock_knock.domain.journal import JournalEntry
from mock_knock.domain.matching import RequestPattern
from mock_knock.messages import Headers, HttpRequest, HttpResponse

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RUN_ID = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"


def trigger(
    number: int,
    *recipients: Any,
    workflow: str = "welcome",
    status: int = 200,
    headers: Headers = (),
    attempt: int = 0,
    data: Any = None,
    answer: bytes = b"",
    **facts: Any,
) -> JournalEntry:
    """Return a trigger of a workflow, which creates a run where it succeeds; `facts` are of the entry itself."""
    body = {"recipients": list(recipients)} | ({} if data is None else {"data": data})
    fields = (*headers, *(((RETRY_COUNT, str(attempt)),) if attempt else ()))
    request = HttpRequest("POST", f"http://fake/v1/workflows/{workflow}/trigger", fields, orjson.dumps(body))
    facts = {"created": RUN_ID if status == 200 else "", **facts}
    route = Route("triggerWorkflow", (("key", workflow),))
    return JournalEntry(number, NOW, request, HttpResponse(status, (), answer), route=route, **facts)


def identify(number: int, id_: str = "ada", status: int = 200) -> JournalEntry:
    """Return an identify of one user."""
    request = HttpRequest("PUT", f"http://fake/v1/users/{id_}", (), b"{}")
    return JournalEntry(number, NOW, request, HttpResponse(status), route=Route("identifyUser", (("id_", id_),)))


def stray(number: int, path: str = "/v1/elsewhere") -> JournalEntry:
    """Return a request that led nowhere."""
    return JournalEntry(number, NOW, HttpRequest("GET", f"http://fake{path}"), HttpResponse(404))


ids = st.sampled_from(["ada", "bob", "eve"])
workflows = st.sampled_from(["welcome", "farewell"])
statuses = st.sampled_from([200, 404, 0])
entries = st.one_of(
    st.builds(
        lambda recipients, workflow, status, total, attempt: trigger(
            1, *recipients, workflow=workflow, status=status, data={"total": total}, attempt=attempt
        ),
        st.lists(ids, max_size=2),
        workflows,
        statuses,
        st.integers(1, 2),
        st.integers(0, 1),
    ),
    st.builds(lambda id_, status: identify(1, id_, status), ids, statuses),
    st.just(stray(1)),
)
"""Single entries; those of a journal get their numbers from `journals`."""
journals = st.lists(entries, max_size=6).map(
    lambda found: [
        JournalEntry(
            number=number,
            at=each.at,
            request=each.request,
            response=each.response,
            route=each.route,
            created=each.created,
        )
        for number, each in enumerate(found, start=1)
    ]
)
patterns = st.builds(
    RequestPattern,
    operations=st.sampled_from([(), ("triggerWorkflow",), ("identifyUser", "triggerWorkflow"), ("getUser",)]),
    user=st.none() | ids,
    workflow=st.none() | workflows,
    attempt=st.none() | st.integers(0, 1),
    recipient=st.none() | ids,
    body=st.none() | st.builds(lambda total: {"data": {"total": total}}, st.integers(1, 2)),
)
expectations = st.builds(
    Expected, patterns, status=st.sampled_from([None, "2xx", "404"]), creates=st.none() | st.booleans()
)
