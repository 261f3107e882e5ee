"""What follows when an RFO is overdue: the levels that it rises to, and the next date that customers are told (R34)."""

from datetime import datetime
from typing import NamedTuple

from connector.domain.decision import Notice
from connector.domain.mark import Mark
from connector.policy.ladder import Level
from connector.rules import timeline
from connector.rules.case import Case


class RfoStep(NamedTuple):
    """An overdue RFO rises to ``level`` at ``at``."""

    at: datetime
    level: Level


def steps(case: Case, due: datetime) -> tuple[RfoStep, ...]:
    """The levels to which an RFO rises once it is overdue: at once, then one on each working day."""
    levels = [level for level in case.ladder.levels if not level.skip]
    rising = [level for level in levels if level.level >= case.policy.rfo.overdue_level] or levels[-1:]
    calendar = case.policy.rfo_calendar
    return tuple(
        RfoStep(calendar.add_working_days(due, days) if days else due, level) for days, level in enumerate(rising)
    )


def stamp(at: datetime) -> str:
    """A time (UTC) as marks name it, to the minute."""
    return at.strftime("%Y%m%dT%H%M")


def new_date(case: Case, due: datetime, late: int) -> Notice:
    """Tells the customer of each overdue step. The new date is that of the next step, or the next working day if that
    has passed too, because the connector did not run."""
    calendar = case.policy.rfo_calendar
    aim = calendar.add_working_days(due, late)
    if aim <= case.now:
        aim = timeline.whole_second(calendar.add_working_days(case.now, 1))
    marks = frozenset(Mark("rfo-late", stamp(due), step) for step in range(1, late + 1))
    return Notice("rfo_late", {"due": due, "aim": aim}, marks)
