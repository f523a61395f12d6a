"""Rules about secrets: those that other tools would print, and those that stand in the document itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TypeGuard

from mock_knock.arazzo.expressions.pointer import split_pointer
from mock_knock.arazzo.linting.lint_subject import Subject
from mock_knock.arazzo.linting.uses import given_values, walk_value
from mock_knock.arazzo.targets import Problem
from mock_knock.messages import JsonValue

SECRET_WORDS = ("apikey", "secret", "password", "token", "credential", "authorization", "privatekey")
SHORTEST_SECRET = 8
"""Characters; what is shorter is a placeholder."""
_TOKEN = re.compile(
    r"""\b(?:sk|rk)_[A-Za-z0-9_]{8,}                 # secret keys of Knock, Stripe and others
    |\b(?:ghp|gho|ghs|glpat|xox[abp])[_-][A-Za-z0-9_-]{16,}
    |\b(?:Bearer|Basic)\ +[A-Za-z0-9._~+/=-]{16,}    # RFC 6750, RFC 7617
    |\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.     # a JSON Web Token""",
    re.VERBOSE,
)
_Literal = tuple[str, str, str, str]
"""The place of a secret, its text, what is wrong with it, and a remedy."""
_REMEDY = "make it an input with `format: password` and write `{$inputs.<name>}` in its place"


def looks_secret(name: str) -> bool:
    """Tell whether the name of an input says that its value is a secret."""
    return any(word in _plain(name) for word in SECRET_WORDS)


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def check_marks(subject: Subject) -> Iterator[Problem]:
    """Yield a problem for each input that sounds like a secret and is not marked as one."""
    for name, schema in subject.inputs().items():
        if looks_secret(name) and _may_be_secret(schema):
            message = f"the input '{name}' looks like a secret and is not marked as one: other tools print it"
            yield Problem("input-secret-unmarked", subject.input_pointer(name), message, "add `format: password`")


def _may_be_secret(schema: Mapping[str, JsonValue]) -> bool:
    """Tell whether a schema leaves room for a secret text: no format says what it is, and no list of its values."""
    types = schema.get("type", "string")
    is_text = "string" in (types if isinstance(types, list) else [types])
    return is_text and {"format", "enum", "const"}.isdisjoint(schema)


def check_literals(subject: Subject) -> Iterator[Problem]:
    """Yield a problem for each secret that stands in the document; its text is not repeated."""
    for at, _, message, remedy in _literals(subject):
        yield Problem("secret-literal", at, message, remedy)


def literal_secrets(subject: Subject) -> frozenset[str]:
    """Return the secrets that stand in the document."""
    return frozenset(text for _, text, _, _ in _literals(subject))


def _literals(subject: Subject) -> Iterator[_Literal]:
    named: set[str] = set()
    for step in subject.workflow.steps:
        for parameter in step.parameters:
            if looks_secret(parameter.name) and _is_literal(parameter.value):
                at = f"{parameter.pointer}/value"
                named.add(at)
                yield at, parameter.value, f"the parameter '{parameter.name}' holds a secret in clear", _REMEDY
    for given in given_values(subject.workflow):
        if given.pointer not in named:
            yield from _in_value(given.value, given.pointer)
    yield from _in_defaults(subject)


def _in_value(value: JsonValue, at: str) -> Iterator[_Literal]:
    for pointer, each in walk_value(value):
        name = _member(pointer)
        if _is_literal(each) and _plain(name).endswith(SECRET_WORDS):
            yield f"{at}{pointer}", each, f"the member '{name}' holds a secret in clear", _REMEDY
        elif isinstance(each, str) and (found := _TOKEN.search(each)):
            yield f"{at}{pointer}", found[0], "a secret stands here in clear", _REMEDY


def _member(pointer: str) -> str:
    """Return the name of the member that a pointer leads to, or into the items of."""
    tokens = split_pointer(pointer)
    return next((token for token in reversed(tokens) if not token.isdecimal()), "")


def _in_defaults(subject: Subject) -> Iterator[_Literal]:
    for name, schema in subject.inputs().items():
        default = schema.get("default") if isinstance(schema, Mapping) else None
        if looks_secret(name) and _is_literal(default):
            at = f"{subject.input_pointer(name)}/default"
            yield at, default, f"the default of the input '{name}' is a secret in clear", "give it with each run"


def _is_literal(value: JsonValue) -> TypeGuard[str]:
    return isinstance(value, str) and len(value) >= SHORTEST_SECRET and "$" not in value
