"""Files on an issue, each once: found by their names before they are sent again.

Customers see a file only with a public comment of the request: it is uploaded for the service desk, and attached with
the comment by one call. What only support is to see is attached to the issue itself, which the portal does not show.
"""

from collections.abc import Callable, Sequence

from connector.domain.decision import MESSAGE
from connector.domain.document import File
from connector.helpdesks.answer import parsed
from connector.helpdesks.errors import NotFoundError, PermanentError, RefusedError
from connector.helpdesks.jira.answer import AttachedRow, UserRow
from connector.helpdesks.jira.client import JiraClient
from connector.helpdesks.jira.service_desk_answer import ServiceDesks, Temporary

_PAGE = 50


class Files:
    """Sends files. ``is_ours`` tells the connector's account, ``project`` the id of the service project."""

    def __init__(
        self, client: JiraClient, is_ours: Callable[[UserRow | None], bool], project: Callable[[], str]
    ) -> None:
        self._client = client
        self._is_ours = is_ours
        self._project = project
        self._desk: str | None = None

    def add(self, issue_id: str, files: Sequence[File]) -> None:
        """For support only. One request to look, and one for each file."""
        for file in self._missing(issue_id, files) if files else ():
            self._client.upload(f"api/2/issue/{issue_id}/attachments", file)

    def publish(self, issue_id: str, files: Sequence[File], body: str) -> bool:
        """Sends files to the customer with a public comment; returns whether anything had to be sent. Three requests
        for one file.

        :raises RefusedError: the issue is no request of a customer.
        """
        if not self._missing(issue_id, files):
            return False
        try:
            path = f"servicedeskapi/servicedesk/{self.service_desk()}/attachTemporaryFile"
            held = [parsed(Temporary, self._client.upload(path, file), f"POST {path}") for file in files]
            ids = [row.temporary_attachment_id for one in held for row in one.temporary_attachments]
            wanted = {"temporaryAttachmentIds": ids, "public": True, "additionalComment": {"body": body}}
            self._client.post(f"servicedeskapi/request/{issue_id}/attachment", wanted)
        except NotFoundError as error:
            raise RefusedError(str(error), details=frozenset({MESSAGE})) from error
        return True

    def _missing(self, issue_id: str, files: Sequence[File]) -> list[File]:
        path = f"api/2/issue/{issue_id}"
        row = parsed(AttachedRow, self._client.get(path, "fields=attachment"), f"GET {path}")
        there = {held.filename for held in row.fields.attachment if self._is_ours(held.author)}
        return [file for file in files if file.name not in there]

    def service_desk(self) -> str:
        """The id of the connector's service desk. Asked once."""
        if self._desk is None:
            path, start = "servicedeskapi/servicedesk", 0
            while self._desk is None:
                page = parsed(ServiceDesks, self._client.get(path, f"start={start}&limit={_PAGE}"), f"GET {path}")
                own = (row.id for row in page.values if row.project_id == self._project())
                self._desk = next(own, None)
                if self._desk is None and (page.is_last_page or not page.values):
                    raise PermanentError(f"Jira GET {path}: the connector's project is none of its service desks")
                start += len(page.values)
        return self._desk
