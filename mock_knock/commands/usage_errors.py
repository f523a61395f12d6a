"""What click says of a command line that makes no sense, in the form of every other error: code, sentence, remedy."""

from __future__ import annotations

import click

from mock_knock.errors import UsageError

CODES: tuple[tuple[type[click.ClickException], str], ...] = (
    (click.NoSuchOption, "usage-option-unknown"),
    (click.BadOptionUsage, "usage-option-incomplete"),
    (click.MissingParameter, "usage-argument-missing"),
    (click.BadParameter, "usage-value-invalid"),
    (click.ClickException, "usage-invalid"),
)
"""The code of each kind of mistake; the first kind that fits counts."""


def usage_error(error: click.ClickException) -> UsageError:
    """Return what click found as an error of this program, with all that was noted about it."""
    code = next(code for kind, code in CODES if isinstance(error, kind))
    message = error.message if isinstance(error, click.NoSuchOption) else error.format_message()
    told = UsageError(code, _sentence(message), hint=_hint(error))
    for note in getattr(error, "__notes__", ()):
        told.add_note(note)
    return told


def _sentence(message: str) -> str:
    """Return a message as it stands behind `error:`, in one line."""
    line = " ".join(message.split())
    return f"{line[:1].lower()}{line[1:].removesuffix('.')}"


def _hint(error: click.ClickException) -> str:
    near = error.possibilities if isinstance(error, click.NoSuchOption) else None
    meant = f"did you mean {' or '.join(near)}?\n  " if near else ""
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is None:
        return f"{meant}`mock-knock --help` tells more"
    usage = " ".join(context.get_usage().split()).removeprefix("Usage: ")
    return f"{meant}usage: {usage}\n  `{context.command_path} --help` tells more"
