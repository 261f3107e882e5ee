"""Preventive measures, of a delivered RFO or on a problem record, until all are done (R33)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from connector.domain.changes import Changes
from connector.domain.decision import Notice, Outcome
from connector.domain.mark import Mark
from connector.domain.model import TicketId
from connector.domain.vocabulary import TicketKind, TicketState
from connector.rules import wording
from connector.rules.case import Case
from connector.rules.measures import Measure, read_measures


class Waiting(NamedTuple):
    """The measures in a ticket's text that are not done, the next one first."""

    measures: tuple[Measure, ...]
    of: int
    """How many there are, with those that are done."""
    zone: ZoneInfo

    @property
    def next_at(self) -> datetime | None:
        """The end of the day on which the next one is due (UTC); ``None``: all are done."""
        return self.measures[0].ends(self.zone) if self.measures else None

    def late(self, now: datetime) -> tuple[Notice, ...]:
        """Whoever works on them hears of each that is late, once."""
        late = [one for one in self.measures if one.ends(self.zone) <= now]
        marks = frozenset(Mark("measure-late", one.name) for one in late)
        return (Notice("measure_late", {"measures": self._rows(late)}, marks),) if late else ()

    def still_open(self, mark: Mark) -> Notice:
        """Why the ticket is opened again."""
        return Notice("measures_open", {"measures": self._rows(self.measures)}, frozenset({mark}))

    def due(self, now: datetime) -> datetime | None:
        """When the next one becomes late."""
        return min((end for one in self.measures if (end := one.ends(self.zone)) > now), default=None)

    def _rows(self, measures: Iterable[Measure]) -> list[dict[str, Any]]:
        return [{"text": one.what, "owner": one.owner, "at": one.ends(self.zone)} for one in measures]


def waiting(case: Case) -> Waiting:
    """Of the case's ticket, an RFO task or a problem record."""
    text = case.ticket.fields.preventive_measures
    measures, _ = read_measures("preventive_measures", text, shortest=1, restored=None)
    undone = sorted((one for one in measures if not one.is_done), key=lambda one: one.due)
    return Waiting(tuple(undone), len(measures), ZoneInfo(case.policy.display_timezone))


def followed_up(case: Case, outcome: Outcome) -> Outcome:
    """The outcome of a delivered RFO's task with what its measures ask for: the task stays open as long as one is not
    done."""
    ticket, left = case.ticket, waiting(case)
    if ticket.state is TicketState.CANCELLED or left.next_at is None:
        nothing: Changes = {"next_measure_at": None} if ticket.fields.next_measure_at is not None else {}
        return outcome._replace(changes={**outcome.changes, **nothing}, touches=_touches(case, outcome, None))
    notices, state = (*outcome.notices, *left.late(case.now)), None
    if ticket.state.is_over:
        state, moves = TicketState.OPEN, ticket.changes.get("state", ())
        notices = (*notices, left.still_open(Mark("measures-open", *([moves[-1].id] if moves else []))))
    undone, due = len(left.measures), wording.format_time(left.next_at)
    return outcome._replace(
        changes={**outcome.changes, "next_measure_at": left.next_at},
        state=state,
        notices=notices,
        reasons=(*outcome.reasons, f"{undone} of {left.of} measures are not done, the next is due {due}"),
        touches=_touches(case, outcome, left.next_at),
        due=left.due(case.now),
    )


def _touches(case: Case, outcome: Outcome, following: datetime | None) -> tuple[TicketId, ...]:
    """The incident shows the next measure to its problem record."""
    incidents = (link for link in case.ticket.links if link.kind is TicketKind.INCIDENT)
    told = tuple(link.id for link in incidents if link.next_measure_at != following)
    return (*outcome.touches, *told)
