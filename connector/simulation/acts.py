"""What the rules do on a ticket that somebody would notice."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from connector.domain.decision import Decision
from connector.domain.ticket import Ticket


class Act(NamedTuple):
    """One thing that the rules do."""

    at: datetime
    """UTC. Of a promised time: that time."""
    rule: str
    what: str
    """In a few words, equal for equal acts: ``level 3``, ``letter details_needed``."""

    @property
    def is_visible(self) -> bool:
        """People notice it without looking at the rules' own fields and notes."""
        return self.what.partition(" ")[0] in _VISIBLE


_VISIBLE = frozenset({"level", "priority", "group", "state", "ticket", "letter"})
_VALUES = {
    "priority": "priority",
    "group": "group",
    "missed_targets": "missed",
    "intake_status": "details",
    "service_check": "service",
}
"""Fields whose values people work by, and what their acts are called. Every other field follows from these."""


def acts_of(seen: Ticket, decision: Decision, now: datetime) -> Iterator[Act]:
    """What of one decision people would notice, by the rule that decided it."""
    by_rule = {name: outcome.rule for outcome in decision.outcomes for name in outcome.changes}
    level, before = decision.changes.get("escalation_level"), seen.fields.escalation_level or 1
    if level is not None and level > before:
        yield Act(now, "escalation", f"level {level}")
    for field, name in _VALUES.items():
        if field in decision.changes and (value := decision.changes[field]) is not None:  # type: ignore[literal-required]
            yield Act(now, by_rule.get(field, "trust"), f"{name} {value}")
    if decision.state is not None:
        by = next(outcome.rule for outcome in decision.outcomes if outcome.state is not None)
        yield Act(now, by, f"state {decision.state}")
    for outcome in decision.outcomes:
        for new in outcome.creates:
            yield Act(now, outcome.rule, f"ticket {new.key.partition(':')[0]}")
    if (note := decision.note) is not None:
        for outcome in decision.outcomes:
            for notice in outcome.notices:
                if notice.public == note.public and notice.marks <= note.marks:
                    yield Act(now, outcome.rule, f"{'letter' if notice.public else 'note'} {notice.message}")


def promises_of(seen: Ticket) -> Iterator[Act]:
    """The times that stand on the ticket in the end."""
    for field, name in (("first_response_due_at", "first response due"), ("repair_due_at", "repair due")):
        if (promised := getattr(seen.fields, field)) is not None:
            yield Act(promised, "targets", name)
