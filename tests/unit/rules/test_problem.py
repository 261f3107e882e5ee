"""R28, R30: a resolved critical or major incident gets a problem record, open until cause and fix are stated."""

from datetime import datetime
from typing import Any

import pytest

from connector.domain.decision import Shared
from connector.domain.past import OpenProblem
from connector.domain.ticket import LinkedTicket, Ticket
from connector.domain.vocabulary import Priority, ProblemState, ServiceCheck, TicketState
from connector.rules.problem import problem
from tests.builders import T0, at, complete, default_policy, incident, moved, note
from tests.unit.rules.passes import decide

POLICY = default_policy()
LATER = at(minutes=30)


def resolved(priority: Priority | None, state: TicketState = TicketState.CLOSED, **values: Any) -> Ticket:
    return incident(complete(priority=priority), state=state, **values)


@pytest.mark.parametrize("priority", [Priority.P1, Priority.P2])
@pytest.mark.parametrize("state", [TicketState.RESOLVED, TicketState.CLOSED])
def test_a_resolved_critical_or_major_incident_gets_a_record(priority: Priority, state: TicketState) -> None:
    (new,) = decide(problem, resolved(priority, state), POLICY, LATER).creates

    assert new.key == "problem:7"
    assert new.group == "problems"
    assert new.fields == {
        "priority": priority,
        "service_id": "SVC-1005",
        "service_check": ServiceCheck.VERIFIED,
        "problem_start": T0,
        "problem_state": ProblemState.INVESTIGATING,
    }
    assert "41007" in new.title


def test_only_after_a_wait_in_which_a_person_may_link_one() -> None:
    closed = moved(TicketState.OPEN, TicketState.CLOSED, at(minutes=50))
    incident_ = resolved(Priority.P1, history=(closed,))
    waiting = decide(problem, incident_, POLICY, at(minutes=79))

    assert (waiting.creates, waiting.due) == ((), at(minutes=80))
    assert len(decide(problem, incident_, POLICY, at(minutes=80)).creates) == 1


def test_a_link_that_was_taken_away_is_left_to_people() -> None:
    linked = resolved(Priority.P1, articles=(note({"problem-linked-9"}),))
    assert decide(problem, linked, POLICY, LATER).creates == ()


def test_whose_service_it_is_has_to_be_sure_before_a_record_is_shared() -> None:
    unknown = complete(priority=Priority.P1, service_check=ServiceCheck.FOREIGN)
    (new,) = decide(problem, incident(unknown, state=TicketState.CLOSED), POLICY, LATER).creates
    assert new.shared is None


def shared() -> Shared:
    """What a resolved P1 on SVC-1005 shares."""
    (new,) = decide(problem, resolved(Priority.P1), POLICY, LATER).creates
    assert new.shared is not None
    return new.shared


@pytest.mark.parametrize(
    ("service", "began", "belongs"),
    [
        ("svc-1005", None, True),
        ("svc-1005", at(days=-300), True),
        ("svc-1006", at(hours=-2), True),
        ("svc-1006", at(hours=2), True),
        ("svc-1006", at(hours=2, seconds=1), False),
        ("svc-1006", None, False),
        ("svc-1001", T0, False),
    ],
)
def test_an_incident_belongs_to_the_open_record_of_its_service_or_of_its_region_at_that_time(
    service: str, began: datetime | None, belongs: bool
) -> None:
    problem_ = OpenProblem(id="9", services=frozenset({service}), began=began)
    assert (shared().record([problem_]) is problem_) is belongs


def test_the_service_counts_before_the_region_and_the_eldest_before_others() -> None:
    own = [OpenProblem(id=number, services=frozenset({"svc-1005"})) for number in ("10", "9")]
    near = OpenProblem(id="8", services=frozenset({"svc-1006"}), began=T0)
    assert shared().record([near, *own]) is own[1]


def test_two_of_one_region_ask_for_the_same_place() -> None:
    assert shared().places == ("circuit:ham-eth-0108", "region:hamburg", "service:svc-1005")


@pytest.mark.parametrize(("names", "alike"), [({"service"}, {"svc-1005"}), ({"circuit"}, {"svc-1005"}), ((), None)])
def test_the_policy_says_what_is_one_outage(names: Any, alike: Any) -> None:
    rules = POLICY.problem.model_copy(update={"one_record_for": tuple(names)})
    policy = POLICY.model_copy(update={"problem": rules})
    (new,) = decide(problem, resolved(Priority.P1), policy, LATER).creates
    assert (new.shared and set(new.shared.services)) == alike
    assert not (new.shared and new.shared.nearby)


@pytest.mark.parametrize(
    ("priority", "state"),
    [
        (Priority.P3, TicketState.CLOSED),
        (Priority.P4, TicketState.CLOSED),
        (None, TicketState.CLOSED),
        (Priority.P1, TicketState.OPEN),
        (Priority.P1, TicketState.PENDING_CUSTOMER),
        (Priority.P1, TicketState.CANCELLED),
    ],
)
def test_no_other_does(priority: Priority | None, state: TicketState) -> None:
    assert decide(problem, resolved(priority, state), POLICY, LATER).creates == ()


@pytest.mark.parametrize("key", ["problem:7", "problem:12"])
def test_one_record_may_stand_for_several_incidents(key: str) -> None:
    link = LinkedTicket(id="9", number="41009", state=TicketState.OPEN, created_by_connector=True, connector_key=key)
    assert decide(problem, resolved(Priority.P1, links=(link,)), POLICY, LATER).creates == ()


@pytest.mark.parametrize(("key", "ours"), [("problem:7", False), ("rfo:7", True), (None, True)])
def test_no_other_linked_ticket_does(key: str | None, ours: bool) -> None:
    link = LinkedTicket(id="9", number="41009", state=TicketState.OPEN, created_by_connector=ours, connector_key=key)
    assert len(decide(problem, resolved(Priority.P1, links=(link,)), POLICY, LATER).creates) == 1


def test_a_workaround_is_told_once_on_an_open_incident_and_again_when_it_changes() -> None:
    def linked(workaround: str, **values: Any) -> Ticket:
        link = LinkedTicket(
            id="9", number="41009", state=TicketState.OPEN, created_by_connector=True, connector_key="problem:1"
        ).model_copy(update={"workaround": workaround})
        return incident(complete(), links=(link,), **values)

    (told,) = decide(problem, linked("Use the backup line."), POLICY, T0).notes
    assert "Use the backup line." in told.text
    assert not told.public
    said_so = (note(set(told.marks)),)
    assert decide(problem, linked("Use the backup line.", articles=said_so), POLICY, T0).notes == ()
    assert len(decide(problem, linked("Use LTE.", articles=said_so), POLICY, T0).notes) == 1
    closed = linked("Use LTE.", state=TicketState.CANCELLED)
    assert decide(problem, closed, POLICY, T0).notes == ()


@pytest.mark.parametrize(("key", "needs_another"), [("problem:7:2", True), ("problem:7", False)])
def test_a_declined_proposal_is_no_record_but_its_own_is_made_once(key: str, needs_another: bool) -> None:
    declined = LinkedTicket(
        id="9", number="41009", state=TicketState.CLOSED, created_by_connector=True, connector_key=key,
        problem_state=ProblemState.PROPOSED,
    )  # fmt: skip
    decided = decide(problem, resolved(Priority.P1, links=(declined,)), POLICY, LATER)
    assert bool(decided.creates) is needs_another
