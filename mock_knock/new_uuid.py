"""Fresh ids."""

from __future__ import annotations

from os import urandom

from mock_knock.domain.uuid_text import write_uuid


def new_uuid() -> str:
    """Return a random UUID, version 4, as text."""
    return write_uuid(urandom(16).hex(), 4)
