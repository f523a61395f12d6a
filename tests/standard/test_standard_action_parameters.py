"""Arazzo 1.1.0, parameters of actions."""

from __future__ import annotations

import pytest
from standard_cases import Case, compare, read_runs

from mock_knock.arazzo.template import Dialect


@pytest.mark.parametrize(("case", "dialect"), read_runs("action_parameters"))
def test_action_parameters(case: Case, dialect: Dialect) -> None:
    """What an action hands to its workflow is as the rule of the case says."""
    expected, came = compare(case, dialect)
    assert expected == came
