from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_knock.served import known_routes
from mock_knock.web.imitation import KnownRoutes, method_not_allowed
from mock_knock.web.problems import Problem

ROUTES = known_routes()
OPERATIONS = [(template, method, id_) for template, methods in ROUTES.items() for method, id_ in methods.items()]
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY", "get")

values = st.text(st.characters(exclude_characters="/", exclude_categories=["Cs"]), min_size=1, max_size=12)


def filled(template: str, value: str) -> str:
    """Return a path of a template, every parameter filled with one value."""
    return re.sub(r"\{[^}]*\}", lambda _: value, template)


def envelope(problem: Problem) -> tuple[int, str]:
    """Return status and code."""
    return problem.status, str(problem.envelope["code"])


def test_the_list_of_operations_is_there() -> None:
    """The list has every path of Knock in version 1, and every method is one of HTTP in upper case."""
    assert 90 <= len(ROUTES)
    assert all(template.startswith("/v1/") for template in ROUTES)
    assert {"GET", "POST", "PUT", "DELETE", "PATCH"} >= {method for _, method, _ in OPERATIONS}


@pytest.mark.parametrize(("template", "method", "operation_id"), OPERATIONS)
def test_every_route_is_its_own_operation(template: str, method: str, operation_id: str) -> None:
    """A path that fills a template with some value is answered with 501 and the operationId of that template."""
    for value in ("ada", "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e", "{id}", "a.b", "é ü\n", "%2F", "bulk2"):
        problem = KnownRoutes(ROUTES).problem(method, filled(template, value))
        assert (501, "not_imitated") == envelope(problem)
        assert f"imitate {operation_id} ({method} " in str(problem)


@given(st.sampled_from(OPERATIONS), values)
def test_every_value_fills_a_template(operation: tuple[str, str, str], value: str) -> None:
    """Whatever stands between two slashes, a template with a parameter there takes it, unless a literal one does."""
    template, method, _ = operation
    path = filled(template, value)
    literal = [each for each in ROUTES if each.count("{") < template.count("{") and value in each.split("/")]
    assert literal or (501, "not_imitated") == envelope(KnownRoutes(ROUTES).problem(method, path))


@pytest.mark.parametrize("template", ROUTES)
def test_another_method_is_not_allowed(template: str) -> None:
    """Each method that a route does not have gets 405, and Allow lists those it has."""
    routes, path = KnownRoutes(ROUTES), filled(template, "ada")
    for method in METHODS:
        if method not in ROUTES[template]:
            problem = routes.problem(method, path)
            assert (405, "method_not_allowed") == envelope(problem)
            assert ", ".join(sorted(ROUTES[template])) == problem.headers["Allow"]


@pytest.mark.parametrize("stray", ["{}/", "{}/more/of/it/and/more", "/v2{}", "x{}", "/v1/nowhere{}", "/v1/"])
def test_a_path_that_is_no_route(stray: str) -> None:
    """A path with more or less than a route is none: a final slash counts too."""
    routes = KnownRoutes(ROUTES)
    paths = [stray.format(filled(template, "ada")) for template in ROUTES]
    assert {(404, "resource_missing")} == {envelope(routes.problem("GET", path)) for path in paths}


@pytest.mark.parametrize("template", ["/v1/users/{id}", "/v1/objects/{a}/{b}"])
def test_a_parameter_is_not_empty(template: str) -> None:
    """An empty segment fills no parameter."""
    routes = KnownRoutes({template: {"GET": "getIt"}})
    assert (404, "resource_missing") == envelope(routes.problem("GET", filled(template, "")))


@pytest.mark.parametrize(
    ("path", "operation_id"),
    [
        ("/v1/a/b", "literal"),
        ("/v1/a/x", "half"),
        ("/v1/x/b", "open"),
        ("/v1/x/y", "open"),
        ("/v1/a/b/c", "late"),
        ("/v1/a/b/x", "early"),
    ],
)
@pytest.mark.parametrize("order", [1, -1])
def test_the_most_literal_template_wins(path: str, operation_id: str, order: int) -> None:
    """Of several templates that fit, the one with the fewest parameters counts, in whatever order they are listed."""
    listed = {"/v1/a/b": {"GET": "literal"}, "/v1/a/{y}": {"GET": "half"}, "/v1/{x}/{y}": {"GET": "open"}}
    listed |= {"/v1/a/{y}/{z}": {"GET": "early"}, "/v1/{x}/b/c": {"GET": "late"}}
    routes = KnownRoutes(dict(list(listed.items())[::order]))
    assert f"imitate {operation_id} " in str(routes.problem("GET", path))


def test_the_most_literal_template_decides_about_methods() -> None:
    """A method that only a less literal template has is not allowed."""
    routes = KnownRoutes({"/v1/{x}": {"PUT": "open"}, "/v1/a": {"GET": "literal"}})
    problem = routes.problem("PUT", "/v1/a")
    assert (405, "GET") == (problem.status, problem.headers["Allow"])


@pytest.mark.parametrize("template", ["/v1/a.b", "/v1/a+b", "/v1/(a)", "/v1/a{id}.json"])
def test_templates_are_no_regular_expressions(template: str) -> None:
    """What a template holds beside parameters is taken literally."""
    routes = KnownRoutes({template: {"GET": "getIt"}})
    assert (501, "not_imitated") == envelope(routes.problem("GET", filled(template, "x")))
    assert (404, "resource_missing") == envelope(routes.problem("GET", "/v1/aab"))


@pytest.mark.parametrize("path", ["/v1/v1/users", "/v1/v1/", "/v1/v1/v1/users"])
def test_a_doubled_prefix_is_explained(path: str) -> None:
    """A path that begins with /v1 twice is told what is wrong with the base URL."""
    problem = KnownRoutes(ROUTES).problem("GET", path)
    assert (404, "resource_missing") == envelope(problem)
    assert "KNOCK_BASE_URL" in str(problem)


def test_allow_is_sorted() -> None:
    """Allow has every method once, in the order of the alphabet."""
    assert {"Allow": "DELETE, GET, PUT"} == method_not_allowed({"PUT": "", "GET": "", "DELETE": ""}).headers
