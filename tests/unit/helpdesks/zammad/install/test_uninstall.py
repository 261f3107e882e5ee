"""The way back: exactly what we made goes; tickets and what was there before stay."""

from connector.helpdesks.zammad.install.tables import ATTRIBUTES
from connector.install.plan import Action
from tests.unit.helpdesks.zammad.install.bench import Bench


def test_an_uninstall_leaves_what_was_there_before_and_the_fields(bench: Bench) -> None:
    before = bench.state()
    bench.install()

    bench.uninstall()

    after = bench.state()
    assert {kind: rows for kind, rows in after.items() if kind != ATTRIBUTES} == {
        kind: rows for kind, rows in before.items() if kind != ATTRIBUTES
    }
    assert set(bench.setup.mapping.fields.values()) <= bench.names(ATTRIBUTES)


def test_purging_the_fields_leaves_nothing(bench: Bench) -> None:
    before = bench.state()
    bench.install()

    bench.uninstall(purge_fields=True)

    assert bench.state() == before


def test_tickets_their_data_and_their_group_stay(bench: Bench) -> None:
    bench.install()
    fields = {"service_ref": "SVC-1005", "priority": "P1 critical", "group": "RFO"}
    ticket = {"title": "down", "customer": "bot@example.com", "article": {"body": "no light"}, **fields}
    bench.call("POST", "tickets", ticket, who="bot")
    bench.call("PUT", "tickets/1", {"service_ref": "SVC-1005"}, who="bot")

    plan = bench.plan_back()
    bench.uninstall()

    told = {step.name: step.why for step in plan.steps if step.action is Action.STAYS}
    assert told["RFO"] == told["P1 critical"] == "tickets refer to it"
    assert told["service_ref"].startswith("tickets' data are in it")
    (kept,) = bench.zammad.world.table("Ticket").values()
    assert kept["service_ref"] == "SVC-1005"
    assert bench.row("groups", "RFO")["id"] == kept["group_id"]
    assert bench.row("ticket_priorities", "P1 critical")["id"] == kept["priority_id"]
    assert "Directors" not in bench.names("groups")


def test_foreign_and_adopted_objects_stay(bench: Bench) -> None:
    bench.call("POST", "groups", {"name": "Directors", "active": False})
    bench.call("POST", "macros", {"name": "Close", "perform": {"ticket.state_id": {"value": 4}}})
    bench.install(adopt=True)

    plan = bench.plan_back()
    bench.uninstall()

    assert {"Users", "Directors"} == bench.names("groups")
    assert "Close" in bench.names("macros")
    assert [step.why for step in plan.steps if step.name == "Directors"] == ["it was there before us"]


def test_an_interrupted_uninstall_continues(bench: Bench) -> None:
    bench.install()
    plan = bench.plan_back()
    for step in plan.work[:20]:
        if step.action is Action.DELETE:
            bench.call("DELETE", f"{step.kind}/{step.id}")

    bench.uninstall()

    assert bench.plan_back().work == ()
    assert bench.names("groups") == {"Users"}


def test_what_zammad_refuses_to_delete_is_told(bench: Bench) -> None:
    bench.install()
    hook = bench.row("webhooks", "Interspace connector")["id"]
    perform = {"notification.webhook": {"webhook_id": hook}}
    condition = {"ticket.action": {"operator": "is", "value": "create"}}
    bench.call("POST", "triggers", {"name": "somebody else's", "condition": condition, "perform": perform})

    stayed = bench.uninstall()

    kept = [one.step.title for one in stayed]
    assert kept == (["webhook 'Interspace connector'"] if "Interspace connector" in bench.names("webhooks") else [])
    assert "somebody else's" in bench.names("triggers")


def test_installing_again_afterwards_is_as_the_first_time(bench: Bench) -> None:
    bench.install()
    first = bench.state()
    bench.uninstall()

    bench.install()

    assert bench.plan().work == ()
    assert {kind: len(rows) for kind, rows in bench.state().items()} == {k: len(rows) for k, rows in first.items()}
