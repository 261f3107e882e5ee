"""What the connector needs of a helpdesk. A third helpdesk is one folder with these methods and one mapping."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol, runtime_checkable

from connector.domain.changes import Changes
from connector.domain.decision import NewTicket, Note
from connector.domain.document import File
from connector.domain.model import TicketId
from connector.domain.past import OpenProblem, PastTicket, PlaceSearch
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import TicketState
from connector.helpdesks.http import EndpointPauses


class Listed(NamedTuple):
    """A ticket in a bulk listing: enough to know whether it has changed."""

    id: TicketId
    updated_at: datetime | None
    """``None``: the listing tells only that the ticket is there, and has not changed for more than a day."""


class Helpdesk(Protocol):
    """A helpdesk. Every method raises :class:`connector.helpdesks.errors.HelpdeskError`."""

    @property
    def name(self) -> str:
        """The key of this helpdesk in the work table."""

    @property
    def pauses(self) -> EndpointPauses:
        """Kinds of requests that it leaves alone now. The worker shares them with all other workers."""

    def probe(self) -> None:
        """One request that has nothing to do with any ticket. Fails if the helpdesk as a whole does not work."""

    def read(self, ticket_id: TicketId) -> Ticket:
        """One consistent view of the ticket with articles, links and, where it matters, history."""

    def write(self, ticket: Ticket, changes: Changes, note: Note | None, state: TicketState | None = None) -> datetime:
        """Changes and note in one atomic request. Returns the ticket's new time of update (UTC).

        A change of ``state`` goes into the same request where the helpdesk can do that, else right after it: a crash
        between the two leaves the state to the next reconcile.
        """

    def ensure(self, new: NewTicket, incident: Ticket) -> TicketId:
        """Finds the ticket with ``new.key``, else creates it; links it to ``incident``; returns its id."""

    @property
    def search_lag(self) -> timedelta:
        """How long a search may not show what has just been created."""

    def open_problems(self) -> list[OpenProblem]:
        """The problem records that are not closed for good, whoever opened them: a fix may have to be reviewed."""

    def id_of(self, number: str) -> TicketId:
        """The id of the ticket with this number or key. Raises NotFoundError if there is none."""

    def past(self, search: PlaceSearch) -> list[PastTicket]:
        """One request: the newest incidents and problem records of a place, at most as many as fit on one page."""

    def link(self, ticket_id: TicketId, incident: Ticket) -> None:
        """Links a problem record to an incident. Linking twice is one link."""

    def changed_since(self, since: datetime) -> Iterator[list[Listed]]:
        """Pages of the tickets updated at or after ``since`` (UTC)."""

    def unresolved(self) -> Iterator[list[Listed]]:
        """Pages of all tickets that are not over. What has changed lately is listed with its time of update."""

    def resolved_since(self, since: datetime) -> Iterator[list[Listed]]:
        """Pages of the tickets that are over and were updated at or after ``since`` (UTC); times as above."""


@runtime_checkable
class MailsContacts(Protocol):
    """A helpdesk that can be asked to mail the contacts of a level (R38)."""

    @property
    def mails_contacts(self) -> bool:
        """Whether its mapping wants that."""

    def mail(self, ticket: TicketId, address: str, subject: str, text: str) -> bool:
        """Mails it in the ticket's name. ``False``: nobody there has the address, and nothing was sent."""


class HandOver(NamedTuple):
    """A document that goes to a customer by a ticket of its own, which proves it (R35)."""

    key: str
    """By which it is found again, e.g. ``matrix:SVC-1003:v3``. No rule touches a ticket with it."""
    title: str
    text: str
    group: str
    """The policy's name."""
    email: str
    file: File


@runtime_checkable
class HandsOver(Protocol):
    """A helpdesk by which documents can be handed over."""

    def handed_over(self, key: str) -> str | None:
        """The number of the ticket that proves it; ``None``: there is none."""

    def hand_over(self, new: HandOver) -> str:
        """Makes the ticket, with a public message that holds the file, closed. Returns its number. Call it only where
        :meth:`handed_over` finds none."""
