"""Mandatory fields and options of the create and edit masks, which bind the API."""

import pytest

from tests.unit.sandbox.zammad.desk import Desk

MANDATORY = {"ticket.impact": {"operator": "set_mandatory", "set_mandatory": "true"}}
TICKET = {"title": "t", "group": "Users", "customer": "customer@example.com", "article": {"body": "b"}}


def _workflow(desk: Desk, perform: object, *screens: str, **fields: object) -> None:
    name = f"flow {len(desk.call('GET', 'core_workflows', by='admin')[1])}"
    body = {"name": name, "object": "Ticket", "preferences": {"screen": list(screens)}, "perform": perform, **fields}
    assert desk.call("POST", "core_workflows", body, by="admin")[0] == 201


def _make(desk: Desk, by: str = "bot", **fields: object) -> int:
    return desk.call("POST", "tickets", {**TICKET, **fields}, by=by)[0]


def test_a_mandatory_field_of_the_create_mask_binds_creates_only(desk: Desk) -> None:
    _workflow(desk, MANDATORY, "create_middle")
    status, answer = desk.call("POST", "tickets", TICKET, by="bot")
    assert status == 422
    assert answer["error"].startswith("Error ID ")
    assert answer["error"].endswith(": Please contact your administrator.")
    assert "error_human" not in answer
    assert "Missing required value for field 'impact'!" in desk.zammad.log[-1]
    assert desk.call("POST", "tickets", TICKET, by="admin")[1] == {
        "error": "Missing required value for field 'impact'!"
    }
    assert _make(desk, impact="low") == 201
    incomplete = desk.zammad.receive_mail("new@example.com", "down", "no light")
    assert desk.put(incomplete, title="still incomplete")[0] == 200


def test_without_that_limit_it_locks_every_update(desk: Desk) -> None:
    ticket = desk.ticket()
    _workflow(desk, MANDATORY)
    assert desk.put(ticket, title="x")[0] == 422
    assert desk.put(ticket, impact="low")[0] == 200
    assert desk.put(ticket, impact="")[0] == 422


def test_a_required_screen_is_enforced_on_create_for_those_it_is_shown_to(desk: Desk) -> None:
    listed = desk.call("GET", "object_manager_attributes", by="admin")[1]
    impact = next(one["id"] for one in listed if one["name"] == "impact")
    shown = {"ticket.agent": {"shown": True, "required": True}, "ticket.customer": {"shown": False, "required": True}}
    desk.call("PUT", f"object_manager_attributes/{impact}", {"screens": {"create_middle": shown}}, by="admin")
    assert (_make(desk, by="bot"), _make(desk, by="customer")) == (422, 201)
    assert _make(desk, by="bot", impact="high") == 201
    ticket = desk.zammad.receive_mail("new@example.com", "down", "no light")
    assert desk.put(ticket, title="x")[0] == 200


@pytest.mark.parametrize(
    ("selected", "status"),
    [
        ({"ticket.priority_id": {"operator": "is", "value": ["2"]}}, 422),
        ({"ticket.priority_id": {"operator": "is", "value": ["3"]}}, 201),
        ({"ticket.group_id": {"operator": "is not", "value": ["1"]}}, 201),
        ({"session.role_ids": {"operator": "is", "value": ["2"]}}, 422),
        ({"session.role_ids": {"operator": "is not", "value": ["2"]}}, 201),
        ({"session.permission_ids": {"operator": "is", "value": ["1"]}}, 201),
        ({"ticket.not_there": {"operator": "is", "value": ["1"]}}, 201),
    ],
)
def test_a_workflow_applies_if_what_is_selected_meets_its_condition(desk: Desk, selected: object, status: int) -> None:
    _workflow(desk, MANDATORY, "create_middle", condition_selected=selected)
    assert _make(desk) == status


def test_a_condition_on_saved_values_never_meets_a_new_ticket(desk: Desk) -> None:
    saved = {"ticket.priority_id": {"operator": "is", "value": ["2"]}}
    _workflow(desk, MANDATORY, condition_saved=saved)
    ticket = desk.ticket()
    assert desk.put(ticket, title="x")[0] == 422


def test_states_are_added_on_5_5(older: Desk) -> None:
    older.call("POST", "ticket_states", {"name": "with carrier", "state_type_id": 2}, by="admin")
    state = older.call("GET", "ticket_states")[1][-1]["id"]
    assert _make(older, state="with carrier") == 422
    _workflow(older, {"ticket.state_id": {"operator": ["add_option"], "add_option": [str(state)]}})
    assert _make(older, state="with carrier") == 201


def test_options_are_removed(desk: Desk) -> None:
    _workflow(desk, {"ticket.impact": {"operator": "remove_option", "remove_option": ["low"]}}, "create_middle")
    assert (_make(desk, impact="low"), _make(desk, impact="high")) == (422, 201)


def test_later_workflows_win_and_one_may_be_the_last(desk: Desk) -> None:
    optional = {"ticket.impact": {"operator": "set_optional"}}
    _workflow(desk, MANDATORY, priority=1)
    _workflow(desk, optional, priority=2, stop_after_match=True)
    _workflow(desk, MANDATORY, priority=3)
    assert _make(desk) == 201


def test_only_a_mask_knows_who_sits_at_it(desk: Desk) -> None:
    condition = {"session.role_ids": {"operator": "is", "value": ["1"]}}
    trigger = {"name": "t", "condition": condition, "perform": {}}

    status, answer = desk.call("POST", "triggers", trigger, by="admin")

    assert (status, answer["error"]) == (422, "Invalid object selector conditions")
    assert desk.call("POST", "tickets/search", {"condition": condition})[0] == 422
