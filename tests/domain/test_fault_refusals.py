"""What is wrong with how a fault is written down is reported with its place, and nothing else happens."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.domain.faults.body import MAX_NESTING
from mock_knock.domain.faults.delay import MAX_DELAY
from mock_knock.domain.faults.fault import Fault
from mock_knock.domain.faults.read_action import MAX_HEADERS, MAX_VALUE
from mock_knock.domain.faults.read_body import MAX_TEXT
from mock_knock.domain.faults.read_fault import MAX_FAULTS, MAX_ID_LENGTH, read_fault, read_faults
from mock_knock.domain.faults.write_fault import write_fault
from mock_knock.domain.reading import MAX_NUMBER, Reader
from mock_knock.messages import JsonValue
from tests.domain.made_up_faults import faults

DROP: Any = object()


def new_reader() -> Reader:
    """Return a reader that tells places as JSON pointers."""
    return Reader(lambda pointer: f"#{pointer}", "test")


def problems(reader: Reader) -> list[str]:
    """Return the places of what was found, each of which has a message and a hint."""
    assert all(each.message and each.hint for each in reader.findings)
    return [each.where for each in reader.findings]


def places(value: JsonValue) -> list[str]:
    """Return the place of each problem of a fault."""
    reader = new_reader()
    assert isinstance(read_fault(reader, value, ""), Fault)
    return problems(reader)


ENVELOPES: list[tuple[Any, list[str]]] = [
    (None, ["", "", ""]),
    ([], ["", "", ""]),
    ({}, ["", ""]),
    ({"id": DROP}, [""]),
    ({"do": DROP}, [""]),
    ({"id": ""}, ["/id"]),
    ({"id": None}, ["/id"]),
    ({"id": 7}, ["/id"]),
    ({"id": "a b"}, ["/id"]),
    ({"id": "-a"}, ["/id"]),
    ({"id": "a\n"}, ["/id"]),
    ({"id": "é"}, ["/id"]),
    ({"id": "a" * (MAX_ID_LENGTH + 1)}, ["/id"]),
    ({"description": 7}, ["/description"]),
    ({"description": None}, ["/description"]),
    ({"a/b~": 1}, ["/a~1b~0"]),
    ({"on": None}, ["/on"]),
    ({"on": ""}, ["/on"]),
    ({"on": []}, ["/on"]),
    ({"on": ["getUser", ""]}, ["/on"]),
    ({"on": ["*", 7]}, ["/on"]),
    ({"on": {"getUser": 1}}, ["/on"]),
    ({"ttl": "soon"}, ["/ttl"]),
    ({"ttl": -1}, ["/ttl"]),
    ({"ttl": True}, ["/ttl"]),
    ({"ttl": 10**400}, ["/ttl"]),
    ({"when": None}, ["/when"]),
    ({"when": [1]}, ["/when"]),
    ({"id": "", "on": 1, "when": 1, "do": 1, "ttl": "", "x": 1}, ["/x", "/when", "/id", "/do", "/on", "/ttl"]),
]
"""Faults with something wrong in the envelope, and where."""

WHENS: list[tuple[Any, list[str]]] = [
    ({"often": 1}, ["/often"]),
    ({"nth": 0}, ["/nth"]),
    ({"nth": []}, ["/nth"]),
    ({"nth": None}, ["/nth"]),
    ({"nth": "2"}, ["/nth"]),
    ({"nth": True}, ["/nth"]),
    ({"nth": 1.5}, ["/nth"]),
    ({"nth": [1, -1]}, ["/nth"]),
    ({"nth": [1, [2]]}, ["/nth"]),
    ({"nth": MAX_NUMBER + 1}, ["/nth"]),
    ({"first": 0}, ["/first"]),
    ({"first": 1.5}, ["/first"]),
    ({"first": [1]}, ["/first"]),
    ({"every": 0}, ["/every"]),
    ({"every": "2"}, ["/every"]),
    ({"probability": 1.1}, ["/probability"]),
    ({"probability": -0.1}, ["/probability"]),
    ({"probability": None}, ["/probability"]),
    ({"probability": "50%"}, ["/probability"]),
    ({"probability": float("nan")}, ["/probability"]),
    ({"after": None}, ["/after"]),
    ({"after": "10 times"}, ["/after"]),
    ({"after": "1000000000 polls"}, ["/after"]),
    ({"after": -1}, ["/after"]),
    ({"after": {"polls": 1}}, ["/after"]),
    ({"after": ["1s", "soon", True]}, ["/after", "/after"]),
    ({"after": ["1s", 2]}, ["/after"]),
    ({"after": ["1 poll", "2 requests"]}, ["/after"]),
    ({"for": "x"}, ["/for"]),
    ({"for": {}}, ["/for"]),
    ({"per": "user"}, ["/per"]),
    ({"per": None}, ["/per"]),
    ({"until": "never"}, ["/until"]),
    ({"until": None}, ["/until"]),
    ({"until": ["key_changes"]}, ["/until"]),
    ({"match": None}, ["/match"]),
    ({"match": {"object": "x"}}, ["/match/object"]),
    ({"match": {"user": 7}}, ["/match/user"]),
    ({"match": {"user": None}}, ["/match/user"]),
    ({"match": {"workflow": ["a"]}}, ["/match/workflow"]),
    ({"match": {"recipient": 7}}, ["/match/recipient"]),
    ({"match": {"recipient": None, "body": None}}, ["/match/body", "/match/recipient"]),
    ({"match": {"body": None}}, ["/match/body"]),
    ({"match": {"attempt": -1}}, ["/match/attempt"]),
    ({"match": {"attempt": "0"}}, ["/match/attempt"]),
    ({"match": {"header": "x"}}, ["/match/header"]),
    ({"match": {"header": {"x-a": 1, "a/~": "", "b": "c"}}}, ["/match/header/x-a", "/match/header/a~1~0"]),
]
"""Conditions with something wrong, and where."""

ACTIONS: list[tuple[Any, list[str]]] = [
    (None, [""]),
    ("reset", [""]),
    ({}, [""]),
    ({"x": 1}, ["/x"]),
    ({"when_committed": "after"}, ["/when_committed"]),
    ({"when_committed": "before", "delay": 1}, ["/when_committed"]),
    ({"when_committed": "never", "status": 503}, ["/when_committed"]),
    ({"status": 199}, ["/status"]),
    ({"status": 600}, ["/status"]),
    ({"status": "503"}, ["/status"]),
    ({"status": True}, ["/status"]),
    ({"status": None}, ["/status"]),
    ({"status": 503, "code": 7}, ["/code"]),
    ({"code": "x"}, ["/code"]),
    ({"code": "x", "retry_after": 1, "delay": 1}, ["/code", "/retry_after"]),
    ({"status": 429, "retry_after": -1}, ["/retry_after"]),
    ({"status": 429, "retry_after": None}, ["/retry_after"]),
    ({"status": 429, "retry_after": True}, ["/retry_after"]),
    ({"status": 429, "retry_after": [1]}, ["/retry_after"]),
    ({"status": 429, "retry_after": MAX_NUMBER + 1}, ["/retry_after"]),
    ({"status": 429, "retry_after": "1\r\nX-A: b"}, ["/retry_after"]),
    ({"status": 429, "retry_after": "\u20ac"}, ["/retry_after"]),
    ({"status": 429, "retry_after": {}}, ["/retry_after"]),
    ({"status": 429, "retry_after": {"s": 1}}, ["/retry_after/s"]),
    ({"status": 429, "retry_after": {"ms": 1, "date": 1}}, ["/retry_after"]),
    ({"status": 429, "retry_after": {"ms": -1}}, ["/retry_after/ms"]),
    ({"status": 429, "retry_after": {"ms": None}}, ["/retry_after/ms"]),
    ({"status": 429, "retry_after": {"date": "now"}}, ["/retry_after/date"]),
    ({"status": 429, "retry_after": {"date": None}}, ["/retry_after/date"]),
    ({"status": 503, "wire": "reset"}, ["/wire"]),
    ({"wire": "cut"}, ["/wire"]),
    ({"wire": None}, ["/wire"]),
    ({"wire": ["reset"]}, ["/wire"]),
    ({"wire": "reset", "for": "1s"}, ["/for"]),
    ({"wire": "hang", "for": None}, ["/for"]),
    ({"for": "1s"}, ["/for"]),
    ({"ignore": "x"}, ["/ignore"]),
    ({"ignore": [1]}, ["/ignore"]),
    ({"headers": None}, ["/headers"]),
    ({"headers": ["x-a"]}, ["/headers"]),
    ({"headers": {f"x-{number}": "" for number in range(MAX_HEADERS + 1)}}, ["/headers"]),
    ({"headers": {"": "a", "a b": "", "é": "", "a/~": "", "x:": ""}},
     ["/headers/", "/headers/a b", "/headers/é", "/headers/a~1~0", "/headers/x:"]),
    ({"headers": {"Content-Length": "1", "connection": None}}, ["/headers/Content-Length", "/headers/connection"]),
    ({"headers": {"x-a": "a\r\nx-b: c", "x-b": "\x00", "x-c": "\u20ac", "x-d": "\x7f"}},
     ["/headers/x-a", "/headers/x-b", "/headers/x-c", "/headers/x-d"]),
    ({"headers": {"x-a": "b" * (MAX_VALUE + 1)}}, ["/headers/x-a"]),
    ({"headers": {"x-a": True, "x-b": [1], "x-c": {}}}, ["/headers/x-a", "/headers/x-b", "/headers/x-c"]),
    ({"headers": {"x-a": 10**5_000, "x-b": float("nan")}}, ["/headers/x-a", "/headers/x-b"]),
    ({"delay": None}, ["/delay"]),
    ({"delay": MAX_DELAY + 1}, ["/delay"]),
    ({"delay": 10**400}, ["/delay"]),
    ({"delay": {}}, ["/delay"]),
    ({"delay": {"fast": 1}}, ["/delay/fast", "/delay"]),
    ({"delay": {"fixed": 1, "uniform": [1, 2]}}, ["/delay"]),
    ({"delay": {"fixed": "x"}}, ["/delay/fixed"]),
    ({"delay": {"uniform": 1}}, ["/delay/uniform", "/delay/uniform"]),
    ({"delay": {"uniform": [1]}}, ["/delay/uniform"]),
    ({"delay": {"uniform": [1, "x"]}}, ["/delay/uniform/1", "/delay/uniform"]),
    ({"delay": {"lognormal": 1}}, ["/delay/lognormal", "/delay/lognormal/median"]),
    ({"delay": {"lognormal": {}}}, ["/delay/lognormal/median"]),
    ({"delay": {"lognormal": {"median": 1, "sigma": 11}}}, ["/delay/lognormal/sigma"]),
    ({"delay": {"lognormal": {"median": 1, "mean": 1}}}, ["/delay/lognormal/mean"]),
    ({"delay": {"dribble": 1}}, ["/delay/dribble"]),
    ({"delay": {"dribble": {"bytes": 0, "every": -1, "x": 1}}},
     ["/delay/dribble/x", "/delay/dribble/bytes", "/delay/dribble/every"]),
    ({"delay": {"bandwidth": 0.5}}, ["/delay/bandwidth"]),
    ({"delay": {"bandwidth": None}}, ["/delay/bandwidth"]),
    ({"body": None}, ["/body"]),
    ({"body": {}}, ["/body"]),
    ({"body": {"cut": 1}}, ["/body/cut"]),
    ({"body": {"replace": "x" * (MAX_TEXT + 1)}}, ["/body/replace"]),
    ({"body": {"drop": 7}}, ["/body/drop"]),
    ({"body": {"drop": ["a", 7]}}, ["/body/drop"]),
    ({"body": {"set": ["a"]}}, ["/body/set"]),
    ({"body": {"add": None}}, ["/body/add"]),
    ({"body": {"type": "x"}}, ["/body/type"]),
    ({"body": {"type": {"a": "list", "/b/~": None, "c": ["null"], "d": "null"}}},
     ["/body/type/a", "/body/type/~1b~1~0", "/body/type/c"]),
    ({"body": {"nest": {"a": 0, "/b/~": MAX_NESTING + 1, "c": 1.5, "d": None}}},
     ["/body/nest/a", "/body/nest/~1b~1~0", "/body/nest/c", "/body/nest/d"]),
    ({"body": {"nest": [1]}}, ["/body/nest"]),
    ({"body": {"repeat": [[]]}}, ["/body/repeat"]),
    ({"body": {"raw": {"a": 1, "/b/~": None, "c": "x" * (MAX_TEXT + 1), "d": ""}}},
     ["/body/raw/a", "/body/raw/~1b~1~0", "/body/raw/c"]),
    ({"body": {"raw": "NaN"}}, ["/body/raw"]),
    ({"body": {"duplicate": "/a/b"}}, ["/body/duplicate"]),
    ({"body": {"truncate": 1.5}}, ["/body/truncate"]),
    ({"body": {"truncate": None}}, ["/body/truncate"]),
    ({"body": {"bom": 1}}, ["/body/bom"]),
    ({"body": {"content_type": ""}}, ["/body/content_type"]),
    ({"body": {"content_type": 7}}, ["/body/content_type"]),
    ({"body": {"content_type": "text/html\n"}}, ["/body/content_type"]),
    ({"body": {"content_type": "é"}}, ["/body/content_type"]),
    ({"bulk": None}, ["/bulk"]),
    ({"bulk": {}}, ["/bulk"]),
    ({"bulk": {"x": 1}}, ["/bulk/x"]),
    ({"bulk": {"stall": "completed"}}, ["/bulk/stall"]),
    ({"bulk": {"stall": None}}, ["/bulk/stall"]),
    ({"bulk": {"at": "40%"}}, ["/bulk/at"]),
    ({"bulk": {"stall": "queued", "at": "x"}}, ["/bulk/at", "/bulk/at"]),
    ({"bulk": {"fail_at": "101%"}}, ["/bulk/fail_at"]),
    ({"bulk": {"fail_at": 101}}, ["/bulk/fail_at"]),
    ({"bulk": {"fail_at": -1}}, ["/bulk/fail_at"]),
    ({"bulk": {"fail_at": 0.5}}, ["/bulk/fail_at"]),
    ({"bulk": {"fail_at": True}}, ["/bulk/fail_at"]),
    ({"bulk": {"fail_at": None}}, ["/bulk/fail_at"]),
    ({"bulk": {"fail_at": "\u0665%"}}, ["/bulk/fail_at"]),
    ({"bulk": {"error_items": "a"}}, ["/bulk/error_items"]),
    ({"bulk": {"every": 0}}, ["/bulk/every"]),
    ({"bulk": {"progress": "50%"}}, ["/bulk/progress"]),
    ({"bulk": {"progress": [10, "x", None]}}, ["/bulk/progress/1", "/bulk/progress/2"]),
    ({"bulk": {"processed_gt_total": 1}}, ["/bulk/processed_gt_total"]),
    ({"bulk": {"after_completed": "failed"}}, ["/bulk/after_completed"]),
    ({"bulk": {"after_completed": None}}, ["/bulk/after_completed"]),
]  # fmt: skip
"""What a fault does with something wrong in it, and where."""

DECEPTIVE: list[tuple[Any, list[str]]] = [
    ({"headers": {}}, [""]),
    ({"ignore": []}, [""]),
    ({"headers": {"CONTENT-LENGTH": "1"}}, ["/headers/CONTENT-LENGTH"]),
    ({"status": 503.0}, ["/status"]),
    ({"wire": "hang", "for": "2h"}, ["/for"]),
    ({"delay": "2h"}, ["/delay"]),
    ({"delay": {"uniform": [2, 1]}}, ["/delay/uniform"]),
    ({"body": {"drop": [], "set": {}, "truncate": 1, "bom": False}}, ["/body"]),
    ({"bulk": {"every": None, "progress": [], "error_items": [], "processed_gt_total": False}}, ["/bulk"]),
    ({"bulk": {"fail_at": 10**5_000}}, ["/bulk/fail_at"]),
]
"""What a fault does that has the form of it and cannot be done or is nothing, and where."""


@pytest.mark.parametrize(("members", "where"), ENVELOPES)
def test_refused_envelopes(members: Any, where: list[str]) -> None:
    """Whatever is wrong in the envelope of a fault is reported, each problem at its place."""
    value = members
    if members:
        usual = {"id": "a", "do": {"status": 503}}
        value = {name: each for name, each in {**usual, **members}.items() if each is not DROP}
    assert [f"#{each}" for each in where] == places(value)


@pytest.mark.parametrize(("when", "where"), WHENS)
def test_refused_conditions(when: JsonValue, where: list[str]) -> None:
    """Whatever is wrong in the conditions of a fault is reported, each problem at its place."""
    assert [f"#/when{each}" for each in where] == places({"id": "a", "when": when, "do": {"status": 503}})


@pytest.mark.parametrize(("action", "where"), [*ACTIONS, *DECEPTIVE])
def test_refused_actions(action: JsonValue, where: list[str]) -> None:
    """Whatever is wrong in what a fault does is reported, each problem at its place."""
    assert [f"#/do{each}" for each in where] == places({"id": "a", "do": action})


def test_messages_name_what_is_meant() -> None:
    """A problem is told with the name of what it is about, and with what would do."""
    reader = new_reader()
    read_fault(reader, {"id": "a", "do": {"body": {"type": {"a/b": "list"}}, "delay": "2h"}}, "/faults/3")
    assert [
        ("#/faults/3/do/body/type/a~1b", "'a~1b' must be one of: string, number, boolean, array, object, null"),
        ("#/faults/3/do/delay", "'delay' must be a duration of at most 3600 s"),
    ] == [(each.where, each.message) for each in reader.findings]


def test_several_faults() -> None:
    """The faults of a scenario keep their order."""
    reader = new_reader()
    listed = [{"id": each, "do": {"status": 503}} for each in "cab"]
    assert ["c", "a", "b"] == [each.id for each in read_faults(reader, {"faults": listed})]
    assert () == read_faults(reader, {})
    assert [] == reader.findings


@pytest.mark.parametrize(
    ("listed", "where"),
    [
        ({}, ["/faults"]),
        (None, ["/faults"]),
        ([{"id": "a", "do": {"status": 503}}] * 3, ["/faults/1/id", "/faults/2/id"]),
        ([{"do": {"status": 503}}] * 2, ["/faults/0", "/faults/1"]),
        ([7], ["/faults/0"] * 3),
        ([{"id": f"a{number}", "do": {"status": 503}} for number in range(MAX_FAULTS + 3)], ["/faults"]),
    ],
)
def test_refused_lists_of_faults(listed: JsonValue, where: list[str]) -> None:
    """Faults are a list, not too long, of faults with ids of their own."""
    reader = new_reader()
    assert len(read_faults(reader, {"faults": listed})) <= MAX_FAULTS
    assert [f"#{each}" for each in where] == problems(reader)


names = st.sampled_from([
    "id", "on", "when", "do", "ttl", "nth", "first", "after", "for", "match", "header", "until", "status", "code",
    "retry_after", "ms", "delay", "uniform", "lognormal", "median", "dribble", "bandwidth", "headers", "body",
    "replace", "drop", "type", "nest", "raw", "duplicate", "truncate", "content_type", "wire", "bulk", "stall", "at",
    "progress", "a/b~", "",
])  # fmt: skip
numbers = st.integers(-(10**400), 10**400) | st.floats()
words = st.sampled_from(
    ["a", "*", "50%", "10s", "3 polls", "reset", "hang", "queued", "processing", "null", "\r\n", ""]
)
leaves = st.none() | st.booleans() | numbers | words | st.text(max_size=2)
documents = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=5), max_leaves=15
)


@given(documents)
def test_anything_is_read(value: JsonValue) -> None:
    """Whatever a document holds is read without an exception, and what is wrong with it is reported."""
    for document in (value, {"id": "a", "do": value}, {"id": "a", "do": {"status": 503}, "when": value}):
        places(document)
    for name in ("status", "retry_after", "delay", "headers", "body", "wire", "bulk"):
        places({"id": "a", "do": {"status": 503, name: value}})


@given(faults, st.data())
def test_what_is_read_can_be_written(fault: Fault, data: st.DataObject) -> None:
    """A written fault in which anything was replaced is refused, or reads and writes as any other."""
    written = json.loads(json.dumps(write_fault(fault)))
    replace_something(written, leaves | st.just([]) | st.just({}), data)
    reader = new_reader()
    found = read_fault(reader, written, "")
    if not reader.findings:
        again = new_reader()
        assert found == read_fault(again, write_fault(found), "")
        assert [] == again.findings


def replace_something(document: JsonValue, values: st.SearchStrategy[JsonValue], data: st.DataObject) -> None:
    """Put another value into some place of a document."""
    node = document
    while True:
        keys = list(node) if isinstance(node, dict) else range(len(node))
        key = data.draw(st.sampled_from(keys))
        if not (isinstance(node[key], (dict, list)) and node[key] and data.draw(st.booleans())):
            break
        node = node[key]
    node[key] = data.draw(values)
