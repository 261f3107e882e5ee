"""The preventive measures of a delivered RFO, until all are done (R33)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from connector.domain.changes import Changes
from connector.domain.decision import Notice, Outcome
from connector.domain.mark import Mark
from connector.domain.model import TicketId
from connector.domain.vocabulary import TicketKind, TicketState
from connector.rules import wording
from connector.rules.case import Case
from connector.rules.measures import read_measures


def followed_up(case: Case, outcome: Outcome) -> Outcome:
    """The outcome of a delivered RFO's task with what its measures ask for: the task stays open as long as one is not
    done, and whoever works on it hears of each that is late, once."""
    ticket, zone = case.ticket, ZoneInfo(case.policy.display_timezone)
    measures, _ = read_measures("preventive_measures", ticket.fields.preventive_measures, shortest=1, restored=None)
    waiting = sorted((one for one in measures if not one.is_done), key=lambda one: one.due)
    if ticket.state is TicketState.CANCELLED or not waiting:
        nothing: Changes = {"next_measure_at": None} if ticket.fields.next_measure_at is not None else {}
        return outcome._replace(changes={**outcome.changes, **nothing}, touches=_touches(case, outcome, None))
    ends = [one.ends(zone) for one in waiting]
    late = [one for one, end in zip(waiting, ends, strict=True) if end <= case.now]
    rows = [{"text": one.what, "owner": one.owner, "at": one.ends(zone)} for one in (late or waiting)]
    notices = list(outcome.notices)
    if late:
        notices.append(
            Notice("measure_late", {"measures": rows}, frozenset(Mark("measure-late", m.name) for m in late))
        )
    reason = f"{len(waiting)} of {len(measures)} measures are not done, the next is due {wording.format_time(ends[0])}"
    state = None
    if ticket.state.is_over:
        state, moves = TicketState.OPEN, ticket.changes.get("state", ())
        mark = Mark("measures-open", *([moves[-1].id] if moves else []))
        rows = [{"text": one.what, "owner": one.owner, "at": one.ends(zone)} for one in waiting]
        notices.append(Notice("measures_open", {"measures": rows}, frozenset({mark})))
    return outcome._replace(
        changes={**outcome.changes, "next_measure_at": ends[0]},
        state=state,
        notices=tuple(notices),
        reasons=(*outcome.reasons, reason),
        touches=_touches(case, outcome, ends[0]),
        due=min((end for end in ends if end > case.now), default=None),
    )


def _touches(case: Case, outcome: Outcome, following: datetime | None) -> tuple[TicketId, ...]:
    """The incident shows the next measure to its problem record."""
    incidents = (link for link in case.ticket.links if link.kind is TicketKind.INCIDENT)
    told = tuple(link.id for link in incidents if link.next_measure_at != following)
    return (*outcome.touches, *told)
