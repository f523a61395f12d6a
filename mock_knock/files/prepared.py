"""What was made of files once and is kept, so that it need not be made at every start; it knows of what it was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import orjson

from mock_knock.messages import JsonValue

MADE_OF = "made_of"
"""The member that says of what the others were made."""


def read_prepared(path: Path, sources: Sequence[Path]) -> Mapping[str, JsonValue] | None:
    """Return what is kept in a file, or None where it is not there or was made of other files than these."""
    if not path.is_file():
        return None
    kept: Mapping[str, JsonValue] = orjson.loads(path.read_bytes())
    return kept if kept[MADE_OF] == _digest(sources) else None


def write_prepared(members: Mapping[str, Sequence[JsonValue]], sources: Sequence[Path]) -> str:
    """Return the text of a file to keep: lists, an item in each line, and of what they were made."""
    lists = (
        f'"{name}": [\n' + ",\n".join(orjson.dumps(each).decode() for each in items) + "\n]"
        for name, items in members.items()
    )
    return "{\n" + ",\n".join((f'"{MADE_OF}": "{_digest(sources)}"', *lists)) + "\n}\n"


def _digest(sources: Sequence[Path]) -> str:
    found = sha256()
    for path in sources:
        content = path.read_bytes()
        found.update(f"{path.name} {len(content)}\n".encode())
        found.update(content)
    return found.hexdigest()
