from __future__ import annotations

import pytest

from mock_knock.domain.push_data import complete_channel_data
from mock_knock.messages import JsonValue

NOTHING = {"locale": None, "timezone": None}


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ({"tokens": ["a"]}, {"tokens": ["a"], "devices": [{"token": "a", **NOTHING}]}),
        ({"tokens": []}, {"tokens": [], "devices": []}),
        ({"devices": [{"token": "a", "locale": "en"}]}, {"tokens": ["a"], "devices": [{"token": "a", "locale": "en"}]}),
        ({"devices": []}, {"tokens": [], "devices": []}),
        ({"target_arns": ["a"]}, {"target_arns": ["a"], "devices": [{"target_arn": "a", **NOTHING}]}),
        ({"devices": [{"target_arn": "a"}]}, {"target_arns": ["a"], "devices": [{"target_arn": "a"}]}),
        ({"tokens": ["a"], "devices": [{"token": "b"}]}, {"tokens": ["a"], "devices": [{"token": "b"}]}),
        ({"connections": []}, {"connections": []}),
        ({"connections": [], "tokens": 5, "devices": True, "target_arns": [7]}, {"connections": []}),
        ({"player_ids": ["a"], "devices": [5]}, {"player_ids": ["a"]}),
        ({"devices": [], "tokens": {}}, {"tokens": [], "devices": []}),
        ({"tokens": ["a"], "devices": [{"x": 1}]}, {"tokens": ["a"], "devices": [{"token": "a", **NOTHING}]}),
        (
            {"tokens": ["a"], "devices": [{"token": "b", "locale": 7}]},
            {"tokens": ["a"], "devices": [{"token": "a", **NOTHING}]},
        ),
    ],
)
def test_both_forms_are_read(sent: dict[str, JsonValue], read: dict[str, JsonValue]) -> None:
    """Push data is read with the list and the devices, whichever of them makes sense; other data as it is."""
    assert read == complete_channel_data(sent)
