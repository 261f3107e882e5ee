"""An RFO as a document: the facts of the outage, and what support has written (R32, R33)."""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from connector.domain.document import Document
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import RfoRelease
from connector.messages import words
from connector.policy.models import Policy
from connector.rules import writing
from connector.rules.case import Case
from connector.rules.outages import Outage
from connector.rules.requests import rfo_words
from connector.rules.rfo_facts import Sent, covered, fact_text, facts, highest_priority
from connector.rules.rfo_text import RfoText

_SECTIONS = ("rfo_summary", "root_cause", "rfo_trigger", "rfo_detection", "rfo_resolution", "corrective_measures")


class Edition(NamedTuple):
    """Which version of which of an incident's RFOs. ``released`` (UTC) is the date of the document."""

    number: int
    version: int
    kind: RfoRelease
    released: datetime
    before: tuple[Sent, ...] = ()
    is_preview: bool = False
    """Nobody has released it."""


def rfo_document(incident: Ticket, task: Ticket, text: RfoText, policy: Policy, edition: Edition) -> Document:
    """The document for the incident's customer. No other customer is named in it."""
    found = covered(incident, edition.number)
    reader = writing.customer_reader(incident, policy)
    case = Case(incident, policy, edition.released)
    name = f"RFO-{incident.number}-{edition.number}"
    content: dict[str, Any] = {
        "number": name,
        "version": edition.version,
        "preview": edition.is_preview,
        "preliminary": edition.kind is RfoRelease.PRELIMINARY,
        "customer": _company(case),
        "ticket": {"number": incident.number, "title": writing.topic(incident.title)},
        "services": _services(case),
        "priority": _priority(incident, found, policy),
        "impact": reader.labels.choice("impact", incident.fields.impact) if incident.fields.impact else None,
        "times": _times(case, found, reader),
        "timeline": [
            {"at": words.time(fact.at, reader), "text": fact_text(case, fact)}
            for fact in facts(incident, found, policy)
        ],
        "measures": [
            {"what": one.what, "owner": one.owner, "due": f"{one.due:%Y-%m-%d}", "done": one.is_done}
            for one in text.measures
        ],
        "third_party": text.texts.get("third_party_reference"),
        "revisions": _revisions(task, text, edition, reader),
        "issued": words.time(edition.released, reader),
        **{name: _paragraphs(text.texts.get(name)) for name in _SECTIONS},
    }
    return Document(
        template="rfo",
        name=f"{name}-v{edition.version}.pdf",
        title=f"Reason For Outage {name}",
        dated=edition.released.astimezone(UTC).replace(microsecond=0),
        content=content,
    )


def _paragraphs(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _company(case: Case) -> str:
    """The customer of the service, if it is known to be theirs; else as the catalogue or the helpdesk names them."""
    catalogue, service = case.policy.catalogue, case.policy.service(case.verified_service)
    owner = next((one for one in catalogue.customers if service is not None and one.id == service.customer), None)
    known = owner or next(iter(case.companies), None)
    return (known.name or known.id) if known is not None else case.ticket.customer.name


def _services(case: Case) -> list[dict[str, Any]]:
    service = case.policy.service(case.verified_service)
    if service is not None:
        return [{"id": service.id, "name": service.name, "circuit": service.circuit_id, "region": service.region}]
    stated = case.ticket.fields.service_id
    return [{"id": stated, "name": "", "circuit": case.ticket.fields.circuit_id, "region": None}] if stated else []


def _priority(incident: Ticket, found: tuple[Outage, ...], policy: Policy) -> str:
    highest = highest_priority(incident, found, policy.default_priority)
    return f"{highest} {policy.priorities[highest].name}"


def _times(case: Case, found: tuple[Outage, ...], reader: words.Reader) -> dict[str, str | None]:
    incident = case.ticket
    times: dict[str, str | None] = dict.fromkeys(("start", "reported", "restored", "duration", "requested", "due"))
    due, asked = incident.fields.rfo_due_at, min((one.at for one in rfo_words(case).standing), default=None)
    times |= {
        "requested": words.time(asked, reader) if asked else None,
        "due": words.time(due, reader) if due else None,
    }
    if not found:
        return times
    start, stated = found[0].began, incident.fields.problem_start
    if stated is not None and stated < start and found[0].began <= incident.created_at:
        start = stated
    times |= {"start": words.time(start, reader), "reported": words.time(found[0].began, reader)}
    down = timedelta()
    for outage in found:
        if outage.ended is not None:
            times["restored"] = words.time(outage.ended, reader)
            down += outage.ended - (start if outage is found[0] else outage.began)
    times["duration"] = words.duration(down, reader)
    return times


def _revisions(task: Ticket, text: RfoText, edition: Edition, reader: words.Reader) -> list[dict[str, Any]]:
    """Every version with its day, and what it changed."""
    rows = [
        {
            "version": one.version,
            "preliminary": not one.is_final,
            "at": words.time(one.at, reader),
            "text": _as_of(task, one.at) if one.version > 1 else None,
        }
        for one in edition.before
    ]
    own = {
        "version": edition.version,
        "preliminary": edition.kind is RfoRelease.PRELIMINARY,
        "at": words.time(edition.released, reader),
        "text": text.texts.get("rfo_revision") if rows else None,
    }
    return [*rows, own]


def _as_of(task: Ticket, moment: datetime) -> str | None:
    """What the field said then that tells what a version changed."""
    changes = task.changes.get("rfo_revision", ())
    before = [change.new for change in changes if change.at <= moment]
    return before[-1] if before else (changes[0].old if changes else task.fields.rfo_revision)
