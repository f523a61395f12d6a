"""Patterns that every dialect reads alike."""

from __future__ import annotations

import re

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.contract.barred_characters import barred_characters
from mock_knock.contract.plan import build_plan
from mock_knock.served import served_operations

CHARACTERS = "azAZ09/#?%:;,.@ "
TEXTS = st.text(st.sampled_from(f"{CHARACTERS}é\n\r\u2028\U0001f600\\]^-["))


@given(st.lists(st.sampled_from(CHARACTERS), min_size=1, unique=True).map("".join), TEXTS)
def test_both_dialects_agree(barred: str, text: str) -> None:
    """A text keeps such a pattern exactly when it has none of the characters, in Python and in ECMA 262."""
    pattern = f"^[^{barred}]*$"
    assert barred == barred_characters(pattern)
    expected = not set(barred) & set(text)
    assert expected == (re.search(pattern, text) is not None)
    assert expected == jsonschema_rs.Draft4Validator({"pattern": pattern}).is_valid(text)


@pytest.mark.parametrize(
    "pattern",
    ["[^/#]*$", "^[^/#]*", "^[^/#]+$", "^[^]*$", "^[^a-z]*$", "^[^\\d]*$", "^[^&&a]*$", "^[^\n]*$", "^[/]*$", 7, None],
)
def test_other_patterns(pattern: object) -> None:
    """Whatever could mean two things is not of this kind."""
    assert barred_characters(pattern) is None


def test_users_are_still_judged_without_delay() -> None:
    """The pattern of user ids leaves the judgement of a batch to the compiled schema."""
    found = served_operations()["bulkIdentifyUsers"]
    assert build_plan(found.judge.description, "post", found.operation.path) is not None
