"""What Jira's statuses and priorities mean to the rules, today's and those of the past.

Names can be changed at any time, ids cannot: a changelog tells both, the name as it was then.
"""

from connector.domain.vocabulary import Priority, TicketState
from connector.helpdesks.jira.answer import PriorityRow, StatusRow, TransitionRow
from connector.helpdesks.jira.mapping import JiraMapping
from connector.helpdesks.jira.site import Site

_CATEGORIES = {"new": TicketState.NEW, "indeterminate": TicketState.OPEN, "done": TicketState.CLOSED}
"""Every status is in one of Jira's own categories, which nobody can change."""


class Meanings:
    """Statuses and priorities by the mapping."""

    def __init__(self, mapping: JiraMapping, site: Site) -> None:
        self._mapping = mapping
        self._site = site

    def state(self, status: StatusRow) -> tuple[TicketState, str | None]:
        """The state, and what Jira calls it if the mapping does not say what it means."""
        known = self._mapping.state(status.name) or self._renamed(status.id)
        return (known, None) if known is not None else (_judged(status), status.name)

    def ended(self, state: TicketState, resolution: str | None) -> TicketState:
        """How an issue in this state ended: without a repair, whatever its status is called, it is cancelled (R34)."""
        done = state in (TicketState.RESOLVED, TicketState.CLOSED)
        return TicketState.CANCELLED if done and not self._mapping.is_repair(resolution) else state

    def past_state(self, status_id: str | None, name: str) -> TicketState:
        """The state of an entry in a changelog: by its id, which outlives a change of names. ``name`` is what it was
        called then. One that is gone and has no meaning counts as open: clocks run, nothing is hidden."""
        known = self._renamed(status_id) or self._mapping.state(name)
        if known is not None:
            return known
        today = self._site.statuses.get(status_id or "")
        return _judged(today) if today is not None else TicketState.OPEN

    def leads_to(self, way: TransitionRow, state: TicketState) -> bool:
        """Whether a transition ends in a status with this meaning, also one that got another name today."""
        return (self._mapping.state(way.to.name) or self._renamed(way.to.id)) is state

    def priority(self, priority: PriorityRow | None) -> Priority | None:
        """The priority; ``None`` if there is none or the mapping does not know it."""
        if priority is None:
            return None
        known = self._mapping.priority(priority.name)
        return known or self.past_priority(priority.id, priority.name)

    def priority_written(self, priority: Priority) -> dict[str, str]:
        """How a priority is named in a request: by its id, which outlives a change of names, or else by its name."""
        name = self._mapping.priority_name(priority)
        found = next((row_id for row_id, held in self._site.priorities.items() if held == name), None)
        return {"name": name} if found is None else {"id": found}

    def past_priority(self, priority_id: str | None, name: str) -> Priority | None:
        """The same of an entry in a changelog."""
        today = self._site.priorities.get(priority_id or "")
        return (self._mapping.priority(today) if today else None) or self._mapping.priority(name)

    def _renamed(self, status_id: str | None) -> TicketState | None:
        """The meaning of what a status was called when the list was read: the mapping may name it so."""
        listed = self._site.statuses.get(status_id or "")
        return self._mapping.state(listed.name) if listed is not None else None


def _judged(status: StatusRow) -> TicketState:
    category = status.status_category.key if status.status_category else ""
    return _CATEGORIES.get(category, TicketState.OPEN)
