"""The compiled validators repeat the verdicts of stock openapi-core: which messages are wrong, and where."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from openapi_core.validation.schemas.exceptions import InvalidSchemaValue

from mock_knock.contract.description import load_description
from mock_knock.contract.judge import Judge, OperationJudge
from mock_knock.contract.learned_bodies import MOST_MISSES, PATIENCE
from mock_knock.contract.many_rows import MANY, MAX_ROWS
from mock_knock.contract.overlay import apply_overlay, parse_overlay
from mock_knock.contract.plan import Plan, build_plan
from mock_knock.contract.records import RequestRecord, request_record
from mock_knock.messages import JsonValue
from mock_knock.served import DESCRIPTIONS

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "openapi"
OPERATIONS = {
    # operationId: number of its file, path parameters
    "bulkIdentifyUsers": (0, {}),
    "getBulkOperation": (1, {"id": "7f1c0f4e-2a52-4a53-9a2b-2f3f0a5d6b10"}),
    "triggerWorkflow": (2, {"key": "new-comment"}),
}
HEADERS = {"Authorization": "Bearer sk_test_local", "Content-Type": "application/json"}

Places = set[tuple[str | int, ...]]

many = settings(max_examples=max(200, settings().max_examples))
with_and_without_overlay = pytest.mark.parametrize("repaired", [False, True], ids=["published", "repaired"])


def load(name: str) -> JsonValue:
    """Return a decoded fixture."""
    return yaml.load((FOLDER / name).read_bytes(), Loader=yaml.CSafeLoader)


@cache
def judges(*, repaired: bool) -> tuple[Judge, ...]:
    """Return the judges of the bundled descriptions, as published or with the overlay."""
    documents = tuple(load(name) for name in DESCRIPTIONS)
    overlay = parse_overlay(load("knock-overlay.yml"), where="knock-overlay.yml")
    changed = apply_overlay(overlay, documents) if repaired else documents
    return tuple(
        Judge(load_description(name, value, where=name)) for name, value in zip(DESCRIPTIONS, changed, strict=True)
    )


@cache
def stock(number: int, *, repaired: bool) -> OpenAPI:
    """Return stock openapi-core for one of these descriptions, with the same decoder of JSON and nothing else."""
    config = Config(
        spec_validator_cls=None,  # type: ignore[arg-type]  # None skips the check of the description
        extra_media_type_deserializers={"application/json": orjson.loads},
    )
    return OpenAPI.from_dict(dict(judges(repaired=repaired)[number].description.document), config=config)


def places(errors: Iterable[Exception]) -> Places | None:
    """Return where a body is wrong, or None when nothing is; other faults of a message do not occur here."""
    causes = [error.__cause__ for error in errors]
    found: Places = set()
    for cause in causes:
        assert isinstance(cause, InvalidSchemaValue)
        found |= {tuple(error.path) for error in cause.schema_errors}  # type: ignore[attr-defined]  # both kinds have it
    return found if causes else None


def record(id_: str, data: bytes, *, repaired: bool) -> RequestRecord:
    """Return a request in the form of the judge."""
    number, path = OPERATIONS[id_]
    operation = judges(repaired=repaired)[number].description.operations[0]
    return request_record(operation, path=path, query={}, headers=tuple(HEADERS.items()), body=data)


def decoded(id_: str, data: bytes, *, repaired: bool) -> RequestRecord:
    """Return a request as the fake has it, whose body is decoded before it is judged."""
    found = record(id_, data, repaired=repaired)
    found.value = orjson.loads(data)
    return found


def mock_request(id_: str, data: bytes, *, repaired: bool) -> MockRequest:
    """Return the same request in the form of openapi-core."""
    number, path = OPERATIONS[id_]
    operation = judges(repaired=repaired)[number].description.operations[0]
    server, url = "https://api.knock.app", operation.path.format(**path)
    return MockRequest(server, operation.method.lower(), url, headers=HEADERS, view_args=path, data=data)


def check_request(id_: str, body: JsonValue, *, repaired: bool) -> None:
    """Assert that judge and stock openapi-core think the same of a request with this body."""
    data, number = json.dumps(body).encode(), OPERATIONS[id_][0]
    found = judges(repaired=repaired)[number]
    asked = mock_request(id_, data, repaired=repaired)
    expected = places(stock(number, repaired=repaired).request_validator.iter_errors(asked))
    full = found._full.request_errors(record(id_, data, repaired=repaired))  # noqa: SLF001  # no plan
    assert expected == places(full)
    violations = found.request_violations(record(id_, data, repaired=repaired))
    assert (expected is None) == (violations == ())
    of_fake = OperationJudge(found, found.description.operations[0])
    assert set(violations) == set(of_fake.request_violations(decoded(id_, data, repaired=repaired)))


def check_response(id_: str, status: int, body: JsonValue, *, repaired: bool) -> None:
    """Assert that judge and stock openapi-core think the same of a response with this body."""
    data, number = json.dumps(body).encode(), OPERATIONS[id_][0]
    found = judges(repaired=repaired)[number]
    answered, asked = MockResponse(data, status), mock_request(id_, b"", repaired=repaired)
    expected = places(stock(number, repaired=repaired).response_validator.iter_errors(asked, answered))
    full = found._full.response_errors(record(id_, b"", repaired=repaired), answered)  # noqa: SLF001  # no plan
    assert expected == places(full)
    headers = (("Content-Type", "application/json"),)
    violations = found.response_violations(found.description.operations[0], status=status, headers=headers, body=data)
    assert (expected is None) == (violations == ())


# Good bodies, rich in everything that is described

INSTANTS = ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.123456+01:00", "2026-01-01t00:00:00z", None]
UUIDS = ["7f1c0f4e-2a52-4a53-9a2b-2f3f0a5d6b10", "00000000-0000-0000-0000-000000000000"]

texts = st.sampled_from(["ada", "", "é", "new-comment"])
optional_texts = texts | st.none()
names = texts.filter(bool)
uuids = st.sampled_from(UUIDS)
conditions = st.lists(
    st.fixed_dictionaries(
        {"variable": texts, "operator": st.sampled_from(["equal_to", "is_between"]), "argument": optional_texts}
    ),
    max_size=2,
)
choices = st.booleans() | st.fixed_dictionaries({"conditions": conditions})
channel_types = st.dictionaries(st.sampled_from(["email", "sms", "chat", "fax"]), choices, max_size=2) | st.none()
channels = st.dictionaries(uuids, choices, max_size=2) | st.none()
settings_of_workflows = st.booleans() | st.fixed_dictionaries(
    {}, optional={"channel_types": channel_types, "channels": channels, "conditions": conditions | st.none()}
)
preference_sets = st.fixed_dictionaries(
    {},
    optional={
        "__persistence_strategy__": st.sampled_from(["merge", "replace"]),
        "channel_types": channel_types,
        "channels": channels,
        "categories": st.dictionaries(texts, settings_of_workflows, max_size=2) | st.none(),
        "workflows": st.dictionaries(texts, settings_of_workflows, max_size=2) | st.none(),
        "commercial_subscribed": choices | st.none(),
    },
)
preferences = st.dictionaries(st.sampled_from(["default", "acme"]), preference_sets, max_size=2) | st.none()
webhooks = st.fixed_dictionaries({"incoming_webhook": st.fixed_dictionaries({"url": texts})})
connections = (
    webhooks
    | st.fixed_dictionaries({}, optional={"access_token": optional_texts, "channel_id": optional_texts})
    | st.fixed_dictionaries({}, optional={"ms_teams_team_id": uuids | st.none(), "ms_teams_user_id": uuids})
    | st.fixed_dictionaries({"channel_id": texts})
)
devices = st.fixed_dictionaries({"token": texts}, optional={"locale": optional_texts, "timezone": optional_texts})
channel_data = (
    st.dictionaries(
        uuids,
        st.fixed_dictionaries({"tokens": st.lists(texts, max_size=2)})
        | st.fixed_dictionaries({"devices": st.lists(devices, max_size=2)})
        | st.fixed_dictionaries({"devices": st.lists(st.fixed_dictionaries({"target_arn": texts}), max_size=2)})
        | st.fixed_dictionaries({"target_arns": st.lists(texts, max_size=2)})
        | st.fixed_dictionaries({"player_ids": st.lists(uuids, max_size=2)})
        | st.fixed_dictionaries({"connections": st.lists(connections, max_size=2)}, optional={"token": st.none()}),
        max_size=2,
    )
    | st.none()
)
users = st.fixed_dictionaries(
    {"id": names},
    optional={
        "name": optional_texts,
        "email": optional_texts,
        "locale": optional_texts,
        "created_at": st.sampled_from(INSTANTS),
        "channel_data": channel_data,
        "preferences": preferences,
        "plan": st.sampled_from(["team", 7, None, {"seats": [1]}]),
    },
)
objects = st.fixed_dictionaries(
    {"id": names, "collection": names},
    optional={"name": optional_texts, "channel_data": channel_data, "preferences": preferences},
)
tenants = st.fixed_dictionaries(
    {"id": names},
    optional={
        "name": optional_texts,
        "channel_data": channel_data,
        "preferences": preferences,
        "settings": st.fixed_dictionaries(
            {},
            optional={
                "branding": st.fixed_dictionaries({}, optional={"icon_url": optional_texts}),
                "preference_set": preference_sets | st.none(),
            },
        ),
    },
)
recipients = names | users | objects
identifications = st.fixed_dictionaries({"users": st.lists(users, max_size=3)})
triggers = st.fixed_dictionaries(
    {"recipients": st.lists(recipients, max_size=3)},
    optional={
        "actor": recipients | st.none(),
        "tenant": names | tenants | st.none(),
        "data": st.dictionaries(texts, optional_texts, max_size=2) | st.none(),
        "cancellation_key": optional_texts,
        "settings": st.fixed_dictionaries({}, optional={"sandbox_mode": st.booleans() | st.none()}) | st.none(),
    },
)
counts = st.integers(0, 1_000)
operations = st.fixed_dictionaries(
    {
        "__typename": texts,
        "id": uuids,
        "name": texts,
        "status": st.sampled_from(["queued", "processing", "completed", "failed"]),
        "estimated_total_rows": counts,
        "processed_rows": counts,
        "success_count": counts,
        "updated_at": st.sampled_from(INSTANTS[:-1]),
        "inserted_at": st.sampled_from(INSTANTS[:-1]),
    },
    optional={
        "error_count": counts,
        "error_items": st.lists(
            st.fixed_dictionaries({"id": texts}, optional={"collection": optional_texts}), max_size=2
        ),
        "progress_path": st.sampled_from(["/v1/bulk_operations/1", "https://api.knock.app/v1", "http://["]),
        "started_at": st.sampled_from(INSTANTS),
        "completed_at": st.sampled_from(INSTANTS),
    },
)
errors = st.fixed_dictionaries(
    {"code": texts, "message": texts, "status": counts, "type": texts},
    optional={
        "errors": st.lists(
            st.fixed_dictionaries({"field": texts, "message": texts}, optional={"type": optional_texts}), max_size=2
        )
    },
)

# What can be wrong with them

STRANGE: list[JsonValue] = [
    *(None, True, False, 0, 1, -1, 1.0, 1.5, 2**53, 2**63, 2**64, -(2**70), 1e300),
    *("", "x", "queued", "merge", "equal_to", *UUIDS, UUIDS[0].replace("-", ""), f"{{{UUIDS[0]}}}", UUIDS[0].upper()),
    *("2026-02-30T00:00:00Z", "2026-01-01T23:59:60Z", "0000-01-01T00:00:00Z", "2026-01-01", "2026-01-01 00:00:00Z"),
    *("2026-01-01T24:00:00Z", "2026-01-01T00:00:00", "2026-01-01T00:00:00+25:00", "\u0662026-01-01T00:00:00Z"),
    *([], {}, [None], [[]], [""], [{}], {"id": "x"}, {"id": None}, {"conditions": []}, {"tokens": []}, {"url": ""}),
    {"id": "x", "collection": "y"},
    {"connections": [{}]},
    {"incoming_webhook": {"url": "x"}, "channel_id": "y"},
]
NAMES = [
    "id",
    "collection",
    "name",
    "conditions",
    "channel_data",
    "preferences",
    "channel_id",
    "tokens",
    "devices",
    "é",
]


def containers(value: JsonValue) -> list[Any]:
    """Return every object and array in a value."""
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    here = [value] if isinstance(value, (dict, list)) else []
    return [*here, *(found for member in members for found in containers(member))]


@st.composite
def spoiled(draw: st.DrawFn, good: st.SearchStrategy[Any]) -> JsonValue:
    """Return a good body after up to three accidents: something replaced, lost or added, anywhere."""
    whole = [copy.deepcopy(draw(good))]
    for _ in range(draw(st.integers(0, 3))):
        target = draw(st.sampled_from(containers(whole)))
        names = list(target) if isinstance(target, dict) else list(range(len(target)))
        accident = draw(st.sampled_from(["replace", "replace", "lose", "add"])) if names else "add"
        if accident == "lose" and target is not whole:
            del target[draw(st.sampled_from(names))]
            continue
        value = copy.deepcopy(draw(st.sampled_from(STRANGE)))
        if accident != "add" or target is whole:
            target[draw(st.sampled_from(names))] = value
        elif isinstance(target, dict):
            target[draw(st.sampled_from(NAMES))] = value
        else:
            target.append(value)
    return whole[0]


def created_at(instant: str) -> JsonValue:
    """Return a body that identifies a user with this instant."""
    return {"users": [{"id": "ada", "created_at": instant}]}


@with_and_without_overlay
@many
@given(body=spoiled(identifications))
@example(body=created_at("2026-01-01T23:59:60Z"))
@example(body=created_at("0000-01-01T00:00:00Z"))
def test_bodies_of_bulk_identify(body: JsonValue, *, repaired: bool) -> None:
    """Bodies of bulk identify, good or spoiled, are right or wrong at the same places as in stock openapi-core."""
    check_request("bulkIdentifyUsers", body, repaired=repaired)


@with_and_without_overlay
@many
@given(body=spoiled(triggers))
def test_bodies_of_a_trigger(body: JsonValue, *, repaired: bool) -> None:
    """The same is true of the bodies of a trigger."""
    check_request("triggerWorkflow", body, repaired=repaired)


@with_and_without_overlay
@many
@given(id_=st.sampled_from(["bulkIdentifyUsers", "getBulkOperation"]), body=spoiled(operations))
def test_bulk_operations(id_: str, body: JsonValue, *, repaired: bool) -> None:
    """The same is true of bulk operations in responses."""
    check_response(id_, 200, body, repaired=repaired)


@many
@given(id_=st.sampled_from(list(OPERATIONS)), status=st.sampled_from([400, 401, 404, 422, 429]), body=spoiled(errors))
def test_errors(id_: str, status: int, body: JsonValue) -> None:
    """The same is true of the errors that the overlay describes."""
    if not (id_ == "bulkIdentifyUsers" and status == 404):
        check_response(id_, status, body, repaired=True)


@pytest.mark.parametrize(("good", "id_"), [(identifications, "bulkIdentifyUsers"), (triggers, "triggerWorkflow")])
def test_good_bodies_are_good(good: st.SearchStrategy[Any], id_: str) -> None:
    """The bodies that the comparison begins with keep the repaired contract, so that accidents mean something."""

    @many
    @given(good)
    def check(body: JsonValue) -> None:
        found = judges(repaired=True)[OPERATIONS[id_][0]]
        assert () == found.request_violations(record(id_, json.dumps(body).encode(), repaired=True))

    check()


WRONG_ROWS: list[JsonValue] = [
    7,
    {},
    {"id": 7},
    {"id": "ada", "name": 7, "email": []},
    {"id": "a", "preferences": {"d": 1}},
]
MEMBERS = {"bulkIdentifyUsers": "users", "triggerWorkflow": "recipients"}


@with_and_without_overlay
@pytest.mark.parametrize("id_", MEMBERS)
@given(
    wrong=st.dictionaries(st.integers(0, MANY + 20), st.sampled_from(WRONG_ROWS), max_size=8),
    run=st.integers(0, MAX_ROWS + 5),
    more=st.sampled_from([{}, {"users": None}, {"data": 7}, {"tenant": []}]),
)
def test_many_rows(id_: str, wrong: dict[int, JsonValue], run: int, more: dict[str, JsonValue], repaired: bool) -> None:  # noqa: FBT001  # drawn
    """Of a body with many rows the fake finds what the full judgement finds, as far as the first wrong rows go."""
    rows: list[JsonValue] = [{"id": f"user-{number}", "name": "Ada"} for number in range(MANY + 21)]
    for number, row in wrong.items():
        rows[number] = row
    rows[:run] = [{"id": number} for number in range(run)]
    asked = decoded(id_, json.dumps({**more, MEMBERS[id_]: rows}).encode(), repaired=repaired)
    judge = judges(repaired=repaired)[OPERATIONS[id_][0]]
    expected = judge.request_violations(asked)
    found = OperationJudge(judge, judge.description.operations[0]).request_violations(asked)
    at_fault = list(dict.fromkeys(each.location.split("/")[2] for each in expected if each.location.count("/") > 1))
    told = set(at_fault[:MAX_ROWS])
    assert {each for each in expected if each.location.count("/") < 2 or each.location.split("/")[2] in told} == set(
        found
    )


def test_too_many_rows() -> None:
    """That there are more rows than allowed is told beside what is wrong with them."""
    judge = judges(repaired=True)[0]
    data = json.dumps({"users": [{"id": 7}] * 1_001}).encode()
    found = OperationJudge(judge, judge.description.operations[0]).request_violations(
        decoded("bulkIdentifyUsers", data, repaired=True)
    )
    assert [MAX_ROWS + 1, "/users", "/users/0/id"] == [len(found), found[0].location, found[1].location]


# Bodies whose rows are alike

ROWS = {"bulkIdentifyUsers": "users", "triggerWorkflow": "recipients"}


def plan_that_knows(id_: str, body: JsonValue, *, repaired: bool) -> Plan:
    """Return a plan that has seen a body twice."""
    found = judges(repaired=repaired)[OPERATIONS[id_][0]]
    operation = found.description.operations[0]
    plan = build_plan(found.description, operation.method.lower(), operation.path)
    assert plan is not None
    for _ in range(2):
        plan.learn(copy.deepcopy(body))
    return plan


def written(value: JsonValue) -> bytes:
    """Return a value as JSON in which the order of members does not count, and 1, 1.0 and true are three."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def check_reading(plan: Plan, id_: str, sent: bytes, *, repaired: bool) -> None:
    """Assert that what is read in one pass is what orjson reads, and right for the plan and for stock openapi-core."""
    read = plan.read(record(id_, sent, repaired=repaired))
    if read is None:
        return
    member = ROWS[id_]
    assert written({**read, member: [*read[member]]}) == written(orjson.loads(sent))
    assert plan.accepts(record(id_, sent, repaired=repaired))
    asked = mock_request(id_, sent, repaired=repaired)
    assert places(stock(OPERATIONS[id_][0], repaired=repaired).request_validator.iter_errors(asked)) is None


@st.composite
def alike(draw: st.DrawFn, id_: str) -> JsonValue:
    """Return a good body with rows that are alike; their custom members are of any kind."""
    good: dict[str, Any] = draw(identifications if id_ == "bulkIdentifyUsers" else triggers)
    rows = [each for each in good[ROWS[id_]] if isinstance(each, dict)] or [{"id": "ada"}]
    custom = draw(st.dictionaries(st.sampled_from(["plan", "a b", "\u00e9", "collection"]), st.sampled_from(STRANGE)))
    return {**good, ROWS[id_]: [{**rows[0], **custom, "id": f"user-{number}"} for number in range(draw(st.just(2)))]}


@with_and_without_overlay
@many
@given(id_=st.sampled_from(list(ROWS)), data=st.data())
def test_what_is_read_in_one_pass(id_: str, data: st.DataObject, *, repaired: bool) -> None:
    """Whatever has become of a body since its like was seen, what is read in one pass is right, and as it was sent."""
    body = data.draw(alike(id_))
    plan = plan_that_knows(id_, body, repaired=repaired)
    check_reading(plan, id_, json.dumps(body).encode(), repaired=repaired)
    check_reading(plan, id_, json.dumps(data.draw(spoiled(st.just(body)))).encode(), repaired=repaired)
    sent = bytearray(json.dumps(body).encode())
    sent[data.draw(st.integers(0, len(sent) - 1))] = data.draw(st.integers(0, 255))
    check_reading(plan, id_, bytes(sent), repaired=repaired)


RICH = {
    "id": "ada",
    "name": None,
    "plan": {"tier": 2, "seats": [1, 2.5]},
    "preferences": {"default": {"channel_types": {"email": True}, "workflows": {"welcome": {"channel_types": None}}}},
    "channel_data": {UUIDS[0]: {"tokens": ["a", "b"]}},
}


@pytest.mark.parametrize("rows", [[{"id": "ada"}], [RICH], [RICH, {**RICH, "id": "bob", "name": "Bob"}]])
@pytest.mark.parametrize("id_", list(ROWS))
def test_bodies_like_those_before_are_read_in_one_pass(id_: str, rows: list[JsonValue]) -> None:
    """Of what was seen twice the next is read in one pass, with whatever is beside the rows."""
    body: dict[str, Any] = {ROWS[id_]: rows} | ({"data": {"a": [{}]}} if id_ == "triggerWorkflow" else {})
    plan = plan_that_knows(id_, body, repaired=True)
    read = plan.read(record(id_, json.dumps(body).encode(), repaired=True))
    assert read is not None
    assert body == {**read, ROWS[id_]: [*read[ROWS[id_]]]}
    assert [each["id"] for each in rows] == read[ROWS[id_]].ids


def test_a_shape_is_given_up_that_comes_no_more() -> None:
    """After eight bodies of another shape the decoder is not tried any more, and one that was seen twice comes next."""
    one, other = ({"users": [{"id": "ada", name: 1}]} for name in ("a", "b"))
    plan = plan_that_knows("bulkIdentifyUsers", one, repaired=True)
    first, second = (record("bulkIdentifyUsers", orjson.dumps(each), repaired=True) for each in (one, other))
    assert [None] * MOST_MISSES == [plan.read(second) for _ in range(MOST_MISSES)]
    assert plan.read(first) is None
    for _ in range(2):
        plan.learn(other)
    assert plan.read(second) is not None


def test_bodies_without_a_common_shape_are_seldom_looked_at() -> None:
    """Where looking was of no use, only each 32nd body is looked at."""
    plan = plan_that_knows("bulkIdentifyUsers", {"users": []}, repaired=True)
    for _ in range(PATIENCE):
        plan.learn({"users": []})
    sent = {"users": [{"id": "ada"}]}
    asked = record("bulkIdentifyUsers", orjson.dumps(sent), repaired=True)
    needed = 0
    while plan.read(asked) is None:
        plan.learn(sent)
        needed += 1
    assert PATIENCE < needed <= 2 * PATIENCE


@pytest.mark.parametrize(
    "row",
    [
        {"id": "ada", "created_at": INSTANTS[0]},  # a format
        {"id": "ada", "preferences": {"default": {"__persistence_strategy__": "merge"}}},  # what to do with a row
        {"id": "ada", "$trigger_data": {"a": 1}},
        {"id": "ada", "a": [1, "b", {}]},  # no shape in common
    ],
)
def test_bodies_that_are_never_read_in_one_pass(row: JsonValue) -> None:
    """Rows are judged one by one whose shape does not show that they are right, or whose names mean more."""
    plan = plan_that_knows("bulkIdentifyUsers", {"users": [row]}, repaired=True)
    assert plan.read(record("bulkIdentifyUsers", json.dumps({"users": [row]}).encode(), repaired=True)) is None
