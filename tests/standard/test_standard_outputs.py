"""Arazzo, outputs of steps and workflows."""

from __future__ import annotations

import pytest
from standard_cases import Case, compare, read_runs

from mock_knock.arazzo.template import Dialect


@pytest.mark.parametrize(("case", "dialect"), read_runs("outputs"))
def test_outputs(case: Case, dialect: Dialect) -> None:
    """Outputs are read as the rule of the case says."""
    expected, came = compare(case, dialect)
    assert expected == came
