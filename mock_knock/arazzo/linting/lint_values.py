"""Rules about the texts of a document: expressions, conditions, queries and patterns that cannot be read as meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import get_args

from mock_knock.arazzo.codes import CRITERION_HINTS, EXPRESSION_HINT, READINGS, describe_criterion_problem
from mock_knock.arazzo.criterion import check_criterion
from mock_knock.arazzo.expression import ExpressionKind, ExpressionSyntaxError, parse_expression
from mock_knock.arazzo.expressions.embedding import split_braced, split_unbraced
from mock_knock.arazzo.linting.lint_subject import Subject
from mock_knock.arazzo.linting.uses import (
    find_replacements,
    find_selectors,
    given_values,
    output_maps,
    step_criteria,
    walk_value,
)
from mock_knock.arazzo.queries.selection import check_selector
from mock_knock.arazzo.queries.selector import Selector
from mock_knock.arazzo.replacement import check_target
from mock_knock.arazzo.targets import Problem, unbraced_problem
from mock_knock.messages import JsonValue

_ROOTS = {root.lower(): root for root in get_args(ExpressionKind)}
_LOOKALIKE = re.compile(r"\$(?P<root>[A-Za-z]+)\.\w[\w.\-]*(?:#[\w/~\-]*)?")
_SIMILARITY = 0.8
"""How near a word must come to a root of expressions; `input` is 0.91 from `inputs`, `status` 0.67 from `outputs`."""
_SELECTOR_HINTS: Mapping[str, str] = {
    **CRITERION_HINTS,
    "selector-invalid": "write a pointer such as `/items/0/id`, or the right `type`",
    "jsonpath-invalid": "write a query such as `$.items[?@.status == 'done'].id`, or the right `type`",
}


def check_expressions(subject: Subject) -> Iterator[Problem]:
    """Yield what is wrong with the expressions in parameters, payloads and replacements."""
    for given in given_values(subject.workflow):
        yield from _check_value(subject, given.value, given.pointer)


def _check_value(subject: Subject, value: JsonValue, at: str) -> Iterator[Problem]:
    malformed = set()
    for found in subject.expressions(value):
        if found.problem is not None:
            malformed.add(found.pointer)
            yield _invalid(found.text, found.problem, f"{at}{found.pointer}")
        elif found.form == "unbraced":
            yield unbraced_problem(found.text, f"{at}{found.pointer}")
    for pointer, text in walk_value(value):
        if isinstance(text, str) and pointer not in malformed:
            yield from _lookalikes(text, f"{at}{pointer}")


def _lookalikes(text: str, at: str) -> Iterator[Problem]:
    """Report plain text that was surely meant as an expression, such as `Bearer $input.apiKey`."""
    for braced in split_braced(text):
        pieces = split_unbraced(braced.text) if braced.form == "plain" else ()
        for found in (match for piece in pieces if piece.form == "plain" for match in _LOOKALIKE.finditer(piece.text)):
            root = _meant_root(found["root"])
            if root is not None:
                message = f"'{found[0]}' looks like a runtime expression and is none, so it is sent as it stands"
                rest = found[0].removeprefix(f"${found['root']}")
                yield Problem("expression-unknown", at, message, _advice(f"${root}{rest}"))


def _meant_root(word: str) -> str | None:
    near = get_close_matches(word.lower(), _ROOTS, n=1, cutoff=_SIMILARITY)
    return _ROOTS[near[0]] if near else None


def _advice(text: str) -> str:
    try:
        parse_expression(text)
    except ExpressionSyntaxError as error:
        return str(error)
    return f"write {{{text}}}"


def _invalid(text: str, error: ExpressionSyntaxError, at: str) -> Problem:
    return Problem("expression-invalid", at, f"'{text}' is not a runtime expression: {error}", EXPRESSION_HINT)


def check_outputs(subject: Subject) -> Iterator[Problem]:
    """Yield the outputs of steps and workflow that are no expressions."""
    for at, source, _ in output_maps(subject.workflow):
        if isinstance(source, str):
            yield from _check_expression(source, at)


def _check_expression(text: str, at: str) -> Iterator[Problem]:
    try:
        parse_expression(text)
    except ExpressionSyntaxError as error:
        yield _invalid(text, error, at)


def check_selectors(subject: Subject) -> Iterator[Problem]:
    """Yield what is wrong with Selector Objects, wherever they stand."""
    for selector in find_selectors(subject.workflow):
        yield from _check_selector(subject, selector)


def _check_selector(subject: Subject, selector: Selector) -> Iterator[Problem]:
    """Yield what is wrong with the context and the query of one Selector Object."""
    for found in subject.expressions(selector):
        if found.problem is not None:
            yield _invalid(found.text, found.problem, f"{selector.pointer}{found.pointer}")
    at = f"{selector.pointer}/selector"
    for each in check_selector(selector):
        if each.code != "expression-invalid":
            message = f"the {selector.type} '{selector.selector}' cannot be used: {each.message}"
            yield Problem(each.code, at, message, _SELECTOR_HINTS[each.code])
    yield from (unbraced_problem(text, at) for text in _unbraced(selector.selector))


def check_replacements(subject: Subject) -> Iterator[Problem]:
    """Yield the targets of replacements that cannot be read in their language, or not in this payload."""
    for replacement, body in find_replacements(subject.workflow):
        error = check_target(replacement, body.payload, body.content_type)
        if error is not None:
            hint = "write a target such as `/users/0/name`, or say its language by `targetSelectorType` (1.1.0)"
            yield Problem(error.code, f"{replacement.pointer}/target", str(error), hint)


def check_criteria(subject: Subject) -> Iterator[Problem]:
    """Yield what is wrong with the conditions of steps and actions."""
    for step in subject.workflow.steps:
        for criterion in step_criteria(step):
            at = f"{criterion.pointer}/condition"
            for code, message in check_criterion(criterion, dialect=subject.dialect):
                name = READINGS.get(code, code)
                yield Problem(name, at, *describe_criterion_problem(name, criterion.condition, message))
            if criterion.type != "simple":
                yield from (unbraced_problem(text, at) for text in _unbraced(criterion.condition))


def _unbraced(query: str) -> Iterator[str]:
    """Yield the expressions that lack their braces in a query or pattern, where `$` alone means something else."""
    for braced in split_braced(query):
        pieces = split_unbraced(braced.text) if braced.form == "plain" else ()
        yield from (piece.text for piece in pieces if piece.form == "unbraced" and "." in piece.text)
