from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.errors import MockKnockError
from mock_knock.files import append_text, check_writable, replace_text, write_text


def refusal(path: Path, text: str = "new") -> MockKnockError:
    """Return the refusal to write a file."""
    with pytest.raises(MockKnockError) as caught:
        write_text(path, text)
    error = caught.value
    assert ("file-unwritable", str(path), 2) == (error.code, error.where, error.exit_code)
    assert error.hint
    return error


def test_writing_a_new_file(tmp_path: Path) -> None:
    """A new file holds the text in UTF-8, and nothing else is left in its folder."""
    file = tmp_path / "a.json"
    write_text(file, "é\n\U0001f600\r\n")
    assert "é\n\U0001f600\r\n".encode() == file.read_bytes()
    assert [file] == list(tmp_path.iterdir())


def test_writing_over_a_file(tmp_path: Path) -> None:
    """An old file is replaced as a whole: who has it open still reads the old one."""
    file = tmp_path / "a.json"
    file.write_text("a long old text")
    with file.open() as stream:
        write_text(file, "new")
        assert ("a long old text", "new") == (stream.read(), file.read_text())


@given(st.text())
def test_what_is_written_is_what_is_read(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Every text is written to the byte, line breaks included."""
    file = tmp_path_factory.getbasetemp() / "written.txt"
    write_text(file, text)
    assert text.encode() == file.read_bytes()


def test_a_new_file_has_the_usual_rights(tmp_path: Path) -> None:
    """A report can be read by whoever may read new files here, not by its writer alone."""
    (tmp_path / "usual").touch()
    write_text(tmp_path / "a.json", "new")
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("usual", "a.json")}
    assert 1 == len(modes)


def test_an_edited_file_keeps_its_rights(tmp_path: Path) -> None:
    """A file that is written anew can be read by those who could read it before, and by nobody else."""
    file = tmp_path / "a.yaml"
    file.write_text("old")
    file.chmod(0o640)
    replace_text(file, "old", "new")
    assert ("new", 0o640) == (file.read_text(), stat.S_IMODE(file.stat().st_mode))


def test_an_edited_file_behind_a_link(tmp_path: Path) -> None:
    """What a link leads to is replaced as a whole: the link stays, and who has the file open reads the old one."""
    file, link = tmp_path / "a.yaml", tmp_path / "link.yaml"
    file.write_text("old")
    link.symlink_to(file)
    with file.open() as stream:
        replace_text(link, "old", "new")
        assert ("old", True, "new") == (stream.read(), link.is_symlink(), file.read_text())


def test_what_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that somebody else changed, may not be written to or is gone is refused, and stays as it is."""
    file = tmp_path / "a.yaml"
    file.write_text("other")
    codes = []
    for path, may_write in ((file, True), (file, False), (tmp_path / "gone.yaml", True)):
        monkeypatch.setattr(os, "access", lambda *_, may_write=may_write: may_write)
        with pytest.raises(MockKnockError) as caught:
            replace_text(path, "old", "new")
        assert (str(path), True) == (caught.value.where, bool(caught.value.hint))
        codes.append(caught.value.code)
    assert ["file-changed", "file-unwritable", "file-unwritable"] == codes
    assert ("other", [file]) == (file.read_text(), list(tmp_path.iterdir()))


@pytest.mark.parametrize("moment", ["open", "replace"])
def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """When writing fails, the old file is as it was and no temporary one stays behind."""
    file = tmp_path / "a.json"
    file.write_text("old")

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, moment, fail)
        error = refusal(file)
    assert "cannot be written: No space left on device" == error.what
    assert ("old", [file]) == (file.read_text(), list(tmp_path.iterdir()))


def test_a_text_that_cannot_be_written(tmp_path: Path) -> None:
    """Text that UTF-8 does not have is refused half way, without a trace of the half."""
    refusal(tmp_path / "a.json", "a" * 100_000 + "\ud800")
    assert [] == list(tmp_path.iterdir())


def test_an_interrupted_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in the middle of a write passes through and leaves no temporary file."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_text(tmp_path / "a.json", "new")
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["missing/a.json", "file/a.json", "folder", "x" * 5_000, "a\0b"])
def test_paths_that_cannot_be_written(tmp_path: Path, name: str) -> None:
    """A path in no folder, a folder and a name that cannot be are refused, and so they are beforehand."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    refusal(tmp_path / name)
    if name != "a\0b":
        with pytest.raises(MockKnockError) as caught:
            check_writable(tmp_path / name)
        assert ("file-unwritable", str(tmp_path / name)) == (caught.value.code, caught.value.where)


@pytest.mark.parametrize("name", ["a.json", "new.json"])
def test_paths_that_can_be_written(tmp_path: Path, name: str) -> None:
    """A file that is there and one in a folder that is there pass, and are not touched by the question."""
    (tmp_path / "a.json").write_text("old")
    check_writable(tmp_path / name)
    assert ["a.json"] == [path.name for path in tmp_path.iterdir()]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """A report written to a link arrives where the link leads."""
    (tmp_path / "link.json").symlink_to(tmp_path / "a.json")
    for text in ("first", "second"):
        write_text(tmp_path / "link.json", text)
        assert (True, text) == ((tmp_path / "link.json").is_symlink(), (tmp_path / "a.json").read_text())


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    """What is not an ordinary file, as a pipe or /dev/stdout, is written to and not replaced."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    write_text(pipe, "new")
    reader.join(timeout=10)
    assert (["new"], True) == (read, stat.S_ISFIFO(pipe.stat().st_mode))


def test_adding_to_a_file(tmp_path: Path) -> None:
    """Text is added at the end of a file, which is made if need be, below an empty line whatever stands there."""
    file = tmp_path / "a.md"
    for text, expected in (("é\n", "é\n"), ("b", "é\n\n\nb"), ("c\n", "é\n\n\nb\n\nc\n")):
        append_text(file, text)
        assert expected.encode() == file.read_bytes()
    assert [file] == list(tmp_path.iterdir())


@pytest.mark.parametrize(("name", "text"), [("no/such/folder", "x"), ("", "x"), ("a", "\ud800"), ("a\0b", "x")])
def test_what_cannot_be_added(tmp_path: Path, name: str, text: str) -> None:
    """A file that cannot be added to is refused by its name."""
    with pytest.raises(MockKnockError) as caught:
        append_text(tmp_path / name, text)
    assert ("file-unwritable", str(tmp_path / name)) == (caught.value.code, caught.value.where)
