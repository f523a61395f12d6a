"""Mutated documents, each a pure function of a seed and an index."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import orjson
from text_mutations import mutate_text
from tree_mutations import mutate_tree

from mock_knock.files import bundled, list_bundled
from mock_knock.files.yaml_reader import read_yaml

SEEDS = Path(__file__).parent / "seeds"
FLOW_SUFFIX = ".arazzo.yaml"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A flow to try, as a file below a folder that holds the files of `originals` besides.

    Attributes:
        index: which one of its seed it is.
        flow: the path of the document to load.
        path: of the file that was changed: the flow itself, or something it refers to.
        content: what stands there now.
        random: a seed for whatever else has to be drawn for it.
    """

    index: int
    flow: str
    path: str
    content: bytes
    random: str


def mutants(seed: int, count: int) -> Iterator[Mutant]:
    """Yield the first mutants of a seed."""
    return (mutant(seed, index) for index in range(count))


def mutant(seed: int, index: int) -> Mutant:
    """Return one mutant; the same arguments always give the same one."""
    random = Random(f"{seed}:{index}")
    flow = random.choice(flow_names())
    place = random.choices(("flow", "description", "document"), (80, 15, 5))[0]
    path = flow if place == "flow" else random.choice(_others(place))
    as_text = random.random() < (0.2 if place == "flow" else 0.1)
    content = mutate_text(random, originals()[path].decode()) if as_text else _mutated_tree(random, path)
    if path == flow:
        suffix = ".yaml" if as_text or random.random() < 0.7 else ".json"
        flow = path = f"flows/mutant{suffix}"
    return Mutant(index, flow, path, content, f"{seed}:{index}:run")


def _mutated_tree(random: Random, path: str) -> bytes:
    value = orjson.loads(_decoded(path))
    mutate_tree(random, value)
    return json.dumps(value, ensure_ascii=False).encode(
        "utf-8", "surrogatepass"
    )  # JSON is YAML, but for its surrogates


def _others(place: str) -> list[str]:
    if place == "document":
        return [name for name in originals() if name.endswith("common" + FLOW_SUFFIX)]
    return [name for name in originals() if name.startswith("openapi/")]


@cache
def originals() -> Mapping[str, bytes]:
    """Return every sound file by its path: the flows of this folder and the bundled ones, and what they refer to."""
    found = {f"flows/{each.name}": each.read_bytes() for each in sorted(SEEDS.glob(f"*{FLOW_SUFFIX}"))}
    found |= {f"openapi/{each.name}": each.read_bytes() for each in sorted(SEEDS.glob("*.json"))}
    del found["openapi/inputs.json"]
    for name in list_bundled("arazzo"):
        text = bundled("arazzo", f"{name}.yaml").read_text(encoding="utf-8")
        found[f"flows/{name}{FLOW_SUFFIX}"] = text.replace(".yml", ".json").encode()
    for name in ("knock-users-api-openapi", "knock-bulk-operations-api-openapi", "knock-workflows-api-openapi"):
        text = bundled("openapi", f"{name}.yml").read_text(encoding="utf-8")
        found[f"openapi/{name}.json"] = orjson.dumps(_without_prose(read_yaml(text)))
    return found


@cache
def flow_names() -> tuple[str, ...]:
    """Return the paths of the sound flows."""
    return tuple(name for name in originals() if name.startswith("flows/"))


@cache
def sound_inputs() -> Mapping[str, Any]:
    """Return values for the inputs of every sound flow, by name."""
    found: Mapping[str, Any] = orjson.loads((SEEDS / "inputs.json").read_bytes())
    return found


@cache
def _decoded(path: str) -> bytes:
    return orjson.dumps(read_yaml(originals()[path].decode()))


def _without_prose(value: Any) -> Any:
    """Return a description without the texts and examples that make it long."""
    if isinstance(value, list):
        return [_without_prose(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: "" if name == "description" and isinstance(each, str) else _without_prose(each)
        for name, each in value.items()
        if name not in {"example", "examples", "summary"}
    }
