"""The one thing the connector does: read, evaluate, write the difference (design, "One idea: reconcile").

One refused detail stops nothing: what the helpdesk does not take is left out, the rest is written, and that is told.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

import structlog

from connector.documents.render import DocumentError, as_file
from connector.domain.decision import CREATION, MESSAGE, Decision, NewTicket, Note, creation
from connector.domain.event import Told
from connector.domain.mark import Mark
from connector.domain.model import TicketId
from connector.domain.past import PlaceSearch
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor
from connector.helpdesks.errors import ForbiddenError, HelpdeskError, PermanentError, RefusedError, ServerFaultError
from connector.helpdesks.helpdesk import Helpdesk
from connector.policy.models import Policy
from connector.rules.evaluate import evaluate
from connector.work.others import judged
from connector.work.people import People, address_of, bounded, is_public
from connector.work.places import Places
from connector.work.recurrence import act_on_past
from connector.work.refusals import KEPT, MATTER, Refusals, details

log = structlog.get_logger("worker")

_ROUNDS = 6
"""So many times in a row a helpdesk may name details that it does not take."""


_PLACE_HELD = timedelta(minutes=3)
"""Longer than to search, create and link takes: the time-outs of all requests together."""


class LeaseEndedError(Exception):
    """Another worker may have taken the ticket over, so this one's decision may be out of date."""


class Reconciled(NamedTuple):
    """What a reconcile saw, decided and left behind."""

    ticket: Ticket
    decision: Decision
    seen: datetime
    """The ticket's time of update after the write (UTC)."""
    due: datetime | None
    """When the ticket has to be looked at again (UTC)."""
    touched: tuple[str, ...]
    """Ids of other tickets that have to be looked at because of this one, new ones among them."""
    refused: Mapping[str, str]
    """Details that the helpdesk did not take this time, and why."""


def reconcile(
    desk: Helpdesk,
    policy: Policy,
    ticket_id: TicketId,
    now: datetime,
    holds: Callable[[], bool] = lambda: True,
    *,
    refusals: Refusals | None = None,
    people: People | None = None,
    places: Places | None = None,
    told: Sequence[Told] = (),
) -> Reconciled:
    """Brings one ticket to where the rules want it. Doing it twice changes nothing the second time.

    New tickets are created first, because the note on this ticket names them. ``holds`` tells right before each write
    whether the lease still lasts: a helpdesk cannot know that a write comes too late. ``refusals`` is what the helpdesk
    has refused lately. ``people`` remembers how many messages a customer has got; without it there is no bound.
    ``places`` keeps incidents of one outage from opening a problem record each; without it they may. ``told`` is what
    was told outside of the helpdesk of this ticket.

    :raises HelpdeskError: the same call later completes what is missing.
    :raises LeaseEndedError: the lease has ended.
    """
    refusals = refusals or Refusals()
    attempt = _Attempt(desk, policy, now, holds=holds, refusals=refusals, people=people, places=places, told=told)
    return attempt.on(ticket_id)


class _Attempt:
    """One reconcile. ``refused``: the details that are left out, and why; ``news``: those of them that are new."""

    def __init__(
        self,
        desk: Helpdesk,
        policy: Policy,
        now: datetime,
        *,
        holds: Callable[[], bool],
        refusals: Refusals,
        people: People | None,
        places: Places | None,
        told: Sequence[Told],
    ) -> None:
        self._desk = desk
        self._policy = policy
        self._now = now
        self._holds = holds
        self._refusals = refusals
        self._people = people
        self._places = places
        self._told = told
        self._place_taken_until: datetime | None = None
        self._refused: dict[str, str] = {}
        self._news: dict[str, str] = {}
        # No webhook tells of what the connector does itself.
        self._touched: dict[str, None] = {}
        self._written: Decision | None = None

    def on(self, ticket_id: TicketId) -> Reconciled:
        """Does it."""
        ticket, decision = judged(self._desk, self._desk.read(ticket_id), self._evaluate)
        if known := self._refusals.known(ticket, decision, self._now):
            self._refused |= known
            decision = self._evaluate(ticket)
        for other in decision.links:
            _check(self._holds)
            self._desk.link(other, ticket)
        if decision.creates:
            self._create(ticket, decision)
            decision = self._evaluate(ticket) if self._news else decision
        if decision.search is not None and "service_check" not in self._refused:
            ticket = self._with_past(ticket, decision, decision.search)
            decision = self._evaluate(ticket)
        for round_ in range(_ROUNDS + 1):
            try:
                seen = self._write(ticket, decision)
                break
            except RefusedError as error:
                if round_ == _ROUNDS:
                    raise
                learnt = self._learn(ticket, decision, error)
                # Part of it is stored, or all but one detail.
                ticket = self._desk.read(ticket_id)
                if not learnt:
                    seen = ticket.updated_at
                    break
                decision = self._evaluate(ticket)
        return self._end(ticket, decision, seen)

    def _evaluate(self, ticket: Ticket) -> Decision:
        def judge(seen: Ticket) -> Decision:
            return evaluate(seen, self._policy, self._now, self._refused, self._told)

        return bounded(judge, ticket, self._people, self._desk.name, self._policy.messages_per_hour)

    def _create(self, ticket: Ticket, decision: Decision) -> None:
        for new in decision.creates:
            _check(self._holds)
            try:
                if (ticket_id := self._one_for_all(new, ticket)) is not None:
                    self._touched[ticket_id] = None
            except (RefusedError, ForbiddenError) as error:
                self._remember(ticket, decision, {creation(new.key): str(error)})

    def _with_past(self, ticket: Ticket, decision: Decision, search: PlaceSearch) -> Ticket:
        """The ticket with what was at its place before, once that is acted on. What fails here costs a proposal, which
        the next incident or ``interspace recurrence`` makes; it never costs the ticket what is written next."""
        try:
            ticket = ticket.model_copy(update={"past": tuple(self._desk.past(search))})
            decided, create = ticket.with_changes(decision.changes), self._one_for_all
            found = act_on_past(self._desk, self._policy, decided, search, now=self._now, create=create)
        except HelpdeskError as error:
            log.warning("recurrence not counted", ticket=ticket.number, error=str(error))
        else:
            self._touched |= dict.fromkeys(found)
        return ticket

    def _one_for_all(self, new: NewTicket, ticket: Ticket) -> TicketId | None:
        """The open record of the same outage, linked, else the new ticket. ``None``: another incident's attempt there
        is under way, or so young that the helpdesk's search may not show what it has created."""
        shared, lag = new.shared, self._desk.search_lag
        if shared is None or self._places is None:
            return self._ensured(new, ticket)
        held = self._desk.name, shared.places, ticket.id
        self._place_taken_until = self._places.take(*held, _PLACE_HELD + lag)
        if self._place_taken_until is not None:
            return None
        try:
            record = shared.record(self._desk.open_problems())
        except RefusedError:
            # A field of the rules that is not installed yet, for one: a record of its own is better than none.
            record = None
        _check(self._holds)
        if record is not None:
            self._desk.link(record.id, ticket)
            self._places.take(*held, timedelta())
            return record.id
        # The search may have taken long.
        self._place_taken_until = self._places.take(*held, _PLACE_HELD + lag)
        if self._place_taken_until is not None:
            return None
        ticket_id = self._ensured(new, ticket)
        self._places.take(*held, lag)
        return ticket_id

    def _ensured(self, new: NewTicket, ticket: Ticket) -> TicketId:
        """A ticket without some of its values is better than none: its own rules set them again."""
        try:
            return self._desk.ensure(new, ticket)
        except RefusedError as error:
            fields = {name: value for name, value in new.fields.items() if error.details and name not in error.details}
            if len(fields) == len(new.fields):
                raise
            return self._desk.ensure(new.model_copy(update={"fields": fields}), ticket)

    def _write(self, ticket: Ticket, decision: Decision) -> datetime:
        if not (decision.changes or decision.note or decision.state):
            return ticket.updated_at
        _check(self._holds)
        try:
            seen = self._desk.write(ticket, decision.changes, _with_files(decision.note, self._policy), decision.state)
        except ServerFaultError as error:
            if MESSAGE not in details(decision) or not self._refusals.breaks(ticket):
                raise
            self._desk.probe()
            # It breaks on this message only, time and again: as on a mail in a group without an address.
            raise RefusedError(str(error), details=frozenset({MESSAGE})) from error
        if self._people is not None and is_public(decision):
            self._people.sent_message(self._desk.name, address_of(ticket))
        self._refusals.goes(ticket)
        self._written = self._written or decision
        return seen

    def _learn(self, ticket: Ticket, decision: Decision, error: RefusedError) -> bool:
        """What it was that the helpdesk did not take; where it does not say, it is found by trying. Returns whether
        there is anything: a value that somebody else has changed at once was taken."""
        parts = details(decision)
        blamed = {detail: str(error) for detail in error.details if detail in parts}
        if error.written:
            self._written = self._written or decision
            blamed = self._lost(ticket, parts, blamed)
        elif not blamed:
            blamed = self._found(ticket, decision, error)
        self._remember(ticket, decision, blamed, surely=bool(error.details) or len(blamed) == 1)
        return bool(blamed)

    def _lost(self, ticket: Ticket, parts: Mapping[str, object], blamed: Mapping[str, str]) -> dict[str, str]:
        taken = {
            change.field
            for change in self._desk.read(ticket.id).history
            if change.actor is Actor.CONNECTOR
            and change.at >= ticket.updated_at
            and change.new == parts.get(change.field)
        }
        return {detail: why for detail, why in blamed.items() if detail not in taken}

    def _found(self, ticket: Ticket, decision: Decision, error: RefusedError) -> dict[str, str]:
        """The one detail without which the rest goes; if there is none, all but the level; else all. The trial that
        succeeds has written the rest."""
        suspects = [detail for detail in details(decision) if not detail.startswith(CREATION)]
        trials = [[suspect] for suspect in suspects]
        for matters in (MATTER, MATTER[1:], ()):
            if (several := [suspect for suspect in suspects if suspect not in matters]) not in trials:
                trials.append(several)
        for trial in trials:
            left_out, before = dict.fromkeys(trial, str(error)), self._refused
            self._refused = {**before, **left_out}
            try:
                self._write(ticket, self._evaluate(ticket))
            except RefusedError:
                self._refused = before
                continue
            return left_out
        raise error

    def _remember(self, ticket: Ticket, decision: Decision, refused: Mapping[str, str], *, surely: bool = True) -> None:
        self._refusals.remember(ticket, decision, refused, self._now, surely=surely)
        self._refused |= refused
        self._news |= refused

    def _end(self, ticket: Ticket, decision: Decision, seen: datetime) -> Reconciled:
        for touched in decision.touches:
            self._touched[touched] = None
        # Its own new links show at the next look.
        is_linked = self._touched.pop(ticket.id, self) is None
        due = self._now if decision.unfinished or is_linked else decision.due
        if any(detail.startswith(CREATION) for detail in self._refused):
            # Nothing else brings back what waits to be created.
            again = self._now + KEPT
            due = again if due is None else min(due, again)
        if (until := self._place_taken_until) is not None:
            due = until if due is None or decision.unfinished else min(due, until)
        if self._written is not None and self._written is not decision:
            first = self._written
            decision = decision._replace(changes=first.changes, note=first.note, state=first.state)
        return Reconciled(ticket, decision, seen, due, tuple(self._touched), self._news)


def _with_files(note: Note | None, policy: Policy) -> Note | None:
    """The note with its documents as files, and a mark for each that proves which bytes went out (P27)."""
    if note is None or not note.documents:
        return note
    try:
        files = tuple(as_file(document, policy.letterhead) for document in note.documents)
    except DocumentError as error:
        raise PermanentError(str(error)) from error
    marks = frozenset(Mark("document", sha256(file.content).hexdigest()[:16]) for file in files)
    return note.with_files(files, marks)


def _check(holds: Callable[[], bool]) -> None:
    if not holds():
        raise LeaseEndedError
