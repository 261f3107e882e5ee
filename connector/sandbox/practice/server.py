"""A sandbox helpdesk that listens, with a page of its own below ``/practice/``."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from jinja2 import Environment, FileSystemLoader, select_autoescape

from connector.clock import ahead, now
from connector.domain.field import SetBy
from connector.domain.fields import CATALOGUE
from connector.domain.model import TicketId
from connector.domain.ticket import Article, Ticket
from connector.domain.vocabulary import Actor, TicketState
from connector.helpdesks.errors import HelpdeskError
from connector.policy.problem import PolicyError
from connector.receiver import STATIC
from connector.sandbox.house import House
from connector.sandbox.server import RunningServer
from connector.sandbox.wire import Response

PAGE = "/practice/"

CUSTOMER, AGENT = "ada@harbour.example", "grace@interspace.example"
_STEPS = {"+10 min": timedelta(minutes=10), "+1 h": timedelta(hours=1), "+1 day": timedelta(days=1)}
_STATES = {
    "open": TicketState.OPEN,
    "waiting for the customer": TicketState.PENDING_CUSTOMER,
    "closed": TicketState.CLOSED,
}
_YES = "yes"
EXAMPLE = (
    "Our line is dead.\nService ID: SVC-1005\nStart time: {at:%Y-%m-%d %H:%M} UTC\n"
    "Impact: service affecting\nUrgency: high\n"
)


class PracticeClock:
    """This machine's time, and what it is ahead by is in a file, where the connector reads it too."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __call__(self) -> datetime:
        return now() + ahead(self._file)

    def advance(self, length: timedelta) -> None:
        """Forward; there is no way back, as in life. Raises OSError."""
        seconds = int((ahead(self._file) + length) / timedelta(seconds=1))
        beside = self._file.with_name(self._file.name + ".part")
        beside.write_text(str(seconds), encoding="ascii")
        beside.replace(self._file)


class _Row(NamedTuple):
    """A ticket on the page."""

    id: str
    ticket: Ticket | None
    why: str | None
    """Why the connector's account cannot read it yet."""

    def shown(self, field: str) -> str:
        """What the field says, as this helpdesk's screen calls it; empty: nothing."""
        value = getattr(self.ticket.fields, field) if self.ticket else None
        if self.ticket is None or value is None or value is False:
            return ""
        if isinstance(value, datetime):
            return f"{value:%Y-%m-%d %H:%M} UTC"
        return "yes" if value is True else self.ticket.labels.choice(field, str(value))


class _Entry(NamedTuple):
    """A field that the agent sets."""

    name: str
    label: str
    value: str
    """As the rules call it; empty: nothing."""
    choices: Mapping[str, str]
    """What it may be, and what the screen calls that; empty: any text."""
    multiline: bool


class Practice:
    """The helpdesk, its two people, and what the page does."""

    def __init__(self, house: House, clock: PracticeClock) -> None:
        self.house = house
        self._clock = clock
        house.join(CUSTOMER, Actor.CUSTOMER, "Harbour Bank", "Ada Lovelace")
        self._agent = house.join(AGENT, Actor.AGENT, None, "Grace Hopper")
        loader = FileSystemLoader(Path(__file__).parent / "templates")
        self._pages = Environment(loader=loader, autoescape=select_autoescape(default=True))

    def serve(self, port: int) -> RunningServer:
        """Listens on this machine until it is closed, and sends webhooks in the background."""
        return RunningServer(self.handle, "127.0.0.1", port, self._background, self._clock)

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Response:
        """A request to the helpdesk's API or to the page."""
        path = urlsplit(target).path
        if path == "/":
            return _to(PAGE)
        if not path.startswith(PAGE):
            return self.house.sandbox.handle(method, target, headers, body)
        try:
            if method == "POST":
                return self._done(path.removeprefix(PAGE), _form(body))
            return self._page(path.removeprefix(PAGE))
        except (ValueError, KeyError, HelpdeskError) as error:
            return _html(f"<!doctype html><title>Refused</title><p>The helpdesk refuses it: {escape(str(error))}", 400)

    def _background(self) -> int:
        self.house.by_hand()
        return self.house.sandbox.work()

    def _page(self, path: str) -> Response:
        if path == "page.css":
            return Response(200, {"Content-Type": "text/css"}, (STATIC / "page.css").read_bytes())
        about: dict[str, Any] = {"now": self._clock(), "steps": list(_STEPS), "customer": CUSTOMER, "agent": AGENT}
        if path == "":
            example = EXAMPLE.format(at=self._clock() - timedelta(minutes=10))
            return self._rendered("tickets", rows=self._rows(), example=example, **about)
        row = self._row(path)
        about |= {"facts": _facts(row), "entries": _entries(row.ticket), "said": _said(row.ticket), "states": _STATES}
        return self._rendered("ticket", row=row, **about)

    def _done(self, path: str, form: Mapping[str, str]) -> Response:
        where = PAGE
        if path == "clock":
            self._clock.advance(_STEPS[form["step"]])
        elif path == "new":
            where += self.house.mail(CUSTOMER, form["subject"], form["body"])
        else:
            ticket, _, action = path.partition("/")
            where += ticket
            if action == "customer":
                self.house.mail(CUSTOMER, "Re: your ticket", form["body"], ticket)
            elif action in ("answer", "note"):
                self.house.reply(self._agent, ticket, form["body"], internal=action == "note")
            elif action == "fields":
                held = self.house.open_desk().read(TicketId(ticket))
                self.house.change(self._agent, ticket, _changed(held, form), None)
            elif action == "state":
                self.house.change(self._agent, ticket, {}, _STATES[form["state"]])
            else:
                raise ValueError(f"there is no {action}")
        return _to(where)

    def _rows(self) -> list[_Row]:
        return [self._row(ticket) for ticket in sorted(self.house.tickets(), key=lambda ticket: (len(ticket), ticket))]

    def _row(self, ticket: str) -> _Row:
        try:
            return _Row(ticket, self.house.open_desk().read(TicketId(ticket)), None)
        except (HelpdeskError, PolicyError) as error:
            return _Row(ticket, None, str(error))

    def _rendered(self, template: str, **data: Any) -> Response:
        return _html(self._pages.get_template(f"{template}.html").render(data))


def _facts(row: _Row) -> Iterator[tuple[str, str]]:
    """What the rules' fields say, by the names that this helpdesk shows."""
    for name in CATALOGUE if row.ticket else ():
        if row.ticket and (told := row.shown(name)):
            yield row.ticket.labels[name], told


def _entries(ticket: Ticket | None) -> Iterator[_Entry]:
    """What people of support set on such a ticket: choices, yes or no, and texts."""
    for name, known in CATALOGUE.items():
        if ticket is None or ticket.kind not in known.on or known.set_by is SetBy.RULES:
            continue
        choices = {str(value): ticket.labels.choice(name, str(value)) for value in known.choices}
        if known.kind is bool:
            choices = {_YES: "yes"}
        if choices or known.length:
            held = getattr(ticket.fields, name)
            value = (_YES if held else "") if known.kind is bool else str(held or "")
            yield _Entry(name, ticket.labels[name], value, choices, known.multiline)


def _changed(ticket: Ticket, form: Mapping[str, str]) -> dict[str, Any]:
    """What the form says otherwise than the ticket: what stands there already is not set again by the agent."""
    said = {entry.name: form.get(entry.name, entry.value).replace("\r\n", "\n") for entry in _entries(ticket)}
    changed = {entry.name: said[entry.name] for entry in _entries(ticket) if said[entry.name] != entry.value}
    return {name: value == _YES if CATALOGUE[name].kind is bool else value or None for name, value in changed.items()}


def _said(ticket: Ticket | None) -> Iterable[Article]:
    return reversed(ticket.articles) if ticket else ()


def _form(body: bytes) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}


def _html(text: str, status: int = 200) -> Response:
    headers = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}
    headers["Content-Security-Policy"] = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'"
    return Response(status, headers, text.encode())


def _to(path: str) -> Response:
    return Response(303, {"Location": path})
