"""The tables an admin fills: who may use them, what they refuse, what they make of what they get."""

import pytest

from tests.unit.sandbox.zammad.desk import Desk

ALL_DAY = {"mon": {"active": True, "timeframes": [["00:00", "24:00"]]}}
CONDITION = {"ticket.priority_id": {"operator": "is", "value": ["3"]}}
ALWAYS = {
    "days": dict.fromkeys(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), True),
    "hours": {str(hour): True for hour in range(24)},
    "minutes": {str(minute): True for minute in range(0, 60, 10)},
}
OVERVIEW: dict[str, object] = {"role_ids": [2], "condition": CONDITION, "order": {"by": "id"}, "view": {"s": ["title"]}}
TABLES: dict[str, tuple[str, dict[str, object]]] = {
    "ticket_states": ("admin.object", {"state_type_id": 2}),
    "ticket_priorities": ("admin.object", {}),
    "groups": ("admin.group", {}),
    "roles": ("admin.role", {}),
    "organizations": ("admin.organization", {}),
    "webhooks": ("admin.webhook", {"endpoint": "https://receiver.test/"}),
    "triggers": ("admin.trigger", {"condition": CONDITION, "perform": {}}),
    "calendars": ("admin.calendar", {"timezone": "UTC", "business_hours": ALL_DAY}),
    "slas": ("admin.sla", {"calendar_id": 1, "condition": {}}),
    "macros": ("admin.macro", {"perform": {"ticket.state_id": {"value": 4}}}),
    "overviews": ("admin.overview", OVERVIEW),
    "core_workflows": ("admin.core_workflow", {"object": "Ticket"}),
    "templates": ("admin.template", {"options": {"ticket.title": {"value": "x"}}}),
    "text_modules": ("admin.text_module", {"content": "Hello"}),
    "report_profiles": ("admin.report_profile", {"condition": CONDITION}),
    "jobs": ("admin.scheduler", {"object": "Ticket", "timeplan": ALWAYS, "condition": CONDITION, "perform": {}}),
    "email_addresses": ("admin.channel_email", {"email": "noc@example.com", "channel_id": 1}),
}


@pytest.mark.parametrize("table", TABLES)
def test_each_table_is_created_listed_changed_and_deleted(desk: Desk, table: str) -> None:
    body = {"name": "Ours", **TABLES[table][1]}
    status, made = desk.call("POST", table, body, by="admin")
    assert (status, made["name"], made.get("active", True)) == (201, "Ours", True)
    assert body.items() <= made.items()
    assert made in desk.call("GET", table, by="admin")[1]
    place = f"{table}/{made['id']}"
    assert desk.call("PUT", place, {"name": "Ours too"}, by="admin")[1]["name"] == "Ours too"
    assert desk.call("GET", place, by="admin")[1]["name"] == "Ours too"
    assert desk.call("DELETE", place, by="admin") == (200, {})
    assert desk.call("GET", place, by="admin")[0] == 404


@pytest.mark.parametrize("table", TABLES)
def test_each_table_needs_its_permission_by_role_and_by_token(desk: Desk, table: str) -> None:
    permission, body = TABLES[table]
    refused = (403, "Token authorization failed.")
    status, answer = desk.call("POST", table, {"name": "Ours", **body}, by="agent")
    assert (status, answer["error"]) == refused
    desk.zammad.limit_token(desk.tokens["admin"], ["ticket.agent", "admin.branding"])
    status, answer = desk.call("POST", table, {"name": "Ours", **body}, by="admin")
    assert (status, answer["error"]) == refused
    desk.zammad.limit_token(desk.tokens["admin"], [permission])
    assert desk.call("POST", table, {"name": "Ours", **body}, by="admin")[0] == 201
    assert desk.call("GET", table, by="admin")[0] == 200


@pytest.mark.parametrize(
    ("table", "body", "status", "error"),
    [
        ("groups", {"name": "Users"}, 422, "Name has already been taken"),
        ("macros", {}, 422, "Name can't be blank"),
        (
            "macros",
            {"perform": {"article.note": {"body": "x", "subject": "x"}}},
            422,
            "article.note, internal is missing!",
        ),
        ("triggers", {"condition": {}, "perform": {"notification.email": {"body": "x"}}}, 422, "email, recipient is"),
        ("calendars", {"timezone": "UTC"}, 422, "There are no business hours configured."),
        (
            "calendars",
            {"business_hours": {"mon": {"active": True, "timeframes": [["18:00", "09:00"]]}}},
            422,
            "nonsensical hours provided",
        ),
        ("slas", {"condition": {}}, 422, "Attribute 'calendar_id\" of relation \"slas' required!"),
        (
            "slas",
            {"condition": {}, "calendar_id": 1, "response_time": 1, "update_time": 1},
            422,
            "Cannot have both response time and update time.",
        ),
        ("overviews", {**OVERVIEW, "role_ids": []}, 422, "Roles can't be blank"),
        ("jobs", {"condition": {}, "perform": {}}, 422, "Object can't be blank"),
        (
            "jobs",
            {"object": "Ticket", "condition": {}, "perform": {}},
            422,
            "'timeplan\" of relation \"jobs' required!",
        ),
        ("roles", {"permissions": ["admin.nonsense"]}, 422, "No lookup value found for 'permissions'"),
        ("roles", {"groups": {"Nobody's": ["full"]}}, 422, "No lookup value found for 'groups'"),
    ],
)
def test_incomplete_configuration_is_refused(
    desk: Desk, table: str, body: dict[str, object], status: int, error: str
) -> None:
    named = {"name": "Ours", **body} if body else {}
    answer = desk.call("POST", table, named, by="admin")
    assert answer[0] == status
    assert error in answer[1]["error"]


def test_jobs_of_5_5_have_no_object(older: Desk) -> None:
    body = {"name": "Ours", "timeplan": ALWAYS, "condition": CONDITION, "perform": {}}
    assert older.call("POST", "jobs", body, by="admin")[0] == 201


def test_names_stay_unique_when_they_change(desk: Desk) -> None:
    made = desk.call("POST", "groups", {"name": "NOC"}, by="admin")[1]
    assert desk.call("PUT", f"groups/{made['id']}", {"name": "Users"}, by="admin")[0] == 422
    assert desk.call("PUT", f"groups/{made['id']}", {"name": "NOC", "note": "n"}, by="admin")[0] == 200


def test_what_is_in_use_is_not_deleted(desk: Desk) -> None:
    desk.ticket()
    desk.hook("hook", {})
    calendar = desk.call("POST", "calendars", {"name": "24x7", "business_hours": ALL_DAY}, by="admin")[1]["id"]
    desk.call("POST", "slas", {"name": "P1", "calendar_id": calendar, "condition": {}}, by="admin")
    for place in (
        "groups/1",
        "ticket_priorities/2",
        "ticket_states/1",
        "roles/3",
        f"calendars/{calendar}",
        "webhooks/1",
    ):
        status, answer = desk.call("DELETE", place, by="admin")
        assert status == 422, place
        assert "reference" in answer["error"]


def test_a_role_by_names_gives_its_users_permission_and_groups(desk: Desk) -> None:
    noc = desk.call("POST", "groups", {"name": "NOC"}, by="admin")[1]["id"]
    role = {"name": "Managers", "permissions": ["ticket.agent", "admin.tag"], "groups": {"NOC": ["full"]}}
    made = desk.call("POST", "roles", role, by="admin")[1]
    assert (made["permission_ids"], made["group_ids"]) == ([10, 57], {str(noc): ["full"]})
    desk.tokens["manager"] = desk.zammad.add_user("manager@example.com", ["Managers"])
    user = desk.zammad.user_id("manager@example.com")
    desk.call("PUT", f"users/{user}", {"group_ids": {}}, by="admin")
    ticket = {"title": "t", "customer": "customer@example.com", "article": {"body": "b"}}
    assert desk.call("POST", "tickets", {**ticket, "group": "NOC"}, by="manager")[0] == 201
    assert desk.call("POST", "tickets", {**ticket, "group": "Users"}, by="manager")[0] == 403
    desk.call("PUT", f"users/{user}", {"roles": ["Customer"]}, by="admin")
    status, answer = desk.call("POST", "tags/add", {"object": "Ticket", "o_id": 1, "item": "x"}, by="manager")
    assert (status, answer["error"]) == (403, "Not authorized")


def test_a_token_without_ticket_permission_opens_no_ticket(desk: Desk) -> None:
    ticket = desk.ticket()
    desk.zammad.limit_token(desk.tokens["bot"], ["admin.trigger"])
    assert desk.put(ticket, title="x")[0] == 403
    assert desk.call("GET", "tickets/search?query=x")[0] == 403


def test_a_token_with_the_whole_area_opens_its_parts(desk: Desk) -> None:
    desk.zammad.limit_token(desk.tokens["admin"], ["admin"])
    assert desk.call("GET", "webhooks", by="admin")[0] == 200
    assert desk.call("GET", "settings", by="admin")[0] == 200


def test_making_tokens_needs_a_permission_of_its_own(desk: Desk) -> None:
    body = {"name": "for the connector", "permission": ["ticket.agent"]}
    desk.zammad.limit_token(desk.tokens["admin"], ["admin", "ticket.agent"])
    assert desk.call("POST", "user_access_token", body, by="admin")[0] == 403
    desk.zammad.limit_token(desk.tokens["admin"], ["user_preferences.access_token", "ticket.agent"])
    desk.tokens["new"] = desk.call("POST", "user_access_token", body, by="admin")[1]["token"]
    assert desk.call("GET", "users/me", by="new")[1]["email"] == "admin@example.com"
    assert desk.call("GET", "webhooks", by="new")[0] == 403


def test_admins_read_webhook_secrets_in_clear(desk: Desk) -> None:
    desk.hook("hook", {}, signature_token="whsec", basic_auth_password="pass")
    shown = desk.call("GET", "webhooks", by="admin")[1][0]
    assert (shown["signature_token"], shown["basic_auth_password"]) == ("whsec", "pass")


def test_one_calendar_is_the_default(desk: Desk) -> None:
    for name in ("one", "two"):
        body = {"name": name, "business_hours": ALL_DAY, "default": True}
        desk.call("POST", "calendars", body, by="admin")
    shown = desk.call("GET", "calendars", by="admin")[1]
    assert [(one["name"], one["default"]) for one in shown] == [("one", False), ("two", True)]


def test_health_tells_what_is_wrong(desk: Desk) -> None:
    assert desk.call("GET", "monitoring/health_check", by="admin")[1]["healthy"] is True
    desk.zammad.world.health_issues.append("scheduler not running")
    shown = desk.call("GET", "monitoring/health_check", by="admin")[1]
    assert (shown["healthy"], shown["message"]) == (False, "scheduler not running")
