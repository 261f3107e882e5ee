"""Tickets that the connector creates, each found again by its key: exactly one, whatever crashes."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from connector.domain.decision import NewTicket, Note
from connector.domain.model import TicketId
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import TicketState
from connector.helpdesks.answer import parsed
from connector.helpdesks.errors import PermanentError, RefusedError
from connector.helpdesks.helpdesk import HandOver
from connector.helpdesks.proofs import PROPERTY
from connector.helpdesks.zammad.answer import TicketRow, WholeTicket
from connector.helpdesks.zammad.client import ZammadClient
from connector.helpdesks.zammad.listing import search
from connector.helpdesks.zammad.mapping import ZammadMapping
from connector.helpdesks.zammad.write import MESSAGES, TicketWriter, article_of, subject_of


class Creation(NamedTuple):
    """Finds or creates. ``accounts`` are the ids of the connector's users, that of today first."""

    client: ZammadClient
    mapping: ZammadMapping
    writer: TicketWriter
    accounts: Sequence[str]

    def ensure(self, new: NewTicket, incident: Ticket) -> TicketId:
        """Two requests, where Zammad links in the request that creates; else three. A crash between them is repaired by
        the next call."""
        found = self.find(new.key)
        ticket_id, is_linked = (found, False) if found else self._create(new, incident)
        if not is_linked:
            self.link(TicketId(str(ticket_id)), incident)
        return TicketId(str(ticket_id))

    def link(self, ticket_id: TicketId, incident: Ticket) -> None:
        """One request; none if the incident shows the link: Zammad would make it again in the other direction."""
        if ticket_id in {link.id for link in incident.links}:
            return
        body = {
            "link_type": "normal",
            "link_object_target": "Ticket",
            "link_object_target_value": int(ticket_id),
            "link_object_source": "Ticket",
            "link_object_source_number": incident.number,
        }
        try:
            self.client.post("links/add", body)
        except PermanentError as error:
            if "already exists" not in str(error):
                raise

    def handed_over(self, key: str) -> str | None:
        """See :class:`connector.helpdesks.helpdesk.HandsOver`. One request, or two."""
        found = self.find(key)
        if found is None:
            return None
        path = f"tickets/{found}"
        whole = parsed(WholeTicket, self.client.get(path, {"all": "true"}, MESSAGES), f"GET {path}")
        row = whole.assets.Ticket.get(whole.ticket_id)
        sent = any(not article.internal and article.attachments for article in whole.assets.TicketArticle.values())
        return row.number if row is not None and sent else None

    def hand_over(self, new: HandOver) -> str:
        """Three requests: a ticket that begins with a note of ours, so that it is known to be no customer's, then mail,
        file and state in one. A crash between them is repaired by the next call."""
        found = self.find(new.key)
        if found is None:
            begin = Note(public=False, title=new.title, text=new.title)
            body = {
                "title": new.title,
                "group": self.mapping.group_name(new.group),
                "customer_id": f"guess:{new.email}",
                self.mapping.attribute("connector_key"): new.key,
                "article": {**article_of(begin), "type": "note"},
            }
            row = parsed(TicketRow, self.client.post("tickets", body), f"POST tickets ({new.key})")
            try:
                self.writer.check_stored(row, {"connector_key": new.key}, "POST tickets")
            except RefusedError as error:
                raise PermanentError(str(error)) from error
            found = row.id
        mail = article_of(Note(public=True, title=new.title, text=new.text, files=(new.file,)))
        closed = {
            "state": self.mapping.state_names(TicketState.CLOSED)[0],
            "article": {**mail, "type": "email", "sender": "System", "to": new.email},
        }
        path = f"tickets/{found}"
        return parsed(TicketRow, self.client.put(path, closed), f"PUT {path}").number

    def find(self, key: str) -> int | None:
        """The id of the connector's ticket with this key. One request."""
        condition = {
            f"ticket.{self.mapping.attribute('connector_key')}": {"operator": "is", "value": key},
            "ticket.created_by_id": {"operator": "is", "pre_condition": "specific", "value": list(self.accounts)},
        }
        rows = search(self.client, condition, {"sort_by": "id", "order_by": "asc", "limit": 1})
        return rows[0].id if rows else None

    def _create(self, new: NewTicket, incident: Ticket) -> tuple[int, bool]:
        """The new ticket's id, and whether its answer shows that it is linked."""
        body: dict[str, Any] = {
            "title": new.title,
            "group": self.mapping.group_name(new.group),
            "customer_id": self.writer.bot_id,
            self.mapping.attribute("connector_key"): new.key,
            **self.writer.attributes(new.fields),
            "article": {
                "subject": subject_of(new.title),
                "body": new.text,
                "type": "note",
                "internal": True,
                "preferences": {PROPERTY: {}},
            },
            "links": {"Ticket": {"normal": [int(incident.id)]}},
        }
        where, linked = f"POST tickets ({new.key})", False
        answer = self.client.post("tickets", body, {"all": "true"})
        if isinstance(answer, dict) and "assets" in answer:
            whole = parsed(WholeTicket, answer, where)
            linked = any(str(link.link_object_value) == incident.id for link in whole.links)
            answer = whole.assets.Ticket.get(whole.ticket_id)
        row = answer if isinstance(answer, TicketRow) else parsed(TicketRow, answer, where)
        try:
            self.writer.check_stored(row, {"connector_key": new.key, **new.fields}, "POST tickets")
        except RefusedError as error:
            if "connector_key" in error.details:
                # Without its key it would never be found again, and created anew each time.
                raise PermanentError(str(error)) from error
            raise
        return row.id, linked
