"""Lists of messages and recipient runs: their filters, their order and their pages (FACTS 8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from contract_tests.knock_api import KnockApi, refusal

ENGINE = {"id": "engine", "collection": "projects"}
LISTS = [
    ("listMessages", "/v1/messages"),
    ("listMessagesForUser", "/v1/users/ada/messages"),
    ("listWorkflowRecipientRuns", "/v1/workflow_recipient_runs"),
]
OfMessage: TypeAlias = Callable[[dict[str, Any]], str]


def numbers(items: list[dict[str, Any]]) -> list[int]:
    """Return the numbers that messages have as their data."""
    return [each["data"]["n"] for each in items]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 3),
        ("?status[]=delivered&status[]=bounced", 3),
        ("?status[]=bounced", 0),
        ("?source=welcome", 3),
        ("?workflow_categories[]=onboarding", 3),
        ("?tenant=acme", 1),
        ('?trigger_data={"x":1}', 1),
        ('?trigger_data={"x":2}', 0),
        ("?engagement_status[]=unseen", 3),
        ("?engagement_status[]=seen", 0),
        ("?inserted_at[gt]=2020-01-01T00:00:00Z", 3),
        ("?inserted_at[lte]=2020-01-01", 0),
        ("?message_ids[]=nobody", 0),
        ("?trigger_data=7", 3),
        ("?trigger_data={", 3),
        ("?inserted_at[lt]=soon", 3),
    ],
)
def test_filters_of_messages(seeded: KnockApi, query: str, count: int) -> None:
    """The documented filters limit the list (FACTS 8); what makes no sense is left out (our choice)."""
    seeded.notify("ada")
    seeded.notify("ada", tenant="acme", data={"x": 1})
    seeded.notify({"id": "eve", "email": "eve@example.com"})
    assert count == len(seeded.messages(query))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (lambda message: f"message_ids[]={message['id']}&message_ids[]=nobody", [2]),
        (lambda message: f"channel_id={message['channel_id']}", [3, 2, 1]),
        (lambda _: "channel_id=5a8b1f2e-7a61-4a3c-9d6a-0f1f6f0b7c11", []),
        (lambda message: f"inserted_at[gt]={message['inserted_at']}", [3]),
        (lambda message: f"inserted_at[gte]={message['inserted_at']}", [3, 2]),
        (lambda message: f"inserted_at[lt]={message['inserted_at']}", [1]),
        (lambda message: f"inserted_at[lte]={message['inserted_at']}", [2, 1]),
    ],
    ids=["message_ids", "channel_id", "another channel", "gt", "gte", "lt", "lte"],
)
def test_filters_by_what_a_message_says(seeded: KnockApi, query: OfMessage, found: list[int]) -> None:
    """Messages are found by id, by channel, and by the instant that a message shows, ends told apart (FACTS 8)."""
    for number in (1, 2, 3):
        seeded.notify("ada", data={"n": number})
        seeded.advance(10)
    (_, message, _) = seeded.messages()
    assert found == numbers(seeded.messages(f"?{query(message)}"))


def test_messages_of_one_run(seeded: KnockApi) -> None:
    """`workflow_recipient_run_id` finds the messages of one recipient's run (FACTS 8)."""
    seeded.notify("ada", {"id": "eve", "email": "eve@example.com"})
    for run in seeded.runs():
        found = seeded.messages(f"?workflow_recipient_run_id={run['id']}")
        assert [run["recipient"]] == [each["recipient"] for each in found]


@pytest.mark.our_choice
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("&".join(["message_ids[]=m"] * 51), "message_ids"),
        ("status[]=nonsense", "status[0]"),
        ("status[]=sent&status[]=Sent", "status[1]"),
        ("engagement_status[]=nonsense", "engagement_status[0]"),
    ],
)
def test_filters_that_are_refused(knock: KnockApi, query: str, field: str) -> None:
    """A list is asked for at most fifty messages, and for the statuses there are (FACTS 8)."""
    assert (422, [field]) == refusal(knock.call("listMessages", "GET", f"/v1/messages?{query}"))


@pytest.mark.parametrize(
    "query",
    [
        "&".join(["message_ids[]=m"] * 50),
        "&".join(
            f"status[]={each}"
            for each in (
                "queued",
                "sent",
                "delivered",
                "delivery_attempted",
                "undelivered",
                "not_sent",
                "bounced",
            )
        ),
    ],
    ids=["fifty messages", "seven statuses"],
)
def test_filters_at_their_limits(knock: KnockApi, query: str) -> None:
    """Fifty messages, and every one of the seven statuses, can be asked for (FACTS 8)."""
    assert 200 == knock.call("listMessages", "GET", f"/v1/messages?{query}").status_code


@pytest.mark.parametrize(
    ("query", "recipients"),
    [
        ("", [ENGINE, "ada"]),
        ("?recipient=ada", ["ada"]),
        ("?recipient[id]=engine&recipient[collection]=projects", [ENGINE]),
        ("?workflow=other", []),
        ("?status[]=paused&tenant=acme", ["ada"]),
        ("?has_errors=true", []),
        ("?has_errors=false&recipient=ada", ["ada"]),
        ("?starting_at=2020-01-01T00:00:00Z&recipient=ada", ["ada"]),
        ("?ending_at=2020-01-01T00:00:00Z", []),
    ],
)
def test_filters_of_runs(seeded: KnockApi, query: str, recipients: list[Any]) -> None:
    """The documented filters limit the list of runs, newest first (FACTS 8)."""
    seeded.notify("ada", tenant="acme")
    seeded.notify(ENGINE)
    assert recipients == [run["recipient"] for run in seeded.runs(query)]


def test_runs_are_not_found_by_their_trigger(seeded: KnockApi) -> None:
    """Runs have no filter `workflow_run_id`: it changes nothing, which the journal notes (FACTS 8)."""
    first = seeded.notify("ada")
    seeded.notify("bob")
    assert ["bob", "ada"] == [run["recipient"] for run in seeded.runs(f"?workflow_run_id={first}")]
    (note,) = seeded.control("GET", "/requests")["entries"][-1]["notes"]
    assert note.startswith("workflow_run_id is no parameter of this operation")


def test_messages_of_a_user(seeded: KnockApi) -> None:
    """A user's messages are theirs alone, newest first and page by page; those of nobody are missing (FACTS 8)."""
    for number in (1, 2, 3):
        seeded.notify("ada", {"id": "eve", "email": "eve@example.com"}, data={"n": number})
        seeded.advance(10)
    path = "/v1/users/ada/messages?page_size=2"
    first = seeded.call("listMessagesForUser", "GET", path).json()
    after = first["page_info"]["after"]
    rest = seeded.call("listMessagesForUser", "GET", f"{path}&after={after}").json()
    assert ([3, 2], [1]) == (numbers(first["items"]), numbers(rest["items"]))
    assert {"ada"} == {each["recipient"] for each in first["items"] + rest["items"]}
    assert 404 == seeded.call("listMessagesForUser", "GET", "/v1/users/nobody/messages").status_code


@pytest.mark.parametrize(("operation", "path"), LISTS)
def test_a_page_has_fifty_entries(seeded: KnockApi, operation: str, path: str) -> None:
    """Where no size is asked for a page has fifty entries, and cursors only to where there is more (FACTS 8)."""
    for _ in range(51):
        seeded.notify("ada")
    first = seeded.call(operation, "GET", path).json()
    rest = seeded.call(operation, "GET", f"{path}?after={first['page_info']['after']}").json()
    assert (50, 50, None) == (len(first["items"]), first["page_info"]["page_size"], first["page_info"]["before"])
    assert (1, None) == (len(rest["items"]), rest["page_info"]["after"])
    back = seeded.call(operation, "GET", f"{path}?before={rest['page_info']['before']}").json()
    assert first["items"] == back["items"]
    assert 51 == len({each["id"] for each in first["items"] + rest["items"]})
