from __future__ import annotations

from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from mock_knock.domain.uuid_text import derive_uuid, write_uuid


@given(st.uuids(), st.text())
def test_derived_ids(namespace: UUID, name: str) -> None:
    """The id of a name is the UUID of version 5 that the library makes."""
    assert derive_uuid(namespace.bytes, name) == str(uuid5(namespace, name))


@given(st.binary(min_size=16, max_size=16), st.sampled_from([4, 5]))
def test_digits_as_uuids(found: bytes, version: int) -> None:
    """Of any digits becomes what the library makes of them with the same version."""
    assert write_uuid(found.hex(), version) == str(UUID(bytes=found, version=version))
