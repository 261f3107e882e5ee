"""Who did and wrote what in Zammad, as far as Zammad tells: roles, senders, addresses."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from email.utils import getaddresses

from connector.domain.person import Customer, FormerCustomer, Person
from connector.domain.vocabulary import Actor, Channel, Silence
from connector.helpdesks.proofs import PROPERTY
from connector.helpdesks.staff import Staff
from connector.helpdesks.zammad.answer import ArticleRow, Assets, HistoryRow, TicketRow, UserRow
from connector.helpdesks.zammad.mapping import ZammadMapping
from connector.helpdesks.zammad.roles import Roles

CUSTOMER = "customer"
"""What the history calls a change of whose ticket it is."""
_SAME_REQUEST = timedelta(seconds=2)
SYSTEM_USER = 1
"""Zammad's own user: triggers, schedulers and automations act as it. What a deleted user did is shown as its."""


class People:
    """Says who is who on one Zammad. ``bot_id``: the connector's own user."""

    def __init__(self, mapping: ZammadMapping, roles: Roles, bot_id: int, staff: Staff) -> None:
        self._mapping = mapping
        self._roles = roles
        self._staff = staff
        self.own_ids = frozenset({bot_id, *mapping.former_accounts})
        """The connector's users, of today and before."""

    def actor(self, user_id: int, at: datetime, assets: Assets) -> Actor:
        """Who the user was to the rules at ``at``: a customer, unless shown to be support (P20).

        :raises UnavailableError: nobody can say (:meth:`Roles.of`).
        """
        if user_id in self.own_ids:
            return Actor.CONNECTOR
        if user_id in self._mapping.other_connectors:
            return Actor.OTHER_CONNECTOR
        if user_id == SYSTEM_USER:
            return Actor.SYSTEM
        return self._staff.as_of(str(user_id), at, self._by_role(assets.User.get(user_id), assets))

    def _by_role(self, user: UserRow | None, assets: Assets) -> Actor:
        actor = self._roles.of(user, assets.Role)
        was_agent = user is not None and user.id in self._mapping.former_agents
        return Actor.AGENT if actor is Actor.CUSTOMER and was_agent else actor

    def creator(self, row: TicketRow, assets: Assets, articles: Sequence[ArticleRow] = ()) -> Actor:
        """Who opened the ticket. The connector opens one with a note: if a mail did so in its name, somebody gave its
        address as From, and it is a customer's. Whoever opened a ticket as only support can was support then.

        :raises UnavailableError: as :meth:`actor` does.
        """
        creator = self.actor(row.created_by_id, row.created_at, assets)
        if creator is Actor.CONNECTOR:
            by_mail = row.create_article_type_id == self._mapping.articles.types[Channel.EMAIL]
            return Actor.CUSTOMER if by_mail else creator
        if creator not in (Actor.CUSTOMER, Actor.SYSTEM):
            return creator
        opening = next((article for article in articles if article.created_by_id == row.created_by_id), None)
        return Actor.AGENT if opening is not None and self._wrote_as_support(opening) else creator

    def author(self, row: ArticleRow, assets: Assets) -> Actor:
        """Whose words these are: an agent may write down what the customer said on the phone."""
        if row.is_automatic:
            return Actor.MACHINE
        if row.created_by_id in self.own_ids:
            # The connector sends no mail to Zammad: somebody gave its address as From.
            return Actor.CUSTOMER if row.came_by_mail or self.is_on_behalf(row) else Actor.CONNECTOR
        sender = self._mapping.sender(row.sender_id)
        if sender in (Actor.CUSTOMER, Actor.SYSTEM):
            return sender
        author = self.actor(row.created_by_id, row.created_at, assets)
        if author.is_staff and PROPERTY in (row.preferences or {}):
            return Actor.OTHER_CONNECTOR
        # Only agents can send as one: the author was one then, even if the account is deleted (then the system's) or
        # no agent's now.
        return Actor.AGENT if author in (Actor.CUSTOMER, Actor.SYSTEM) and sender is Actor.AGENT else author

    def is_on_behalf(self, row: ArticleRow) -> bool:
        """Whether the connector wrote it down for a customer in a panel: its own messages are never a customer's."""
        by_customer = self._mapping.sender(row.sender_id) is Actor.CUSTOMER
        return row.created_by_id in self.own_ids and by_customer and not row.came_by_mail

    def is_call(self, row: ArticleRow) -> bool:
        """Whether support noted a call. Only support can write with the sender *Agent* or in another one's name, so
        this holds for good, whatever becomes of the user."""
        if self._mapping.channel(row.type_id) is not Channel.PHONE or row.came_by_mail:
            return False
        in_other_name = row.origin_by_id is not None and row.origin_by_id != row.created_by_id
        return in_other_name or self._mapping.sender(row.sender_id) is Actor.AGENT

    def recipients(self, row: ArticleRow, *, opens: bool) -> tuple[str, ...] | None:
        """The addresses that Zammad mailed it to; ``None`` for what is read on the ticket itself.

        Nobody for what came by mail: its To is no more proved than its From, so no mail that names an agent as its
        sender is an answer. Nobody, too, for what ``opens`` the ticket otherwise than by mail.
        """
        if row.came_by_mail:
            return ()
        if self._mapping.channel(row.type_id) is not Channel.EMAIL:
            return () if opens else None
        return tuple(address for _, address in getaddresses([row.to, row.cc]) if address)

    def made_public_at(self, row: ArticleRow) -> datetime | None:
        """When an article that is public was last changed (UTC); ``None``: never, or it is a mail or internal.

        Only ``internal`` of an article can change (recordings 370, 371), and no history tells when it did. Sending a
        mail changes the time of update too, but a mail was heard of when it was sent.
        """
        by_mail = self._mapping.channel(row.type_id) is Channel.EMAIL
        changed = row.updated_at is not None and row.updated_at - row.created_at > _SAME_REQUEST
        return row.updated_at if changed and not by_mail and not row.internal else None

    def person(self, user_id: int, assets: Assets, sent_from: str = "") -> Person:
        """The person behind a user id. Of a deleted user only what ``sent_from``, the message's From, says is known."""
        user = assets.User.get(user_id)
        if user is None or user_id == SYSTEM_USER:
            said, address = (getaddresses([sent_from]) or [("", "")])[0]
            return Person(id=str(user_id), name=said, email=address or None)
        own = (user.organization_id, *user.organization_ids) if user.organization_id else ()
        names = [assets.Organization[i].name for i in dict.fromkeys(own) if i in assets.Organization]
        return Person(id=str(user_id), name=name(user), email=user.email or None, organizations=tuple(names))

    def customer(self, row: TicketRow, assets: Assets, history: Iterable[HistoryRow] = ()) -> Customer:
        """Whose ticket it is, and whose it was by its history."""
        person = self.person(row.customer_id, assets)
        of_ticket = assets.Organization.get(row.organization_id) if row.organization_id else None
        names = dict.fromkeys((*([of_ticket.name] if of_ticket else ()), *person.organizations))
        by_mail = self._mapping.articles.public is Channel.EMAIL
        in_portal = row.create_article_type_id == self._mapping.articles.types[Channel.WEB]
        return Customer(
            id=person.id,
            name=person.name,
            email=person.email,
            organizations=tuple(names),
            silence=Silence.NO_ADDRESS if by_mail and person.email is None and not in_portal else None,
            former=tuple(
                FormerCustomer(id=str(one.id_from), email=self.person(one.id_from, assets).email, until=one.created_at)
                for one in history
                if one.attribute == CUSTOMER and one.object == "Ticket" and one.id_from is not None
            ),
        )

    def _wrote_as_support(self, row: ArticleRow) -> bool:
        return not row.came_by_mail and (self._mapping.sender(row.sender_id) is Actor.AGENT or self.is_call(row))


def name(user: UserRow | None) -> str:
    """First and last name."""
    return f"{user.firstname} {user.lastname}".strip() if user else ""
