"""Fresh ids."""

from __future__ import annotations

import os
from uuid import RFC_4122, UUID

import pytest

from mock_knock.new_uuid import new_uuid


def test_ids_are_random_uuids() -> None:
    """Each is another one, of version 4 and the usual variant, as uuid writes it; what may vary does."""
    found = [new_uuid() for _ in range(2_000)]
    assert len({*found}) == len(found)
    assert {(4, RFC_4122)} == {(UUID(each).version, UUID(each).variant) for each in found}
    assert all(str(UUID(each)) == each for each in found)
    varied = [len({each[place] for each in found}) for place in range(36)]
    assert [1 if place in {8, 13, 14, 18, 23} else 4 if place == 19 else 16 for place in range(36)] == varied


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that fork")
def test_a_forked_process_has_ids_of_its_own() -> None:
    """A process that was forked in the midst of all has other ids than its parent."""
    new_uuid()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, new_uuid().encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 36).decode() not in {new_uuid() for _ in range(300)}
    os.close(reading)
    os.close(writing)
