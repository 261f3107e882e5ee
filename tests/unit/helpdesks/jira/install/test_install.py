"""Fresh install, second run, foreign objects, adoption on both kinds of Jira."""

from pathlib import Path
from typing import Any

import pytest

from connector.helpdesks.jira.install.site import FIELDS, FILTERS, ROLES, WEBHOOKS
from connector.helpdesks.jira.install.webhook import EVENTS, NAME
from connector.helpdesks.jira.webhook import OF_A_LINK, OF_AN_ISSUE
from connector.install.apply import refuse
from connector.install.errors import PlanError, RefusedError
from connector.install.objects import is_adopted, is_marked
from connector.install.plan import Action
from connector.sandbox.jira.seed import TYPE_PREFIX
from tests.unit.helpdesks.jira.install.bench import RECEIVER, SECRETS, JiraBench, field_named, hook, wanted_options
from tests.unit.helpdesks.zammad.install.bench import steps

ROOT = Path(__file__).parents[5]


def test_a_plan_changes_nothing(jira_bench: JiraBench) -> None:
    before, asked = jira_bench.state(), len(jira_bench.jira.requests)

    plan = jira_bench.plan()

    assert jira_bench.state() == before
    assert {request.method for request in jira_bench.jira.requests[asked:]} == {"GET"}
    assert len(steps(plan, Action.CREATE)) > 30


def test_the_document_names_every_view(cloud: JiraBench) -> None:
    views = [step.name for step in steps(cloud.plan(), Action.CREATE) if step.kind == FILTERS]
    document = (ROOT / "docs/jira.md").read_text(encoding="utf-8")

    assert len(views) > 10
    assert [name for name in views if f"*{name.removeprefix('Interspace: ')}*" not in document] == []


def test_a_second_plan_finds_nothing_to_do(jira_bench: JiraBench) -> None:
    jira_bench.install()
    after = jira_bench.state()

    second = jira_bench.plan(receiver_url=None)
    jira_bench.install()

    assert second.work == ()
    assert jira_bench.state() == after


def test_every_field_is_made_with_its_options_and_is_on_the_screen(cloud: JiraBench) -> None:
    cloud.install()

    screen = cloud.jira.world.screens[next(iter(cloud.jira.world.projects.values())).screen_id]
    options = wanted_options(cloud.mapping)
    for name in (*cloud.mapping.fields.values(), cloud.mapping.group_field):
        made = field_named(cloud, name)
        own = [context for context in made.contexts.values() if context.projectIds]
        assert made.id in screen.fields, name
        assert [one.value for context in own for one in context.options.values()] == list(options.get(name, ()))


def test_on_data_center_options_are_left_to_the_admin_and_their_filter_waits(data_center: JiraBench) -> None:
    data_center.install()
    views = (
        "Missed targets",
        "Waiting for required details",
        "Possible duplicates",
        "RFO due",
        "Problems to confirm",
        "Outages",
        "Not in English",
        "From panels",
    )
    waiting = [f"Interspace: {view}" for view in views]
    assert not {held.name for held in data_center.jira.world.filters.values()} & set(waiting)
    assert field_named(data_center, "Required details").option("x") is None

    data_center.add_options()
    plan = data_center.install()

    assert [(step.action, step.name) for step in plan.work] == [(Action.CREATE, view) for view in waiting]


def test_the_webhook_is_signed_for_the_project_and_hears_what_the_receiver_knows(jira_bench: JiraBench) -> None:
    jira_bench.install()

    made = hook(jira_bench)
    assert made.secret in SECRETS.values()
    assert made.url == f"{RECEIVER}/webhooks/jira/main"
    assert (made.enabled, made.exclude_body, made.filter) == (True, False, 'project = "ISP"')
    assert set(EVENTS) <= OF_AN_ISSUE | OF_A_LINK


def test_the_bot_joins_the_team(jira_bench: JiraBench) -> None:
    jira_bench.install()

    members = dict(jira_bench.state()["members"])
    assert members["Service Desk Team"] == ["admin@sandbox.example", "interspace-bot@sandbox.example"]
    assert "Escalation Manager" not in members


def test_a_plan_is_the_same_every_time(jira_bench: JiraBench) -> None:
    assert jira_bench.plan().checksum == jira_bench.plan().checksum


def test_foreign_objects_are_left_alone(jira_bench: JiraBench) -> None:
    jira_bench.jira.add_field("Impact on service", "select", ["huge"])
    jira_bench.call("POST", "role", {"name": "Escalation Manager", "description": "Ours"})
    told = {"name": "Interspace: Problems", "jql": "project = ISP", "description": "Mine", "favourite": True}
    if jira_bench.jira.flavour == "cloud":
        del told["favourite"]
    jira_bench.call("POST", "filter", told)
    foreign = field_named(jira_bench, "Impact on service")
    before = repr(vars(foreign))

    plan = jira_bench.install()

    seen = {(step.kind, step.name): step for step in steps(plan, Action.FOREIGN)}
    assert {(FIELDS, "Impact on service"), (ROLES, "Escalation Manager"), (FILTERS, "Interspace: Problems")} <= {*seen}
    assert seen[FILTERS, "Interspace: Problems"].changes
    assert repr(vars(foreign)) == before
    assert [one.jql for one in jira_bench.jira.world.filters.values() if one.description == "Mine"] == ["project = ISP"]
    assert jira_bench.plan().work == ()


def test_a_foreign_dashboard_gets_no_gadgets(cloud: JiraBench) -> None:
    body = {"name": "Interspace: escalations", "description": "Mine", "sharePermissions": [], "editPermissions": []}
    cloud.call("POST", "/rest/api/3/dashboard", body)

    cloud.install()

    (held,) = cloud.jira.world.dashboards.values()
    assert held.gadgets == {}
    cloud.install(adopt=True)
    cloud.install()
    assert len(held.gadgets) == 16
    assert is_adopted(held.description)


def test_a_role_or_a_screen_with_our_prefix_is_nobodys_to_delete(cloud: JiraBench) -> None:
    """Tables that cannot carry a mark hold nothing of ours."""
    mapping = cloud.mapping.roles.model_copy(update={"agents": ("Interspace: team",)})
    cloud.jira.add("roles", "Interspace: team")
    cloud.mapping = cloud.mapping.model_copy(update={"roles": mapping})
    cloud.install()
    (project,) = cloud.jira.world.projects.values()
    cloud.jira.world.screens[project.screen_id].name = "Interspace: create"

    assert cloud.plan().work == ()
    assert {"screen", "member"}.isdisjoint(step.kind for step in cloud.plan_back().steps)


def test_the_order_of_a_webhooks_events_does_not_matter(jira_bench: JiraBench) -> None:
    jira_bench.install()
    hook(jira_bench).events.reverse()

    assert jira_bench.plan().work == ()


def test_adopted_objects_are_brought_into_shape_and_marked_so(cloud: JiraBench) -> None:
    foreign = cloud.jira.add_field("Impact on service", "select", ["huge"])

    cloud.install(adopt=True)

    (context,) = foreign.contexts.values()
    values = [option.value for option in context.options.values()]
    assert values == ["huge", "service_affecting", "degradation", "non_service_affecting"]
    assert not is_marked(foreign.description), "nothing else of it differed"
    assert cloud.plan().work == ()


def test_an_adopted_filter_is_kept_in_shape(cloud: JiraBench) -> None:
    cloud.call("POST", "filter", {"name": "Interspace: Problems", "jql": "project = ISP", "description": "Mine"})

    cloud.install(adopt=True)

    (held,) = (one for one in cloud.jira.world.filters.values() if one.name == "Interspace: Problems")
    assert is_adopted(held.description)
    assert held.jql != "project = ISP"
    held.jql = "project = ISP"
    assert [step.name for step in cloud.plan().work] == ["Interspace: Problems"]


def test_a_field_that_cannot_hold_the_values_is_named(jira_bench: JiraBench) -> None:
    jira_bench.jira.add_field("Impact on service", "textfield")
    jira_bench.jira.add_field("RFO due", "datetime")
    jira_bench.jira.add_field("RFO due", "datetime")

    with pytest.raises(PlanError) as refused:
        jira_bench.plan()

    assert "'Impact on service' is of type textfield, and the rules need select" in str(refused.value)
    assert "'RFO due' is the name of customfield_" in str(refused.value)


def test_a_field_that_the_mapping_names_by_id_is_used_and_never_made(cloud: JiraBench) -> None:
    held = cloud.jira.add_field("Anything", "textfield")
    other = cloud.jira.add_field("Anything", "textfield")
    fields = {**cloud.mapping.fields, "service_id": held.id}
    cloud.mapping = cloud.mapping.model_copy(update={"fields": fields})

    cloud.install()

    assert "Service reference" not in [one.name for one in cloud.jira.world.custom_fields.values()]
    assert (held.description, other.description) == ("", "")
    assert cloud.plan().work == ()
    cloud.mapping = cloud.mapping.model_copy(update={"fields": {**fields, "service_id": "customfield_99999"}})
    with pytest.raises(PlanError, match="no custom field 'customfield_99999'"):
        cloud.plan()


def test_a_screen_of_several_projects_is_changed_only_with_adopt(cloud: JiraBench) -> None:
    mine = next(iter(cloud.jira.world.projects.values()))
    other = cloud.jira.add_project("OPS")
    other.screen_id = mine.screen_id

    plan = cloud.install()

    (screen,) = (step for step in plan.steps if step.kind == "screen")
    assert screen.action is Action.FOREIGN
    assert screen.changes
    cloud.install(adopt=True)
    assert field_named(cloud, "RFO due").id in cloud.jira.world.screens[mine.screen_id].fields


@pytest.mark.parametrize("change", [{"projectTypeKey": "software"}, {"simplified": True}, {"style": "next-gen"}])
def test_only_a_company_managed_service_project_will_do(
    cloud: JiraBench, change: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from connector.sandbox.jira import site

    shown = site._project
    monkeypatch.setattr(site, "_project", lambda call, found: shown(call, found) | change)

    with pytest.raises(PlanError, match="company-managed service project"):
        cloud.plan()


def test_a_second_object_of_ours_is_removed(cloud: JiraBench) -> None:
    cloud.install()
    body = {"name": NAME, "url": RECEIVER, "events": ["jira:issue_created"], "filters": {}, "excludeBody": False}
    cloud.call("POST", "/rest/webhooks/1.0/webhook", body)

    (step,) = cloud.plan().work

    assert (step.action, step.kind) == (Action.DELETE, WEBHOOKS)
    with pytest.raises(RefusedError, match="deletes 1 object"):
        refuse(cloud.plan())


def test_fields_that_are_no_longer_wanted_stay(jira_bench: JiraBench) -> None:
    jira_bench.install()
    mark = field_named(jira_bench, "RFO due").description
    jira_bench.call("POST", "field", {"name": "Older", "type": f"{TYPE_PREFIX}textfield", "description": mark})

    plan = jira_bench.plan()

    assert plan.work == ()
    assert [step.why for step in plan.steps if step.name == "Older"] == [
        "no longer wanted; kept, because tickets' data are in it"
    ]


def test_a_receiver_url_is_needed_once(jira_bench: JiraBench) -> None:
    with pytest.raises(PlanError, match="--receiver-url"):
        jira_bench.plan(receiver_url=None)
    jira_bench.install()
    assert jira_bench.plan(receiver_url=None).work == ()


def test_the_secret_is_in_the_webhook_and_nowhere_else(jira_bench: JiraBench) -> None:
    plan = jira_bench.install()
    (secret,) = SECRETS.values()

    for text in (repr(plan), repr(plan.to_dict()), repr(jira_bench.plan()), repr(jira_bench.plan().to_dict())):
        assert secret not in text


def test_an_old_data_center_gets_no_webhook(data_center: JiraBench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before version 10, Data Center signs nothing: the receiver would refuse what it sends."""
    monkeypatch.setattr("connector.sandbox.jira.site.DATA_CENTER_VERSION", "9.12.1")

    data_center.install()

    assert data_center.jira.world.webhooks == {}


def test_a_customers_token_is_refused_before_anything_is_planned(jira_bench: JiraBench) -> None:
    bot = jira_bench.jira.world.tokens[jira_bench.tokens["bot"]]
    bot.kind = "customer"
    bot.shown.clear()

    with pytest.raises(PlanError, match="that of a portal customer"):
        jira_bench.plan()
