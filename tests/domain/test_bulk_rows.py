from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mock_knock.domain.bulk_rows import FlatRows, Ids, ids_of

names = st.lists(st.text(st.characters(codec="utf-8"), max_size=5))


@given(names)
def test_ids_are_rows(ids: list[str]) -> None:
    """Packed ids are rows of nothing but their ids, one by one, in slices and as a whole."""
    rows = [{"id": each} for each in ids]
    packed = Ids(ids)
    assert (len(ids), ids, rows) == (len(packed), list(ids_of(packed)), list(packed))
    assert packed == rows
    assert packed == Ids(ids)
    assert packed[1:] == rows[1:]
    assert [packed[index] for index in range(len(ids))] == rows
    assert (hash(Ids(ids)), repr(rows)) == (hash(packed), repr(packed))
    assert packed != 7


@given(names)
def test_the_ids_of_rows(ids: list[str]) -> None:
    """The ids of rows are found whether or not they are flat."""
    rows = [{"id": each, "n": 1} for each in ids]
    assert ids == ids_of(rows) == ids_of(FlatRows(rows))
