"""What goes to Zammad: attributes and article in one request, and whether it was stored."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from connector.domain.changes import Changes
from connector.domain.decision import MESSAGE, Note
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Channel, TicketState
from connector.helpdesks.answer import parsed
from connector.helpdesks.errors import ExposedNoteError, PermanentError, RefusedError
from connector.helpdesks.long_answer import Rows
from connector.helpdesks.proofs import PROPERTY, Proofs
from connector.helpdesks.zammad.answer import ArticleRow, TicketRow, UserRow, WholeTicket
from connector.helpdesks.zammad.client import ZammadClient
from connector.helpdesks.zammad.decode import Decoder
from connector.helpdesks.zammad.histories import Histories
from connector.helpdesks.zammad.mapping import ZammadMapping
from connector.helpdesks.zammad.names import Meanings
from connector.helpdesks.zammad.refusal import explained
from connector.helpdesks.zammad.values import encode

MESSAGES: Rows = {
    ("assets", "TicketArticle"): partial(parsed, ArticleRow, where="GET tickets: article"),
    ("assets", "User"): partial(parsed, UserRow, where="GET tickets: user"),
}
"""The rows of a whole ticket that may be many, each read by itself."""


class TicketWriter(NamedTuple):
    """Changes tickets. ``bot_id`` is the connector's user."""

    client: ZammadClient
    mapping: ZammadMapping
    meanings: Meanings
    decoder: Decoder
    proofs: Proofs
    histories: Histories
    bot_id: int

    def write(self, ticket: Ticket, changes: Changes, note: Note | None, state: TicketState | None) -> datetime:
        """One request. Its answer shows whether an internal note is internal; where it does not, a second one does."""
        body = self.attributes(changes)
        if state is not None:
            body["state"] = self.mapping.state_names(state)[0]
        if note is not None:
            body["article"] = self._article(ticket, note)
        path = f"tickets/{ticket.id}"
        is_internal = note is not None and not note.public
        try:
            answer = self.client.put(path, body, {"all": "true"} if is_internal else None, MESSAGES)
        except RefusedError as error:
            raise explained(error, body, self.mapping) from error
        self.histories.forget(ticket.id)
        row = self._internal(ticket, answer) if is_internal else parsed(TicketRow, answer, f"PUT {path}")
        stored = self.check_stored(row, changes, f"PUT {path}")
        # Of what crossed this write nobody will tell: as if it had not been seen, so that the next sweep finds it.
        return ticket.updated_at if self._crossed(ticket, changes, note, row, stored) else row.updated_at

    def attributes(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Values of fields as Zammad takes them. An empty priority or group is left as it is."""
        body: dict[str, Any] = {}
        for field, value in changes.items():
            if field == "priority" and value is not None:
                body["priority"] = self.mapping.priority_name(value)
            elif field == "group" and value is not None:
                body["group"] = self.mapping.group_name(value)
            elif field not in ("priority", "group"):
                body[self.mapping.attribute(field)] = encode(value)
        return body

    def check_stored(self, row: TicketRow, changes: Mapping[str, Any], where: str) -> Mapping[str, Any]:
        """The custom fields in the answer to a write. Zammad ignores unknown attributes and turns bad values into null,
        both with 200 (recordings 065, 072).

        :raises RefusedError: the answer shows another value than was sent.
        """
        stored = self.decoder.fields_of(row.model_extra or {})
        lost = [field for field, value in changes.items() if field in stored and stored[field] != value]
        if lost:
            names = ", ".join(self.mapping.attribute(field) for field in sorted(lost))
            raise RefusedError(
                f"Zammad {where}: answered with success but did not store {names}. Check these attributes in the "
                "object manager: type, options, length, and that the migrations have run",
                details=frozenset(lost),
                written=True,
            )
        return stored

    def _article(self, ticket: Ticket, note: Note) -> dict[str, Any]:
        article = article_of(note) | {"preferences": {PROPERTY: self.proofs.sealed(ticket.id, note.marks)}}
        if not note.public or self.mapping.articles.public is not Channel.EMAIL:
            return article | {"type": "note"}
        if ticket.customer.email:
            # As the system's, a mail is no first response and leaves a new ticket new.
            return article | {"type": "email", "sender": "System", "to": ticket.customer.email}
        if ticket.channel is Channel.WEB:
            return article | {"type": "note"}
        raise RefusedError("the customer has no e-mail address", details=frozenset({MESSAGE}))

    def _internal(self, ticket: Ticket, answer: Any) -> TicketRow:
        """The ticket after a note, which nobody but support may read.

        :raises ExposedNoteError: it came back public.
        """
        path = f"tickets/{ticket.id}"
        if not (isinstance(answer, dict) and "assets" in answer):
            answer = self.client.get(path, {"all": "true"}, MESSAGES)
        whole = parsed(WholeTicket, answer, f"PUT {path}")
        ours = [row for row in whole.assets.TicketArticle.values() if row.created_by_id == self.bot_id]
        written = max(ours, key=lambda row: row.id, default=None)
        if written is not None and not written.internal:
            raise ExposedNoteError(
                f"Zammad ticket {ticket.number}: the internal note (article {written.id}) is public. Check that the "
                "token is that of the connector's own user with the role Agent, and make the note internal"
            )
        row = whole.assets.Ticket.get(whole.ticket_id)
        if row is None:
            raise PermanentError(f"Zammad PUT {path}: the answer holds no such ticket")
        return row

    def _crossed(
        self,
        ticket: Ticket,
        changes: Mapping[str, Any],
        note: Note | None,
        row: TicketRow,
        stored: Mapping[str, Any],
    ) -> bool:
        """Whether the answer shows what somebody else has changed or written since the ticket was read. We are the last
        who changed it then, so that no trigger of ours fires for it."""
        now = {**stored, "priority": self.meanings.priority(row.priority_id)}
        if any(getattr(ticket.fields, field) != value for field, value in now.items() if field not in changes):
            return True
        known = max((int(article.id) for article in ticket.articles), default=0)
        written = [number for number in (row.model_extra or {}).get("article_ids", ()) if number > known]
        return len(written) > (note is not None)


def article_of(note: Note) -> dict[str, Any]:
    """A note as Zammad takes it, without its kind and without proofs."""
    article: dict[str, Any] = {
        "subject": subject_of(note.title),
        "body": note.text,
        "content_type": "text/plain",
        "internal": not note.public,
        "preferences": {PROPERTY: {}},
    }
    if note.files:
        article["attachments"] = [
            {"filename": file.name, "data": b64encode(file.content).decode(), "mime-type": file.media_type}
            for file in note.files
        ]
    return article


def subject_of(title: str) -> str:
    """A title may hold a customer's words, which must not be read as a proof of version 0.1.0, whatever becomes of the
    article's preferences."""
    return title.replace("[ref:", "(ref:")
