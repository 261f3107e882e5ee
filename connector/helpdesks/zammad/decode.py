"""From Zammad's answers to a :class:`Ticket`."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import getaddresses
from typing import Any

from connector.domain.fields import Fields
from connector.domain.ticket import Article, Change, Customer, LinkedTicket, Person, Ticket, kind_of
from connector.domain.vocabulary import Actor, Channel, TicketKind, TicketState
from connector.helpdesks.errors import PermanentError
from connector.helpdesks.proofs import PROPERTY, Proof, Proofs
from connector.helpdesks.scope import counted_group, outside
from connector.helpdesks.zammad.answer import (
    ArticleRow,
    Assets,
    History,
    HistoryRow,
    NamedRow,
    TicketRow,
    UserRow,
    WholeTicket,
)
from connector.helpdesks.zammad.mapping import ZammadMapping
from connector.helpdesks.zammad.names import Names
from connector.helpdesks.zammad.values import decode

SYSTEM_USER = 1
"""Zammad's own user: triggers, schedulers and automations act as it."""

_MARKS_IN_SUBJECT = re.compile(r"\[ref:((?: [\w.:-]+)+)\]\s*$", re.ASCII)
"""How version 0.1.0 proved its steps."""

_CLOCK_GRAIN = timedelta(seconds=1)
_OF_A_SPLIT = ("parent", "child")


class Decoder:
    """Reads tickets for one bot user with one mapping."""

    def __init__(self, helpdesk: str, mapping: ZammadMapping, names: Names, bot_id: int, proofs: Proofs) -> None:
        self._helpdesk = helpdesk
        self._mapping = mapping
        self._names = names
        self._own_ids = frozenset({bot_id, *mapping.former_accounts})
        self._proofs = proofs

    def ticket(self, whole: WholeTicket, history: History | None) -> Ticket:
        """One consistent view. ``history`` is ``None`` where nobody can have changed the ticket."""
        row = whole.assets.Ticket.get(whole.ticket_id)
        if row is None:
            raise PermanentError(f"Zammad GET tickets/{whole.ticket_id}: the answer holds no such ticket")
        self._attributes_exist(row)
        articles = [whole.assets.TicketArticle[i] for i in whole.ticket_article_ids if i in whole.assets.TicketArticle]
        fields = self._fields_of(row, whole.assets)
        created_by = self._creator(row, whole.assets, articles)
        channel = self._channel(row.create_article_type_id)
        # The mask for phone calls opens when a ticket is split, and whoever splits it talks with nobody.
        is_split = any(link.link_type in _OF_A_SPLIT for link in whole.links)
        changes = self._changes(history, row.updated_at, whole.assets) if history else ()
        kind = self._kind(counted_group(fields.group, changes), created_by, fields.connector_key)
        return Ticket(
            helpdesk=self._helpdesk,
            id=str(row.id),
            number=row.number,
            title=row.title,
            created_at=row.created_at,
            updated_at=row.updated_at,
            created_by=created_by,
            channel=Channel.NOTE if is_split and channel is Channel.PHONE else channel,
            kind=kind,
            outside=self._outside(changes, row.created_at) if kind is TicketKind.INCIDENT else (),
            customer=self._customer(row, whole.assets),
            state=self._state(row.state_id) if kind is not TicketKind.OTHER else TicketState.OPEN,
            fields=fields,
            articles=tuple(
                self._article(article, str(row.id), whole.assets, opens=not at, is_split=is_split)
                for at, article in enumerate(articles)
            ),
            history=changes,
            links=tuple(self._links(whole)),
            labels=self._mapping.screen,
        )

    def concerns(self, whole: WholeTicket) -> bool:
        """Whether the ticket is one of the rules', or was once: then its history tells who took it out of them."""
        row = whole.assets.Ticket.get(whole.ticket_id)
        if row is None:
            return True
        group = whole.assets.Group.get(row.group_id)
        in_scope = self._mapping.kind_in(self._mapping.group(group.name) if group else "") is not TicketKind.OTHER
        has_level = self.fields_of(row.model_extra or {})["escalation_level"] is not None
        has_note = any(article.created_by_id in self._own_ids for article in whole.assets.TicketArticle.values())
        return in_scope or has_level or has_note or row.updated_by_id == row.customer_id

    def fields_of(self, raw: Mapping[str, Any]) -> Mapping[str, Any]:
        """The custom fields in an answer to a write."""
        return {field: decode(field, raw.get(attribute)) for field, attribute in self._mapping.fields.items()}

    def _attributes_exist(self, row: TicketRow) -> None:
        attributes = row.model_extra or {}
        absent = sorted(attribute for attribute in self._mapping.fields.values() if attribute not in attributes)
        if absent:
            raise PermanentError(
                f"Zammad ticket {row.number} has no attribute {', '.join(absent)}: create the attributes of "
                "mappings/zammad.yaml in the object manager and run its migrations"
            )

    def _fields_of(self, row: TicketRow, assets: Assets) -> Fields:
        values = self.fields_of(row.model_extra or {})
        priority = self._mapping.priority(self._names.name("priority", row.priority_id))
        group = assets.Group.get(row.group_id)
        return Fields(**values, priority=priority, group=self._mapping.group(group.name) if group else None)

    def _kind(self, group: str | None, created_by: Actor, key: str | None) -> TicketKind:
        """By its group, whoever made it. What the connector has made stays that, wherever somebody puts it."""
        kind = self._mapping.kind_in(group or "")
        made_as = kind_of(key) if created_by is Actor.CONNECTOR else TicketKind.INCIDENT
        is_elsewhere = kind in (TicketKind.OTHER, TicketKind.INCIDENT)
        return made_as if is_elsewhere and made_as is not TicketKind.INCIDENT else kind

    def _outside(self, changes: tuple[Change, ...], created_at: datetime) -> tuple[tuple[datetime, datetime], ...]:
        moves = [change for change in changes if change.field == "group" and change.actor.is_trusted]
        if not moves:
            return ()
        in_scope = [self._mapping.kind_in(move.new) is not TicketKind.OTHER for move in moves]
        first = self._mapping.kind_in(moves[0].old) is not TicketKind.OTHER
        return outside(created_at, inside=first, turns=zip((move.at for move in moves), in_scope, strict=True))

    def _state(self, state_id: int) -> TicketState:
        name = self._names.name("state", state_id)
        state = self._mapping.state(name)
        if state is None:
            raise PermanentError(f"Zammad state {name!r} is not in mappings/zammad.yaml (states)")
        return state

    def _channel(self, type_id: int | None) -> Channel:
        return (self._mapping.channel(type_id) if type_id is not None else None) or Channel.NOTE

    def _actor(self, user_id: int, assets: Assets) -> Actor:
        """Who the user is to the rules: a customer, unless shown to be support (P20)."""
        if user_id in self._own_ids:
            return Actor.CONNECTOR
        if user_id in self._mapping.other_connectors:
            return Actor.OTHER_CONNECTOR
        if user_id == SYSTEM_USER:
            return Actor.SYSTEM
        user = assets.User.get(user_id)
        roles = {assets.Role[i].name for i in user.role_ids if i in assets.Role} if user else set()
        if roles & set(self._mapping.roles.managers):
            return Actor.MANAGER
        return Actor.AGENT if roles & set(self._mapping.roles.agents) else Actor.CUSTOMER

    def _creator(self, row: TicketRow, assets: Assets, articles: Sequence[ArticleRow] = ()) -> Actor:
        """The connector opens tickets with a note: a mail that opened one only gave the connector's address as From.
        Who opened it as support was support then."""
        creator = self._actor(row.created_by_id, assets)
        by_mail = self._channel(row.create_article_type_id) is Channel.EMAIL
        if creator is Actor.CONNECTOR:
            return Actor.CUSTOMER if by_mail else creator
        as_support = any(
            article.created_by_id == row.created_by_id and self._wrote_as_support(article) for article in articles[:1]
        )
        return Actor.AGENT if as_support and not creator.is_staff and creator is not Actor.OTHER_CONNECTOR else creator

    def _author(self, row: ArticleRow, assets: Assets) -> Actor:
        """Whose words these are: an agent may write down what the customer said on the phone."""
        if row.is_automatic:
            return Actor.MACHINE
        if row.created_by_id in self._own_ids:
            # The connector sends no mail to Zammad: somebody gave its address as From.
            return Actor.CUSTOMER if row.came_by_mail else Actor.CONNECTOR
        sender = self._mapping.sender(row.sender_id)
        if sender in (Actor.CUSTOMER, Actor.SYSTEM):
            return sender
        author = self._actor(row.created_by_id, assets)
        if author.is_staff and PROPERTY in (row.preferences or {}):
            return Actor.OTHER_CONNECTOR
        # Zammad lets nobody but agents send as one, also if they are none any more; a deleted user's are the system's.
        return Actor.AGENT if author in (Actor.CUSTOMER, Actor.SYSTEM) and sender is Actor.AGENT else author

    def _article(self, row: ArticleRow, ticket_id: str, assets: Assets, *, opens: bool, is_split: bool) -> Article:
        author = self._author(row, assets)
        proof = self._proof(row, ticket_id) if author is Actor.CONNECTOR else Proof()
        return Article(
            id=str(row.id),
            created_at=row.created_at,
            author=author,
            author_name=_name(assets.User.get(row.created_by_id)),
            by=self._person(row.origin_by_id or row.created_by_id, assets, row.sent_from),
            channel=self._mapping.channel(row.type_id) or Channel.WEB,
            internal=row.internal,
            recipients=self._recipients(row, opens=opens),
            is_call=self._is_call(row) and not (opens and is_split),
            subject=row.subject,
            body=row.body,
            is_html=row.content_type.startswith("text/html"),
            attachments=tuple(str(file.get("filename", "")) for file in row.attachments),
            marks=proof.marks,
            refused_marks=proof.refused,
        )

    def _recipients(self, row: ArticleRow, *, opens: bool) -> tuple[str, ...] | None:
        """Whom Zammad sent it to. What came by mail was sent by nobody here: its To is no more proved than its From,
        and no mail that names an agent as its sender is an answer."""
        if row.came_by_mail:
            return ()
        if self._mapping.channel(row.type_id) is not Channel.EMAIL:
            return () if opens else None
        return tuple(address for _, address in getaddresses([row.to, row.cc]) if address)

    def _wrote_as_support(self, row: ArticleRow) -> bool:
        return not row.came_by_mail and (self._mapping.sender(row.sender_id) is Actor.AGENT or self._is_call(row))

    def _is_call(self, row: ArticleRow) -> bool:
        """Only support can write as one, or in a customer's name. This holds for good, whatever becomes of the user."""
        if self._mapping.channel(row.type_id) is not Channel.PHONE or row.came_by_mail:
            return False
        in_other_name = row.origin_by_id is not None and row.origin_by_id != row.created_by_id
        return in_other_name or self._mapping.sender(row.sender_id) is Actor.AGENT

    def _person(self, user_id: int, assets: Assets, sent_from: str = "") -> Person:
        """Of a user who is not there any more what the message itself says is known."""
        user = assets.User.get(user_id)
        if user is None or user_id == SYSTEM_USER:
            ((name, address),) = getaddresses([sent_from]) or [("", "")]
            return Person(id=str(user_id), name=name, email=address or None)
        own = (user.organization_id, *user.organization_ids) if user.organization_id else ()
        names = [assets.Organization[i].name for i in dict.fromkeys(own) if i in assets.Organization]
        return Person(id=str(user_id), name=_name(user), email=user.email or None, organizations=tuple(names))

    def _proof(self, row: ArticleRow, ticket_id: str) -> Proof:
        preferences = row.preferences or {}
        if PROPERTY in preferences:
            return self._proofs.read(ticket_id, preferences[PROPERTY])
        subject = _MARKS_IN_SUBJECT.search(row.subject)
        return Proof(frozenset(subject[1].split())) if subject else Proof()

    def _customer(self, row: TicketRow, assets: Assets) -> Customer:
        person = self._person(row.customer_id, assets)
        of_ticket = assets.Organization.get(row.organization_id) if row.organization_id else None
        names = dict.fromkeys((*([of_ticket.name] if of_ticket else ()), *person.organizations))
        return Customer(id=person.id, name=person.name, email=person.email, organizations=tuple(names))

    def _links(self, whole: WholeTicket) -> list[LinkedTicket]:
        links = []
        for link in whole.links:
            row = whole.assets.Ticket.get(link.link_object_value) if link.link_object == "Ticket" else None
            if row is None or row.id == whole.ticket_id:
                continue
            fields = self.fields_of(row.model_extra or {})
            created_by = self._creator(row, whole.assets)
            group = whole.assets.Group.get(row.group_id)
            links.append(
                LinkedTicket(
                    id=str(row.id),
                    number=row.number,
                    # Any ticket may be linked; one in a state nobody mapped must not stop this one.
                    state=self._mapping.state(self._names.name("state", row.state_id)) or TicketState.OPEN,
                    created_by_connector=created_by is Actor.CONNECTOR,
                    connector_key=fields["connector_key"],
                    kind=self._kind(
                        self._mapping.group(group.name) if group else None, created_by, fields["connector_key"]
                    ),
                    rfo_status=fields["rfo_status"],
                    rfo_due_at=fields["rfo_due_at"],
                )
            )
        return links

    def _changes(self, history: History, until: datetime, seen: Assets) -> tuple[Change, ...]:
        """Entries younger than the ticket as it was read belong to a later view, and are left to it.

        An entry has the ticket's own time of update (recordings 063, 075); a second is allowed for all the same.
        """
        changes = []
        groups = {**seen.Group, **history.assets.Group}
        for row in history.history:
            change = self._change(row, history.assets, groups) if row.created_at <= until + _CLOCK_GRAIN else None
            if change is not None:
                changes.append(change)
        return tuple(changes)

    def _change(self, row: HistoryRow, assets: Assets, groups: Mapping[int, NamedRow]) -> Change | None:
        if row.object != "Ticket" or row.type != "updated" or row.attribute is None:
            return None
        field = self._mapping.field(row.attribute)
        if field is None:
            return None
        texts = (row.value_from, row.value_to)
        if field == "group":
            # A group that has been renamed since has its old name in the history.
            before, after = groups.get(row.id_from or 0), groups.get(row.id_to or 0)
            texts = (before.name if before else texts[0], after.name if after else texts[1])
        old, new = (self._historic(field, text) for text in texts)
        actor = self._actor(row.created_by_id, assets)
        return Change(
            id=str(row.id),
            at=row.created_at,
            field=field,
            old=old,
            new=new,
            actor=actor,
            actor_name=_name(assets.User.get(row.created_by_id)),
            by=self._person(row.created_by_id, assets),
        )

    def _historic(self, field: str, text: str | None) -> Any:
        if field == "state":
            # A state that has been renamed or removed since counts as open: clocks run, nothing is hidden.
            return self._mapping.state(text or "") or TicketState.OPEN
        if field == "priority":
            return self._mapping.priority(text or "")
        if field == "group":
            return self._mapping.group(text or "")
        return decode(field, text)


def _name(user: UserRow | None) -> str:
    return f"{user.firstname} {user.lastname}".strip() if user else ""
