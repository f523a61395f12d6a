"""What can be said about a document before anything is sent: the table of rules, and how it is run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from mock_knock.arazzo.codes import severity_of
from mock_knock.arazzo.linting.lint_calls import check_call_criteria, check_calls, check_dependencies, check_recursion
from mock_knock.arazzo.linting.lint_contract import check_limits, check_parameters, check_payloads, check_targets
from mock_knock.arazzo.linting.lint_coverage import check_coverage, check_possibility
from mock_knock.arazzo.linting.lint_flow import check_actions, check_loops, check_reachability
from mock_knock.arazzo.linting.lint_inputs import check_optional_inputs, check_unused_inputs
from mock_knock.arazzo.linting.lint_secrets import check_literals, check_marks, literal_secrets, looks_secret
from mock_knock.arazzo.linting.lint_subject import Memo, Subject
from mock_knock.arazzo.linting.lint_values import (
    check_criteria,
    check_expressions,
    check_outputs,
    check_replacements,
    check_selectors,
)
from mock_knock.arazzo.linting.references import check_references
from mock_knock.arazzo.targets import Problem
from mock_knock.arazzo.template import Dialect
from mock_knock.messages import Finding

__all__ = ["RULES", "Memo", "Subject", "lint_workflow", "literal_secrets", "looks_secret", "to_findings"]

RULES: tuple[Callable[[Subject], Iterator[Problem]], ...] = (
    check_marks,
    check_literals,
    check_unused_inputs,
    check_optional_inputs,
    check_targets,
    check_calls,
    check_call_criteria,
    check_dependencies,
    check_recursion,
    check_references,
    check_expressions,
    check_outputs,
    check_selectors,
    check_replacements,
    check_criteria,
    check_parameters,
    check_payloads,
    check_coverage,
    check_possibility,
    check_reachability,
    check_actions,
    check_loops,
    check_limits,
)


def lint_workflow(subject: Subject, where: Callable[[str], str]) -> tuple[Finding, ...]:
    """Return the findings about one workflow, rule by rule; `where` turns a JSON pointer into a place.

    A component is part of every step that refers to it, so what is wrong with it is found several times and told once.
    """
    told: dict[tuple[str, str, str], Problem] = {}
    for problem in chain.from_iterable(rule(subject) for rule in RULES):
        told.setdefault((problem.code, problem.pointer, problem.message), problem)
    return to_findings(told.values(), subject.dialect, where)


def to_findings(problems: Iterable[Problem], dialect: Dialect, where: Callable[[str], str]) -> tuple[Finding, ...]:
    """Give each problem its severity and its place."""
    return tuple(
        Finding(each.code, severity_of(each.code, dialect), each.message, where(each.pointer), each.hint)
        for each in problems
    )
