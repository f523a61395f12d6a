"""What a recipient wants to be told, and over which channels (documentation of Knock, "Preferences overview")."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Literal, TypeAlias

from mock_knock.domain.channel import Channel
from mock_knock.domain.merging import deep_merge
from mock_knock.messages import JsonValue

DEFAULT_SET = "default"
STRATEGY = "__persistence_strategy__"
MEMBERS = ("categories", "channel_types", "channels", "commercial_subscribed", "workflows")
"""Members of a preference set besides its id."""

PreferenceSet: TypeAlias = Mapping[str, JsonValue]
Strategy: TypeAlias = Literal["merge", "replace"]
ConditionsHold: TypeAlias = Callable[[Sequence[Mapping[str, JsonValue]]], bool]


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a message is about, as far as preferences look at it."""

    workflow: str
    categories: Collection[str] = ()
    is_commercial: bool = False


def persist(existing: PreferenceSet | None, sent: Mapping[str, JsonValue], *, default: Strategy) -> PreferenceSet:
    """Return a preference set as it is kept: merged into what is there, or in its place.

    `default` decides when `__persistence_strategy__` does not; that member itself is not kept.
    """
    kept = {name: value for name, value in sent.items() if name not in {STRATEGY, "id"}}
    is_merge = sent.get(STRATEGY, default) == "merge"
    return deep_merge(existing, kept) if is_merge and existing is not None else kept


def merge_preferences(
    existing: Mapping[str, PreferenceSet], sent: Mapping[str, Mapping[str, JsonValue]]
) -> Mapping[str, PreferenceSet]:
    """Return preference sets with those of an identification merged in, which is what Knock does by default."""
    return {**existing, **{id_: persist(existing.get(id_), each, default="merge") for id_, each in sent.items()}}


def effective_preferences(sets: Sequence[PreferenceSet]) -> PreferenceSet:
    """Return what several sets say together; earlier ones take precedence, and null says nothing."""
    telling = [{name: value for name, value in each.items() if value is not None} for each in sets]
    return reduce(lambda strong, weak: deep_merge(weak, strong), telling, {})


def allows(preferences: PreferenceSet, purpose: Purpose, channel: Channel, holds: ConditionsHold) -> bool:
    """Tell whether a message may go out: everything that a set says about it has to be true.

    What a set does not mention is true. Where a single channel is mentioned, its type does not count.
    """
    return all(_verdict(choice, holds) for choice in _choices(preferences, purpose, channel))


def _choices(preferences: PreferenceSet, purpose: Purpose, channel: Channel) -> Iterator[JsonValue]:
    yield from _channel_choices(preferences, channel)
    if purpose.is_commercial:
        yield preferences.get("commercial_subscribed")
    for member, names in (("categories", purpose.categories), ("workflows", (purpose.workflow,))):
        settings = preferences.get(member) or {}
        for setting in (settings[name] for name in names if name in settings):
            yield setting
            if isinstance(setting, Mapping):
                yield from _channel_choices(setting, channel)


def _channel_choices(setting: Mapping[str, JsonValue], channel: Channel) -> Iterator[JsonValue]:
    single, types = setting.get("channels") or {}, setting.get("channel_types") or {}
    yield single[channel.id] if channel.id in single else types.get(channel.type)


def _verdict(choice: JsonValue, holds: ConditionsHold) -> bool:
    if isinstance(choice, Mapping):
        return holds(choice.get("conditions") or ())
    return choice is not False
