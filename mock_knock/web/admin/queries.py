"""What is read of the queries of the fake's own controls, and how they are refused."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from difflib import get_close_matches
from typing import TypeVar

from flask import request

from mock_knock.contract.description import Description
from mock_knock.domain.verification_format import REPEATABLE
from mock_knock.web.admin.bodies import MAX_NAME, invalid, invalid_fields
from mock_knock.web.current import web

Choice = TypeVar("Choice", bound=str)
_NUMBER = re.compile(r"(?:0|[1-9][0-9]{0,15})(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
_COUNT = re.compile(r"[0-9]{1,9}", re.ASCII)


def check_query() -> None:
    """Refuse names that the control does not take, and those that come twice where one counts.

    A name that was misspelt would otherwise mean nothing, and the control would answer for everything.

    Raises:
        Problem: 422, with one entry for each name.
    """
    if not request.query_string:
        return
    if wrong := dict(_wrong_names(_known_names(web().controls()))):
        raise invalid_fields(wrong)


def operation_id(endpoint: str) -> str:
    """Return the operation of a view, whose name it has: `inbox.list_inbox_runs` is `listInboxRuns`."""
    return re.sub("_([a-z])", lambda found: found[1].upper(), endpoint.rpartition(".")[2])


def query_number(name: str, *, usual: float, most: float) -> float:
    """Return a number of the query, from 0 to `most`; raises Problem for something else."""
    text = request.args.get(name)
    if text is None:
        return usual
    found = float(text) if _NUMBER.fullmatch(text) else -1
    if not 0 <= found <= most:
        raise invalid(name, f"must be a number from 0 to {most:g}")
    return found


def query_count(name: str, *, usual: int, most: int) -> int:
    """Return a whole number of the query, from 0 to `most`; raises Problem for something else."""
    text = request.args.get(name)
    if text is None:
        return usual
    found = int(text) if _COUNT.fullmatch(text) else -1
    if not 0 <= found <= most:
        raise invalid(name, f"must be a whole number from 0 to {most}")
    return found


def query_choice(name: str, choices: Sequence[Choice], *, usual: Choice) -> Choice:
    """Return one of some texts of the query; raises Problem for something else."""
    text = request.args.get(name, usual)
    for each in choices:
        if each == text:
            return each
    raise invalid(name, f"must be one of: {', '.join(choices)}")


def query_texts(*names: str) -> dict[str, str]:
    """Return those texts of the query that are there; raises Problem for an empty one, which would mean nothing."""
    found = {name: request.args[name] for name in names if name in request.args}
    for name, text in found.items():
        if not text:
            raise invalid(name, "must not be empty: leave it out where it does not count")
    return found


def _known_names(controls: Description) -> list[str]:
    (operation,) = controls.find_by_id(operation_id(request.endpoint or ""))
    return [each.name for each in controls.details(operation).parameters if each.place == "query"]


def _wrong_names(known: Collection[str]) -> Iterator[tuple[str, str]]:
    for name, values in request.args.lists():
        if name not in known:
            yield name[:MAX_NAME], f"is no parameter here; {_remedy(name, known)}"
        elif len(values) > 1 and name not in REPEATABLE:
            yield name, "counts once: leave the others out"


def _remedy(name: str, known: Collection[str]) -> str:
    near = get_close_matches(name[:MAX_NAME], known, n=1)
    guess = f"did you mean {near[0]}? " if near else ""
    return f"{guess}known: {', '.join(known) or 'none'}"
