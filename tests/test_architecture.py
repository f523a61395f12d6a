from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "mock_knock"

LAYERS = {
    # the first part of a module's path below the package: what it may import of this project
    "messages": set(),
    "errors": {"messages"},
    "domain": {"messages", "errors"},
    "arazzo": {"messages", "errors"},
    "files": {"messages", "errors"},
    "redact": {"messages", "errors"},
    "store": {"messages", "errors", "domain"},
    "contract": {"messages", "errors"},
    "service": {"messages", "errors", "domain", "store", "redact"},
    "web": {"messages", "errors", "domain", "store", "contract", "service", "redact", "__init__"},
    "harness": {"messages", "errors", "arazzo", "contract", "files", "redact"},
    "report": {"messages", "errors", "harness.result", "harness.preview", "arazzo.engine", "redact"},
    "local": {"messages", "errors", "domain", "store", "contract", "files", "service", "web"},
    "flows": {"messages", "errors", "arazzo", "files", "harness", "local"},
    "commands": {"*"},
    "cli": {"messages", "errors", "redact", "__init__"},
    "__main__": {"cli"},
    "__init__": {"messages", "errors", "flows", "harness", "local"},
}
"""DESIGN section 3: imports point downward only, and neighbours do not know each other."""

LIBRARIES = {
    # library: the only places that may import it
    "flask": {"web"},
    "waitress": {"web.server"},
    "requests": {"harness.network"},
    "openapi_core": {"contract", "web.pipeline"},
    "jsonschema_rs": {"contract", "harness.flow"},
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


def test_no_document_text_reaches_the_interpreter() -> None:
    """Nothing in the package evaluates text as Python."""
    names = {
        (name, node.func.id)
        for name, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"eval", "exec", "compile"}
    }
    assert set() == names


def test_every_folder_is_in_the_table() -> None:
    """A new folder or module at the top has its layer in the table."""
    assert {name.split(".")[0] for name in MODULES} <= set(LAYERS)
