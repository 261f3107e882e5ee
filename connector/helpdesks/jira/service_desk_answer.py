"""The shape of what ``servicedeskapi`` answers: service desks, request types, customers and their organizations."""

from connector.domain.model import TicketId
from connector.helpdesks.answer import Text
from connector.helpdesks.jira.answer import JiraAnswer, UserRow


class MemberPage(JiraAnswer):
    """``GET servicedeskapi/organization/{id}/user``"""

    values: tuple[UserRow, ...] = ()
    is_last_page: bool = True


class ServiceDeskRow(JiraAnswer):
    """A service desk and its project."""

    id: str
    project_id: str


class ServiceDesks(JiraAnswer):
    """``GET servicedeskapi/servicedesk``: a page."""

    values: tuple[ServiceDeskRow, ...] = ()
    is_last_page: bool = True


class TemporaryRow(JiraAnswer):
    """A file that waits to be attached."""

    temporary_attachment_id: str


class Temporary(JiraAnswer):
    """``POST servicedesk/{id}/attachTemporaryFile``"""

    temporary_attachments: tuple[TemporaryRow, ...] = ()


class RequestTypeRow(JiraAnswer):
    """A request type of a service desk."""

    id: str
    name: str
    issue_type_id: str


class RequestTypes(JiraAnswer):
    """``GET servicedeskapi/servicedesk/{id}/requesttype``"""

    values: tuple[RequestTypeRow, ...] = ()
    is_last_page: bool = True


class RequestTypeField(JiraAnswer):
    """A field that the portal asks for."""

    field_id: str
    visible: bool = True


class RequestTypeFields(JiraAnswer):
    """``GET servicedeskapi/servicedesk/{id}/requesttype/{type}/field``"""

    request_type_fields: tuple[RequestTypeField, ...] = ()


class MadeRequest(JiraAnswer):
    """The answer to ``POST servicedeskapi/request``."""

    issue_id: TicketId
    issue_key: str


class UserPage(JiraAnswer):
    """``GET servicedeskapi/servicedesk/{id}/customer``"""

    values: tuple[UserRow, ...] = ()


class OrganizationRow(JiraAnswer):
    """An organization of customers."""

    id: str
    name: Text = ""


class OrganizationPage(JiraAnswer):
    """``GET servicedeskapi/servicedesk/{id}/organization``"""

    values: tuple[OrganizationRow, ...] = ()
    is_last_page: bool = True
