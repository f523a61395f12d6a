from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from mock_knock.errors import InvalidDocument, MockKnockError
from mock_knock.files import bundled, choose_file, find_bundled, list_bundled
from mock_knock.files.bundled import fixtures_folder

MODULE = import_module("mock_knock.files.bundled")  # the package's function of that name hides it from `import`


def test_the_bundled_folder() -> None:
    """In a checkout the fixtures lie at its top."""
    assert Path(__file__).parents[2] / "fixtures" == fixtures_folder()
    assert fixtures_folder() / "openapi" / "x.yml" == bundled("openapi", "x.yml")


@pytest.mark.parametrize("place", ["fixtures/openapi", "mock_knock/fixtures/openapi"])
def test_fixtures_of_a_checkout_and_of_a_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """The fixtures lie beside the package in a checkout and inside it in a wheel."""
    (tmp_path / place).mkdir(parents=True)
    monkeypatch.setattr(MODULE, "_PACKAGE", tmp_path / "mock_knock")
    assert (tmp_path / place).parent == fixtures_folder.__wrapped__()


def test_fixtures_that_are_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation without fixtures is told as such."""
    monkeypatch.setattr(MODULE, "_PACKAGE", tmp_path / "mock_knock")
    with pytest.raises(MockKnockError) as caught:
        fixtures_folder.__wrapped__()
    assert ("fixtures-missing", str(tmp_path / "mock_knock")) == (caught.value.code, caught.value.where)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("scenarios", {"immediate", "fails-midway", "partial-errors", "stuck-queued", "stuck-processing"}),
        ("arazzo", {"bulk-identify-users-notify", "bulk-identify-users-notify.hardened"}),
        ("inputs", {"bulk-identify-users-notify"}),
    ],
)
def test_names_of_bundled_files(kind: str, names: set[str]) -> None:
    """Bundled files are known by their names without suffix, in alphabetical order, and found by them."""
    found = list_bundled(kind)
    assert names <= set(found)
    assert sorted(found) == list(found)
    assert all(path is not None and path.stem == name for name in names if (path := find_bundled(kind, name)) or True)


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../inputs/bulk-identify-users-notify", "nothing", "immediate.yaml", "/etc/passwd", "a\0b",
     "immediate\n", "a b", "é", "a" * 100_000, ".hidden", "C:immediate"],
)  # fmt: skip
def test_what_is_no_bundled_name(name: str) -> None:
    """A path, an unknown name and a name that no file could have are simply not bundled."""
    assert find_bundled("scenarios", name) is None


def test_the_working_directory_is_not_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of the same name in the working directory does not stand in for the bundled one."""
    monkeypatch.chdir(tmp_path)
    for name in ("immediate", "immediate.yaml", "mine.yaml"):
        Path(name).write_text("version: 1")
    assert bundled("scenarios", "immediate.yaml") == find_bundled("scenarios", "immediate")
    assert find_bundled("scenarios", "mine") is None


def test_a_name_that_leads_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is neither a file nor bundled is refused with the bundled ones; a file of that name is taken."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidDocument) as caught:
        choose_file("arazzo", "nothing")
    assert ("file-missing", "nothing") == (caught.value.code, caught.value.where)
    assert all(name in caught.value.hint for name in list_bundled("arazzo"))
    Path("nothing").write_text("arazzo: 1.0.1")
    assert Path("nothing") == choose_file("arazzo", "nothing")


@pytest.mark.parametrize("name", ["nothing.yaml", "a/nothing", "a" * 300, ""])
def test_a_path_is_left_to_its_reader(name: str) -> None:
    """What cannot be the name of a bundled file is a path, whether there is a file or not."""
    assert Path(name) == choose_file("arazzo", name)
