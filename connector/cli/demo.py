"""``interspace demo``: the main job, told as a story on a sandbox helpdesk with an accelerated clock."""

import json
import logging
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text
from werkzeug.serving import make_server

from connector.cli.options import later, settings_options
from connector.cli.sections import command
from connector.cli.wiring import open_policy
from connector.documents.matrix import matrix_document
from connector.documents.render import as_file
from connector.helpdesks import registry
from connector.helpdesks.plugin import HouseVariant
from connector.logs import configure
from connector.sandbox.stage import Stage
from connector.sandbox.story import Told, tell
from connector.settings import Settings

SHIPPED = Settings()
"""The story's people, dates and services fit the rules, catalogue and mappings that come with the connector."""

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""A Monday, 10:00 in Berlin."""


@command()
@later(lambda: [_option()])
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="A folder for the documents that customers get."
)
@click.option("--json", "as_json", is_flag=True, help="Print the timeline as JSON.")
@settings_options()
def demo(settings: Settings, *, helpdesk: str, out: Path | None, as_json: bool) -> None:
    """Play an outage on a sandbox helpdesk.

    From the first e-mail to the RFO: signed webhooks over real sockets, the real receiver, work table and worker, a
    clock that jumps. Needs nothing and changes nothing outside. The rules, catalogue and mappings are always those
    that come with the connector, whatever the settings say.

    Exit code 0 only if every step really happened.

    \b
    Examples:
      interspace demo --helpdesk {helpdesk}
      interspace demo --out documents
    """
    if "log_level" not in settings.model_fields_set:
        # A story is read better without log lines in it.
        configure(settings.model_copy(update={"log_level": "warning"}))
    policy = open_policy(SHIPPED)
    house = _houses()[helpdesk]
    console = Console(highlight=False)
    steps: list[Told] = []
    with tempfile.TemporaryDirectory(prefix="interspace-demo-") as directory:
        database = f"sqlite:///{Path(directory) / 'work.sqlite3'}"
        with Stage(policy, house.open, database, START) as stage, _on_sockets(stage):
            if not as_json:
                console.print(f"[bold]An outage, played on a sandbox {house.title}[/] (policy {policy.version})\n")
            for step in tell(stage):
                steps.append(step)
                if not as_json:
                    console.print(_row(step))
            files = {name: held for ticket in stage.house.tickets() for name, held in stage.house.files(ticket).items()}
    line = policy.service("SVC-1005")
    if line is not None:
        matrix = as_file(matrix_document(policy, line, policy.ladder(line.id)), policy.letterhead)
        files[matrix.name] = matrix.content
    if not as_json:
        console.print(f"\nDocuments: {', '.join(f'{name} ({len(held) // 1024} kB)' for name, held in files.items())}")
    if out is not None:
        _keep(out, files)
        if not as_json:
            console.print(f"They are in {out}.")
    failed = [step for step in steps if not step.happened]
    if as_json:
        click.echo(json.dumps([step._asdict() | {"at": step.at.isoformat()} for step in steps], indent=2))
    else:
        console.print(f"\n{len(steps) - len(failed)} of {len(steps)} steps happened.")
    sys.exit(1 if failed else 0)


def _keep(folder: Path, files: Mapping[str, bytes]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        raise click.ClickException(f"{folder}: cannot be written: {error.strerror}") from error


def _houses() -> dict[str, HouseVariant]:
    return {house.name: house for plugin in registry.plugins() for house in plugin.houses}


def _option() -> click.Option:
    houses = _houses()
    help_ = f"The sandbox to play on: {', '.join(f'{name} is {house.title}' for name, house in houses.items())}."
    return click.Option(
        ["--helpdesk"], type=click.Choice(list(houses)), default=next(iter(houses)), show_default=True, help=help_
    )


@contextmanager
def _on_sockets(stage: Stage) -> Iterator[None]:
    """The sandbox's API and the receiver on free ports of this machine."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, stage.receiver, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        with stage.sandbox.serve() as helpdesk:
            stage.connect(helpdesk.url)
            stage.deliver_to(f"http://127.0.0.1:{server.server_port}")
            yield
    finally:
        server.shutdown()
        thread.join()


def _row(step: Told) -> Table:
    row = Table.grid(padding=(0, 2))
    row.add_column(width=16, no_wrap=True)
    row.add_column()
    mark = "[green]✓[/]" if step.happened else "[red]✗[/]"
    row.add_row(f"[dim]{step.at:%a %d %b %H:%M}[/]", f"{mark} [bold]{step.title}[/]")
    for line in step.lines:
        row.add_row("", Text(line))
    for problem in step.problems:
        row.add_row("", Text(problem, style="red"))
    if step.calls:
        row.add_row("", Text(f"{step.calls}", style="dim"))
    return row
