from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from mock_knock.harness.gauntlet import RANKS, Cell, GauntletResult
from mock_knock.harness.moments import Moment
from mock_knock.report.gauntlet.matrix_svg import COLOURS, COLUMNS, render_matrix_svg
from mock_knock.report.gauntlet.timeline_svg import HEIGHT, WIDTH, draw_timeline, lane
from tests.report.made_up_gauntlet import EVIL, MOMENTS, RESULT, SECRET, cell, evil_result

NS = "{http://www.w3.org/2000/svg}"


def shapes(*moments: Moment) -> list[ET.Element]:
    """Return what stands in the timeline of a cell for each of its requests."""
    root = ET.fromstring(draw_timeline(cell(moments=moments)))
    return [each for each in root if each.tag in {f"{NS}circle", f"{NS}path"}]


def points(*moments: Moment) -> list[tuple[float, float]]:
    """Return the points of the progress in the timeline of a cell."""
    line = ET.fromstring(draw_timeline(cell(moments=moments))).find(f"{NS}polyline")
    found = "" if line is None else line.get("points", "")
    return [(float(x), float(y)) for x, y in (each.split(",") for each in found.split())]


def get(**members: object) -> Moment:
    """Return a poll."""
    return replace(Moment(0.0, "GET", "/v1/bulk_operations/b1", 200), **members)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/v1/users/bulk/identify", "identify"),
        ("/v1/users/ada", "identify"),
        ("/v1/bulk_operations/b1", "poll"),
        ("/v1/workflows/welcome/trigger", "trigger"),
        ("/v1/users", "other"),
        ("/v1/objects/projects/p", "other"),
        ("/", "other"),
        ("", "other"),
    ],
)
def test_lanes(path: str, expected: str) -> None:
    """A request has the lane of what it is for."""
    assert expected == lane(Moment(0.0, "GET", path, 200))


@pytest.mark.parametrize(
    ("moment", "tag", "colour"),
    [
        (get(), "circle", "#1a7f37"),
        (get(status=304), "circle", "#1a7f37"),
        (get(status=400), "path", "#cf222e"),
        (get(status=503), "path", "#cf222e"),
        (get(status=None), "path", "#cf222e"),
        (get(fault="f"), "circle", "#bc4c00"),
        (get(fault="f", status=503), "path", "#bc4c00"),
        (get(fault="f", status=None), "path", "#bc4c00"),
    ],
)
def test_shapes_of_requests(moment: Moment, tag: str, colour: str) -> None:
    """What went well is a circle, what did not a cross; a fault has a colour of its own."""
    (shape,) = shapes(moment)
    assert (f"{NS}{tag}", colour) == (shape.tag, shape.get("fill") or shape.get("stroke"))


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        (get(), "0.00 s  GET /v1/bulk_operations/b1  200"),
        (get(at=1.239, status=None), "1.24 s  GET /v1/bulk_operations/b1  no answer"),
        (get(state="queued", fault="f"), "0.00 s  GET /v1/bulk_operations/b1  200  queued  fault f"),
    ],
)
def test_titles_of_requests(moment: Moment, told: str) -> None:
    """The title of a shape says when it was, what was asked, and what came of it."""
    (shape,) = shapes(moment)
    assert told == shape.findtext(f"{NS}title")


def test_requests_lie_along_time() -> None:
    """The first request lies at the left end, the last one at the right end, and the axis says how long it took."""
    circles = shapes(*(get(at=float(at)) for at in (0, 5, 10)))
    assert ["80.0", "392.0", "704.0"] == [each.get("cx") for each in circles]
    texts = [each.text for each in ET.fromstring(draw_timeline(cell(moments=MOMENTS))).iter(f"{NS}text")]
    assert ["identify", "poll", "trigger", "other", "0 s", "10.0 s"] == texts


@pytest.mark.parametrize("moments", [(), (get(),), (get(), get())])
def test_a_cell_without_time(moments: tuple[Moment, ...]) -> None:
    """A cell without requests, or whose requests all came at once, has an axis of a second."""
    assert ["80.0"] * len(moments) == [each.get("cx") for each in shapes(*moments)]
    assert ">1.0 s</text>" in draw_timeline(cell(moments=moments))


def test_progress() -> None:
    """The line of progress goes through each share that was read; a share beyond all stays in the picture."""
    assert [] == points(get())
    found = points(get(share=0.0), get(at=1.0), get(at=2.0, share=0.25), get(at=4.0, share=1.0), get(at=4.0, share=9e9))
    assert [(80.0, 100.0), (392.0, 77.0), (704.0, 8.0), (704.0, -10.4)] == found


def test_everything_lies_within_the_picture() -> None:
    """Shapes lie within the size of their picture."""
    for shape in shapes(*MOMENTS):
        if shape.tag == f"{NS}circle":
            assert 0 < float(shape.get("cx", "")) < WIDTH
            assert 0 < float(shape.get("cy", "")) < HEIGHT


def squares(*cells: Cell) -> list[ET.Element]:
    """Return the squares of cells in the picture of a gauntlet."""
    root = ET.fromstring(render_matrix_svg(GauntletResult("x", 0, cells)))
    return [each for each in root.iter(f"{NS}rect") if each.find(f"{NS}title") is not None]


def test_the_picture_of_all_cells() -> None:
    """Each cell is a square in the colour of its verdict that names what it is, in the rows of its kind."""
    text = render_matrix_svg(RESULT)
    root = ET.fromstring(text)
    found = squares(*RESULT.cells)
    assert [
        ("none: survived", COLOURS["survived"]),
        ("fails-midway: silent, batch-first, retry-after", COLOURS["silent"]),
        ("stuck-queued: hung", COLOURS["hung"]),
        ("reset: loud", COLOURS["loud"]),
        ("refuse: survived", COLOURS["survived"]),
    ] == [(each.findtext(f"{NS}title"), each.get("fill")) for each in found]
    texts = [each.text for each in root.iter(f"{NS}text")]
    assert ["python client.py", "none", "bulk", "wire", *RANKS] == texts
    assert text.endswith("</svg>\n")


@pytest.mark.parametrize(("count", "rows"), [(1, 1), (COLUMNS, 1), (COLUMNS + 1, 2), (3 * COLUMNS, 3)])
def test_kinds_with_many_cells(count: int, rows: int) -> None:
    """A kind with more cells than a row holds has several rows, and none lies upon another or outside."""
    other = replace(cell(), ordeal=replace(cell().ordeal, tags=("bulk",)))
    cells = (*[cell()] * count, other)
    found = [(float(each.get("x", "")), float(each.get("y", ""))) for each in squares(*cells)]
    assert count + 1 == len(set(found))
    assert rows + 1 == len({y for _, y in found})
    root = ET.fromstring(render_matrix_svg(GauntletResult("x", 0, cells)))
    assert max(x for x, _ in found) + 22 < float(root.get("width", ""))
    assert max(y for _, y in found) + 22 < float(root.get("height", ""))


@pytest.mark.parametrize("text", EVIL)
def test_text_stays_text(text: str) -> None:
    """Whatever a client is called, the picture is XML with the same elements."""
    plain, evil = (ET.fromstring(render_matrix_svg(evil_result(each)).encode()) for each in ("plain", text))
    assert [each.tag for each in plain.iter()] == [each.tag for each in evil.iter()]


def test_secrets_are_masked() -> None:
    """An API key in the name of a client is masked."""
    text = render_matrix_svg(evil_result(f"client --key {SECRET}"))
    assert ("canary" in text, 1) == (False, text.count("sk_live_***6789"))
