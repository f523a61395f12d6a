"""Channel data as Knock gives it back: of push channels both forms, whichever was sent (SPEC, ChannelData)."""

from __future__ import annotations

from collections.abc import Mapping

from mock_knock.messages import JsonValue

_FORMS = (("tokens", "token"), ("target_arns", "target_arn"))
"""The list of a push channel, and the member of its devices."""


def complete_channel_data(data: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    """Return channel data with devices for its tokens or tokens for its devices; that of other channels as it is."""
    for many, one in _FORMS:
        devices = data.get("devices")
        if many in data and devices is None:
            found = [{one: each, "locale": None, "timezone": None} for each in data[many]]
            return {**data, "devices": found}
        if isinstance(devices, list) and many not in data and all(one in each for each in devices) and devices:
            return {**data, many: [each[one] for each in devices]}
    if data.get("devices") == []:
        return {"tokens": [], **data}
    return data
