"""What a helpdesk does in a customer's name for a panel where the customer is logged in (R4, R8–R11).

Every text that comes this way is the customer's own: the decoder of the helpdesk gives it the author ``CUSTOMER``, so
that the rules read it like a mail. A request and a message bear a key, by which they are found again on the helpdesk:
what was made once is never made twice, also when the work table is lost.
"""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple, Protocol, runtime_checkable

from pydantic import Field

from connector.domain.changes import Changes
from connector.domain.document import File
from connector.domain.model import Instant, Model, TicketId
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import CustomerAct, IntakeChannel, TicketState
from connector.helpdesks.helpdesk import Listed

MOST_KEPT = 20_000
"""Characters: a helpdesk keeps 32,768 with a ticket."""

_PREFIX = "panel:"


def key_of_request(panel: str, external_id: str) -> str:
    """The key of what a panel calls ``external_id``: it fits into the field *Connector key* and into a label, and holds
    nothing of what a stranger wrote.

    >>> key_of_request("main", "4711")
    'panel:092deafb7dde5d5b971cfd634e183819'
    """
    digest = hashlib.sha256(f"{panel}\0{external_id}".encode()).hexdigest()
    return f"{_PREFIX}{digest[:32]}"


def is_of_panel(key: str | None) -> bool:
    """Whether a ticket with this key was opened for a panel. Ask only for tickets that the connector made."""
    return (key or "").startswith(_PREFIX)


def act_of(told: object) -> CustomerAct | None:
    """The button that a message stands for, by what the helpdesk keeps beside it. Ask only for messages that the
    connector wrote in a customer's name."""
    with suppress(ValueError):
        return CustomerAct(str(told.get("act"))) if isinstance(told, Mapping) else None
    return None


class Contact(Model):
    """The person at the customer's: whom the helpdesk writes to."""

    email: str
    name: str = ""
    organization: str | None = None
    """The customer's organization by its name in the helpdesk, where the catalogue names one: a contact that the
    helpdesk does not know yet becomes one of its members."""


class Request(Model):
    """A ticket to be opened in a customer's name."""

    key: str
    """See :func:`key_of_request`."""
    digest: str
    """Of what was submitted, to tell a repetition from another request under the same key."""
    contact: Contact
    title: str
    text: str
    """What the customer wrote, with the details as labelled lines."""
    fields: Changes = Field(default_factory=Changes)
    """What the customer stated; names of ``INTAKE`` and ``intake_channel`` only."""
    files: tuple[File, ...] = ()
    kept: str = Field(default="", max_length=MOST_KEPT)
    """What a program sent, as it sent it: it comes back with the ticket (:attr:`Ticket.kept`)."""


class Message(Model):
    """Words of the customer on a ticket that is there."""

    key: str
    ticket: TicketId
    contact: Contact
    text: str
    act: CustomerAct | None = None
    """The button that was pressed, if it was one: the helpdesk keeps it beside the message, where nobody else can put
    it, and :attr:`connector.domain.ticket.Article.act` tells it again."""
    files: tuple[File, ...] = ()
    kept: str = Field(default="", max_length=MOST_KEPT)
    """As with a request."""


class Opened(NamedTuple):
    """A ticket that was opened for a panel."""

    id: TicketId
    number: str
    digest: str | None = None
    """Of the request, as the ticket bears it; ``None`` where it bears none any more."""


class Reported(Model):
    """An incident of a customer, as a list shows it."""

    id: TicketId
    number: str
    title: str
    state: TicketState
    service_id: str | None = None
    priority: str | None = None
    escalation_level: int | None = None
    next_update_at: Instant | None = None
    created_at: Instant
    updated_at: Instant


@runtime_checkable
class ActsForCustomers(Protocol):
    """A helpdesk on which the connector opens tickets and writes in a customer's name. Every method raises
    :class:`connector.helpdesks.errors.HelpdeskError`."""

    def opened(self, key: str) -> Opened | None:
        """The ticket with the key; ``None``: a search shows none, which proves nothing before ``search_lag``."""

    def open(self, request: Request) -> Opened:
        """Opens the ticket. Call it only where :meth:`opened` finds none.

        :raises RefusedError: nothing was made.
        """

    def complete(self, opened: Opened, request: Request) -> None:
        """Makes up for what a crash has left out of a ticket that :meth:`opened` shows without a digest."""

    def say(self, message: Message, ticket: Ticket) -> bool:
        """Adds the message as the customer's own, unless the ticket shows it already; whether it had to be added.
        ``ticket``: as it was read a moment ago."""

    def reported(self, services: Sequence[str], *, over: bool = False) -> list[Reported]:
        """The incidents about these services (IDs as the catalogue spells them), the newest first, a hundred at most:
        those that are not over, or with ``over`` all."""

    def of_channel(self, channel: IntakeChannel) -> list[Listed]:
        """The tickets that came by this channel, the newest first, two hundred at most."""
