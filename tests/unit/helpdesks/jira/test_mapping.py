"""The mapping of Jira: sound as it comes, and every problem told with its line."""

from pathlib import Path

import pytest

from connector.domain.fields import Fields
from connector.domain.vocabulary import Priority, TicketKind, TicketState
from connector.helpdesks.jira.mapping import JiraMapping
from connector.helpdesks.mapping import check
from connector.policy.problem import PolicyError
from tests.unit.helpdesks.jira.bench import mapping
from tests.unit.policy.files import JIRA, POLICY, SERVICES, Case, changed, expected_and_found


def test_it_fits_the_policy() -> None:
    assert check(POLICY, SERVICES, {JIRA: JiraMapping}) == []


def test_names() -> None:
    held = mapping()
    assert set(held.fields) == set(Fields.model_fields) - {"priority", "group"}
    assert held.state("Waiting for customer") is TicketState.PENDING_CUSTOMER
    assert held.state("In limbo") is None
    assert held.state_names(TicketState.RESOLVED) == ("Resolved", "Done")
    assert held.priority("Lowest") is Priority.P4
    assert held.priority_name(Priority.P1) == "Highest"
    assert held.group("Directors") == "level_4"
    assert held.group_name("intake") == "Service Desk"
    assert held.issue_type(TicketKind.RFO_TASK) == "Task"
    assert held.issue_type(TicketKind.PROBLEM) == "Problem"
    assert held.issue_type(TicketKind.INCIDENT) == "Incident"
    assert held.handled_types == {"Incident", "Service Request", "Task", "Problem"}


SERVICE, TEXT = "service_id: Service reference", "test_results: Test results"
P2, ROLES = "{name: High}", "agents: [Service Desk Team, Administrators]"
CASES = [
    Case(
        "project: ISP",
        "project: isp",
        "project: 'isp' is no project key: capital letters, digits and underscores (example: ISP)",
    ),
    Case("project: ISP", "", "project: is missing", at="issue_types:"),
    Case("incident: [Incident, Service Request]", "incident: []", "issue_types.incident: must not be empty"),
    Case(
        "problem: Problem  ", "problem: Task  ", "issue_types.problem: 'Task' already stands for issue_types.rfo_task"
    ),
    Case("link_type: Relates", "link_type: ''", "link_type: must not be empty"),
    Case(SERVICE, "", "fields.service_id: is missing", at="fields:"),
    Case(SERVICE, "service_id: ''", "fields.service_id: must not be empty"),
    Case(
        SERVICE,
        "service_id: customfield_x",
        "fields.service_id: 'customfield_x' is no id of a custom field (example: customfield_10050)",
    ),
    Case(SERVICE, "service_id: " + "x" * 256, "fields.service_id: a name has up to 255 characters"),
    Case(
        TEXT,
        "test_results: RFO due",
        "fields.rfo_due_at: 'RFO due' is already the custom field of test_results",
        at="rfo_due_at: RFO due",
    ),
    Case(
        TEXT,
        TEXT + "\n  test_result: x",
        "fields.test_result: there is no such field; did you mean test_results?",
        at="test_result: x",
    ),
    Case(
        TEXT,
        TEXT + "\n  group: Team",
        "fields.group: is Jira's own; its values are mapped in groups",
        at="group: Team",
    ),
    Case(
        "group_field: Support group",
        "group_field: Test results",
        "group_field: 'Test results' is already the custom field of test_results",
    ),
    Case("  Closed: closed\n", "", "statuses: no status of Jira means closed", at="statuses:"),
    Case("  P2: " + P2, "", "priorities.P2: is missing", at="priorities:"),
    Case(P2, "{name: Highest}", "priorities.P2.name: 'Highest' already stands for priorities.P1.name"),
    Case(
        "  intake: Service Desk\n", "", "groups.intake: is missing (the group where tickets come in, R2)", at="groups:"
    ),
    Case("level_4: Directors", "level_4: RFO", "groups.rfo: 'RFO' already stands for groups.level_4", at="  rfo: RFO"),
    Case("  rfo: RFO\n", "", "groups.rfo: the policy names this group, the mapping has no name for it", at="groups:"),
    Case(ROLES, "agents: []", "roles.agents: must not be empty"),
    Case(ROLES, "agents: [Team, Team]", "roles.agents[1]: 'Team' already stands for roles.agents[0]"),
    Case("resolution: Done", "resolutions: Done", "resolutions: there is no such setting; did you mean resolution?"),
]


@pytest.mark.parametrize("case", CASES, ids=[case.says.split(": ")[0] for case in CASES])
def test_problem(case: Case, tmp_path: Path) -> None:
    expected, found = expected_and_found(JIRA, case, tmp_path)
    assert found == expected


def test_loading_a_bad_mapping_tells_everything(tmp_path: Path) -> None:
    from connector.helpdesks.jira.mapping import load_mapping

    path = changed(JIRA, tmp_path, (ROLES, "agents: []"), ("project: ISP", "project: ''"))
    with pytest.raises(PolicyError) as caught:
        load_mapping(path)
    assert [problem.path for problem in caught.value.problems] == ["project", "roles.agents"]
