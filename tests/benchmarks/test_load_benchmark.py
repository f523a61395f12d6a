"""The benchmark of servers is ready to run; nothing is timed here."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from benchmarks.load.bare import create_app, merge
from benchmarks.load.candidates import (
    BARE,
    BARE_ON_DEFAULT,
    FOR_LOAD,
    OURS,
    Candidate,
    comparisons,
    own_candidates,
)
from benchmarks.load.loads import IDENTIFY, LOADS, WRONG, Load
from benchmarks.load.measuring import Readings, as_json
from benchmarks.load.peer_documents import write_description, write_mappings
from benchmarks.load.picture import draw
from benchmarks.load.serving import Running, ask, running
from benchmarks.load.table import render_table
from benchmarks.load.wrk import Reading, write_script

LOAD_NAMES = ("W1", "W2", "W3", "W1r", "W3r", "W4", "W5", "W6")


def candidate(name: str) -> Candidate:
    """Return one of our own."""
    return next(each for each in own_candidates() if each.name == name)


@pytest.mark.parametrize("name", [OURS, FOR_LOAD])
def test_the_fake_takes_every_load_and_refuses_what_is_wrong(tmp_path: Path, name: str) -> None:
    """On each server that is measured each load is answered with 200, and a body that breaks the contract is not.

    State and journal are on there as well: what was sent can be read back.
    """
    assert candidate(name).validates
    with running(candidate(name), tmp_path, ()) as server:
        for load in LOADS:
            assert ask(server.url, load, server.operation)[0] == 200, load.name
        assert server.wrongly_accepted() == []
        count = len(LOADS) + len(WRONG) + 1
        status, body = ask(server.url, Load("", "", "GET", "/_mock/requests"))
        assert (status, json.loads(body)["total"]) == (200, count)
        status, body = ask(server.url, Load("", "", "GET", "/_mock/users"))
        assert (status, len(json.loads(body)["ids"])) == (200, 1_000)
        assert server.memory() > 10


@pytest.mark.parametrize("name", [BARE, BARE_ON_DEFAULT])
def test_the_framework_alone_takes_every_load(tmp_path: Path, name: str) -> None:
    """Bare Flask answers the same loads, and takes what is wrong: it does not validate."""
    with running(candidate(name), tmp_path, ()) as server:
        assert [200] * len(LOADS) == [ask(server.url, load, server.operation)[0] for load in LOADS]
        assert server.wrongly_accepted() != []
        assert not server.candidate.validates


def test_the_framework_alone_has_state() -> None:
    """Bare Flask keeps operations and merges users by id, those of a trigger too; what it does not know is 404."""
    client = create_app().test_client()
    operation = client.post(IDENTIFY, json={"users": [{"id": "ada", "name": "Ada"}, {"id": "bob"}]}).get_json()
    assert client.get(f"/v1/bulk_operations/{operation['id']}").get_json() == operation
    assert client.get("/v1/bulk_operations/none").status_code == 404
    run = client.post("/v1/workflows/welcome/trigger", json={"recipients": ["ada", {"id": "ada", "age": 36}]})
    assert run.get_json()["workflow_run_id"]
    known = {"ada": {"id": "ada", "name": "Ada"}}
    merge(known, {"id": "ada", "age": 36})
    row = {"id": "bob"}
    merge(known, row)
    assert known == {"ada": {"id": "ada", "name": "Ada", "age": 36}, "bob": {"id": "bob"}}
    assert known["bob"] is not row


def test_who_is_compared_with_whom() -> None:
    """What is for load is compared with the framework on its server and with peers, the default with both of its own.

    Without granian peers are compared with the default.
    """
    assert comparisons([FOR_LOAD, OURS, BARE, BARE_ON_DEFAULT, "prism"]) == [
        (FOR_LOAD, BARE),
        (FOR_LOAD, "prism"),
        (OURS, BARE_ON_DEFAULT),
        (OURS, FOR_LOAD),
    ]
    assert comparisons([OURS, BARE_ON_DEFAULT, "prism"]) == [(OURS, "prism"), (OURS, BARE_ON_DEFAULT)]


def test_a_server_that_does_not_start_is_told(tmp_path: Path) -> None:
    """What ends at once is not waited for."""
    ended = Candidate("ended", lambda _port, _folder: ("false",))
    with pytest.raises(RuntimeError, match="ended did not answer"), running(ended, tmp_path, ()):
        pass


def test_the_description_for_peers_has_null_as_a_type(tmp_path: Path) -> None:
    """Nothing is `nullable`, which is a word of OpenAPI 3.0; what was can be null by its type."""
    text = write_description(tmp_path).read_text()
    assert "nullable" not in text
    document = json.loads(text)
    assert document["openapi"] == "3.1.0"
    user = document["components"]["schemas"]["InlineIdentifyUserRequest"]["properties"]
    assert user["name"]["type"] == ["string", "null"]


def test_the_mappings_have_a_schema_that_can_be_used(tmp_path: Path) -> None:
    """The schema that WireMock gets takes each body that is sent, and none of the wrong ones."""
    jsonschema_rs = pytest.importorskip("jsonschema_rs")
    folder = write_mappings(tmp_path) / "mappings"
    for number, path in ((0, "/v1/users"), (1, "/v1/workflows")):
        asked = json.loads((folder / f"post-{number}.json").read_bytes())["request"]
        schema = jsonschema_rs.Draft202012Validator(json.loads(asked["bodyPatterns"][0]["matchesJsonSchema"]))
        for load in (each for each in LOADS if each.path.startswith(path)):
            assert schema.is_valid(json.loads(load.body)), load.name
        for load in (each for each in WRONG if each.path.startswith(path)):
            assert not schema.is_valid(json.loads(load.body)), load.name


def test_the_script_of_a_load_sends_it(tmp_path: Path) -> None:
    """The script tells wrk method, headers and the file of the body."""
    script = write_script(LOADS[0], tmp_path).read_text()
    assert 'wrk.method = "POST"' in script
    assert "Bearer sk_test_local" in script
    assert (tmp_path / "W1.json").read_bytes() == LOADS[0].body
    assert "wrk.body" not in write_script(LOADS[5], tmp_path).read_text()


@pytest.fixture
def readings() -> Readings:
    """Return two rounds of two servers; one of them lost a load."""
    found = Readings()
    for load in LOADS:
        found.found[FOR_LOAD, load.name] = [Reading(200.0, 1.0, 2.0), Reading(400.0, 1.5, 20.0)]
        found.found[BARE, load.name] = [Reading(100.0, 2.0, 2.5), Reading(800.0, 0.5, 3.0)]
    del found.found[BARE, "W3"]
    found.failed[BARE, "W3"] = "refused"
    return found


def servers() -> list[Running]:
    """Return both of them, as they were started."""
    return [Running(candidate(name), "http://127.0.0.1:1", 2**22 + 1, 0.25, "x") for name in (FOR_LOAD, BARE)]


def test_ratios_are_medians_of_rounds(readings: Readings) -> None:
    """A ratio compares what ran in the same round, so that a slow minute meets both."""
    assert readings.ratio(FOR_LOAD, BARE, "W1") == (2.0 + 0.5) / 2
    assert readings.rate(FOR_LOAD, "W1") == 300.0
    assert readings.ratio(FOR_LOAD, BARE, "W3") is None
    assert len(as_json(readings)) == 2 * (2 * len(LOADS) - 1)


def test_the_table_has_each_load_and_server(readings: Readings) -> None:
    """Requests, latency, ratios and starts are tables of Markdown; what is missing is a dash."""
    text = render_table(readings, servers(), LOADS)
    assert text.count("| W1 | W2 | W3 |") == 4
    assert f"| {FOR_LOAD} | 300 | 300 | 300 |" in text
    assert f"| {FOR_LOAD} / {BARE} | 1.25x | 1.25x | - | 1.25x |" in text
    assert f"| {BARE} | granian {version('granian')} | 0.25 |" in text
    widths = {line.count("|") for block in text.split("\n\n")[:4] for line in block.strip().splitlines()}
    assert widths == {len(LOADS) + 2}


def test_the_picture_is_svg_with_each_load(readings: Readings) -> None:
    """The picture can be read, has every load and its ratio, and tells where there is none."""
    root = ET.fromstring(draw(readings, [FOR_LOAD, BARE], LOADS))
    told = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert set(LOAD_NAMES) <= set(told)
    assert told.count("1.25") == len(LOADS) - 1
    assert told.count(BARE) == len(LOADS)
