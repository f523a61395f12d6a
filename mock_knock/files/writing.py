"""Writing files so that nobody ever sees half of one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from mock_knock.errors import MockKnockError


def write_text(path: Path, text: str) -> None:
    """Write a file through a temporary one beside it, which then takes its name.

    Raises:
        MockKnockError: `file-unwritable`.
    """
    try:
        descriptor, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
        try:
            with open(descriptor, "w", encoding="utf-8") as stream:  # noqa: PTH123  # a descriptor, not a path
                stream.write(text)
            os.replace(name, path)  # noqa: PTH105  # both are plain names here
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        hint = "name a file in a folder that exists"
        raise MockKnockError(
            "file-unwritable", f"cannot be written: {error.strerror}", where=str(path), hint=hint
        ) from error
