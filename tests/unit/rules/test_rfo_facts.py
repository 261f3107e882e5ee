"""R32: which outages an RFO is about, and the facts of them that its customer has seen."""

from typing import Any

import pytest

from connector.domain.ticket import Change, Ticket
from connector.domain.vocabulary import Actor, Priority, RfoStatus, TicketState
from connector.rules.case import Case
from connector.rules.outages import outages
from connector.rules.rfo_facts import Sent, covered, fact_text, facts, highest_priority, restored, sent
from tests.builders import at, changed, complete, default_policy, incident, moved, note, said
from tests.unit.rules.passes import with_values

POLICY = default_policy()
OPEN, CLOSED = TicketState.OPEN, TicketState.CLOSED
TWICE = ((OPEN, CLOSED, 2), (CLOSED, OPEN, 5), (OPEN, CLOSED, 6))


def lived(*states: tuple[TicketState, TicketState, float], **fields: Any) -> Ticket:
    """An incident with these moves, each after so many hours."""
    moves = tuple(moved(old, new, at(hours=hours)) for old, new, hours in states)
    return incident(complete(**fields), state=moves[-1].new, history=moves, articles=(said("Line down."),))


def prioritised(*steps: tuple[Priority | None, Priority | None, float, Actor], now: Priority | None = None) -> Ticket:
    about = lived((OPEN, CLOSED, 2), priority=now)
    history = [changed("priority", old, new, at(hours=hours), actor) for old, new, hours, actor in steps]
    return with_values(about, history=tuple(sorted((*about.history, *history), key=lambda one: one.at)))


P1, P2, P3, P4 = Priority
AGENT, CUSTOMER = Actor.AGENT, Actor.CUSTOMER


@pytest.mark.parametrize(
    ("ticket", "highest"),
    [
        (prioritised((None, P3, 0, AGENT), (P3, P1, 1, AGENT), (P1, P3, 1.5, AGENT), now=P3), P1),
        (prioritised((None, P3, 0, AGENT), (P3, P1, 1, CUSTOMER), now=P1), P3),
        (prioritised((None, P3, 0, AGENT), (P3, P2, 2, AGENT), now=P2), P2),
        (prioritised((None, P3, 0, AGENT), (P3, P2, 3, AGENT), now=P2), P3),
        (prioritised((P2, None, 0, AGENT), now=None), P4),
        (prioritised(now=P2), P2),
        (prioritised(), P4),
    ],
    ids=["raised", "by-the-customer", "at-the-end", "afterwards", "taken-back", "no-history", "none"],
)
def test_the_highest_priority_is_the_one_somebody_decided_while_it_was_going_on(
    ticket: Ticket, highest: Priority
) -> None:
    assert highest_priority(ticket, outages(ticket), P4) is highest


def test_the_timeline_in_words() -> None:
    """What the customer has seen of two outages, and neither what they did to a field nor what support undid."""
    history = (
        changed("priority", None, P3, at(), Actor.CONNECTOR),
        changed("priority", P3, P3, at(minutes=1), AGENT),
        changed("priority", P3, P2, at(hours=0.5), AGENT),
        changed("priority", P2, P1, at(hours=0.6), CUSTOMER),
        changed("priority", P2, None, at(hours=0.7), AGENT),
        changed("escalation_level", None, 1, at(), Actor.CONNECTOR),
        changed("escalation_level", 1, 2, at(hours=0.8), Actor.CONNECTOR),
        changed("escalation_level", 2, 1, at(hours=0.9), Actor.CONNECTOR),
        changed("escalation_level", 1, 3, at(hours=0.9), AGENT),
        changed("escalation_level", None, 4, at(hours=1), Actor.CONNECTOR),
        changed("escalation_level", 4, None, at(hours=1.1), Actor.CONNECTOR),
        changed("escalation_level", 4, 9, at(hours=1.2), Actor.CONNECTOR),
        changed("escalation_level", 4, 5, at(hours=7), Actor.CONNECTOR),
    )
    about = lived((OPEN, CLOSED, 2), (CLOSED, OPEN, 5), (OPEN, TicketState.CANCELLED, 6))
    about = with_values(
        about,
        history=tuple(sorted((*about.history, *history), key=lambda one: one.at)),
        articles=(
            *about.articles,
            said("We look.", at(hours=0.2), AGENT),
            said("It is the duct.", at(hours=1.5), AGENT),
            said("Bob did it.", at(hours=1.6), AGENT, internal=True),
        ),
    )
    found = facts(about, outages(about), POLICY)

    case = Case(about, POLICY, at(hours=8))
    assert [(one.at, fact_text(case, one)) for one in found] == [
        (at(), "Incident reported"),
        (at(), "Priority set to P3 minor"),
        (at(hours=0.2), "First response"),
        (at(hours=0.5), "Priority set to P2 major"),
        (at(hours=0.8), "Escalated to level 2 (shift manager)"),
        (at(hours=1), "Escalated to level 4 (director)"),
        (at(hours=1.2), "Escalated to level 9"),
        (at(hours=1.5), "Update sent"),
        (at(hours=2), "Service restored"),
        (at(hours=5), "The fault was back"),
        (at(hours=6), "Incident ended"),
    ]
    assert facts(about, (), POLICY) == ()


def test_a_later_outage_alone_begins_with_again() -> None:
    about = lived(*TWICE)

    assert [one.what for one in facts(about, outages(about)[1:], POLICY)] == ["again", "restored"]


# Which outages it is about, and which versions have gone out


def delivered(*hours: float, actor: Actor = AGENT) -> tuple[Change, ...]:
    return tuple(changed("rfo_status", RfoStatus.DUE, RfoStatus.DELIVERED, at(hours=each), actor) for each in hours)


def living(*more: Change, marks: dict[str, float] | None = None) -> Ticket:
    """Down from 0 to 2 h, from 5 to 6 h and from 9 to 10 h."""
    about = lived(*TWICE, (CLOSED, OPEN, 9), (OPEN, CLOSED, 10))
    history = tuple(sorted((*about.history, *more), key=lambda one: one.at))
    notes = tuple(note({mark}, at(hours=hours)) for mark, hours in (marks or {}).items())
    return with_values(about, history=history, articles=(*about.articles, *notes))


@pytest.mark.parametrize(
    ("about", "number", "ends"),
    [
        (living(), 1, [2, 6, 10]),
        (living(marks={"rfo-sent-1-1-final-801": 7}), 1, [2, 6]),
        (living(marks={"rfo-sent-1-2-final-802": 11, "rfo-sent-1-1-preliminary-801": 3}), 1, [2]),
        (living(marks={"rfo-sent-1-1-final-801": 6}), 1, [2, 6]),
        (living(marks={"rfo-sent-1-1-final-801": 1}), 1, [10]),
        (living(marks={"rfo-sent-2-1-final-801": 7}), 1, [2, 6, 10]),
        (living(*delivered(3)), 1, [2, 6, 10]),
        (living(*delivered(3)), 2, [6, 10]),
        (living(*delivered(2)), 2, [6, 10]),
        (living(*delivered(3, 7)), 2, [6, 10]),
        (living(*delivered(3, 7)), 3, [10]),
        (living(*delivered(3)), 3, [2, 6, 10]),
        (living(*delivered(3, actor=CUSTOMER)), 2, [2, 6, 10]),
        (living(changed("rfo_status", None, RfoStatus.DUE, at(hours=3))), 2, [2, 6, 10]),
        (living(*delivered(11)), 2, [10]),
        (incident(), 1, []),
    ],
)
def test_an_rfo_is_about_the_outages_since_the_one_before_until_its_first_version(
    about: Ticket, number: int, ends: list[float]
) -> None:
    assert [one.ended for one in covered(about, number)] == [at(hours=hours) for hours in ends]
    assert restored(about, number) == (at(hours=ends[-1]) if ends else None)


def test_without_an_incident_nothing_was_restored() -> None:
    assert restored(None, 1) is None


def test_versions_that_have_gone_out_in_their_order() -> None:
    about = living(
        marks={
            "rfo-sent-1-2-final-802": 3,
            "rfo-sent-1-1-preliminary-801": 2,
            "rfo-sent-11-1-final-803": 4,
            "rfo-sent-1-x-final-804": 4,
            "rfo-sent-1-3-final": 4,
            "rfo-draft-1-3-final-805": 4,
        }
    )

    assert sent(about, 1) == (Sent(1, False, "801", at(hours=2)), Sent(2, True, "802", at(hours=3)))


def test_the_end_comes_after_the_message_of_its_second_and_levels_are_named_as_on_the_ladder_then() -> None:
    """SVC-1003 has a ladder of its own."""
    ended = moved(OPEN, TicketState.CANCELLED, at(hours=2))
    risen = changed("escalation_level", 1, 2, at(hours=1), Actor.CONNECTOR)
    about = incident(
        complete(service_id="SVC-1003"),
        state=TicketState.CANCELLED,
        history=(risen, ended),
        articles=(said("Line down."), said("A duplicate.", at(hours=2), AGENT)),
    )
    found = facts(about, outages(about), POLICY)
    own = POLICY.ladder_of("SVC-1003", about.began_at).levels[1].name

    assert [fact.what for fact in found] == ["reported", "level", "first_response", "ended"]
    assert found[1].data == {"level": 2, "name": own}
    assert own != POLICY.ladder_of(None, about.began_at).levels[1].name
