"""The laws of a ticket's clocks: the helpdesk's own history decides when they run."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.businesstime import BusinessCalendar
from connector.domain.ticket import Article, Change, Ticket
from connector.domain.vocabulary import Actor, Channel, Priority, TicketState
from connector.rules.timeline import Counter, Interval, resolved_at, runs
from tests.builders import T0, at, default_policy, incident, moved, note, said

POLICY = default_policy()
ANSWER = said("Is the router on?", T0, Actor.AGENT)
ALWAYS, OFFICE = POLICY.calendar(Priority.P1), POLICY.rfo_calendar
FAR = at(days=400)

calendars = st.sampled_from([ALWAYS, OFFICE])
spans = st.timedeltas(timedelta(), timedelta(days=20))
intervals = st.lists(st.integers(0, 60 * 24 * 30), min_size=1, max_size=8, unique=True).map(
    lambda minutes: _runs_of(sorted(minutes))
)
states = st.lists(
    st.tuples(st.integers(0, 20_000), st.sampled_from(TicketState), st.sampled_from(Actor)), max_size=8
).map(lambda steps: sorted(steps, key=lambda step: step[0]))


def _runs_of(minutes: list[int]) -> tuple[Interval, ...]:
    """Alternating start and end; the last run is open if its end is missing."""
    ends: list[int | None] = [*minutes[1::2]]
    if len(minutes) % 2:
        ends.append(None)
    starts = minutes[::2]
    return tuple(
        Interval(at(minutes=start), None if end is None else at(minutes=end))
        for start, end in zip(starts, ends, strict=True)
    )


def lived(steps: list[tuple[int, TicketState, Actor]], created_by: Actor = Actor.CUSTOMER) -> Ticket:
    """A ticket that support answered at once, opened new, and that went through ``steps`` (minutes, state, who)."""
    old, history = TicketState.NEW, list[Change]()
    for minute, state, actor in steps:
        history.append(moved(old, state, at(minutes=minute), actor))
        old = state
    return incident(state=old, history=tuple(history), created_by=created_by, articles=(ANSWER,))


@given(calendar=calendars, clocks=intervals, length=spans)
def test_at_its_deadline_a_length_has_run_and_not_a_moment_before(
    calendar: BusinessCalendar, clocks: tuple[Interval, ...], length: timedelta
) -> None:
    """The inverse law of ``elapsed`` and ``deadline``."""
    due = Counter.of(calendar, clocks).deadline(length)

    if due is None:
        assert Counter.of(calendar, clocks).elapsed(FAR) < length
    elif length:
        assert Counter.of(calendar, clocks).elapsed(due) == length
        assert Counter.of(calendar, clocks).elapsed(due - timedelta(microseconds=1)) < length


@given(calendar=calendars, clocks=intervals, first=st.integers(0, 50_000), second=st.integers(0, 50_000))
def test_clocks_never_run_backwards(
    calendar: BusinessCalendar, clocks: tuple[Interval, ...], first: int, second: int
) -> None:
    earlier, later = sorted((at(minutes=first), at(minutes=second)))

    clock = Counter.of(calendar, clocks)

    assert clock.elapsed(earlier) <= clock.elapsed(later)
    assert clock.elapsed(later) - clock.elapsed(earlier) <= later - earlier


@given(calendar=calendars, clocks=intervals, until=st.integers(0, 50_000))
def test_the_runs_add_up(calendar: BusinessCalendar, clocks: tuple[Interval, ...], until: int) -> None:
    moment = at(minutes=until)

    assert Counter.of(calendar, clocks).elapsed(moment) == sum(
        (Counter.of(calendar, (run,)).elapsed(moment) for run in clocks), start=timedelta()
    )


@given(
    length=st.timedeltas(timedelta(hours=2), timedelta(days=10)), pause=st.timedeltas(timedelta(0), timedelta(days=5))
)
def test_a_pause_moves_a_deadline_by_its_own_length(length: timedelta, pause: timedelta) -> None:
    paused = (Interval(T0, at(hours=1)), Interval(at(hours=1) + pause, None))

    assert Counter.of(ALWAYS, paused).deadline(length) == T0 + length + pause


@given(steps=states, created_by=st.sampled_from(Actor))
def test_runs_are_in_order_and_apart(steps: list[tuple[int, TicketState, Actor]], created_by: Actor) -> None:
    found = runs(lived(steps, created_by), POLICY)

    assert all(run.end is not None for run in found[:-1])
    edges = [edge for run in found for edge in run if edge is not None]
    assert edges == sorted(edges)


@given(steps=states)
def test_clocks_run_now_exactly_if_the_state_lets_them(steps: list[tuple[int, TicketState, Actor]]) -> None:
    ticket = lived(steps)
    found = runs(ticket, POLICY)
    running = bool(found) and found[-1].end is None
    last_actor = steps[-1][2] if steps else Actor.CUSTOMER

    paused = ticket.state is TicketState.PENDING_CUSTOMER and last_actor.is_trusted
    assert running == (not ticket.state.is_over and not paused)


@given(steps=states)
def test_what_a_customer_calls_waiting_changes_no_clock(steps: list[tuple[int, TicketState, Actor]]) -> None:
    """P20: pauses set by customers count as open."""
    honest = [
        (
            minute,
            TicketState.OPEN if state is TicketState.PENDING_CUSTOMER and not actor.is_trusted else state,
            actor,
        )
        for minute, state, actor in steps
    ]

    assert runs(lived(steps), POLICY) == runs(lived(honest), POLICY)


@pytest.mark.parametrize("state", [TicketState.RESOLVED, TicketState.CLOSED, TicketState.CANCELLED])
def test_a_ticket_that_is_over_runs_no_clock(state: TicketState) -> None:
    assert runs(lived([(30, state, Actor.AGENT)]), POLICY) == (Interval(T0, at(minutes=30)),)


def test_a_ticket_opened_as_waiting_on_the_phone_begins_when_the_customer_answers() -> None:
    answered = moved(TicketState.PENDING_CUSTOMER, TicketState.OPEN, at(hours=2), Actor.CUSTOMER)
    by_phone = incident(history=(answered,), channel=Channel.PHONE, created_by=Actor.AGENT)
    by_mail = incident(history=(answered,), channel=Channel.EMAIL, created_by=Actor.CUSTOMER)

    assert runs(by_phone, POLICY) == (Interval(at(hours=2), None),)
    assert runs(by_mail, POLICY) == (Interval(T0, None),)


@pytest.mark.parametrize(
    ("steps", "since"),
    [
        ([], None),
        ([(10, TicketState.CLOSED, Actor.AGENT)], at(minutes=10)),
        ([(10, TicketState.RESOLVED, Actor.AGENT), (20, TicketState.CLOSED, Actor.SYSTEM)], at(minutes=10)),
        ([(10, TicketState.CLOSED, Actor.AGENT), (20, TicketState.OPEN, Actor.CUSTOMER)], None),
        (
            [
                (10, TicketState.CLOSED, Actor.AGENT),
                (20, TicketState.OPEN, Actor.CUSTOMER),
                (30, TicketState.CLOSED, Actor.AGENT),
            ],
            at(minutes=30),
        ),
    ],
    ids=["open", "closed", "resolved then closed", "reopened", "resolved again"],
)
def test_since_when_the_incident_is_over(steps: list[tuple[int, TicketState, Actor]], since: datetime | None) -> None:
    assert resolved_at(lived(steps)) == since


def test_a_ticket_created_closed_is_over_since_its_creation() -> None:
    assert resolved_at(incident(state=TicketState.CLOSED)) == T0


PENDING, OPEN = TicketState.PENDING_CUSTOMER, TicketState.OPEN
QUESTION = said("Is the router on?", at(hours=1), Actor.AGENT)


def waiting(*articles: Article, since: float = 1, until: float | None = None) -> tuple[Interval, ...]:
    """When the clocks of a ticket ran that support parked as waiting."""
    history = [moved(OPEN, PENDING, at(hours=since))]
    if until is not None:
        history.append(moved(PENDING, OPEN, at(hours=until)))
    return runs(incident(state=history[-1].new, history=tuple(history), articles=articles), POLICY)


def test_the_customers_answer_ends_the_pause_whatever_the_state_says() -> None:
    answer = said("Yes. Still dead!", at(hours=3))

    assert waiting(QUESTION, answer) == (Interval(T0, at(hours=1)), Interval(at(hours=3), None))


def test_whoever_was_told_nothing_is_not_waited_for() -> None:
    """An unanswered ticket that is parked as waiting stays under its response clock."""
    note = said("Waiting for them.", at(hours=1), Actor.AGENT, internal=True)

    assert waiting() == waiting(note) == (Interval(T0, None),)


def test_a_pause_begins_with_the_message_where_that_comes_later() -> None:
    assert waiting(QUESTION, since=0.5) == (Interval(T0, at(hours=1)),)


def test_nobody_is_waited_for_before_they_could_read_the_question() -> None:
    """A note that is made public later was heard of then, whatever was said in between."""
    shown = QUESTION.model_copy(update={"made_public_at": at(hours=4)})
    in_between = said("Any news?", at(hours=3))

    assert waiting(shown, in_between) == (Interval(T0, at(hours=4)),)


def test_the_next_question_pauses_anew() -> None:
    again = said("And the second one?", at(hours=5), Actor.AGENT)

    assert waiting(QUESTION, said("Yes.", at(hours=3)), again, until=6) == (
        Interval(T0, at(hours=1)),
        Interval(at(hours=3), at(hours=5)),
        Interval(at(hours=6), None),
    )


@pytest.mark.parametrize("author", [Actor.SYSTEM, Actor.CONNECTOR, Actor.MACHINE, Actor.STRANGER])
def test_only_the_customers_own_message_ends_it(author: Actor) -> None:
    assert waiting(QUESTION, said("noted", at(hours=3), author)) == (Interval(T0, at(hours=1)),)


def opened_by_mail(
    sender: Actor, minutes: float, *more: Change, opener: Actor = Actor.STRANGER, **values: Any
) -> Ticket:
    """We wait for the customer for an hour, then a mail of ``sender`` opens the ticket so many minutes later."""
    waits = moved(TicketState.OPEN, TicketState.PENDING_CUSTOMER, at(minutes=1))
    opens = moved(TicketState.PENDING_CUSTOMER, TicketState.OPEN, at(hours=1, minutes=minutes), opener)
    mail = said("We are out of office.", at(hours=1), sender)
    articles = (ANSWER, mail, *values.pop("articles", ()))
    return incident(state=TicketState.OPEN, history=(waits, opens, *more), articles=articles, **values)


@pytest.mark.parametrize("sender", [Actor.MACHINE, Actor.STRANGER])
@pytest.mark.parametrize(("minutes", "opener"), [(0, Actor.CUSTOMER), (3, Actor.SYSTEM)])
def test_a_mail_that_is_not_the_customers_ends_no_opened_by_mail(sender: Actor, minutes: float, opener: Actor) -> None:
    """Zammad opens the ticket in the sender's name, an automation of Jira's a moment later."""
    pause = (Interval(T0, at(minutes=1)),)

    assert runs(opened_by_mail(sender, minutes, opener=opener), POLICY) == pause
    answered = opened_by_mail(
        sender, minutes, opener=opener, articles=(said("Yes.", at(hours=9)), said("?", at(hours=10)))
    )
    assert runs(answered, POLICY) == (*pause, Interval(at(hours=9), None))
    asks = said("And now?", at(hours=11), Actor.AGENT)
    asked = opened_by_mail(sender, minutes, opener=opener, articles=(said("Yes.", at(hours=9)), asks))
    assert runs(asked, POLICY) == (*pause, Interval(at(hours=9), None))
    opens = moved(TicketState.OPEN, TicketState.RESOLVED, at(hours=2))
    again = moved(TicketState.RESOLVED, TicketState.OPEN, at(hours=3))
    assert runs(opened_by_mail(sender, minutes, opens, again, opener=opener), POLICY) == (
        *pause,
        Interval(at(hours=3), None),
    )


@pytest.mark.parametrize(("sender", "opener"), [(Actor.CUSTOMER, Actor.CUSTOMER), (Actor.MACHINE, Actor.AGENT)])
def test_what_the_customer_writes_or_support_sets_ends_it(sender: Actor, opener: Actor) -> None:
    assert runs(opened_by_mail(sender, 0, opener=opener), POLICY)[1:] == (Interval(at(hours=1), None),)


def test_what_the_customer_says_on_a_duplicate_ends_it_too() -> None:
    waits = moved(TicketState.OPEN, TicketState.PENDING_CUSTOMER, at(minutes=1))
    told = note({"duplicate-noted-9-12", "customer-said-9-12"}, at(hours=2))
    ticket = incident(state=TicketState.PENDING_CUSTOMER, history=(waits,), articles=(ANSWER, note({"level-2"}), told))

    assert runs(ticket, POLICY) == (Interval(T0, at(minutes=1)), Interval(at(hours=2), None))
