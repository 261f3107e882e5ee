"""One past ticket, lived through again from its first message to its end.

What people and the helpdesk did stays as it was and when it was; what the connector did is left out and decided anew,
at each event and at each deadline. People would have acted differently under other rules: nobody can replay that.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from connector.domain.decision import Decision
from connector.domain.fields import Fields
from connector.domain.ticket import Article, Change, LinkedTicket, Ticket
from connector.domain.vocabulary import Actor, Channel, TicketState
from connector.policy.models import Policy
from connector.rules.evaluate import evaluate
from connector.simulation.acts import Act, acts_of, promises_of

_MOST_PASSES = 12
"""At one moment: as many as the rules need to come to rest, and more."""
_MOST_LOOKS = 2_000
_MOMENT = timedelta(seconds=1)
_OWN = "simulated:"
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Lived(NamedTuple):
    """What came of one ticket."""

    acts: tuple[Act, ...]
    """Oldest first."""
    restless: bool = False
    """The rules did not come to rest within any reasonable number of looks: the acts are not all."""


def replay(ticket: Ticket, policy: Policy, until: datetime) -> Lived:
    """What the rules of ``policy`` would have done on ``ticket`` up to ``until`` (UTC)."""
    policy = policy if policy.applies_since is None else policy.model_copy(update={"applies_since": None})
    seen, events = _opened(ticket), _events(ticket)
    acts: list[Act] = []
    last_said = max([said.created_at for said in _said(ticket)], default=seen.created_at)
    now, at, looks, restless = seen.created_at, 0, 0, False
    while True:
        while at < len(events) and events[at].at <= now:
            seen = events[at].happens(seen)
            at += 1
        seen, due, calm = settled(seen, policy, now, acts, answered=now < last_said)
        looks += 1
        restless = restless or not calm
        coming = [moment for moment in (due, events[at].at if at < len(events) else None) if moment is not None]
        if not coming or looks >= _MOST_LOOKS:
            break
        now = max(min(coming), now + _MOMENT)
        if now > until:
            break
    return Lived((*acts, *promises_of(seen)), restless or looks >= _MOST_LOOKS)


def settled(
    seen: Ticket, policy: Policy, now: datetime, acts: list[Act], *, answered: bool = False
) -> tuple[Ticket, datetime | None, bool]:
    """The ticket once all is written that has to be, when to look again, and whether nothing more was to be written.
    What the rules do joins ``acts``. Letters have their words only if they may be ``answered``: whoever answers may
    quote them. Notes that only support sees have none."""
    for _ in range(_MOST_PASSES):
        decision = evaluate(seen, policy, now)
        acts += acts_of(seen, decision, now)
        if not decision.writes_nothing:
            seen = _written(seen, decision, now, answered=answered)
        # Like a worker: the rules on their own result decide nothing.
        if not decision.unfinished:
            return seen, decision.due, True
    return seen, decision.due, False


class _Event(NamedTuple):
    """Something that people or the helpdesk did."""

    at: datetime
    happens: Callable[[Ticket], Ticket]


def _said(ticket: Ticket) -> list[Article]:
    return [article for article in ticket.articles if article.author is not Actor.CONNECTOR]


def _events(ticket: Ticket) -> list[_Event]:
    said = (_Event(article.created_at, partial(_heard, article)) for article in _said(ticket))
    done = (
        _Event(change.at, partial(_changed, change)) for change in ticket.history if change.actor is not Actor.CONNECTOR
    )
    return sorted((*said, *done), key=lambda event: event.at)


def _opened(ticket: Ticket) -> Ticket:
    """The ticket as it was when it was created, before anything was said."""
    first: dict[str, Any] = {}
    for change in ticket.history:
        first.setdefault(change.field, change.old)
    state = first.pop("state", ticket.state)
    fields = ticket.fields.model_copy(update=first)
    links = tuple(link for link in ticket.links if not link.created_by_connector)
    return ticket.model_copy(
        update={
            "state": state,
            "fields": fields,
            "history": (),
            "articles": (),
            "links": links,
            "unknown_state": None,
            "updated_at": ticket.created_at,
        }
    )


def _heard(article: Article, seen: Ticket) -> Ticket:
    articles = (*seen.articles, article)
    return seen.model_copy(update={"articles": articles, "updated_at": max(seen.updated_at, article.created_at)})


def _changed(change: Change, seen: Ticket) -> Ticket:
    """A change as it was made, from whatever value the simulated ticket has now."""
    values: dict[str, Any] = {}
    there = change.old
    if change.field == "state":
        there, values = seen.state, {"state": change.new}
    elif change.field in Fields.model_fields:
        there = getattr(seen.fields, change.field)
        values = {"fields": seen.fields.model_copy(update={change.field: change.new})}
    entry = change.model_copy(update={"old": there})
    history, updated_at = (*seen.history, entry), max(seen.updated_at, change.at)
    return seen.model_copy(update={**values, "history": history, "updated_at": updated_at})


def _written(seen: Ticket, decision: Decision, now: datetime, *, answered: bool) -> Ticket:
    """The ticket after the connector has written."""
    changes = dict(decision.changes)
    history = [_entry(name, getattr(seen.fields, name), value, now, seen) for name, value in changes.items()]
    if decision.state is not None:
        history.append(_entry("state", seen.state, decision.state, now, seen))
    links = [link for new in decision.creates if (link := _link(seen, new.key)) is not None]
    return seen.model_copy(
        update={
            "state": decision.state or seen.state,
            "fields": seen.fields.model_copy(update=changes),
            "history": (*seen.history, *history),
            "articles": (*seen.articles, *_noted(seen, decision, now, answered=answered)),
            "links": (*seen.links, *links),
            "updated_at": now,
        }
    )


_ENTRY = Change(id="", at=_LONG_AGO, field="", old=None, new=None, actor=Actor.CONNECTOR)
_NOTE = Article(id="", created_at=_LONG_AGO, author=Actor.CONNECTOR, channel=Channel.NOTE, internal=True)
"""To be copied: nothing that the rules write has to be checked."""


def _entry(field: str, old: Any, new: Any, now: datetime, seen: Ticket) -> Change:
    named = {"id": f"{_OWN}{len(seen.history)}:{field}", "at": now, "field": field}
    return _ENTRY.model_copy(update={**named, "old": old, "new": new})


def _noted(seen: Ticket, decision: Decision, now: datetime, *, answered: bool) -> Iterator[Article]:
    if (note := decision.note) is not None:
        told = {
            "id": f"{_OWN}{len(seen.articles)}",
            "created_at": now,
            "internal": not note.public,
            "marks": note.marks,
        }
        words = {"subject": note.title, "body": note.text} if answered and note.public else {}
        yield _NOTE.model_copy(update={**told, **words})


def _link(seen: Ticket, key: str) -> LinkedTicket | None:
    if any(link.connector_key == key for link in seen.links):
        return None
    return LinkedTicket(id=_OWN + key, number=key, state=TicketState.OPEN, created_by_connector=True, connector_key=key)
