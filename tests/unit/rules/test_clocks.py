"""R36–R38: each priority has a clock of its own; a raised one counts from the moment it was raised."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.ticket import Change, Ticket
from connector.domain.vocabulary import Actor, Missed, Priority, ServiceCheck, TicketState
from connector.policy.kinds import Span
from connector.policy.models import Policy
from connector.policy.targets import OwnTargets, TargetsByContract
from connector.rules import timeline
from connector.rules.case import Case
from connector.rules.clocks import Clocks, clocks
from connector.rules.escalation import escalation
from connector.rules.targets import targets
from tests.builders import T0, at, changed, complete, default_policy, incident, moved, said
from tests.unit.rules.passes import decide

POLICY = default_policy()
FROM_CREATION = POLICY.model_copy(
    update={"escalation": POLICY.escalation.model_copy(update={"raised_priority": "from_creation"})}
)
P1, P2, P3, P4 = Priority
ANSWERED = said("We are on it.", at(minutes=10), Actor.AGENT)


def lived(*steps: tuple[float, Priority], first: Priority = P3, actor: Actor = Actor.AGENT, **values: object) -> Ticket:
    """A ticket whose priority was set at each of these hours."""
    history, old = list[Change](), first
    for hours, new in steps:
        history.append(changed("priority", old, new, at(hours=hours), actor))
        old = new
    more: tuple[Change, ...] = values.pop("history", ())  # type: ignore[assignment]
    level = values.pop("level", 1)
    in_order = tuple(sorted((*history, *more), key=lambda one: one.at))
    return incident(complete(priority=old, escalation_level=level), history=in_order, **values)  # type: ignore[arg-type]


def counted(ticket: Ticket) -> Clocks:
    return clocks(Case(ticket, POLICY, at(days=30)))


def level_at(ticket: Ticket, now: datetime) -> object:
    return decide(escalation, ticket, POLICY, now).changes["escalation_level"]


def test_the_clocks_are_those_of_the_priority_and_service_that_the_rules_before_have_decided() -> None:
    """They are counted once for all rules, but not before it is known of what."""
    found = Case(incident(complete(priority=P3, service_check=None)), POLICY, at(hours=1))
    by_default = clocks(found)

    raised, known = found.with_changes({"priority": P1}), found.with_changes({"service_check": ServiceCheck.VERIFIED})

    assert (by_default.current.priority, clocks(raised).current.priority) == (P3, P1)
    assert clocks(raised).repair.due != by_default.repair.due
    assert clocks(known) is not by_default
    assert clocks(found) is by_default


def test_nine_hours_as_p3_do_not_call_the_board_at_once() -> None:
    ticket = lived((9, P1), articles=(ANSWERED,), level=2)

    now = decide(escalation, ticket, POLICY, at(hours=9))

    assert (now.changes["escalation_level"], now.notes, now.due) == (2, (), at(hours=11))
    assert [level_at(ticket, at(hours=hours)) for hours in (10, 11, 13, 17)] == [2, 3, 4, 5]


def test_with_the_other_switch_a_raised_priority_counts_from_the_creation() -> None:
    ticket = lived((9, P1), articles=(ANSWERED,), level=2)

    assert decide(escalation, ticket, FROM_CREATION, at(hours=9)).changes["escalation_level"] == 5


def test_limits_count_from_the_change_and_are_missed_no_sooner() -> None:
    """P3's first response was missed at 4 h; that of P1 is due 15 minutes after the change."""
    ticket = lived((9, P1))

    shown = decide(targets, ticket, POLICY, at(hours=9)).changes

    assert shown == {
        "first_response_due_at": at(hours=9, minutes=15),
        "repair_due_at": at(hours=13),
        "missed_targets": Missed.FIRST_RESPONSE,
    }
    assert counted(ticket).first_response.missed_at(at(hours=9)) is None


LATE = said("We are on it.", at(hours=2), Actor.AGENT)


@pytest.mark.parametrize("policy", [POLICY, FROM_CREATION], ids=["from change", "from creation"])
def test_what_was_missed_stays_missed_whatever_the_priority_becomes(policy: Policy) -> None:
    """P2: answered after 2 h instead of 1, not repaired within 8. P1: not answered within 15 minutes."""
    raised = lived((9, P1), first=P2, articles=(LATE,), level=4)
    back = lived((9, P1), (10, P2), first=P2, articles=(LATE,), level=4)
    lowered = lived((0.5, P3), first=P1, articles=(LATE,), level=2)

    shown = [
        decide(targets, one, policy, at(hours=11)).changes.get("missed_targets") for one in (raised, back, lowered)
    ]

    assert shown == [Missed.BOTH, Missed.BOTH, Missed.FIRST_RESPONSE]


def test_nobody_is_called_twice_for_one_miss() -> None:
    """Level 4 came when the repair as P2 was missed at 8 h. The raise calls nobody; the clock of P1 does, when its time
    has come: at 17 h."""
    raised = lived((9, P1), first=P2, articles=(LATE,), level=4)

    now = decide(escalation, raised, POLICY, at(hours=9))

    assert (now.changes["escalation_level"], now.notes, now.due) == (4, (), at(hours=17))
    assert (
        decide(escalation, lived((9, P1), (10, P2), first=P2, articles=(LATE,), level=4), POLICY, at(hours=11)).notes
        == ()
    )


def test_a_missed_limit_of_the_raised_priority_raises_by_the_clock_of_that_priority() -> None:
    """Nobody has ever answered: level 2 at 4 h as P3. As P1 the answer is late at 9:15, which is level 2 again."""
    ticket = lived((9, P1), level=2)

    assert level_at(ticket, at(hours=9, minutes=20)) == 2
    assert level_at(ticket, at(hours=11)) == 3


def test_raising_moves_no_limit_away_and_no_level() -> None:
    """An hour before the repair as P3 is due, and ten minutes before level 3."""
    late = lived((47, P1), articles=(ANSWERED,), level=3)
    at_the_door = lived((23 + 5 / 6, P2), articles=(ANSWERED,), level=2)

    assert counted(late).repair.due == at(hours=48)
    assert level_at(at_the_door, at(hours=24)) == 3


def test_raising_moves_no_first_response_away() -> None:
    """A minute before that of P2 is due; as a P1 there would be a quarter of an hour more."""
    due = counted(lived(first=P2)).first_response.due
    assert due is not None
    raised = lived(((due - T0 - timedelta(minutes=1)) / timedelta(hours=1), P1), first=P2)

    assert counted(raised).first_response.due == due


def test_a_limit_of_the_priority_before_is_that_of_the_contract() -> None:
    """R36: the customer's P3 is repaired within ten hours, and was made a P1 half an hour before."""
    own = TargetsByContract(customers={"harbour": {P3: OwnTargets(repair=Span("10 h"))}})
    case = Case(lived((9.5, P1), articles=(ANSWERED,)), POLICY.model_copy(update={"targets": own}), at(hours=9.5))

    assert clocks(case).repair.due == at(hours=10)


def test_a_limit_that_was_passed_at_the_moment_of_the_raise_is_past() -> None:
    assert counted(lived((48, P1), articles=(ANSWERED,))).repair.due == at(hours=52)


def test_what_was_lowered_and_raised_again_adds_up() -> None:
    """Half an hour as P1, four hours as P3: half an hour is left until level 2 of P1."""
    ticket = lived((0.5, P3), (4.5, P1), first=P1, articles=(ANSWERED,))

    assert decide(escalation, ticket, POLICY, at(hours=4.5)).due == at(hours=5)
    assert counted(ticket).repair.due == at(hours=8)


def test_time_at_a_higher_priority_counts_for_the_lower_one() -> None:
    ticket = lived((0.5, P3), first=P1, articles=(ANSWERED,))

    assert decide(escalation, ticket, POLICY, at(hours=1)).due == at(hours=8)


def test_a_level_of_the_time_before_comes_as_if_the_connector_had_been_there() -> None:
    """Two and a half hours as P1 while it was off, then P3."""
    ticket = lived((2.5, P3), first=P1, articles=(ANSWERED,))

    outcome = decide(escalation, ticket, POLICY, at(hours=3))

    assert outcome.changes["escalation_level"] == 3
    assert outcome.notes[0].marks == {"level-2", "level-3", "customer-hears-3"}


def test_what_a_customer_set_was_never_a_priority() -> None:
    """P20: not even until somebody of support chose one."""
    forged = changed("priority", P3, P1, at(hours=1), Actor.CUSTOMER)
    chosen = changed("priority", P1, P2, at(hours=3))
    taken_back = changed("priority", P1, P3, at(hours=20), Actor.CONNECTOR)

    assert counted(incident(complete(), history=(forged, taken_back))) == counted(incident(complete()))
    assert counted(incident(complete(priority=P2), history=(forged, chosen))) == counted(lived((3, P2)))


def test_pauses_stop_the_clock_of_every_priority() -> None:
    waits = moved(TicketState.OPEN, TicketState.PENDING_CUSTOMER, at(hours=10))
    back = moved(TicketState.PENDING_CUSTOMER, TicketState.OPEN, at(hours=12))
    ticket = lived((9, P1), articles=(ANSWERED,), history=(waits, back), level=2)

    assert counted(ticket).repair.due == at(hours=15)


def test_while_it_waits_no_limit_of_any_priority_comes() -> None:
    waits = moved(TicketState.OPEN, TicketState.PENDING_CUSTOMER, at(hours=1))
    ticket = lived((2, P1), articles=(ANSWERED,), history=(waits,), state=TicketState.PENDING_CUSTOMER)

    assert counted(ticket).repair.due is None


def test_an_unknown_priority_counts_as_the_default() -> None:
    ticket = incident(complete(priority=None), history=(changed("priority", P1, None, at(hours=1)),))

    assert [clock.priority for clock in counted(ticket).each] == [P1, P3]


class TestWhatTheConnectorSet:
    """Its change counts from what brought it: the clock does not depend on when it looked."""

    def test_the_first_priority_counts_from_the_creation(self) -> None:
        ticket = lived((0.001, P1), actor=Actor.CONNECTOR)

        assert counted(ticket).first_response.due == at(minutes=15)

    def test_a_worse_statement_counts_from_its_message_however_late_it_was_read(self) -> None:
        worse = said("Everything is down now.\nImpact: service affecting\nUrgency: high", at(hours=5))
        ticket = lived((7, P1), actor=Actor.CONNECTOR, articles=(ANSWERED, worse))

        assert counted(ticket).repair.due == at(hours=9)

    def test_it_is_so_before_the_change_is_written(self) -> None:
        worse = said("Impact: service affecting\nUrgency: high", at(hours=5))
        ticket = lived(articles=(ANSWERED, worse))
        decided = Case(ticket, POLICY, at(hours=7)).with_changes({"priority": P1})

        assert clocks(decided).repair.due == at(hours=9)

    def test_of_several_messages_the_one_that_made_the_difference_counts(self) -> None:
        fields = complete(impact=None, urgency=None, priority=P1)
        words = (
            said("Our line is slow.\nImpact: degradation\nUrgency: medium", T0),
            said("Impact: service affecting\nUrgency: high", at(hours=2)),
            said("Any news?", at(hours=3)),
        )
        ticket = incident(fields, articles=words, history=(changed("priority", P3, P1, at(hours=4), Actor.CONNECTOR),))

        assert counted(ticket).repair.due == at(hours=6)

    def test_without_any_message_it_counts_from_the_look(self) -> None:
        """Another policy."""
        looked = changed("escalation_level", None, 1, at(minutes=1), Actor.CONNECTOR)
        ticket = lived((9, P1), actor=Actor.CONNECTOR, articles=(ANSWERED,), history=(looked,))

        assert counted(ticket).repair.due == at(hours=13)


steps = st.lists(st.tuples(st.integers(0, 6_000), st.sampled_from(Priority)), max_size=6).map(sorted)


@given(steps=steps, first=st.sampled_from(Priority), minutes=st.lists(st.integers(0, 6_000), max_size=4))
def test_each_clock_has_run_for_the_minutes_at_its_priority_or_higher(
    steps: list[tuple[int, Priority]], first: Priority, minutes: list[int]
) -> None:
    """Against counting minute by minute."""
    ticket = lived(*((minute / 60, priority) for minute, priority in steps), first=first)
    held = [first] * 6_001
    for minute, priority in steps:
        held[minute:] = [priority] * (6_001 - minute)
    for clock in counted(ticket).each:
        for until in minutes:
            ran = sum(priority <= clock.priority for priority in held[:until])
            assert clock.counter.elapsed(at(minutes=until)) == timedelta(minutes=ran)


@given(steps=steps, minute=st.integers(0, 6_000), raised=st.sampled_from(Priority))
def test_raising_makes_nothing_later(steps: list[tuple[int, Priority]], minute: int, raised: Priority) -> None:
    """The law of R38: levels reached by any moment, with a higher priority from some moment on, are no lower."""
    before = [step for step in steps if step[0] <= minute]
    was = before[-1][1] if before else P3
    if raised >= was:
        return
    calm = lived(*((m / 60, p) for m, p in before), articles=(ANSWERED,), level=None)
    worse = lived(*((m / 60, p) for m, p in [*before, (minute, raised)]), articles=(ANSWERED,), level=None)
    for later in (0, 30, 90, 600, 3_000):
        now = at(minutes=minute + later)
        assert level_at(worse, now) >= level_at(calm, now)  # type: ignore[operator]


@pytest.mark.parametrize("priority", list(Priority))
def test_one_that_never_changed_has_one_clock(priority: Priority) -> None:
    (clock,) = counted(lived(first=priority)).each

    assert (clock.priority, clock.counter.runs) == (priority, timeline.runs(lived(first=priority), POLICY))


@pytest.mark.parametrize("policy", [POLICY, FROM_CREATION], ids=["from change", "from creation"])
@given(steps=steps, first=st.sampled_from(Priority), looks=st.tuples(st.integers(0, 6_000), st.integers(0, 6_000)))
def test_what_was_missed_at_one_look_is_missed_at_every_later_one(
    policy: Policy, steps: list[tuple[int, Priority]], first: Priority, looks: tuple[int, int]
) -> None:
    """Whatever the priority has become since."""

    def missed(minute: int) -> set[str]:
        so_far = lived(*((step / 60, priority) for step, priority in steps if step <= minute), first=first)
        return set(clocks(Case(so_far, policy, at(minutes=minute))).missed(at(minutes=minute)))

    early, late = map(missed, sorted(looks))
    assert early <= late
