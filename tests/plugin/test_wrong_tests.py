"""How wrong tests fail, word by word: the tests and the golden files are in `wrong`.

`REGENERATE_GOLDEN=1 python -m pytest tests/plugin/test_wrong_tests.py` writes the files anew; read each as somebody
would who wants to go home.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mock_knock.files import bundled

FOLDER = Path(__file__).parent / "wrong"
TESTS = FOLDER / "wrong_tests.py"
NAMES = re.findall(r"^def test_(\w+)", TESTS.read_text(encoding="utf-8"), re.MULTILINE)
FIELDS = {
    # what a failure must name with its expected and actual value
    "data_value": "body.data.x: expected 1, actual 2",
    "nested_data": 'body.data.order.items[1].sku: expected "raptor", actual "egg"',
    "missing_member": 'body.data.ends_at: expected "2030-01-01", actual (missing)',
    "recipient": "recipient: expected dr_grant, actual dr_sattler, dr_malcolm",
    "workflow": "workflow: expected welcome, actual welcome-v2",
    "repeated": "creates: expected true, actual false",
    "refused": "creates: expected true, actual false",
    "not_requested": "user: expected dr_sattler, actual dr_grant",
    "wait": "workflow: expected welcome, actual goodbye",
}
MAX_HEAD = 120
_VARYING = (
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:PORT"),
    (re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "UUID"),
    (re.compile(r"0x[0-9a-f]+"), "0xADDRESS"),
    (re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+(?:Z|\+00:00)"), "INSTANT"),
    (re.compile(r"wrong_tests.py:\d+"), "wrong_tests.py:LINE"),
)


def told_by(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the name of each failed test with what is told of it."""
    failures = "\n".join(lines).partition(" FAILURES ")[2].partition(" short test summary info ")[0]
    parts = re.split(r"^_+ test_(\w+) _+$", failures, flags=re.MULTILINE)[1:]
    for name, told in zip(parts[::2], parts[1::2], strict=True):
        shown = told.replace(str(bundled("arazzo")), "...").replace("test_wrong.py:", "wrong_tests.py:")
        for pattern, general in _VARYING:
            shown = pattern.sub(general, shown)
        yield name, "".join(f"{line.rstrip()}\n" for line in shown.rstrip("= \n").lstrip("\n").splitlines())


def golden(name: str) -> Path:
    """Return the file that has how a wrong test fails."""
    return FOLDER / f"{name}.txt"


def test_how_wrong_tests_fail(project: pytest.Pytester, golden_text: Callable[[Path, str], str]) -> None:
    """Each wrong test fails word by word as its golden file has it."""
    shutil.copy(TESTS, project.path / "test_wrong.py")
    result = project.runpytest_inprocess("-p", "no:cacheprovider")
    result.assert_outcomes(failed=len(NAMES))
    told = dict(told_by(result.stdout.lines))
    assert {name: golden_text(golden(name), told[name]) for name in NAMES} == told
    assert {golden(name) for name in NAMES} == {*FOLDER.glob("*.txt")}


@pytest.mark.parametrize("name", NAMES)
def test_what_a_failure_begins_with(name: str) -> None:
    """A failure begins with a line that is short and says what was not so, at the line of the test that said it."""
    lines = golden(name).read_text(encoding="utf-8").splitlines()
    told = [line for line in lines if line.startswith("E ")]
    kind, head = told[0].removeprefix("E").strip().split(": ", maxsplit=1)
    assert 15 < len(head) <= (MAX_HEAD if kind == "AssertionError" else 2 * MAX_HEAD)
    assert [f"wrong_tests.py:LINE: {told[0].split()[1].rpartition('.')[2].rstrip(':')}"] == lines[-1:]
    assert 1 == sum(line.startswith(">") for line in lines)


@pytest.mark.parametrize("name", FIELDS)
def test_the_field_that_differs(name: str) -> None:
    """A failure names each field that differs, with the expected and the actual value."""
    assert FIELDS[name] in golden(name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_no_key_is_told(name: str) -> None:
    """No failure shows the key of the world, whole or in part, nor anything that lies inside."""
    text = golden(name).read_text(encoding="utf-8")
    assert "sk_test" not in text
    assert "mock_knock/" not in text
