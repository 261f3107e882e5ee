"""From Jira's answers to a :class:`Ticket`."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog

from connector.domain.fields import Fields
from connector.domain.mark import Mark
from connector.domain.model import TicketId
from connector.domain.past import PAST_FIELDS, OpenProblem, PastTicket, open_problem, past_ticket
from connector.domain.person import Customer, FormerCustomer, Person
from connector.domain.ticket import Article, Change, LinkedTicket, Ticket, confirmed_duplicate_of
from connector.domain.vocabulary import Actor, Channel, ProblemState, TicketKind
from connector.helpdesks.jira.answer import AttachmentRow, CommentRow, HistoryRow, IssueRow, ItemRow, OtherRow, UserRow
from connector.helpdesks.jira.histories import Kept
from connector.helpdesks.jira.mapping import JiraMapping
from connector.helpdesks.jira.markup import plain
from connector.helpdesks.jira.meanings import Meanings
from connector.helpdesks.jira.memory import MARKS, Remembered, with_marks
from connector.helpdesks.jira.messages import message
from connector.helpdesks.jira.organizations import Organizations
from connector.helpdesks.jira.outside import times_outside
from connector.helpdesks.jira.roles import Actors
from connector.helpdesks.jira.site import FieldIds
from connector.helpdesks.jira.spoken import PANEL, kept_entries, spoken
from connector.helpdesks.jira.values import decode, historic
from connector.helpdesks.long_answer import CUT
from connector.helpdesks.on_behalf import is_of_panel
from connector.helpdesks.proofs import PROPERTY, Proofs

log = structlog.get_logger("jira")

CHANNEL = "request.channel.type"
"""The issue property in which Service Management keeps how a request came in."""

_CHANNELS = {"portal": Channel.WEB, "email": Channel.EMAIL}
_CLOCK_GRAIN = timedelta(seconds=1)
_UPLOAD = timedelta(minutes=1)
"""A file is stored shortly before or after the comment it came with."""
_INTAKE = "intake"
_COPIES = frozenset({"Cloners", "Issue split", "Work item split"})
"""The names of the links that Jira itself makes ("clones", "split from")."""


class Decoder:
    """Reads issues with one mapping."""

    def __init__(
        self,
        helpdesk: str,
        mapping: JiraMapping,
        meanings: Meanings,
        fields: FieldIds,
        *,
        actors: Actors,
        organizations: Organizations,
        proofs: Proofs,
        rich: bool,
    ) -> None:
        self._helpdesk = helpdesk
        self._mapping = mapping
        self._meanings = meanings
        self._ids = fields
        self._actors = actors
        self._organizations = organizations
        self._proofs = proofs
        self._rich = rich
        self._reported: Kept[str, bool] = Kept(10_000)

    def ticket(
        self,
        row: IssueRow,
        history: Iterable[HistoryRow],
        comments: Iterable[tuple[CommentRow, bool]],
        others: Iterable[OtherRow],
        remembered: Remembered | None,
    ) -> Ticket:
        """One consistent view."""
        columns = row.fields
        fields = self.fields_of(row)
        created_by = self._actors.actor_at(columns.creator, columns.created)
        channel = Channel.PANEL if self._is_of_panel(created_by, fields) else self._channel(row)
        kind = self.kind(row)
        history = list(history)
        changes = tuple(self._changes(history, row))
        articles = self._articles(row, comments, channel)
        state, unknown_state = self._meanings.state(columns.status)
        state = self._meanings.ended(state, columns.resolution.name if columns.resolution else None)
        return Ticket(
            helpdesk=self._helpdesk,
            id=row.id,
            number=row.key,
            title=columns.summary,
            created_at=columns.created,
            updated_at=columns.updated,
            created_by=created_by,
            channel=channel,
            kind=kind,
            outside=times_outside(self._mapping, row, history, changes) if kind is TicketKind.INCIDENT else (),
            customer=self._customer(row, history),
            state=state,
            unknown_state=unknown_state,
            fields=fields,
            articles=tuple(self._with_remembered(row, articles, remembered)),
            history=changes,
            links=tuple(self._linked(other) for other in others),
            copied_from=_copied_from(row),
            owner=columns.assignee.display_name if columns.assignee else None,
            kept=tuple(
                (datetime.fromisoformat(at), text)
                for _, at, text in kept_entries(self._proofs, row.id, row.properties.get(PANEL))
            ),
            default_priority=self._mapping.default_priority,
            labels=self._ids.labels,
        )

    @staticmethod
    def _is_of_panel(created_by: Actor, fields: Fields) -> bool:
        return created_by is Actor.CONNECTOR and is_of_panel(fields.connector_key)

    def kind(self, row: IssueRow) -> TicketKind:
        """What an issue is to the rules: by its type, whoever made it."""
        return self._mapping.kind_of(
            row.fields.issuetype.name, self._group(self._value(row.fields.model_extra, "group"))
        )

    def fields_of(self, row: IssueRow) -> Fields:
        """The canonical fields."""
        values = {field: self._value(row.fields.model_extra, field) for field in self._mapping.fields}
        values["priority"] = self._meanings.priority(row.fields.priority)
        return Fields(**values, group=self._group(self._value(row.fields.model_extra, "group")))

    def _value(self, raw: Mapping[str, Any] | None, field: str) -> Any:
        return decode(field, (raw or {}).get(self._ids.ids[field]), rich=self._rich)

    def _group(self, option: str | None) -> str:
        """An issue comes in without a group."""
        return self._mapping.group(option) if option else _INTAKE

    def _channel(self, row: IssueRow) -> Channel:
        stored = row.properties.get(CHANNEL)
        name = stored.get("value") if isinstance(stored, dict) else None
        channel = _CHANNELS.get(name) if isinstance(name, str) else None
        if channel is not None:
            return channel
        return Channel.WEB if self._actors.actor(row.fields.creator) is Actor.CUSTOMER else Channel.NOTE

    def _customer(self, row: IssueRow, history: Iterable[HistoryRow]) -> Customer:
        reporter = row.fields.reporter or UserRow()
        return Customer(
            id=self._actors.id_of(reporter) or "",
            name=reporter.display_name,
            email=reporter.email_address or None,
            organizations=tuple(self._shared_with(row).values()),
            former=tuple(
                FormerCustomer(id=item.old_value, until=entry.created)
                for entry in history
                for item in entry.items
                if _name(item) == "reporter" and item.old_value
            ),
        )

    def _shared_with(self, row: IssueRow | OtherRow) -> dict[str, str]:
        """The organizations of the issue: name by id."""
        known = (row.fields.model_extra or {}).get(self._ids.organizations or "")
        rows = known if isinstance(known, list) else ()
        return {str(item.get("id")): str(item.get("name")) for item in rows if isinstance(item, dict)}

    def _person(self, user: UserRow | None, row: IssueRow) -> Person | None:
        identity = self._actors.id_of(user)
        if user is None or identity is None:
            return None
        person = Person(id=identity, name=user.display_name, email=user.email_address or None)
        shared = self._shared_with(row)
        if not shared or identity == self._actors.id_of(row.fields.reporter):
            return person
        if self._actors.actor(user) is not Actor.CUSTOMER:
            return person
        return person.model_copy(update={"organizations": self._organizations.of(identity, shared)})

    def _articles(self, row: IssueRow, comments: Iterable[tuple[CommentRow, bool]], channel: Channel) -> list[Article]:
        """The description is the first message, in the words of whoever reports."""
        author = row.fields.reporter or row.fields.creator
        rows = list(comments)
        # The connector uploads what came with a panel's report.
        uploader = row.fields.creator if channel is Channel.PANEL else author
        files = self._files(row, [(uploader, row.fields.created), *((row.author, row.created) for row, _ in rows)])
        first = Article(
            id=f"{row.id}-description",
            created_at=row.fields.created,
            author=self._actors.actor_at(author, row.fields.created),
            author_name=author.display_name if author else "",
            by=self._person(author, row),
            channel=channel,
            internal=False,
            recipients=(),
            # Whom a person of support opens a ticket for has called them; whoever clones one talks with nobody.
            is_call=self._is_on_behalf(row) and _copied_from(row) is None,
            subject=row.fields.summary,
            body=plain(row.fields.description.removesuffix(CUT)),
            is_cut=row.fields.description.endswith(CUT),
            attachments=files.get(0, ()),
        )
        return [
            first,
            *(
                self._article(comment, row, internal=internal, files=files.get(at, ()))
                for at, (comment, internal) in enumerate(rows, 1)
            ),
        ]

    def _is_on_behalf(self, row: IssueRow) -> bool:
        creator, reporter = (
            self._actors.actor_at(user, row.fields.created) for user in (row.fields.creator, row.fields.reporter)
        )
        return creator.is_staff and reporter is Actor.CUSTOMER

    def _article(self, row: CommentRow, issue: IssueRow, *, internal: bool, files: tuple[str, ...]) -> Article:
        author = self._actors.actor_at(row.author, row.created)
        proving = any(entry.key.startswith(PROPERTY) for entry in row.properties or ())
        if author.is_staff and proving:
            author = Actor.OTHER_CONNECTOR
        common: dict[str, Any] = {
            "id": row.id,
            "created_at": row.created,
            "author": author,
            "author_name": row.author.display_name if row.author else "",
            "by": self._person(row.author, issue),
            "internal": internal,
            "attachments": files,
            "is_cut": row.body.endswith(CUT),
        }
        if author is not Actor.CONNECTOR:
            # Nothing tells whether a customer's comment came by mail, however the issue was opened: so it may have.
            way = Channel.NOTE if internal else Channel.EMAIL if author is Actor.CUSTOMER else Channel.WEB
            return Article(**common, channel=way, body=plain(row.body.removesuffix(CUT)))
        if (words := spoken(self._proofs, issue.id, row.body)) is not None and not internal:
            by = self._person(issue.fields.reporter, issue)
            customers = {"author": Actor.CUSTOMER, "by": by, "author_name": by.name if by else ""}
            return Article(**{**common, **customers}, channel=Channel.PANEL, body=words.text, act=words.act)
        said = message(row.body)
        # Who may edit all comments may also edit ours: a last line counts only as we wrote it.
        untouched = self._actors.actor(row.update_author) is Actor.CONNECTOR
        own = [entry.value for entry in row.properties or () if entry.key.startswith(PROPERTY)]
        proofs = [self._proofs.read(issue.id, value) for value in own]
        marks = frozenset[str]().union(*(proof.marks for proof in proofs), (said.marks or ()) if untouched else ())
        refused = frozenset[str]().union(*(proof.refused for proof in proofs))
        return Article(
            **common,
            channel=Channel.NOTE if internal else Channel.WEB,
            subject=said.title,
            body=said.text,
            marks=frozenset(map(Mark.parse, marks)),
            refused_marks=frozenset(map(Mark.parse, refused)),
        )

    def _files(self, row: IssueRow, messages: list[tuple[UserRow | None, datetime]]) -> dict[int, tuple[str, ...]]:
        """File names by the message they came with: the author's last one before the upload."""
        by_message: dict[int, tuple[str, ...]] = {}
        for file in row.fields.attachment:
            at = self._message_of(file, messages)
            if at is not None:
                by_message[at] = (*by_message.get(at, ()), file.filename)
        return by_message

    def _message_of(self, file: AttachmentRow, messages: list[tuple[UserRow | None, datetime]]) -> int | None:
        author, until = self._actors.id_of(file.author), file.created + _UPLOAD
        own = [n for n, (user, at) in enumerate(messages) if self._actors.id_of(user) == author and at <= until]
        return max(own, default=None)

    def _with_remembered(
        self, row: IssueRow, articles: list[Article], remembered: Remembered | None
    ) -> Iterable[Article]:
        if remembered is None:
            if MARKS in row.properties and not self._reported.get(row.id):
                self._reported.put(row.id, True)
                log.info("memory ignored: damaged, foreign or signed with another key", ticket=row.key)
            return articles
        return with_marks(row.id, articles, remembered.times)

    def open_problem(self, row: OtherRow) -> OpenProblem | None:
        """A problem record in a search result; ``None`` if it is closed for good."""
        raw = row.fields.model_extra
        reviewed_yet = self._value(raw, "problem_state") is not ProblemState.FIXED
        if reviewed_yet and self._meanings.state(row.fields.status)[0].is_over:
            return None
        names = ("service_id", "affected_services", "problem_start")
        return open_problem(row.id, {name: self._value(raw, name) for name in names})

    def past(self, row: OtherRow) -> PastTicket | None:
        """An incident or problem record in a search result; ``None`` for anything else."""
        raw, state = row.fields.model_extra, self._meanings.state(row.fields.status)[0]
        known = row.fields.issuetype and self._mapping.kind_of(
            row.fields.issuetype.name, self._group(self._value(raw, "group"))
        )
        if known not in (TicketKind.INCIDENT, TicketKind.PROBLEM) or row.fields.created is None:
            return None
        resolution = row.fields.resolution.name if row.fields.resolution else None
        return past_ticket(
            {name: self._value(raw, name) for name in PAST_FIELDS},
            id=row.id,
            number=row.key,
            kind=known,
            state=self._meanings.ended(state, resolution) if known is TicketKind.INCIDENT else state,
            created_at=row.fields.created,
            ended=row.fields.resolutiondate if state.is_over else None,
            priority=self._meanings.priority(row.fields.priority),
        )

    def _linked(self, row: OtherRow) -> LinkedTicket:
        raw, created_by = row.fields.model_extra, self._actors.actor(row.fields.creator)
        state, reporter = self._meanings.state(row.fields.status)[0], row.fields.reporter
        kind = row.fields.issuetype and self._mapping.kind_of(row.fields.issuetype.name, self._group(None))
        return LinkedTicket(
            id=row.id,
            number=row.key,
            state=state,
            created_by_connector=created_by is Actor.CONNECTOR,
            connector_key=self._value(raw, "connector_key"),
            **({"kind": kind} if kind else {}),
            rfo_status=self._value(raw, "rfo_status"),
            rfo_due_at=self._value(raw, "rfo_due_at"),
            root_cause=self._value(raw, "root_cause"),
            service_id=self._value(raw, "service_id"),
            priority=self._meanings.priority(row.fields.priority),
            customer=next(iter(self._shared_with(row).values()), "") or (reporter.display_name if reporter else ""),
            began=self._value(raw, "problem_start") or row.fields.created,
            ended=row.fields.resolutiondate if state.is_over else None,
            workaround=self._value(raw, "workaround"),
            updated_at=row.fields.updated,
            duplicate_of=confirmed_duplicate_of(
                {name: self._value(raw, name) for name in ("duplicate", "duplicate_of")}
            ),
            problem_state=self._value(raw, "problem_state"),
            parent_incident=self._value(raw, "parent_incident"),
            next_measure_at=self._value(raw, "next_measure_at"),
        )

    def _changes(self, history: Iterable[HistoryRow], issue: IssueRow) -> Iterable[Change]:
        """Entries younger than the issue as it was read belong to a later view, and are left to it."""
        until = issue.fields.updated + _CLOCK_GRAIN
        for row in history:
            if row.created > until:
                continue
            resolution = next((item.new_text for item in row.items if _name(item) == "resolution"), None)
            for item in row.items:
                field = self._field(item)
                if field is not None:
                    yield Change(
                        id=row.id,
                        at=row.created,
                        field=field,
                        old=self._historic(field, item.old_value, item.old_text, issue),
                        new=self._ended(field, self._historic(field, item.new_value, item.new_text, issue), resolution),
                        actor=self._actors.actor_at(row.author, row.created),
                        actor_name=row.author.display_name if row.author else "",
                        by=self._person(row.author, issue),
                    )

    def _field(self, item: ItemRow) -> str | None:
        if item.fieldtype == "custom":
            field = self._ids.fields.get(item.field_id) if item.field_id else None
            return field or (None if item.field_id else self._ids.named.get(item.field))
        return {"status": "state", "priority": "priority"}.get(_name(item))

    def _ended(self, field: str, value: Any, resolution: str | None) -> Any:
        """A transition sets status and resolution in one entry."""
        return self._meanings.ended(value, resolution) if field == "state" else value

    def _historic(self, field: str, value: str | None, text: str | None, issue: IssueRow) -> Any:
        if field == "state":
            return self._meanings.past_state(value, text or "")
        if field == "priority":
            return self._meanings.past_priority(value, text or "")
        if field == "group":
            # Of options only the one that the issue has now tells its id and its name of today.
            now = (issue.fields.model_extra or {}).get(self._ids.ids["group"])
            today = now.get("value") if isinstance(now, dict) and value and str(now.get("id")) == value else None
            return self._group((today or text or "").strip() or None)
        return historic(field, value, text, rich=self._rich)


def _name(item: ItemRow) -> str:
    return item.field_id or item.field


def _copied_from(row: IssueRow) -> TicketId | None:
    """Jira links whatever it clones or splits off with where it came from."""
    for link in row.fields.issuelinks:
        other = link.outward_issue or link.inward_issue
        if other is not None and link.type.name in _COPIES and int(other.id) < int(row.id):
            return other.id
    return None
