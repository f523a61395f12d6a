"""What a fake is like, as every command that starts one asks for it."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, fields
from typing import Any, Self

import click

from mock_knock.commands.configured import FakeOption
from mock_knock.domain.journal import MAX_BYTES, MAX_ENTRIES
from mock_knock.errors import UsageError
from mock_knock.local import FakeOptions, load_scenario, load_seed
from mock_knock.service import WorldRules
from mock_knock.web.guard import AccessRules

_OPTIONS = (
    click.option(
        "--scenario",
        cls=FakeOption,
        metavar="NAME|FILE",
        help="What goes wrong, and when; bundled by name or a file.",
    ),
    click.option(
        "--seed",
        cls=FakeOption,
        metavar="NAME|FILE",
        help="What is there from the start; bundled by name or a file.",
    ),
    click.option(
        "--strict",
        "is_strict",
        cls=FakeOption,
        is_flag=True,
        help="Refuse unknown workflows and actors and parameters that make no sense; with rate limits.",
    ),
    click.option(
        "--rate-limits",
        "has_rate_limits",
        cls=FakeOption,
        is_flag=True,
        help="Refuse more requests a second than Knock takes.",
    ),
    click.option(
        "--retry-after",
        cls=FakeOption,
        default=1,
        show_default=True,
        type=click.IntRange(0, 3_600),
        help="Seconds that a 429 asks to wait; 0 says nothing.",
    ),
    click.option(
        "--clock",
        cls=FakeOption,
        default="real",
        show_default=True,
        metavar="real|manual|x60",
        help="The time the fake lives in.",
    ),
    click.option(
        "--api-key",
        "api_keys",
        cls=FakeOption,
        multiple=True,
        metavar="KEY",
        help="Accept this key alone; repeatable.",
    ),
    click.option(
        "--check-responses",
        "checks_responses",
        cls=FakeOption,
        is_flag=True,
        help="Hold the fake's own answers against the contract and say in log and journal what they break.",
    ),
    click.option(
        "--journal-entries",
        cls=FakeOption,
        default=MAX_ENTRIES,
        show_default=True,
        type=click.IntRange(1, 1_000_000),
        help="How many requests of a key are kept to be looked at.",
    ),
    click.option(
        "--journal-bytes",
        cls=FakeOption,
        default=MAX_BYTES,
        show_default=True,
        type=click.IntRange(1, 10_000_000_000),
        help="And how many bytes of them.",
    ),
    click.option(
        "--no-header-faults",
        "is_header_closed",
        cls=FakeOption,
        is_flag=True,
        help="Let no request bring about a fault by X-Mock-Fault.",
    ),
    click.option(
        "--no-reserved-faults",
        "are_values_closed",
        cls=FakeOption,
        is_flag=True,
        help="Let users `mock:<fault>` and workflows `mock-<fault>` be like any other.",
    ),
)


def fake_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a fake."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


@dataclass(frozen=True, slots=True)
class FakeArguments:
    """What the command line says of a fake; the names are those of its options."""

    scenario: str | None
    seed: str | None
    clock: str
    api_keys: tuple[str, ...]
    is_strict: bool
    has_rate_limits: bool
    retry_after: int
    checks_responses: bool
    journal_entries: int
    journal_bytes: int
    is_header_closed: bool
    are_values_closed: bool

    @classmethod
    def take(cls, given: MutableMapping[str, Any]) -> Self:
        """Take what is about the fake out of what click read."""
        return cls(**{each.name: given.pop(each.name) for each in fields(cls)})

    def options(self, rules: AccessRules) -> FakeOptions:
        """Return how the fake is set up for those who may enter.

        Raises:
            UsageError: a key that guards nothing, or a scenario or seed that does not exist.
            InvalidDocument: a scenario or seed cannot be used.
        """
        refuse_empty("--api-key", self.api_keys)
        if any(key.startswith("pk_") for key in self.api_keys):
            hint = "give a secret key; the public one of the same name is admitted with it"
            raise UsageError("key-public", "--api-key is a public key", hint=hint)
        return FakeOptions(
            clock=self.clock,
            scenario=load_scenario(self.scenario),
            rules=rules,
            seed=load_seed(self.seed),
            world_rules=WorldRules(
                self.is_strict, self.is_strict or self.has_rate_limits, retry_after=self.retry_after or None
            ),
            checks_responses=self.checks_responses,
            journal_entries=self.journal_entries,
            journal_bytes=self.journal_bytes,
            has_header_faults=not self.is_header_closed,
            has_reserved_faults=not self.are_values_closed,
        )


def refuse_empty(option: str, secrets: tuple[str, ...]) -> None:
    """Refuse secrets that guard nothing, mostly a variable that is not set.

    Raises:
        UsageError: `secret-empty`.
    """
    if not all(secret.strip() for secret in secrets):
        raise UsageError("secret-empty", f"{option} is empty", hint="check the variable that it comes from")
