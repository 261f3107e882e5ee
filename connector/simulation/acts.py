"""What the rules do on a ticket that somebody would notice."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

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
    level, before = decision.changes.get("escalation_level"), seen.fields.escalation_level or 1
    if level is not None and level > before:
        yield Act(now, "escalation", f"level {level}")
    changes: Mapping[str, Any] = decision.changes
    for field, name in _VALUES.items():
        if (value := changes.get(field)) is not None:
            rules = [outcome.rule for outcome in decision.outcomes if field in outcome.changes]
            yield Act(now, rules[-1] if rules else "trust", f"{name} {value}")
    if decision.state is not None:
        by = next(outcome.rule for outcome in decision.outcomes if outcome.state is not None)
        yield Act(now, by, f"state {decision.state}")
    for outcome in decision.outcomes:
        for new in outcome.creates:
            yield Act(now, outcome.rule, f"ticket {new.key.partition(':')[0]}")
    if (note := decision.note) is not None:
        for outcome in decision.outcomes:
            for notice in outcome.notices:
                if notice.marks <= note.marks and notice.public == note.public:
                    yield Act(now, outcome.rule, f"{'letter' if notice.public else 'note'} {notice.message}")


def promises_of(seen: Ticket) -> Iterator[Act]:
    """The times that stand on the ticket in the end."""
    for field, name in (("first_response_due_at", "first response due"), ("repair_due_at", "repair due")):
        if (promised := getattr(seen.fields, field)) is not None:
            yield Act(promised, "targets", name)
