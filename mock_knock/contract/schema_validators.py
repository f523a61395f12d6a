"""openapi-core's schema validators with jsonschema-rs inside, by its extension point `schema_validators_factory`."""

from __future__ import annotations

from ast import literal_eval
from dataclasses import dataclass
from typing import Any, Final

import jsonschema
import jsonschema_rs
from jsonschema_path import SchemaPath
from openapi_core.validation.schemas.exceptions import InvalidSchemaValue
from openapi_core.validation.schemas.factories import SchemaValidatorsFactory
from openapi_core.validation.schemas.validators import SchemaValidator

from mock_knock.contract.bounded_keywords import bounded
from mock_knock.contract.fast_schema import FormatCheck, compile_schema, growth_of
from mock_knock.contract.judging_work import current_work, is_bounded_regex, judging_work
from mock_knock.contract.schema_errors import Place, from_jsonschema_rs
from mock_knock.contract.schema_growth import SchemaGrowth
from mock_knock.contract.violations import TOO_DEEP, BrokenRules, SchemaError
from mock_knock.messages import JsonValue


class NotJudged:
    """The value of a body that no JSON Schema can judge, such as XML: every schema accepts it."""


NOT_JUDGED: Final = NotJudged()


class FastSchemaValidator(SchemaValidator):
    """Judges by jsonschema-rs where the schema could be compiled, by the stock validator elsewhere."""

    def __init__(
        self, schema: SchemaPath, validator: jsonschema.protocols.Validator, fast: jsonschema_rs.Validator | None = None
    ) -> None:
        super().__init__(schema, validator)
        self._fast = fast

    def is_valid(self, value: JsonValue) -> bool:
        """Return the verdict alone; a value that cannot be judged is not valid."""
        return self._fast.is_valid(value) if self._fast else not self._stock_errors(value)

    def validate(self, value: JsonValue) -> None:
        """Raise InvalidSchemaValue whose `schema_errors` carry all broken rules."""
        if value is not NOT_JUDGED and (errors := self.find_errors(value)):
            raise InvalidSchemaValue("(a value)", "any", schema_errors=[BrokenRules(errors)])

    def find_errors(self, value: JsonValue) -> tuple[SchemaError, ...]:
        """Return every broken rule, or one that says that the value is nested too deeply to be judged."""
        if self._fast is None:
            return self._stock_errors(value)
        try:
            if self._fast.is_valid(value):
                return ()
            return tuple(from_jsonschema_rs(error, self.schema.parts) for error in self._fast.iter_errors(value))
        except ValueError:  # jsonschema-rs cannot show what is nested deeply, and takes nothing but JSON
            return self._stock_errors(value)

    def _stock_errors(self, value: JsonValue) -> tuple[SchemaError, ...]:
        try:
            with judging_work():
                return tuple(from_jsonschema(error, self.schema.parts) for error in self.validator.iter_errors(value))
        except RecursionError:
            return (TOO_DEEP,)


@dataclass(frozen=True, slots=True)
class _Created:
    node: JsonValue  # kept, so that its identity is not given to another
    validator: jsonschema.protocols.Validator
    fast: jsonschema_rs.Validator | None


class FastSchemaValidatorsFactory(SchemaValidatorsFactory):
    """Creates each schema's validator once; `stock` is the factory whose verdicts it must repeat."""

    def __init__(self, stock: SchemaValidatorsFactory, *, is_openapi_30: bool) -> None:
        super().__init__(stock.schema_validator_cls, stock.format_checker)
        self._stock = stock
        self._is_openapi_30 = is_openapi_30
        self._created: dict[int, _Created] = {}
        self._growth: SchemaGrowth | None = None

    def create(self, spec: SchemaPath, schema: SchemaPath, *args: Any, **options: Any) -> FastSchemaValidator:
        """Return the validator of a schema; see the stock factory for the arguments.

        One factory serves one description, whose schema nodes live as long as it: their identity is the key.
        """
        with schema.resolve() as resolved:
            node = resolved.contents
        if id(node) not in self._created:
            options["extra_format_validators"] = {
                **(options.get("extra_format_validators") or {}),
                "regex": is_bounded_regex,
            }
            stock = self._stock.create(spec, schema, *args, **options).validator
            self._created[id(node)] = _Created(node, bounded(stock), self._compile(spec, node, stock))
        created = self._created[id(node)]
        return FastSchemaValidator(schema, created.validator, created.fast)

    def _compile(self, spec: SchemaPath, node: JsonValue, stock: Any) -> jsonschema_rs.Validator | None:
        if type(stock) is not self.schema_validator_cls:
            return None  # another dialect of JSON Schema, or a policy of openapi-core
        with spec.resolve() as root:
            document: Any = root.contents
        self._growth = self._growth or growth_of(document)
        return compile_schema(
            document, node, is_openapi_30=self._is_openapi_30, formats=self._format_check, growth=self._growth
        )

    def _format_check(self, name: str) -> FormatCheck:
        if name == "regex":
            return is_bounded_regex
        checker = self._stock.format_checker
        if name not in checker.checkers:
            return _accept
        return _conforms(checker, name)


def _accept(_value: str) -> bool:
    return True


def _conforms(checker: jsonschema.FormatChecker, name: str) -> FormatCheck:
    def check(value: str) -> bool:
        try:
            return checker.conforms(value, name)
        except ValueError:  # the check for `byte` trips over letters outside ASCII
            return False

    return check


def from_jsonschema(error: jsonschema.ValidationError, place: Place) -> SchemaError:
    """Translate an error of the stock validator; `place` leads to its schema in the description."""
    branches: dict[Any, list[SchemaError]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.schema_path[0], []).append(from_jsonschema(inner, place))
    return SchemaError(
        path=tuple(error.absolute_path),
        keyword=str(error.validator or "falseSchema"),
        argument=_argument(error),
        schema_path=(*place, *error.absolute_schema_path),
        branches=tuple(tuple(errors) for errors in branches.values()),
    )


def _argument(error: jsonschema.ValidationError) -> JsonValue:
    """Return what jsonschema-rs gives for the same keyword: the names at fault where there are any."""
    match error.validator:
        case "required":
            return literal_eval(error.message.removesuffix(" is a required property"))
        case "additionalProperties":
            return _unexpected(error.instance, error.schema)
    return error.validator_value


def _unexpected(value: Any, schema: Any) -> list[str]:
    patterns = "|".join(schema.get("patternProperties", ()))
    names = (name for name in value if name not in schema.get("properties", ()))
    return [name for name in names if not patterns or not current_work().search(patterns, name)]
