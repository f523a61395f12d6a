"""Snapshots: everything that is in a world under a name, and the way back to it."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.knock_api import KnockApi, refusal

SLOW = {"version": 1, "name": "slow", "bulk": {"progress": {"by": "time", "queued": 10, "processing": 10}}}
NAMES = ["a", "7", "before-the-batch", "a.b_c-d", "A" * 100]
NO_NAMES = ["-a", ".a", "_a", "a b", "a%2Fb", "%C3%A9", "a%0A", "A" * 101, "a~", "%25"]

pytestmark = pytest.mark.controls


def take(knock: KnockApi, name: str = "here") -> dict[str, Any]:
    """Take a snapshot."""
    return knock.control("PUT", f"/snapshots/{name}")


def restore(knock: KnockApi, name: str = "here") -> dict[str, Any]:
    """Go back to a snapshot."""
    return knock.control("POST", f"/snapshots/{name}/restore")


def names(knock: KnockApi) -> list[str]:
    """Return the names of all snapshots."""
    return [each["name"] for each in knock.control("GET", "/snapshots")["snapshots"]]


def test_what_is_kept(seeded: KnockApi) -> None:
    """A snapshot says when it was taken, under which scenario, and how much is in it."""
    seeded.trigger("welcome", {"recipients": ["ada"]})
    seeded.identify({"id": "eve"})
    found = take(seeded)
    now = seeded.control("GET", "/clock")["now"]
    expected = {"scenario": "default", "users": 2, "bulk_operations": 1, "runs": 1, "messages": 1}
    assert {"name": "here", "at": now, **expected} == found
    assert {"snapshots": [found]} == seeded.control("GET", "/snapshots")


def test_the_way_back(seeded: KnockApi) -> None:
    """To restore a snapshot puts facts, time and scenario back to what they were, as often as one likes."""
    seeded.control("PUT", "/scenario", SLOW)
    operation = seeded.identify({"id": "eve"}).json()
    seeded.advance(5)
    taken, before = take(seeded), seeded.state()
    for _ in range(2):
        seeded.control("PUT", "/scenario", {"version": 1, "name": "other"})
        seeded.advance(3_600)
        seeded.trigger("welcome", {"recipients": ["ada", "eve"]})
        assert before != seeded.state()
        assert taken == restore(seeded)
        assert before == seeded.state()
        assert "slow" == seeded.control("GET", "/scenario")["name"]
        assert taken["at"] == seeded.control("GET", "/clock")["now"]
        assert "queued" == seeded.operation(operation["id"]).json()["status"]
        before = {**before, "bulk_operations": seeded.state()["bulk_operations"]}
        take(seeded)


def test_time_stands_or_goes_as_it_did(knock: KnockApi) -> None:
    """A snapshot knows whether time stood still."""
    take(knock, "going")
    knock.control("POST", "/clock/freeze")
    take(knock, "standing")
    restore(knock, "going")
    assert not knock.control("GET", "/clock")["standing"]
    restore(knock, "standing")
    assert knock.control("GET", "/clock")["standing"]


def test_faults_count_anew(knock: KnockApi) -> None:
    """Faults are those that were there, added ones included, and count from nothing."""
    knock.control("POST", "/faults", {"id": "once", "on": "getUser", "when": {"first": 1}, "do": {"status": 503}})
    assert [503, 404] == [knock.send("GET", "/v1/users/ada").status_code for _ in range(2)]
    take(knock)
    knock.control("DELETE", "/faults/once")
    restore(knock)
    (fault,) = knock.control("GET", "/faults")["faults"]
    assert ("once", 0, 0) == (fault["id"], fault["matched"], fault["fired"])
    assert [503, 404] == [knock.send("GET", "/v1/users/ada").status_code for _ in range(2)]


def test_what_was_asked_stays(knock: KnockApi) -> None:
    """Journal and verdict are about what truly happened, whichever way is gone back."""
    operation_id = knock.identify({"id": "ada"}).json()["id"]
    take(knock)
    knock.trigger("welcome", {"recipients": ["ada"]})
    restore(knock)
    assert 2 == knock.control("GET", "/requests")["total"]
    assert "silent" == knock.control("GET", "/verdict")["verdict"]
    assert "queued" == knock.operation(operation_id).json()["status"]
    assert [] == knock.control("GET", "/runs")["runs"]


def test_a_name_can_be_taken_again(knock: KnockApi) -> None:
    """A snapshot takes the place of another one of its name, and a deleted one is gone."""
    take(knock)
    knock.finish({"id": "ada"})
    take(knock)
    restore(knock)
    assert (["here"], ["ada"]) == (names(knock), knock.control("GET", "/users")["ids"])
    knock.control("DELETE", "/snapshots/here")
    assert [] == names(knock)


@pytest.mark.parametrize(("method", "path"), [("POST", "/snapshots/x/restore"), ("DELETE", "/snapshots/x")])
def test_a_name_that_nobody_gave(knock: KnockApi, method: str, path: str) -> None:
    """An unknown snapshot is a 404 and changes nothing."""
    knock.finish({"id": "ada"})
    take(knock, "y")
    assert 404 == knock.send(method, f"/_mock{path}").status_code
    assert (["y"], ["ada"]) == (names(knock), knock.control("GET", "/users")["ids"])


def test_names(knock: KnockApi) -> None:
    """A name has letters, digits and `. _ -`, at most a hundred; others are refused."""
    for name in NAMES:
        assert name == take(knock, name)["name"]
    for name in NO_NAMES:
        assert knock.send("PUT", f"/_mock/snapshots/{name}").status_code in {404, 422}, name
    assert (422, ["name"]) == refusal(knock.send("PUT", "/_mock/snapshots/a%20b"))
    assert NAMES == names(knock)


def test_there_is_an_end_to_it(knock: KnockApi) -> None:
    """A world keeps a hundred snapshots; one more is refused until one goes, and one of a name that is there is not."""
    for number in range(100):
        take(knock, f"s{number}")
    answer = knock.send("PUT", "/_mock/snapshots/one-more")
    assert (409, "snapshots_full") == (answer.status_code, answer.json()["code"])
    take(knock, "s7")
    knock.control("DELETE", "/snapshots/s3")
    take(knock, "one-more")
    assert 100 == len(names(knock))


def test_a_reset_forgets_them(knock: KnockApi) -> None:
    """After a reset there is nothing to go back to."""
    take(knock)
    knock.control("POST", "/reset")
    assert [] == names(knock)
    assert 404 == knock.send("POST", "/_mock/snapshots/here/restore").status_code


def test_worlds_keep_their_own(knock: KnockApi) -> None:
    """A snapshot belongs to the world of its key."""
    take(knock)
    assert [] == names(KnockApi(knock.url, f"{knock.api_key}_other", knock.session))
