from __future__ import annotations

from pathlib import Path

import pytest

from mock_knock.files import read_prepared, write_prepared


@pytest.fixture
def sources(tmp_path: Path) -> list[Path]:
    """Return two files."""
    paths = [tmp_path / "one.yml", tmp_path / "two.yml"]
    for path in paths:
        path.write_text(path.stem)
    return paths


def test_what_is_kept(tmp_path: Path, sources: list[Path]) -> None:
    """What was made of files is read back as it was, as long as the files are the same."""
    kept = tmp_path / "kept.json"
    kept.write_text(write_prepared({"texts": ["ä", {"a": [1]}], "none": []}, sources), encoding="utf-8")
    found = read_prepared(kept, sources)
    assert found is not None
    assert (["ä", {"a": [1]}], []) == (found["texts"], found["none"])


def test_what_was_made_of_other_files(tmp_path: Path, sources: list[Path]) -> None:
    """What was made of other files does not count: other in content, name, number or order, or moved between them."""
    kept = tmp_path / "kept.json"
    assert read_prepared(kept, sources) is None
    kept.write_text(write_prepared({}, sources), encoding="utf-8")
    assert read_prepared(kept, sources) is not None
    assert read_prepared(kept, sources[::-1]) is None
    assert read_prepared(kept, sources[:1]) is None
    other = sources[0].rename(tmp_path / "other.yml")
    assert read_prepared(kept, [other, sources[1]]) is None
    other.rename(sources[0]).write_text("onet")
    sources[1].write_text("wo")
    assert read_prepared(kept, sources) is None
