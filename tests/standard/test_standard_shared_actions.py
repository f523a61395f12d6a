"""Arazzo, Workflow Object: successActions and failureActions."""

from __future__ import annotations

import pytest
from standard_cases import Case, compare, read_runs

from mock_knock.arazzo.template import Dialect


@pytest.mark.parametrize(("case", "dialect"), read_runs("shared_actions"))
def test_shared_actions(case: Case, dialect: Dialect) -> None:
    """The actions of a workflow and of its steps go together as the rule of the case says."""
    expected, came = compare(case, dialect)
    assert expected == came
