"""A past ticket under another policy: what people did stays, what the rules do follows the policy."""

from datetime import timedelta

from connector.domain.fields import Fields
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor, Duplicate, Impact, Priority, TicketState
from connector.policy.kinds import Span
from connector.policy.models import Policy
from connector.simulation.acts import Act
from connector.simulation.difference import compare
from connector.simulation.replay import replay, settled
from connector.simulation.report import compared
from tests.builders import T0, at, changed, default_policy, incident, moved, note, said

POLICY = default_policy()
UNTIL = at(days=2)
COMPLETE = "Service ID: SVC-1005\nImpact: service affecting\nUrgency: high\nStart: 2026-11-23 09:40 UTC\n"
"""A P1 of Harbour Bank."""


def p1_repaired_within(length: str) -> Policy:
    targets = POLICY.priorities[Priority.P1].model_copy(update={"repair": Span(length)})
    return POLICY.model_copy(update={"priorities": {**POLICY.priorities, Priority.P1: targets}})


def reported() -> Ticket:
    """A P1 of 10:00 that support answers at 10:05 and repairs at 13:00."""
    return incident(
        Fields(priority=Priority.P3, group="service_desk"),
        state=TicketState.CLOSED,
        articles=(
            said(f"{COMPLETE}Short description: line down"),
            said("We look into it.", at(minutes=5), Actor.AGENT),
            said("Repaired.", at(hours=3), Actor.AGENT),
        ),
        history=(moved(TicketState.OPEN, TicketState.CLOSED, at(hours=3)),),
        updated_at=at(hours=3),
    )


def acts(ticket: Ticket, policy: Policy = POLICY) -> list[tuple[str, str]]:
    return [(act.rule, act.what) for act in replay(ticket, policy, UNTIL).acts]


def test_equal_policies_do_the_same() -> None:
    once, again = (replay(reported(), POLICY, UNTIL).acts for _ in range(2))

    assert once == again
    assert compare(reported(), once, again).differences == ()


def test_a_shorter_repair_time_is_missed_and_raises() -> None:
    old, new = (replay(reported(), policy, UNTIL).acts for policy in (POLICY, p1_repaired_within("90 min")))
    found = {(one.rule, one.what): one for one in compare(reported(), old, new).differences}

    assert found["targets", "missed repair"].old is None
    assert found["targets", "missed repair"].new == Act(at(minutes=90), "targets", "missed repair")
    assert found["targets", "repair due"].later == timedelta(minutes=-150)
    assert found["escalation", "level 3"].later == timedelta(minutes=-30)


def test_what_the_connector_did_then_is_left_out() -> None:
    ticket = reported()
    touched = ticket.model_copy(
        update={
            "articles": (*ticket.articles, note({"level-5", "asked"}, at(minutes=1))),
            "history": (changed("impact", None, Impact.DEGRADATION, at(minutes=1), Actor.CONNECTOR), *ticket.history),
        }
    )

    assert acts(touched) == acts(ticket)


def test_what_people_chose_stays() -> None:
    chosen = changed("impact", None, Impact.NON_SERVICE_AFFECTING, at(minutes=4))
    ticket = reported().model_copy(update={"history": (chosen, *reported().history)})

    assert ("priority", "priority P1") in acts(reported())
    assert ("priority", "priority P3") in acts(ticket)


def test_the_policys_beginning_does_not_hold_for_the_past() -> None:
    assert acts(reported(), POLICY.model_copy(update={"applies_since": at(days=300)})) == acts(reported())


def test_nothing_is_said_twice_and_nothing_happens_after_the_end() -> None:
    ticket = incident(Fields(priority=Priority.P3, group="service_desk"), articles=(said("Line down"),))
    lived = replay(ticket, POLICY, at(days=30))

    letters = [act.what for act in lived.acts if act.what.startswith("letter details")]
    assert letters == ["letter details_needed", "letter details_reminder"]
    assert not lived.restless
    assert all(T0 <= act.at <= at(days=30) for act in lived.acts if act.what.startswith("level"))


def test_only_letters_that_may_be_answered_are_put_into_words() -> None:
    asked = incident(Fields(priority=Priority.P3), state=TicketState.NEW, articles=(said("It is down."),))

    (letter,), (silent,) = (
        settled(asked, POLICY, T0, [], answered=is_answered)[0].articles[1:] for is_answered in (True, False)
    )
    later = settled(asked, POLICY, at(hours=3), [], answered=True)[0].articles[1:]

    assert letter.body
    assert silent == letter.model_copy(update={"subject": "", "body": ""})
    assert {one.internal: bool(one.body) for one in later} == {True: False, False: True}


def test_a_ticket_on_which_nobody_asked_for_what_differs_is_played_once() -> None:
    """And the result is that of playing all tickets twice."""
    small = reported().model_copy(
        update={
            "articles": (said(COMPLETE.replace("service affecting", "non-service-affecting")), *reported().articles[1:])
        }
    )
    past, shorter = [small, reported()], p1_repaired_within("90 min")
    asked: set[Priority] = set()

    replay(small, POLICY.noting(asked), UNTIL)
    report = compared(past, POLICY, shorter, UNTIL)

    assert POLICY.apart(shorter) == frozenset({Priority.P1})
    assert asked
    assert Priority.P1 not in asked
    twice = [compare(one, *(replay(one, policy, UNTIL).acts for policy in (POLICY, shorter))) for one in past]
    assert report.differing == [one for one in twice if one.differences]
    assert len(report.differing) == 1


def test_policies_that_differ_in_more_than_targets_are_both_played() -> None:
    slower = POLICY.escalation.model_copy(update={"customer_hears_of": frozenset()})
    other = POLICY.model_copy(update={"escalation": slower})

    assert POLICY.apart(other) is None
    assert POLICY.apart(POLICY.model_copy(update={"applies_since": T0})) == frozenset()
    assert compared([reported()], POLICY, other, UNTIL).differing


def test_a_duplicate_is_no_incident_of_its_own() -> None:
    fields = reported().fields.model_copy(update={"duplicate": Duplicate.CONFIRMED, "duplicate_of": "41007"})
    report = compared([reported(), reported().model_copy(update={"fields": fields})], POLICY, None, UNTIL)

    assert (report.incidents, report.others) == (1, 1)
