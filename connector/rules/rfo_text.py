"""What support has written for an RFO, and what is wrong with it or missing (R33). Said once for each state of it."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from hashlib import sha256
from typing import NamedTuple
from zoneinfo import ZoneInfo

from connector.domain.decision import Asked, Notice, Outcome
from connector.domain.fields import shortened
from connector.domain.mark import Mark
from connector.domain.ticket import LinkedTicket, Ticket
from connector.domain.vocabulary import RfoStatus, TicketKind
from connector.policy.models import Policy
from connector.rules.case import Case
from connector.rules.measures import Measure, RfoFault, Wrong, is_placeholder, letters, read_measures
from connector.rules.rfo_facts import restored

PROSE = ("rfo_summary", "root_cause", "rfo_resolution")
"""What every final RFO says, beside its measures."""
OPTIONAL = ("rfo_trigger", "rfo_detection", "corrective_measures", "third_party_reference")
COMMON = (*PROSE, *OPTIONAL, "preventive_measures")
"""What all RFOs of one outage may have in common: the problem record of their incidents states it."""
TEXTS = (*COMMON, "rfo_revision")
"""All that people write: whoever has changed one of these is an author."""


class RfoText(NamedTuple):
    """The text of one RFO as it counts."""

    texts: dict[str, str]
    """By field; empty ones are left out."""
    measures: tuple[Measure, ...]
    faults: tuple[RfoFault, ...]
    """Of what is written."""
    missing: tuple[RfoFault, ...]
    """What a final version needs besides."""

    @property
    def state(self) -> str:
        """The same for the same text and faults."""
        told = repr((sorted(self.texts.items()), self.faults, self.missing))
        return sha256(told.encode(errors="surrogatepass")).hexdigest()[:12]


def record_of(incident: Ticket | None) -> LinkedTicket | None:
    """The problem record that states what the incident's RFO has in common with others of its outage."""
    records = (link for link in (incident.links if incident else ()) if link.kind is TicketKind.PROBLEM)
    standing = (record for record in records if not record.is_declined)
    return min(
        standing, key=lambda record: (not (record.root_cause or "").strip(), len(record.id), record.id), default=None
    )


def read_record(ticket: Ticket, incident: Ticket | None) -> Ticket | None:
    """That record read whole, as far as it was read with ``ticket``, the RFO task or its incident."""
    link = record_of(incident)
    return next((other for other in ticket.others or () if link is not None and other.id == link.id), None)


def asks_for_record(ticket: Ticket, incident: Ticket | None) -> Asked | None:
    """For that record, where it was not asked for yet."""
    link = record_of(incident)
    return Asked(tickets=(link.id,)) if link is not None and ticket.others is None else None


def stated(ticket: Ticket | None, names: Iterable[str]) -> dict[str, str]:
    """What stands in these fields; empty ones are left out."""
    return {name: text for name in names if ticket and (text := (getattr(ticket.fields, name) or "").strip())}


def rfo_text(
    task: Ticket, incident: Ticket | None, record: Ticket | None, policy: Policy, ended: datetime | None
) -> RfoText:
    """The text of the RFO that ``task`` is about. What the incident's problem ``record`` states counts for all RFOs of
    the outage: there is one truth. No measure is due before the day of ``ended``."""
    common = stated(record, COMMON)
    texts = stated(task, TEXTS) | common
    shortest, zone = policy.rfo.shortest_text, ZoneInfo(policy.display_timezone)
    day: date | None = ended.astimezone(zone).date() if ended is not None else None
    measures, faults = read_measures(
        "preventive_measures", texts.get("preventive_measures"), shortest=shortest, restored=day
    )
    prose = [fault for name in PROSE if name in texts for fault in _prose_fault(name, texts[name], shortest)]
    named = [
        RfoFault(name, Wrong.NAMES, said=others)
        for name, text in common.items()
        if incident is not None and (others := ", ".join(_names_of_others(text, incident, policy)))
    ]
    needed = [*(name for name in PROSE if name not in texts), *([] if measures or faults else ["preventive_measures"])]
    missing = tuple(RfoFault(name, Wrong.MISSING) for name in needed)
    return RfoText(texts, measures, (*prose, *faults, *named), missing)


def _names_of_others(text: str, incident: Ticket, policy: Policy) -> list[str]:
    """Customers, services and circuits in the text that are not this customer's."""
    catalogue, contact = policy.catalogue, incident.customer
    own = policy.service(incident.fields.verified_service)
    companies = {company.id for company in catalogue.customers_of(contact.organizations, contact.email)}
    companies |= {own.customer} if own is not None else set()
    known = {name for one in catalogue.customers if one.id in companies for name in (one.name, *one.organizations)}
    known |= {
        name for one in catalogue.services if one.customer in companies for name in (one.id, one.circuit_id or "")
    }
    allowed = {name.casefold() for name in known}
    return [name for name in catalogue.named_in(text) if name.casefold() not in allowed]


def _prose_fault(field: str, text: str, shortest: int) -> Iterator[RfoFault]:
    if is_placeholder(text):
        yield RfoFault(field, Wrong.PLACEHOLDER, said=text)
    elif letters(text) < shortest:
        yield RfoFault(field, Wrong.SHORT, said=text)


def told(case: Case, faults: Iterable[RfoFault]) -> list[str]:
    """Faults in words, for support."""
    shortest = case.policy.rfo.shortest_text
    return [
        case.text(
            "rfo_fault",
            field=one.field,
            wrong=str(one.wrong),
            line=one.line,
            said=shortened(one.said, 60) or None,
            shortest=shortest,
        )
        for one in faults
    ]


def rfo_faults(case: Case) -> Outcome:
    """On the task: what is wrong with what is written so far, once for each state of the text; and which of it the
    problem record states for all RFOs of the outage."""
    ticket, incident = case.ticket, case.ticket.related
    if ticket.state.is_over or ticket.fields.rfo_status in (None, RfoStatus.DECLINED):
        return Outcome(rule="rfo_faults", reasons=("nobody writes on it",))
    record = read_record(ticket, incident)
    text = rfo_text(ticket, incident, record, case.policy, restored(incident, case.rfo_number))
    notices = _common(record)
    if text.faults:
        marks = frozenset({Mark("rfo-faults", text.state)})
        notices = (*notices, Notice("rfo_faults", {"faults": told(case, text.faults)}, marks))
    return Outcome(
        rule="rfo_faults",
        notices=notices,
        asks=asks_for_record(ticket, incident),
        reasons=(f"{len(text.faults)} faults in the text",),
    )


def _common(record: Ticket | None) -> tuple[Notice, ...]:
    """Where it is written, so that nobody writes it here in vain; a cause alone belongs there anyway."""
    fields = list(stated(record, COMMON))
    if record is None or fields in ([], ["root_cause"]):
        return ()
    return (
        Notice(
            "rfo_common",
            {"record": record.number, "fields": fields},
            frozenset({Mark("rfo-common", record.id, *(field.replace("_", ".") for field in fields))}),
        ),
    )


def common_faults(case: Case, ended: datetime | None) -> tuple[Notice, ...]:
    """On a problem record: what is wrong with the text for all RFOs of its incidents, once for each state of it. A
    cause alone is no such text. ``ended``: when the last of the incidents was repaired."""
    if not stated(case.ticket, COMMON).keys() - {"root_cause"}:
        return ()
    text = rfo_text(case.ticket, None, None, case.policy, ended)
    marks = frozenset({Mark("rfo-faults", text.state)})
    return (Notice("rfo_faults", {"faults": told(case, text.faults)}, marks),) if text.faults else ()
