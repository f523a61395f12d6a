"""Fresh ids."""

from __future__ import annotations

from uuid import RFC_4122, UUID

from mock_knock.new_uuid import new_uuid


def test_ids_are_random_uuids() -> None:
    """Each is another one, of version 4 and the usual variant, as uuid writes it; what may vary does."""
    found = [new_uuid() for _ in range(2_000)]
    assert len({*found}) == len(found)
    assert {(4, RFC_4122)} == {(UUID(each).version, UUID(each).variant) for each in found}
    assert all(str(UUID(each)) == each for each in found)
    varied = [len({each[place] for each in found}) for place in range(36)]
    assert [1 if place in {8, 13, 14, 18, 23} else 4 if place == 19 else 16 for place in range(36)] == varied
