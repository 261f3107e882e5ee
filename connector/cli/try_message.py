"""``interspace try``: what would be read of a first message, and why, so that an admin can tune the policy's words."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, BinaryIO

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from connector.cli.options import RULES, read_time, settings_options
from connector.cli.saved_mail import MessageFile, read_message
from connector.cli.sections import command
from connector.domain.fields import INTAKE, Fields
from connector.domain.labels import LABELS
from connector.domain.model import TicketId
from connector.domain.person import Customer
from connector.domain.ticket import Article, Ticket
from connector.domain.vocabulary import Actor, Channel, TicketState
from connector.logs import harmless
from connector.policy.load import load_policy
from connector.rules import wording
from connector.rules.asking import sentence
from connector.rules.case import Case
from connector.rules.completeness import completeness, statements
from connector.rules.people import known
from connector.rules.spoken import Mention
from connector.rules.text.markup import MAX_HTML
from connector.settings import Settings

_REQUESTS = {"escalation": "escalation", "rfo": "rfo", "deferral": "consent"}
"""Name in the answer → in :class:`connector.rules.spoken.Spoken`."""
_LARGEST = 32 * 1024 * 1024
"""Bytes of a file that are read: a mail with what is attached."""
_COMMON = {
    "en": re.compile(r"\b(?:the|is|are|we|our|please|since|and|not|you|has|have|hello|regards|thanks|down)\b", re.I),
    "de": re.compile(
        r"\b(?:der|die|das|ist|sind|wir|unsere?|bitte|seit|und|nicht|sie|hallo|grüße|gruß|danke|kein\w*|eine?)\b", re.I
    ),
}
"""Everyday words by language."""


@command("try")
@click.argument("file", type=click.File("rb"))
@click.option("--subject", default="", help="The subject of the message; a saved mail names its own.")
@click.option("--customer", metavar="EMAIL", help="Who writes: the catalogue may know their time zone.")
@click.option(
    "--sent", callback=read_time, metavar="TIME", help="When it was sent (ISO with offset); as the mail says, else now."
)
@click.option(
    "--channel", type=click.Choice(["email", "phone", "web"]), default="email", help="phone: an agent wrote it down."
)
@click.option("--html", is_flag=True, help="The file holds HTML.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@settings_options(*RULES, logs=False)
def try_(
    settings: Settings,
    *,
    file: BinaryIO,
    subject: str,
    customer: str | None,
    sent: datetime | None,
    channel: str,
    html: bool,
    as_json: bool,
) -> None:
    """Show what would be read of a message.

    As the first message of a ticket, with the policy and the catalogue; and why. Nothing is sent.

    FILE holds the text, or a saved mail with its head: then subject, sender, date and kind of text are read from it.
    - is the standard input.

    \b
    Examples:
      interspace try mail.txt --subject 'Line down' --customer ada@harbour.example
      echo 'Bitte eskalieren' | interspace try -
      interspace try mail.html --html --json
      interspace try saved.eml
    """
    author = Actor.AGENT if channel == "phone" else Actor.CUSTOMER
    mail = _opened(file)
    subject, customer = subject or mail.subject, customer or mail.sender
    at = (sent or mail.sent or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
    article = Article(
        id="1",
        created_at=at,
        author=author,
        channel=Channel(channel),
        internal=False,
        subject=subject,
        body=mail.text[:MAX_HTML],
        is_html=html or mail.is_html,
    )
    policy = load_policy(settings.policy, settings.services)
    ticket = Ticket(
        helpdesk="",
        id=TicketId("1"),
        number="1",
        title=subject,
        created_at=at,
        updated_at=at,
        created_by=author,
        channel=article.channel,
        customer=Customer(id="1", email=customer),
        state=TicketState.NEW,
        fields=Fields(),
        articles=(article,),
    )
    case = Case(known(ticket, policy.catalogue), policy, at)
    if as_json:
        head = {"mail": {"subject": subject, "from": customer, "sent": _plain(at)}} if mail.has_head else {}
        click.echo(json.dumps(head | _read(case), indent=2, ensure_ascii=False))
    else:
        if mail.has_head:
            said = f"subject {subject!r}, from {customer or 'nobody'}, sent {wording.format_time(at)}"
            click.echo(harmless(f"Read as a saved mail: {said}."))
        _show(Console(), case)


def _opened(file: BinaryIO) -> MessageFile:
    """The message in the file. Raises ClickException if it holds none."""
    try:
        return read_message(file.read(_LARGEST))
    except ValueError as error:
        raise click.ClickException(f"{file.name}: {error}") from None


def _read(case: Case) -> dict[str, Any]:
    said = case.ticket.with_changes(completeness(case).changes).fields
    return {
        "fields": {name: _plain(value) for name in INTAKE if (value := getattr(said, name)) is not None},
        "requests": {
            name: statement.reading.verdict.value for name, statement in _requests(case) if statement is not None
        },
        "asks": [name for name in case.policy.intake.required if getattr(said, name) is None],
        "doubts": [
            {"field": doubt.field, "question": sentence(case, doubt)}
            for statement in statements(case)
            for doubt in statement.said.doubts
        ],
        "language": _language(f"{case.ticket.title} {case.ticket.articles[0].body}"),
    }


def _plain(value: object) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else str(value)


def _requests(case: Case) -> Iterator[tuple[str, Mention | None]]:
    for name, kind in _REQUESTS.items():
        yield name, next(iter(getattr(case.spoken, kind)), None)


def _language(text: str) -> str | None:
    """``en`` or ``de`` by their everyday words; ``None`` if neither is plain."""
    counts = {language: len(words.findall(text)) for language, words in _COMMON.items()}
    first, second = sorted(counts, key=counts.__getitem__, reverse=True)
    return first if counts[first] > counts[second] else None


def _show(console: Console, case: Case) -> None:
    read = _read(case)
    if case.ticket.articles[0].author is Actor.MACHINE:
        console.print("It sounds as if a machine had written it: nothing in it counts.")
    fields = Table("field", "read", title="Details", title_justify="left")
    for name, value in read["fields"].items():
        fields.add_row(LABELS[name], Text(harmless(value)))
    for name in read["asks"]:
        fields.add_row(LABELS[name], "is asked for")
    console.print(fields)
    for doubt in read["doubts"]:
        console.print(f"Unclear, {LABELS[doubt['field']]}: {harmless(doubt['question'])}", markup=False)
    requests = Table("request", "verdict", "clause", "cues", title="Requests and consent", title_justify="left")
    for name, statement in _requests(case):
        for clause in statement.reading.clauses if statement else ():
            cues = Text(", ".join(clause.cues))
            requests.add_row(name, clause.verdict.value, Text(harmless(wording.value(clause.text))), cues)
        if statement is not None:
            requests.add_row(name, f"together: {statement.reading.verdict.value}", "", "", end_section=True)
    console.print(requests if requests.row_count else "No request and no consent.")
