"""A document that goes to a customer by a request of its own, closed: it proves the hand-over (R35).

The request is of a type that the rules leave alone, raised on behalf of the customer, and holds a label and, because a
request takes no label along, the same word in its description: by either it is found again.
"""

from collections.abc import Callable
from typing import NamedTuple

from connector.domain.model import TicketId
from connector.domain.vocabulary import TicketState
from connector.helpdesks.answer import parsed
from connector.helpdesks.errors import NotFoundError, PermanentError
from connector.helpdesks.helpdesk import HandOver
from connector.helpdesks.jira.answer import AttachedRow, SearchedRow, UserRow
from connector.helpdesks.jira.client import JiraClient
from connector.helpdesks.jira.creation import label_of
from connector.helpdesks.jira.files import Files
from connector.helpdesks.jira.listing import Listing, quoted
from connector.helpdesks.jira.mapping import JiraMapping
from connector.helpdesks.jira.markup import escape_within
from connector.helpdesks.jira.service_desk_answer import MadeRequest, RequestTypes
from connector.helpdesks.on_behalf import Contact

_PAGE = 50


class HandOvers(NamedTuple):
    """Hands over, with what it needs for it. ``project`` is the id of the service project, ``account`` gives a
    customer's, ``is_ours`` tells the connector's, ``move`` gives an issue (id, key) another state."""

    client: JiraClient
    listing: Listing
    mapping: JiraMapping
    files: Files
    project: Callable[[], str]
    account: Callable[[Contact], str]
    is_ours: Callable[[UserRow | None], bool]
    move: Callable[[TicketId, str, TicketState], None]

    def handed_over(self, key: str) -> str | None:
        """One request, and one more where there is such an issue: without its file it proves nothing."""
        found = self._found(key)
        if found is None:
            return None
        path = f"api/2/issue/{found.id}"
        row = parsed(AttachedRow, self.client.get(path, "fields=attachment"), f"GET {path}")
        return found.key if any(self.is_ours(held.author) for held in row.fields.attachment) else None

    def hand_over(self, new: HandOver) -> str:
        """Some ten requests. A crash between them is repaired by the next call, once a search shows the issue."""
        found = self._found(new.key)
        issue_id, number = (found.id, found.key) if found is not None else self._raised(new)
        self.client.put(f"api/2/issue/{issue_id}", {"update": {"labels": [{"add": label_of(new.key)}]}})
        self.files.publish(issue_id, (new.file,), escape_within(new.text))
        self.move(issue_id, number, TicketState.CLOSED)
        return number

    def _found(self, key: str) -> SearchedRow | None:
        word = label_of(key)
        jql = f"project = {self.project()} AND (labels = {quoted(word)} OR description ~ {quoted(quoted(word))})"
        rows = self.listing.search(f"{jql} ORDER BY key ASC", ["creator", "description"]).rows
        found = [parsed(SearchedRow, row, f"search: issue {place}") for place, row in enumerate(rows)]
        # Anybody may put a label on an issue.
        own = [row for row in found if self.is_ours(row.fields.creator) and word in row.fields.description]
        return min(own, key=lambda row: int(row.id), default=None)

    def _raised(self, new: HandOver) -> tuple[TicketId, str]:
        body = {
            "serviceDeskId": self.files.service_desk(),
            "requestTypeId": self._type(),
            "raiseOnBehalfOf": self.account(Contact(email=new.email)),
            "requestFieldValues": {
                "summary": new.title[:255],
                "description": f"{escape_within(new.title)}\n\nReference: {label_of(new.key)}",
            },
        }
        try:
            made = parsed(MadeRequest, self.client.post("servicedeskapi/request", body), "POST request")
        except NotFoundError as error:
            raise PermanentError(str(error)) from error
        return made.issue_id, made.issue_key

    def _type(self) -> str:
        """The id of the request type that the mapping names.

        :raises PermanentError: it names none, there is none, or the rules would take such a request for an incident.
        """
        wanted = self.mapping.document_request_type
        if wanted is None:
            raise PermanentError(
                "the mapping names no request type for documents (document_request_type): make one, "
                f"of an issue type other than {', '.join(sorted(self.mapping.handled_types))}"
            )
        path, start = f"servicedeskapi/servicedesk/{self.files.service_desk()}/requesttype", 0
        handled = self.listing.type_ids(self.mapping.handled_types)
        while True:
            page = parsed(RequestTypes, self.client.get(path, f"start={start}&limit={_PAGE}"), f"GET {path}")
            named = next((row for row in page.values if row.name == wanted), None)
            if named is not None and named.issue_type_id in handled:
                raise PermanentError(
                    f"Jira request type {wanted!r} makes issues that the rules work on: choose another"
                )
            if named is not None:
                return named.id
            start += len(page.values)
            if page.is_last_page or not page.values:
                raise PermanentError(f"Jira GET {path}: there is no request type {wanted!r} (document_request_type)")
