"""What else writes to issues in a Jira: found in its configuration, and told with what it does to us."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from connector.doctor.finding import CheckStatus, Finding
from connector.doctor.writers import SECTION
from connector.helpdesks.jira.doctor.checks import CHECKS
from connector.sandbox.jira import workflows
from tests.jira_admin import add_sla, allow_only
from tests.unit.helpdesks.jira.doctor.installation import Installation

_NEEDED = {"settings", "policy and mapping", "Jira answers", "token", "admin token", "project", "issue types"}
PROJECT, ELSEWHERE, SITE = "ari:cloud:jira:x:project/10000", "ari:cloud:jira:x:project/10001", "ari:cloud:jira::site/x"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One for all: each test takes back what it did."""
    made = Installation(f"sqlite:///{tmp_path_factory.mktemp('writers') / 'work'}")
    yield made
    made.close()


@pytest.fixture(autouse=True)
def nobody_else(cloud: Installation) -> Iterator[None]:
    yield
    cloud.jira.world.others.automations.clear()
    cloud.jira.world.others.rules.clear()


def found(at: Installation, kind: str) -> Finding:
    """What is said of one kind of writers."""
    checks = tuple(one for one in CHECKS if one.name in {*_NEEDED, "custom fields", SECTION + kind})
    return at.examine(checks, test_tickets=False)[SECTION + kind]


def field_id(at: Installation, name: str) -> str:
    return next(held.id for held in at.jira.world.custom_fields.values() if held.name == name)


def action(kind: str, **value: Any) -> dict[str, Any]:
    return {"component": "ACTION", "type": f"jira.issue.{kind}", "value": value, "children": [], "conditions": []}


def edits(*fields: str) -> dict[str, Any]:
    return action("edit", operations=[{"field": {"type": "ID", "value": name}, "type": "SET"} for name in fields])


def automate(at: Installation, *components: dict[str, Any], scope: str = PROJECT, state: str = "ENABLED") -> None:
    number = str(len(at.jira.world.others.automations))
    rule = {"uuid": number, "name": f"Rule {number}", "state": state, "ruleScopeARIs": [scope]}
    at.jira.world.others.automations[number] = {**rule, "components": list(components)}


def test_an_automation_rule_that_sets_what_is_ours_is_named_with_what_follows(cloud: Installation) -> None:
    condition = {"component": "CONDITION", "type": "jira.condition.container.block"}
    inner = edits("priority", field_id(cloud, "Escalation level"), "summary")
    automate(cloud, {**condition, "children": [inner]})
    automate(cloud, action("transition", operations=[]), action("delete"), scope=SITE)
    further = json.dumps({"fields": {"Support group": {"value": "x"}}})
    automate(cloud, action("edit", operations=[{"fieldId": "reporter"}], advancedFields=further))

    seen = found(cloud, "automation rules")

    first, second, third = seen.seen.split("\n")
    assert seen.verdict is CheckStatus.WARN
    assert first.startswith("automation rule 'Rule 0': sets the priority: ")
    assert "sets Escalation level, which only the rules write" in first
    assert "rewrites the summary" in first
    assert "changes the state" in second
    assert "deletes issues" in second
    assert "moves tickets to another group" in third
    assert "changes the reporter" in third


@pytest.mark.parametrize(
    ("scope", "state"), [(ELSEWHERE, "ENABLED"), (PROJECT, "DISABLED")], ids=["elsewhere", "switched off"]
)
def test_a_rule_that_does_nothing_to_us(cloud: Installation, scope: str, state: str) -> None:
    automate(cloud, edits("priority"), scope=scope, state=state)
    automate(cloud, action("outgoing.email", to="x"), edits("components"), action("edit", advancedFields="{{no json"))

    assert found(cloud, "automation rules").verdict is CheckStatus.OK


def test_rules_are_read_page_by_page(cloud: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.helpdesks.jira.doctor.automation._AT_ONCE", 2)
    for _ in range(5):
        automate(cloud, edits("priority"))

    assert len(found(cloud, "automation rules").seen.split("\n")) == 5


def test_an_address_in_a_page_leads_nowhere(cloud: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    links = {"next": "https://evil.example/rest?cursor=0"}
    monkeypatch.setattr(workflows, "_links", lambda *_: links)
    automate(cloud, edits("priority"))
    begin = len(cloud.jira.requests)

    found(cloud, "automation rules")

    asked = [call.path for call in cloud.jira.requests[begin:] if "rule/summary" in call.path]
    assert 1 < len(asked) <= 50
    assert all("evil" not in path for path in asked)


def rules_on(at: Installation, status: str, **rules: Any) -> None:
    world = at.jira.world
    way = next(way for way in world.transitions.values() if world.statuses[way.to].name == status)
    world.others.rules[way.id] = rules


def test_what_a_workflow_sets_asks_for_and_forbids(cloud: Installation) -> None:
    level = field_id(cloud, "Escalation level")
    copy = {"sourceFieldKey": "priority", "targetFieldKey": "description"}
    actions = [
        {"ruleKey": "system:update-field", "parameters": {"field": level, "value": "1"}},
        {"ruleKey": "system:copy-value-from-other-field", "parameters": copy},
    ]
    conditions = {"operation": "ALL", "conditionGroups": [{"conditions": [{"ruleKey": "system:restrict"}]}]}
    validator = {"ruleKey": "system:validate-field-value", "parameters": {"ruleType": "fieldRequired"}}
    rules_on(cloud, "Work in progress", actions=actions, validators=[validator], conditions=conditions)

    seen = found(cloud, "workflows").seen

    assert "workflow 'Service desk workflow' of Incident, " in seen
    assert "sets Escalation level, which only the rules write" in seen
    assert "sets the priority" not in seen, "a source is not written"
    assert "rewrites the description" in seen
    assert "asks for something (system:validate-field-value)" in seen
    assert "it has conditions: the connector's change of status of Problem and Task is left out" in seen


def test_a_workflow_that_lacks_our_ways(cloud: Installation) -> None:
    ways = cloud.jira.world.transitions.values()
    before = {way.id: way.sources for way in ways}
    for status in ("Open", "Work in progress", "Closed"):
        allow_only(cloud.jira, status, ["Waiting for customer"])

    seen = found(cloud, "workflows")

    for way in ways:
        way.sources = before[way.id]
    assert "has no way from " in seen.seen
    assert "Closed" in seen.seen
    assert found(cloud, "workflows").verdict is CheckStatus.OK


def test_a_field_that_jira_demands_of_our_own_issues(cloud: Installation) -> None:
    (project,) = cloud.jira.world.projects.values()
    scheme = cloud.jira.world.field_schemes[project.field_scheme_id]
    scheme.required |= {field_id(cloud, "Root cause found"), field_id(cloud, "Support group")}

    seen = found(cloud, "required fields").seen

    scheme.required.clear()
    assert seen.count("\n") == 1, "of two types"
    assert "field 'Root cause found': is required of Task: the connector has no value for it" in seen


def test_goals_that_are_not_the_checklists(cloud: Installation) -> None:
    cloud.worker_runs = False
    add_sla(cloud.jira, "Interspace: repair", timedelta(hours=4))
    add_sla(cloud.jira, "Time to close after resolution", timedelta(hours=4))
    cloud.jira.receive_mail("ada@harbour.example", "Line down", "Please help.")
    cloud.passes(300)

    seen = found(cloud, "SLAs").seen

    assert seen.startswith("SLA 'Time to close after resolution': counts by a calendar")
    assert "Interspace" not in seen


def test_data_center_tells_of_neither_rules_nor_workflows(sqlite_url: str) -> None:
    made = Installation(sqlite_url, "datacenter")

    seen = [found(made, kind) for kind in ("automation rules", "workflows")]

    assert {one.verdict for one in seen} == {CheckStatus.SKIPPED}
    made.close()
