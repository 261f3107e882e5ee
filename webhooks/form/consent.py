"""``/form/consent``: the link in our question whether a repair may wait until working hours (R27).

Opening it agrees to nothing, because mail scanners open links; the button on the page does. The link is the proof: only
whoever got our letter has it, and it is about one ticket and one night.
"""

from hashlib import sha256
from http import HTTPStatus
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request

from connector.domain.vocabulary import CustomerAct
from connector.helpdesks.on_behalf import Contact, Message, key_of_request
from connector.intake.acts import act_text
from connector.intake.ticket_view import Consent, consent_now
from connector.policy.links import ConsentQuestion

from .pages import PageError, Pages
from .sources import Sources

_ANSWERS = {"yes": CustomerAct.DEFER, "no": CustomerAct.WITHDRAW}
_SAID = {
    "yes": (
        "Thank you",
        "Your consent is with us. We resume work when our working hours begin and confirm it by mail.",
    ),
    "no": ("Thank you", "We carry on with your ticket as usual."),
    Consent.AGREED: ("You have agreed already", "We resume work when our working hours begin."),
    Consent.CLOSED: ("This question is not open any more", "We carry on with your ticket as usual."),
}  # fmt: skip


def texts() -> list[str]:
    """What is said, for the catalogues."""
    return [text for pair in _SAID.values() for text in pair]


def consent_routes(blueprint: Blueprint, sources: Sources, pages: Pages) -> None:
    """Adds the page."""

    @blueprint.get("/consent", provide_automatic_options=False)
    def ask() -> Response:
        link = request.args.get("link", "")
        asked = _read(sources, link)
        if asked.opening <= sources.now():
            return pages.said(*_SAID[Consent.CLOSED], "")
        return pages.alone("consent.html", asked=asked, link=link, zone=ZoneInfo(sources.policy().display_timezone))

    @blueprint.post("/consent", provide_automatic_options=False)
    def answer() -> Response:
        asked = _read(sources, request.form.get("link", ""))
        said = request.form.get("answer", "")
        if said not in _ANSWERS:
            raise PageError(HTTPStatus.BAD_REQUEST, "link")
        policy = sources.policy()
        ticket = sources.ticket(asked.helpdesk, asked.ticket)
        if ticket is None:
            raise PageError(HTTPStatus.NOT_FOUND, "link")
        standing = consent_now(ticket, policy, sources.now(), asked.opening)
        if standing is Consent.CLOSED or (standing is Consent.AGREED and said == "yes"):
            return pages.said(*_SAID[standing], "")
        text = act_text(_ANSWERS[said], "", policy)
        digest = sha256(f"{said}\0{text}".encode()).hexdigest()
        last = ticket.articles[-1].id if ticket.articles else ""
        message = Message(
            # Pressed twice, it is one answer; after something else was said, it is a new one.
            key=key_of_request("", f"consent\0{asked.ticket}\0{asked.opening.isoformat()}\0{said}\0{last}"),
            ticket=ticket.id,
            contact=Contact(email=ticket.customer.email or "", name=ticket.customer.name),
            text=text,
            act=_ANSWERS[said],
        )
        sources.submit("", asked.ticket, asked.helpdesk, message, digest)
        return pages.said(*_SAID[said], "good")


def _read(sources: Sources, link: str) -> ConsentQuestion:
    asked = sources.links.read_consent(link) if sources.links else None
    if asked is None:
        raise PageError(HTTPStatus.NOT_FOUND, "link")
    return asked
