"""Rules about secrets: those that other tools would print, and those that stand in the document itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mock_knock.arazzo.inputs import declared_inputs, input_pointers
from mock_knock.arazzo.lint_subject import Subject, given_values, walk_value
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
_REMEDY = "make it an input with `format: password` and write `{$inputs.<name>}` in its place"


def looks_secret(name: str) -> bool:
    """Tell whether the name of an input says that its value is a secret."""
    plain = name.lower().replace("_", "").replace("-", "")
    return any(word in plain for word in SECRET_WORDS)


def check_marks(subject: Subject) -> Iterator[Problem]:
    """Yield a problem for each input that sounds like a secret and is not marked as one."""
    for name, schema in declared_inputs(subject.workflow).items():
        if looks_secret(name) and _may_be_text(schema) and schema.get("format") != "password":
            message = f"the input '{name}' looks like a secret and is not marked as one: other tools print it"
            yield Problem(
                "input-secret-unmarked", input_pointers(subject.workflow)[name], message, "add `format: password`"
            )


def _may_be_text(schema: Mapping[str, JsonValue]) -> bool:
    """Tell whether a schema leaves room for text: `format` says nothing about other types."""
    types = schema.get("type", "string")
    return "string" in (types if isinstance(types, list) else [types])


def check_literals(subject: Subject) -> Iterator[Problem]:
    """Yield a problem for each secret that stands in the document; its text is not repeated."""
    named: set[str] = set()
    for step in subject.workflow.steps:
        for parameter in step.parameters:
            if looks_secret(parameter.name) and _is_literal(parameter.value):
                at = f"{parameter.pointer}/value"
                named.add(at)
                message = f"the parameter '{parameter.name}' holds a secret in clear"
                yield Problem("secret-literal", at, message, _REMEDY)
    for given in given_values(subject.workflow):
        if given.pointer not in named:
            yield from _in_value(given.value, given.pointer)
    yield from _in_defaults(subject)


def _in_value(value: JsonValue, at: str) -> Iterator[Problem]:
    for pointer, each in walk_value(value):
        if isinstance(each, str) and _TOKEN.search(each):
            yield Problem("secret-literal", f"{at}{pointer}", "a secret stands here in clear", _REMEDY)


def _in_defaults(subject: Subject) -> Iterator[Problem]:
    for name, schema in declared_inputs(subject.workflow).items():
        default = schema.get("default") if isinstance(schema, Mapping) else None
        if looks_secret(name) and _is_literal(default):
            message = f"the default of the input '{name}' is a secret in clear"
            yield Problem(
                "secret-literal", f"{input_pointers(subject.workflow)[name]}/default", message, "give it with each run"
            )


def _is_literal(value: JsonValue) -> bool:
    return isinstance(value, str) and len(value) >= SHORTEST_SECRET and "$" not in value
