"""``interspace matrix``: the escalation matrix of a service, to look at and as the document for its customer (R35)."""

import json
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from connector.cli.options import RULES, settings_options
from connector.cli.sections import Group
from connector.cli.wiring import open_policy
from connector.documents.matrix import matrix_document, version_on
from connector.documents.render import DocumentError, pdf
from connector.domain.document import Document
from connector.logs import harmless
from connector.policy.catalogue import Service
from connector.policy.models import Policy
from connector.settings import Settings


@click.group(cls=Group)
def matrix() -> None:
    """The escalation matrices of services.

    \b
    Examples:
      interspace matrix show --service SVC-1003
      interspace matrix pdf --service SVC-1003 --at 2026-12-01 --out matrices
      interspace matrix pdf --all --out matrices
    """


def _day(context: click.Context, option: click.Parameter, value: str | None) -> date | None:
    try:
        return date.fromisoformat(value) if value is not None else None
    except ValueError:
        raise click.BadParameter(f"{value!r} is no day such as 2026-12-01", context, option) from None


_at = click.option("--at", callback=_day, metavar="DAY", help="The version of tickets opened on it.  [default: today]")


@matrix.command()
@click.option("--service", "service_id", required=True, metavar="ID", help="An ID of the service catalogue.")
@_at
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@settings_options(*RULES, logs=False)
def show(settings: Settings, *, service_id: str, at: date | None, as_json: bool) -> None:
    """Show what a service's document says."""
    policy = open_policy(settings)
    service = _service(policy, service_id)
    document = _document(policy, service, at)
    if as_json:
        click.echo(json.dumps({"file": document.name, **document.content}, indent=2, ensure_ascii=False))
        return
    said = document.content
    console = Console()
    begins = f", valid from {said['valid_from']}" if said["valid_from"] else ""
    console.print(Text(harmless(f"{service.id} {service.name}, {said['customer']}: version {said['version']}{begins}")))
    levels = Table("level", "who", "contact", *(one["id"] for one in said["priorities"]))
    for level in said["levels"]:
        contacts = "\n".join(" · ".join(contact) for contact in level["contacts"])
        levels.add_row(str(level["level"]), Text(harmless(level["name"])), Text(harmless(contacts)), *level["after"])
    console.print(levels)
    targets = Table("priority", "first response", "update", "repair", "clock")
    for target in said["targets"]:
        targets.add_row(*(Text(harmless(cell)) for cell in target.values()))
    console.print(targets)


@matrix.command(name="pdf")
@click.option("--service", "service_id", metavar="ID", help="An ID of the service catalogue.")
@click.option("--all", "every", is_flag=True, help="Every service of the catalogue.")
@_at
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="A folder.  [default: here]"
)
@settings_options(*RULES, logs=False)
def pdf_(settings: Settings, *, service_id: str | None, every: bool, at: date | None, out: Path) -> None:
    """Write the documents of services.

    The same policy makes the same file, whenever it is asked for.
    """
    policy = open_policy(settings)
    if every == (service_id is not None):
        raise click.UsageError("name a service by --service, or give --all")
    services = policy.catalogue.services if service_id is None else (_service(policy, service_id),)
    for service in services:
        document = _document(policy, service, at)
        path = out / document.name
        try:
            out.mkdir(parents=True, exist_ok=True)
            path.write_bytes(pdf(document, policy.letterhead))
        except DocumentError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            raise click.ClickException(f"{path}: cannot be written: {error.strerror}") from error
        click.echo(f"{path}: written")


def _service(policy: Policy, service_id: str) -> Service:
    service = policy.service(service_id)
    if service is None:
        raise click.UsageError(f"the service catalogue has no service {service_id!r}")
    return service


def _document(policy: Policy, service: Service, at: date | None) -> Document:
    today = datetime.now(ZoneInfo(policy.display_timezone)).date()
    return matrix_document(policy, service, version_on(policy, service, at or today))
