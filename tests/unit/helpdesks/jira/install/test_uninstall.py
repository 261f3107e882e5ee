"""The way back: exactly what we made goes; issues and what was there before stay."""

from connector.install.plan import Action
from tests.unit.helpdesks.jira.install.bench import JiraBench

KEPT = ("fields", "project's fields", "screens", "members")


def test_an_uninstall_leaves_what_was_there_before_and_the_fields(jira_bench: JiraBench) -> None:
    before = jira_bench.state()
    jira_bench.install()

    jira_bench.uninstall()

    after = jira_bench.state()
    assert {name: rows for name, rows in after.items() if name not in KEPT} == {
        name: rows for name, rows in before.items() if name not in KEPT
    }
    names = {name for name, *_ in after["fields"]}
    assert {*jira_bench.mapping.fields.values(), jira_bench.mapping.group_field} <= names


def test_purging_the_fields_leaves_only_the_bot_in_its_team(jira_bench: JiraBench) -> None:
    before = jira_bench.state()
    jira_bench.install()

    jira_bench.uninstall(purge_fields=True)

    after = jira_bench.state()
    assert {name: rows for name, rows in after.items() if name != "members"} == {
        name: rows for name, rows in before.items() if name != "members"
    }


def test_what_is_in_use_stays_and_the_list_says_why(cloud: JiraBench) -> None:
    names = {p: held.model_copy(update={"name": f"{p} ours"}) for p, held in cloud.mapping.priorities.items()}
    cloud.mapping = cloud.mapping.model_copy(update={"priorities": names})
    cloud.install()
    cloud.jira.add_user("boss@example.com", ("Escalation Manager",))
    kind = {"project": {"key": "ISP"}, "issuetype": {"name": "Incident"}, "summary": "down"}
    cloud.call("POST", "issue", {"fields": {**kind, "priority": {"name": "P1 ours"}}})
    cloud.jira.world.index.lag = type(cloud.jira.world.index.lag)(0)

    plan = cloud.plan_back()
    cloud.uninstall()

    told = {step.name: step.why for step in plan.steps if step.action is Action.STAYS}
    assert (told["P1 ours"], told["Escalation Manager"]) == ("issues have it", "somebody has it")
    assert told["RFO due"].startswith("tickets' data are in it")
    left = [one.name for one in cloud.jira.world.priorities.values()]
    assert "P1 ours" in left
    assert "P2 ours" not in left


def test_foreign_and_adopted_objects_stay(cloud: JiraBench) -> None:
    cloud.call("POST", "filter", {"name": "Interspace: Problems", "jql": "project = ISP", "description": "Mine"})
    cloud.call("POST", "filter", {"name": "Interspace: by hand", "jql": "project = ISP", "description": "Mine"})
    cloud.install(adopt=True)

    plan = cloud.plan_back()
    cloud.uninstall()

    assert {one.name for one in cloud.jira.world.filters.values()} == {"Interspace: Problems", "Interspace: by hand"}
    assert [step.why for step in plan.steps if step.name == "Interspace: Problems" and step.kind == "filter"] == [
        "it was there before us"
    ]


def test_installing_again_afterwards_is_as_the_first_time(jira_bench: JiraBench) -> None:
    jira_bench.install()
    first = jira_bench.state()
    jira_bench.uninstall()

    jira_bench.install()

    assert jira_bench.plan().work == ()
    assert jira_bench.state() == first
