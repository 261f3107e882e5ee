"""All rules on one ticket: ``evaluate`` is pure, and running it on its own result decides nothing."""

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain, compress
from operator import ne
from types import MappingProxyType
from typing import Any, cast

from connector.domain.changes import Changes
from connector.domain.decision import MESSAGE, Decision, Note, Notice, Outcome
from connector.domain.event import Told
from connector.domain.fields import NATIVE, Fields
from connector.domain.mark import Mark
from connector.domain.messages import ANSWERS
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor, Silence, TicketKind
from connector.policy.models import Policy
from connector.rules import wording
from connector.rules.answers import refusals
from connector.rules.case import Case, Rule
from connector.rules.completeness import completeness
from connector.rules.deferral import deferral
from connector.rules.duplicate import already_reported, also_reported, duplicate
from connector.rules.escalation import escalation
from connector.rules.informed import informed
from connector.rules.language import language
from connector.rules.left_out import left_out
from connector.rules.level_letter import level_letter
from connector.rules.merged import merged
from connector.rules.opened_again import opened_again
from connector.rules.parent import parent
from connector.rules.people import known
from connector.rules.phone import phone
from connector.rules.priority import priority
from connector.rules.problem import problem
from connector.rules.problem_record import problem_record
from connector.rules.receipt import receipt
from connector.rules.recurring import recurring
from connector.rules.refused import possible, refusal
from connector.rules.requests import escalation_requests, rfo_requests
from connector.rules.rfo import rfo
from connector.rules.rfo_facts import rfo_draft
from connector.rules.rfo_release import rfo_release
from connector.rules.rfo_task import rfo_task
from connector.rules.rfo_text import rfo_faults
from connector.rules.service import service
from connector.rules.targets import targets
from connector.rules.telling import told_outside
from connector.rules.trust import contest, contested, unproved, verified
from connector.rules.unclear import unclear
from connector.rules.unknown_state import unknown_state
from connector.rules.warnings import warnings
from connector.rules.writing import page_of, write

RULES: dict[TicketKind, tuple[Rule, ...]] = {
    TicketKind.INCIDENT: (
        duplicate,
        completeness,
        receipt,
        language,
        service,
        already_reported,
        also_reported,
        priority,
        deferral,
        targets,
        escalation,
        level_letter,
        refusals,
        informed,
        phone,
        warnings,
        rfo,
        problem,
        recurring,
        parent,
        unclear,
        left_out,
        opened_again,
        merged,
        unknown_state,
        contest,
        unproved,
    ),
    TicketKind.RFO_TASK: (
        rfo_task,
        rfo_draft,
        rfo_faults,
        rfo_release,
        left_out,
        merged,
        unknown_state,
        contest,
        unproved,
    ),
    TicketKind.PROBLEM: (problem_record, left_out, merged, unknown_state, contest, unproved),
    TicketKind.OTHER: (),
}
"""The order matters: a rule sees what the rules before it decided."""

_OF_EVERY_TICKET = frozenset({merged, unknown_state, contest, unproved})
"""What holds for a ticket that is no incident any more."""

_NOTHING_REFUSED: Mapping[str, str] = MappingProxyType({})


def evaluate(
    ticket: Ticket,
    policy: Policy,
    now: datetime,
    refused: Mapping[str, str] = _NOTHING_REFUSED,
    told: Sequence[Told] = (),
) -> Decision:
    """What has to be written so that the ticket is as the rules want it at ``now`` (UTC). ``refused`` are the details
    that the helpdesk does not take, and why: they are left out and said. ``told`` is what was told outside of the
    helpdesk: that is said as well."""
    if ticket.kind is TicketKind.OTHER:
        return _no_business(ticket, policy)
    if policy.applies_since is not None and ticket.created_at < policy.applies_since:
        return _left_alone(ticket, policy, policy.applies_since, now)
    ticket = _without_older(ticket, policy)
    ticket = known(ticket.silenced(Silence.REFUSED) if MESSAGE in refused else ticket, policy.catalogue)
    if ticket.related is not None or ticket.others:
        ticket = _with_others_judged(ticket, policy)
    repaired, trust = verified(ticket)
    case, outcomes = Case(repaired, policy, now), [unsaid(trust, ticket) if trust.notices else trust]
    outcomes += _no_incident_any_more(ticket)
    held, ended = vars(repaired.fields), False
    for rule in RULES[ticket.kind]:
        if ended and rule not in _OF_EVERY_TICKET:
            continue
        outcome = rule(case)
        if refused:
            outcome = possible(outcome, refused)
        if outcome.notices:
            outcome = unsaid(outcome, ticket)
        outcomes.append(outcome)
        # Most rules find most values as they should be, and copying a ticket for nothing was a fifth of the time.
        if outcome.changes and not outcome.changes.items() <= held.items():
            case = case.with_changes(_difference(held, outcome.changes))
            held = vars(case.ticket.fields)
        if outcome.ends:
            ended = True
    if told:
        outcomes.append(unsaid(told_outside(told), ticket))
    left_alone: Container[str] = contested(ticket, now) if case.ticket is not ticket else ()
    if refused:
        outcomes.append(unsaid(refusal(ticket, refused), ticket))
        left_alone = {*contested(ticket, now), *refused}
    repair_first = _confirms_forgery(ticket, case.ticket, trust, left_alone)
    if repair_first:
        decision = _together(ticket, repaired, outcomes[:1], policy, left_alone)
        return decision._replace(unfinished=True)
    return _together(ticket, case.ticket, outcomes, policy, left_alone)


def _with_others_judged(ticket: Ticket, policy: Policy) -> Ticket:
    """The ticket with those beside it as it is itself: people as they are to each, and the values that count."""

    def judged(other: Ticket) -> Ticket:
        return verified(known(other, policy.catalogue))[0]

    related, others = ticket.related and judged(ticket.related), ticket.others and tuple(map(judged, ticket.others))
    return ticket.model_copy(update={"related": related, "others": others})


def unsaid(outcome: Outcome, ticket: Ticket) -> Outcome:
    """The outcome without the notices that stand on the ticket already: each of their marks proves so.

    The one place where it is decided that something is said once.
    """
    said = ticket.marks.keys()
    notices = tuple([notice for notice in outcome.notices if not notice.marks <= said])
    return outcome if len(notices) == len(outcome.notices) else outcome._replace(notices=notices)


def _together(
    ticket: Ticket, decided: Ticket, outcomes: list[Outcome], policy: Policy, left_alone: Container[str]
) -> Decision:
    """One request's worth of what the rules decided, and whether there is more."""
    # Each part of all outcomes at once: going through twenty outcomes for each part is a tenth of a look.
    parts: Any = zip(*outcomes, strict=True)
    _, _, states, said, creates, touches, searches, _, dues, asked, links, _, again = parts
    notices = [_for_somebody(notice, ticket, policy) for notice in chain.from_iterable(said)]
    internal = [notice for notice in notices if not notice.public]
    public = sorted([notice for notice in notices if notice.public], key=_comes_later)
    # One request carries one message. The internal one goes first: some of its notices are proved by the changes they
    # travel with, while a public one is always proved by its own mark and can follow at once.
    both = bool(internal and public)
    after = _written(ticket, outcomes) if both else decided.fields
    changes = _changed(ticket.fields, after)
    if left_alone:
        changes = cast(Changes, {name: value for name, value in changes.items() if name not in left_alone})
    decision = Decision(
        outcomes=tuple(outcomes),
        changes=changes,
        state=next(filter(None, states), None),
        note=as_note(internal or public, ticket, policy),
        creates=tuple(chain.from_iterable(creates)),
        touches=tuple(dict.fromkeys(chain.from_iterable(touches))),
        links=tuple(chain.from_iterable(links)),
        asks=tuple(asks for asks in asked if asks is not None),
        search=next(filter(None, searches), None),
        due=min(filter(None, dues), default=None),
    )
    # What is left alone never reaches the history, so to wait for it there would be to look again without end.
    unfinished = (both or any(again)) and not decision.writes_nothing
    return decision._replace(unfinished=True) if unfinished else decision


def _comes_later(notice: Notice) -> bool:
    return notice.message not in ANSWERS


def _for_somebody(notice: Notice, ticket: Ticket, policy: Policy) -> Notice:
    """What cannot be sent to the customer is for support to pass on."""
    why = ticket.customer.silence
    if why is None or not notice.public:
        return notice
    title, text = write([(notice.message, notice.data)], ticket, policy, public=True)
    lines = [line for line in text.splitlines() if line]
    return Notice("customer_not_told", {"why": why, "subject": title, "lines": lines}, notice.marks, notice.documents)


def _no_business(ticket: Ticket, policy: Policy) -> Decision:
    """Another department's ticket, or of a type that the mapping does not name: nothing is written there (R2). But
    whoever moves one there that the rules worked on is told once that they have stopped."""
    reason = f"none of the rules' business: group {ticket.fields.group or 'unknown'}; see scope in the mapping"
    outcome = Outcome(rule="scope", reasons=(reason,))
    if ticket.marks:
        outcome = unsaid(outcome._replace(notices=_left(ticket)), ticket)
    return Decision(outcomes=(outcome,), note=as_note(list(outcome.notices), ticket, policy))


def _left(ticket: Ticket) -> tuple[Notice, ...]:
    """Somebody has moved an open incident on which the rules had worked to where it is none."""
    moves = [change for change in ticket.changes.get("group", ()) if change.actor is not Actor.CONNECTOR]
    if not moves or ticket.state.is_over or min(ticket.marks.values(), default=moves[-1].at) > moves[-1].at:
        return ()
    mark = Mark("left-scope", moves[-1].id)
    return (Notice("left_scope", {"group": ticket.fields.group}, frozenset({mark})),)


def _no_incident_any_more(ticket: Ticket) -> list[Outcome]:
    """Clocks ran on what is an RFO task or a problem record by its group now: that is told once."""
    is_made = ticket.kind is TicketKind.INCIDENT or ticket.created_by is Actor.CONNECTOR
    if is_made or ticket.fields.repair_due_at is None:
        return []
    return [unsaid(Outcome(rule="scope", notices=_left(ticket), reasons=("it was an incident before",)), ticket)]


def _without_older(ticket: Ticket, policy: Policy) -> Ticket:
    """The ticket without those merged into it that were created before the policy applies: their clocks never ran."""
    since = policy.applies_since
    if since is None or not any(merged.created_at < since for merged in ticket.merged):
        return ticket
    return ticket.model_copy(update={"merged": tuple(each for each in ticket.merged if each.created_at >= since)})


def _left_alone(ticket: Ticket, policy: Policy, since: datetime, now: datetime) -> Decision:
    """A ticket from before the connector: nobody shall be woken or asked for it. Only what is requested on it since is
    told to support, once (R34, R39)."""
    outcome = Outcome(
        rule="scope",
        reasons=(f"the ticket was created before the policy applies ({wording.format_time(since)})",),
    )
    case = Case(ticket, policy, now)
    if ticket.kind is TicketKind.INCIDENT and ticket.updated_at >= since:
        asked = [request for request in (*escalation_requests(case), *rfo_requests(case)) if request.at >= since]
        if asked:
            first = min(asked, key=lambda request: request.at)
            data = {"since": since, "who": first.actor, "at": first.at, "phrase": first.said}
            outcome = outcome._replace(notices=(Notice("older_than_rules", data, frozenset({Mark("older")})),))
    newer = [merged for merged in ticket.merged if merged.created_at >= since]
    if newer and ticket.kind is TicketKind.INCIDENT and not ticket.state.is_over:
        data = {"since": since, "numbers": [merged.number for merged in newer]}
        marks = frozenset(Mark("older-merged", merged.id) for merged in newer)
        outcome = outcome._replace(notices=(*outcome.notices, Notice("older_merged", data, marks)))
    told = unsaid(outcome, ticket)
    return Decision(outcomes=(told,), note=as_note(list(told.notices), ticket, policy))


def _changed(before: Fields, after: Fields) -> Changes:
    """What has to be written to get from one to the other. Fields are always held in the same order."""
    if after is before:
        return {}
    was, now = vars(before), vars(after)
    changes: Any = {name: now[name] for name in compress(was, map(ne, was.values(), now.values()))}
    found: Changes = changes
    return found


def _difference(held: Mapping[str, Any], values: Mapping[str, Any]) -> Changes:
    changes: Any = {name: value for name, value in values.items() if value != held[name]}
    found: Changes = changes
    return found


def _confirms_forgery(ticket: Ticket, decided: Ticket, trust: Outcome, left_alone: Container[str]) -> bool:
    """A rule arrives at the very value that a customer set. There would be nothing to write, so the value would stay
    the customer's and be taken back at the next look: the repair is written first, and then the rule's own value."""
    return any(
        getattr(decided.fields, field) == getattr(ticket.fields, field)
        for field, counted in trust.changes.items()
        if field in ticket.changes and field not in left_alone and not (counted is None and field in NATIVE)
    )


def _written(ticket: Ticket, outcomes: Iterable[Outcome]) -> Fields:
    """The fields without the findings of rules whose message to the customer has to wait: they wait with it, so that
    the rule finds the same again."""
    for outcome in outcomes:
        if not any(notice.public for notice in outcome.notices):
            ticket = ticket.with_changes(outcome.changes)
    return ticket.fields


def as_note(notices: list[Notice], ticket: Ticket, policy: Policy) -> Note | None:
    """One note that says all of them."""
    if not notices:
        return None
    public = notices[0].public

    def words() -> tuple[str, str]:
        title, text = write([(notice.message, notice.data) for notice in notices], ticket, policy, public=public)
        return title[:200], text

    marks = frozenset(mark for notice in notices for mark in notice.marks)
    documents = tuple(document for notice in notices for document in notice.documents)
    pages = [notice.data.get("page") for notice in notices] + ([] if public else [page_of(ticket, policy)])
    known = frozenset(page for page in pages if page)
    return Note(public=public, words=words, marks=marks, documents=documents, pages=known)
