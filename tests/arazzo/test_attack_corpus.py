"""Hostile texts in every place where a document may hold expressions: nothing is run, everything has an answer."""

from __future__ import annotations

import builtins
import os
import subprocess

import pytest

from mock_knock.arazzo.conditions.simple_condition import ConditionSyntaxError, parse_simple
from mock_knock.arazzo.criterion import Criterion, CriterionType, check_criterion, evaluate_criterion
from mock_knock.arazzo.expression import ExpressionSyntaxError, Message, Scope, parse_expression
from mock_knock.arazzo.template import Rendered, render_value

CODE = [
    "__import__('os').system('touch owned')",
    "().__class__.__bases__[0].__subclasses__()",
    "exec('x=1')",
    "eval('1+1')",
    "lambda: 1",
    "open('/etc/passwd').read()",
    "os.system('id')",
    "require('child_process').exec('id')",
    "this.constructor.constructor('return process')()",
    "process.exit(1)",
    "${7*7}",
    "#{7*7}",
    "{{7*7}}",
    "<%= 7*7 %>",
    "{% import os %}",
    "%{(#a=1)}",
    "${jndi:ldap://example.test/a}",
    "$(id)",
    "`id`",
    "'; DROP TABLE users; --",
    "%s%s%n",
    "{0.__class__}",
    "f'{1+1}'",
]
POLLUTION = [
    "$inputs.__class__",
    "$inputs.__proto__.polluted",
    "$inputs.constructor",
    "$steps.__class__.outputs.__init__",
    "$response.body#/__class__/__bases__",
    "$workflows.__dict__.outputs.__globals__",
    "$components.parameters.__reduce__",
    "$sourceDescriptions.__class__.__mro__",
]
SCOPE = Scope(status_code=200, response=Message(body={"a": "x"}), inputs={"a": "x"})


@pytest.fixture(autouse=True)
def _no_execution(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        pytest.fail("text from a document was executed")

    monkeypatch.setattr(os, "system", refuse)
    monkeypatch.setattr(os, "popen", refuse)
    monkeypatch.setattr(subprocess, "Popen", refuse)
    monkeypatch.setattr(builtins, "eval", refuse)
    monkeypatch.setattr(builtins, "exec", refuse)
    monkeypatch.setattr(builtins, "compile", refuse)


@pytest.mark.parametrize("text", CODE)
def test_code_is_no_simple_condition(text: str) -> None:
    """Program text is refused as a condition, with a code."""
    with pytest.raises(ConditionSyntaxError):
        parse_simple(text)
    assert "condition-invalid" == evaluate_criterion(Criterion(text), SCOPE, dialect="lenient").code


@pytest.mark.parametrize("text", CODE)
def test_code_is_no_expression(text: str) -> None:
    """Program text is refused as an expression."""
    with pytest.raises(ExpressionSyntaxError):
        parse_expression(text)


@pytest.mark.parametrize("text", CODE)
def test_code_stays_text_in_values(text: str) -> None:
    """Program text in a payload is sent as the text it is."""
    assert Rendered({"a": [text]}) == render_value({"a": [text]}, SCOPE, dialect="lenient")


@pytest.mark.parametrize("text", CODE)
def test_code_is_no_query(text: str) -> None:
    """Program text is refused as a JSONPath query and as a comparison."""
    verdict = evaluate_criterion(Criterion(text, "$response.body", "jsonpath"), SCOPE, dialect="lenient")
    assert (False, "jsonpath-invalid") == (verdict.passed, verdict.code)


@pytest.mark.parametrize("text", CODE)
@pytest.mark.parametrize("kind", ["simple", "regex", "jsonpath", "xpath"])
def test_code_never_passes(text: str, kind: CriterionType) -> None:
    """Program text passes no criterion of any type, as condition or as context, and checking it does not raise."""
    for criterion in (Criterion(text, "$response.body", kind), Criterion("^$", text, kind)):
        assert not evaluate_criterion(criterion, SCOPE, dialect="lenient").passed
        check_criterion(criterion, dialect="strict")


@pytest.mark.parametrize("text", POLLUTION)
def test_attributes_are_not_reachable(text: str) -> None:
    """Names of Python and JavaScript internals are only names: nothing is found under them."""
    assert (text,) == render_value(text, SCOPE, dialect="strict").missing
    assert evaluate_criterion(Criterion(f"{text} == null"), SCOPE, dialect="strict").passed


@pytest.mark.parametrize("value", ["$inputs.secret", "{$inputs.secret}", "' || true || '", "') || ($ == '"])
def test_values_are_not_expressions(value: str) -> None:
    """What a value says is never read as an expression or as an operator of a simple condition."""
    scope = Scope(inputs={"given": value, "secret": "s3cret"})
    assert Rendered({"a": value, "b": f"x{value}"}) == render_value(
        {"a": "$inputs.given", "b": "x{$inputs.given}"}, scope, dialect="lenient"
    )
    assert not evaluate_criterion(Criterion("$inputs.given == 'x'"), scope, dialect="lenient").passed
