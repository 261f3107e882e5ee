"""Notes name fields and what is chosen in them as the agent's screen does."""

from typing import Any

from connector.domain.fields import CATALOGUE, CUSTOM, NATIVE
from connector.domain.labels import Labels
from connector.domain.model import TicketId
from connector.helpdesks.zammad.desk import ZammadDesk
from connector.helpdesks.zammad.install.tables import ATTRIBUTES
from connector.install.plan import Action
from tests.unit.helpdesks.zammad.install.bench import Bench


def on_screen(bench: Bench) -> dict[str, dict[str, Any]]:
    """Field, ``state`` among them → its attribute as the object manager shows it."""
    rows = {row["name"]: row for row in bench.client("admin").get(ATTRIBUTES) if row["object"] == "Ticket"}
    custom = {field: rows[bench.mapping.attribute(field)] for field in CUSTOM}
    return {**custom, **{name: rows[f"{name}_id"] for name in (*NATIVE, "state")}}


def in_notes(bench: Bench) -> Labels:
    ticket = {"title": "down", "group": "RFO", "customer": "bot@example.com", "article": {"body": "no light"}}
    bench.call("POST", "tickets", ticket, who="bot")
    return ZammadDesk(bench.client("bot"), bench.mapping).read(TicketId("1")).labels


def test_notes_use_the_labels_of_the_installation(bench: Bench) -> None:
    bench.install()
    labels, screen = in_notes(bench), on_screen(bench)

    assert {field: row["display"] for field, row in screen.items()} == {field: labels[field] for field in screen}
    for field in CUSTOM:
        if choices := CATALOGUE[field].choices:
            options = screen[field]["data_option"]["options"]
            assert options == {value: labels.choice(field, value) for value in choices}
    priorities = {row["name"] for row in bench.client("admin").get("ticket_priorities")}
    assert {labels.choice("priority", value) for value in CATALOGUE["priority"].choices} <= priorities


def test_a_label_of_the_mapping_is_put_on_the_screen_and_used_in_notes(bench: Bench) -> None:
    bench.install()
    bench.mapping = bench.mapping.model_copy(update={"labels": {"deferral": "Vereinbarung"}})

    updated = [step for step in bench.plan(receiver_url=None).work if step.action is Action.UPDATE]
    bench.install()

    assert [(step.name, [change.path for change in step.changes]) for step in updated] == [("deferral", [("display",)])]
    assert on_screen(bench)["deferral"]["display"] == in_notes(bench)["deferral"] == "Vereinbarung"
