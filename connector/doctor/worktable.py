"""Is the work table there, does work move, and does its clock agree with ours?"""

from datetime import timedelta

from connector.doctor.connection import skew
from connector.doctor.context import Examination
from connector.doctor.finding import Observation, fail, ok, warn

_LATE = timedelta(minutes=10)


def work_table(context: Examination) -> Observation:
    """It answers, and what is due is not old."""
    counts = context.table.counts().get(context.HELPDESK)
    paused = context.table.paused_until(context.HELPDESK)
    if paused is not None:
        return warn(
            f"work on {context.TITLE} is paused until {paused:%H:%M:%S} UTC, because it did not answer or asked for it",
            "Nothing, if it ends soon. Otherwise the worker's log names the cause.",
        )
    if counts is None:
        return ok("it answers and is empty")
    text = f"{counts.due} tickets due, {counts.waiting} waiting, {counts.leased} being worked on"
    if counts.oldest_due is not None and context.table.now() - counts.oldest_due > _LATE:
        return fail(f"{text}; the oldest since {counts.oldest_due:%Y-%m-%d %H:%M} UTC", "Start interspace run or work.")
    return ok(text)


def dead_letters(context: Examination) -> Observation:
    """Tickets that nobody works on any more."""
    letters = context.table.dead_letters(context.HELPDESK)
    if letters:
        return fail(
            f"{len(letters)}, the oldest: ticket {letters[0].key.ticket}: {letters[0].error[:160]}",
            "Repair the cause (interspace dead-letters list), then interspace dead-letters replay --all.",
        )
    return ok("none")


def table_clock(context: Examination) -> Observation:
    """On PostgreSQL the table goes by the database's clock; on SQLite by this machine's own."""
    return skew(context.table.now() - context.clock(), "the work table's clock")
