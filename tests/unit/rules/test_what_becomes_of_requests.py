"""R36, R39: what becomes of each request to escalate, and what support and customers are told of it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from connector.domain.decision import Outcome
from connector.domain.mark import Mark
from connector.domain.ticket import Change, Ticket
from connector.domain.vocabulary import Actor, TicketState
from connector.rules.answers import Answers, answer_notices, answers, refusals
from connector.rules.case import Case
from connector.rules.requests import Request, Source
from tests.builders import T0, at, changed, incident, moved, note
from tests.unit.rules.ladders import POLICY, triaged
from tests.unit.rules.passes import shown, with_values

CUSTOMER, AGENT, MANAGER, CONNECTOR = Actor.CUSTOMER, Actor.AGENT, Actor.MANAGER, Actor.CONNECTOR
OPEN, CLOSED = TicketState.OPEN, TicketState.CLOSED


def asks(minutes: float, actor: Actor = CUSTOMER) -> Change:
    """By the field, each with an id that tells its minute."""
    new = changed("escalation_request", None, f"at {minutes:g}", at(minutes=minutes), actor)
    return new.model_copy(update={"id": f"{minutes:g}"})


def asked(*requests: Change, marks: set[str] | None = None, unproved: set[str] | None = None, **values: Any) -> Ticket:
    proofs = note(marks or set(), at(minutes=200))
    if unproved:
        proofs = proofs.model_copy(update={"refused_marks": frozenset(map(Mark.parse, unproved))})
    more = values.pop("history", ())
    history = tuple(sorted((*requests, *more), key=lambda change: change.at))
    return triaged(history=history, articles=(proofs,), **values)


def becomes(ticket: Ticket, now: datetime = T0) -> dict[str, list[str]]:
    """The ids of the requests by what becomes of them."""
    found = answers(Case(ticket, POLICY, now))
    by = {
        "served": found.served,
        "refused": [one.request for one in found.refused],
        "late": found.too_late,
        "answered": found.answered,
    }
    assert sorted(one.id for one in found.all) == sorted(one.id for requests in by.values() for one in requests)
    return {name: [one.ref for one in requests] for name, requests in by.items() if requests}


@pytest.mark.parametrize(
    ("ticket", "expected"),
    [
        (asked(), {}),
        (asked(asks(1)), {"served": ["1"]}),
        (asked(asks(1), asks(60.9)), {"served": ["1"], "refused": ["60.9"]}),
        (asked(asks(1), asks(61)), {"served": ["1", "61"]}),
        (asked(asks(1), asks(30), asks(61)), {"served": ["1", "61"], "refused": ["30"]}),
        (asked(asks(1), asks(2, AGENT)), {"served": ["1", "2"]}),
        (asked(asks(1, AGENT), asks(2, AGENT)), {"served": ["1"], "refused": ["2"]}),
        (asked(asks(1), asks(2, MANAGER), asks(3, MANAGER)), {"served": ["1", "2", "3"]}),
        (asked(asks(1, MANAGER), asks(2), asks(3, AGENT)), {"served": ["1", "2", "3"]}),
        (asked(asks(1), asks(2), asks(3, AGENT)), {"served": ["1", "3"], "refused": ["2"]}),
    ],
    ids=[
        "nobody", "one", "within-the-hour", "an-hour-later", "refused-ones-cost-nothing", "two-parties",
        "agents-together", "managers-always", "managers-cost-nobody", "after-a-refusal",
    ],
)  # fmt: skip
def test_one_an_hour_for_customers_and_one_for_agents(ticket: Ticket, expected: dict[str, list[str]]) -> None:
    assert becomes(ticket) == expected


@pytest.mark.parametrize(
    ("ticket", "expected"),
    [
        (asked(asks(1), asks(2), marks={"request-h1"}), {"refused": ["2"]}),
        (asked(asks(1), asks(61), marks={"request-h1"}), {"served": ["61"]}),
        (asked(asks(1), asks(2), marks={"request-h1", "refused-h2"}), {"refused": ["2"]}),
        (asked(asks(1), asks(2), asks(3, AGENT), marks={"refused-h2"}), {"served": ["1", "3"], "refused": ["2"]}),
        (asked(asks(1), marks={"refused-h1"}), {}),
        (asked(asks(1), asks(61), marks={"request-h1", "refused-h61"}), {}),
        (asked(asks(1), asks(2), asks(3, AGENT), marks={"request-h1", "request-h2"}), {"served": ["3"]}),
        (asked(asks(1), asks(2), unproved={"request-h1"}), {"answered": ["1"], "refused": ["2"]}),
        (asked(asks(1), unproved={"refused-h1"}), {"answered": ["1"]}),
        (asked(asks(1), asks(2, AGENT), unproved={"level-2"}), {"served": ["1", "2"]}),
        (asked(asks(1, MANAGER), asks(2), unproved={"request-h1"}), {"answered": ["1"], "served": ["2"]}),
    ],
)
def test_what_a_note_proves_to_be_answered_is_not_answered_again(
    ticket: Ticket, expected: dict[str, list[str]]
) -> None:
    assert becomes(ticket) == expected


def level(old: int | None, new: int | None, minutes: float, actor: Actor = CONNECTOR) -> Change:
    return changed("escalation_level", old, new, at(minutes=minutes), actor)


@pytest.mark.parametrize(
    ("history", "marks", "answered"),
    [
        ((level(1, 2, 5),), set[str](), True),
        ((level(1, 2, 3),), set[str](), True),
        ((level(1, 2, 2.9),), set[str](), False),
        ((level(1, 2, 5),), {"level-2"}, False),
        ((level(1, 2, 5, AGENT),), set[str](), False),
        ((level(None, 1, 5),), set[str](), False),
        ((level(None, 2, 5),), set[str](), True),
        ((level(1, None, 5),), set[str](), False),
        ((level(2, 3, 1), level(3, 2, 2), level(2, 3, 5)), set[str](), False),
        ((level(4, 2, 2), level(2, 3, 5)), set[str](), False),
        ((level(1, 2, 2), level(2, 3, 5)), {"level-2"}, True),
        ((level(1, 2, 5), level(2, 3, 6)), {"level-3"}, True),
        ((level(1, 3, 1, AGENT), level(3, None, 2, AGENT), level(None, 2, 5)), set[str](), False),
    ],
    ids=[
        "risen-since", "at-that-moment", "before", "proved", "by-hand", "to-the-first", "from-nothing", "emptied",
        "set-back", "never-so-high", "another-proved", "the-later-one-proved", "been-higher",
    ],
)  # fmt: skip
def test_a_level_that_rose_since_without_a_note_has_answered_it(
    history: tuple[Change, ...], marks: set[str], answered: bool
) -> None:
    assert becomes(asked(asks(3), history=history, marks=marks)) == {"answered" if answered else "served": ["3"]}


def move(old: TicketState, new: TicketState, minutes: float, actor: Actor = AGENT) -> Change:
    return moved(old, new, at(minutes=minutes), actor)


OVER = move(OPEN, CLOSED, 3)


@pytest.mark.parametrize(
    ("ticket", "is_late"),
    [
        (asked(asks(5)), False),
        (asked(asks(5), state=CLOSED), True),
        (asked(asks(5), history=(OVER,), state=CLOSED), True),
        (asked(asks(2), history=(OVER,), state=CLOSED), True),
        (asked(asks(3), history=(OVER, move(CLOSED, OPEN, 9, AGENT))), True),
        (asked(asks(2), history=(OVER, move(CLOSED, OPEN, 9, AGENT))), False),
        (asked(asks(5), history=(OVER, move(CLOSED, OPEN, 6, CUSTOMER))), False),
        (asked(asks(5), history=(OVER, move(CLOSED, OPEN, 6.1, CUSTOMER))), True),
        (asked(asks(5), history=(OVER, move(CLOSED, OPEN, 5, CUSTOMER))), False),
        (asked(asks(5), history=(OVER, move(CLOSED, OPEN, 5.5, AGENT))), True),
        (asked(asks(5), history=(OVER, move(CLOSED, TicketState.RESOLVED, 5.5, CUSTOMER)), state=CLOSED), True),
        (asked(asks(5), history=(move(CLOSED, OPEN, 9),)), True),
        (asked(asks(5), history=(move(OPEN, CLOSED, 9), move(CLOSED, OPEN, 12))), False),
        (asked(asks(5), marks={"request-late-h5"}), True),
        (asked(asks(5), marks={"request-late-h6"}), False),
    ],
    ids=[
        "open", "closed-from-the-start", "closed-then", "closed-since", "closed-at-that-moment", "opened-since",
        "opened-by-it", "opened-later", "opened-with-it", "opened-by-support", "only-another-end", "closed-at-first",
        "closed-and-opened-since", "found-late", "another-found-late",
    ],
)  # fmt: skip
def test_what_is_asked_on_a_ticket_that_is_over_is_too_late(ticket: Ticket, is_late: bool) -> None:
    assert ("late" in becomes(ticket)) is is_late


# What support is told


def request(ref: str, minutes: float, actor: Actor = CUSTOMER) -> Request:
    return Request(Source.FIELD, ref, at(minutes=minutes), actor)


def test_each_kind_of_answer_is_one_note_with_who_asked_and_when() -> None:
    ticket = asked(asks(1), asks(2), asks(3, AGENT), asks(4, AGENT), marks={"request-h1"})
    case = Case(ticket, POLICY, at(minutes=5))
    given = answers(case)._replace(too_late=(request("8", 8, AGENT),), answered=(request("9", 9, MANAGER),))
    notes = shown(Outcome("x", notices=answer_notices(case, given, (request("7", 7),))), ticket, POLICY).notes

    assert [(told.public, set(told.marks), told.text.splitlines()[0]) for told in notes] == [
        (False, {"request-h7", "request-top-h7"}, line("The customer", 7)),
        (False, {"request-h9"}, line("A manager", 9)),
        (False, {"request-late-h8"}, line("An agent", 8)),
        (False, {"refused-h2", "refused-h4"}, line("The customer", 2)),
    ]
    assert line("An agent", 4) in notes[3].text
    assert "One request in 1 h is served; the next is possible from Mon 23 Nov 2026 12:03 CET" in notes[3].text


def line(who: str, minutes: int) -> str:
    return f"{who} asked for escalation on Mon 23 Nov 2026 11:0{minutes} CET (10:0{minutes} UTC)."


def test_a_refusal_that_support_was_told_of_is_not_told_again_with_the_next() -> None:
    ticket = asked(asks(1), asks(2), asks(3), marks={"request-h1", "refused-h2"})
    case = Case(ticket, POLICY, at(minutes=5))

    assert [set(told.marks) for told in answer_notices(case, answers(case), ())] == [{"refused-h3"}]


def test_what_came_too_late_is_told_for_as_long_as_details_are_asked_for() -> None:
    given = Answers((), (), (request("1", 0),), ())
    within = POLICY.intake.ask_within.fixed

    def told(now: datetime) -> int:
        return len(answer_notices(Case(incident(), POLICY, now), given, ()))

    assert (told(T0 + within), told(T0 + within + timedelta(seconds=1))) == (1, 0)


# What customers are told


def letters(ticket: Ticket, minutes: float) -> list[set[str]]:
    outcome = refusals(Case(ticket, POLICY, at(minutes=minutes)))
    assert outcome.reasons == (
        ("the customer hears why no level rises",)
        if outcome.notices
        else ("no refusal is younger than an hour",)
        if ticket.was_noted("refused", "request-top")
        else ("no request was refused",)
    )
    return [set(told.marks) for told in outcome.notices]


def test_a_customer_hears_of_a_refusal_once_support_knows_and_until_the_hour_is_over() -> None:
    ticket = asked(asks(1), asks(2), asks(3), marks={"request-h1", "refused-h2", "refused-h3"})

    assert letters(ticket, 60.9) == [{"refused-told-h1"}]
    assert letters(ticket, 61) == []
    assert letters(asked(asks(1), asks(2), marks={"request-h1"}), 3) == []
    by_agent = asked(asks(1, AGENT), asks(2, AGENT), marks={"request-h1", "refused-h2"})
    assert letters(by_agent, 3) == []
    (told,) = shown(refusals(Case(ticket, POLICY, at(minutes=3))), ticket, POLICY).notes
    assert told.public
    assert "possible from Mon 23 Nov 2026 12:01 CET (11:01 UTC)" in told.text


def test_at_the_highest_level_a_customer_hears_so_for_an_hour() -> None:
    marks = {"request-h1", "request-top-h1", "request-h2", "request-top-h2"}
    ticket = asked(asks(1), asks(2, AGENT), marks=marks)

    assert letters(ticket, 60.9) == [{"request-told-h1"}]
    assert letters(ticket, 61) == []
    assert letters(asked(asks(1), marks={"request-h1"}), 3) == []
    (told,) = shown(refusals(Case(ticket, POLICY, at(minutes=3))), ticket, POLICY).notes
    assert told.public
    assert "highest level" in told.text
    assert letters(with_values(ticket, history=()), 3) == []
