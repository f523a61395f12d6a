"""Writing files so that nobody ever sees half of one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from uuid import uuid4

from mock_knock.errors import MockKnockError


def write_text(path: Path, text: str) -> None:
    """Write a file through a temporary one beside it, which then takes its name.

    Its rights are those of any new file. What is not an ordinary file, such as `/dev/stdout` or a link, is kept and
    written to as it is.

    Raises:
        MockKnockError: `file-unwritable`.
    """
    try:
        if path.is_symlink() or (path.exists() and not path.is_file()):
            path.write_text(text, encoding="utf-8", newline="\n")
        else:
            _write_beside(path, text)
    except (OSError, ValueError) as error:
        raise _unwritable(path, error) from error


def append_text(path: Path, text: str) -> None:
    """Write at the end of a file, which is made if there is none, and below an empty line if it holds anything.

    Raises:
        MockKnockError: `file-unwritable`.
    """
    try:
        with path.open("a", encoding="utf-8", newline="\n") as stream:
            stream.write(f"\n\n{text}" if os.fstat(stream.fileno()).st_size else text)
    except (OSError, ValueError) as error:
        raise _unwritable(path, error) from error


def replace_text(path: Path, old: str, new: str) -> None:
    """Replace the text of a file as a whole, if it still is the old one.

    The file keeps its rights; of a link, the file it leads to is replaced.

    Raises:
        MockKnockError: `file-unwritable`, or `file-changed` when somebody else has written to it.
    """
    try:
        target = path.resolve(strict=True)
        if not os.access(target, os.W_OK):
            raise _refusal(path, "may not be written to", hint="change its rights, or fix a copy")
        if target.read_bytes() != old.encode():
            what = "it was changed after it was read, so it stays as it is"
            raise MockKnockError("file-changed", what, where=str(path), hint="run it again")
        _write_beside(target, new, keeps_rights=True)
    except (OSError, ValueError) as error:
        raise _unwritable(path, error) from error


def check_writable(path: Path) -> None:
    """Refuse a path that certainly cannot be written, before the work that it is for.

    Raises:
        MockKnockError: `file-unwritable`.
    """
    try:
        if path.is_dir():
            raise _refusal(path, "is a folder")
        if not path.parent.is_dir():
            raise _refusal(path, "its folder does not exist")
    except (OSError, ValueError) as error:
        raise _refusal(path, "is not a usable path") from error


def _write_beside(path: Path, text: str, *, keeps_rights: bool = False) -> None:
    part = path.parent / f".{uuid4().hex}.part"
    try:
        with part.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        if keeps_rights:
            shutil.copymode(path, part)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _unwritable(path: Path, error: OSError | ValueError) -> MockKnockError:
    return _refusal(path, f"cannot be written: {error.strerror if isinstance(error, OSError) else error}")


def _refusal(path: Path, what: str, hint: str = "name a file in a folder that exists") -> MockKnockError:
    return MockKnockError("file-unwritable", what, where=str(path), hint=hint)
