"""The receipt (R11): whoever reports a fault by mail with all details hears the number, for what they write next.

Where details are missing, the question does so. A policy asks for receipts where the helpdesk sends none of its own.
"""

from datetime import timedelta

from connector.domain.decision import Notice, Outcome
from connector.domain.mark import Mark, MarkName
from connector.domain.vocabulary import Actor, Channel, IntakeStatus
from connector.rules.case import Case
from connector.rules.outages import is_over
from connector.rules.timeline import first_response_at

_WITHIN = timedelta(hours=1)
"""Later nobody waits for one."""
_SENT = Mark("receipt")
_NOT_ASKED_FOR = Outcome(rule="receipt", reasons=("the policy asks for no receipt",))
_ACKNOWLEDGES: tuple[MarkName, ...] = ("asked", "understood", "reminded")
"""Steps that have told the customer that the mail has come in."""


def receipt(case: Case) -> Outcome:
    """One receipt, unless the customer has heard of us already or nobody would read it."""
    if not case.policy.intake.receipt:
        return _NOT_ASKED_FOR
    reason = _needless(case)
    if reason is not None:
        return Outcome(rule="receipt", reasons=(reason,))
    notice = Notice("receipt", {}, frozenset({_SENT}))
    return Outcome(rule="receipt", notices=(notice,), reasons=("the customer hears that the report has come in",))


def _needless(case: Case) -> str | None:
    ticket = case.ticket
    opening = next(iter(ticket.articles), None)
    if opening is None or opening.author is not Actor.CUSTOMER or opening.channel is not Channel.EMAIL:
        return "the customer did not open it by mail"
    if ticket.fields.intake_status is not IntakeStatus.COMPLETE:
        return "the question for details comes first"
    if ticket.customer.silence is not None or is_over(ticket) or case.now - ticket.created_at > _WITHIN:
        return "nobody waits for a receipt"
    if first_response_at(ticket) is not None or ticket.was_noted(*_ACKNOWLEDGES):
        return "the customer has heard of us"
    return None
