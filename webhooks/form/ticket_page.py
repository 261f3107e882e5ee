"""``/form/tickets/…``: where a ticket stands, and the buttons by which its customer acts on it (R27, R34, R39).

A button makes a message in the customer's name that says which one was pressed. The rules do with it what they do with
the same wish in a mail: limits and refusals are theirs, and told by them.
"""

from collections.abc import Mapping
from hashlib import sha256
from http import HTTPStatus
from secrets import token_urlsafe
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request

from connector.domain.document import File
from connector.domain.model import TicketId
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import CustomerAct
from connector.helpdesks.on_behalf import Contact, Message, key_of_request
from connector.intake.acts import act_text
from connector.intake.faults import Fault, FaultyError
from connector.intake.identity import FormSession
from connector.intake.submission import CONTROLS, read_files
from connector.intake.ticket_view import TicketView, ticket_view

from . import words
from .language import Language
from .pages import PageError, Pages
from .routes import language_of, session_of
from .sources import Sources
from .values import attachments, errors_of

_LONGEST_REASON = 1_000
_LONGEST_TEXT = 15_000
_BUTTONS: Mapping[str, tuple[CustomerAct | None, str]] = {
    "escalate": (CustomerAct.ESCALATE, "Your request to escalate is with us. Support is told at once."),
    "rfo": (CustomerAct.REQUEST_RFO, "Your request for the RFO is with us."),
    "defer": (CustomerAct.DEFER, "Your consent is with us. We write to you what was agreed."),
    "withdraw": (CustomerAct.WITHDRAW, "Your consent is withdrawn. We carry on."),
    "add": (None, "Your message is with us."),
}
"""Name → what it does, and what is said afterwards."""


def texts() -> list[str]:
    """What is said, for the catalogues."""
    return [said for _, said in _BUTTONS.values()]


def ticket_routes(blueprint: Blueprint, sources: Sources, pages: Pages) -> None:
    """Adds the pages of a ticket."""

    @blueprint.get("/tickets/<ticket_id>", provide_automatic_options=False)
    def ticket_entrance(ticket_id: TicketId) -> Response:
        return pages.entrance()

    @blueprint.post("/tickets/<ticket_id>", provide_automatic_options=False)
    def show(ticket_id: TicketId) -> Response:
        session = session_of(sources)
        _, view = _theirs(sources, session, ticket_id)
        return _page(sources, pages, session, view)

    @blueprint.post("/tickets/<ticket_id>/<button>", provide_automatic_options=False)
    def press(ticket_id: TicketId, button: str) -> Response:
        session = session_of(sources)
        if button not in _BUTTONS:
            raise PageError(HTTPStatus.NOT_FOUND, "unknown")
        ticket, view = _theirs(sources, session, ticket_id)
        language = language_of(session)
        act, said = _BUTTONS[button]
        text, files, errors = _given(button, language)
        if errors:
            return _page(sources, pages, session, view, errors=errors)
        say(sources, session, ticket, act, text=text, files=files)
        _, view = _theirs(sources, session, ticket_id)
        return _page(sources, pages, session, view, done=language(said))


def say(
    sources: Sources,
    session: FormSession,
    ticket: Ticket,
    act: CustomerAct | None,
    *,
    text: str,
    files: tuple[File, ...],
) -> None:
    """Puts the customer's words on the ticket; from the page that they were written on they come once."""
    caller, policy = session.caller, sources.policy()
    once = request.form.get("once", "")[:40]
    said = act_text(act, text, policy) if act else text
    digest = sha256(f"{act}\0{said}".encode()).hexdigest()
    message = Message(
        key=key_of_request(session.panel.name, f"{session.report}\0{once}\0{ticket.id}\0{digest}"),
        ticket=ticket.id,
        contact=Contact(email=caller.email or ticket.customer.email or "", name=caller.name),
        text=said,
        act=act,
        files=files,
    )
    helpdesk = sources.reports.helpdesk(session.panel)
    sources.submit(session.panel.name, caller.subject, helpdesk, message, digest)


def _theirs(sources: Sources, session: FormSession, ticket_id: TicketId) -> tuple[Ticket, TicketView]:
    ticket = sources.ticket(sources.reports.helpdesk(session.panel), ticket_id)
    view = ticket_view(ticket, session.caller, sources.policy(), sources.now()) if ticket else None
    if ticket is None or view is None:
        # Somebody else's looks like one that is not there, and nobody tries many.
        sources.reports.throttle.stranger(f"{session.panel.name}\0{session.caller.subject}")
        raise PageError(HTTPStatus.NOT_FOUND, "unknown")
    return ticket, view


def _given(button: str, language: Language) -> tuple[str, tuple[File, ...], dict[str, str]]:
    """What was written, the files, and what is wrong with them."""
    if button not in ("escalate", "add"):
        return "", (), {}
    name, most = ("reason", _LONGEST_REASON) if button == "escalate" else ("text", _LONGEST_TEXT)
    text = request.form.get(name, "").replace("\r\n", "\n").strip()
    errors: dict[str, str] = {}
    if not text:
        errors[name] = language.sentence(Fault("", "required"))
    elif CONTROLS.search(text):
        errors[name] = language.sentence(Fault("", "control_characters"))
    elif len(text) > most:
        errors[name] = language.sentence(Fault("", "too_long", (("most", str(most)),)))
    files: tuple[File, ...] = ()
    if button == "add":
        try:
            files = read_files(attachments(request.files.getlist("files")))
        except FaultyError as error:
            errors |= errors_of(error.faults, language)
    return text, files, errors


def _page(
    sources: Sources,
    pages: Pages,
    session: FormSession,
    view: TicketView,
    *,
    errors: Mapping[str, str] | None = None,
    done: str = "",
) -> Response:
    policy = sources.policy()
    return pages.show(
        "ticket.html",
        session,
        language_of(session),
        HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        view=view,
        state=words.STATES[view.state],
        rfo=words.RFO[view.rfo_status] if view.rfo_status else "",
        zone=ZoneInfo(view.zone),
        priority_name=policy.priorities[view.priority].name,
        rfo_days=policy.rfo.working_days,
        errors=errors or {},
        done=done,
        reason=request.form.get("reason", "") if errors else "",
        text=request.form.get("text", "") if errors else "",
        once=token_urlsafe(9),
    )
