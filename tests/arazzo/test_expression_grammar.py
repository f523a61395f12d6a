"""The grammar of runtime expressions: 1.1.0, with the looser names of 1.0.1."""

from __future__ import annotations

import pytest

from mock_knock.arazzo.expression import Expression, ExpressionKind, ExpressionSyntaxError, parse_expression


def _parts(text: str) -> tuple[str, str, str, str, str | None]:
    expression = parse_expression(text)
    return (expression.kind, expression.part, expression.owner, expression.name, expression.pointer)


@pytest.mark.parametrize("kind", ["url", "method", "statusCode", "self"])
def test_units(kind: ExpressionKind) -> None:
    """`$url`, `$method`, `$statusCode` and `$self` stand alone."""
    assert Expression(text=f"${kind}", kind=kind) == parse_expression(f"${kind}")


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (("request", "header", "", "accept", None), "$request.header.accept"),
        (("response", "header", "", "X.!#$%&'*+^_`|~9", None), "$response.header.X.!#$%&'*+^_`|~9"),
        (("request", "query", "", "page[after]", None), "$request.query.page[after]"),
        (("request", "query", "", "a#/b", None), "$request.query.a#/b"),
        (("request", "path", "", "id", None), "$request.path.id"),
        (("request", "body", "", "", None), "$request.body"),
        (("response", "body", "", "", ""), "$response.body#"),
        (("response", "body", "", "", "/user/uuid"), "$response.body#/user/uuid"),
        (("response", "body", "", "", "/a b/~0/~1"), "$response.body#/a b/~0/~1"),
        (("response", "body", "", "", "/"), "$response.body#/"),
    ],
)
def test_messages(expected: tuple[str, str, str, str, str | None], text: str) -> None:
    """Requests and responses have headers, query and path parameters, and a body with an optional pointer."""
    assert expected == _parts(text)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (("inputs", "", "", "username", None), "$inputs.username"),
        (("inputs", "", "", "a.b-c_d", None), "$inputs.a.b-c_d"),
        (("inputs", "", "", "user", "/name"), "$inputs.user#/name"),
        (("outputs", "", "", "bar", None), "$outputs.bar"),
        (("outputs", "", "", "bar", "/0/id"), "$outputs.bar#/0/id"),
        (("steps", "outputs", "someStepId", "pets", None), "$steps.someStepId.outputs.pets"),
        (("steps", "outputs", "a", "b", "/0/id"), "$steps.a.outputs.b#/0/id"),
        (("steps", "outputs", "a", "outputs.b", None), "$steps.a.outputs.outputs.b"),
        (("workflows", "inputs", "foo", "username", None), "$workflows.foo.inputs.username"),
        (("workflows", "outputs", "foo", "mapped", "/name"), "$workflows.foo.outputs.mapped#/name"),
        (("sourceDescriptions", "", "petstore", "url", None), "$sourceDescriptions.petstore.url"),
        (("sourceDescriptions", "", "api", "triggerWorkflow (2)", None), "$sourceDescriptions.api.triggerWorkflow (2)"),
        (("sourceDescriptions", "", "api", "a.b#c", None), "$sourceDescriptions.api.a.b#c"),
        (("components", "parameters", "", "foo", None), "$components.parameters.foo"),
        (("components", "successActions", "", "bar", None), "$components.successActions.bar"),
        (("components", "failureActions", "", "baz", None), "$components.failureActions.baz"),
        (("components", "inputs", "", "baz", None), "$components.inputs.baz"),
    ],
)
def test_document_values(expected: tuple[str, str, str, str, str | None], text: str) -> None:
    """Inputs, outputs, steps, workflows, sources and components are read by name."""
    assert expected == _parts(text)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (("inputs", "", "", "first name", None), "$inputs.first name"),
        (("inputs", "", "", "größe", None), "$inputs.größe"),
        (("steps", "outputs", "get.user (2)", "id", None), "$steps.get.user (2).outputs.id"),
        (("inputs", "", "", 'a"b', None), '$inputs.a\\"b'),
        (("request", "query", "", "é", None), "$request.query.\\u00e9"),
    ],
)
def test_names_of_the_older_version(expected: tuple[str, str, str, str, str | None], text: str) -> None:
    """1.0.1 allows any characters of a JSON string in a name, with its escapes."""
    assert expected == _parts(text)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (0, ""),
        (0, "inputs.a"),
        (0, " $url"),
        (0, "$"),
        (0, "$5"),
        (0, "$.status"),
        (0, "$foo"),
        (0, "$statuscode"),
        (0, "$Inputs.a"),
        (4, "$url "),
        (11, "$statusCode.x"),
        (8, "$request"),
        (9, "$request."),
        (9, "$request.cookie.a"),
        (16, "$request.header."),
        (17, "$request.header.a b"),
        (15, "$request.query."),
        (14, "$response.body.status"),
        (15, "$response.body#status"),
        (17, "$response.body#/a~2"),
        (7, "$inputs"),
        (8, "$inputs."),
        (8, "$inputs.#/a"),
        (10, "$inputs.a#b"),
        (8, "$inputs.a\\q"),
        (8, "$inputs.a\nb"),
        (8, '$inputs.a"b'),
        (7, "$steps.a"),
        (7, "$steps.a.outputs"),
        (17, "$steps.a.outputs."),
        (7, "$steps.a.output.b"),
        (7, "$steps..outputs.b"),
        (11, "$workflows.a.steps"),
        (20, "$sourceDescriptions.a"),
        (22, "$sourceDescriptions.a."),
        (12, "$components.headers.a"),
        (23, "$components.parameters."),
        (9, "$inputs.a{b}"),
        (8, "$inputs.}"),
    ],
)
def test_refused(column: int, text: str) -> None:
    """What is no expression is refused with the column of the first character that does not fit."""
    with pytest.raises(ExpressionSyntaxError) as caught:
        parse_expression(text)
    assert column == caught.value.column


@pytest.mark.parametrize("text", ["$message.payload", "$message.header.X", "$message"])
def test_asyncapi_is_named(text: str) -> None:
    """`$message` belongs to AsyncAPI, and the error says that it is not supported."""
    with pytest.raises(ExpressionSyntaxError, match=r"AsyncAPI.*not supported"):
        parse_expression(text)


def test_payload_is_named() -> None:
    """`$response.payload` fits the letter of 1.1.0 but has no meaning in HTTP, and the error says so."""
    with pytest.raises(ExpressionSyntaxError, match="AsyncAPI"):
        parse_expression("$response.payload#/a")


def test_wrong_case_gets_a_hint() -> None:
    """Names are case-sensitive, and a name in the wrong case gets the right one as a hint."""
    with pytest.raises(ExpressionSyntaxError, match=r"did you mean '\$statusCode'"):
        parse_expression("$STATUSCODE")


def test_text_is_kept() -> None:
    """An expression shows as the text it was read from."""
    assert "$inputs.a#/b" == str(parse_expression("$inputs.a#/b"))
