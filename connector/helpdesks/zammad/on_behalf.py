"""Tickets and messages in a customer's name (connector/helpdesks/on_behalf.py).

An article of the connector's own user with the sender *Customer* is the customer's word: nobody but the connector can
write as its user. Its preferences, which nobody can change afterwards, bear the key and what was submitted.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from cachetools import TTLCache

from connector.domain.decision import Note
from connector.domain.document import File
from connector.domain.model import TicketId
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import IntakeChannel, TicketKind
from connector.helpdesks.answer import parsed
from connector.helpdesks.errors import ForbiddenError, PermanentError, RefusedError
from connector.helpdesks.helpdesk import Listed
from connector.helpdesks.on_behalf import Contact, Message, Opened, Reported, Request
from connector.helpdesks.proofs import PROPERTY
from connector.helpdesks.zammad.answer import TicketRow, UserRow, WholeTicket
from connector.helpdesks.zammad.client import ZammadClient
from connector.helpdesks.zammad.creation import Creation
from connector.helpdesks.zammad.decode import KEPT
from connector.helpdesks.zammad.listing import PAGE, newest
from connector.helpdesks.zammad.mapping import ZammadMapping
from connector.helpdesks.zammad.write import MESSAGES, TicketWriter, article_of

log = structlog.get_logger("zammad")

_KNOWN_S = 3_600
_MOST = 100
_EVER = datetime(2000, 1, 1, tzinfo=UTC)


class OnBehalf:
    """One Zammad."""

    def __init__(self, client: ZammadClient, mapping: ZammadMapping, writer: TicketWriter, creation: Creation) -> None:
        self._client = client
        self._mapping = mapping
        self._writer = writer
        self._creation = creation
        self._known: TTLCache[str, bool] = TTLCache(10_000, _KNOWN_S)

    def opened(self, key: str) -> Opened | None:
        """One request, and one more if there is such a ticket."""
        found = self._creation.find(key)
        if found is None:
            return None
        whole = self._whole(f"tickets/{found}")
        row = whole.assets.Ticket.get(whole.ticket_id)
        if row is None:
            return None
        told = (_submitted(article.preferences) for article in whole.assets.TicketArticle.values())
        digest = next((each["digest"] for each in told if each.get("key") == key and "digest" in each), None)
        return Opened(TicketId(str(row.id)), row.number, digest)

    def open(self, request: Request) -> Opened:
        """One request; one or two more for a contact that is written to for the first time in an hour."""
        self._make_known(request.contact)
        fields = {**request.fields, "connector_key": request.key}
        article = self._article(request.text, request.title, request.key, request.files, request.kept)
        article["preferences"][PROPERTY]["digest"] = request.digest
        body = {
            "title": request.title,
            "group": self._mapping.group_name("intake"),
            "customer_id": f"guess:{request.contact.email}",
            **self._writer.attributes(fields),
            "article": article,
        }
        row = parsed(TicketRow, self._client.post("tickets", body), "POST tickets (panel)")
        try:
            self._writer.check_stored(row, fields, "POST tickets")
        except RefusedError as error:
            if "connector_key" in error.details:
                # Without its key it would never be found again.
                raise PermanentError(str(error)) from error
            log.warning("a detail of a panel's ticket was not stored", ticket=row.number, cause=str(error))
        return Opened(TicketId(str(row.id)), row.number, request.digest)

    def say(self, message: Message, ticket: Ticket) -> bool:
        """One request to look, and one to write."""
        path = f"tickets/{ticket.id}"
        whole = self._whole(path)
        told = (_submitted(article.preferences) for article in whole.assets.TicketArticle.values())
        if any(each.get("key") == message.key for each in told):
            return False
        article = self._article(message.text, "", message.key, message.files, message.kept)
        if message.act is not None:
            article["preferences"][PROPERTY]["act"] = message.act.value
        parsed(TicketRow, self._client.put(path, {"article": article}), f"PUT {path}")
        return True

    def reported(self, services: Sequence[str], *, over: bool = False) -> list[Reported]:
        """One request."""
        if not services:
            return []
        attribute = self._mapping.attribute("service_id")
        condition: dict[str, Any] = {f"ticket.{attribute}": {"operator": "is", "value": list(services)}}
        if not over:
            condition["ticket.state_id"] = {"operator": "is", "value": self._writer.meanings.unresolved()}
        decoder, found = self._writer.decoder, []
        for row in newest(self._client, condition, _EVER, _MOST):
            if self._mapping.kind_in(self._mapping.group(row.group or "")) is not TicketKind.INCIDENT:
                continue
            fields = decoder.fields_of(row.model_extra or {})
            priority = self._writer.meanings.priority(row.priority_id)
            found.append(
                Reported(
                    id=str(row.id),
                    number=row.number,
                    title=row.title,
                    state=self._writer.meanings.state(row.state_id)[0],
                    service_id=fields["service_id"],
                    priority=priority,
                    escalation_level=fields["escalation_level"],
                    next_update_at=fields["next_update_at"],
                    created_at=row.created_at,
                    updated_at=row.updated_at,
                )
            )
        return found

    def _whole(self, path: str) -> WholeTicket:
        return parsed(WholeTicket, self._client.get(path, {"all": "true"}, MESSAGES), f"GET {path}")

    def of_channel(self, channel: IntakeChannel) -> list[Listed]:
        """One request."""
        attribute = self._mapping.attribute("intake_channel")
        condition = {f"ticket.{attribute}": {"operator": "is", "value": [channel.value]}}
        rows = newest(self._client, condition, _EVER, PAGE)
        return [Listed(TicketId(str(row.id)), row.updated_at) for row in rows]

    def _article(self, text: str, subject: str, key: str, files: Sequence[File], kept: str) -> dict[str, Any]:
        article = article_of(Note(public=True, title=subject, text=text, files=tuple(files)))
        told = {"key": key, KEPT: kept} if kept else {"key": key}
        return {**article, "type": "web", "sender": "Customer", "preferences": {PROPERTY: told}}

    def _make_known(self, contact: Contact) -> None:
        """The contact as a member of their organization, where Zammad does not know them yet. Whom it knows stays as it
        is. If the connector's user may not do that, Zammad makes one without an organization by itself."""
        if contact.organization is None or contact.email in self._known:
            return
        address = contact.email.casefold()
        rows = self._client.get("users/search", {"query": address, "limit": "20"})
        users = [parsed(UserRow, row, "GET users/search") for row in (rows if isinstance(rows, list) else ())]
        if not any(user.email.casefold() == address for user in users):
            first, _, last = contact.name.strip().partition(" ")
            body = {"email": contact.email, "firstname": first, "lastname": last, "organization": contact.organization}
            try:
                self._client.post("users", body)
            except (ForbiddenError, RefusedError) as error:
                log.warning("a panel's contact was not made a member of its organization", cause=str(error))
        self._known[contact.email] = True


def _submitted(preferences: Mapping[str, Any] | None) -> Mapping[str, Any]:
    told = (preferences or {}).get(PROPERTY)
    return told if isinstance(told, Mapping) else {}
