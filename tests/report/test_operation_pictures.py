from __future__ import annotations

from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from mock_knock.harness.result import StepResult
from mock_knock.messages import Exchange, HttpRequest, TransportFailure
from mock_knock.report.run.operation_svg import HEIGHT, LEFT, MAX_LARGE, PLOT_BOTTOM, PLOT_TOP, WIDTH, draw_operation
from mock_knock.report.run.operations import MAX_SEEN, SeenOperation, seen_operations
from tests.report.made_up_run import BEGIN, OPERATION, POLL, RESULT, answer, at, operation, post, step

NS = "{http://www.w3.org/2000/svg}"


def poll(seconds: float, status: str = "processing", done: int = 0, **fields: Any) -> StepResult:
    """Return a poll that was sent so many seconds after the run had begun."""
    exchange = Exchange(POLL, answer(operation(status, done), **fields), at=at(seconds))
    return step("poll", exchange)


def picture(*steps: StepResult) -> ET.Element:
    """Return the picture of the one operation that some steps have seen."""
    (seen,) = seen_operations(steps)
    return ET.fromstring(draw_operation(seen))


def test_what_was_seen_of_an_operation() -> None:
    """The request that started an operation and its polls belong to it, with the time since the first of them."""
    (seen,) = seen_operations(RESULT.steps)
    assert (OPERATION, 5) == (seen.id, seen.count)
    assert [
        (0.0, "POST", 200, "", "queued", 0.0),
        (0.5, "GET", 200, "", "queued", 0.0),
        (1.5, "GET", 503, "busy", "", None),
        (2.5, "GET", 200, "late", "processing", 0.5),
        (5.0, "GET", 200, "", "completed", 1.0),
    ] == [(each.at, each.method, each.status, each.fault, each.state, each.share) for each in seen.moments]


@pytest.mark.parametrize(
    "exchange",
    [
        Exchange(POLL, answer(operation("queued", 0))),
        Exchange(HttpRequest("GET", "http://localhost/v1/users/ada"), answer({"__typename": "User"}), at=BEGIN),
        Exchange(HttpRequest("GET", "http://localhost/x"), answer(b"BulkOperation"), at=BEGIN),
        Exchange(post("/users/bulk/identify", {}), answer({"__typename": "BulkOperation"}), at=BEGIN),
        Exchange(HttpRequest("GET", "http://localhost/x"), failure=TransportFailure("reset", "x"), at=BEGIN),
    ],
)
def test_what_is_no_operation(exchange: Exchange) -> None:
    """A request that names no operation is none of its own, nor is one that nobody timed."""
    assert () == seen_operations([step("s", exchange)])


def test_operations_apart() -> None:
    """Each operation is seen apart, by the id that its body or its address names."""
    other = HttpRequest("GET", "http://localhost/v1/bulk_operations/b2?x=1")
    lost = Exchange(other, failure=TransportFailure("timeout", "x"), at=at(9))
    seen = seen_operations([poll(1), step("s", lost), poll(2)])
    assert [(OPERATION, 2, 200), ("b2", 1, None)] == [(each.id, each.count, each.moments[0].status) for each in seen]
    assert "/v1/bulk_operations/b2" == seen[1].moments[0].path


def test_the_picture_of_an_operation() -> None:
    """Polls are dots along time at the progress they read; faults are orange, what got no good answer is a cross."""
    root = picture(*RESULT.steps)
    dots = [(each.get("cx"), each.get("cy"), each.get("class")) for each in root.iter(f"{NS}circle")]
    assert [
        ("48.0", "112.0", "good"), ("113.6", "112.0", "good"), ("376.0", "68.0", "fault"), ("704.0", "24.0", "good"),
    ] == dots  # fmt: skip
    (cross,) = root.iter(f"{NS}path")
    assert ("fault", "1.50 s  GET /v1/bulk_operations/" + OPERATION + "  503  fault busy") == (
        cross.get("class"),
        cross.findtext(f"{NS}title"),
    )
    assert 5 == len(next(root.iter(f"{NS}polyline")).get("points", "").split())
    assert f"{OPERATION}: 5 requests, last read as completed, 2 answers with a fault" == root.get("aria-label")


def test_the_bands_of_states() -> None:
    """Each state is a band from where it was first read to where another one was, without a gap."""
    root = picture(*RESULT.steps)
    bands = [
        (each.findtext(f"{NS}title"), float(each.get("x", "")), float(each.get("width", "")))
        for each in root.iter(f"{NS}rect")
    ]
    assert [("queued", 48.0, 328.0), ("processing", 376.0, 328.0), ("completed", 704.0, 10.0)] == bands
    assert ["queued", "processing", "100 %", "0 %", "0 s", "5.0 s"] == [each.text for each in root.iter(f"{NS}text")]


@pytest.mark.parametrize("steps", [[poll(0)], [poll(0), poll(0, done=4)]])
def test_an_operation_without_time(steps: list[StepResult]) -> None:
    """An operation that was seen at one instant has an axis of a second."""
    assert ">1.0 s</text>" in ET.tostring(picture(*steps), encoding="unicode").replace("ns0:", "")


def test_an_operation_of_which_nothing_was_read() -> None:
    """An operation whose polls got no answer has no band and lies at nothing."""
    root = picture(step("s", Exchange(POLL, failure=TransportFailure("reset", "x"), at=BEGIN)))
    assert [] == list(root.iter(f"{NS}rect"))
    assert f"{OPERATION}: 1 request" == root.get("aria-label")


def test_odd_progress_stays_within() -> None:
    """Progress below nothing or above all is drawn within the picture, and a state that nobody knows has a colour."""
    root = picture(poll(0, "odd & new", -100), poll(1, "odd & new", 4_000))
    assert [float(PLOT_BOTTOM), PLOT_TOP - (PLOT_BOTTOM - PLOT_TOP) * 0.1] == pytest.approx(
        [float(each.get("cy", "")) for each in root.iter(f"{NS}circle")]
    )
    (band,) = root.iter(f"{NS}rect")
    assert "odd & new" == band.findtext(f"{NS}title")
    assert LEFT <= float(band.get("x", "")) <= WIDTH
    assert PLOT_BOTTOM < HEIGHT


def test_of_many_polls_those_that_tell_something() -> None:
    """Of very many polls those are left out that read what the one before did; the first and the last stay."""
    boring = [poll(number) for number in range(MAX_SEEN * 5)]
    changes = [poll(2_000, done=1), poll(2_001, done=1), poll(2_002, "completed", 4), poll(2_003, "completed", 4)]
    (seen,) = seen_operations([*boring, *changes])
    assert MAX_SEEN * 5 + 4 == seen.count
    assert [0.0, 2_000.0, 2_002.0, 2_003.0] == [each.at for each in seen.moments]


def test_of_many_polls_that_all_tell_something() -> None:
    """Of very many polls that each read something new every so-manieth is left, and the last one."""
    (seen,) = seen_operations([poll(number, done=number) for number in range(MAX_SEEN * 3)])
    assert len(seen.moments) <= MAX_SEEN + 1
    assert [0.0, 3.0, MAX_SEEN * 3 - 1.0] == [seen.moments[0].at, seen.moments[1].at, seen.moments[-1].at]


@pytest.mark.parametrize(("count", "radius"), [(MAX_LARGE, "5"), (MAX_LARGE + 1, "2")])
def test_many_polls_are_small_dots(count: int, radius: str) -> None:
    """The dots of many polls are small, so that they do not hide the line."""
    dots = picture(*(poll(number, done=number) for number in range(count))).iter(f"{NS}circle")
    assert [radius] * count == [each.get("r") for each in dots]


def test_a_label_is_escaped() -> None:
    """What a body says of an operation cannot end the picture."""
    (seen,) = seen_operations([poll(0)])
    evil: SeenOperation = replace(seen, id='"><script>')
    assert '"><script>: 1 request, last read as processing' == ET.fromstring(draw_operation(evil)).get("aria-label")
