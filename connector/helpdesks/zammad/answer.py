"""The shape of Zammad's answers, checked on the way in (recordings 009, 030, 363).

Only what the connector uses is named; everything else is ignored. An answer of another shape becomes one
:class:`PermanentError` that names the place.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from connector.domain.model import Instant
from connector.helpdesks.answer import Answer, Text


class ZammadAnswer(Answer):
    """Part of an answer of Zammad's."""

    helpdesk = "Zammad"


class TicketRow(ZammadAnswer):
    """A ticket without its custom attributes; those are read by name from the raw object."""

    model_config = ConfigDict(extra="allow", frozen=True)

    id: int
    number: str
    title: Text
    state_id: int
    priority_id: int
    group_id: int
    customer_id: int
    owner_id: int | None = None
    organization_id: int | None = None
    close_at: Instant | None = None
    last_close_at: Instant | None = None
    created_by_id: int
    updated_by_id: int
    create_article_type_id: int | None = None
    created_at: Instant
    updated_at: Instant


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """An article as in ``assets.TicketArticle``. A ticket may have thousands: this way each takes half the memory of a
    model."""

    helpdesk: ClassVar[str] = ZammadAnswer.helpdesk
    id: int
    type_id: int
    sender_id: int
    created_by_id: int
    created_at: Instant
    updated_at: Instant | None = None
    origin_by_id: int | None = None
    sent_from: Text = Field(default="", alias="from")
    to: Text = ""
    cc: Text = ""
    subject: Text = ""
    body: Text = ""
    content_type: Text = "text/plain"
    internal: bool = False
    attachments: tuple[dict[str, Any], ...] = ()
    preferences: Mapping[str, Any] | None = None

    @property
    def came_by_mail(self) -> bool:
        """Whether Zammad's mail parser made the article: it notes for every mail whether a machine sent it. Then the
        author is whoever the mail names in its From, which nothing verifies."""
        return "is-auto-response" in (self.preferences or {})

    @property
    def is_automatic(self) -> bool:
        """Whether Zammad knows the mail for a machine's, by its headers (``Auto-Submitted``, ``Precedence`` …)."""
        told = self.preferences or {}
        return told.get("is-auto-response") is True or told.get("send-auto-response") is False


class UserRow(ZammadAnswer):
    """A user as in ``assets.User``."""

    id: int
    firstname: Text = ""
    lastname: Text = ""
    email: Text = ""
    role_ids: tuple[int, ...] | None = None
    """``None`` where Zammad does not say."""
    organization_id: int | None = None
    organization_ids: tuple[int, ...] = ()
    """Further ones."""


class NamedRow(ZammadAnswer):
    """Anything with a name."""

    id: int
    name: str


class StateRow(NamedRow):
    """A state. Its type is one of Zammad's own seven, which nobody can change."""

    state_type_id: int | None = None


class Assets(ZammadAnswer):
    """The objects an answer refers to, by id. From 6.6 or 7.0 on, roles and groups are not among them."""

    Ticket: Mapping[int, TicketRow] = {}
    TicketArticle: Mapping[int, ArticleRow] = {}
    User: Mapping[int, UserRow] = {}
    Role: Mapping[int, NamedRow] = {}
    Group: Mapping[int, NamedRow] = {}
    Organization: Mapping[int, NamedRow] = {}


class LinkRow(ZammadAnswer):
    """A link to another object."""

    link_type: str
    link_object: str
    link_object_value: int


class WholeTicket(ZammadAnswer):
    """``GET /tickets/{id}?all=true``"""

    ticket_id: int
    ticket_article_ids: tuple[int, ...]
    assets: Assets
    links: tuple[LinkRow, ...] = ()


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One change of a ticket or of something that belongs to it. Values that have a row of their own (a state, a group)
    come with its id, and with its name as it was then. Thousands are kept: this way each takes a sixth of the memory
    of a model."""

    id: int
    o_id: int
    object: str
    type: str
    created_by_id: int
    created_at: Instant
    attribute: str | None = None
    value_from: str | None = None
    value_to: str | None = None
    id_from: int | None = None
    id_to: int | None = None
    sourceable_type: str | None = ""
    """What kind of automation made the change; ``None``: none did. Empty: this Zammad, before 6.4, does not tell."""


class History(ZammadAnswer):
    """``GET /ticket_history/{id}``"""

    history: tuple[HistoryRow, ...]
    assets: Assets

    @property
    def merged(self) -> list[int]:
        """The ids of the tickets that were merged into this one (6.4, extra/merge)."""
        return list(dict.fromkeys(row.id_from for row in self._of_type("received_merge") if row.id_from is not None))

    @property
    def merged_into(self) -> int | None:
        """The id of the ticket that this one was merged into."""
        return next((row.id_to for row in reversed(self._of_type("merged_into"))), None)

    @property
    def written_here(self) -> frozenset[int]:
        """The articles that were written on this ticket: of those that a merge brought along the other one tells."""
        rows = (row for row in self.history if row.object == "Ticket::Article" and row.type == "created")
        return frozenset(row.o_id for row in rows)

    def _of_type(self, name: str) -> list[HistoryRow]:
        return [row for row in self.history if row.object == "Ticket" and row.type == name]


class ListedRow(ZammadAnswer):
    """A ticket in a search result."""

    id: int
    group: str | None = None
    """Its name; only where the search was asked to expand names."""
    created_at: Instant
    updated_at: Instant


class ListedWhole(ListedRow):
    """A ticket in a search result with its values; custom attributes are read by name from the raw object."""

    model_config = ConfigDict(extra="allow", frozen=True)

    number: str
    title: Text = ""
    state_id: int
    priority_id: int
    close_at: Instant | None = None
    last_close_at: Instant | None = None
