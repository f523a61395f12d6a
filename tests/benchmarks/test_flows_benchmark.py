"""The benchmark is ready to run; nothing is timed here."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from urllib.request import urlopen

import pytest

from benchmarks import flows
from benchmarks.in_process import fake_bench, stub_bench
from benchmarks.machine import machine
from benchmarks.runners import REPOSITORY, count_requests, own_runner, place_flow, respect_runner, respect_version
from benchmarks.stub import REQUESTS_PER_FLOW, StubApi, StubServer
from mock_knock.files import read_document

FLOW = Path(flows.__file__).with_name("flow.yaml")


def test_the_stub_answers_over_http() -> None:
    """An operation is queued, processing, completed by its polls, and requests are counted."""
    with StubServer(StubApi()) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        found = []
        for _ in range(4):
            with urlopen(f"{server.url}/v1/bulk_operations/1") as answer:
                found.append(json.loads(answer.read())["status"])
        assert 4 == count_requests(server.url)
        server.shutdown()
    assert ["queued", "processing", "completed", "completed"] == found


def test_the_stub_knows_its_routes_alone() -> None:
    """Anything but the three calls of the flow is not found."""
    assert 404 == StubApi().answer("GET", "/v1/users")[0]


@pytest.mark.parametrize("bench", [stub_bench, fake_bench])
def test_the_flow_passes_in_process(bench: type) -> None:
    """The flow keeps the contract and consists of the requests that are counted on."""
    ready = bench(FLOW, read_document(flows.INPUTS).value)
    ready.run(*ready.new_target())


def test_our_command_passes() -> None:
    """The command line that is timed passes against the stub, with exactly the requests of the flow."""
    with StubServer(StubApi()) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        own_runner(FLOW, flows.INPUTS, server.url).check(server.url)
        assert REQUESTS_PER_FLOW == server.api.requests
        server.shutdown()


def test_other_descriptions_are_put_beside_the_flow(tmp_path: Path) -> None:
    """With other descriptions, flow and descriptions are copied into one folder."""
    copy = place_flow(tmp_path, REPOSITORY / "fixtures" / "openapi")
    named = [source["url"] for source in read_document(copy).value["sourceDescriptions"]]
    assert [True] * 3 == [(copy.parent / url).exists() for url in named]


def test_respect_gets_the_same_flow_and_inputs(tmp_path: Path) -> None:
    """Respect is given the flow, a server for every source, and the inputs as JSON; it need not be installed."""
    command = respect_runner(FLOW, {"apiKey": "k"}, "http://127.0.0.1:1", tmp_path).command
    assert str(FLOW) in command
    assert 3 == sum(word.endswith("=http://127.0.0.1:1") for word in command)
    assert {"apiKey": "k"} == json.loads(command[-1])
    assert respect_version(tmp_path) is None


def test_the_table() -> None:
    """The ratio is ours to respect's, and every figure has its line."""
    spreads = [flows.Spread.of("mock-knock", "s", [1, 2, 3]), flows.Spread.of("respect", "s", [4.0])]
    ratios = flows.ratios(spreads)
    assert [0.5] == list(ratios.values())
    assert {} == flows.ratios(spreads[:1])
    result = {"machine": machine(), "respect": "1", "goals": flows.GOALS, "ratios": ratios}
    shown = flows.render(result, spreads)
    assert "2.000     1.000     3.000" in shown
    assert "wall time: 0.50" in shown
