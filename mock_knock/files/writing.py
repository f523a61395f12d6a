"""Writing files so that nobody ever sees half of one."""

from __future__ import annotations

import shutil
from pathlib import Path
from uuid import uuid4

from mock_knock.errors import MockKnockError


def write_text(path: Path, text: str, *, keeps_rights: bool = False) -> None:
    """Write a file through a temporary one beside it, which then takes its name.

    Its rights are those of any new file, or with `keeps_rights` those of the file that it replaces.
    What is not an ordinary file, such as `/dev/stdout` or a link, is kept and written to as it is.

    Raises:
        MockKnockError: `file-unwritable`.
    """
    try:
        if path.is_symlink() or (path.exists() and not path.is_file()):
            path.write_text(text, encoding="utf-8", newline="\n")
        else:
            _write_beside(path, text, keeps_rights=keeps_rights)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise _refusal(path, f"cannot be written: {reason}") from error


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


def _write_beside(path: Path, text: str, *, keeps_rights: bool) -> None:
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


def _refusal(path: Path, what: str) -> MockKnockError:
    return MockKnockError("file-unwritable", what, where=str(path), hint="name a file in a folder that exists")
