"""R31: what has been at an incident's place is counted twice, and what a search shows is judged by numbers."""

from datetime import datetime
from typing import Any

import pytest

from connector.domain.past import PastTicket, PlaceSearch
from connector.domain.ticket import LinkedTicket, Ticket
from connector.domain.vocabulary import Impact, Priority, ProblemState, ServiceCheck, TicketKind, TicketState
from connector.rules.case import Case
from connector.rules.recurrence import returned, suspected
from connector.rules.recurring import neighbours, recurring
from tests.builders import T0, at, complete, default_policy, incident

POLICY = default_policy()
NOW = at(hours=1)
SEARCH = PlaceSearch(services=("SVC-1005",), region=("SVC-1006",), since=at(days=-90))


def small(**values: Any) -> Ticket:
    return incident(complete(priority=Priority.P3, **values))


def past(number: int, began: datetime, **values: Any) -> PastTicket:
    known: dict[str, Any] = {
        "id": str(number), "number": str(41000 + number), "kind": TicketKind.INCIDENT, "state": TicketState.CLOSED,
        "created_at": began, "began": began, "ended": began, "service": "SVC-1005", "priority": Priority.P3,
    }  # fmt: skip
    return PastTicket(**(known | values))


def record(number: int, opened: datetime, **values: Any) -> PastTicket:
    held = {"kind": TicketKind.PROBLEM, "services": frozenset({"svc-1005"}), "problem_state": ProblemState.FIXED}
    return past(number, opened, **(held | values))


def searches(before: Ticket, after: Ticket) -> bool:
    decided: Any = {
        name: getattr(after.fields, name) for name in ("service_check", "next_escalation_at", "next_update_at")
    }
    case = Case(before, POLICY, NOW).with_changes(decided)
    return recurring(case).search is not None


def test_it_is_counted_when_the_service_becomes_known_and_when_the_incident_becomes_over() -> None:
    unknown, known = small(service_check=None), small()
    assert searches(unknown, known)
    assert not searches(known, known)
    foreign = small(service_check=ServiceCheck.FOREIGN)
    assert not searches(foreign, foreign)

    running = {"next_escalation_at": at(hours=8)}
    over = incident(complete(priority=Priority.P3, **running), state=TicketState.CLOSED)
    assert searches(over, small())
    assert not searches(incident(complete(priority=Priority.P3), state=TicketState.CLOSED), small())
    cancelled = incident(complete(priority=Priority.P3, **running), state=TicketState.CANCELLED)
    assert not searches(cancelled, small())


def test_the_policy_may_leave_it_to_the_command() -> None:
    quiet = POLICY.model_copy(update={"recurrence": POLICY.recurrence.model_copy(update={"each_incident": False})})
    case = Case(small(service_check=None), quiet, NOW).with_changes({"service_check": ServiceCheck.VERIFIED})
    assert recurring(case).search is None


def test_the_search_names_the_service_its_circuit_and_its_region() -> None:
    service = POLICY.service("SVC-1005")
    assert service is not None
    own, near = neighbours(POLICY, service)
    assert own[0] == "SVC-1005"
    assert "SVC-1006" in near
    assert not set(own) & set(near)


def test_three_of_one_service_are_suspected() -> None:
    earlier = [past(1, at(days=-2)), past(2, at(days=-1))]
    found = suspected(small(), earlier, POLICY, NOW)
    assert found is not None
    assert (found.by, found.place, found.often) == ("service", "SVC-1005", 3)
    assert suspected(small(), earlier[:1], POLICY, NOW) is None
    assert suspected(incident(complete(priority=Priority.P1)), earlier, POLICY, NOW) is None


def test_one_alone_does_not_come_back_and_two_long_ones_do() -> None:
    lasting = small(problem_start=at(hours=-30))
    assert suspected(lasting, [], POLICY, NOW) is None
    found = suspected(lasting, [past(1, at(days=-2))], POLICY, NOW)
    assert found is not None
    assert found.why == ("long",)


@pytest.mark.parametrize(
    "without",
    [
        {"state": TicketState.CANCELLED},
        {"service": None},
        {"kind": TicketKind.OTHER},
        {"began": at(days=-31), "ended": at(days=-31)},
    ],
)
def test_what_does_not_count(without: dict[str, Any]) -> None:
    earlier = [past(1, at(days=-2)), past(2, at(days=-1)).model_copy(update=without)]
    assert suspected(small(), earlier, POLICY, NOW) is None


@pytest.mark.parametrize(
    ("opened", "state", "is_silent"),
    [
        (at(days=-1.5), TicketState.CLOSED, True),
        (at(days=-3), TicketState.CLOSED, False),
        (at(days=-3), TicketState.OPEN, True),
    ],
)
def test_what_was_counted_for_a_record_is_silent_and_so_is_a_service_with_an_open_one(
    opened: datetime, state: TicketState, is_silent: bool
) -> None:
    earlier = [past(1, at(days=-2)), past(2, at(days=-1)), record(9, opened, state=state)]
    assert (suspected(small(), earlier, POLICY, NOW) is None) is is_silent


def test_another_services_record_silences_nothing() -> None:
    other = record(9, at(days=-1), services=frozenset({"svc-1001"}))
    assert suspected(small(), [past(1, at(days=-2)), past(2, at(days=-1)), other], POLICY, NOW) is not None


@pytest.mark.parametrize(
    ("closed", "values", "comes_back"),
    [
        (at(days=-14), {}, True),
        (at(days=-14, seconds=-1), {}, False),
        (T0, {}, False),
        (at(days=-1), {"problem_state": ProblemState.CLOSED}, True),
        (at(days=-1), {"problem_state": ProblemState.PROPOSED}, False),
        (at(days=-1), {"state": TicketState.OPEN}, False),
        (at(days=-1), {"services": frozenset({"svc-1006"})}, False),
        (at(days=-1), {"kind": TicketKind.INCIDENT}, False),
    ],
)
def test_a_problem_closed_at_most_14_days_before_is_back(
    closed: datetime, values: dict[str, Any], comes_back: bool
) -> None:
    one = record(9, at(days=-60), ended=closed).model_copy(update=values)
    assert (returned(small(problem_start=T0), SEARCH, [one], POLICY) is not None) is comes_back


def test_what_disturbs_nobody_or_has_a_record_opens_none() -> None:
    one = record(9, at(days=-60), ended=at(days=-1))
    linked = LinkedTicket(
        id="8", number="41008", state=TicketState.OPEN, created_by_connector=True, kind=TicketKind.PROBLEM
    )
    assert returned(small(impact=Impact.NON_SERVICE_AFFECTING), SEARCH, [one], POLICY) is None
    assert returned(small(impact=None), SEARCH, [one], POLICY) is None
    has_one = small().model_copy(update={"links": (linked,)})
    assert returned(has_one, SEARCH, [one], POLICY) is None


def test_the_problem_that_was_closed_last_comes_back() -> None:
    both = [record(9, at(days=-60), ended=at(days=-5)), record(8, at(days=-60), ended=at(days=-2))]
    found = returned(small(), SEARCH, both, POLICY)
    assert found is not None
    assert found.id == "8"
