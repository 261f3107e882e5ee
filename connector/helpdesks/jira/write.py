"""What goes to Jira: fields, comment and memory in one request, and a transition where the status has to change."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from connector.domain.changes import Changes
from connector.domain.decision import MESSAGE, STATE, Note
from connector.domain.model import TicketId
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor, TicketKind, TicketState
from connector.helpdesks.answer import parsed
from connector.helpdesks.errors import ExposedNoteError, PermanentError, RefusedError
from connector.helpdesks.jira.answer import CommentRow, EditedRow, TransitionRow, Transitions
from connector.helpdesks.jira.client import JiraClient
from connector.helpdesks.jira.files import Files
from connector.helpdesks.jira.flavour import Flavour
from connector.helpdesks.jira.histories import COMMENTS_OF_ISSUE, Histories
from connector.helpdesks.jira.mapping import JiraMapping
from connector.helpdesks.jira.meanings import Meanings
from connector.helpdesks.jira.memory import MARKS, Memory
from connector.helpdesks.jira.messages import body_of, comment, message
from connector.helpdesks.jira.site import Site
from connector.helpdesks.jira.values import LONG_TEXTS, decode, encode
from connector.helpdesks.proofs import Proofs


class IssueWriter:
    """Changes issues."""

    def __init__(
        self,
        client: JiraClient,
        site: Site,
        mapping: JiraMapping,
        memory: Memory,
        *,
        meanings: Meanings,
        proofs: Proofs,
        histories: Histories,
        files: Files,
        clock: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._site = site
        self._mapping = mapping
        self._memory = memory
        self._meanings = meanings
        self._proofs = proofs
        self._histories = histories
        self._files = files
        self._clock = clock
        self._flavour: Flavour = site.flavour

    def write(self, ticket: Ticket, changes: Changes, note: Note | None, state: TicketState | None) -> datetime:
        """One request on Cloud. Data Center does not answer an edit: a second one reads the time of update.

        A change of status goes first: what the note says of it is true then. A public note with files is a comment of
        the request, sent before; what it proves follows here. Three requests more, or one where it was sent already.
        """
        path = f"api/2/issue/{ticket.id}"
        answer = None
        if state is not None:
            self.move(ticket.id, ticket.number, state)
        sent = self._send_files(ticket, note) if note is not None and note.files else None
        if changes or note is not None:
            query = "returnIssue=true" if self._flavour.edits_answer else ""
            try:
                edit = self._edit(ticket, changes, note, sent=sent)
                answer = self._client.put(path, edit, query, COMMENTS_OF_ISSUE)
            except RefusedError as error:
                raise RefusedError(str(error), details=self.details(error.named)) from error
        edited = parsed(EditedRow, answer, f"PUT {path}") if answer is not None else None
        if edited is None or edited.fields.updated is None:
            edited = self._read(ticket, changes, note if sent is None else None)
        if edited.fields.updated is None:
            raise PermanentError(f"Jira GET {path}: unexpected answer: no time of update")
        if note is not None and not note.public:
            self._check_internal(ticket, edited, note)
        self._stored(edited, changes, path)
        return edited.fields.updated

    def _send_files(self, ticket: Ticket, note: Note) -> bool | None:
        """Whether a public comment was sent with them; ``None``: the note is to be written as any other."""
        if note.public:
            return self._files.publish(ticket.id, note.files, body_of(note))
        self._files.add(ticket.id, note.files)
        return None

    def _check_internal(self, ticket: Ticket, edited: EditedRow, note: Note) -> None:
        """:raises ExposedNoteError: customers see what was meant for support."""
        row = self._written(edited, note)
        if row is None:
            return
        if not self._histories.shows_internal(ticket.id, row):
            raise ExposedNoteError(
                f"Jira {ticket.number}: the internal comment {row.id} is public. Check that the token is that of the "
                "connector's own account with a role of the agents, and make the comment internal"
            )

    def details(self, named: Iterable[str]) -> frozenset[str]:
        """The rules' names of what Jira blames."""
        known = {**self._site.fields.fields, "priority": "priority", "comment": MESSAGE, "duedate": "rfo_due_at"}
        return frozenset(known[name] for name in named if name in known)

    def encoded(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Fields as Jira takes them, by their ids. Priority and group cannot be emptied."""
        fields: dict[str, Any] = {}
        for field, value in changes.items():
            if field == "priority":
                fields |= {"priority": self._meanings.priority_written(value)} if value is not None else {}
            elif field == "group":
                fields |= {self._id("group"): {"value": self._mapping.group_name(value)}} if value is not None else {}
            else:
                fields[self._id(field)] = encode(field, value, rich=self._flavour.rich_fields)
        return fields

    def due_date(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Jira's own due date of an RFO task, which queues and calendars show: the day in the connector's zone."""
        if "rfo_due_at" not in changes:
            return {}
        due = changes["rfo_due_at"]
        return {"duedate": due.astimezone(self._site.bot.zone).date().isoformat() if due is not None else None}

    def _id(self, field: str) -> str:
        return self._site.fields.ids[field]

    def _edit(
        self, ticket: Ticket, changes: Mapping[str, Any], note: Note | None, *, sent: bool | None = None
    ) -> dict[str, Any]:
        """``sent``: the note's comment is there already, by this write or by one before."""
        fields = self.encoded(changes)
        if ticket.kind is TicketKind.RFO_TASK:
            fields |= self.due_date(changes)
        body: dict[str, Any] = {"fields": fields}
        if note is not None:
            if sent is None:
                body["update"] = {"comment": [{"add": comment(note, ticket.id, self._proofs)}]}
            # The marks that comments prove are kept as well: a comment can be deleted, a memory be damaged, not both
            # by somebody who may do only one of them.
            marks = dict.fromkeys(note.marks, self._clock()) | dict(ticket.marks)
            times = {str(mark): at for mark, at in marks.items()}
            # The ids of comments are numbers; other articles of ours are no comments.
            comments = sum(article.author is Actor.CONNECTOR and article.id.isdigit() for article in ticket.articles)
            memory = self._memory.sealed(MARKS, ticket.id, times, comments + (sent is not False))
            body["properties"] = [{"key": MARKS, "value": memory}]
        return body

    def move(self, issue_id: TicketId, number: str, state: TicketState) -> None:
        """Two requests.

        :raises RefusedError: the workflow has no such way from here.
        """
        path = f"api/2/issue/{issue_id}/transitions"
        answer = self._client.get(path, "expand=transitions.fields")
        ways = parsed(Transitions, answer, f"GET {path}").transitions
        way = self._way(ways, state)
        if way is None:
            names = " or ".join(self._mapping.state_names(state))
            raise RefusedError(
                f"Jira {number}: the workflow has no transition to {names} from here that the connector may use",
                details=frozenset({STATE}),
            )
        body: dict[str, Any] = {"transition": {"id": way.id}}
        if "resolution" in way.fields and state.is_over:
            body["fields"] = {"resolution": {"name": self._mapping.resolution}}
        try:
            self._client.post(path, body)
        except RefusedError as error:
            # A field that the transition requires and the connector has no value for, or a condition of the workflow.
            raise RefusedError(str(error), details=frozenset({STATE})) from error

    def _way(self, ways: tuple[TransitionRow, ...], state: TicketState) -> TransitionRow | None:
        for name in self._mapping.state_names(state):
            transition = next((way for way in ways if way.to.name == name), None)
            if transition is not None:
                return transition
        return next((way for way in ways if self._meanings.leads_to(way, state)), None)

    def _read(self, ticket: Ticket, changes: Mapping[str, Any], note: Note | None) -> EditedRow:
        path = f"api/2/issue/{ticket.id}"
        # Only here is it known for nothing who may see our comment, where comments do not tell it.
        wants_comment = note is not None and not (note.public and self._flavour.comments_tell_visibility)
        names = ["updated", *self.encoded(changes), *(["comment"] if wants_comment else [])]
        edited = parsed(
            EditedRow, self._client.get(path, urlencode({"fields": ",".join(names)}), COMMENTS_OF_ISSUE), f"GET {path}"
        )
        row = self._written(edited, note) if note is not None and wants_comment else None
        if row is not None and note is not None:
            self._histories.learn(row, internal=not note.public)
        return edited

    def _written(self, edited: EditedRow, note: Note) -> CommentRow | None:
        """The comment with this note, which is the newest of its kind."""
        rows = edited.fields.comment.comments if edited.fields.comment else ()
        said = message(body_of(note))
        return next((row for row in reversed(rows) if self._histories.is_ours(row) and message(row.body) == said), None)

    def _stored(self, edited: EditedRow, changes: Mapping[str, Any], path: str) -> None:
        """Jira refuses unknown fields and options, but may cut and change texts."""
        raw = edited.fields.model_extra or {}
        lost = []
        for field, value in changes.items():
            if field in ("priority", "group") or self._id(field) not in raw:
                continue
            rich = self._flavour.rich_fields
            stored = decode(field, raw[self._id(field)], rich=rich)
            meant = decode(field, encode(field, value, rich=rich), rich=rich)
            # Long texts lose blank lines and spaces on their way through Jira's editor format.
            if stored != meant and (stored is None or meant is None or field not in LONG_TEXTS):
                lost.append(field)
        if lost:
            names = ", ".join(repr(self._mapping.fields[field]) for field in sorted(lost))
            raise RefusedError(
                f"Jira PUT {path}: answered with success but did not store {names}. Check the types of these custom "
                "fields and what automations do with them",
                details=frozenset(lost),
                written=True,
            )
