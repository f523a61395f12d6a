"""Which operation a step means, by every way of naming it, in both dialects."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from mock_knock.arazzo.document import Document, SourceDescription, Step
from mock_knock.arazzo.targets import OperationTarget, Problem, Target, resolve_target
from mock_knock.arazzo.template import Dialect
from mock_knock.messages import JsonValue

DIALECTS: list[Dialect] = ["lenient", "strict"]


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of a made-up source."""

    source: str
    method: str
    path: str
    operation_id: str | None


@dataclass(frozen=True, slots=True)
class Described:
    """Sources that describe a few operations."""

    operations: tuple[Operation, ...]

    def find_by_id(self, operation_id: str) -> tuple[Operation, ...]:
        """Return every operation with this id."""
        return tuple(each for each in self.operations if each.operation_id == operation_id)

    def find_by_pointer(self, source: str, pointer: str) -> Operation | None:
        """Return the operation at a pointer such as `/paths/~1users/get`."""
        for each in self.operations:
            if (source, pointer) == (each.source, f"/paths/{each.path.replace('/', '~1')}/{each.method.lower()}"):
                return each
        return None

    def success_values(self, operation: OperationTarget, pointer: str) -> tuple[JsonValue, ...] | None:
        """Return nothing: no test here asks for it."""
        raise NotImplementedError


GET = Operation("users", "GET", "/users/{id}", "getUser")
LIST = Operation("users", "GET", "/users", "list")
COPY = Operation("bulk", "GET", "/users/{id}", "getUser")
OTHER_LIST = Operation("bulk", "GET", "/bulk", "list")
SPACED = Operation("bulk", "POST", "/trigger", "trigger (2)")
DOTTED = Operation("bulk", "POST", "/dotted", "bulk.start")
NAMELESS = Operation("bulk", "POST", "/nameless", None)
TWICE = (Operation("bulk", "GET", "/a", "twice"), Operation("bulk", "GET", "/b", "twice"))
DESCRIBED = Described((GET, LIST, COPY, OTHER_LIST, SPACED, DOTTED, NAMELESS, *TWICE))


def resolve(step: Step, dialect: Dialect, sources: tuple[str, ...] = ("users", "bulk")) -> Target:
    """Resolve a step of a document with these sources; only their operations are described."""
    document = Document("1.0.1", "t", tuple(SourceDescription(name, f"{name}.yml") for name in sources), ())
    described = Described(tuple(each for each in DESCRIBED.operations if each.source in sources))
    return resolve_target(step, document, described, dialect=dialect)


def by_id(text: str) -> Step:
    """Return a step that names its operation by id."""
    return Step("s", operation_id=text, pointer="/s")


def by_path(text: str) -> Step:
    """Return a step that names its operation by path."""
    return Step("s", operation_path=text, pointer="/s")


def codes(target: Target) -> list[str]:
    """Return the codes of the problems of a target."""
    return [problem.code for problem in target.problems]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("operation", "text"),
    [
        (GET, "$sourceDescriptions.users.getUser"),
        (COPY, "$sourceDescriptions.bulk.getUser"),
        (SPACED, "$sourceDescriptions.bulk.trigger (2)"),
        (DOTTED, "$sourceDescriptions.bulk.bulk.start"),
    ],
)
def test_qualified_ids(operation: Operation, text: str, dialect: Dialect) -> None:
    """A qualified operationId names the operation of that source, whatever characters the id has."""
    assert Target(operation) == resolve(by_id(text), dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_unqualified_id_with_one_source(dialect: Dialect) -> None:
    """With a single source an operationId needs no qualification."""
    assert Target(SPACED) == resolve(by_id("trigger (2)"), dialect, ("bulk",))


@pytest.mark.parametrize(("operation", "dialect"), [(SPACED, "lenient"), (None, "strict")])
def test_unqualified_id_with_several_sources(operation: Operation | None, dialect: Dialect) -> None:
    """An unqualified id that one operation has is read in the lenient dialect only; both report it."""
    message = "'trigger (2)' does not say which of the 2 source descriptions it is from"
    hint = "write `$sourceDescriptions.bulk.trigger (2)`"
    problem = Problem("operation-id-unqualified", "/s/operationId", message, hint)
    assert Target(operation, (problem,)) == resolve(by_id("trigger (2)"), dialect)


@pytest.mark.parametrize(("operation", "dialect"), [(GET, "lenient"), (None, "strict")])
def test_one_operation_described_twice(operation: Operation | None, dialect: Dialect) -> None:
    """An unqualified id of one method and path in two sources is read in the lenient dialect as the first of them."""
    target = resolve(by_id("getUser"), dialect)
    assert operation == target.operation
    assert ["operation-id-unqualified", "operation-id-ambiguous"] == codes(target)
    message = "'getUser' is described 2 times: users (GET /users/{id}), bulk (GET /users/{id})"
    assert message == target.problems[1].message
    assert "write `$sourceDescriptions.users.getUser`" == target.problems[1].hint


@pytest.mark.parametrize("dialect", DIALECTS)
def test_two_operations_with_one_id(dialect: Dialect) -> None:
    """An unqualified id of different operations names none of them in any dialect."""
    target = resolve(by_id("list"), dialect)
    assert None is target.operation
    assert ["operation-id-unqualified", "operation-id-conflict"] == codes(target)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("text", "sources"), [("$sourceDescriptions.bulk.twice", ("users", "bulk")), ("twice", ("bulk",))]
)
def test_one_source_with_an_id_twice(text: str, sources: tuple[str, ...], dialect: Dialect) -> None:
    """An id that one source gives to two operations names neither, and that is said."""
    target = resolve(by_id(text), dialect, sources)
    assert (None, ["operation-id-conflict"]) == (target.operation, codes(target))
    assert "'twice' is described 2 times: bulk (GET /a), bulk (GET /b)" == target.problems[0].message


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("code", "message", "text"),
    [
        ("operation-missing", "no source description has an operation 'getuser'", "getuser"),
        ("operation-missing", "source 'users' has no operation 'trigger'", "$sourceDescriptions.users.trigger"),
        ("operation-missing", "source 'users' has no operation 'twice'", "$sourceDescriptions.users.twice"),
        ("source-missing", "there is no source description 'Users'", "$sourceDescriptions.Users.getUser"),
        ("source-missing", "there is no source description 'my users'", "$sourceDescriptions.my users.getUser"),
        ("operation-missing", "no source description has an operation '$inputs.id'", "$inputs.id"),
        ("operation-missing", "no source description has an operation ''", ""),
    ],
)
def test_ids_that_lead_nowhere(code: str, message: str, text: str, dialect: Dialect) -> None:
    """An id or a source that does not exist is named, in its own case."""
    target = resolve(by_id(text), dialect)
    assert (None, [(code, "/s/operationId", message)]) == (
        target.operation,
        [(problem.code, problem.pointer, problem.message) for problem in target.problems],
    )


def test_known_sources_are_listed() -> None:
    """The hint at a missing source lists those there are."""
    (problem,) = resolve(by_id("$sourceDescriptions.x.y"), "lenient").problems
    assert "known: users, bulk" == problem.hint


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("operation", "text"),
    [
        (GET, "{$sourceDescriptions.users.url}#/paths/~1users~1{id}/get"),
        (NAMELESS, "{$sourceDescriptions.bulk.url}#/paths/~1nameless/post"),
    ],
)
def test_paths(operation: Operation, text: str, dialect: Dialect) -> None:
    """An operationPath names the operation at a pointer of one source, braces in its path included."""
    assert Target(operation) == resolve(by_path(text), dialect)


def test_paths_of_sources_with_free_names() -> None:
    """The name of a source may have any characters but dots and braces; the standard only recommends fewer."""
    operation = Operation("my api", "GET", "/x", "x")
    document = Document("1.0.1", "t", (SourceDescription("my api", "u"),), ())
    for step in (by_path("{$sourceDescriptions.my api.url}#/paths/~1x/get"), by_id("$sourceDescriptions.my api.x")):
        assert Target(operation) == resolve_target(step, document, Described((operation,)), dialect="strict")


def test_paths_without_braces() -> None:
    """The expression of an operationPath may lack its braces in the lenient dialect, which reports it."""
    step = by_path("$sourceDescriptions.users.url#/paths/~1users/get")
    target = resolve(step, "lenient")
    assert (LIST, ["expression-unbraced"]) == (target.operation, codes(target))
    assert "write {$sourceDescriptions.users.url}" == target.problems[0].hint
    assert (None, ["operation-path-invalid"]) == (resolve(step, "strict").operation, codes(resolve(step, "strict")))


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("operation-path-invalid", "/paths/~1users/get"),
        ("operation-path-invalid", "users.yml#/paths/~1users/get"),
        ("operation-path-invalid", "{$sourceDescriptions.users.url}"),
        ("operation-path-invalid", "{$sourceDescriptions.users.url}#paths/~1users/get"),
        ("operation-path-invalid", "{$sourceDescriptions.users.url#/paths/~1users/get"),
        ("operation-path-invalid", "$sourceDescriptions.users.url}#/paths/~1users/get"),
        ("operation-path-invalid", "{$sourceDescriptions.users}#/paths/~1users/get"),
        ("source-missing", "{$sourceDescriptions.nope.url}#/paths/~1users/get"),
        ("operation-missing", "{$sourceDescriptions.users.url}#/paths/~1users/GET"),
        ("operation-missing", "{$sourceDescriptions.users.url}#/paths//users/get"),
        ("operation-missing", "{$sourceDescriptions.bulk.url}#/paths/~1users/get"),
    ],
)
def test_paths_that_lead_nowhere(code: str, text: str, dialect: Dialect) -> None:
    """A path that names no operation of its source is refused, with what it should look like."""
    target = resolve(by_path(text), dialect)
    (problem,) = target.problems
    assert (None, code, "/s/operationPath") == (target.operation, problem.code, problem.pointer)
    assert problem.hint
