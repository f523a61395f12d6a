from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mock_knock.domain.bounded_memory import MAX_NAME, Halves, name_of, names_of

calls = st.lists(st.lists(st.sampled_from("abcdef"), max_size=4), max_size=10)


@given(calls)
def test_the_latest_value_counts(made: list[list[str]]) -> None:
    """While there is room, each name has the value that was put in last, and others have none."""
    memory: Halves[int] = Halves(1_000)
    known: dict[str, int] = {}
    for number, names in enumerate(made):
        memory.put_all(names, number)
        known.update(dict.fromkeys(names, number))
    assert known == {each: found for each in "abcdefg" if (found := memory.get(each)) is not None}


@given(calls, st.integers(2, 8))
def test_it_is_bounded_and_keeps_the_latest(made: list[list[str]], most: int) -> None:
    """It forgets what is old: half of the bound of the latest names are there, and never more than it and one call."""
    memory: Halves[int] = Halves(most)
    latest: dict[str, int] = {}
    for number, names in enumerate(made):
        memory.put_all(names, number)
        for each in names:
            latest.pop(each, None)
            latest[each] = number
    found = {each for each in "abcdef" if memory.get(each) is not None}
    assert len(found) <= most + 4
    assert found >= set(list(latest)[len(latest) - most // 2 :]) if len(latest) > most // 2 else found == set(latest)
    assert all(memory.get(each) == latest[each] for each in found)


def test_it_can_be_empty() -> None:
    """It is true once something was put in, and forgets everything when it is told to."""
    memory: Halves[int] = Halves(10)
    assert not memory
    memory.put_all(["a"], 1)
    assert memory
    assert 1 == memory.get("a")
    assert memory
    memory.clear()
    assert not memory
    assert memory.get("a") is None


@given(st.lists(st.text(max_size=3) | st.just("x" * (MAX_NAME + 1)), max_size=3))
def test_names_of_many(ids: list[str]) -> None:
    """Many names are remembered by what each of them is remembered by."""
    assert [name_of(each) for each in ids] == list(names_of(ids))
