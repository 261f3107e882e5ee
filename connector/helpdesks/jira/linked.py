"""The issues that the rules have to know besides the one at hand: an incident's RFO task, problem record and
duplicates, and the incident of these."""

from typing import Any
from urllib.parse import urlencode

from connector.domain.model import TicketId
from connector.domain.vocabulary import TicketKind
from connector.helpdesks.answer import parsed
from connector.helpdesks.errors import NotFoundError
from connector.helpdesks.jira.answer import IssueRow, LinkedRow, OtherRow
from connector.helpdesks.jira.client import JiraClient
from connector.helpdesks.jira.flavour import Flavour
from connector.helpdesks.jira.listing import Listing
from connector.helpdesks.jira.mapping import JiraMapping
from connector.helpdesks.jira.site import FieldIds

_MOST = 100
"""Issues that one request reads."""
_ONE_BY_ONE = 3
"""Without a bulk read, up to this many issues are read one by one, which does not depend on the search index."""
_FIELDS = (
    "connector_key", "rfo_status", "rfo_due_at", "service_id", "problem_start", "root_cause", "workaround",
    "duplicate", "duplicate_of", "problem_state", "parent_incident", "next_measure_at",
)  # fmt: skip
_NATIVE = ("status", "issuetype", "creator", "priority", "reporter", "created", "updated", "resolutiondate")


class Linked:
    """Reads linked issues: one request on Cloud, one for each issue on Data Center."""

    def __init__(
        self, client: JiraClient, listing: Listing, mapping: JiraMapping, fields: FieldIds, flavour: Flavour
    ) -> None:
        self._client = client
        self._listing = listing
        self._mapping = mapping
        self._flavour = flavour
        self._fields = [
            *_NATIVE,
            *([fields.organizations] if fields.organizations else []),
            *(fields.ids[field] for field in _FIELDS),
        ]

    def of(self, issue: IssueRow, kind: TicketKind) -> list[OtherRow]:
        """The linked issues that matter to an issue of this ``kind``, in the order of their links."""
        ids = list(dict.fromkeys(other.id for other in self._others(issue, kind)))[:_MOST]
        if not ids:
            return []
        return [parsed(OtherRow, row, f"linked issue {place}") for place, row in enumerate(self._rows(ids))]

    def _others(self, issue: IssueRow, kind: TicketKind) -> list[LinkedRow]:
        """The linked issues that matter to the rules: an incident may be part of another one."""
        types = self._mapping.issue_types
        if kind is TicketKind.OTHER:
            return []
        tasks = {types.rfo_task, types.problem} if kind is TicketKind.INCIDENT else set[str]()
        matter = {*types.incident, *tasks}
        others = []
        for link in issue.fields.issuelinks:
            other = link.outward_issue or link.inward_issue
            if other is None or link.type.name != self._mapping.link_type or other.id == issue.id:
                continue
            if other.fields.issuetype is None or other.fields.issuetype.name in matter:
                others.append(other)
        return others

    def _rows(self, ids: list[TicketId]) -> list[Any]:
        if self._flavour.bulk_fetch:
            body = {"issueIdsOrKeys": ids, "fields": self._fields}
            answer = self._client.post("api/2/issue/bulkfetch", body)
            return list(answer.get("issues") or ())
        if len(ids) > _ONE_BY_ONE:
            return self._listing.search(f"id in ({', '.join(ids)})", self._fields).rows
        return [row for issue_id in ids if (row := self._row(issue_id)) is not None]

    def _row(self, issue_id: TicketId) -> Any:
        try:
            return self._client.get(f"api/2/issue/{issue_id}", urlencode({"fields": ",".join(self._fields)}))
        except NotFoundError:
            # It may lie where the connector may not look.
            return None
