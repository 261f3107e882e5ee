"""What support has written for an RFO, and what is wrong with it or missing (R33). Said once for each state of it."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from hashlib import sha256
from typing import NamedTuple
from zoneinfo import ZoneInfo

from connector.domain.decision import Notice, Outcome
from connector.domain.fields import shortened
from connector.domain.mark import Mark
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import RfoStatus, TicketKind
from connector.policy.models import Policy
from connector.rules.case import Case
from connector.rules.measures import Measure, MeasureFault, Wrong, is_placeholder, letters, read_measures
from connector.rules.rfo_facts import restored

PROSE = ("rfo_summary", "root_cause", "rfo_resolution")
"""What every final RFO says, beside its measures."""
OPTIONAL = ("rfo_trigger", "rfo_detection", "corrective_measures", "third_party_reference")
TEXTS = (*PROSE, *OPTIONAL, "preventive_measures", "rfo_revision")
"""All that people write: whoever has changed one of these is an author."""


class RfoText(NamedTuple):
    """The text of one RFO as it counts."""

    texts: dict[str, str]
    """By field; empty ones are left out."""
    measures: tuple[Measure, ...]
    faults: tuple[MeasureFault, ...]
    """Of what is written."""
    missing: tuple[MeasureFault, ...]
    """What a final version needs besides."""

    @property
    def state(self) -> str:
        """The same for the same text and faults."""
        told = repr((sorted(self.texts.items()), self.faults, self.missing))
        return sha256(told.encode(errors="surrogatepass")).hexdigest()[:12]


def rfo_text(task: Ticket, incident: Ticket | None, policy: Policy, ended: datetime | None) -> RfoText:
    """The text of the RFO that ``task`` is about. The root cause is that of the incident's problem record, where this
    states one: there is one truth. No measure is due before the day of ``ended``."""
    texts = {name: text for name in TEXTS if (text := (getattr(task.fields, name) or "").strip())}
    if (cause := problem_cause(incident)) is not None:
        texts["root_cause"] = cause
    shortest, zone = policy.rfo.shortest_text, ZoneInfo(policy.display_timezone)
    day: date | None = ended.astimezone(zone).date() if ended is not None else None
    measures, faults = read_measures(
        "preventive_measures", texts.get("preventive_measures"), shortest=shortest, restored=day
    )
    prose = [fault for name in PROSE if name in texts for fault in _prose_fault(name, texts[name], shortest)]
    needed = [*(name for name in PROSE if name not in texts), *([] if measures or faults else ["preventive_measures"])]
    return RfoText(texts, measures, (*prose, *faults), tuple(MeasureFault(name, Wrong.MISSING) for name in needed))


def problem_cause(incident: Ticket | None) -> str | None:
    """What the incident's problem record states as root cause."""
    records = (link for link in (incident.links if incident else ()) if link.kind is TicketKind.PROBLEM)
    return next((cause for record in records if (cause := (record.root_cause or "").strip())), None)


def _prose_fault(field: str, text: str, shortest: int) -> Iterator[MeasureFault]:
    if is_placeholder(text):
        yield MeasureFault(field, Wrong.PLACEHOLDER, said=text)
    elif letters(text) < shortest:
        yield MeasureFault(field, Wrong.SHORT, said=text)


def told(case: Case, faults: Iterable[MeasureFault]) -> list[str]:
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
    """On the task: what is wrong with what is written so far, once for each state of the text."""
    ticket = case.ticket
    if ticket.state.is_over or ticket.fields.rfo_status in (None, RfoStatus.DECLINED):
        return Outcome(rule="rfo_faults", reasons=("nobody writes on it",))
    text = rfo_text(ticket, ticket.related, case.policy, restored(ticket.related, case.rfo_number))
    if not text.faults:
        return Outcome(rule="rfo_faults", reasons=("nothing is wrong with what is written",))
    notice = Notice("rfo_faults", {"faults": told(case, text.faults)}, frozenset({Mark("rfo-faults", text.state)}))
    return Outcome(rule="rfo_faults", notices=(notice,), reasons=(f"{len(text.faults)} faults in the text",))
