"""R31: what comes back is counted, and nothing else."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from connector.domain.model import TicketId
from connector.domain.ticket import LinkedTicket
from connector.domain.vocabulary import Duplicate, Priority, ServiceCheck, TicketKind, TicketState
from connector.policy.catalogue import Service
from connector.policy.problem_rules import Recurrence
from connector.rules.recurrence import CountedFault, Recurring, fault_of, recurrences
from tests.builders import T0, at, complete, default_policy, incident, moved

RULES = Recurrence()
NOW = at(days=100)
P1, P2, P3, P4 = Priority


def service(number: int = 1, *, circuit: str | None = None, region: str | None = None) -> Service:
    return Service(id=f"SVC-{number}", customer="acme", circuit_id=circuit, region=region)


def fault(days_ago: float, hours: float = 1, priority: Priority = P3, on: Service | None = None) -> CountedFault:
    began = NOW - timedelta(days=days_ago)
    number = f"{days_ago}:{(on or service()).id}"
    return CountedFault(TicketId(number), number, on or service(), priority, began, began + timedelta(hours=hours))


def found(*faults: CountedFault, **rules: Any) -> list[tuple[str, str, tuple[str, ...]]]:
    said = recurrences(faults, RULES.model_copy(update=rules), NOW)
    return [(one.by, one.place, one.why) for one in said]


@pytest.mark.parametrize(
    ("faults", "why"),
    [
        ([fault(1), fault(15), fault(30)], ("often",)),
        ([fault(1), fault(15), fault(30.1)], None),
        ([fault(3, hours=24)], None),
        ([fault(3, hours=24.1)], ("long",)),
        ([fault(3, hours=13), fault(9, hours=12)], ("long",)),
        ([fault(3, hours=13), fault(3.1, hours=13)], None),
        ([fault(31, hours=40)], None),
        ([fault(30.5, hours=40)], ("long",)),
        ([fault(1, priority=P1), fault(90, priority=P1)], ("critical",)),
        ([fault(1, priority=P1), fault(90.1, priority=P1)], None),
        ([fault(1, priority=P2), fault(2, priority=P2)], None),
    ],
)
def test_the_counts_of_the_policy(faults: list[CountedFault], why: tuple[str, ...] | None) -> None:
    assert found(*faults) == ([("service", "SVC-1", why)] if why else [])


def test_what_disturbs_no_traffic_is_not_down() -> None:
    quiet = fault(3, hours=40)._replace(disturbs=False)
    assert found(quiet) == []
    assert found(fault(1), fault(2), quiet) == [("service", "SVC-1", ("often",))], "it is an incident all the same"


def test_an_open_one_is_down_until_now() -> None:
    going_on = fault(2)._replace(ended=None)
    assert found(going_on) == [("service", "SVC-1", ("long",))]


def test_services_of_one_circuit_count_together_and_each_incident_once() -> None:
    shared = [service(number, circuit="C-1", region="FRA") for number in (1, 2, 3)]
    faults = [fault(day, on=shared[day % 3]) for day in range(1, 7)]
    assert found(*faults) == [("circuit", "C-1", ("often",))]
    assert found(*faults, *[fault(day + 0.5, on=shared[0]) for day in (1, 2)]) == [
        ("service", "SVC-1", ("often",)),
        ("circuit", "C-1", ("often",)),
    ]


def test_a_region_needs_more_and_several_services() -> None:
    spread = [service(number, region="FRA") for number in range(6)]
    five = [fault(day + 1, on=spread[day], priority=P1, hours=9) for day in range(5)]
    assert found(*five) == []
    assert found(*five, fault(20, on=spread[5])) == [("region", "FRA", ("often",))]
    assert found(*five, fault(20, on=spread[5]), by=("service",)) == []


POLICY = default_policy()


def linked(kind: TicketKind) -> tuple[LinkedTicket, ...]:
    return (LinkedTicket(id="9", number="41009", state=TicketState.CLOSED, created_by_connector=False, kind=kind),)


@pytest.mark.parametrize(
    ("values", "counts"),
    [
        ({}, True),
        ({"state": TicketState.CANCELLED}, False),
        ({"links": linked(TicketKind.PROBLEM)}, False),
        ({"links": linked(TicketKind.RFO_TASK)}, True),
        ({"kind": TicketKind.RFO_TASK}, False),
        ({"merged_into": "8"}, False),
        ({"fields": complete(duplicate=Duplicate.CONFIRMED)}, False),
        ({"fields": complete(duplicate=Duplicate.PROPOSED)}, True),
        ({"fields": complete(service_check=ServiceCheck.UNKNOWN)}, False),
    ],
)
def test_what_counts(values: dict[str, Any], counts: bool) -> None:
    assert (fault_of(incident(**values), POLICY) is not None) is counts


def test_it_lasts_from_its_stated_start_to_its_repair() -> None:
    done = moved(TicketState.OPEN, TicketState.RESOLVED, at(hours=2))
    counted = fault_of(incident(state=TicketState.RESOLVED, history=(done,)), POLICY)
    assert counted is not None
    assert (counted.began, counted.ended) == (at(minutes=-20), at(hours=2))


def independent_faults(a_year: float, *, years: int, services: int, seed: int) -> list[CountedFault]:
    """Faults that have nothing to do with each other: on each of the services, in regions of ten and on circuits of
    two, they come by a Poisson process, last 3 h in the median (lognormal, sigma 1), a fifth are P1."""
    chance, faults = random.Random(seed), list[CountedFault]()
    for place in [service(n, circuit=f"C-{n // 2}", region=f"R-{n // 10}") for n in range(services)]:
        moment = T0 + timedelta(days=chance.expovariate(a_year / 365))
        while moment < T0 + timedelta(days=365 * years):
            lasted = timedelta(hours=3 * chance.lognormvariate(0, 1))
            number = str(len(faults))
            faults.append(
                CountedFault(
                    TicketId(number), number, place, P1 if chance.random() < 0.2 else P3, moment, moment + lasted
                )
            )
            moment += timedelta(days=chance.expovariate(a_year / 365))
    return faults


def by_the_week(faults: list[CountedFault], years: int) -> list[Recurring]:
    """The command, once a week; what was proposed is linked and counts no more."""
    done, proposed = set[str](), list[Recurring]()
    for week in range(52 * years):
        now: datetime = T0 + timedelta(weeks=week + 1)
        since = now - timedelta(days=90)
        known = [f for f in faults if since <= f.began <= now and f.ticket not in done]
        for one in recurrences(known, RULES, now):
            proposed.append(one)
            done |= {f.ticket for f in one.faults}
    return proposed


def with_each_incident(faults: list[CountedFault]) -> list[Recurring]:
    """With each incident when it begins and when it is over. A P1 proposes nothing, and has a record of its own half an
    hour after its end, from which on it counts no more."""
    done, proposed, moments = set[str](), list[Recurring](), list[tuple[datetime, CountedFault]]()
    moments = [(moment, one) for one in faults if one.priority is P3 for moment in (one.began, one.ended) if moment]
    for now, own in sorted(moments, key=lambda each: (each[0], each[1].ticket)):
        since = now - timedelta(days=90)
        near = [f for f in faults if since <= f.began <= now and f.service.region == own.service.region]
        known = [
            f._replace(ended=f.ended if f.ended and f.ended <= now else None)
            for f in near
            if f.ticket not in done and not (f.priority is P1 and f.ended and f.ended + timedelta(minutes=30) <= now)
        ]
        for one in recurrences(known, RULES, now):
            if own.ticket in {f.ticket for f in one.faults} and len(one.faults) > 1:
                proposed.append(one)
                done |= {f.ticket for f in one.faults}
                break
    return proposed


def test_independent_faults_are_seldom_taken_for_a_problem() -> None:
    """100 services with two faults a year each: the figures of the guide."""
    faults = independent_faults(2, years=3, services=100, seed=31)
    weekly, each = (len(alarms) / 3 for alarms in (by_the_week(faults, 3), with_each_incident(faults)))
    assert 10 <= weekly <= 25
    assert 1 <= each <= weekly


def test_what_really_comes_back_is_seen_with_its_third_fault() -> None:
    faults = [fault(24), fault(12), fault(0.5)]
    assert found(*faults[:2]) == []
    assert found(*faults) == [("service", "SVC-1", ("often",))]
