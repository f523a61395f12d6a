"""Options that every command about Arazzo documents has."""

from __future__ import annotations

import click

dialect_option = click.option(
    "--dialect",
    default="lenient",
    show_default=True,
    type=click.Choice(["lenient", "strict"]),
    help="How to read what the standard does not allow.",
)
severity_option = click.option(
    "--severity", "severities", multiple=True, metavar="CODE=LEVEL", help="error, warning or note; repeatable."
)
allow_root_option = click.option(
    "--allow-root",
    "allow_roots",
    multiple=True,
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False),
    help="Let FLOW read files below it.",
)
