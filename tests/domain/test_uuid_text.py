from __future__ import annotations

from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from mock_knock.domain.uuid_text import derive_uuid, write_uuids


@given(st.uuids(), st.text())
def test_derived_ids(namespace: UUID, name: str) -> None:
    """The id of a name is the UUID of version 5 that the library makes."""
    assert derive_uuid(namespace.bytes, name) == str(uuid5(namespace, name))


@given(st.lists(st.binary(min_size=16, max_size=16)))
def test_digits_as_uuids(found: list[bytes]) -> None:
    """Of any digits become, in their order, what the library makes of them with version 4."""
    digits = b"".join(found).hex().encode()
    assert write_uuids(digits) == [str(UUID(bytes=each, version=4)) for each in found]
