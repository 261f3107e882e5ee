"""``interspace rfo``: what the document of an RFO would say, and the document as it would be now (R32, R33)."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import click
from rich.console import Console
from rich.text import Text

from connector.cli.listing import listing
from connector.cli.options import HELPDESK, RULES, helpdesk_option, number_in, settings_options
from connector.cli.sections import Group
from connector.cli.wiring import now, open_desk, open_policy, recall_staff
from connector.documents.render import DocumentError, pdf
from connector.domain.connector_key import number_of
from connector.domain.document import Document
from connector.domain.model import TicketId
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import RfoRelease, TicketKind
from connector.logs import harmless
from connector.policy.models import Policy
from connector.rules.case import Case
from connector.rules.people import known
from connector.rules.rfo_document import Edition, rfo_document
from connector.rules.rfo_facts import covered, fact_text, facts, restored, sent
from connector.rules.rfo_release import release
from connector.rules.rfo_text import RfoText, asks_for_record, read_record, rfo_text, told
from connector.settings import Settings
from connector.work.others import with_others


@click.group(cls=Group)
def rfo() -> None:
    """The documents that customers get after an outage.

    \b
    Examples:
      interspace rfo show '{ticket}'
      interspace rfo preview '{ticket}' --out preview.pdf
    """


class _Seen(NamedTuple):
    """An RFO task with its incident, and the problem record of that."""

    task: Ticket
    incident: Ticket
    record: Ticket | None
    policy: Policy

    @property
    def number(self) -> int:
        return number_of(self.task.fields.connector_key)

    @property
    def text(self) -> RfoText:
        return rfo_text(self.task, self.incident, self.record, self.policy, restored(self.incident, self.number))


@rfo.command()
@click.argument("ticket")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@helpdesk_option()
@settings_options(*RULES, HELPDESK)
def show(settings: Settings, *, ticket: str, as_json: bool, helpdesk: str | None) -> None:
    """Show what the document would say, and what is missing.

    TICKET is the RFO task or its incident, as people call it ({tickets}), or its id in the helpdesk's API. Nothing is
    written.

    \b
    Example:
      interspace rfo show '{ticket}'
    """
    seen = _seen(settings, ticket, helpdesk)
    case = Case(seen.incident, seen.policy, now())
    lines = [
        {"at": fact.at.isoformat(), "text": fact_text(case, fact)}
        for fact in facts(seen.incident, covered(seen.incident, seen.number), seen.policy)
    ]
    wanted = release(seen.task, seen.incident, seen.record, seen.policy)
    report: dict[str, Any] = {
        "task": seen.task.number,
        "incident": seen.incident.number,
        "status": seen.task.fields.rfo_status,
        "versions": [
            {"version": one.version, "final": one.is_final, "at": one.at.isoformat()}
            for one in sent(seen.incident, seen.number)
        ],
        "timeline": lines,
        "texts": seen.text.texts,
        "faults": told(Case(seen.task, seen.policy, now()), (*seen.text.faults, *seen.text.missing)),
        "release": None if wanted is None else {"kind": wanted.kind, "good": wanted.is_good, "why_not": wanted.who},
    }
    if as_json:
        click.echo(json.dumps(report, indent=2, ensure_ascii=False, default=str))
        return
    console = Console()
    console.print(Text(f"RFO task {seen.task.number} of incident {seen.incident.number}: {report['status'] or 'none'}"))
    rows = [(line["at"][:16].replace("T", " ") + " UTC", line["text"]) for line in lines]
    rows += [(seen.task.labels[name], text) for name, text in seen.text.texts.items()]
    console.print(listing(("what", "says"), rows, "Document"))
    for fault in report["faults"]:
        console.print(Text(harmless(f"- {fault}")))
    console.print("A final version can be released." if not report["faults"] else "A final version cannot be released.")


@rfo.command()
@click.argument("ticket")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Where to.  [default: its name, here]")
@helpdesk_option()
@settings_options(*RULES, HELPDESK)
def preview(settings: Settings, *, ticket: str, out: Path | None, helpdesk: str | None) -> None:
    """Write the document as it would be now.

    It bears a watermark and goes to nobody. TICKET is the RFO task or its incident, as people call it ({tickets}), or
    its id in the helpdesk's API.

    \b
    Example:
      interspace rfo preview '{ticket}' --out preview.pdf
    """
    document = _preview(_seen(settings, ticket, helpdesk))
    path = out or Path(f"preview-{document.name}")
    try:
        path.write_bytes(pdf(document, open_policy(settings).letterhead))
    except DocumentError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{path}: cannot be written: {error.strerror}") from error
    click.echo(f"{path}: written")


def _preview(seen: _Seen) -> Document:
    before = sent(seen.incident, seen.number)
    version = max((one.version for one in before), default=0) + 1
    edition = Edition(seen.number, version, RfoRelease.FINAL, now().replace(microsecond=0), before, is_preview=True)
    return rfo_document(seen.incident, seen.task, seen.text, seen.policy, edition)


def _seen(settings: Settings, ticket: str, helpdesk: str | None) -> _Seen:
    """The task, and its incident, however they are called.

    :raises UsageError: there is no RFO.
    """
    chosen = settings.helpdesk(helpdesk)
    number = number_in(ticket, chosen)
    policy, desk = open_policy(settings), open_desk(settings, chosen)
    recall_staff(settings, desk)
    found = desk.read(desk.id_of(number) if number else TicketId(ticket))
    if found.kind is TicketKind.INCIDENT:
        tasks = [link for link in found.links if link.created_by_connector and link.kind is TicketKind.RFO_TASK]
        if not tasks:
            raise click.UsageError(f"incident {found.number} has no RFO task")
        found = desk.read(max(tasks, key=lambda task: number_of(task.connector_key)).id)
    if found.kind is not TicketKind.RFO_TASK:
        raise click.UsageError(f"{found.number} is neither an RFO task nor an incident")
    incident = found.related
    if incident is None:
        own = next((link for link in found.links if link.kind is TicketKind.INCIDENT), None)
        if own is None:
            raise click.UsageError(f"RFO task {found.number} is linked to no incident")
        incident = desk.read(own.id)
    asks = asks_for_record(found, incident)
    record = read_record(with_others(desk, found, (asks,)) if asks else found, incident)
    return _Seen(found, known(incident, policy.catalogue), record, policy)
