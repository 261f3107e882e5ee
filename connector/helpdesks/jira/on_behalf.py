"""Requests and messages in a customer's name (connector/helpdesks/on_behalf.py).

A request is raised on behalf of the customer, who is its reporter, so its description is the customer's word. It bears
a reference in its last line, because Service Management takes nothing else along: by that a search finds it again. What
the rules need besides follows in a second call, and a call that is missing is made up for later. A message is a comment
of the connector's account; its last line is signed over the whole text.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

import structlog
from cachetools import TTLCache

from connector.domain.changes import Changes
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import IntakeChannel, TicketState
from connector.helpdesks.answer import parsed
from connector.helpdesks.errors import ForbiddenError, NotFoundError, PermanentError, RefusedError
from connector.helpdesks.helpdesk import Listed
from connector.helpdesks.jira.answer import CommentRow, EditedRow, ListedRow, ReportedRow, SearchedRow, UserRow
from connector.helpdesks.jira.client import JiraClient
from connector.helpdesks.jira.creation import label_of
from connector.helpdesks.jira.files import Files
from connector.helpdesks.jira.listing import Listing, quoted
from connector.helpdesks.jira.mapping import JiraMapping
from connector.helpdesks.jira.markup import LONGEST, escape, escape_within
from connector.helpdesks.jira.meanings import Meanings
from connector.helpdesks.jira.messages import VISIBILITY
from connector.helpdesks.jira.service_desk_answer import (
    MadeRequest,
    OrganizationPage,
    RequestTypeFields,
    RequestTypes,
    UserPage,
)
from connector.helpdesks.jira.site import Site
from connector.helpdesks.jira.spoken import PANEL, kept_entries, reference, spoken_line, with_kept
from connector.helpdesks.jira.values import decode
from connector.helpdesks.on_behalf import Contact, Message, Opened, Reported, Request
from connector.helpdesks.proofs import Proofs

log = structlog.get_logger("jira")


_KNOWN_S = 3_600
_TYPES_S = 600
_PAGE = 50
_MOST = 100
_MOST_LISTED = 200
_SERVICES_AT_ONCE = 50
_RELEVANT = ("summary", "status", "resolution", "priority", "created", "updated")


class _Type(NamedTuple):
    """The request type by which faults are reported, and the fields that it shows."""

    id: str
    fields: frozenset[str]


class OnBehalf:
    """One Jira. ``is_ours`` tells the connector's account, ``encode`` gives fields as Jira takes them."""

    def __init__(
        self,
        client: JiraClient,
        site: Site,
        mapping: JiraMapping,
        *,
        listing: Listing,
        meanings: Meanings,
        proofs: Proofs,
        files: Files,
        is_ours: Callable[[UserRow | None], bool],
        encode: Callable[[Changes], dict[str, Any]],
        clock: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._site = site
        self._mapping = mapping
        self._listing = listing
        self._meanings = meanings
        self._proofs = proofs
        self._files = files
        self._is_ours = is_ours
        self._encode = encode
        self._clock = clock
        self._known: TTLCache[str, str] = TTLCache(10_000, _KNOWN_S)
        self._types: TTLCache[str, _Type] = TTLCache(1, _TYPES_S)

    def opened(self, key: str) -> Opened | None:
        """One request, and one more if there is such an issue."""
        word = reference(key)
        jql = (
            f"project = {self._site.project_id} AND (labels = {quoted(label_of(key))} OR description ~ {quoted(word)}) "
            "ORDER BY key ASC"
        )
        rows = self._listing.search(jql, ["creator", "description"]).rows
        found = [parsed(SearchedRow, row, f"search: issue {place}") for place, row in enumerate(rows)]
        # Anybody may write a reference or a label; nobody else's issue is ours.
        own = [row for row in found if self._is_ours(row.fields.creator) and word in row.fields.description]
        if not own:
            return None
        first = min(own, key=lambda row: int(row.id))
        try:
            answer = self._client.get(f"api/2/issue/{first.id}/properties/{PANEL}")
        except NotFoundError:
            return Opened(first.id, first.key)
        value = answer.get("value") if isinstance(answer, dict) else None
        digest = value.get("digest") if isinstance(value, dict) and value.get("for") == key else None
        return Opened(first.id, first.key, digest)

    def open(self, request: Request) -> Opened:
        """Two requests, and one for each file; up to three more for a contact that is written to for the first time in
        an hour. Whatever follows the first one is made up for by :meth:`complete`."""
        kind = self._type()
        fields = self._encode(request.fields)
        shown = {name: value for name, value in fields.items() if name in kind.fields and value is not None}
        title = " ".join(request.title.split())[:255] or reference(request.key)
        last = f"\n\nReference: {reference(request.key)}"
        body = {
            "serviceDeskId": self._files.service_desk(),
            "requestTypeId": kind.id,
            "raiseOnBehalfOf": self.account(request.contact),
            "requestFieldValues": {
                **shown,
                "summary": title,
                "description": escape_within(request.text, LONGEST - len(last)) + last,
            },
        }
        try:
            made = parsed(MadeRequest, self._client.post("servicedeskapi/request", body), "POST request")
        except NotFoundError as error:
            raise PermanentError(str(error)) from error
        opened = Opened(made.issue_id, made.issue_key, request.digest)
        self.complete(opened, request)
        return opened

    def complete(self, opened: Opened, request: Request) -> None:
        """What the request itself could not take along: the key, the details that the request type does not show, the
        files. Doing it twice changes nothing."""
        path = f"api/2/issue/{opened.id}"
        kept = with_kept(self._proofs, opened.id, (), (request.key, self._clock().isoformat(), request.kept))
        more = self._encode({**request.fields, "connector_key": request.key})
        held = {name: value for name, value in more.items() if name not in self._type().fields}
        body = {
            "fields": held,
            "update": {"labels": [{"add": label_of(request.key)}]},
            "properties": [{"key": PANEL, "value": {"for": request.key, "digest": request.digest, **kept}}],
        }
        try:
            self._client.put(path, body)
        except RefusedError as error:
            # Without its key and its property it would be found all the same.
            log.warning("details of a panel's request were not stored", ticket=opened.number, cause=str(error))
            self._client.put(path, {"properties": body["properties"]})
        self._files.add(opened.id, request.files)

    def say(self, message: Message, ticket: Ticket) -> bool:
        """One request to look, and one to write; one more for each file."""
        path = f"api/2/issue/{ticket.id}"
        asked = f"fields=comment,updated&properties={PANEL}"
        row = parsed(EditedRow, self._client.get(path, asked), f"GET {path}")
        comments = row.fields.comment.comments if row.fields.comment else ()
        self._files.add(ticket.id, message.files)
        if any(self._bears(comment, message.key) for comment in comments):
            return False
        text = message.text.strip()
        last = spoken_line(self._proofs, ticket.id, message.key, text, message.act)
        body = f"{escape_within(text, LONGEST - len(last) - 2)}\n\n{escape(last)}"
        comment = {"body": body, "properties": [{"key": VISIBILITY, "value": {"internal": False}}]}
        if not message.kept:
            self._client.post(f"{path}/comment", comment)
            return True
        held = row.properties.get(PANEL)
        before = kept_entries(self._proofs, ticket.id, held)
        kept = with_kept(self._proofs, ticket.id, before, (message.key, self._clock().isoformat(), message.kept))
        value = {**(held if isinstance(held, dict) else {}), **kept}
        changes = {"update": {"comment": [{"add": comment}]}, "properties": [{"key": PANEL, "value": value}]}
        self._client.put(path, changes)
        return True

    def reported(self, services: Sequence[str], *, over: bool = False) -> list[Reported]:
        """One request for each fifty services."""
        found: list[Reported] = []
        for start in range(0, len(services), _SERVICES_AT_ONCE):
            found += self._reported(services[start : start + _SERVICES_AT_ONCE], over=over)
        return sorted(found, key=lambda one: one.created_at, reverse=True)[:_MOST]

    def of_channel(self, channel: IntakeChannel) -> list[Listed]:
        """One request for each fifty."""
        number = self._site.fields.ids["intake_channel"].removeprefix("customfield_")
        jql = f"project = {self._site.project_id} AND cf[{number}] = {quoted(channel.value)} ORDER BY created DESC"
        found, at = list[Listed](), None
        while len(found) < _MOST_LISTED:
            page = self._listing.search(jql, ["issuetype", "created", "updated"], at)
            rows = [parsed(ListedRow, row, f"search: issue {place}") for place, row in enumerate(page.rows)]
            found += [Listed(row.id, row.fields.updated) for row in rows]
            at = page.next
            if at is None:
                break
        return found[:_MOST_LISTED]

    def _reported(self, services: Sequence[str], *, over: bool) -> list[Reported]:
        ids = self._site.fields.ids
        field = f"cf[{ids['service_id'].removeprefix('customfield_')}]"
        named = " OR ".join(f"{field} ~ {quoted(quoted(service))}" for service in services)
        state = "" if over else "statusCategory != Done AND "
        jql = f"project = {self._site.project_id} AND {state}({named}) ORDER BY created DESC"
        own = {name: ids[name] for name in ("service_id", "escalation_level", "next_update_at")}
        rows = self._listing.search(jql, [*_RELEVANT, "issuetype", *own.values()]).rows
        wanted, rich = {service.casefold() for service in services}, self._site.flavour.rich_fields
        found = []
        for place, raw in enumerate(rows[:_MOST]):
            row = parsed(ReportedRow, raw, f"search: issue {place}")
            columns = row.fields
            values = {name: decode(name, (columns.model_extra or {}).get(ids[name]), rich=rich) for name in own}
            # A search finds words, and the same words may stand in another service's name.
            if columns.issuetype.name not in self._mapping.issue_types.incident:
                continue
            if (values["service_id"] or "").casefold() not in wanted:
                continue
            resolution = columns.resolution.name if columns.resolution else None
            state_now = self._meanings.ended(self._meanings.state(columns.status)[0], resolution)
            if state_now.is_over and not over:
                continue
            found.append(_as_reported(row, state_now, self._meanings, values))
        return found

    def _bears(self, comment: CommentRow, key: str) -> bool:
        return self._is_ours(comment.author) and reference(key) in comment.body

    def _type(self) -> _Type:
        if (known := self._types.get("")) is not None:
            return known
        desk, wanted = self._files.service_desk(), self._mapping.request_type
        path, start = f"servicedeskapi/servicedesk/{desk}/requesttype", 0
        incidents = self._incident_types()
        chosen: str | None = None
        while chosen is None:
            page = parsed(RequestTypes, self._client.get(path, f"start={start}&limit={_PAGE}"), f"GET {path}")
            fits = (row.id for row in page.values if row.issue_type_id in incidents and wanted in (None, row.name))
            chosen = next(fits, None)
            start += len(page.values)
            if chosen is None and (page.is_last_page or not page.values):
                named = f"called {wanted!r} " if wanted else ""
                raise PermanentError(
                    f"Jira GET {path}: no request type {named}makes an incident: create one for faults, or name it in "
                    "the mapping (request_type)"
                )
        path = f"{path}/{chosen}/field"
        fields = parsed(RequestTypeFields, self._client.get(path), f"GET {path}").request_type_fields
        known = self._types[""] = _Type(chosen, frozenset(field.field_id for field in fields if field.visible))
        return known

    def _incident_types(self) -> frozenset[str]:
        return frozenset(self._listing.type_ids(self._mapping.issue_types.incident))

    def account(self, contact: Contact) -> str:
        """The customer's account, made and put into the organization where there is none yet."""
        address = contact.email.casefold()
        if (known := self._known.get(address)) is not None:
            return known
        desk = self._files.service_desk()
        path = f"servicedeskapi/servicedesk/{desk}/customer"
        query = urlencode({"query": contact.email, "limit": _PAGE})
        users = parsed(UserPage, self._client.get(path, query), f"GET {path}").values
        user = next((user for user in users if (user.email_address or "").casefold() == address), None)
        if user is None:
            user = self._new_customer(contact, desk)
        identity = user.account_id if self._site.flavour.user_id == "accountId" else user.name
        if not identity:
            raise PermanentError(f"Jira GET {path}: the answer holds no {self._site.flavour.user_id}")
        self._known[address] = identity
        return identity

    def _new_customer(self, contact: Contact, desk: str) -> UserRow:
        shown = contact.name or contact.email
        body = {"email": contact.email, "displayName": shown, "fullName": shown}
        user = parsed(UserRow, self._client.post("servicedeskapi/customer", body), "POST customer")
        named = {"accountIds": [user.account_id]} if user.account_id else {"usernames": [user.name]}
        try:
            self._client.post(f"servicedeskapi/servicedesk/{desk}/customer", named)
            organization = self._organization(contact.organization, desk) if contact.organization else None
            if organization is not None:
                self._client.post(f"servicedeskapi/organization/{organization}/user", named)
        except (ForbiddenError, RefusedError) as error:
            log.warning("a panel's contact was not made a member of its organization", cause=str(error))
        return user

    def _organization(self, name: str, desk: str) -> str | None:
        path, start = f"servicedeskapi/servicedesk/{desk}/organization", 0
        while True:
            page = parsed(OrganizationPage, self._client.get(path, f"start={start}&limit={_PAGE}"), f"GET {path}")
            found = next((row.id for row in page.values if row.name.casefold() == name.casefold()), None)
            if found is not None or page.is_last_page or not page.values:
                return found
            start += len(page.values)


def _as_reported(row: ReportedRow, state: TicketState, meanings: Meanings, values: Mapping[str, Any]) -> Reported:
    columns = row.fields
    return Reported(
        id=row.id,
        number=row.key,
        title=columns.summary,
        state=state,
        priority=meanings.priority(columns.priority),
        created_at=columns.created,
        updated_at=columns.updated,
        **values,
    )
