"""Arazzo, Workflow Object: inputs."""

from __future__ import annotations

import pytest
from standard_cases import Case, compare, read_runs

from mock_knock.arazzo.template import Dialect


@pytest.mark.parametrize(("case", "dialect"), read_runs("inputs"))
def test_inputs(case: Case, dialect: Dialect) -> None:
    """Inputs are declared, checked and completed as the rule of the case says."""
    expected, came = compare(case, dialect)
    assert expected == came
