from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import mock_knock
from mock_knock import KnockWorld
from mock_knock.errors import InvalidDocument, MockKnockError, UsageError
from mock_knock.messages import Finding
from mock_knock.testing.failures import shortened, tell_error, told_plainly


def info(fail: Callable[[], object]) -> pytest.ExceptionInfo[BaseException]:
    """Return how something fails."""
    with pytest.raises(BaseException) as failed:  # noqa: PT011  # any
        fail()
    return failed


def last_file(excinfo: pytest.ExceptionInfo[BaseException]) -> str:
    """Return the file of the last line of a traceback."""
    return Path(str(excinfo.traceback[-1].path)).name


def test_an_error_of_the_package(knock: KnockWorld) -> None:
    """A traceback ends where the package was called, and tells nothing that lies inside."""
    for fail in (lambda: knock.fault("nope"), lambda: knock.follow({"version": 9}), lambda: open_fake("nope")):
        before = info(fail)
        after = shortened(before)
        assert "test_failure_reports.py" == last_file(after)
        assert before.value is after.value
        assert after.value.__suppress_context__


def open_fake(scenario: str) -> None:
    """Start a fake."""
    with mock_knock.running(scenario=scenario):
        pass


def test_other_errors(knock: KnockWorld) -> None:
    """An error that is not of the package is left as it is, wherever it comes from."""
    for fail in (lambda: 1 / 0, lambda: knock.clock.advance(nonsense=1)):
        before = info(fail)
        assert before is shortened(before)


def test_an_error_within_the_package_alone() -> None:
    """A traceback that has nothing but the package stays whole."""
    try:
        raise UsageError("a-code", "what")  # noqa: TRY301  # to have a traceback
    except UsageError as error:
        error.__traceback__ = None
        excinfo = pytest.ExceptionInfo.from_exc_info((UsageError, error, None))  # type: ignore[arg-type]  # no traceback
        assert excinfo is shortened(excinfo)


def test_how_errors_are_told() -> None:
    """An error has place, code and remedy; a document has all of its findings, a shared remedy stands once."""
    assert "here: what [a-code]\n  hint: mend" == tell_error(
        MockKnockError("a-code", "what", where="here", hint="mend")
    )
    findings = (
        Finding("one", "error", "first", "f:1:1", "mend"),
        Finding("two", "error", "second", "", "mend"),
        Finding("three", "error", "third"),
    )
    told = tell_error(InvalidDocument.from_findings(findings))
    assert "f:1:1: first [one]\nsecond [two]\n  hint: mend\nthird [three]" == told


def test_a_failure_that_is_told_plainly() -> None:
    """Where no line of a test is at fault, it fails with the message alone."""
    with pytest.raises(pytest.fail.Exception, match=r"^about: what \[a-code\]$") as failed, told_plainly("about"):
        raise UsageError("a-code", "what")
    assert not failed.value.pytrace
    with told_plainly("about"):
        pass


def test_full_traces(project: pytest.Pytester) -> None:
    """With `--full-trace` nothing is left out."""
    project.makepyfile("def test_it(knock):\n    knock.fault('nope')\n")
    for option, is_told in (
        ("--full-trace", True),
        ("--tb=long", False),
        ("--tb=native", False),
        ("--tb=short", False),
    ):
        result = project.runpytest_inprocess(option)
        result.assert_outcomes(failed=1)
        assert is_told is ("scenarios.py" in result.stdout.str())


def test_native_traces_of_nothing(project: pytest.Pytester) -> None:
    """A test that fails by itself, in a session without a Knock, is told as ever."""
    project.makepyfile("def test_it():\n    assert 1 == 2\n")
    project.runpytest_inprocess().stdout.fnmatch_lines(["E       assert 1 == 2"])
