"""Changes to a decoded document, in place: pure but for the generator of random numbers that is handed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any, TypeAlias

from hostile_texts import BY_FIELD, CODE, EXPRESSIONS, FIELDS, TEXTS, VALUES

from mock_knock.messages import JsonValue

Spot: TypeAlias = tuple[Any, Any]
"""A list or mapping, and the index or key of one of its members."""
TreeMutation: TypeAlias = Callable[[Random, Sequence[Spot]], None]


def spots(root: JsonValue) -> Iterator[Spot]:
    """Yield the place of every node below the root."""
    pending = [root]
    while pending:
        holder = pending.pop()
        keys: Any = holder if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else ()
        for key in keys:
            yield holder, key
            pending.append(holder[key])


def mutate_tree(random: Random, root: JsonValue) -> None:
    """Make one to four changes, most often one."""
    for _ in range(min(4, 1 + int(random.expovariate(1.2)))):
        if found := list(spots(root)):
            random.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0](random, found)


def replace_in_kind(random: Random, found: Sequence[Spot]) -> None:
    """Give a field another value of those that such a field has."""
    known = [(holder, key) for holder, key in found if key in BY_FIELD]
    holder, key = random.choice(known or found)
    holder[key] = _drawn(random, BY_FIELD.get(str(key), VALUES))


def replace_text(random: Random, found: Sequence[Spot]) -> None:
    """Put an expression or a hostile text in place of a text, or into the middle of one."""
    texts = [(holder, key) for holder, key in found if isinstance(holder[key], str)]
    if texts:
        holder, key = random.choice(texts)
        drawn, text = _drawn(random, random.choice([EXPRESSIONS, EXPRESSIONS, CODE, TEXTS])), holder[key]
        at = random.randrange(len(text) + 1)
        holder[key] = random.choice([drawn, text[:at] + drawn + text[at:], text[:at] + text[at + 1 :], text * 2])


def replace_by_anything(random: Random, found: Sequence[Spot]) -> None:
    """Give a member any value at all."""
    holder, key = random.choice(found)
    holder[key] = _drawn(random, VALUES)


def change_type(random: Random, found: Sequence[Spot]) -> None:
    """Keep what a member says and give it another type."""
    holder, key = random.choice(found)
    value = holder[key]
    holder[key] = random.choice([[value], {"value": value}, str(value)[:200], bool(value), None, _unwrapped(value)])


def delete(random: Random, found: Sequence[Spot]) -> None:
    """Take a member away."""
    holder, key = random.choice(found)
    del holder[key]


def duplicate(random: Random, found: Sequence[Spot]) -> None:
    """Put an entry of a list into it a second time."""
    lists = [(holder, key) for holder, key in found if isinstance(holder, list)]
    if lists:
        holder, key = random.choice(lists)
        holder.insert(random.randrange(len(holder) + 1), _copied(holder[key]))


def swap(random: Random, found: Sequence[Spot]) -> None:
    """Exchange two members of one list or mapping."""
    holder, key = random.choice(found)
    other = random.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    holder[key], holder[other] = holder[other], holder[key]


def rename(random: Random, found: Sequence[Spot]) -> None:
    """Give a member of a mapping another name."""
    members = [(holder, key) for holder, key in found if isinstance(holder, dict)]
    holder, key = random.choice(members or list(found))
    if isinstance(holder, dict):
        name = random.choice([random.choice(FIELDS), random.choice(TEXTS)[:500], str(key)[:-1]])
        holder[name] = holder.pop(key)


def add_member(random: Random, found: Sequence[Spot]) -> None:
    """Give a mapping a field that it has not."""
    mappings = [holder[key] for holder, key in found if isinstance(holder[key], dict)]
    if mappings:
        name = random.choice(FIELDS)
        random.choice(mappings)[name] = _drawn(random, BY_FIELD.get(name, VALUES))


def graft(random: Random, found: Sequence[Spot]) -> None:
    """Put a copy of one part in place of another: ids come to stand twice, and references lead to the wrong kind."""
    (source, name), (holder, key) = random.choice(found), random.choice(found)
    holder[key] = _copied(source[name])


def redirect(random: Random, found: Sequence[Spot]) -> None:
    """Let a reference name what another one of the document names: loops and calls in a circle come about."""
    texts = [(holder, key) for holder, key in found if key in _REFERRING and isinstance(holder[key], str)]
    if texts:
        (source, name), (holder, key) = random.choice(texts), random.choice(texts)
        holder[key] = source[name]


_REFERRING = {"stepId", "workflowId", "operationId", "reference", "$ref", "context", "condition", "name", "url"}
_WEIGHTS: dict[TreeMutation, int] = {
    replace_in_kind: 9, replace_text: 6, redirect: 4, replace_by_anything: 3, delete: 3, change_type: 2, duplicate: 2,
    swap: 2, rename: 2, add_member: 3, graft: 2,
}  # fmt: skip


def _drawn(random: Random, values: Sequence[Any]) -> Any:
    return _copied(random.choice(values))


def _copied(value: Any) -> Any:
    """Return a copy that shares nothing with the original."""
    if isinstance(value, dict):
        return {key: _copied(each) for key, each in value.items()}
    return [_copied(each) for each in value] if isinstance(value, (list, tuple)) else value


def _unwrapped(value: Any) -> Any:
    children = list(value.values()) if isinstance(value, dict) else value
    return children[0] if isinstance(children, list) and children else 7
