"""A released RFO goes to the customer from the incident, by one public message with the document (R33, P27)."""

from connector.domain.changes import Changes
from connector.domain.connector_key import incident_of
from connector.domain.decision import Notice, Outcome
from connector.domain.document import Document
from connector.domain.mark import Mark
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import RfoRelease, RfoStatus, TicketKind
from connector.rules.case import Case
from connector.rules.rfo_document import Edition, rfo_document
from connector.rules.rfo_release import Release, release
from connector.rules.rfo_text import asks_for_record, read_record


def delivery(case: Case, usual: Outcome) -> Outcome:
    """What the incident says of its RFO now: as ``usual``, unless its task holds a release that is not sent yet."""
    ticket, task = case.ticket, case.ticket.related
    own = {ticket.id, *(merged.id for merged in ticket.merged)}
    if task is None or task.kind is not TicketKind.RFO_TASK or incident_of(task.fields.connector_key) not in own:
        return usual
    wanted = release(task, ticket, read_record(ticket, ticket), case.policy)
    if wanted is not None and (asks := asks_for_record(ticket, ticket)) is not None:
        return usual._replace(asks=asks)
    if wanted is None or not wanted.is_good or ticket.merged_into is not None:
        return usual
    outcome = usual
    if wanted.kind is RfoRelease.FINAL and ticket.customer.silence is None:
        changes: Changes = {"rfo_status": RfoStatus.DELIVERED, "rfo_due_at": ticket.fields.rfo_due_at}
        reason = f"version {wanted.version} of the RFO is released and goes out"
        outcome = Outcome(rule="rfo", changes=changes, reasons=(reason,))
    letter = Notice("rfo_document", _data(wanted), _marks(wanted), documents=(_document(case, task, wanted),))
    return outcome._replace(notices=(*outcome.notices, letter), touches=(*outcome.touches, task.id))


def _marks(wanted: Release) -> frozenset[Mark]:
    return frozenset({Mark("rfo-sent", wanted.number, wanted.version, str(wanted.kind), wanted.change.id)})


def _data(wanted: Release) -> dict[str, object]:
    return {
        "version": wanted.version,
        "kind": str(wanted.kind),
        "corrects": any(one.is_final for one in wanted.before),
        "changed": wanted.text.texts.get("rfo_revision") if wanted.before else None,
    }


def _document(case: Case, task: Ticket, wanted: Release) -> Document:
    edition = Edition(wanted.number, wanted.version, wanted.kind, wanted.change.at, wanted.before)
    return rfo_document(case.ticket, task, wanted.text, case.policy, edition)
