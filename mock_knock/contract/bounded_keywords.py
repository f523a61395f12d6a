"""The stock JSON Schema validators with a limit on their work.

Package `jsonschema` hands patterns of a schema to `re`, which backtracks without end, compares each item of an array
with every other one, and follows references as often as they lead somewhere. Its keywords stay what they are, but pay
for each look, and find `re` replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, wraps
from types import FunctionType
from typing import Any

import jsonschema
from jsonschema.validators import extend, validator_for

from mock_knock.contract.judging_work import current_work
from mock_knock.messages import JsonValue

_ERROR_COST = 5
"""An error is made, and handed on by each keyword around it."""
_COSTS = {"$ref": 6, "$dynamicRef": 6, "$recursiveRef": 6}
"""What keywords cost that take longer than others: a reference is looked up from the root each time."""
_ENTRIES = 20
"""How many entries of a keyword, such as properties, are gone through in the time of a small one."""
_PACKAGES = ("jsonschema.", "openapi_schema_validator.", "openapi_core.")


class _BoundedPatterns:
    """What the keywords use of `re`, within limits."""

    @staticmethod
    def search(pattern: str, text: str) -> bool:
        return current_work().search(pattern, text)


def bounded(validator: Any) -> Any:
    """Return a validator of the stock kind with the same schema that is bounded, and so are those it makes."""
    kind: Any = type(validator)
    return bounded_class(kind)(
        validator.schema,
        _resolver=validator._resolver,  # noqa: SLF001  # as openapi-core makes it
        format_checker=validator.format_checker,
    )


@cache
def bounded_class(stock: Any) -> Any:
    """Return a class of validators with the verdicts of a stock one.

    Its validators raise RegexError, RegexTimeoutError and JudgingLimitError besides what the stock ones raise.
    """
    keywords = {
        name: _paying(_with_bounded_patterns(check), _COSTS.get(name, 1)) for name, check in stock.VALIDATORS.items()
    }
    keywords["uniqueItems"] = _unique_items
    made: Any = extend(  # type: ignore[no-untyped-call]  # jsonschema has types for half of itself
        stock, validators=keywords, format_checker=stock.FORMAT_CHECKER
    )
    made.evolve = _evolve
    return made


def _evolve(validator: Any, **changes: Any) -> Any:
    """Return a validator with some fields changed; a schema may say by `$schema` that it wants one of another class."""
    schema = changes.setdefault("schema", validator.schema)
    own = type(validator)
    wanted = validator_for(schema, default=own)
    fields = {
        "_resolver": validator._resolver,  # noqa: SLF001  # as the stock method
        "format_checker": validator.format_checker,
    }
    return (own if wanted is own else bounded_class(wanted))(**{**fields, **changes})


def _paying(check: Callable[..., Any], cost: int) -> Callable[..., Iterator[Any]]:
    @wraps(check)
    def paying(validator: Any, argument: Any, value: Any, schema: Any) -> Iterator[Any]:
        work = current_work()
        work.spend(cost + (len(argument) // _ENTRIES if isinstance(argument, (dict, list)) else 0))
        for error in check(validator, argument, value, schema) or ():
            work.spend(_ERROR_COST)
            yield error

    return paying


def _unique_items(validator: Any, is_unique: Any, value: Any, _schema: Any) -> Iterator[Any]:
    current_work().spend()
    if is_unique and validator.is_type(value, "array") and len(set(map(_key, value))) < len(value):
        yield jsonschema.ValidationError("has non-unique elements")


def _key(value: JsonValue) -> object:
    """Return something to compare a value by in a set: a boolean is no number, and 1.0 is 1."""
    match value:
        case bool() | None:
            return str(value), ()
        case list():
            return tuple(map(_key, value))
        case Mapping():
            return frozenset((name, _key(each)) for name, each in value.items())
        case _:
            return value


def _with_bounded_patterns(check: Any) -> Any:
    """Return a keyword that finds `re` replaced, in what it calls as well."""
    if not isinstance(check, FunctionType) or not check.__module__.startswith(_PACKAGES):
        return check
    names = _bounded_names(check.__module__, check)
    made = FunctionType(check.__code__, names, check.__name__, check.__defaults__, check.__closure__)
    made.__kwdefaults__ = check.__kwdefaults__
    return made


_NAMES: dict[str, dict[str, Any]] = {}


def _bounded_names(module: str, function: FunctionType) -> dict[str, Any]:
    """Return the names that the functions of a module see, with `re` replaced and so on in the functions among them."""
    if module not in _NAMES:
        _NAMES[module] = names = {**function.__globals__}
        names.update({name: _with_bounded_patterns(each) for name, each in function.__globals__.items()})
        if "re" in names:
            names["re"] = _BoundedPatterns
    return _NAMES[module]
