"""What the fake imitates is prepared, so that it starts quickly, and is what its sources say.

`REGENERATE_GOLDEN=1 python -m pytest tests/test_served.py` prepares it anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest

from mock_knock import served
from mock_knock.files import bundled

CACHED = (served._prepared, served.served_descriptions, served.known_routes)  # noqa: SLF001  # what is kept in memory


@pytest.fixture
def unprepared(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let nothing be prepared for the length of a test."""
    monkeypatch.setattr(served, "PREPARED", "nowhere.json")
    for each in CACHED:
        each.cache_clear()
    yield
    monkeypatch.undo()
    for each in CACHED:
        each.cache_clear()


def test_what_is_prepared(golden_text: Callable[[Path, str], str]) -> None:
    """The prepared file is, to the byte, what is made of its sources."""
    made = served.prepare()
    assert golden_text(bundled("prepared", served.PREPARED), made) == made, "run this test with REGENERATE_GOLDEN=1"


def test_the_prepared_file_is_used() -> None:
    """At the start of a fake nothing is made anew."""
    assert served._prepared() is not None  # noqa: SLF001  # whether it is up to date


@pytest.mark.usefixtures("unprepared")
def test_what_is_made_anew() -> None:
    """Where nothing is prepared, or somebody has changed a source, the same is made anew."""
    kept = orjson.loads(bundled("prepared", "served.json").read_bytes())
    assert kept["descriptions"] == [each.document for each in served.served_descriptions()]
    assert kept["routes"] == [served.known_routes()]
