"""The shape of Zammad's answers, checked on the way in (recordings 009, 030, 363).

Only what the connector uses is named; everything else is ignored. An answer of another shape becomes one
:class:`PermanentError` that names the place.
"""

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from connector.domain.model import Instant
from connector.helpdesks.errors import PermanentError


class Answer(BaseModel):
    """Part of an answer; unknown keys are kept out of sight."""

    model_config = ConfigDict(extra="ignore", frozen=True)


Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]


class TicketRow(Answer):
    """A ticket without its custom attributes; those are read by name from the raw object."""

    model_config = ConfigDict(extra="allow", frozen=True)

    id: int
    number: str
    title: Text
    state_id: int
    priority_id: int
    group_id: int
    customer_id: int
    organization_id: int | None = None
    created_by_id: int
    updated_by_id: int
    create_article_type_id: int | None = None
    created_at: Instant
    updated_at: Instant


class ArticleRow(Answer):
    """An article as in ``assets.TicketArticle``."""

    id: int
    type_id: int
    sender_id: int
    created_by_id: int
    origin_by_id: int | None = None
    subject: Text = ""
    body: Text = ""
    content_type: Text = "text/plain"
    internal: bool = False
    attachments: tuple[dict[str, Any], ...] = ()
    created_at: Instant


class UserRow(Answer):
    """A user as in ``assets.User``."""

    id: int
    firstname: Text = ""
    lastname: Text = ""
    email: Text = ""
    role_ids: tuple[int, ...] = ()


class NamedRow(Answer):
    """Anything with a name."""

    id: int
    name: str


class Assets(Answer):
    """The objects an answer refers to, by id."""

    Ticket: dict[int, TicketRow] = {}
    TicketArticle: dict[int, ArticleRow] = {}
    User: dict[int, UserRow] = {}
    Role: dict[int, NamedRow] = {}
    Group: dict[int, NamedRow] = {}
    Organization: dict[int, NamedRow] = {}


class LinkRow(Answer):
    """A link to another object."""

    link_type: str
    link_object: str
    link_object_value: int


class WholeTicket(Answer):
    """``GET /tickets/{id}?all=true``"""

    ticket_id: int
    ticket_article_ids: tuple[int, ...]
    assets: Assets
    links: tuple[LinkRow, ...] = ()


class HistoryRow(Answer):
    """One change of a ticket or of something that belongs to it."""

    id: int
    o_id: int
    object: str
    type: str
    attribute: str | None = None
    value_from: str | None = None
    value_to: str | None = None
    created_by_id: int
    created_at: Instant


class History(Answer):
    """``GET /ticket_history/{id}``"""

    history: tuple[HistoryRow, ...]
    assets: Assets


class ListedRow(Answer):
    """A ticket in a search result."""

    id: int
    created_at: Instant
    updated_at: Instant


A = TypeVar("A", bound=Answer)


def parsed(shape: type[A], raw: Any, where: str) -> A:
    """``raw`` as ``shape``. Raises PermanentError that names the request and the first wrong place."""
    try:
        return shape.model_validate(raw)
    except ValidationError as error:
        raise unexpected(where, error) from error
    except OverflowError as error:
        raise PermanentError(f"Zammad {where}: unexpected answer: a time out of range") from error


def unexpected(where: str, error: ValidationError) -> PermanentError:
    """What to raise for a value of another shape: names the request and the first wrong place."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "the answer"
    return PermanentError(f"Zammad {where}: unexpected answer: {place}: {first['msg']}")
