"""Whether the helpdesk as a whole does not work, or one ticket (P8, P23)."""

import threading
from datetime import datetime, timedelta

import structlog

from connector.helpdesks.errors import HelpdeskError
from connector.helpdesks.helpdesk import Helpdesk
from connector.work.jobs import Key

log = structlog.get_logger("worker")

MANY = 5
"""So many tickets that fail one after the other, and none that goes well between them, are an outage, although the
probe gets its answer: it asks for less than a ticket needs."""

_FRESH = timedelta(seconds=1)
_MOST = 10_000


class Outages:
    """What the threads of a worker have seen of its helpdesk. All methods may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failing: set[Key] = set()
        self._limited: dict[Key, bool] = {}
        self._asked: datetime | None = None
        self._answer: str | None = None

    def works(self, key: Key) -> None:
        """A ticket was read and, if need be, written."""
        self._failing.clear()
        self._limited.pop(key, None)

    def why(self, desk: Helpdesk, key: Key, error: HelpdeskError, now: datetime) -> str | None:
        """The cause of the outage in which this ticket has failed at ``now`` (UTC); ``None``: the others go on.

        The helpdesk is asked for something that has to do with no ticket, once for all threads that fail together.
        """
        with self._lock:
            if self._asked is None or not self._asked <= now < self._asked + _FRESH:
                self._answer = _probed(desk)
                self._asked = now
            if self._answer is not None:
                return f"{error}; {self._answer}"
            self._failing.add(key)
            if len(self._failing) < MANY:
                return None
            return f"{error}; {len(self._failing)} tickets in a row have failed"

    def limited(self, key: Key) -> bool:
        """The helpdesk wants fewer requests and says so at this ticket. Whether it is the ticket's own affair: a probe
        right before had its answer."""
        with self._lock:
            own = self._limited.pop(key, False)
            if len(self._limited) >= _MOST:
                self._limited.clear()
            self._limited[key] = False
            return own

    def before(self, desk: Helpdesk, key: Key) -> None:
        """To be called before a ticket is asked for. After the pause that one has brought about, the helpdesk is asked
        for something else first: no request comes before its time, and the next pause has another reason.

        :raises HelpdeskError: that of the probe.
        """
        if key in self._limited:
            self._limited[key] = False
            desk.probe()
            self._limited[key] = True


def _probed(desk: Helpdesk) -> str | None:
    try:
        desk.probe()
    except HelpdeskError as why:
        return str(why)
    except Exception as why:
        log.exception("probe failed unexpectedly")
        return f"{type(why).__name__}: {why}"
    return None
