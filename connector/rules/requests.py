"""What people ask for or agree to, by message or field: escalation (R39), an RFO (R34), deferral (R27)."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Any, Literal, NamedTuple

from connector.domain.ticket import Change, Kept, Ticket
from connector.domain.vocabulary import WAITED_FOR, Actor, Impact
from connector.rules.case import Case
from connector.rules.spoken import Mention
from connector.rules.text.clauses import Verdict
from connector.rules.text.sentences import normalized
from connector.rules.text.until import Until


class Source(StrEnum):
    """How somebody said something."""

    MESSAGE = "message"
    """In a message on the ticket."""
    FIELD = "field"
    """By changing a field."""
    CREATION = "creation"
    """By a field that was filled when the ticket was created."""


class Request(NamedTuple):
    """One request or consent."""

    source: Source
    ref: str
    """The id of the message, or of the entry in the history; at creation empty, or the id of the merged ticket."""
    at: datetime
    actor: Actor
    said: str = ""
    """The customer's own sentence, or the text in the field; empty for a yes/no field."""
    name: str = ""
    """The person's, where the helpdesk tells it."""
    until: Until = None
    """Of a customer's consent by message: until when."""

    @property
    def id(self) -> str:
        """The same at every look, so that a mark on the ticket can prove that it was served."""
        match self.source:
            case Source.MESSAGE:
                return f"a{self.ref}"
            case Source.FIELD:
                return f"h{self.ref}"
            case Source.CREATION:
                return f"created{self.ref}"


class Setting(NamedTuple):
    """A value that a field was given. ``ref`` is the id of the entry in the history; at creation it is empty, or the id
    of the merged ticket."""

    source: Source
    ref: str
    at: datetime
    actor: Actor
    value: Any
    name: str = ""

    def as_request(self, said: str = "") -> Request:
        """What this setting asks for or agrees to."""
        return Request(self.source, self.ref, self.at, self.actor, said, self.name)


def escalation_requests(case: Case) -> list[Request]:
    """Every request to escalate, oldest first, served or not; those to a ticket that was merged into this one too."""
    ticket = case.ticket
    by_field = [request for kept in (ticket, *ticket.merged) for request in _by_field(kept)]
    return sorted([*_by_message(case.spoken.escalation), *by_field], key=_time)


class RfoWords(NamedTuple):
    """What was said about wanting an RFO."""

    standing: tuple[Request, ...]
    """The requests that nobody has taken back, oldest first."""
    taken_back: Request | None
    """By whom and when the last one was taken back, if none stands."""


NO_WORDS = RfoWords((), None)


def rfo_words(case: Case) -> RfoWords:
    """Who wants an RFO still. An agent overrules every reading: taken back by the field, what was asked before is gone,
    messages too. Who asked by message takes it back by message. A customer can neither withdraw what support requested
    nor, by the field, ask in support's name. What was requested on a ticket that was merged into this one is requested
    here."""
    all_kept = (case.ticket, *case.ticket.merged)
    if not case.spoken.rfo and all(
        _was_never_set(kept, "rfo_requested") and "rfo_status" not in kept.changes for kept in all_kept
    ):
        return NO_WORDS
    standing: list[Request] = []
    taken_back: Request | None = None
    wishes = [wish for kept in all_kept for wish in _rfo_by_field(kept)] + list(_rfo_by_message(case))
    wishes += [wish for kept in all_kept for wish in _rfo_counted(kept, wishes)]
    for said in sorted(wishes, key=lambda wish: wish.request.at):
        if said.wants:
            standing.append(said.request)
            continue
        left = [] if said.request.actor.is_trusted else _not_said_like(said.request, standing)
        if standing and not left:
            taken_back = said.request
        standing = left
    return RfoWords(tuple(standing), None if standing else taken_back)


def rfo_requests(case: Case) -> list[Request]:
    """Every request for an RFO that stands, oldest first."""
    return list(rfo_words(case).standing)


class _Wish(NamedTuple):
    request: Request
    wants: bool
    """``False``: it takes back."""


def _rfo_by_field(ticket: Kept) -> Iterator[_Wish]:
    if _was_never_set(ticket, "rfo_requested"):
        return
    for setting in _settings(ticket, "rfo_requested"):
        if setting.value or setting.source is Source.FIELD:
            yield _Wish(setting.as_request(), bool(setting.value))


def _rfo_by_message(case: Case) -> Iterator[_Wish]:
    for statement in case.spoken.rfo:
        verdict = statement.reading.verdict
        if verdict is Verdict.YES or (verdict is Verdict.NO and _NOT_NEEDED.search(normalized(statement.said))):
            yield _Wish(_request(statement), verdict is Verdict.YES)


def _rfo_counted(ticket: Kept, wishes: list[_Wish]) -> Iterator[_Wish]:
    """What the connector has counted as a request stands, and what was promised for it, even where nobody can read it
    any more: its author has left the customer's company, the message is changed or deleted."""
    since: Change | None = None
    for change in ticket.changes.get("rfo_status", ()):
        if change.actor is Actor.CONNECTOR:
            since = (since or change) if change.new in WAITED_FOR else None
    if since is not None and not any(wish.wants and wish.request.at <= since.at for wish in wishes):
        # As a message: by a message it can be taken back.
        yield _Wish(Request(Source.MESSAGE, f"counted{since.id}", since.at, Actor.CUSTOMER), wants=True)


_NOT_NEEDED = re.compile(
    r"\b(?:no (?:longer )?need|(?:not|n't|no longer) (?:\w+ )?(?:need|require|want|necessary)\w*|withdr[ae]w\w*"
    r"|cancel\w*|disregard|forget|ignore|zurück|hinfällig|verzicht\w*"
    r"|(?:kein\w*|nicht) (?:\w+ ){0,4}(?:mehr|nötig|benötig\w*|erforderlich|brauch\w*)"
    r"|brauch\w* (?:\w+ ){0,4}(?:kein\w*|nicht))\b",
    re.IGNORECASE,
)
"""Of the clear noes, those that take a wish back; "we have not received it" does not."""


def _not_said_like(taken_back: Request, standing: list[Request]) -> list[Request]:
    """What stays when a customer takes back: what support asked for, and what was asked the other way."""
    by_message = taken_back.source is Source.MESSAGE
    return [
        request
        for request in standing
        if request.actor is not Actor.CUSTOMER or (request.source is Source.MESSAGE) is not by_message
    ]


def support_consents(ticket: Ticket) -> list[Request]:
    """R27: that support agrees to defer, while the field says so."""
    return _standing(ticket, "deferral_support")


def customer_consents(case: Case) -> list[Request]:
    """R27: that the customer agrees to defer, oldest first: by messages, and by the field while it says so.

    A later message that takes it back, or puts it in doubt, takes all of it back.
    """
    refused = [
        said.article.created_at for said in case.spoken.consent if said.doubts or said.reading.verdict is Verdict.NO
    ]
    by_message = [
        consent._replace(name=consent.name or case.ticket.customer.name) for consent in _by_message(case.spoken.consent)
    ]
    consents = sorted([*by_message, *_standing(case.ticket, "deferral_customer")], key=_time)
    return [consent for consent in consents if not any(at > consent.at for at in refused)]


def unspent(consents: list[Request], ticket: Ticket) -> list[Request]:
    """A consent ends with the incident and with a worse impact, however it was given; it does not come back with
    them."""
    spent = [change.at for change in ticket.changes.get("state", ()) if change.new.is_over]
    spent += [change.at for change in ticket.changes.get("impact", ()) if change.new in _WORSE]
    until = max(spent, default=None)
    return consents if until is None else [consent for consent in consents if consent.at > until]


_WORSE = frozenset({Impact.SERVICE_AFFECTING, Impact.DEGRADATION})


_time = attrgetter("at")


def _standing(ticket: Ticket, field: Literal["deferral_support", "deferral_customer"]) -> list[Request]:
    """The setting that a yes/no field has its yes from."""
    last = _settings(ticket, field)[-1]
    return [last.as_request()] if last.value and getattr(ticket.fields, field) else []


def _by_field(ticket: Kept) -> list[Request]:
    """Every time somebody filled the field, unless support emptied it again before it was served."""
    if _was_never_set(ticket, "escalation_request"):
        return []
    settings = _settings(ticket, "escalation_request")
    requests = []
    for setting, following in zip(settings, (*settings[1:], None), strict=True):
        withdrawn = following is not None and not following.value and following.actor.is_staff
        if setting.value and not withdrawn:
            requests.append(setting.as_request(str(setting.value)))
    return requests


def _was_never_set(ticket: Kept, field: Literal["escalation_request", "rfo_requested"]) -> bool:
    """As on most tickets."""
    return not getattr(ticket.fields, field) and field not in ticket.changes


def _settings(ticket: Kept, field: str) -> list[Setting]:
    """The values the field has had, oldest first; the first is the one at creation."""
    changes = ticket.changes.get(field, ())
    at_creation = changes[0].old if changes else getattr(ticket.fields, field)
    of = "" if isinstance(ticket, Ticket) else ticket.id
    return [
        Setting(Source.CREATION, of, ticket.created_at, ticket.created_by, at_creation),
        *(
            Setting(Source.FIELD, change.id, change.at, change.actor, change.new, change.actor_name)
            for change in changes
            if change.actor.is_party
        ),
    ]


def _by_message(statements: Iterable[Mention]) -> list[Request]:
    """What the customer's own messages plainly want."""
    return [_request(statement) for statement in statements if statement.reading.verdict is Verdict.YES]


def _request(statement: Mention) -> Request:
    article, said, until = statement.article, statement.said, statement.until
    return Request(Source.MESSAGE, article.id, article.created_at, article.author, said, article.author_name, until)
