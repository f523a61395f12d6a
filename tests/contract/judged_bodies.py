"""Bodies of the three operations that are judged most, good and spoiled."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

from mock_knock.messages import JsonValue

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
