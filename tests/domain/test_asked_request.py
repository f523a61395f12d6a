"""What a request asks for, as it is read from its path, its header fields and its body."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.domain.asked_request import RETRY_COUNT, AskedRequest, Route, read_asked, read_attempt
from mock_knock.domain.trigger import parse_trigger

TRIGGER = Route("triggerWorkflow", (("key", "welcome"),))
USER = Route("getUserPreferenceSet", (("id_", "ada"), ("set_id", "default")))


def asked(body: Any = None, *, route: Route = TRIGGER, is_of_user: bool = False) -> AskedRequest:
    """Return what a request with this JSON body asks for."""
    return read_asked(route, (), b"" if body is None else orjson.dumps(body), is_of_user=is_of_user)


def test_where_a_request_was_led() -> None:
    """A route names its resource by all parts of the path, and none where there are none."""
    assert ("ada/default", "welcome", "") == (USER.resource, TRIGGER.resource, Route("listUsers").resource)


def test_what_is_read_of_the_path() -> None:
    """The path names the operation, the resource, the workflow, and the user only where its `id_` is one."""
    headers = (("X-Team", "red"), (RETRY_COUNT, "2"))
    found = read_asked(TRIGGER, headers, b"", credential="sk_test_secret", is_of_user=False)
    assert ("triggerWorkflow", headers, "welcome", "welcome", "", "sk_test_secret", 2) == (
        found.operation_id,
        found.headers,
        found.resource,
        found.workflow,
        found.user,
        found.credential,
        found.attempt,
    )
    assert ("", "ada", "") == (
        asked(route=USER).user,
        asked(route=USER, is_of_user=True).user,
        asked(is_of_user=True).user,
    )


@pytest.mark.parametrize(
    ("content", "body"),
    [
        (b"", None),
        (b"null", None),
        (b'{"a": [1.5, true]}', {"a": [1.5, True]}),
        (b'"text"', "text"),
        (b"{", None),
        (b"\xff", None),
        (b"NaN", None),
        (b'{"a": 1e999}', None),
        (b'"\\ud800"', None),
        (b"[" * 2_000 + b"]" * 2_000, None),
    ],
)
def test_bodies(content: bytes, body: Any) -> None:
    """A body is what it says as JSON; one that cannot be read is none, and names nobody."""
    found = AskedRequest("triggerWorkflow", content=content)
    assert (body, (), ()) == (found.body, found.users, found.recipients)


@pytest.mark.parametrize(
    ("body", "users"),
    [
        ({"users": [{"id": "a", "name": "A"}, {"id": "b"}]}, ("a", "b")),
        ({"user_ids": ["a", "b", "a"]}, ("a", "b")),
        ({"recipients": ["a", {"id": "b"}, {"id": "p", "collection": "projects"}, {"id": "c", "collection": None}]},
         ("a", "b", "c")),
        ({"actor": "a"}, ("a",)),
        ({"actor": {"id": "a", "email": "a@example.com"}}, ("a",)),
        ({"actor": {"id": "p", "collection": "projects"}}, ()),
        ({"actor": ["a"]}, ("a",)),
        ({"actor": None}, ()),
        ({"recipients": ["a"], "actor": "b", "user_ids": ["c"], "users": [{"id": "d"}]}, ("d", "c", "a", "b")),
        ({"recipients": "a", "users": {"id": "b"}, "user_ids": None}, ()),
        ({"recipients": [None, 1, True, [], ["a"], {}, {"id": 7}, {"id": None}, {"name": "a"}]}, ()),
        ({"data": {"users": [{"id": "a"}]}}, ()),
        ([{"users": ["a"]}], ()),
    ],
)  # fmt: skip
def test_the_users_it_names(body: Any, users: tuple[str, ...]) -> None:
    """Users are named as recipients, as actor and in lists, each once; objects are none, nor is what has no id."""
    assert users == asked(body).users


def test_the_user_in_its_path_comes_first() -> None:
    """A user whom the path names is among those that are named, before those of the body, and once."""
    assert ("ada", "bob") == asked({"user_ids": ["bob", "ada"]}, route=USER, is_of_user=True).users


@pytest.mark.parametrize(
    ("body", "recipients"),
    [
        ({"recipients": ["a", {"id": "b", "name": "B"}, "a"]}, ("a", "b")),
        ({"recipients": [{"id": "p-1", "collection": "projects"}, {"id": "p-1"}]}, ("projects/p-1", "p-1")),
        ({"recipients": [{"id": "a", "collection": None}]}, ("a",)),
        ({"recipients": [{"id": "a", "collection": 7}, {"id": 7, "collection": "projects"}, {"collection": "x"}]}, ()),
        ({"recipients": [None, 1, True, [], ["a"], {}]}, ()),
        ({"recipients": "a"}, ()),
        ({"recipients": {"id": "a"}}, ()),
        ({"actor": "a", "users": [{"id": "b"}], "user_ids": ["c"]}, ()),
        ("a", ()),
    ],
)
def test_whom_it_is_for(body: Any, recipients: tuple[str, ...]) -> None:
    """Recipients are users by their id and objects with their collection, each once; nobody else is one."""
    assert recipients == asked(body).recipients


names = st.text("ab/é", min_size=1, max_size=3)
references = (
    names
    | st.builds(lambda id_: {"id": id_}, names)
    | st.builds(lambda id_, collection: {"id": id_, "collection": collection}, names, names)
)


@given(st.lists(references, min_size=1, max_size=5), st.none() | references)
def test_the_trigger_says_the_same(recipients: list[Any], actor: Any) -> None:
    """Whom a trigger is for, and which users it names, is what the rule of triggering makes of it."""
    body = {"recipients": recipients} | ({} if actor is None else {"actor": actor})
    request = parse_trigger("welcome", body)
    keys = [each.key for each in request.recipients]
    everybody = keys + ([request.actor.key] if request.actor else [])
    assert {"/".join(filter(None, (each.collection, each.id))) for each in keys} == set(asked(body).recipients)
    assert {each.id for each in everybody if each.collection is None} == set(asked(body).users)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab", max_size=2),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["users", "user_ids", "recipients", "actor", "id", "collection", "x"]), inner, max_size=3
        )
    ),
    max_leaves=10,
)


@given(json_values)
def test_whatever_it_says(body: Any) -> None:
    """Whatever stands in a body, it names texts, each once."""
    found = asked(body)
    for each in (found.users, found.recipients):
        assert list(dict.fromkeys(each)) == list(each)
        assert all(isinstance(name, str) for name in each)


@given(st.text(max_size=10) | st.integers().map(str))
def test_how_often_a_client_has_tried(said: str) -> None:
    """Whatever a client says, it has tried no or at most a hundred million times before."""
    assert 0 <= read_attempt(((RETRY_COUNT.upper(), said),)) < 100_000_000


def test_a_credential_is_not_shown() -> None:
    """Nothing that shows a request shows the key it carries, nor its body."""
    assert "secret" not in repr(AskedRequest("getUser", content=b"a secret", credential="sk_test_secret"))
