from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from mock_knock.report.json_text import indent_json
from tests.report.run_strategies import values


@given(value=values, indent=st.sampled_from([None, 0, 3]), ascii_only=st.booleans())
def test_indented_json_is_the_same(value: object, indent: int | None, ascii_only: bool) -> None:  # noqa: FBT001  # drawn
    """JSON with line breaks is what `json` writes with two blanks, however it was laid out, with its own escapes."""
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert json.dumps(value, indent=2, ensure_ascii=ascii_only) == "".join(indent_json(text))


def test_tokens_stay_as_they_were() -> None:
    """Numbers keep their digits, strings their escapes, and members that stand there twice stay."""
    assert '{\n  "a": 1.50,\n  "a": 1e3,\n  "\\u0041": [\n    12345678901234567890123\n  ]\n}' == "".join(
        indent_json('{"a":1.50,"a":1e3,"\\u0041":[12345678901234567890123]}')
    )
