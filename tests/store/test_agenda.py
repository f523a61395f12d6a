from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mock_knock.store.agenda import Agenda

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """Return an instant."""
    return NOW + timedelta(seconds=seconds)


def test_each_is_met_when_its_instant_has_come() -> None:
    """An operation is due at once, at its instant, or not at all, and is taken once."""
    agenda = Agenda()
    agenda.put("new", 1, ...)
    agenda.put("later", 2, at(5))
    agenda.put("never", 3, None)
    assert (["new", "later", "never"], 6) == (list(agenda), agenda.rows)
    assert ["new"] == agenda.take_due(at(4))
    assert ["later"] == agenda.take_due(at(5))
    assert [] == agenda.take_due(at(99))


def test_the_oldest_comes_first() -> None:
    """Operations are met in the order in which they came, whatever they wait for."""
    agenda = Agenda()
    for name, due in (("a", 9), ("b", 3), ("c", 6)):
        agenda.put(name, 1, at(due))
    agenda.touch("c")
    assert ["a", "b", "c"] == agenda.take_due(at(10))


def test_what_was_put_again_waits_anew() -> None:
    """The instant that was said last counts, and a touch counts more than any."""
    agenda = Agenda()
    agenda.put("a", 2, at(1))
    agenda.put("a", 1, at(8))
    assert (1, []) == (agenda.rows, agenda.take_due(at(7)))
    agenda.touch("a")
    assert ["a"] == agenda.take_due(at(7))
    assert [] == agenda.take_due(at(9))


def test_what_is_settled_is_forgotten() -> None:
    """A settled operation is not met any more, also when it is touched; forgetting it twice is no error."""
    agenda = Agenda()
    agenda.put("a", 2, at(1))
    for _ in range(2):
        agenda.drop("a")
    agenda.touch("a")
    assert ([], [], 0) == (agenda.take_due(at(2)), list(agenda), agenda.rows)
