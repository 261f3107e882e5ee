"""A Jira that is set up by the names of a mapping."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from connector.helpdesks.jira.mapping import JiraMapping, load_mapping
from connector.sandbox.clock import SteppedClock
from connector.sandbox.jira import Flavour, SandboxJira
from connector.sandbox.jira.furnished import BOT, Accounts, connect_webhook, furnish, request
from tests.unit.sandbox.jira.desk import START

MAPPING = Path(__file__).resolve().parents[4] / "mappings" / "jira.yaml"


@pytest.fixture(scope="module")
def mapping() -> JiraMapping:
    return load_mapping(MAPPING)


@pytest.fixture
def furnished(flavour: Flavour, mapping: JiraMapping) -> tuple[SandboxJira, Accounts]:
    jira = SandboxJira(SteppedClock(START), flavour)
    return jira, furnish(jira, mapping)


def test_everything_in_the_mapping_is_there(furnished: tuple[SandboxJira, Accounts], mapping: JiraMapping) -> None:
    jira, accounts = furnished
    listed = {
        path: {held["name"] for held in json.loads(request(jira, accounts.bot, "GET", path).body)}
        for path in ("field", "status", "priority", "issuetype", "role")
    }
    assert set(mapping.fields.values()) | {mapping.group_field} <= listed["field"]
    assert set(mapping.statuses) <= listed["status"]
    assert {names.name for names in mapping.priorities.values()} <= listed["priority"]
    assert {*mapping.issue_types.incident, mapping.issue_types.rfo_task} <= listed["issuetype"]
    assert {*mapping.roles.agents, *mapping.roles.managers} <= listed["role"]


def test_the_bot_can_set_every_field(furnished: tuple[SandboxJira, Accounts], mapping: JiraMapping) -> None:
    jira, accounts = furnished
    fields = {held["name"]: held for held in json.loads(request(jira, accounts.bot, "GET", "field").body)}
    examples: dict[str, object] = {"string": "x", "number": 1, "datetime": "2026-11-22T10:00:00.000+0000"}
    values: dict[str, object] = {
        "project": {"key": mapping.project},
        "issuetype": {"name": mapping.issue_types.incident[0]},
        "summary": "x",
    }
    for name in (*mapping.fields.values(), mapping.group_field):
        held = fields[name]
        if held["schema"]["type"] == "option":
            field = jira.world.custom_field(held["id"])
            values[held["id"]] = {"value": next(iter(next(iter(field.contexts.values())).options.values())).value}
        else:
            values[held["id"]] = examples[held["schema"]["type"]]
    made = request(jira, accounts.bot, "POST", "issue", {"fields": values})
    assert made.status == 201, made.body


def test_the_webhook_tells_what_happens(furnished: tuple[SandboxJira, Accounts], mapping: JiraMapping) -> None:
    jira, accounts = furnished
    got: list[Mapping[str, str]] = []

    def post(_url: str, headers: Mapping[str, str], _body: bytes) -> int:
        got.append(headers)
        return 202

    connect_webhook(jira, accounts, "https://receiver.example/hook", "a secret", mapping.project)
    jira.receive_mail("carl@example.com", "No light", "since noon", mapping.project)
    jira.deliver_webhooks(post)
    assert ["X-Hub-Signature" in headers for headers in got] == [True]
    assert jira.user_id(BOT)
