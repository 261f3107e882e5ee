"""What the customer hears of a level (R36, R38): one letter of the connector's own for each rise that concerns them.

Whether they hear of a rise is decided when it happens, and stands as a mark on its internal note: a changed policy
sends no letter about the past. The letter follows that note, because one write carries one message.
"""

from collections.abc import Sequence

from connector.domain.decision import Notice, Outcome
from connector.domain.mark import Mark
from connector.domain.vocabulary import Actor, Silence
from connector.rules.case import Case
from connector.rules.levels import LevelDue, Requested

_ASKED = "asked"
_NOTHING_HEARD = Outcome(rule="level_letter", reasons=("no rise that the customer hears of",))


def letter_marks(case: Case, called: Sequence[LevelDue]) -> frozenset[Mark]:
    """For the note of one rise through these levels, rising: the customer is to hear of it. Whoever asked for a level
    is always told; nobody reads what a machine's ticket is sent."""
    asked = any(isinstance(due.cause, Requested) and due.cause.request.actor is Actor.CUSTOMER for due in called)
    heard = not case.policy.escalation.customer_hears_of.isdisjoint(due.level.level for due in called)
    if not asked and (not heard or case.ticket.customer.silence is Silence.MACHINE):
        return frozenset()
    return frozenset({Mark("customer-hears", called[-1].level.level, *([_ASKED] if asked else []))})


def level_letter(case: Case) -> Outcome:
    """One letter for all rises that the customer has not heard of yet; it names the level that the ticket is at now."""
    ticket, rises = case.ticket, case.ticket.marks_by_name.get("customer-hears")
    if not rises:
        return _NOTHING_HEARD
    highest, now_at = max(rises, key=_level), ticket.fields.escalation_level or 0
    level = next((level for level in case.ladder.levels if level.level == now_at), None)
    if ticket.state.is_over:
        return Outcome(rule="level_letter", reasons=("the incident is over: the customer hears of no level any more",))
    if level is None or now_at < _level(highest):
        return Outcome(rule="level_letter", reasons=(f"the ticket is no longer at level {_level(highest)}",))
    data = {"level": level.level, "name": level.name, "asked": _ASKED in highest.parts}
    return Outcome(
        rule="level_letter",
        notices=(Notice("escalation_level", data, frozenset({Mark("customer-told", *highest.parts)})),),
        reasons=(f"the customer hears of level {_level(highest)}",),
    )


def _level(rise: Mark) -> int:
    return int(rise.parts[0])
