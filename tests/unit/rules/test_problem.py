"""R28, R30: a resolved critical or major incident gets a problem record, open until cause and fix are stated."""

from datetime import datetime
from hashlib import sha256
from typing import Any

import pytest

from connector.domain.decision import Shared
from connector.domain.past import OpenProblem
from connector.domain.ticket import LinkedTicket, Ticket
from connector.domain.vocabulary import Priority, ProblemState, ServiceCheck, TicketKind, TicketState
from connector.policy.models import Policy
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


def linked_record(key: str = "problem:7", **values: Any) -> LinkedTicket:
    held: dict[str, Any] = {"id": "9", "number": "41009", "state": TicketState.OPEN, "created_by_connector": True}
    return LinkedTicket(**(held | {"connector_key": key} | values))


@pytest.mark.parametrize(
    ("record", "shared"),
    [
        (linked_record(), False),
        (linked_record("problem:12"), True),
        (linked_record(created_by_connector=False, kind=TicketKind.PROBLEM), True),
        (linked_record("problem:7", created_by_connector=False, kind=TicketKind.PROBLEM), True),
    ],
    ids=["its-own", "another-incidents", "a-persons", "forged"],
)
def test_the_link_is_said_once_for_each_record(record: LinkedTicket, shared: bool) -> None:
    outcome = decide(problem, resolved(Priority.P1, links=(record,)), POLICY, T0)

    (told,) = outcome.notes
    assert (told.title, set(told.marks)) == ("Root cause is looked for in 41009", {"problem-linked-9"})
    assert ("was open already" in told.text) is shared
    assert outcome.reasons == ("the root cause is looked for in 41009",)
    assert decide(problem, incident(complete(priority=Priority.P1), links=(record,)), POLICY, T0).notes == ()


def rfo_of(next_measure_at: datetime | None, key: str = "rfo:7") -> LinkedTicket:
    return linked_record(key, id="90", number="41090", next_measure_at=next_measure_at)


@pytest.mark.parametrize("held", [None, at(days=1), at(days=2)])
def test_the_incident_shows_its_record_the_next_measure_of_its_rfos(held: datetime | None) -> None:
    links = (linked_record(), rfo_of(None), rfo_of(at(days=2), "rfo:7:2"), rfo_of(at(days=1), "rfo:7:3"))
    ticket = incident(complete(priority=Priority.P1, next_measure_at=held), links=links)
    outcome = decide(problem, ticket, POLICY, T0)

    assert outcome.changes == {"next_measure_at": at(days=1)}
    assert outcome.touches == (() if held == at(days=1) else ("9",))
    record_only = incident(complete(next_measure_at=held), links=(linked_record(next_measure_at=at(days=9)),))
    assert decide(problem, record_only, POLICY, T0).changes == {"next_measure_at": None}


ASKS_FOR_CAUSES = POLICY.model_copy(update={"updates": POLICY.updates.model_copy(update={"cause_at_resolution": True})})


@pytest.mark.parametrize("links", [(), (linked_record(),)], ids=["waiting", "linked"])
def test_a_policy_may_ask_for_the_cause_while_those_who_repaired_it_still_know(links: tuple[LinkedTicket, ...]) -> None:
    def asked(policy: Policy, **fields: Any) -> list[tuple[bool, str, set[str]]]:
        ticket = incident(complete(priority=Priority.P1, **fields), state=TicketState.CLOSED, links=links)
        notes = decide(problem, ticket, policy, T0).notes
        return [
            (told.public, told.text.splitlines()[0], set(told.marks)) for told in notes if "cause-asked" in told.marks
        ]

    question = "Resolved without a cause. Please state it in one sentence in Root cause (R30). Nothing waits for it."
    assert asked(ASKS_FOR_CAUSES) == [(False, question, {"cause-asked"})]
    assert asked(ASKS_FOR_CAUSES, root_cause="A digger.") == []
    assert asked(POLICY) == []
    assert asked(POLICY, root_cause="A digger.") == []


def test_only_problem_records_tell_of_a_workaround_and_each_state_of_it_has_a_mark() -> None:
    links = (rfo_of(None).model_copy(update={"workaround": "Use LTE."}), linked_record(workaround="Use LTE."))
    (told,) = decide(problem, incident(complete(), links=links), POLICY, T0).notes

    assert told.marks == {f"workaround-9-{sha256(b'Use LTE.').hexdigest()[:8]}"}


def test_a_declined_record_that_was_linked_before_does_not_stand_in_the_way() -> None:
    """But a link that a person took away does."""
    declined = linked_record("problem:7:2", state=TicketState.CLOSED, problem_state=ProblemState.PROPOSED)

    def made(*marks: str) -> int:
        ticket = resolved(Priority.P1, links=(declined,), articles=(note(set(marks)),))
        return len(decide(problem, ticket, POLICY, LATER).creates)

    assert (made("problem-linked-9"), made("problem-linked-9", "problem-linked-8")) == (1, 0)


def test_a_record_is_made_with_a_title_that_fits_and_everything_is_looked_at_again() -> None:
    outcome = decide(problem, resolved(Priority.P1, title="x" * 300), POLICY, LATER)

    assert len(outcome.creates[0].title) == 240
    assert outcome.again
    assert outcome.reasons == ("a resolved P1 needs its root cause found",)
    assert decide(problem, resolved(Priority.P3), POLICY, LATER).reasons == ("no problem record: P3, closed",)
