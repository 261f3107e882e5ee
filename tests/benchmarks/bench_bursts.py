"""How often events collapse, and how late a deadline is seen: ``python -m tests.benchmarks.bench_bursts``.

The real ``Worker.run`` on a real SQLite work table and the real clock, with a helpdesk that answers at once and counts.
"""

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connector.domain.vocabulary import Actor, Impact, Priority, Urgency
from connector.work.group_commit import GroupCommit
from connector.work.table import Key, WorkTable
from connector.work.worker import POLL_S, Worker
from tests.benchmarks.instant_desk import DESK, InstantDesk, quiet
from tests.benchmarks.report import Row, show
from tests.builders import complete, default_policy, incident, said
from tests.waiting import wait_until
from tests.working import in_a_thread

EVENTS, TICKETS = 10_000, 100
SPREAD_S = 10.0
SETTLE = timedelta(seconds=1)
_LONG_SETTLE = 5 * SETTLE
"""For what comes at once: also on a busy machine all of it is there before the first look."""
_THREADS = 16
_DEADLINES, _QUICK_DEADLINES = 50, 10
_PATIENCE_S = 60.0


def rows(*, quick: bool = False) -> list[Row]:
    """All figures."""
    with quiet():
        burst, spread = _reconciles(_at_once), _reconciles(_spread)
        late = sorted(_lateness(_QUICK_DEADLINES if quick else _DEADLINES))
    return [
        Row(
            figure=f"bursts: reconciles for {EVENTS:,} events of {TICKETS} tickets at once",
            measured=burst,
            most=1.1 * TICKETS,
            limit=EVENTS,
            limit_is="events",
        ),
        Row(
            figure=f"bursts: the same spread over {SPREAD_S:.0f} s, settling time {SETTLE.total_seconds():g} s",
            measured=spread,
            most=1_200,
            limit=EVENTS,
            limit_is="events",
        ),
        _late(f"p99 of {len(late)}", _share(late, 0.99), POLL_S, 1),
        _late("median", _share(late, 0.5), POLL_S / 2),
        _late("at most", late[-1], POLL_S, 1),
    ]


def _late(which: str, seconds: float, limit: float, most: float | None = None) -> Row:
    figure = f"escalation after its due time, {which}"
    return Row(figure=figure, measured=seconds, unit="s", most=most, limit=limit, limit_is="s until the next look")


def _reconciles(send: Callable[[WorkTable], None]) -> int:
    """How many there are for all events."""
    desk = InstantDesk()
    for number in range(TICKETS):
        desk.tickets[str(number)] = incident(id=str(number), number=str(number), created_at=datetime.now(UTC))
    with _working(desk) as table:
        send(table)
        sent = datetime.now(UTC)
        counts = table.counts
        wait_until(
            lambda: counts()[DESK].due == counts()[DESK].leased == 0 and _rested(table, sent),
            "the end of the work",
            _PATIENCE_S,
        )
        return len(desk.reads)


def _at_once(table: WorkTable) -> None:
    """All events within a long settling time: transactions of a hundred, one event of each ticket."""
    due = table.now() + _LONG_SETTLE
    for _ in range(EVENTS // TICKETS):
        table.touch([Key(DESK, str(number)) for number in range(TICKETS)], due)
    if table.now() > due:
        raise RuntimeError("this machine is too busy: the burst took longer than the settling time")


def _spread(table: WorkTable) -> None:
    """From sixteen threads through group commit, as a receiver does."""
    with closing(GroupCommit(table)) as commits:

        def send(sender: int) -> None:
            for number in range(sender, EVENTS, _THREADS):
                if (early := began + SPREAD_S * number / EVENTS - time.monotonic()) > 0:
                    time.sleep(early)
                commits.touch(Key(DESK, str(number % TICKETS)), table.now() + SETTLE, _PATIENCE_S)

        began = time.monotonic()
        senders = [threading.Thread(target=send, args=(sender,)) for sender in range(_THREADS)]
        for thread in senders:
            thread.start()
        for thread in senders:
            thread.join()


def _rested(table: WorkTable, sent: datetime) -> bool:
    """The settling time of the last event is over and nothing of it is left."""
    due = table.next_due(DESK)
    return due is None or due > sent + 2 * _LONG_SETTLE


def _lateness(deadlines: int) -> list[float]:
    """Seconds from the due time of level 2 to its write, for tickets that reach it one after the other."""
    desk = InstantDesk()
    hour = timedelta(hours=1)  # level 2 of a P1
    first = datetime.now(UTC) + timedelta(seconds=3)
    due = {str(n): first + timedelta(milliseconds=137 * n) for n in range(deadlines)}
    for number, at in due.items():
        fields = complete(priority=Priority.P1, impact=Impact.SERVICE_AFFECTING, urgency=Urgency.HIGH)
        answer = said("We are on it.", at - hour + timedelta(minutes=1), Actor.AGENT)
        desk.tickets[number] = incident(
            fields, id=number, number=number, created_at=at - hour, created_by=Actor.AGENT, articles=(answer,)
        )
    with _working(desk) as table:
        table.touch([Key(DESK, number) for number in due], table.now())
        wait_until(lambda: len(desk.escalated) == deadlines, "the last escalation", _PATIENCE_S)
    return [(desk.escalated[number] - at).total_seconds() for number, at in due.items()]


@contextmanager
def _working(desk: InstantDesk) -> Iterator[WorkTable]:
    with (
        tempfile.TemporaryDirectory() as directory,
        closing(WorkTable.open(f"sqlite:///{Path(directory) / 'work.sqlite3'}")) as table,
        in_a_thread(Worker(table, desk, default_policy(), threads=_THREADS)),
    ):
        yield table


def _share(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


if __name__ == "__main__":
    show(rows())
