"""The shape of Jira's answers, checked on the way in. Only what the connector uses is named."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from connector.domain.model import Instant
from connector.helpdesks.errors import PermanentError


class Answer(BaseModel):
    """Part of an answer; unknown keys are kept out of sight. Names are in camel case there."""

    model_config = ConfigDict(extra="ignore", frozen=True, alias_generator=to_camel)


Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]


class UserRow(Answer):
    """An account. Cloud identifies it by ``accountId``, Data Center by ``name``."""

    account_id: str | None = None
    name: str | None = None
    account_type: Text = ""
    display_name: Text = ""
    email_address: str | None = None


class PropertyRow(Answer):
    """A property of a comment."""

    key: str
    value: Any = None


class CommentRow(Answer):
    """A comment. ``jsdPublic`` is Cloud's; Data Center tells the same by a property, if it is asked."""

    id: str
    author: UserRow | None = None
    update_author: UserRow | None = None
    body: Text = ""
    created: Instant
    updated: Instant
    jsd_public: bool | None = None
    visibility: Mapping[str, Any] | None = None
    properties: tuple[PropertyRow, ...] | None = None


class CommentPage(Answer):
    """Comments, oldest first; perhaps not all of them."""

    comments: tuple[CommentRow, ...] = ()
    total: int = 0


class ItemRow(Answer):
    """One field in an entry of the changelog."""

    field: str
    field_id: str | None = None
    fieldtype: Text = ""
    old_value: str | None = Field(None, alias="from")
    old_text: str | None = Field(None, alias="fromString")
    new_value: str | None = Field(None, alias="to")
    new_text: str | None = Field(None, alias="toString")


class HistoryRow(Answer):
    """An entry of the changelog."""

    id: str
    author: UserRow | None = None
    created: Instant
    items: tuple[ItemRow, ...] = ()


class Changelog(Answer):
    """The changelog as it comes with an issue: on Cloud the newest entries only."""

    histories: tuple[HistoryRow, ...] = ()
    total: int = 0


class ChangelogPage(Answer):
    """``GET issue/{id}/changelog``, oldest first (Cloud)."""

    values: tuple[HistoryRow, ...] = ()
    total: int = 0


class NamedRow(Answer):
    """Anything with a name."""

    name: str


class LinkedFields(Answer):
    """What of an issue comes with a link to it."""

    status: NamedRow | None = None
    issuetype: NamedRow | None = None


class LinkedRow(Answer):
    """An issue at the other end of a link."""

    id: str
    key: str
    fields: LinkedFields = LinkedFields()


class LinkRow(Answer):
    """A link, seen from one of its issues."""

    type: NamedRow
    inward_issue: LinkedRow | None = None
    outward_issue: LinkedRow | None = None


class AttachmentRow(Answer):
    """A file."""

    filename: Text = ""
    author: UserRow | None = None
    created: Instant


class ProjectRow(Answer):
    """The project of an issue."""

    key: str


class IssueFields(Answer):
    """The fields of an issue; custom ones are read by id from the raw object."""

    model_config = ConfigDict(extra="allow")

    summary: Text = ""
    description: Text = ""
    project: ProjectRow
    issuetype: NamedRow
    status: NamedRow
    priority: NamedRow | None = None
    creator: UserRow | None = None
    reporter: UserRow | None = None
    created: Instant
    updated: Instant
    comment: CommentPage = CommentPage()
    issuelinks: tuple[LinkRow, ...] = ()
    attachment: tuple[AttachmentRow, ...] = ()


class IssueRow(Answer):
    """``GET issue/{id}``"""

    id: str
    key: str
    fields: IssueFields
    changelog: Changelog = Changelog()
    properties: Mapping[str, Any] = {}


class OtherFields(Answer):
    """The fields of an issue that is linked to the one at hand."""

    model_config = ConfigDict(extra="allow")

    status: NamedRow
    creator: UserRow | None = None


class OtherRow(Answer):
    """A linked issue, or one that was searched for."""

    id: str
    key: str
    fields: OtherFields


class ListedFields(Answer):
    """What a listing shows of an issue."""

    issuetype: NamedRow
    created: Instant
    updated: Instant


class ListedRow(Answer):
    """An issue in a search result."""

    id: str
    fields: ListedFields


class EditedFields(Answer):
    """What an edit shows of an issue."""

    model_config = ConfigDict(extra="allow")

    updated: Instant | None = None
    comment: CommentPage | None = None


class EditedRow(Answer):
    """An issue after an edit."""

    fields: EditedFields = EditedFields()


class IdRow(Answer):
    """An issue of which only the id matters."""

    id: str


class TransitionRow(Answer):
    """A way out of an issue's status. ``fields`` is its screen, where it has one."""

    id: str
    to: NamedRow
    fields: Mapping[str, Any] = {}


class Transitions(Answer):
    """``GET issue/{id}/transitions``"""

    transitions: tuple[TransitionRow, ...] = ()


class CreatedRow(Answer):
    """The answer to ``POST issue``."""

    id: str
    key: str


A = TypeVar("A", bound=Answer)


def parsed(shape: type[A], raw: Any, where: str) -> A:
    """``raw`` as ``shape``. Raises PermanentError that names the request and the first wrong place."""
    try:
        return shape.model_validate(raw)
    except ValidationError as error:
        raise unexpected(where, error) from error
    except OverflowError as error:
        raise PermanentError(f"Jira {where}: unexpected answer: a time out of range") from error


def unexpected(where: str, error: ValidationError) -> PermanentError:
    """What to raise for a value of another shape: names the request and the first wrong place."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "the answer"
    return PermanentError(f"Jira {where}: unexpected answer: {place}: {first['msg']}")
