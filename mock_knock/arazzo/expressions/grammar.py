"""The grammar of runtime expressions: text to `Expression` (Arazzo 1.1.0, section Runtime Expressions).

Names are taken as loosely as 1.0.1 does (its rule `name` is any run of characters), so an input may be called
`first name`; what 1.1.0 makes exact stays exact: `{` and `}` never occur inside an expression, a `#` after an input or
output begins a JSON pointer, and step and workflow references name `inputs` or `outputs`. Names must not be empty,
although `query.` with nothing after it would fit the letter of the grammar.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

from mock_knock.arazzo.expressions.pointer import PointerSyntaxError, split_pointer
from mock_knock.arazzo.expressions.remembered import TextSyntaxError, remember

ExpressionKind = Literal[
    "url",
    "method",
    "statusCode",
    "self",
    "request",
    "response",
    "inputs",
    "outputs",
    "steps",
    "workflows",
    "sourceDescriptions",
    "components",
]

_ROOT = re.compile(r"\$([A-Za-z]*)")
_HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_MESSAGE_PART = re.compile(r"(header|query|path)\.|(body)|(payload)")
_STEP_OUTPUT = re.compile(r"(.+?)\.outputs\.", re.DOTALL)
_WORKFLOW_FIELD = re.compile(r"(.+?)\.(inputs|outputs)\.", re.DOTALL)
_SOURCE_NAME = re.compile(r"([^.]+)\.")
_COMPONENT_TYPE = re.compile(r"(parameters|successActions|failureActions|inputs)\.")
_NAMES_BY_WORD: Final = {word.lower(): word for word in get_args(ExpressionKind)}


class ExpressionSyntaxError(TextSyntaxError):
    """A text is not a runtime expression."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed runtime expression.

    Attributes:
        text: as it was written, without braces.
        kind: the word after `$`.
        part: `header`, `query`, `path` or `body` of a message; `inputs` or `outputs` of a step or workflow; the type of
            a component.
        owner: the id of the step or workflow, or the name of the source description.
        name: the header, parameter, input, output or component; for a source description everything after its name.
        pointer: the JSON pointer after `#`, or None when there is no `#`.
    """

    text: str
    kind: ExpressionKind
    part: str = ""
    owner: str = ""
    name: str = ""
    pointer: str | None = None

    def __str__(self) -> str:
        return self.text


@remember(4096)
def parse_expression(text: str) -> Expression:
    """Parse one runtime expression, without braces around it.

    Raises:
        ExpressionSyntaxError: with the 0-based column of the first character that does not fit.
    """
    if brace := re.search(r"[{}]", text):
        raise ExpressionSyntaxError("'{' and '}' cannot stand inside an expression", brace.start())
    root = _ROOT.match(text)
    if root is None:
        raise ExpressionSyntaxError("an expression begins with '$'", 0)
    return _parser_of(root[1])(text, root.end())


_Parser: TypeAlias = Callable[[str, int], Expression]


def _parser_of(word: str) -> _Parser:
    parser = _PARSERS.get(word)
    if parser is not None:
        return parser
    if word == "message":
        raise ExpressionSyntaxError("$message belongs to AsyncAPI steps, which are not supported", 0)
    meant = _NAMES_BY_WORD.get(word.lower())
    hint = f"did you mean '${meant}'?" if meant else f"known are {', '.join('$' + name for name in _PARSERS)}"
    raise ExpressionSyntaxError(f"'${word}' is not known; {hint}", 0)


def _unit(kind: ExpressionKind) -> _Parser:
    def parse(text: str, start: int) -> Expression:
        if start != len(text):
            raise ExpressionSyntaxError(f"nothing may follow '${kind}'", start)
        return Expression(text=text, kind=kind)

    return parse


def _after_dot(text: str, start: int) -> int:
    if text[start : start + 1] != ".":
        raise ExpressionSyntaxError(f"'.' and a name must follow '{text[:start]}'", start)
    return start + 1


def _message(kind: ExpressionKind) -> _Parser:
    def parse(text: str, start: int) -> Expression:
        start = _after_dot(text, start)
        found = _MESSAGE_PART.match(text, start)
        if found is None:
            raise ExpressionSyntaxError("expected 'header.', 'query.', 'path.' or 'body'", start)
        if found[3]:
            raise ExpressionSyntaxError("'payload' belongs to AsyncAPI messages; an HTTP message has a 'body'", start)
        if found[2]:
            return Expression(text=text, kind=kind, part="body", pointer=_pointer(text, found.end()))
        read = _header_name if found[1] == "header" else _name
        return Expression(text=text, kind=kind, part=found[1], name=read(text, found.end(), len(text)))

    return parse


def _value(kind: ExpressionKind) -> _Parser:
    def parse(text: str, start: int) -> Expression:
        name, pointer = _name_and_pointer(text, _after_dot(text, start))
        return Expression(text=text, kind=kind, name=name, pointer=pointer)

    return parse


def _step(text: str, start: int) -> Expression:
    start = _after_dot(text, start)
    found = _STEP_OUTPUT.match(text, start)
    if found is None:
        raise ExpressionSyntaxError("a step is read as '$steps.<stepId>.outputs.<name>'", start)
    name, pointer = _name_and_pointer(text, found.end())
    owner = _name(text, start, found.end(1))
    return Expression(text=text, kind="steps", part="outputs", owner=owner, name=name, pointer=pointer)


def _workflow(text: str, start: int) -> Expression:
    start = _after_dot(text, start)
    found = _WORKFLOW_FIELD.match(text, start)
    if found is None:
        raise ExpressionSyntaxError("a workflow is read as '$workflows.<workflowId>.(inputs|outputs).<name>'", start)
    name, pointer = _name_and_pointer(text, found.end())
    owner = _name(text, start, found.end(1))
    return Expression(text=text, kind="workflows", part=found[2], owner=owner, name=name, pointer=pointer)


def _source(text: str, start: int) -> Expression:
    start = _after_dot(text, start)
    found = _SOURCE_NAME.match(text, start)
    if found is None:
        raise ExpressionSyntaxError("a source is read as '$sourceDescriptions.<name>.<operationId or field>'", start)
    name = _name(text, found.end(), len(text))
    return Expression(text=text, kind="sourceDescriptions", owner=_name(text, start, found.end(1)), name=name)


def _component(text: str, start: int) -> Expression:
    start = _after_dot(text, start)
    found = _COMPONENT_TYPE.match(text, start)
    if found is None:
        raise ExpressionSyntaxError("expected 'parameters.', 'successActions.', 'failureActions.' or 'inputs.'", start)
    return Expression(text=text, kind="components", part=found[1], name=_name(text, found.end(), len(text)))


def _name_and_pointer(text: str, start: int) -> tuple[str, str | None]:
    end = text.find("#", start)
    end = len(text) if end < 0 else end
    return _name(text, start, end), _pointer(text, end)


def _name(text: str, start: int, end: int) -> str:
    """Read a name made of the characters of a JSON string (rule CHAR, RFC 8259 section 7), escapes included."""
    if start == end:
        raise ExpressionSyntaxError("a name is missing here", start)
    try:
        name: str = json.loads(f'"{text[start:end]}"')
    except ValueError:
        message = "control characters, '\"' and a lone '\\' cannot stand in a name"
        raise ExpressionSyntaxError(message, start) from None
    return name


def _header_name(text: str, start: int, end: int) -> str:
    found = _HEADER_NAME.match(text, start, end)
    stop = found.end() if found else start
    if stop != end or found is None:
        raise ExpressionSyntaxError("a header name is made of letters, digits and !#$%&'*+-.^_`|~", stop)
    return found[0]


def _pointer(text: str, start: int) -> str | None:
    if start == len(text):
        return None
    if text[start] != "#":
        raise ExpressionSyntaxError("only '#' and a JSON pointer may follow here", start)
    try:
        split_pointer(text[start + 1 :])
    except PointerSyntaxError as error:
        raise ExpressionSyntaxError(str(error), start + 1 + error.column) from None
    return text[start + 1 :]


_PARSERS: Final[dict[str, _Parser]] = {
    "url": _unit("url"),
    "method": _unit("method"),
    "statusCode": _unit("statusCode"),
    "self": _unit("self"),
    "request": _message("request"),
    "response": _message("response"),
    "inputs": _value("inputs"),
    "outputs": _value("outputs"),
    "steps": _step,
    "workflows": _workflow,
    "sourceDescriptions": _source,
    "components": _component,
}
