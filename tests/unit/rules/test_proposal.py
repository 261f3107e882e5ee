"""R31: the problem record that is proposed, with the numbers that say why."""

from datetime import timedelta

from connector.domain.decision import Shared
from connector.domain.model import TicketId
from connector.domain.vocabulary import Priority, ProblemState, ServiceCheck
from connector.rules.proposal import proposed_record
from connector.rules.recurrence import CountedFault, Recurring
from tests.builders import at, default_policy, incident
from tests.unit.rules.test_recurrence import service

POLICY = default_policy()
FIRST = CountedFault(TicketId("1"), "41001", service(2), Priority.P2, at(days=-9), at(days=-9, hours=2))
MIDDLE = CountedFault(TicketId("2"), "41002", service(1), None, at(days=-5), at(days=-6))
LAST = CountedFault(TicketId("3"), "41003", service(2), Priority.P3, at(days=-1), None)
RECURRING = Recurring("region", "Hamburg", ("often",), (FIRST, MIDDLE, LAST), 3, timedelta(hours=2), 1)


def test_the_record_tells_what_was_counted_and_where() -> None:
    new = proposed_record(POLICY, RECURRING, incident())

    assert (new.key, new.title, new.group) == ("problem:7:2", "Comes back: region Hamburg", "problems")
    assert [line for line in new.text.splitlines() if line][:7] == [
        "Incidents come back on region Hamburg (R31):",
        "- in the last 30 days: 3 incidents; customer traffic disturbed for 2 h (overlaps once, open ones until now)",
        "- in the last 90 days: 1 P1",
        "Counted:",
        "- 41001 P2, SVC-2, Sat 14 Nov 2026 11:00 CET (10:00 UTC), 2 h.",
        "- 41002, SVC-1, Wed 18 Nov 2026 11:00 CET (10:00 UTC), 0 s.",
        "- 41003 P3, SVC-2, Sun 22 Nov 2026 11:00 CET (10:00 UTC), open.",
    ]
    assert new.fields == {
        "priority": Priority.P2,
        "service_id": "SVC-2",
        "service_check": ServiceCheck.VERIFIED,
        "problem_start": at(days=-9),
        "problem_state": ProblemState.PROPOSED,
        "affected_services": "SVC-2\nSVC-1",
    }


def test_an_open_record_of_the_same_place_is_found_by_its_services() -> None:
    """Whatever case they are written in; of one that is made at the same moment elsewhere, by the place."""
    new = proposed_record(POLICY, RECURRING, incident())

    assert new.shared == Shared(
        services=frozenset({"svc-1", "svc-2"}),
        began=at(days=-1),
        within=timedelta(),
        places=("region:hamburg",),
    )


def test_without_any_priority_it_has_none_and_a_long_title_is_cut() -> None:
    bare = tuple(fault._replace(priority=None) for fault in RECURRING.faults)
    new = proposed_record(POLICY, RECURRING._replace(faults=bare, place="x" * 300), incident())

    assert new.fields["priority"] is None
    assert len(new.title) == 240
