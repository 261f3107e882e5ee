"""The names of the rules and Zammad's names, both ways; what is wrong with a mapping is said."""

from pathlib import Path

import pytest

from connector.domain.fields import CUSTOM, Fields
from connector.domain.vocabulary import Actor, Channel, Priority, TicketState
from connector.helpdesks.mapping import unknown_groups
from connector.helpdesks.zammad.mapping import ZammadMapping, load_mapping
from connector.policy.load import load_policy
from connector.policy.problem import PolicyError, path_of
from tests.unit.policy.files import POLICY, SERVICES, ZAMMAD, Case, changed, expected_and_found


@pytest.fixture(scope="module")
def mapping() -> ZammadMapping:
    return load_mapping(ZAMMAD)


def test_every_field_has_an_attribute_and_back(mapping: ZammadMapping) -> None:
    for field in Fields.model_fields:
        attribute = mapping.attribute(field)
        assert not attribute.endswith(("_id", "_ids"))
        assert mapping.field(attribute) == field
    assert mapping.attribute("service_id") == "service_ref"
    assert mapping.attribute("priority") == "priority"
    assert set(CUSTOM) == set(Fields.model_fields) - {"priority", "group"}
    assert mapping.field("state") == "state"
    assert mapping.field("title") is None
    with pytest.raises(KeyError):
        mapping.attribute("title")


def test_states(mapping: ZammadMapping) -> None:
    expected = {
        "new": TicketState.NEW,
        "open": TicketState.OPEN,
        "pending reminder": TicketState.PENDING_CUSTOMER,
        "pending close": TicketState.RESOLVED,
        "closed": TicketState.CLOSED,
        "merged": TicketState.CANCELLED,
        "removed": TicketState.CANCELLED,
    }
    assert {name: mapping.state(name) for name in expected} == expected
    assert mapping.state("in limbo") is None
    assert mapping.state_names(TicketState.CANCELLED) == ("merged", "removed")


def test_priorities(mapping: ZammadMapping) -> None:
    names = {"3 high": Priority.P2, "2 normal": Priority.P3, "1 low": Priority.P4, "4 emergency": None}
    assert {name: mapping.priority(name) for name in names} == names
    for priority in Priority:
        assert mapping.priority(mapping.priority_name(priority)) is priority


def test_groups(mapping: ZammadMapping) -> None:
    for group in ("intake", "level_3", "level_4", "level_5", "rfo"):
        assert mapping.group(mapping.group_name(group)) == group
    assert mapping.group_name("intake") == "Users"
    assert mapping.group("Billing") == mapping.group_name("Billing") == "Billing"


def test_articles_and_roles(mapping: ZammadMapping) -> None:
    channels = [mapping.channel(number) for number in (1, 5, 10, 11, 2)]
    assert channels == [Channel.EMAIL, Channel.PHONE, Channel.NOTE, Channel.WEB, None]
    assert [mapping.sender(number) for number in (1, 2, 3, 4)] == [
        Actor.AGENT,
        Actor.CUSTOMER,
        Actor.SYSTEM,
        None,
    ]
    assert mapping.articles.public is Channel.EMAIL
    assert mapping.roles.agents == ("Agent",)


ENDING = "Zammad refuses names that end in _id or _ids"
FORM = "an attribute has up to 60 small letters, digits and underscores"
SERVICE, TEXT = "service_id: service_ref  ", "test_results: test_results"
P2, ROLES = "{name: P2 major, also: [3 high]}", "agents: [Agent]"

CASES = [
    Case(SERVICE, "", "fields.service_id: is missing", at="fields:"),
    Case(SERVICE, "service_id: service_id", f"fields.service_id: 'service_id': {ENDING}"),
    Case(SERVICE, "service_id: service_ids", f"fields.service_id: 'service_ids': {ENDING}"),
    Case(SERVICE, "service_id: Service Ref", f"fields.service_id: 'Service Ref': {FORM}"),
    Case(SERVICE, "service_id: '123'", f"fields.service_id: '123': {FORM}"),
    Case(SERVICE, "service_id: title", "fields.service_id: 'title' is reserved by Zammad"),
    Case(SERVICE, "service_id: ''", f"fields.service_id: '': {FORM}"),
    Case(TEXT, "test_results: impact", "fields.test_results: 'impact' is already the attribute of impact"),
    Case(
        TEXT,
        TEXT + "\n  test_result: x",
        "fields.test_result: there is no such field; did you mean test_results?",
        at="test_result: x",
    ),
    Case(
        TEXT,
        TEXT + "\n  priority: prio",
        "fields.priority: is Zammad's own; its values are mapped in priorities",
        at="priority: prio",
    ),
    Case(
        "states:\n",
        "labels: {circuit: Leitung}\nstates:\n",
        "labels.circuit: there is no such field; did you mean circuit_id?",
        at="labels:",
    ),
    Case(
        "states:\n",
        "labels: {impact: Schaden, urgency: Schaden}\nstates:\n",
        "labels.urgency: 'Schaden' already stands for labels.impact",
        at="labels:",
    ),
    Case("  closed: closed\n", "", "states: no state of Zammad means closed", at="states:"),
    Case(
        "  closed: closed\n",
        "  closed: done\n",
        "states.closed: expected 'new', 'open', 'pending_customer', 'resolved', 'closed' or 'cancelled'",
    ),
    Case("  P2: " + P2, "", "priorities.P2: is missing", at="priorities:"),
    Case(P2, "{name: P1 critical}", "priorities.P2.name: 'P1 critical' already stands for priorities.P1.name"),
    Case(
        P2,
        "{name: P2 major, also: [P4 low]}",
        "priorities.P4.name: 'P4 low' already stands for priorities.P2.also[0]",
        at="  P4:",
    ),
    Case("  intake: Users\n", "", "groups.intake: is missing (the group where tickets come in, R2)", at="groups:"),
    Case("level_4: Directors", "level_4: Users", "groups.level_4: 'Users' already stands for groups.intake"),
    Case("  rfo: RFO\n", "", "groups.rfo: the policy names this group, the mapping has no name for it", at="groups:"),
    Case(ROLES, "agents: []", "roles.agents: must not be empty"),
    Case(ROLES, "agents: [Agent, Agent]", "roles.agents[1]: 'Agent' already stands for roles.agents[0]"),
    Case("note: 10, ", "", "articles.types.note: is missing"),
    Case("note: 10, ", "note: ten, ", "articles.types.note: expected a whole number"),
    Case("note: 10, ", "note: 5, ", "articles.types.note: '5' already stands for articles.types.phone"),
    Case("customer: 2, ", "", "articles.senders.customer: is missing"),
    Case("public: email ", "public: pigeon", "articles.public: expected 'email', 'phone', 'web' or 'note'"),
]


@pytest.mark.parametrize("case", CASES, ids=[case.says.split(": ")[0] for case in CASES])
def test_problem(case: Case, tmp_path: Path) -> None:
    expected, found = expected_and_found(ZAMMAD, case, tmp_path)
    if case.says.startswith("states.closed"):
        found = [text for text in found if "no state of Zammad" not in text]
    assert found == expected


def test_loading_a_bad_mapping_tells_everything(tmp_path: Path) -> None:
    path = changed(ZAMMAD, tmp_path, (ROLES, "agents: []"), ("level_4: Directors", "level_4:"))
    with pytest.raises(PolicyError) as caught:
        load_mapping(path)
    assert [problem.path for problem in caught.value.problems] == ["groups.level_4", "roles.agents"]
    assert str(caught.value) == "\n".join(str(problem) for problem in caught.value.problems)


def test_groups_of_the_policy(mapping: ZammadMapping) -> None:
    policy = load_policy(POLICY, SERVICES)
    small = mapping.model_copy(update={"groups": {"intake": "Users", "rfo": "RFO", "level_3": "Ops"}})
    assert [f"{path_of(place)}: {message}" for place, message in unknown_groups(small, policy.groups())] == [
        f"groups.{group}: the policy names this group, the mapping has no name for it"
        for group in ("level_4", "level_5", "problems")
    ]
