from __future__ import annotations

from collections.abc import Iterator

from mock_knock.domain.later import Later


def test_members_are_made_when_they_are_needed() -> None:
    """Its length is known without its members, which are made once, when somebody looks at one."""
    made: list[int] = []

    def make() -> Iterator[str]:
        made.append(1)
        yield from "abc"

    found = Later(3, make)
    assert (3, []) == (len(found), made)
    assert ("a", ("b", "c"), ["a", "b", "c"]) == (found[0], found[1:], list(found))
    assert [1] == made


def test_members_are_made_of_what_is_given() -> None:
    """What makes its members is called with what they are made of."""
    assert (2, ["a", "A"]) == (len(found := Later(2, map, str.swapcase, "Aa")), list(found))


def test_it_is_what_its_members_are() -> None:
    """It equals any sequence of the same members, and is shown and hashed as their tuple is."""
    found = Later(2, lambda: [1, 2])
    assert found == (1, 2)
    assert (1, 2) == found
    assert found == [1, 2]
    assert found != (1,)
    assert found != {1, 2}
    assert (hash((1, 2)), "(1, 2)") == (hash(found), repr(found))
