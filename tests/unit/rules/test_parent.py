"""R31: which incidents may be one outage, whose words reach its customers, and what its parent has announced."""

from datetime import datetime
from typing import Any

import pytest

from connector.domain.decision import Decision
from connector.domain.event import EventKind
from connector.domain.fields import Fields
from connector.domain.model import TicketId
from connector.domain.past import PastTicket
from connector.domain.ticket import LinkedTicket, Ticket
from connector.domain.vocabulary import Actor, Impact, ParentIncident, Priority, TicketKind, TicketState
from connector.policy.catalogue import Catalogue
from connector.policy.models import Policy
from connector.rules.escalation import escalation
from connector.rules.evaluate import evaluate
from connector.rules.parent import OutageGroup, group, parent
from connector.rules.telling import events
from tests.builders import T0, at, changed, complete, default_policy, incident, note
from tests.unit.rules.passes import decide


def one_region() -> Policy:
    policy = default_policy()
    services = tuple(one.model_copy(update={"region": "Metro"}) for one in policy.catalogue.services)
    return policy.model_copy(update={"catalogue": Catalogue(customers=policy.catalogue.customers, services=services)})


POLICY = one_region()
NOW = at(minutes=30)


def past(number: int, service: str, began: datetime = T0, **values: Any) -> PastTicket:
    known: dict[str, Any] = {
        "id": str(number), "number": str(41000 + number), "kind": TicketKind.INCIDENT, "state": TicketState.OPEN,
        "created_at": began, "began": began, "service": service,
    }  # fmt: skip
    return PastTicket(**(known | values))


def own(**values: Any) -> Ticket:
    return incident(complete(problem_start=T0, **values))


NEAR = [past(1, "SVC-1006", at(minutes=-10)), past(2, "SVC-1001")]


def test_three_services_of_one_region_at_once_are_linked_to_the_first() -> None:
    assert group(own(), NEAR, POLICY) == OutageGroup(TicketId("1"), (TicketId("7"), TicketId("2")))
    assert group(own(), NEAR[:1], POLICY) is None
    assert group(own(), [*NEAR[:1], past(2, "SVC-1006")], POLICY) is None, "two services"


@pytest.mark.parametrize(
    "without",
    [
        {"began": at(hours=-2, seconds=-1)},
        {"began": at(hours=2, seconds=1)},
        {"state": TicketState.CANCELLED},
        {"impact": Impact.NON_SERVICE_AFFECTING},
        {"service": None},
        {"service": "SVC-9999"},
        {"kind": TicketKind.PROBLEM},
    ],
)
def test_what_does_not_count(without: dict[str, Any]) -> None:
    assert group(own(), [NEAR[0], NEAR[1].model_copy(update=without)], POLICY) is None


@pytest.mark.parametrize("within", [{"began": at(hours=-2)}, {"began": at(hours=2)}, {"state": TicketState.CLOSED}])
def test_what_counts_just_so(within: dict[str, Any]) -> None:
    assert group(own(), [NEAR[0], NEAR[1].model_copy(update=within)], POLICY) is not None


def test_another_region_is_another_outage() -> None:
    assert group(own(), NEAR, default_policy()) is None


def test_one_that_is_over_stands_for_nothing() -> None:
    over = NEAR[0].model_copy(update={"state": TicketState.CLOSED})
    found = group(own(), [over, NEAR[1]], POLICY)
    assert found is not None
    assert found.parent in {"2", "7"}
    assert group(incident(complete(), state=TicketState.CLOSED), NEAR, POLICY) is None


@pytest.mark.parametrize(
    ("stands", "joins"),
    [(ParentIncident.PROPOSED, True), (ParentIncident.CONFIRMED, False), (ParentIncident.DECLINED, False)],
)
def test_a_later_one_joins_only_what_is_not_decided(stands: ParentIncident, joins: bool) -> None:
    decided = [NEAR[0].model_copy(update={"parent_incident": stands}), NEAR[1]]
    assert group(own(), decided, POLICY) == (OutageGroup(TicketId("1"), (TicketId("7"),)) if joins else None)


def test_the_policy_may_propose_nothing() -> None:
    quiet = POLICY.model_copy(update={"parent_incident": POLICY.parent_incident.model_copy(update={"propose": False})})
    assert group(own(), NEAR, quiet) is None


def link(number: int, service: str, **values: Any) -> LinkedTicket:
    known: dict[str, Any] = {
        "id": str(number), "number": str(41000 + number), "kind": TicketKind.INCIDENT, "state": TicketState.OPEN,
        "created_by_connector": False, "service_id": service, "began": at(minutes=5),
    }  # fmt: skip
    return LinkedTicket(**(known | values))


PARTS = (link(8, "SVC-1006"), link(9, "SVC-1001"))


def test_the_first_of_the_linked_is_proposed_once() -> None:
    ticket = own().model_copy(update={"links": PARTS})
    outcome = decide(parent, ticket, POLICY, NOW)
    assert outcome.changes == {"parent_incident": ParentIncident.PROPOSED}
    (said,) = outcome.notes
    assert "41008" in said.text
    assert "41009" in said.text

    emptied = ticket.model_copy(update={"articles": (note(set(said.marks)),)})
    assert decide(parent, emptied, POLICY, NOW).changes == {}, "a person has taken it away"
    apart = own().model_copy(update={"links": (PARTS[0], link(9, "SVC-1001", began=at(hours=3)))})
    assert decide(parent, apart, POLICY, NOW).changes == {}


def confirmed(**values: Any) -> Ticket:
    """The parent, by an agent's word."""
    fields = complete(problem_start=T0, parent_incident=ParentIncident.CONFIRMED, **values)
    history = [changed("parent_incident", None, ParentIncident.CONFIRMED, at(minutes=5), Actor.AGENT)]
    history += [changed(name, None, value, at(minutes=6), Actor.AGENT) for name, value in values.items()]
    made = incident(fields, history=tuple(history))
    return made.model_copy(update={"id": "1", "number": "41001"})


def part(of: Ticket) -> Ticket:
    linked = link(1, "SVC-1006", parent_incident=ParentIncident.CONFIRMED)
    return own().model_copy(update={"links": (linked,), "related": of})


def test_an_update_reaches_each_customer_once_and_again_when_it_changes() -> None:
    of = confirmed(parent_update="A cable was cut.")
    told, update = decide(parent, part(of), POLICY, NOW).notes
    assert (told.public, update.public) == (False, True)
    assert "A cable was cut." in update.text
    heard = part(of).model_copy(update={"articles": (note(set(told.marks)), note(set(update.marks)))})
    assert decide(parent, heard, POLICY, NOW).notes == ()
    again = part(confirmed(parent_update="Spliced.")).model_copy(update={"articles": heard.articles})
    assert [one.public for one in decide(parent, again, POLICY, NOW).notes] == [True]
    assert [one.public for one in decide(parent, of, POLICY, NOW).notes] == [False, True], "its own customer, too"


def test_a_text_with_a_name_in_it_reaches_nobody() -> None:
    of = confirmed(parent_update="We have spoken to Harbour Bank.")
    assert [one.public for one in decide(parent, part(of), POLICY, NOW).notes] == [False]
    assert [one.public for one in decide(parent, of, POLICY, NOW).notes] == [False, False]


@pytest.mark.parametrize("actor", [Actor.CUSTOMER, Actor.STRANGER])
def test_what_a_customer_sets_stands_for_nothing(actor: Actor) -> None:
    forged = changed("parent_incident", None, ParentIncident.CONFIRMED, at(minutes=5), actor)
    fields = complete(parent_incident=ParentIncident.CONFIRMED, parent_update="Click here.")
    of = incident(fields, history=(forged,)).model_copy(update={"id": "1", "number": "41001"})
    said = evaluate(part(of), POLICY, NOW).note
    assert said is None or not {mark.name for mark in said.marks} & {"part-of", "parent-update"}


def test_no_part_of_what_is_over() -> None:
    of = confirmed(parent_update="Done.").model_copy(update={"state": TicketState.CLOSED})
    assert decide(parent, part(of), POLICY, NOW).notes == ()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("The line of harbour bank", ("Harbour Bank",)),
        ("SVC-1005 and ham-eth-0109", ("HAM-ETH-0109", "SVC-1005")),
        ("SVC-10050 in the harbour", ()),
        ("A cable was cut.", ()),
    ],
)
def test_which_names_a_text_has(text: str, named: tuple[str, ...]) -> None:
    assert default_policy().catalogue.named_in(text) == named


@pytest.mark.parametrize(("service", "is_announced"), [("SVC-1006", True), ("SVC-1001", False)])
def test_a_level_that_the_parent_has_told_the_same_contacts_is_not_told_again(service: str, is_announced: bool) -> None:
    of = confirmed().model_copy(update={"articles": (note({"level-2"}),)})
    fields: Fields = of.fields.model_copy(update={"service_id": service})
    ticket = part(of.model_copy(update={"fields": fields})).with_changes({"priority": Priority.P1})
    decided = decide(escalation, ticket, POLICY, at(hours=1, minutes=30))
    (said,) = decided.notes
    assert "level-2" in said.marks
    assert ("announced on 41001" in said.title) is is_announced
    told = ticket.model_copy(update={"articles": (note(set(said.marks)),)})
    levels = [one for one in events(told, POLICY, Decision(outcomes=()), at(hours=1)) if one.kind is EventKind.LEVEL]
    assert bool(levels) is not is_announced, "nor outside of the helpdesk"
    assert (decided.changes["escalated_from"] == decided.changes["escalation_level"]) is is_announced
