"""Priority from impact and urgency (R10, R23–R26)."""

from typing import NamedTuple

from connector.domain.changes import Changes
from connector.domain.decision import Notice, Outcome, Reasons
from connector.domain.fields import fit
from connector.domain.mark import Mark
from connector.domain.ticket import Change, Ticket
from connector.domain.vocabulary import Actor, Impact, Priority, PrioritySource, Urgency
from connector.policy.models import Policy
from connector.rules import wording
from connector.rules.case import Case


class Computed(NamedTuple):
    """What the matrix says."""

    priority: Priority
    impact: Impact | None
    """``None``: not stated yet, so the worst case counts."""
    urgency: Urgency
    default: bool
    """The customer chose no urgency."""

    @property
    def reason(self) -> str:
        """For ``explain``."""
        impact = wording.value(self.impact) if self.impact else "not stated yet, as if service affecting"
        return f"impact {impact} × urgency {self.urgency}{' (default)' if self.default else ''}"

    def text(self, case: Case) -> str:
        """For people."""
        return case.text("priority_by_matrix", impact=self.impact, urgency=self.urgency, default=self.default)


def priority(case: Case) -> Outcome:
    """The matrix decides, until an agent does; the agent's choice stays until the agent clears it."""
    computed, override = _computed(case.ticket, case.policy), _override(case.ticket)
    if override is not None:
        return _keep(case, override, computed)
    if computed is None:
        return Outcome(rule="priority", reasons=("impact and urgency are unknown; the helpdesk's priority stays",))
    text = computed.text(case)
    changes: Changes = {
        "priority": computed.priority,
        "priority_source": PrioritySource.MATRIX,
        "priority_reason": fit("priority_reason", f"{computed.priority}: {text}"),
    }
    return Outcome(
        rule="priority",
        changes=changes,
        notices=_announced(case.ticket, computed.priority, text),
        reasons=Reasons(lambda: [f"{computed.priority}: {computed.reason}"]),
    )


def _announced(ticket: Ticket, computed: Priority, reason: str) -> tuple[Notice, ...]:
    """Once for each change, also where it is not written because it is contested."""
    before, changes = ticket.fields.priority, ticket.changes.get("priority", ())
    if ticket.fields.priority_source is None or before is computed:
        return ()
    mark = Mark("priority", computed, changes[-1].id if changes else "created")
    data = {"before": before, "after": computed, "reason": reason}
    return (Notice("priority_changed", data, frozenset({mark})),)


def _computed(ticket: Ticket, policy: Policy) -> Computed | None:
    impact, stated = ticket.fields.impact, ticket.fields.urgency
    if impact is None:
        # A possible P1 never waits for completeness: the worst case counts until the impact is known.
        worst = policy.matrix[Impact.SERVICE_AFFECTING]
        return Computed(worst[stated], None, stated, default=False) if stated else None
    urgency = stated or _default_urgency(ticket, policy)
    return Computed(policy.matrix[impact][urgency], impact, urgency, default=stated is None)


def _default_urgency(ticket: Ticket, policy: Policy) -> Urgency:
    return next(
        default.urgency
        for default in policy.urgency_defaults
        if default.fits(ticket.fields.impact, ticket.fields.fault_type)
    )


def _override(ticket: Ticket) -> Change | None:
    """The agent's own change of the priority, unless an agent has handed it back to the matrix since. Emptying it, or
    choosing one that the mapping does not know, chooses none; what had another name then is still a choice."""
    set_by_hand = [c for c in ticket.changes.get("priority", ()) if c.actor.is_staff]
    chosen = set_by_hand or _at_creation(ticket)
    if not chosen:
        return None
    cleared = [
        change
        for change in ticket.changes.get("priority_source", ())
        if change.actor.is_staff and change.new is not PrioritySource.AGENT
    ]
    if cleared and cleared[-1].at >= chosen[-1].at:
        return None
    emptied = ticket.fields.priority is None or ticket.last_setter("priority") is Actor.CONNECTOR
    return None if chosen[-1].new is None and emptied else chosen[-1]


def _at_creation(ticket: Ticket) -> list[Change]:
    """Whoever takes a call and opens the ticket with another priority than the helpdesk's own has chosen it. What the
    connector has written over without asking is settled."""
    changes = ticket.changes.get("priority", ())
    value = changes[0].old if changes else ticket.fields.priority
    by_a_call = bool(ticket.articles) and ticket.articles[0].is_call
    if not by_a_call or value in (None, ticket.default_priority) or ticket.default_priority is None:
        return []
    if ticket.copied_from is not None or (changes and changes[0].actor is Actor.CONNECTOR):
        return []
    at, by = ticket.created_at, ticket.created_by
    return [
        Change(id="created", at=at, field="priority", old=None, new=value, actor=by if by.is_staff else Actor.AGENT)
    ]


def _chosen(ticket: Ticket, override: Change) -> Priority | None:
    """What the agent chose is put back if the connector overwrote it: it was just writing what it had computed, and
    helpdesks detect no conflicts. What the helpdesk's own triggers made of it since stays."""
    overwritten = ticket.last_setter("priority") is Actor.CONNECTOR
    chosen: Priority | None = override.new if overwritten else None
    return chosen or ticket.fields.priority


def _kept(override: Change, computed: Priority) -> Mark:
    """Said once for each choice, and again when the matrix says worse than what the agent decided against."""
    against: Priority | None = override.old
    worse = against is not None and computed < against
    return Mark("priority-kept", computed, override.id) if worse else Mark("priority-kept", override.id)


def _keep(case: Case, override: Change, computed: Computed | None) -> Outcome:
    chosen = _chosen(case.ticket, override)
    data = {"priority": chosen, "who": override.actor, "at": override.at}
    changes: Changes = {
        "priority": chosen,
        "priority_source": PrioritySource.AGENT,
        "priority_reason": case.field("priority_reason", "priority_by_agent", **data),
    }
    notices: tuple[Notice, ...] = ()
    if computed is not None and computed.priority is not chosen:
        kept = {"kept": chosen, "computed": computed.priority, "reason": computed.text(case)}
        notices = (Notice("priority_kept", kept, frozenset({_kept(override, computed.priority)})),)
    at, by = wording.format_time(override.at), wording.actor(override.actor)
    matrix = f"{computed.priority}, {computed.reason}" if computed else "nothing"
    return Outcome(
        rule="priority",
        changes=changes,
        notices=notices,
        reasons=(f"{wording.value(chosen)}: set by {by} at {at}", f"by the matrix: {matrix}"),
    )
