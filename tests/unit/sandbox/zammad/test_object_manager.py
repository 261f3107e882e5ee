"""Custom attributes exist only after their migration."""

import pytest

from tests.unit.sandbox.zammad.desk import Desk

INPUT = {"type": "text", "maxlength": 50}


def _attribute(name: str = "rfo_key", data_type: str = "input", **option: object) -> dict[str, object]:
    return {"name": name, "object": "Ticket", "display": "X", "data_type": data_type, "data_option": option or INPUT}


def _migrate(desk: Desk) -> None:
    assert desk.call("POST", "object_manager_attributes_execute_migrations", {}, by="admin") == (200, {})


def test_before_its_migration_an_attribute_is_ignored(desk: Desk) -> None:
    old = desk.ticket()
    status, made = desk.call("POST", "object_manager_attributes", _attribute(), by="admin")
    assert (status, made["to_create"], made["to_migrate"]) == (201, True, True)
    assert desk.put(old, rfo_key="R-1")[0] == 200
    assert "rfo_key" not in desk.shown(old)
    _migrate(desk)
    assert desk.shown(old)["rfo_key"] is None
    assert desk.shown(desk.ticket())["rfo_key"] == ""
    assert desk.put(old, rfo_key="R-1")[1]["rfo_key"] == "R-1"


def test_changed_options_wait_for_the_next_migration(older: Desk) -> None:
    attributes = older.call("GET", "object_manager_attributes", by="admin")[1]
    impact = next(attribute for attribute in attributes if attribute["name"] == "impact")
    wider = {"data_option": {"options": {"high": "High", "huge": "Huge"}}}
    changed = older.call("PUT", f"object_manager_attributes/{impact['id']}", wider, by="admin")[1]
    assert changed["to_config"]
    ticket = older.ticket()
    assert older.put(ticket, impact="huge")[0] == 422
    _migrate(older)
    assert older.put(ticket, impact="huge")[0] == 200


def test_a_deleted_attribute_goes_with_the_migration(desk: Desk) -> None:
    ticket = desk.ticket(level=1)
    attributes = desk.call("GET", "object_manager_attributes", by="admin")[1]
    level = next(attribute["id"] for attribute in attributes if attribute["name"] == "level")
    assert desk.call("DELETE", f"object_manager_attributes/{level}", by="admin") == (200, {})
    assert desk.shown(ticket)["level"] == 1
    _migrate(desk)
    assert "level" not in desk.shown(ticket)
    assert desk.put(ticket, level=2)[0] == 200


@pytest.mark.parametrize(
    ("attribute", "error"),
    [
        (_attribute("service_id"), "Name can't be used because *_id and *_ids are not allowed"),
        (_attribute("Bad-Name"), "Name only lowercase letters, numbers, and '_' are allowed"),
        (_attribute("impact"), "This object already exists."),
        (_attribute("priority_id"), "This object already exists."),
        (_attribute("x", "input", type="text"), "Data option must have integer for :maxlength"),
        (_attribute("x", "oracle"), "Data type is not included in the list"),
    ],
)
def test_bad_attributes_are_refused(desk: Desk, attribute: object, error: str) -> None:
    status, answer = desk.call("POST", "object_manager_attributes", attribute, by="admin")
    assert status == 422
    assert error in answer["error"]


def test_a_datetime_with_diff_fills_itself(desk: Desk) -> None:
    desk.zammad.add_attribute("promised_at", "datetime", diff=24)
    assert desk.shown(desk.ticket())["promised_at"] == "2026-03-03T09:00:00.000Z"


def test_agents_may_not_configure(desk: Desk) -> None:
    status, answer = desk.call("POST", "object_manager_attributes", _attribute(), by="agent")
    assert (status, answer["error"]) == (403, "Token authorization failed.")
