"""A worker's look at one submission: the ticket is opened, or the message written, exactly once.

The helpdesk is asked first, by the key that stands on the ticket: whatever crashed after the ticket was made, and
whichever database was lost since. Where its search lags behind, nobody sends a second request before the first one's
ticket must be found (docs/decisions/0008).
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog

from connector.domain.ticket import Ticket
from connector.domain.vocabulary import TicketState
from connector.helpdesks.errors import (
    EndpointLimitedError,
    NotFoundError,
    PermanentError,
    RateLimitedError,
    TicketWaitsError,
)
from connector.helpdesks.helpdesk import Helpdesk
from connector.helpdesks.on_behalf import ActsForCustomers, Message, Opened, Request
from connector.intake.promise import promise_of
from connector.policy.models import Policy
from connector.work.jobs import Key
from connector.work.reconcile import LeaseEndedError
from connector.work.submissions import State, Submissions, Submitted

log = structlog.get_logger("worker")

_NEXT_LOOK = timedelta(seconds=20)


class Submitting(NamedTuple):
    """One worker's way to one helpdesk. ``now`` tells the time in UTC, ``holds`` whether the lease still lasts."""

    desk: Helpdesk
    policy: Policy
    submissions: Submissions
    now: Callable[[], datetime]
    holds: Callable[[], bool]

    def bring(self, key: str) -> Key | None:
        """Brings a submission to the helpdesk. Returns the ticket that has to be looked at because of it; ``None`` if
        there was nothing to do.

        :raises HelpdeskError: the same call later completes what is missing.
        :raises LeaseEndedError: the lease has ended.
        """
        name, desk = self.desk.name, self.desk
        held = self.submissions.find(name, key)
        if held is None or held.state is not State.ACCEPTED or held.content is None:
            return None
        if not isinstance(desk, ActsForCustomers):
            raise PermanentError(f"{name}: nothing can be opened in a customer's name on this helpdesk")
        try:
            if isinstance(held.content, Message):
                return self._say(desk, held.content)
            opened = desk.opened(key)
            if opened is None:
                opened = self._open(desk, held, held.content)
            elif opened.digest is None:
                desk.complete(opened, held.content)
        except NotFoundError as error:
            raise PermanentError(str(error)) from error
        if opened.digest not in (None, held.digest):
            log.warning("a panel has used the id of another report", ticket=opened.number, helpdesk=name)
            self.submissions.conflicts(name, key, opened)
            return None
        self.submissions.made(name, key, opened, promise_of(held.content, opened, self.policy, self.now(), name))
        log.info("opened for a panel", ticket=opened.number, helpdesk=name)
        return Key(name, opened.id)

    def _open(self, desk: ActsForCustomers, held: Submitted, request: Request) -> Opened:
        name, lag = self.desk.name, self.desk.search_lag
        began, now = held.begun_at, self.now()
        if lag:
            if began is not None and now < began + lag:
                raise TicketWaitsError(
                    f"{name}: a request at {began:%H:%M:%S} UTC may have opened the ticket, and search may not show it "
                    "yet",
                    min(began + lag, now + _NEXT_LOOK),
                )
            self.submissions.begin(name, held.key, now)
        if not self.holds():
            raise LeaseEndedError
        try:
            return desk.open(request)
        except (PermanentError, RateLimitedError, EndpointLimitedError, TicketWaitsError):
            # These prove that nothing was made.
            if lag:
                self.submissions.begin(name, held.key, None)
            raise

    def _say(self, desk: ActsForCustomers, message: Message) -> Key:
        ticket = self.desk.read(message.ticket)
        if not self.holds():
            raise LeaseEndedError
        desk.say(message, ticket)
        if message.act is None and ticket.state.is_over and ticket.merged_into is None:
            self._open_again(ticket)
        self.submissions.made(self.desk.name, message.key, Opened(ticket.id, ticket.number), None)
        return Key(self.desk.name, ticket.id)

    def _open_again(self, ticket: Ticket) -> None:
        """As a mail does: what a customer writes on a closed ticket must be seen. What it means the rules judge by its
        words; a button says that itself."""
        try:
            self.desk.write(ticket, {}, None, TicketState.OPEN)
        except PermanentError as error:
            # A workflow may have no way back. The message is there, and whoever runs this is told.
            log.warning(
                "a closed ticket that a customer writes on cannot be opened", ticket=ticket.number, cause=str(error)
            )
