"""What a helpdesk refuses is left out, so that the rest is written; support is told once for each ticket."""

from collections.abc import Mapping

from connector.domain.decision import CREATION, MESSAGE, STATE, Notice, Outcome
from connector.domain.mark import Mark
from connector.domain.ticket import Ticket


def possible(outcome: Outcome, refused: Mapping[str, str]) -> Outcome:
    """The outcome, or nothing of it where it rests on a state or a new ticket that the helpdesk refuses: what it says
    would not be true."""
    rests_on = {f"{CREATION}{new.key}" for new in outcome.creates} | ({STATE} if outcome.state is not None else set())
    if rests_on.isdisjoint(refused):
        return outcome
    return Outcome(rule=outcome.rule, reasons=(*outcome.reasons, "the helpdesk refuses it"), due=outcome.due)


def refusal(ticket: Ticket, refused: Mapping[str, str]) -> Outcome:
    """What was left out and why. A message that could not be sent tells so itself."""
    left_out = {detail: why for detail, why in refused.items() if detail != MESSAGE}
    if not left_out:
        return Outcome(rule="refusal")
    data = {
        "fields": [detail for detail in left_out if detail in ticket.labels.fields],
        "tasks": sum(detail.startswith(CREATION) for detail in left_out),
        "why": "; ".join(dict.fromkeys(left_out.values())),
    }
    marks = frozenset(Mark("unwritten", *detail.split(":")) for detail in left_out)
    return Outcome(
        rule="refusal",
        notices=(Notice("detail_refused", data, marks),),
        reasons=(f"left out, because the helpdesk refuses it: {', '.join(sorted(left_out))}",),
    )
