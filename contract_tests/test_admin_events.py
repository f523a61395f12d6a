"""What happens in a world, told as it happens: server-sent events."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import orjson
import pytest
import requests

from contract_tests.knock_api import KnockApi

pytestmark = pytest.mark.controls

Event = tuple[str, int | None]
"""The name of an event, and its id."""


def read_events(text: str) -> list[tuple[dict[str, str], Any]]:
    """Return the events of a stream: their fields, and their decoded data."""
    blocks = [dict(line.split(": ", 1) for line in each.splitlines() if line[0] != ":") for each in text.split("\n\n")]
    return [(each, orjson.loads(each["data"])) for each in blocks if each]


def told(knock: KnockApi, query: str = "after=0&timeout=0", **fields: str) -> list[Event]:
    """Return the events of a stream that ends by itself."""
    answer = knock.send(
        "GET", f"/_mock/events?{query}", headers={name.replace("_", "-"): fields[name] for name in fields}
    )
    assert ("text/event-stream; charset=utf-8", "no-store") == (
        answer.headers["Content-Type"],
        answer.headers["Cache-Control"],
    )
    return [(each["event"], int(each["id"]) if "id" in each else None) for each, _ in read_events(answer.text)]


def ask(knock: KnockApi, times: int) -> None:
    """Ask for something that is not there."""
    for _ in range(times):
        knock.send("GET", "/v1/nowhere")


def test_each_request_is_an_event(knock: KnockApi) -> None:
    """An event is an entry of the journal under its number, as the journal shows it and as it is described."""
    knock.identify({"id": "ada"})
    knock.trigger("welcome", {"recipients": ["ada"]})
    listed = knock.control("GET", "/requests")["entries"]
    found = read_events(knock.send("GET", "/_mock/events?after=0&timeout=0").text)
    assert [("request", "1", listed[0]), ("request", "2", listed[1])] == [
        (each["event"], each["id"], data) for each, data in found
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("timeout=0", []),
        ("after=0&timeout=0", [1, 2, 3]),
        ("after=2&timeout=0", [3]),
        ("after=3&timeout=0", []),
        ("after=0&limit=2", [1, 2]),
        ("after=0&limit=0", []),
        ("limit=0", []),
    ],
)
def test_where_it_begins_and_ends(knock: KnockApi, query: str, expected: list[int]) -> None:
    """A stream begins with what comes next, or behind a number; it ends after so many requests, or so much time."""
    ask(knock, 3)
    assert [("request", number) for number in expected] == told(knock, query)


@pytest.mark.parametrize(("last", "expected"), [("1", [2, 3]), ("0", [1, 2, 3]), ("x", []), ("-1", []), ("", [])])
def test_browsers_come_back(knock: KnockApi, last: str, expected: list[int]) -> None:
    """Whoever comes back says what was last heard and gets what came since; `after` counts more."""
    ask(knock, 3)
    assert [("request", number) for number in expected] == told(knock, "timeout=0", Last_Event_ID=last)
    assert [("request", 3)] == told(knock, "after=2&timeout=0", Last_Event_ID=last)


def test_a_journal_that_begins_anew_is_an_event(knock: KnockApi) -> None:
    """Whoever has heard more than there is learns that there was a reset, and then hears everything."""
    ask(knock, 3)
    knock.control("POST", "/reset")
    ask(knock, 2)
    assert [("reset", None), ("request", 1), ("request", 2)] == told(knock, "after=3&timeout=0")


def test_what_comes_is_told_at_once(knock: KnockApi) -> None:
    """A stream that is open tells a request while it goes on, a reset, and what comes after it under new numbers."""
    with requests.Session() as session, opened(KnockApi(knock.url, knock.api_key, session), "limit=3") as stream:
        blocks = stream.iter_lines(chunk_size=1, delimiter=b"\n\n")
        assert b": events of mock-knock" == next(blocks)
        ask(knock, 1)
        assert ("request", "1") == heard(blocks)
        knock.control("POST", "/reset")
        assert ("reset", None) == heard(blocks)
        ask(knock, 2)
        assert [("request", "1"), ("request", "2")] == [heard(blocks), heard(blocks)]
        assert [] == [each for each in blocks if each]


def opened(knock: KnockApi, query: str) -> requests.Response:
    """Open a stream."""
    fields = {"Authorization": f"Bearer {knock.api_key}"}
    return knock.session.get(f"{knock.url}/_mock/events?{query}", headers=fields, stream=True, timeout=30)


def heard(blocks: Iterator[bytes]) -> tuple[str, str | None]:
    """Return name and id of the next event."""
    block = next(each for each in blocks if each and not each.startswith(b":"))
    ((fields, _),) = read_events(block.decode())
    return fields["event"], fields.get("id")


def test_listeners_hold_nobody_up(knock: KnockApi) -> None:
    """Many may listen at one time; everybody is answered, and all of them hear the same."""
    with ThreadPoolExecutor(12) as pool, requests.Session() as session:
        listener = KnockApi(knock.url, knock.api_key, session)
        found = [pool.submit(told, listener, "after=0&limit=2") for _ in range(12)]
        ask(knock, 2)
        assert [[("request", 1), ("request", 2)]] * 12 == [each.result(30) for each in found]


def test_a_listener_may_go(knock: KnockApi) -> None:
    """A listener that goes away takes nothing with it."""
    with requests.Session() as session:
        with closing(opened(KnockApi(knock.url, knock.api_key, session), "")) as stream:
            next(stream.iter_content(1))
        ask(knock, 1)
    assert [("request", 1)] == told(knock)
