"""Channel data as Knock gives it back: of push channels both forms, whichever was sent (SPEC, ChannelData)."""

from __future__ import annotations

from collections.abc import Mapping

from mock_knock.messages import JsonValue

DEVICES = "devices"
_FORMS = (("tokens", "token"), ("target_arns", "target_arn"))
"""The list of a push channel, and the member of its devices."""


def complete_channel_data(data: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    """Return channel data with devices for its tokens or tokens for its devices; that of other channels as it is.

    Data is taken when it fits one form, so it may have anything in the members of another: these are not given back.
    """
    found = {name: value for name, value in data.items() if _makes_sense(name, value)}
    for many, one in _FORMS:
        if many in found and DEVICES not in found:
            return {**found, DEVICES: [{one: each, "locale": None, "timezone": None} for each in found[many]]}
        if many not in found and found.get(DEVICES) and _are_devices(found[DEVICES], one):
            return {**found, many: [each[one] for each in found[DEVICES]]}
    if found.get(DEVICES) == [] and "tokens" not in found:
        return {"tokens": [], **found}
    return found


def _makes_sense(name: str, value: JsonValue) -> bool:
    """Tell whether a member of push data is of its kind; those of other channels are not looked at."""
    if name == DEVICES:
        return any(_are_devices(value, one) for _, one in _FORMS)
    is_list = name in {many for many, _ in _FORMS}
    return not is_list or (isinstance(value, list) and all(isinstance(each, str) for each in value))


def _are_devices(value: JsonValue, one: str) -> bool:
    return isinstance(value, list) and all(isinstance(each, Mapping) and _is_device(each, one) for each in value)


def _is_device(device: Mapping[str, JsonValue], one: str) -> bool:
    optional = (device.get("locale"), device.get("timezone"))
    return isinstance(device.get(one), str) and all(each is None or isinstance(each, str) for each in optional)
