"""One thing with its details, as commands print it."""

import json
from collections.abc import Mapping

import click

from connector.logs import harmless


def print_details(details: Mapping[str, object], *, as_json: bool) -> None:
    """A line for each detail that is there, or all of them as JSON."""
    if as_json:
        click.echo(json.dumps(details, indent=2, ensure_ascii=False))
        return
    for name, value in details.items():
        if value is not None:
            click.echo(f"{name}: {harmless(str(value))}")
