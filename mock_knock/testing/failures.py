"""How errors of this package are told by pytest: what is wrong and how to mend it, without what lies inside."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final

import pytest

from mock_knock.errors import InvalidDocument, MockKnockError

PACKAGE: Final = Path(__file__).parents[1]
_BETWEEN: Final = Path(contextlib.__file__)
"""What stands between a `with` statement and a context manager of the package."""


def shortened(excinfo: pytest.ExceptionInfo[BaseException]) -> pytest.ExceptionInfo[BaseException]:
    """Return an error of this package without what happened inside, and without what it came from.

    Its message has everything that helps; what frames inside hold should not be shown, keys among it.
    """
    error = excinfo.value
    frames = [*_frames(excinfo.tb)]
    while frames and _is_inside(Path(frames[-1].tb_frame.f_code.co_filename)):
        frames.pop()
    if not isinstance(error, MockKnockError) or not frames:
        return excinfo
    left: TracebackType | None = None
    for each in reversed(frames):
        left = TracebackType(left, each.tb_frame, each.tb_lasti, each.tb_lineno)
    error.__cause__, error.__suppress_context__ = None, True
    return pytest.ExceptionInfo.from_exception(error.with_traceback(left))


@contextlib.contextmanager
def told_plainly(about: str) -> Iterator[None]:
    """Let a test fail by an error of this package with its message alone, for where no line of the test is at fault."""
    try:
        yield
    except MockKnockError as error:
        raise pytest.fail.Exception(f"{about}: {tell_error(error)}", pytrace=False) from None


def tell_error(error: MockKnockError) -> str:
    """Return an error as text, of a document with every finding."""
    return "\n".join(_tell_findings(error)) if isinstance(error, InvalidDocument) else str(error)


def _tell_findings(error: InvalidDocument) -> Iterator[str]:
    """Yield each finding; a remedy that several in a row share stands below the last one."""
    hints = [each.hint for each in error.findings]
    for finding, following in zip(error.findings, (*hints[1:], ""), strict=True):
        place = f"{finding.where}: " if finding.where else ""
        yield f"{place}{finding.message} [{finding.code}]"
        if finding.hint and finding.hint != following:
            yield f"  hint: {finding.hint}"


def _frames(tb: TracebackType | None) -> Iterator[TracebackType]:
    while tb is not None:
        yield tb
        tb = tb.tb_next


def _is_inside(path: Path) -> bool:
    return path == _BETWEEN or path.is_relative_to(PACKAGE)
