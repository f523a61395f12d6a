"""Arazzo, Success Action Object."""

from __future__ import annotations

import pytest
from standard_cases import Case, compare, read_runs

from mock_knock.arazzo.template import Dialect


@pytest.mark.parametrize(("case", "dialect"), read_runs("on_success"))
def test_on_success(case: Case, dialect: Dialect) -> None:
    """What follows a step that succeeded is as the rule of the case says."""
    expected, came = compare(case, dialect)
    assert expected == came
