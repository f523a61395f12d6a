"""The page about the controls: each example works as it stands, one after another in one world, and none is missing."""

from __future__ import annotations

import re
import shlex
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest

from contract_tests.knock_api import KnockApi, control_routes
from mock_knock.served import controls_description

PAGE = (Path(__file__).parents[1] / "docs" / "admin.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(sh|json)\n(.*?)^```", re.DOTALL | re.MULTILINE)
VARIABLES = {"$KNOCK_BASE_URL": "http://knock", "$json": "Content-Type: application/json"}

pytestmark = pytest.mark.controls


def read_curl() -> ArgumentParser:
    """Return what understands the commands of the page as curl does."""
    parser = ArgumentParser()
    parser.add_argument("-X", dest="method", default="GET")
    parser.add_argument("-H", dest="fields", action="append", default=[])
    parser.add_argument("-d", dest="body")
    parser.add_argument("-N", action="store_true")
    parser.add_argument("url")
    return parser


def send(knock: KnockApi, command: str) -> tuple[str, Any]:
    """Carry out a command; return what it answers, and which control it uses."""
    for name, value in VARIABLES.items():
        command = command.replace(name, value)
    told = read_curl().parse_args(shlex.split(command.partition(" > ")[0])[1:])
    address = urlsplit(told.url)
    assert "knock" == address.netloc
    path = f"{address.path}?{address.query}" if address.query else address.path
    fields = dict(each.split(": ", 1) for each in told.fields if not each.startswith("Authorization"))
    answer = knock.send(told.method, path, body=told.body and told.body.encode(), headers=fields)
    assert answer.ok, (command, answer.text)
    return answer.text, control_routes().operation_id(told.method, address.path)


def is_as_shown(shown: Any, found: Any) -> bool:
    """Tell whether an answer is the one that the page shows, where `...` is any text."""
    if isinstance(shown, dict) and isinstance(found, dict):
        return shown.keys() == found.keys() and all(is_as_shown(each, found[name]) for name, each in shown.items())
    return shown in ("...", found)


def test_every_example_works_and_none_is_missing(seeded: KnockApi) -> None:
    """Each control has an example; each example succeeds, and answers what stands below it."""
    used, answer = set(), ""
    for language, text in BLOCK.findall(PAGE):
        if language == "json":
            assert is_as_shown(orjson.loads(text), orjson.loads(answer)), answer
            continue
        for line in text.splitlines():
            if line.startswith("curl "):
                answer, control = send(seeded, line)
                used.add(control)
    assert {each.operation_id for each in controls_description().operations} == used - {None}


def test_every_route_is_listed() -> None:
    """The tables of the page have each path."""
    listed = PAGE.replace("POST .../restore", "`/_mock/snapshots/{name}/restore`").replace("`, `/", "`, `/_mock/clock/")
    for path in {each.path for each in controls_description().operations}:
        assert path in listed, path
