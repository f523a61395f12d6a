from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "mock_knock"

LAYERS = {
    # the first part of a module's path below the package: what it may import of this project
    "messages": set(),
    "alike": {"messages"},
    "errors": {"messages"},
    "domain": {"messages", "errors", "alike"},
    "arazzo": {"messages", "errors"},
    "files": {"messages", "errors"},
    "redact": {"messages", "errors"},
    "settings": {"messages", "errors", "domain.reading", "files"},
    "store": {"messages", "errors", "alike", "domain"},
    "contract": {"messages", "errors", "alike", "arazzo.conditions.bounded_regex"},
    "service": {"messages", "errors", "alike", "domain", "store", "redact"},
    "web": {
        "messages",
        "errors",
        "domain",
        "store",
        "contract",
        "seeding",
        "service",
        "redact",
        "__init__",
    },
    "harness": {"messages", "errors", "arazzo", "contract", "files", "redact"},
    "report": {
        "messages",
        "errors",
        "harness.result",
        "harness.preview",
        "harness.gauntlet",
        "harness.called",
        "harness.moments",
        "arazzo.engine",
        "redact",
        "__init__",
    },
    "client": {"messages", "errors", "files", "redact"},
    "seeding": {"messages", "errors", "domain", "contract"},
    "served": {"messages", "errors", "contract", "files"},
    "local": {
        "messages",
        "errors",
        "domain",
        "new_uuid",
        "store",
        "contract",
        "files",
        "served",
        "seeding",
        "service",
        "web",
    },
    "flows": {"messages", "errors", "arazzo", "files", "harness", "local"},
    "gauntlets": {"messages", "errors", "domain.scenario", "flows", "harness", "local", "web.guard"},
    "testing": {"*"},
    "new_uuid": {"domain.uuid_text"},
    "plain_imports": set(),
    "pytest_plugin": {"plain_imports", "testing"},
    "commands": {"*"},
    "cli": {"messages", "errors", "redact", "commands.usage_errors", "__init__"},
    "__main__": {"cli"},
    "__init__": {"messages", "errors", "flows", "harness", "local", "client", "testing"},
}
"""DESIGN section 3: imports point downward only, and neighbours do not know each other."""

LIBRARIES = {
    # library: the only places that may import it
    "flask": {"web"},
    "waitress": {"web.address", "web.server", "web.connection"},
    "granian": {"web.granian_server"},
    "requests": {"harness.network", "client.sending"},
    "openapi_core": {"contract"},
    "elementpath": {
        "arazzo.queries.xml_query",
        "arazzo.queries.xpath_evaluation",
        "arazzo.queries.xpath_functions",
        "arazzo.queries.xpath_matching",
        "arazzo.queries.xpath_work",
    },
    "msgspec": {"contract.shape_reader"},
    "jsonschema_rs": {"contract", "harness.inputs"},
    "jsonschema": {"contract"},
    "yaml": {"files"},
    "click": {"cli", "commands"},
}

IMPURE = {
    "asyncio", "logging", "os", "pathlib", "random", "secrets", "shutil", "socket", "subprocess", "sys", "tempfile",
    "threading", "time", "urllib.request",
}  # fmt: skip
"""Modules that reach outside; the pure layers import none of them."""

IMPURE_CALLS = {
    "now",
    "utcnow",
    "today",
    "sleep",
    "uuid1",
    "uuid4",
    "open",
    "eval",
    "exec",
    "compile",
    "print",
    "input",
}


def module_name(path: Path) -> str:
    """Return the dotted name below the package."""
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts)


MODULES = {module_name(path): ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}
PURE = [name for name in MODULES if name.split(".")[0] in {"messages", "errors", "domain", "arazzo"}]


def imports(tree: ast.AST) -> Iterator[str]:
    """Yield every module that a tree imports, wherever in it."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str() as module, level=0):
                yield module


def own_imports(name: str) -> list[str]:
    """Return the modules of this project that a module imports, below the package."""
    found = [each for each in imports(MODULES[name]) if is_within(each, "mock_knock")]
    return [each.removeprefix("mock_knock").removeprefix(".") or "__init__" for each in found]


def is_within(module: str, place: str) -> bool:
    """Tell whether a module is a place or lies in it."""
    return place in {"*", module} or module.startswith(f"{place}.")


@pytest.mark.parametrize("name", MODULES)
def test_imports_point_downward(name: str) -> None:
    """A module imports only from its own folder and from the layers below it."""
    layer = name.split(".", maxsplit=1)[0]
    allowed = LAYERS[layer] | {layer}
    strays = [each for each in own_imports(name) if not any(is_within(each, place) for place in allowed)]
    assert [] == strays


@pytest.mark.parametrize("name", MODULES)
def test_libraries_stay_in_their_places(name: str) -> None:
    """A library that only one part needs is imported by that part alone."""
    strays = [
        library
        for library, places in LIBRARIES.items()
        if any(is_within(each, library) for each in imports(MODULES[name]))
        and not any(is_within(name, place) for place in places)
    ]
    assert [] == strays


@pytest.mark.parametrize("name", PURE)
def test_pure_layers_reach_nothing_outside(name: str) -> None:
    """Words, rules and engine neither read clocks nor files, draw nothing at random and start nothing."""
    strays = [each for each in imports(MODULES[name]) if any(is_within(each, module) for module in IMPURE)]
    assert [] == strays
    called = {
        node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
        for node in ast.walk(MODULES[name])
        if isinstance(node, ast.Call) and isinstance(node.func, (ast.Attribute, ast.Name))
    }
    own = {"now", "compile"}  # the clocks' own method, and a compiled pattern of our own
    assert set() == (called & IMPURE_CALLS) - own


EVALUATORS = {
    "eval", "exec", "compile", "execfile", "__import__", "globals", "locals", "breakpoint", "system", "popen", "spawn",
    "import_module", "unsafe_load", "full_load", "load_all", "safe_load", "attrgetter", "methodcaller", "eval_type",
}  # fmt: skip
"""Calls, as names or attributes, by which text can become code, an object of any kind, or a command."""

EVALUATING_MODULES = {
    "builtins", "code", "codeop", "ctypes", "dill", "importlib", "marshal", "pickle", "pty", "runpy", "shelve",
    "subprocess", "jinja2", "yaml.constructor",
}  # fmt: skip

OWN_EVALUATION = {
    # (module, what it may use): none of it ever sees text of a document
    ("cli", "importlib"),  # commands are imported when they are called, by names of a table
    ("cli", "import_module"),
    ("__init__", "importlib"),
    ("__init__", "import_module"),
    ("__init__", "globals"),
    ("plain_imports", "importlib"),  # finds modules of this package, in the usual places
    ("harness.command_client", "subprocess"),  # the command that a person gives to the gauntlet, word by word, no shell
    ("harness.foreground", "subprocess"),  # and to exec
}

COMPILERS = {"re", "regex", "_QUERIES", "_ENVIRONMENT"}
"""What has a `compile` that compiles no Python."""


def called_name(call: ast.Call) -> str:
    """Return the last name of what is called; the `compile` of a known compiler is none."""
    match call.func:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id=holder), attr="compile") if holder in COMPILERS:
            return ""
        case ast.Attribute(attr=name):
            return name
    return ""


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Yield every call of a tree."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


@pytest.mark.parametrize("name", MODULES)
def test_no_document_text_reaches_the_interpreter(name: str) -> None:
    """Nothing in the package can turn text into code, into an object of any class, or into a command."""
    tree = MODULES[name]
    called = {found for each in calls(tree) if (found := called_name(each)) in EVALUATORS}
    imported = {module for each in imports(tree) for module in EVALUATING_MODULES if is_within(each, module)}
    assert set() == {(name, each) for each in called | imported} - OWN_EVALUATION


OWN_ATTRIBUTES = {
    ("cli", "getattr sys, name"),  # stdout and stderr
    ("cli", "setattr sys, name"),
    ("__init__", "getattr import_module(_MODULES[name]), name"),  # public names, from a table
    ("web.admin.rules", "getattr found, field"),  # what a world is to do, from a table
    ("contract.overlay_target", "getattr compiled, self._method"),  # match or search, as this project says
}


@pytest.mark.parametrize("name", MODULES)
def test_no_document_text_names_an_attribute(name: str) -> None:
    """Attributes are asked for by names that stand in the code, never by text that came in."""
    reflective = {"getattr", "setattr", "delattr", "hasattr", "vars", "dir"}
    found = {
        (name, f"{each.func.id} {ast.unparse(each.args[0])}, {ast.unparse(each.args[1]) if each.args[1:] else ''}")
        for each in calls(MODULES[name])
        if isinstance(each.func, ast.Name)
        and each.func.id in reflective
        and not (len(each.args) > 1 and isinstance(each.args[1], ast.Constant))
    }
    assert set() == found - OWN_ATTRIBUTES


def test_yaml_is_read_strictly() -> None:
    """Of the YAML library only the parser is used: nothing is constructed by its tags."""
    used = {
        (name, node.attr)
        for name, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "yaml"
    }
    allowed = {"parse", "scan", "SafeLoader", "MarkedYAMLError", "YAMLError", "reader"}
    assert {"files.yaml_outline", "files.yaml_reader"} == {name for name, _ in used}
    assert set() == {attribute for _, attribute in used if not attribute.endswith("Event")} - allowed


def test_every_folder_is_in_the_table() -> None:
    """A new folder or module at the top has its layer in the table."""
    assert {name.split(".")[0] for name in MODULES} <= set(LAYERS)
