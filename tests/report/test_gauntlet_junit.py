from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from mock_knock.harness.gauntlet import Cell
from mock_knock.report.gauntlet.gauntlet_junit import render_junit
from tests.report.made_up_gauntlet import EVIL, HUNG, RESULT, SECRET, SILENT, evil_result

TOLD = {"tests": "5", "failures": "2", "errors": "0", "time": "34.562"}


def find(root: ET.Element, name: str) -> ET.Element:
    """Return the test case of a fault."""
    (found,) = [each for each in root.iter("testcase") if each.get("name") == name]
    return found


def test_the_junit_report() -> None:
    """Each cell is a test case of its kind of fault, and the suite counts those that got worse as failures."""
    root = ET.fromstring(render_junit(RESULT, (SILENT, HUNG)))
    (suite,) = root
    assert ("testsuites", {"name": "mock-knock gauntlet", **TOLD}) == (root.tag, root.attrib)
    assert ("testsuite", {"name": "python client.py", **TOLD}) == (suite.tag, suite.attrib)
    assert [
        ("gauntlet.none", "none", "1.250", ["system-out"]),
        ("gauntlet.bulk", "fails-midway", "0.062", ["failure"]),
        ("gauntlet.bulk", "stuck-queued", "30.000", ["failure"]),
        ("gauntlet.wire", "reset", "2.000", ["system-out"]),
        ("gauntlet.wire", "refuse", "1.250", ["system-out"]),
    ] == [(case.get("classname"), case.get("name"), case.get("time"), [each.tag for each in case]) for case in suite]


def test_what_a_failure_tells() -> None:
    """A failure has the verdict as its type, what was broken in its message, and the whole story as its text."""
    failure = find(ET.fromstring(render_junit(RESULT, (SILENT,))), "fails-midway")[0]
    assert {"type": "silent", "message": "silent: batch-first, retry-after"} == failure.attrib
    assert (
        "Operations fail.\nexit code 0; notified\n"
        "batch-first: a run for ada came too early (3)\nretry-after: came back too soon (1)"
    ) == failure.text


@pytest.mark.parametrize("worse", [(), (SILENT,), (SILENT, HUNG)])
def test_only_what_got_worse_has_failed(worse: tuple[Cell, ...]) -> None:
    """A bad cell that is as bad as before is no failure; it still tells what happened."""
    root = ET.fromstring(render_junit(RESULT, worse))
    assert [cell.ordeal.fault for cell in worse] == [
        case.get("name") for case in root.iter("testcase") if case.find("failure") is not None
    ]
    assert str(len(worse)) == root.get("failures")
    if HUNG not in worse:
        told = find(root, "stuck-queued").findtext("system-out")
        assert "hung\nOperations never start.\nstill running after 30 s" == told


@pytest.mark.parametrize("text", EVIL)
@pytest.mark.parametrize("is_worse", [False, True])
def test_any_text_can_be_written(text: str, is_worse: bool) -> None:  # noqa: FBT001  # a column of the table
    """Whatever stands in it, the report is XML in UTF-8 with the same elements."""
    result = evil_result(text)
    root = ET.fromstring(render_junit(result, result.cells if is_worse else ()).encode())
    body = "failure" if is_worse else "system-out"
    assert ["testsuites", "testsuite", "testcase", body, "testcase", body] == [each.tag for each in root.iter()]
    if text.isprintable():
        assert text == root[0].get("name")
        assert root[0][1][0].text is not None
        assert 3 == root[0][1][0].text.count(text)


def test_what_cannot_be_written_is_gone() -> None:
    """Control characters, halves of surrogate pairs and what turns the reading direction are not written."""
    root = ET.fromstring(render_junit(evil_result(EVIL[-1]), ()))
    assert "a[2J2J\ufffd\ufffdb" == root[0].get("name")


def test_secrets_are_masked() -> None:
    """An API key is shown by its prefix and its end alone, also when control characters cut it in two."""
    for text in (f"client --key {SECRET}", f"client --key {SECRET[:12]}\x00{SECRET[12:]}"):
        result = evil_result(text)
        for worse in ((), result.cells):
            written = render_junit(result, worse)
            assert "canary" not in written
            assert 4 == written.count("sk_live_***6789")
