"""What the pages need besides ``Reports``: open reports and tickets as a helpdesk shows them, and our links."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from threading import BoundedSemaphore, Lock

from cachetools import TTLCache

from connector.domain.model import TicketId
from connector.domain.ticket import Ticket
from connector.helpdesks.errors import HelpdeskError
from connector.helpdesks.on_behalf import ActsForCustomers, Message, Reported, Request
from connector.intake.panels import Panel
from connector.policy.links import Links
from connector.work.errors import StoreError
from connector.work.submissions import Submitted

from ..problem import RETRY_LATER, Refusal
from ..reports import Reports

_FRESH_S = 15.0
_MOST_LISTS = 2_000
_MOST_ASKING = 6
"""Pages of one process that may wait for a helpdesk at once; each takes a thread."""
_WAITS_S = 1.0


class Sources:
    """See the module. Everything may be called from any thread."""

    def __init__(self, reports: Reports, links: Links | None) -> None:
        self.reports = reports
        self.links = links
        self.policy = reports.policy
        self.now = reports.now
        self._reported: TTLCache[tuple[str, str], list[Reported]] = TTLCache(_MOST_LISTS, _FRESH_S)
        self._lock = Lock()
        self._asking = BoundedSemaphore(_MOST_ASKING)

    def reported(self, panel: Panel, service_id: str) -> list[Reported] | None:
        """The open reports about a service, as they were a few seconds ago; ``None``: nobody can tell now."""
        key = (self.reports.helpdesk(panel), service_id)
        if (held := self._held(key)) is not None:
            return held
        try:
            with self._one_of_few():
                # While this one waited, another may have asked.
                if (held := self._held(key)) is not None:
                    return held
                desk = self.reports.desk(key[0])
                found = desk.reported([service_id]) if isinstance(desk, ActsForCustomers) else []
        except (HelpdeskError, Refusal):
            return None
        with self._lock:
            self._reported[key] = found
        return found

    def _held(self, key: tuple[str, str]) -> list[Reported] | None:
        with self._lock:
            return self._reported.get(key)

    @contextmanager
    def _one_of_few(self) -> Iterator[None]:
        """Lets :data:`_MOST_ASKING` requests at a time through: a slow helpdesk must not hold the threads that take its
        webhooks. Raises ``Refusal`` (503) if there is no place within a second."""
        if not self._asking.acquire(timeout=_WAITS_S):
            raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "the helpdesk is slow now", RETRY_LATER)
        try:
            yield
        finally:
            self._asking.release()

    def ticket(self, helpdesk: str, ticket_id: TicketId) -> Ticket | None:
        """The ticket; ``None``: there is none.

        Raises ``Refusal`` (503) if the helpdesk does not answer.
        """
        with self._one_of_few():
            return self.reports.ticket(helpdesk, ticket_id)

    def submit(self, panel: str, person: str, helpdesk: str, content: Request | Message, digest: str) -> Submitted:
        """Keeps what a person of a panel sends, and waits a little until it is on the helpdesk.

        Raises ``Refusal``: 503 if it cannot be kept, 429 if they send too much.
        """
        self.reports.throttle.person(panel, person)
        with stored():
            submitted = self.reports.submit(helpdesk, content, digest, self.reports.patience)
        if isinstance(content, Request) and (service := content.fields.get("service_id")):
            with self._lock:
                self._reported.pop((helpdesk, service), None)
        return submitted


@contextmanager
def stored() -> Iterator[None]:
    """Around each use of the store. Raises ``Refusal`` (503), a page that says that nothing was sent, if it fails."""
    try:
        yield
    except StoreError as error:
        raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "the store cannot be used now", RETRY_LATER) from error
