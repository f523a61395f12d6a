"""The fixtures that come with the package: in the installed wheel, or at the top of a checkout."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from pathlib import Path

from mock_knock.errors import InvalidDocument, MockKnockError

SUFFIXES = (".yaml", ".yml", ".json")
_PACKAGE = Path(__file__).parents[1]
_SAFE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")
_KINDS = {"arazzo": "flow", "inputs": "file of inputs"}
"""What people call a bundled file of a kind."""


@cache
def fixtures_folder() -> Path:
    """Return the folder of the fixtures.

    Raises:
        MockKnockError: `fixtures-missing`.
    """
    for folder in (_PACKAGE / "fixtures", _PACKAGE.parent / "fixtures"):
        if (folder / "openapi").is_dir():
            return folder
    hint = "install mock-knock again"
    raise MockKnockError("fixtures-missing", "the bundled fixtures are missing", where=str(_PACKAGE), hint=hint)


def bundled(*parts: str) -> Path:
    """Return the path of a bundled file."""
    return fixtures_folder().joinpath(*parts)


def find_bundled(kind: str, name: str) -> Path | None:
    """Return the bundled file of a kind (`scenarios`, `arazzo`, `inputs`) with this name, its suffix left out, or None.

    An ordinary file of that name in the working directory is not looked at.
    """
    if not _SAFE_NAME.fullmatch(name):
        return None
    candidates = (bundled(kind, f"{name}{suffix}") for suffix in SUFFIXES)
    return next((path for path in candidates if path.is_file()), None)


def choose_file(kind: str, name: str) -> Path:
    """Return the bundled file of a kind (`arazzo`, `inputs`) with this name, else the path that the name is.

    Raises:
        InvalidDocument: `file-missing`; there is neither, and the name could be that of a bundled file.
    """
    found, path = find_bundled(kind, name), Path(name)
    could_be_bundled = found is None and _SAFE_NAME.fullmatch(name) and path.suffix not in SUFFIXES
    if could_be_bundled and not (path.exists() or path.is_symlink()):
        what = f"there is no such file, and no bundled {_KINDS[kind]} of this name"
        hint = f"check the path; bundled: {', '.join(list_bundled(kind))}"
        raise InvalidDocument("file-missing", what, where=name, hint=hint)
    return found or path


def list_bundled(kind: str, suffixes: Collection[str] = SUFFIXES) -> tuple[str, ...]:
    """Return the names of the bundled files of a kind, without their suffixes."""
    return tuple(sorted(path.stem for path in bundled(kind).iterdir() if path.suffix in suffixes))


def bundled_text(*parts: str) -> str | None:
    """Return the text of a bundled file, or None when there is none."""
    path = bundled(*parts)
    return path.read_text(encoding="utf-8") if path.is_file() else None
