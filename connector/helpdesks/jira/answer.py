"""The shape of Jira's answers, checked on the way in. Only what the connector uses is named."""

from collections.abc import Mapping
from typing import Any

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic.dataclasses import dataclass

from connector.domain.model import Instant, TicketId
from connector.helpdesks.answer import Answer, Text


class JiraAnswer(Answer):
    """Part of an answer of Jira's; names are in camel case there."""

    model_config = ConfigDict(extra="ignore", frozen=True, alias_generator=to_camel)
    helpdesk = "Jira"


class UserRow(JiraAnswer):
    """An account. Cloud identifies it by ``accountId``, Data Center by ``name``."""

    account_id: str | None = None
    name: str | None = None
    account_type: Text = ""
    display_name: Text = ""
    email_address: str | None = None
    active: bool = True


class PropertyRow(JiraAnswer):
    """A property of a comment."""

    key: str
    value: Any = None


class CommentRow(JiraAnswer):
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


class CommentPage(JiraAnswer):
    """Comments, oldest first; perhaps not all of them."""

    comments: tuple[CommentRow, ...] = ()
    total: int = 0


class CommentList(JiraAnswer):
    """``POST comment/list``: comments by their ids."""

    values: tuple[CommentRow, ...] = ()


@dataclass(frozen=True, slots=True, config=ConfigDict(alias_generator=to_camel))
class ItemRow:
    """One field in an entry of the changelog. Thousands are kept: this way each takes a sixth of the memory of a
    model."""

    field: str
    field_id: str | None = None
    fieldtype: Text = ""
    old_value: str | None = Field(default=None, alias="from")
    old_text: str | None = Field(default=None, alias="fromString")
    new_value: str | None = Field(default=None, alias="to")
    new_text: str | None = Field(default=None, alias="toString")


class HistoryRow(JiraAnswer):
    """An entry of the changelog."""

    id: str
    author: UserRow | None = None
    created: Instant
    items: tuple[ItemRow, ...] = ()


class Changelog(JiraAnswer):
    """The changelog as it comes with an issue: on Cloud the newest entries only."""

    histories: tuple[HistoryRow, ...] = ()
    total: int = 0


class ChangelogPage(JiraAnswer):
    """``GET issue/{id}/changelog``, oldest first (Cloud)."""

    values: tuple[HistoryRow, ...] = ()
    total: int = 0


class NamedRow(JiraAnswer):
    """Anything with a name."""

    name: str


class PriorityRow(NamedRow):
    """A priority."""

    id: Text = ""


class CategoryRow(JiraAnswer):
    """The category of a status: ``new``, ``indeterminate`` or ``done``."""

    key: Text = ""


class StatusRow(NamedRow):
    """A status."""

    id: Text = ""
    status_category: CategoryRow | None = None


class KindRow(NamedRow):
    """An issue's type."""

    id: str = ""


class LinkedFields(JiraAnswer):
    """What of an issue comes with a link to it."""

    status: NamedRow | None = None
    issuetype: NamedRow | None = None


class LinkedRow(JiraAnswer):
    """An issue at the other end of a link."""

    id: TicketId
    key: str
    fields: LinkedFields = LinkedFields()


class LinkRow(JiraAnswer):
    """A link, seen from one of its issues."""

    type: NamedRow
    inward_issue: LinkedRow | None = None
    outward_issue: LinkedRow | None = None


class AttachmentRow(JiraAnswer):
    """A file."""

    filename: Text = ""
    author: UserRow | None = None
    created: Instant


class ProjectRow(JiraAnswer):
    """The project of an issue. Its key may change."""

    id: str = ""
    key: str


class IssueFields(JiraAnswer):
    """The fields of an issue; custom ones are read by id from the raw object."""

    model_config = ConfigDict(extra="allow")

    summary: Text = ""
    description: Text = ""
    project: ProjectRow
    issuetype: KindRow
    status: StatusRow
    resolution: NamedRow | None = None
    priority: PriorityRow | None = None
    creator: UserRow | None = None
    reporter: UserRow | None = None
    assignee: UserRow | None = None
    created: Instant
    updated: Instant
    comment: CommentPage = CommentPage()
    issuelinks: tuple[LinkRow, ...] = ()
    attachment: tuple[AttachmentRow, ...] = ()


class IssueRow(JiraAnswer):
    """``GET issue/{id}``"""

    id: TicketId
    key: str
    fields: IssueFields
    changelog: Changelog = Changelog()
    properties: Mapping[str, Any] = {}


class OtherFields(JiraAnswer):
    """The fields of an issue that is linked to the one at hand."""

    model_config = ConfigDict(extra="allow")

    status: StatusRow
    issuetype: NamedRow | None = None
    creator: UserRow | None = None
    reporter: UserRow | None = None
    priority: PriorityRow | None = None
    resolution: NamedRow | None = None
    created: Instant | None = None
    updated: Instant | None = None
    resolutiondate: Instant | None = None


class OtherRow(JiraAnswer):
    """A linked issue, or one that was searched for."""

    id: TicketId
    key: str
    fields: OtherFields


class ListedFields(JiraAnswer):
    """What a listing shows of an issue."""

    issuetype: NamedRow
    created: Instant
    updated: Instant


class ListedRow(JiraAnswer):
    """An issue in a search result."""

    id: TicketId
    fields: ListedFields


class EditedFields(JiraAnswer):
    """What an edit shows of an issue."""

    model_config = ConfigDict(extra="allow")

    updated: Instant | None = None
    comment: CommentPage | None = None


class EditedRow(JiraAnswer):
    """An issue after an edit."""

    fields: EditedFields = EditedFields()
    properties: Mapping[str, Any] = {}


class IdRow(JiraAnswer):
    """An issue of which only the id matters."""

    id: TicketId


class TypeRow(JiraAnswer):
    """A type of issues."""

    id: str
    name: str


class ProjectTypes(JiraAnswer):
    """``GET project/{key}``: the types of its issues."""

    issue_types: tuple[TypeRow, ...] = ()


class TransitionRow(JiraAnswer):
    """A way out of an issue's status. ``fields`` is its screen, where it has one."""

    id: str
    to: StatusRow
    fields: Mapping[str, Any] = {}


class Transitions(JiraAnswer):
    """``GET issue/{id}/transitions``"""

    transitions: tuple[TransitionRow, ...] = ()


class CreatedRow(JiraAnswer):
    """The answer to ``POST issue``."""

    id: TicketId
    key: str


class AttachedRow(JiraAnswer):
    """``GET issue/{id}?fields=attachment``: the files of an issue."""

    class Fields(JiraAnswer):
        """Its fields."""

        attachment: tuple[AttachmentRow, ...] = ()

    fields: Fields = Fields()


class SearchedFields(JiraAnswer):
    """What a search for a panel's request shows."""

    creator: UserRow | None = None
    description: Text = ""


class SearchedRow(JiraAnswer):
    """An issue in that search."""

    id: TicketId
    key: str
    fields: SearchedFields


class ReportedFields(JiraAnswer):
    """What a list of a customer's incidents shows; custom fields are read by id from the raw object."""

    model_config = ConfigDict(extra="allow", frozen=True, alias_generator=to_camel)

    summary: Text = ""
    issuetype: NamedRow
    status: StatusRow
    resolution: NamedRow | None = None
    priority: PriorityRow | None = None
    created: Instant
    updated: Instant


class ReportedRow(JiraAnswer):
    """An issue in that list."""

    id: TicketId
    key: str
    fields: ReportedFields
