"""People of a ticket."""

from datetime import datetime

from connector.domain.mail_domain import mail_domain
from connector.domain.model import Instant, Model
from connector.domain.vocabulary import Silence


class Person(Model):
    """Somebody with an account in the helpdesk."""

    id: str
    name: str = ""
    email: str | None = None
    """``None`` where they have none, or the helpdesk hides it."""
    organizations: tuple[str, ...] = ()
    """All they belong to; a helpdesk may name only those that the ticket is shared with."""


class FormerCustomer(Model):
    """Whose ticket it was before somebody of support gave it to another customer."""

    id: str
    email: str | None = None
    until: Instant


class Customer(Person):
    """Who the ticket belongs to."""

    domains: tuple[str, ...] = ()
    """Mail domains of their company, by the service catalogue."""
    silence: Silence | None = None
    """Why nothing is to be sent to them; ``None``: they can be told and asked."""
    former: tuple[FormerCustomer, ...] = ()
    """Whose ticket it was before."""

    def includes(self, person: Person, at: datetime | None = None) -> bool:
        """Whether the person is the customer or a colleague: of the same organization, or by their address; or was the
        customer ``at`` that moment (UTC)."""
        if person.id == self.id or (person.email is not None and self.has_address(person.email)):
            return True
        if at is not None and any(person.id == one.id and at < one.until for one in self.former):
            return True
        own = {name.casefold() for name in self.organizations}
        return any(name.casefold() in own for name in person.organizations)

    def has_address(self, address: str, at: datetime | None = None) -> bool:
        """Whether mail to this address reaches the customer or a colleague, or reached the customer ``at`` that moment
        (UTC)."""
        address = address.casefold()
        if self.email is not None and address == self.email.casefold():
            return True
        if at is not None and any(
            one.email and address == one.email.casefold() and at < one.until for one in self.former
        ):
            return True
        return "@" in address and mail_domain(address) in self.domains
