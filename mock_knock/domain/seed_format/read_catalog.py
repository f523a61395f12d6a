"""How channels, workflows and API keys of a seed are read."""

from __future__ import annotations

from uuid import uuid5

from mock_knock.domain.channel import CHANNEL_TYPES, DEFAULT_CHANNELS, NAMESPACE, Channel, default_provider
from mock_knock.domain.seed import SeededKey
from mock_knock.domain.seed_format.seed_reader import SeedReader
from mock_knock.domain.workflow import ChannelStep, DelayStep, Step, Workflow
from mock_knock.messages import JsonValue

MAX_DELAY = 365 * 24 * 3600
MAX_DELAYS = 10 * MAX_DELAY


def read_api_key(reader: SeedReader, value: JsonValue, at: str) -> SeededKey:
    """Return an API key with its environment."""
    found = reader.read_map(value, at, {"key", "environment", "revoked"})
    key = reader.read_key(found, at, "key", "keys")
    if key and not key.startswith(("sk_", "pk_")):
        reader.report(f"{at}/key", "an API key begins with sk_ or pk_", "write it like `key: sk_test_mine`")
    environment = reader.read_text(found, at, "environment", default="development")
    return SeededKey(key, environment, reader.read_flag(found, at, "revoked", default=False))


def read_channel(reader: SeedReader, value: JsonValue, at: str) -> Channel:
    """Return a channel, which steps and messages can name from then on."""
    found = reader.read_map(value, at, {"key", "type", "id", "name", "provider"})
    key = reader.read_key(found, at, "key", "channels")
    type_ = reader.read_choice(found, at, "type", CHANNEL_TYPES, default=None)
    known = next(each for each in CHANNEL_TYPES if each == type_)
    channel = Channel(
        id=reader.read_uuid(found, at, "id", default=str(uuid5(NAMESPACE, f"channel {key}"))),
        key=key,
        type=known,
        name=reader.read_text(found, at, "name", default=key),
        provider=reader.read_text(found, at, "provider", default=default_provider(known)),
    )
    for other in reader.channels.values():
        if other.id == channel.id and other.key != key:
            message = f"this is the id of the channel '{other.key}'"
            reader.report(f"{at}/id", message, "give each channel an id of its own")
    reader.channels[key] = channel
    return channel


def read_workflow(reader: SeedReader, value: JsonValue, at: str) -> Workflow:
    """Return a workflow with its steps."""
    found = reader.read_map(value, at, {"key", "name", "active", "commercial", "categories", "steps"})
    key = reader.read_key(found, at, "key", "workflows")
    steps = tuple(
        _read_step(reader, each, place, number)
        for number, (each, place) in enumerate(reader.read_list(found, at, "steps"), start=1)
    )
    for number, step in enumerate(steps):
        if step.ref in {each.ref for each in steps[:number]}:
            reader.report(f"{at}/steps/{number}", f"there are two steps '{step.ref}'", "give it a `ref` of its own")
    if sum(each.seconds for each in steps if isinstance(each, DelayStep)) > MAX_DELAYS:
        reader.report(f"{at}/steps", "the delays of a workflow are more than ten years", "shorten them")
    return Workflow(
        key=key,
        name=reader.read_text(found, at, "name", default=key),
        is_active=reader.read_flag(found, at, "active", default=True),
        is_commercial=reader.read_flag(found, at, "commercial", default=False),
        categories=reader.read_texts(found, at, "categories"),
        steps=steps,
    )


def _read_step(reader: SeedReader, value: JsonValue, at: str, number: int) -> Step:
    found = reader.read_map(value, at, {"channel", "delay", "ref"})
    if ("channel" in found) == ("delay" in found):
        reader.report(at, "a step has either a 'channel' or a 'delay'", "write `channel: email` or `delay: 60`")
    if "delay" in found:
        seconds = reader.read_number(found, at, "delay", default=0, most=MAX_DELAY)
        return DelayStep(reader.read_text(found, at, "ref", default=f"delay_{number}"), float(seconds or 0))
    channel = reader.read_channel_key(found, at) if "channel" in found else DEFAULT_CHANNELS[0]
    return ChannelStep(reader.read_text(found, at, "ref", default=f"{channel.type}_{number}"), channel)
