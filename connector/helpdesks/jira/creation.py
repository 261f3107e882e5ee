"""Issues that the connector creates for an incident: exactly one for each key, whatever crashes, and although search
lags behind (docs/decisions/0008).

The incident's own links tell first: they are never late. An issue that was created but not linked yet is found by its
label. While an attempt on the incident is so young that search may not know its issue, nobody creates a second one.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from connector.domain.connector_key import kind_of
from connector.domain.decision import NewTicket
from connector.domain.model import TicketId
from connector.domain.ticket import Ticket
from connector.helpdesks.answer import parsed
from connector.helpdesks.errors import (
    EndpointLimitedError,
    NotFoundError,
    PermanentError,
    RefusedError,
    TicketWaitsError,
    TransientError,
)
from connector.helpdesks.jira.answer import CreatedRow, OtherRow, UserRow
from connector.helpdesks.jira.client import JiraClient
from connector.helpdesks.jira.listing import Listing, quoted
from connector.helpdesks.jira.mapping import JiraMapping
from connector.helpdesks.jira.markup import escape_within
from connector.helpdesks.jira.memory import INTENDED, Memory

VISIBLE_AFTER = timedelta(minutes=5)
"""After this time a search finds a created issue, or it was never created."""

_AT_ONCE = timedelta(seconds=30)
"""The longest time from recording an intention to creating the issue.

A slower worker starts again: another one may have taken over.
"""

_NEXT_LOOK = timedelta(seconds=20)
"""The wait before search is asked again; it seldom lags longer."""

_KEY_PROPERTY = "interspace-key"
_REFUSED = (PermanentError, EndpointLimitedError, TicketWaitsError)
"""Answers that prove that nothing was created."""

Encode = Callable[[Mapping[str, Any]], dict[str, Any]]


class Creation(NamedTuple):
    """Finds or creates, with what it needs for it. ``is_ours`` tells the connector's account, ``encode`` gives fields
    as Jira takes them, ``project`` the id of the service project, ``details`` the rules' names of what Jira blames."""

    client: JiraClient
    listing: Listing
    mapping: JiraMapping
    memory: Memory
    clock: Callable[[], datetime]
    key_field: str
    is_ours: Callable[[UserRow | None], bool]
    encode: Encode
    project: Callable[[], str]
    details: Callable[[Iterable[str]], frozenset[str]]

    def ensure(self, new: NewTicket, incident: Ticket) -> TicketId:
        """The id of the one issue with ``new.key``, linked to ``incident``.

        :raises TicketWaitsError: an attempt a moment ago may have created it.
        """
        for link in incident.links:
            if link.created_by_connector and link.connector_key == new.key:
                return link.id
        try:
            ticket_id = self._find(new.key) or self._create(new, incident)
        except NotFoundError as error:
            raise PermanentError(str(error)) from error
        self.link(ticket_id, incident)
        return ticket_id

    def link(self, issue_id: TicketId, incident: Ticket) -> None:
        """Links an issue to ``incident``. Linking twice is one link."""
        body = {
            "type": {"name": self.mapping.link_type},
            "inwardIssue": {"id": incident.id},
            "outwardIssue": {"id": issue_id},
        }
        try:
            self.client.post("api/2/issueLink", body)
        except NotFoundError as error:
            # A kind of link that does not exist, for one. It must not look as if the incident were gone.
            raise PermanentError(str(error)) from error

    def _find(self, key: str) -> TicketId | None:
        jql = f"project = {self.project()} AND labels = {quoted(label_of(key))} ORDER BY key ASC"
        page = self.listing.search(jql, ["status", "creator", self.key_field])
        rows = [parsed(OtherRow, row, f"search: issue {place}") for place, row in enumerate(page.rows)]
        # Anybody may put a label on an issue.
        own = [row for row in rows if self.is_ours(row.fields.creator) and self._key(row) == key]
        return min((row.id for row in own), key=int, default=None)

    def _key(self, row: OtherRow) -> Any:
        return (row.fields.model_extra or {}).get(self.key_field)

    def _create(self, new: NewTicket, incident: Ticket) -> TicketId:
        intended = self._intended(incident.id)
        started = self.clock()
        before = intended.get(new.key)
        if before is not None and started < before + VISIBLE_AFTER:
            raise TicketWaitsError(
                f"Jira {incident.number}: {new.key} may have been created at {before:%H:%M:%S} UTC, "
                "and search may not show it yet",
                min(before + VISIBLE_AFTER, started + _NEXT_LOOK),
            )
        self._intend(incident.id, {**intended, new.key: started})
        if self.clock() > started + _AT_ONCE:
            raise TransientError(f"Jira {incident.number}: creating {new.key} was held up, and begins anew later")
        try:
            answer = self.client.post("api/2/issue", self._body(new))
        except _REFUSED as error:
            self._intend(incident.id, intended)
            if isinstance(error, RefusedError):
                raise RefusedError(str(error), details=self.details(error.named)) from error
            raise
        return parsed(CreatedRow, answer, f"POST issue ({new.key})").id

    def _intended(self, issue_id: TicketId) -> dict[str, datetime]:
        try:
            answer = self.client.get(f"api/2/issue/{issue_id}/properties/{INTENDED}")
        except NotFoundError:
            return {}
        value = answer.get("value") if isinstance(answer, dict) else None
        remembered = self.memory.opened(INTENDED, issue_id, value)
        return dict(remembered.times) if remembered else {}

    def _intend(self, issue_id: TicketId, intended: Mapping[str, datetime]) -> None:
        value = self.memory.sealed(INTENDED, issue_id, intended)
        self.client.put(f"api/2/issue/{issue_id}/properties/{INTENDED}", value)

    def _body(self, new: NewTicket) -> dict[str, Any]:
        fields = {
            "project": {"id": self.project()},
            "issuetype": {"name": self.mapping.issue_type(kind_of(new.key))},
            "summary": " ".join(new.title.split())[:255],
            "description": escape_within(new.text),
            "labels": [label_of(new.key)],
            **self.encode({**new.fields, "group": new.group, "connector_key": new.key}),
        }
        return {"fields": fields, "properties": [{"key": _KEY_PROPERTY, "value": {"for": new.key}}]}


def label_of(key: str) -> str:
    """The label by which a created issue is searched for.

    >>> label_of("rfo:10041")
    'interspace-rfo-10041'
    """
    return f"interspace-{key.replace(':', '-')}"
