"""Priority from impact and urgency (R10, R23–R26)."""

from connector.domain.decision import Note, Outcome
from connector.domain.mark import Mark
from connector.domain.ticket import Change, Changes, Ticket
from connector.domain.vocabulary import Actor, Impact, Priority, PrioritySource, Urgency
from connector.policy.models import Policy
from connector.rules import wording
from connector.rules.case import Case


def priority(case: Case) -> Outcome:
    """The matrix decides, until an agent does; the agent's choice stays until the agent clears it."""
    ticket = case.ticket
    computed, reason = _computed(ticket, case.policy)
    override = _override(ticket)
    if override is not None:
        return _keep(ticket, override, computed, reason)
    if computed is None:
        return Outcome(rule="priority", reasons=(reason,))
    changes: Changes = {
        "priority": computed,
        "priority_source": PrioritySource.MATRIX,
        "priority_reason": f"{computed}: {reason}",
    }
    return Outcome(
        rule="priority",
        changes=changes,
        notes=_announced(ticket, computed, reason),
        reasons=(f"{computed}: {reason}",),
    )


def _announced(ticket: Ticket, computed: Priority, reason: str) -> tuple[Note, ...]:
    """Once for each change, also where it is not written because it is contested."""
    before, changes = ticket.fields.priority, ticket.changes.get("priority", ())
    if ticket.fields.priority_source is None or before is computed:
        return ()
    mark = Mark("priority", computed, changes[-1].id if changes else "created")
    text = f"Priority {wording.value(before)} → {computed}: {reason}."
    return (Note(public=False, title=f"Priority {computed}", text=text, marks=frozenset({mark})),)


def _computed(ticket: Ticket, policy: Policy) -> tuple[Priority | None, str]:
    impact, stated = ticket.fields.impact, ticket.fields.urgency
    if impact is None:
        if stated is None:
            return None, "impact and urgency are unknown; the helpdesk's priority stays"
        # A possible P1 never waits for completeness: the worst case counts until the impact is known.
        worst = policy.matrix[Impact.SERVICE_AFFECTING][stated]
        return worst, f"impact not stated yet, handled as service affecting × urgency {stated}"
    urgency = stated or _default_urgency(ticket, policy)
    origin = "" if stated else " (default)"
    return policy.matrix[impact][urgency], f"impact {wording.value(impact)} × urgency {urgency}{origin}"


def _default_urgency(ticket: Ticket, policy: Policy) -> Urgency:
    return next(
        default.urgency
        for default in policy.urgency_defaults
        if default.fits(ticket.fields.impact, ticket.fields.fault_type)
    )


def _override(ticket: Ticket) -> Change | None:
    """The agent's own change of the priority, unless an agent has handed it back to the matrix since."""
    set_by_hand = [c for c in ticket.changes.get("priority", ()) if c.actor.is_staff]
    if not set_by_hand:
        return None
    cleared = [
        change
        for change in ticket.changes.get("priority_source", ())
        if change.actor.is_staff and change.new is not PrioritySource.AGENT
    ]
    if cleared and cleared[-1].at >= set_by_hand[-1].at:
        return None
    return set_by_hand[-1]


def _chosen(ticket: Ticket, override: Change) -> Priority | None:
    """What the agent chose is put back if the connector overwrote it: it was just writing what it had computed, and
    helpdesks detect no conflicts. What the helpdesk's own triggers made of it since stays."""
    overwritten = ticket.last_setter("priority") is Actor.CONNECTOR
    chosen: Priority | None = override.new if overwritten else None
    return chosen or ticket.fields.priority


def _keep(ticket: Ticket, override: Change, computed: Priority | None, reason: str) -> Outcome:
    chosen = _chosen(ticket, override)
    said = f"{wording.value(chosen)}: set by {wording.actor(override.actor)} at {wording.format_time(override.at)}"
    changes: Changes = {"priority": chosen, "priority_source": PrioritySource.AGENT, "priority_reason": said}
    notes: tuple[Note, ...] = ()
    if computed is not None and computed is not chosen:
        notes = (
            Note(
                public=False,
                title=f"Priority {wording.value(chosen)} kept",
                text=f"The matrix says {computed} ({reason}). Your choice stays. "
                "To return to the matrix, set 'Priority decided by' to 'matrix'.",
                marks=frozenset({Mark("priority-kept", override.id)}),
            ),
        )
    return Outcome(
        rule="priority",
        changes=changes,
        notes=notes,
        reasons=(said, f"by the matrix: {computed or 'nothing'}, {reason}"),
    )
