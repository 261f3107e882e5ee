"""Drift of an installation in Jira is seen and repaired; what people add is none."""

from collections.abc import Callable
from typing import Any

import pytest

from connector.helpdesks.jira.install.site import DASHBOARDS, FIELDS, FILTERS, GADGETS, OPTIONS, ROLES, WEBHOOKS
from connector.install.plan import Action
from tests.unit.helpdesks.jira.install.bench import JiraBench, field_named, hook


def rename_description(bench: JiraBench) -> None:
    found = field_named(bench, "Impact on service")
    found.description = found.description.replace("Required", "Wanted")


def drop_options(bench: JiraBench) -> None:
    for context in field_named(bench, "Stated urgency").contexts.values():
        context.options.clear()


def take_off_screen(bench: JiraBench) -> None:
    bench.call("DELETE", f"/rest/api/2/{first_tab(bench)}/fields/{field_named(bench, 'RFO due').id}")


def first_tab(bench: JiraBench) -> str:
    (project,) = bench.jira.world.projects.values()
    return f"screens/{project.screen_id}/tabs/{next(iter(bench.jira.world.screens[project.screen_id].tabs))}"


def leave_team(bench: JiraBench) -> None:
    (project,) = bench.jira.world.projects.values()
    for users in project.role_users.values():
        users.discard(bench.jira.user_id("interspace-bot@sandbox.example"))


def move_hook(bench: JiraBench) -> None:
    hook(bench).url = "https://elsewhere.example.com/"


def fewer_events(bench: JiraBench) -> None:
    hook(bench).events = ["jira:issue_created"]


def unsign(bench: JiraBench) -> None:
    hook(bench).secret = None


def other_jql(bench: JiraBench) -> None:
    held = next(one for one in bench.jira.world.filters.values() if one.name == "Interspace: Problems")
    held.jql = "project = ISP"


def unshare(bench: JiraBench) -> None:
    held = next(one for one in bench.jira.world.filters.values() if one.name == "Interspace: Problems")
    held.sharePermissions = []


def other_role(bench: JiraBench) -> None:
    held = next(one for one in bench.jira.world.roles.values() if one.name == "Escalation Manager")
    held.description = held.description.replace("ticket", "car")


def unshare_dashboard(bench: JiraBench) -> None:
    (held,) = bench.jira.world.dashboards.values()
    held.sharePermissions = []


def remove_gadget(bench: JiraBench) -> None:
    (held,) = bench.jira.world.dashboards.values()
    held.gadgets.pop(max(held.gadgets))


def other_filter(bench: JiraBench) -> None:
    (held,) = bench.jira.world.dashboards.values()
    for key in held.item_properties:
        held.item_properties[key] = {"filterId": "1"}
        break


BOTH: tuple[Any, ...] = (
    (take_off_screen, "screen", Action.UPDATE),
    (leave_team, "member", Action.UPDATE),
    (move_hook, WEBHOOKS, Action.UPDATE),
    (fewer_events, WEBHOOKS, Action.UPDATE),
    (other_jql, FILTERS, Action.UPDATE),
    (unshare, FILTERS, Action.UPDATE),
    (other_role, ROLES, Action.UPDATE),
)
ON_CLOUD: tuple[Any, ...] = (
    (rename_description, FIELDS, Action.UPDATE),
    (drop_options, OPTIONS, Action.UPDATE),
    (unsign, WEBHOOKS, Action.UPDATE),
    (unshare_dashboard, DASHBOARDS, Action.UPDATE),
    (remove_gadget, GADGETS, Action.CREATE),
    (other_filter, GADGETS, Action.UPDATE),
)


@pytest.mark.parametrize(("damage", "kind", "action"), BOTH, ids=lambda value: getattr(value, "__name__", ""))
def test_drift_is_seen_and_repaired(
    jira_bench: JiraBench, damage: Callable[[JiraBench], None], kind: str, action: Action
) -> None:
    repaired(jira_bench, damage, kind, action)


@pytest.mark.parametrize(("damage", "kind", "action"), ON_CLOUD, ids=lambda value: getattr(value, "__name__", ""))
def test_drift_that_only_clouds_api_can_repair(
    cloud: JiraBench, damage: Callable[[JiraBench], None], kind: str, action: Action
) -> None:
    repaired(cloud, damage, kind, action)


def repaired(bench: JiraBench, damage: Callable[[JiraBench], None], kind: str, action: Action) -> None:
    bench.install()
    whole = bench.state()
    damage(bench)
    assert bench.state() != whole

    plan = bench.plan()

    assert [(step.action, step.kind) for step in plan.work] == [(action, kind)]
    bench.install()
    after = bench.state()
    if damage is take_off_screen:
        # It comes back at the end of the tab.
        after, whole = ({**held, "screens": in_any_order(held["screens"])} for held in (after, whole))
    assert after == whole
    assert bench.plan().work == ()


def in_any_order(screens: list[Any]) -> list[Any]:
    return [(name, tab, sorted(fields)) for name, tab, fields in screens]


def test_what_people_add_is_no_drift(cloud: JiraBench) -> None:
    cloud.install()
    cloud.jira.add_options("Impact on service", ["huge"])
    saved = next(iter(cloud.jira.world.filters.values()))
    saved.sharePermissions.append({"type": "group", "group": {"name": "managers"}})
    shares = list(saved.sharePermissions)

    assert cloud.plan().work == ()
    saved.jql = "project = ISP"
    cloud.install()
    assert saved.sharePermissions == shares, "an update keeps what people have added"
