"""From Zammad's answers to a :class:`Ticket`."""

import re
from collections.abc import Container, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from connector.domain.connector_key import incident_of, kind_of
from connector.domain.fields import Fields
from connector.domain.mark import Mark
from connector.domain.model import TicketId
from connector.domain.past import PAST_FIELDS, OpenProblem, PastTicket, open_problem, past_ticket
from connector.domain.ticket import Article, Change, LinkedTicket, MergedTicket, Ticket, confirmed_duplicate_of
from connector.domain.vocabulary import Actor, Channel, ProblemState, TicketKind, TicketState
from connector.helpdesks.errors import PermanentError, TransientError
from connector.helpdesks.long_answer import CUT
from connector.helpdesks.on_behalf import act_of, is_of_panel
from connector.helpdesks.proofs import PROPERTY, Proof, Proofs
from connector.helpdesks.scope import counted_group, outside
from connector.helpdesks.zammad.answer import (
    ArticleRow,
    Assets,
    History,
    HistoryRow,
    ListedWhole,
    NamedRow,
    TicketRow,
    WholeTicket,
)
from connector.helpdesks.zammad.mapping import ZammadMapping
from connector.helpdesks.zammad.names import Meanings
from connector.helpdesks.zammad.people import People, name
from connector.helpdesks.zammad.values import decode

_MARKS_IN_SUBJECT = re.compile(r"\[ref:((?: [\w.:-]+)+)\]\s*$", re.ASCII)
"""How version 0.1.0 proved its steps."""

_NOBODY = 1
"""The id of the user that Zammad names as the owner of a ticket which nobody has."""
_CORE = ("escalation_level", "connector_key")
KEPT = "kept"
"""What a customer's program sent, among the preferences of the article that says it."""
_CLOCK_GRAIN = timedelta(seconds=1)
_LARGEST_LOGO = 20_000
"""Bytes. A picture of a screen is larger."""


Merged = tuple[TicketRow, History]
"""A ticket that was merged into another one, and its own history."""


class Decoder:
    """Reads tickets with one mapping."""

    def __init__(
        self, helpdesk: str, mapping: ZammadMapping, meanings: Meanings, people: People, proofs: Proofs
    ) -> None:
        self._helpdesk = helpdesk
        self._mapping = mapping
        self._meanings = meanings
        self._people = people
        self._proofs = proofs
        self._group_names: dict[int, str] = {}

    def ticket(self, whole: WholeTicket, history: History | None, merged: Sequence[Merged] = ()) -> Ticket:
        """One consistent view. ``history`` is ``None`` where nobody can have changed the ticket. ``merged`` are the
        tickets that were merged into it."""
        row = whole.assets.Ticket.get(whole.ticket_id)
        if row is None:
            raise PermanentError(f"Zammad GET tickets/{whole.ticket_id}: the answer holds no such ticket")
        _wait_for_agent(row)
        self._attributes_exist(row)
        articles = [whole.assets.TicketArticle[i] for i in whole.ticket_article_ids if i in whole.assets.TicketArticle]
        fields = self._fields_of(row, whole.assets)
        created_by = self._people.creator(row, whole.assets, articles)
        for_panel = created_by is Actor.CONNECTOR and is_of_panel(fields.connector_key)
        channel = Channel.PANEL if for_panel else self._channel(row.create_article_type_id)
        # The mask for phone calls opens when a ticket is split, and whoever splits it talks with nobody.
        is_split = _copied_from(whole, row) is not None
        changes = self._changes(history, row, whole.assets) if history else ()
        state, unknown_state = self._meanings.state(row.state_id)
        own = history.written_here if history and history.merged else None
        group = counted_group(fields.group, changes)
        kind = self._kind(group, created_by, fields.connector_key)
        return Ticket(
            helpdesk=self._helpdesk,
            id=TicketId(str(row.id)),
            number=row.number,
            title=row.title,
            created_at=row.created_at,
            updated_at=row.updated_at,
            created_by=created_by,
            channel=Channel.NOTE if is_split and channel is Channel.PHONE else channel,
            kind=kind,
            outside=self._outside(changes, row, group) if kind is TicketKind.INCIDENT else (),
            customer=self._people.customer(row, whole.assets, history.history if history else ()),
            state=state,
            unknown_state=unknown_state,
            fields=fields,
            articles=tuple(
                self._article(article, self._proof(article, row, own), whole.assets, opens=not at, is_split=is_split)
                for at, article in enumerate(articles)
            ),
            history=changes,
            links=tuple(self.links(whole)),
            merged=tuple(self._merged(*one) for one in sorted(merged, key=_creation)),
            copied_from=_copied_from(whole, row) if not (history and history.merged_into) else None,
            merged_into=TicketId(str(history.merged_into)) if history and history.merged_into else None,
            owner=name(whole.assets.User.get(row.owner_id or _NOBODY)) if row.owner_id != _NOBODY else None,
            kept=tuple(
                (article.created_at, text)
                for article in articles
                if self._people.is_on_behalf(article) and (text := _kept(article)) is not None
            ),
            default_priority=self._mapping.default_priority,
            labels=self._mapping.screen,
        )

    def is_elsewhere(self, row: TicketRow, assets: Assets) -> bool:
        """Whether the ticket is in a group whose tickets are not the rules'."""
        return self._mapping.kind_in(self._group_of(row, assets)) is TicketKind.OTHER

    def was_ours(self, row: TicketRow, whole: WholeTicket) -> bool:
        """Whether a ticket that is elsewhere was one of the rules' once: then its history tells who took it there."""
        has_level = self.fields_of(row.model_extra or {})["escalation_level"] is not None
        has_note = any(article.created_by_id in self._people.own_ids for article in whole.assets.TicketArticle.values())
        return has_level or has_note or row.updated_by_id == row.customer_id

    def incidents_of_linked(self, whole: WholeTicket) -> list[int]:
        """The ids of the incidents that linked tickets were made for by the connector, besides this one."""
        keys = (incident_of(link.connector_key) for link in self.links(whole) if link.created_by_connector)
        others = dict.fromkeys(int(key) for key in keys if key and key.isdigit())
        return [one for one in others if one != whole.ticket_id]

    def fields_of(self, raw: Mapping[str, Any]) -> Mapping[str, Any]:
        """The custom fields in an answer to a write."""
        return {field: decode(field, raw.get(attribute)) for field, attribute in self._mapping.fields.items()}

    def _attributes_exist(self, row: TicketRow) -> None:
        """An attribute that was taken away later reads as empty and cannot be written, which is told. Without those
        that prove levels and tickets nothing can be done, and mostly nothing is installed."""
        attributes = row.model_extra or {}
        absent = sorted(attribute for attribute in self._mapping.fields.values() if attribute not in attributes)
        if any(self._mapping.attribute(field) in absent for field in _CORE):
            raise PermanentError(
                f"Zammad ticket {row.number} has no attribute {', '.join(absent)}: create the attributes of "
                "mappings/zammad.yaml in the object manager and run its migrations"
            )

    def _fields_of(self, row: TicketRow, assets: Assets) -> Fields:
        values = self.fields_of(row.model_extra or {})
        priority = self._meanings.priority(row.priority_id)
        return Fields(**values, priority=priority, group=self._group_of(row, assets))

    def _group_of(self, row: TicketRow, assets: Assets) -> str:
        """Raises TransientError if nobody names it: whether the ticket is one of the rules' cannot be said then."""
        group = self._group(assets.Group.get(row.group_id) or self._meanings.group(row.group_id))
        if group is None:
            raise TransientError(
                f"Zammad does not tell the connector what group {row.group_id} of ticket {row.number} is: the ticket "
                "waits. Give the connector's user access to the group"
            )
        return group

    def _group(self, row: NamedRow | None) -> str | None:
        """The policy's name of a group, else Zammad's. One that is renamed while we work is known by its id."""
        if row is None:
            return None
        if row.name in self._mapping.groups.values():
            self._group_names[row.id] = row.name
        return self._mapping.group(self._group_names.get(row.id, row.name))

    def _kind(self, group: str | None, created_by: Actor, key: str | None) -> TicketKind:
        """By its group, whoever made it. What the connector has made stays that, wherever somebody puts it."""
        kind = self._mapping.kind_in(group or "")
        made_as = kind_of(key) if created_by is Actor.CONNECTOR else TicketKind.INCIDENT
        is_elsewhere = kind in (TicketKind.OTHER, TicketKind.INCIDENT)
        return made_as if is_elsewhere and made_as is not TicketKind.INCIDENT else kind

    def _outside(
        self, changes: tuple[Change, ...], row: TicketRow, group: str | None
    ) -> tuple[tuple[datetime, datetime], ...]:
        """When the ticket was no incident, up to its last update where it still is none."""
        moves = [change for change in changes if change.field == "group" and change.actor.is_trusted]
        first = moves[0].old if moves else group
        turns = [(move.at, self._is_incidents(move.new)) for move in moves]
        return outside(row.created_at, inside=self._is_incidents(first), turns=[*turns, (row.updated_at, True)])

    def _is_incidents(self, group: str | None) -> bool:
        return self._mapping.kind_in(group or "") is TicketKind.INCIDENT

    def _channel(self, type_id: int | None, otherwise: Channel = Channel.NOTE) -> Channel:
        return (self._mapping.channel(type_id) if type_id is not None else None) or otherwise

    def _article(self, row: ArticleRow, proof: Proof, assets: Assets, *, opens: bool, is_split: bool) -> Article:
        author = self._people.author(row, assets)
        proof = proof if author is Actor.CONNECTOR else Proof()
        return Article(
            id=str(row.id),
            created_at=row.created_at,
            author=author,
            author_name=name(assets.User.get(row.created_by_id)),
            by=self._people.person(row.origin_by_id or row.created_by_id, assets, row.sent_from),
            channel=Channel.PANEL if self._people.is_on_behalf(row) else self._channel(row.type_id, Channel.WEB),
            internal=row.internal,
            recipients=self._people.recipients(row, opens=opens),
            made_public_at=self._people.made_public_at(row),
            act=act_of((row.preferences or {}).get(PROPERTY)) if self._people.is_on_behalf(row) else None,
            is_call=self._people.is_call(row) and not (opens and is_split),
            subject=row.subject,
            body=row.body.removesuffix(CUT),
            is_cut=row.body.endswith(CUT),
            is_html=row.content_type.startswith("text/html"),
            attachments=tuple(str(file.get("filename", "")) for file in row.attachments if not _is_logo(file)),
            marks=frozenset(map(Mark.parse, proof.marks)),
            refused_marks=frozenset(map(Mark.parse, proof.refused)),
        )

    def _proof(self, row: ArticleRow, ticket: TicketRow, own: Container[int] | None) -> Proof:
        """What a note of the connector proves on this ticket; ``own`` are the articles that were written on it, where
        others were merged into it."""
        preferences = row.preferences or {}
        if PROPERTY in preferences:
            proof = self._proofs.read(TicketId(str(ticket.id)), preferences[PROPERTY])
            carried = (Mark.parse(mark).carried(proof.ticket) for mark in proof.elsewhere)
            return proof._replace(marks=proof.marks | {mark for mark in carried if mark is not None})
        # Version 0.1.0 did not say on which ticket: what was written on another one proves nothing here.
        if row.created_at < ticket.created_at - _CLOCK_GRAIN or (own is not None and row.id not in own):
            return Proof()
        subject = _MARKS_IN_SUBJECT.search(row.subject)
        return Proof(frozenset(subject[1].split())) if subject else Proof()

    def open_problem(self, row: ListedWhole) -> OpenProblem | None:
        """A problem record in a search result; ``None`` if it is over and no fix of it has to be reviewed: one that was
        proposed and declined, for one."""
        fields = self.fields_of(row.model_extra or {})
        is_over = self._meanings.state(row.state_id)[0].is_over
        return (
            None
            if is_over and fields["problem_state"] is not ProblemState.FIXED
            else open_problem(TicketId(str(row.id)), fields)
        )

    def past(self, row: ListedWhole) -> PastTicket:
        """An incident or problem record in a search result."""
        state, raw = self._meanings.state(row.state_id)[0], row.model_extra or {}
        return past_ticket(
            {field: decode(field, raw.get(self._mapping.fields[field])) for field in PAST_FIELDS},
            id=str(row.id),
            number=row.number,
            kind=self._mapping.kind_in(self._mapping.group(row.group or "")),
            state=TicketState.CANCELLED if self._meanings.is_merged(row.state_id) else state,
            created_at=row.created_at,
            ended=(row.last_close_at or row.close_at) if state.is_over else None,
            priority=self._meanings.priority(row.priority_id),
        )

    def links(self, whole: WholeTicket) -> list[LinkedTicket]:
        """The tickets that are linked to this one."""
        links = []
        for link in whole.links:
            row = whole.assets.Ticket.get(link.link_object_value) if link.link_object == "Ticket" else None
            if row is None or row.id == whole.ticket_id:
                continue
            fields = self.fields_of(row.model_extra or {})
            created_by = self._people.creator(row, whole.assets)
            state = self._meanings.state(row.state_id)[0]
            group = self._group(whole.assets.Group.get(row.group_id) or self._meanings.group(row.group_id))
            links.append(
                LinkedTicket(
                    id=str(row.id),
                    number=row.number,
                    state=state,
                    created_by_connector=created_by is Actor.CONNECTOR,
                    connector_key=fields["connector_key"],
                    kind=self._kind(group, created_by, fields["connector_key"]),
                    rfo_status=fields["rfo_status"],
                    rfo_due_at=fields["rfo_due_at"],
                    root_cause=fields["root_cause"],
                    service_id=fields["service_id"],
                    priority=self._meanings.priority(row.priority_id),
                    customer=_customer_of(row, whole.assets),
                    began=fields["problem_start"] or row.created_at,
                    ended=(row.last_close_at or row.close_at) if state.is_over else None,
                    workaround=fields["workaround"],
                    updated_at=row.updated_at,
                    duplicate_of=confirmed_duplicate_of(fields),
                    problem_state=fields["problem_state"],
                    parent_incident=fields["parent_incident"],
                    next_measure_at=fields["next_measure_at"],
                )
            )
        return links

    def _merged(self, row: TicketRow, history: History) -> MergedTicket:
        fields, changes = self._fields_of(row, history.assets), self._changes(history, row, history.assets)
        return MergedTicket(
            id=TicketId(str(row.id)),
            number=row.number,
            created_at=row.created_at,
            created_by=self._people.creator(row, history.assets),
            state=self._meanings.state(row.state_id)[0],
            fields=fields,
            history=changes,
            outside=self._outside(changes, row, counted_group(fields.group, changes)),
        )

    def _changes(self, history: History, ticket: TicketRow, seen: Assets) -> tuple[Change, ...]:
        """Entries younger than the ticket as it was read belong to a later view, and are left to it.

        An entry has the ticket's own time of update (recordings 063, 075); a second is allowed for all the same.
        """
        changes, until = [], ticket.updated_at + _CLOCK_GRAIN
        groups = {**seen.Group, **history.assets.Group}
        for row in history.history:
            change = self._change(row, history.assets, groups) if row.created_at <= until else None
            if change is not None:
                changes.append(change)
        return tuple(changes)

    def _change(self, row: HistoryRow, assets: Assets, groups: Mapping[int, NamedRow]) -> Change | None:
        if row.object != "Ticket" or row.type != "updated" or row.attribute is None:
            return None
        field = self._mapping.field(row.attribute)
        if field is None:
            return None
        actor = self._people.actor(row.created_by_id, row.created_at, assets)
        if actor is Actor.SYSTEM and row.sourceable_type is None and field != "state":
            # Zammad itself changes nothing but states without an automation of its admin's: this is what a user did who
            # is deleted since (6.4, extra/people). A customer's deletion takes their tickets along.
            actor = Actor.AGENT
        return Change(
            id=str(row.id),
            at=row.created_at,
            field=field,
            old=self._historic(field, row.id_from, row.value_from, groups),
            new=self._historic(field, row.id_to, row.value_to, groups),
            actor=actor,
            actor_name=name(assets.User.get(row.created_by_id)),
            by=self._people.person(row.created_by_id, assets),
        )

    def _historic(self, field: str, row_id: int | None, text: str | None, groups: Mapping[int, NamedRow]) -> Any:
        if field == "state":
            return self._meanings.past_state(row_id, text or "")
        if field == "priority":
            return self._meanings.past_priority(row_id, text or "")
        if field == "group":
            # A group that has been renamed since has its old name in the history.
            today = groups.get(row_id or 0) or self._meanings.past_group(row_id)
            return self._group(today) or self._mapping.group(text or "")
        return decode(field, text)


def _kept(row: ArticleRow) -> str | None:
    """What a customer's program sent with this article."""
    told = (row.preferences or {}).get(PROPERTY)
    text = told.get(KEPT) if isinstance(told, Mapping) else None
    return text if isinstance(text, str) else None


def _customer_of(row: TicketRow, assets: Assets) -> str:
    """The organization of a ticket's customer, else their own name."""
    organization = assets.Organization.get(row.organization_id or 0)
    return organization.name if organization else name(assets.User.get(row.customer_id))


def _is_logo(file: Mapping[str, Any]) -> bool:
    """A small picture that stands within the text of a mail belongs to a signature or a letterhead."""
    told = file.get("preferences")
    told = told if isinstance(told, Mapping) else {}
    inline = "Content-ID" in told or told.get("Content-Disposition") == "inline"
    picture = str(told.get("Mime-Type") or told.get("Content-Type") or "").startswith("image/")
    size = str(file.get("size", ""))
    return inline and picture and size.isdigit() and int(size) <= _LARGEST_LOGO


def _wait_for_agent(row: TicketRow) -> None:
    """From 7.0 on an AI agent may be at work on a ticket, which Zammad notes there: what we read it may write over.

    :raises TransientError: it is.
    """
    if (row.model_extra or {}).get("ai_agent_running") is True:
        raise TransientError(f"An AI agent of Zammad's is at work on ticket {row.number}: the ticket waits for its end")


def _copied_from(whole: WholeTicket, row: TicketRow) -> TicketId | None:
    """Whoever splits a ticket in Zammad makes a new one that has the old one for its parent (6.4, extra/merge).
    A parent may also be named later, by hand."""
    parents = (link.link_object_value for link in whole.links if link.link_type == "parent")
    return next((TicketId(str(one)) for one in parents if one in whole.assets.Ticket and one < row.id), None)


def _creation(merged: Merged) -> datetime:
    return merged[0].created_at
