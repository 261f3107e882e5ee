"""Delivers what was planned: soon, again and again for two and a half days, and never silently not."""

import random
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import structlog

from connector import metrics, tracing
from connector.outgoing.post import NotDeliveredError
from connector.work.errors import StoreError
from connector.work.table import Key, WorkTable
from connector.work.tellings import Telling

log = structlog.get_logger("outgoing")

DELAYS = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 30, 120, 300, 900, 1800, 3600, 7200, 14400, 28800, 43200, 43200, 43200, 43200)
)
"""After each failure, with a random tenth more: two and a half days in all, then it is given up."""

KEPT = timedelta(days=7)
"""How long what was told is kept if no ticket says it: longer than an event is fresh."""

_LEASE = timedelta(minutes=3)
_AT_ONCE = 10
"""So many are claimed at a time: together they take less than the lease, each with its time-outs."""
_POLL_S = 1.0
_PRUNE_EVERY = timedelta(hours=1)

Deliver = Callable[[Telling], None]
"""Tells one receiver once. Raises NotDeliveredError."""


class Courier:
    """Delivers for one helpdesk. Any number of them may share the work table."""

    def __init__(self, table: WorkTable, helpdesk: str, deliver: Deliver) -> None:
        self._table = table
        self._helpdesk = helpdesk
        self.deliver = deliver
        """Another one counts from the next delivery on."""
        self._stopping = threading.Event()
        self._pruned: datetime | None = None

    def run(self) -> None:
        """Delivers until ``stop``."""
        begun = False
        with ThreadPoolExecutor(thread_name_prefix="courier") as pool:
            while not self._stopping.is_set():
                try:
                    if not begun:
                        # Whoever died between a delivery and its word to the ticket.
                        self._touch(self._table.tellings.finished(self._helpdesk))
                        begun = True
                    self._prune()
                    if self._round(lambda tasks: list(pool.map(lambda task: task(), tasks))):
                        continue
                except StoreError as error:
                    log.warning("work table does not answer", error=str(error))
                self._stopping.wait(_POLL_S)

    def stop(self) -> None:
        """Ends ``run`` when what has begun is done."""
        self._stopping.set()

    def run_due(self) -> int:
        """Delivers in this thread what is due now; returns how many were tried."""
        count = 0
        while tried := self._round(lambda tasks: [task() for task in tasks]):
            count += tried
        return count

    def _round(self, do: Callable[[list[Callable[[], list[Key]]]], Iterable[list[Key]]]) -> int:
        """Claims some, tries each, a receiver at a time: one that hangs holds up nobody else's."""
        claimed = self._table.tellings.claim(self._helpdesk, _AT_ONCE, _LEASE)
        by_receiver: dict[str, list[Telling]] = {}
        for telling in claimed:
            by_receiver.setdefault(telling.key.receiver, []).append(telling)

        def task(receiver: str) -> Callable[[], list[Key]]:
            return lambda: self._tell(by_receiver[receiver])

        done = do([task(receiver) for receiver in by_receiver])
        self._touch(key.ticket for keys in done for key in keys)
        return len(claimed)

    def _tell(self, tellings: list[Telling]) -> list[Key]:
        """In order. After a failure the receiver's others are put off, too. Returns the tickets that can say more."""
        ended = list[Key]()
        failure: NotDeliveredError | None = None
        for telling in tellings:
            try:
                if failure is None:
                    with _span(telling):
                        self.deliver(telling)
            except NotDeliveredError as error:
                failure = error
            except Exception as error:  # what is wrong with one receiver stops no other
                log.exception("a delivery failed unexpectedly", receiver=telling.key.receiver)
                failure = NotDeliveredError(type(error).__name__)
            if failure is not None and failure.unwanted:
                self._table.tellings.told(telling)
                failure = None
            elif failure is None:
                self._table.tellings.told(telling)
                metrics.told(self._helpdesk, "told")
                log.info("told outside", receiver=telling.key.receiver, ticket=telling.key.ticket, of=telling.key.event)
                ended.append(Key(self._helpdesk, telling.key.ticket))
            elif self._failed(telling, failure):
                ended.append(Key(self._helpdesk, telling.key.ticket))
                if failure.final:
                    failure = None
        return ended

    def _failed(self, telling: Telling, failure: NotDeliveredError) -> bool:
        """Whether it is given up now."""
        now, again = self._table.now(), None
        if not failure.final and telling.attempts <= len(DELAYS):
            delay = DELAYS[telling.attempts - 1]
            again = max(now + delay * random.uniform(1, 1.1), failure.again or now)  # noqa: S311 - spreads load only
        self._table.tellings.failed(telling, str(failure), again)
        metrics.told(self._helpdesk, "failed" if again else "given_up")
        words = {"receiver": telling.key.receiver, "ticket": telling.key.ticket, "of": telling.key.event}
        if again is None:
            log.error("a receiver could not be told and this is given up", cause=str(failure), **words)
        else:
            log.warning("a receiver was not told yet", cause=str(failure), again=again.isoformat(), **words)
        return again is None

    def _touch(self, tickets: Iterable[str]) -> None:
        keys = [Key(self._helpdesk, ticket) for ticket in dict.fromkeys(tickets)]
        self._table.touch(keys, self._table.now())

    def _prune(self) -> None:
        now = self._table.now()
        if self._pruned is None or not self._pruned <= now < self._pruned + _PRUNE_EVERY:
            self._table.tellings.prune(self._helpdesk, now - KEPT)
            self._pruned = now


def _span(telling: Telling) -> tracing.Span:
    """Of the receiver only its kind, which stands before the colon: the rest may be a person's address."""
    kind, colon, _ = telling.key.receiver.partition(":")
    return tracing.span(
        "tell",
        "PRODUCER",
        helpdesk=telling.key.helpdesk,
        ticket=telling.key.ticket,
        receiver=kind if colon else "webhook",
        tries_before=telling.attempts - 1,
    )
