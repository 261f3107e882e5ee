"""What a worker tells of itself and its helpdesk, several times a minute (P25)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic, sleep

import structlog

from connector.helpdesks.errors import HelpdeskError
from connector.helpdesks.helpdesk import Helpdesk
from connector.work.errors import StoreError
from connector.work.health import Health
from connector.work.table import WorkTable

log = structlog.get_logger("worker")

EVERY_S = 15.0
"""How often it is told."""

_LOOK_S = 0.2
_QUIET = timedelta(seconds=20)
"""After so long without an answer the helpdesk is asked for one."""
_PATIENCE_S = 15.0
"""Whoever lets a small request wait longer does not answer: that is told before the request's own time is over, or a
minute would have passed."""


class Watch:
    """Of one worker. Its methods may be called from any thread."""

    def __init__(self, table: WorkTable, helpdesk: str, token_ends: date | None = None) -> None:
        """``token_ends``: the last day of the token, where it is known."""
        self._table = table
        self._name = helpdesk
        self._token_ends = datetime.combine(token_ends, time.max, UTC) if token_ends else None
        self._answered: datetime | None = None
        self._looked: datetime | None = None
        self._failed: datetime | None = None
        self._failure: str | None = None
        self._probing: SimpleQueue[HelpdeskError | None] | None = None
        self.policy: str | None = None
        """The version in use."""
        self.policy_failure: str | None = None
        """Why a newer one is not."""

    def run(self, desk: Callable[[], Helpdesk], stopping: Callable[[], bool]) -> None:
        """Asks and tells until the end, in a thread of its own: a request that takes long holds up nothing else."""
        while not stopping():
            try:
                self.ask(desk())
                self.tell()
            except StoreError as error:
                log.warning("work table does not answer", error=str(error))
            except Exception:
                log.exception("looking at the helpdesk failed unexpectedly")
            again = monotonic() + EVERY_S
            while monotonic() < again and not stopping():
                sleep(_LOOK_S)

    def looked(self) -> None:
        """A ticket or sweep was finished well."""
        self._answered = self._looked = self._table.now()

    def fails(self, why: str) -> None:
        """The helpdesk does not work."""
        if self._failed is None:
            self._failed = self._table.now()
            log.error("the helpdesk does not answer, or refuses the token", helpdesk=self._name, cause=why)
        self._failure = why

    def ask(self, desk: Helpdesk) -> None:
        """Learns whether the helpdesk works, by what the workers have met lately, else by a request of its own. During
        a pause nobody asks anything."""
        running = [pause for pause in self._table.pauses(self._name) if pause.endpoint is None]
        if running:
            self.fails(running[0].reason)
            return
        now = self._table.now()
        if self._answered is None or not self._answered <= now < self._answered + _QUIET:
            failure = self._asked(desk)
            if failure is not None:
                self.fails(failure)
                return
            self._answered = self._table.now()
        if self._failed is not None:
            log.info("the helpdesk answers again", helpdesk=self._name, since=self._failed.isoformat())
        self._failed = self._failure = None

    def _asked(self, desk: Helpdesk) -> str | None:
        """Why the helpdesk does not answer now; ``None``: it does. A request that hangs is waited for by one thread."""
        if self._probing is None:
            self._probing = SimpleQueue()
            Thread(target=_probe, args=(desk, self._probing), name="probe", daemon=True).start()
        try:
            failure = self._probing.get(timeout=_PATIENCE_S)
        except Empty:
            return f"no answer within {_PATIENCE_S:.0f} s"
        self._probing = None
        return None if failure is None else str(failure)

    def tell(self) -> None:
        """Stores it. Raises ``StoreError``."""
        told = Health(
            self._name,
            self._table.now(),
            self._answered,
            self._looked,
            self._failed,
            self._failure,
            self._token_ends,
            self.policy,
            self.policy_failure,
        )
        self._table.health.tell(told)


def _probe(desk: Helpdesk, answer: SimpleQueue[HelpdeskError | None]) -> None:
    try:
        desk.probe()
    except HelpdeskError as error:
        answer.put(error)
    except Exception as error:  # whoever waits has to hear of it
        log.exception("looking at the helpdesk failed unexpectedly")
        answer.put(HelpdeskError(f"{type(error).__name__}: {error}"))
    else:
        answer.put(None)
