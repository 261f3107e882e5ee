"""``interspace matrix``: the escalation matrix of a service, to look at and as the document for its customer (R35)."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.text import Text

from connector.cli.listing import listing
from connector.cli.options import HELPDESK, RULES, helpdesk_option, settings_options
from connector.cli.sections import Group
from connector.cli.wiring import identity_of, open_desk, open_policy
from connector.counted import counted
from connector.documents.matrix import matrix_document, version_on
from connector.documents.render import DocumentError, as_file, pdf
from connector.domain.document import Document
from connector.helpdesks.helpdesk import HandOver, HandsOver
from connector.logs import harmless
from connector.messages.words import Reader
from connector.policy.catalogue import Service
from connector.policy.ladder import LadderVersion
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
      interspace matrix plan
      interspace matrix apply
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
    """Show what a service's document says.

    \b
    Example:
      interspace matrix show --service SVC-1003
    """
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
    levels = []
    for level in said["levels"]:
        contacts = "\n".join(" · ".join(contact) for contact in level["contacts"])
        levels.append((level["level"], level["name"], contacts, *level["after"]))
    console.print(listing(("level", "who", "contact", *(one["id"] for one in said["priorities"])), levels))
    targets = (target.values() for target in said["targets"])
    console.print(listing(("priority", "first response", "update", "repair", "clock"), targets))


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

    \b
    Examples:
      interspace matrix pdf --service SVC-1003 --at 2026-12-01 --out matrices
      interspace matrix pdf --all --out matrices
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


class _Due(NamedTuple):
    """A version that its customer is to have."""

    service: Service
    version: LadderVersion
    contact: str | None
    ticket: str | None
    """The number of the ticket that proves the hand-over."""

    @property
    def key(self) -> str:
        return f"matrix:{self.service.id}:v{self.version.version}"

    def as_data(self) -> dict[str, Any]:
        """As JSON; ``ticket`` is ``None`` while it is not handed over, ``contact`` where the catalogue names none."""
        return {
            "service": self.service.id,
            "customer": self.service.customer,
            "version": self.version.version,
            "valid_from": self.version.valid_from.isoformat() if self.version.valid_from else None,
            "contact": self.contact,
            "ticket": self.ticket,
        }

    def describe(self, today: date) -> str:
        begins = self.version.valid_from
        days = f", {(begins - today).days} days' notice" if begins and begins > today else ""
        name = f"{self.service.id}, version {self.version.version}, valid from {begins}{days}"
        if self.ticket is not None:
            return f"{name}: handed over by ticket {self.ticket}"
        if self.contact is None:
            return f"{name}: the catalogue names no contact of {self.service.customer}"
        return f"{name}: to be handed over to {self.contact}"


@matrix.command()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@helpdesk_option()
@settings_options(*RULES, HELPDESK)
def plan(settings: Settings, *, helpdesk: str | None, as_json: bool) -> None:
    """Show what has been handed over, and what has not.

    Of every service the newest version with a day (valid_from). Nothing is written.

    \b
    Examples:
      interspace matrix plan
      interspace matrix plan --json
    """
    policy, desk = open_policy(settings), _handing(settings, helpdesk)
    due = _due(policy, desk)
    if as_json:
        click.echo(json.dumps([one.as_data() for one in due], indent=2, ensure_ascii=False))
    else:
        _print(due, _today(policy))


@matrix.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@helpdesk_option()
@settings_options(*RULES, HELPDESK)
def apply(settings: Settings, *, yes: bool, helpdesk: str | None) -> None:
    """Hand over what has not been handed over.

    One closed ticket for each service and version, with a mail to the customer's contact that holds the document. What
    was handed over is not sent again.

    \b
    Example:
      interspace matrix apply
    """
    policy, desk = open_policy(settings), _handing(settings, helpdesk)
    due = _due(policy, desk)
    _print(due, _today(policy))
    waiting = [one for one in due if one.ticket is None and one.contact is not None]
    if not waiting or not (yes or click.confirm(f"Send {counted(len(waiting), 'mail')} to customers?")):
        return
    for one in waiting:
        number = desk.hand_over(_hand_over(policy, one))
        click.echo(f"{one.service.id}: handed over by ticket {number}")


def _handing(settings: Settings, helpdesk: str | None) -> HandsOver:
    chosen = settings.helpdesk(helpdesk)
    desk = open_desk(settings, chosen)
    if not isinstance(desk, HandsOver):
        raise click.UsageError(
            f"on {chosen} a matrix is handed over by hand: interspace matrix pdf --all writes the files; send each "
            "to the customer"
        )
    identity_of(chosen, desk)
    return desk


def _due(policy: Policy, desk: HandsOver) -> list[_Due]:
    contacts = {customer.id: customer.contact for customer in policy.catalogue.customers}
    found = []
    for service in policy.catalogue.services:
        version = policy.ladder(service.id)
        if version.valid_from is not None:
            due = _Due(service, version, contacts.get(service.customer), None)
            found.append(due._replace(ticket=desk.handed_over(due.key)))
    return found


def _print(due: list[_Due], today: date) -> None:
    for one in due:
        click.echo(one.describe(today))
    if not due:
        click.echo("No version has a day (valid_from): there is nothing to hand over.")


def _hand_over(policy: Policy, due: _Due) -> HandOver:
    begins = f"{due.version.valid_from:%d %B %Y}"
    data = {"service": due.service.id, "version": due.version.version, "begins": begins}
    common = {"ticket": {"number": "", "title": ""}, "provider": policy.name, "policy": policy.version}
    letter = policy.messages.render("matrix_letter", {**common, **data}, Reader())
    document = matrix_document(policy, due.service, due.version)
    return HandOver(
        key=due.key,
        title=letter.subject,
        text=letter.body,
        group="intake",
        email=due.contact or "",
        file=as_file(document, policy.letterhead),
    )


def _today(policy: Policy) -> date:
    return datetime.now(ZoneInfo(policy.display_timezone)).date()


def _service(policy: Policy, service_id: str) -> Service:
    service = policy.service(service_id)
    if service is None:
        raise click.UsageError(f"the service catalogue has no service {service_id!r}")
    return service


def _document(policy: Policy, service: Service, at: date | None) -> Document:
    return matrix_document(policy, service, version_on(policy, service, at or _today(policy)))
