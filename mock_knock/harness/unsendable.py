"""A request that cannot be put into HTTP: as a value for those who run a flow, as an exception where it is found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unsendable:
    """A request that cannot be put into HTTP, and why; `pointer` is the place of the value in the document."""

    message: str
    hint: str
    pointer: str = ""


class CannotSend(Exception):
    """A value that cannot be written; `problem` says why."""

    def __init__(self, message: str, hint: str, pointer: str = "") -> None:
        super().__init__(message)
        self.problem = Unsendable(message, hint, pointer)
