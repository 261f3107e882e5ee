"""Creating, editing, reading, moving and deleting issues."""

import pytest

from tests.jira_admin import allow_only, ask_on_transition
from tests.unit.sandbox.jira.desk import INTERNAL, Desk

DUE = "2026-11-22T10:00:00.000+0000"
NOT_ON_SCREEN = "Field '{0}' cannot be set. It is not on the appropriate screen, or unknown."


def test_fields_come_back_as_jira_shows_them(desk: Desk) -> None:
    issue = desk.issue(
        Impact={"value": "high"}, Due="2026-11-22T11:00:00.000+0100", Level=3, Service="C-1", labels=["a"]
    )
    held = desk.shown(issue)["fields"]
    assert held[desk.ids["Impact"]]["value"] == "high"
    assert held[desk.ids["Due"]] == DUE
    assert (held[desk.ids["Level"]], held[desk.ids["Service"]], held["labels"]) == (3.0, "C-1", ["a"])
    assert (held["status"]["name"], held["priority"]["name"]) == ("Open", "Medium")
    assert held[desk.ids["Log"]] is None


def test_times_are_in_the_zone_of_whoever_asks(desk: Desk) -> None:
    issue = desk.issue()
    assert desk.shown(issue)["fields"]["created"] == "2026-11-23T09:00:00.000+0000"
    assert desk.shown(issue, by="agent")["fields"]["created"] == "2026-11-23T10:00:00.000+0100"


def test_only_asked_fields_are_shown(desk: Desk) -> None:
    issue = desk.issue()
    assert desk.shown(issue, "?fields=summary,status")["fields"].keys() == {"summary", "status"}
    assert "comment" not in desk.shown(issue, "?fields=-comment")["fields"]


def test_one_request_writes_fields_comment_and_properties(desk: Desk) -> None:
    issue = desk.issue()
    desk.pass_time(minutes=5)
    body = {
        "fields": desk.named({"Level": 2}),
        "update": {"comment": [{"add": {"body": "Escalated.", "properties": INTERNAL}}]},
        "properties": [{"key": "interspace", "value": {"version": 1}}],
    }
    assert desk.call("PUT", f"issue/{issue}", body) == (204, None)
    held = desk.shown(issue, "?properties=interspace")
    assert held["fields"][desk.ids["Level"]] == 2.0
    assert [comment["body"] for comment in held["fields"]["comment"]["comments"]] == ["Escalated."]
    assert held["properties"] == {"interspace": {"version": 1}}
    assert held["fields"]["updated"] == "2026-11-23T09:05:00.000+0000"


def test_a_wrong_part_lets_nothing_through(desk: Desk) -> None:
    issue = desk.issue()
    body = {
        "fields": {"nope": 1, desk.ids["Level"]: 2},
        "update": {"comment": [{"add": {"body": "x"}}]},
        "properties": [{"key": "p", "value": 1}],
    }
    status, answer = desk.call("PUT", f"issue/{issue}", body)
    assert (status, answer) == (400, {"errorMessages": [], "errors": {"nope": NOT_ON_SCREEN.format("nope")}})
    held = desk.shown(issue, "?properties=*all")
    assert (held["fields"][desk.ids["Level"]], held["fields"]["comment"]["total"]) == (None, 0)
    assert not held.get("properties")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("Impact", {"value": "huge"}, "Option value 'huge' is not valid"),
        ("Impact", "high", "Specify a valid 'id' or 'name' for Impact"),
        ("Due", "2026-11-22T10:00:00Z", "Error parsing date string: 2026-11-22T10:00:00Z"),
        ("Due", "2026-11-22T10:00:00.000+00:00", "Error parsing date string: 2026-11-22T10:00:00.000+00:00"),
        ("Level", "2", "Operation value must be a number"),
        ("Service", 5, "Operation value must be a string"),
        ("labels", ["a b"], "The label 'a b' contains spaces which is invalid."),
        ("summary", "two\nlines", "The summary is invalid because it contains newline characters."),
        ("priority", {"name": "P0"}, "The priority selected is invalid."),
        ("status", {"name": "Closed"}, NOT_ON_SCREEN.format("status")),
    ],
)
def test_values_that_jira_refuses(desk: Desk, name: str, value: object, message: str) -> None:
    status, answer = desk.edit(desk.issue(), **{name: value})
    assert (status, answer["errors"]) == (400, {desk.ids.get(name, name): message})


def test_short_texts_have_255_characters(desk: Desk) -> None:
    issue = desk.issue()
    assert desk.edit(issue, Service="x" * 255)[0] == 204
    assert desk.edit(issue, Service="x" * 256)[0] == 400
    assert desk.edit(issue, Log="x" * 32_767)[0] == 204
    assert desk.edit(issue, Log="x" * 32_768)[0] == 400


def test_null_empties_a_field(desk: Desk) -> None:
    issue = desk.issue(Impact={"value": "high"}, Due=DUE, Level=1, Service="x")
    desk.edit(issue, Impact=None, Due=None, Level=None, Service=None)
    assert [desk.value(issue, name) for name in ("Impact", "Due", "Level", "Service")] == [None] * 4


def test_a_field_that_is_on_no_screen_cannot_be_set(desk: Desk) -> None:
    kind = "com.atlassian.jira.plugin.system.customfieldtypes:textfield"
    made = desk.ok("POST", "field", {"name": "New", "type": kind}, by="admin")["id"]
    issue = desk.issue()
    assert desk.call("PUT", f"issue/{issue}", {"fields": {made: "x"}})[1]["errors"] == {
        made: NOT_ON_SCREEN.format(made)
    }
    screen = desk.jira.world.projects["10000"].screen_id
    tab = desk.ok("GET", f"screens/{screen}/tabs", by="admin")[0]["id"]
    desk.ok("POST", f"screens/{screen}/tabs/{tab}/fields", {"fieldId": made}, by="admin")
    desk.jira.world.field_schemes[10000].fields.add(made)
    assert desk.call("PUT", f"issue/{issue}", {"fields": {made: "x"}})[0] == 204


def test_the_changelog_tells_old_and_new(desk: Desk) -> None:
    issue = desk.issue(Impact={"value": "low"})
    desk.edit(issue, Impact={"value": "high"}, Level=2)
    desk.edit(issue, Impact=None)
    items = desk.history(issue)
    told = [(item["field"], item["fromString"], item["toString"]) for item in items]
    assert told == [("Impact", "low", "high"), ("Level", None, "2"), ("Impact", "high", None)]
    assert all(("fieldId" in item) == desk.cloud for item in items)


def test_an_edit_that_changes_nothing_leaves_no_trace(desk: Desk) -> None:
    issue = desk.issue(Level=1)
    desk.hook("jira:issue_updated")
    desk.pass_time(minutes=1)
    assert desk.edit(issue, Level=1)[0] == 204
    assert desk.history(issue) == []
    assert desk.value(issue, "updated") == desk.value(issue, "created")
    assert desk.jira.next_delivery_at() is None


def test_cloud_shows_the_newest_hundred_changes_first_and_the_rest_by_pages(cloud: Desk) -> None:
    issue = cloud.issue()
    for level in range(1, 106):
        cloud.edit(issue, Level=level)
        cloud.pass_time(seconds=1)
    shown = cloud.shown(issue, "?expand=changelog")["changelog"]
    assert (shown["total"], len(shown["histories"])) == (105, 100)
    assert shown["histories"][0]["items"][0]["toString"] == "105"
    page = cloud.ok("GET", f"issue/{issue}/changelog?startAt=100")
    assert [entry["items"][0]["toString"] for entry in page["values"]] == ["101", "102", "103", "104", "105"]
    assert page["isLast"]


def test_data_center_shows_all_changes_oldest_first(data_center: Desk) -> None:
    issue = data_center.issue()
    for level in range(1, 106):
        data_center.edit(issue, Level=level)
    shown = data_center.shown(issue, "?expand=changelog")["changelog"]
    assert [entry["items"][0]["toString"] for entry in shown["histories"]] == [str(level) for level in range(1, 106)]
    assert data_center.call("GET", f"issue/{issue}/changelog")[0] == 404


def test_cloud_returns_the_issue_if_asked(cloud: Desk) -> None:
    issue = cloud.issue()
    status, answer = cloud.call("PUT", f"issue/{issue}?returnIssue=true", {"fields": {"summary": "y"}})
    assert (status, answer["fields"]["summary"]) == (200, "y")


@pytest.mark.parametrize("by_key", [True, False])
def test_issues_are_found_by_id_and_key(desk: Desk, by_key: bool) -> None:
    issue = desk.issue()
    assert desk.shown("ISP-1" if by_key else issue)["id"] == issue


def test_a_status_changes_by_a_transition_only(desk: Desk) -> None:
    issue = desk.issue()
    ways = {way["to"]["name"]: way["id"] for way in desk.ok("GET", f"issue/{issue}/transitions")["transitions"]}
    assert "Open" not in ways
    assert desk.call("POST", f"issue/{issue}/transitions", {"transition": {"id": ways["Resolved"]}}) == (204, None)
    held = desk.shown(issue)["fields"]
    assert (held["status"]["name"], held["resolution"]["name"]) == ("Resolved", "Done")
    assert desk.call("POST", f"issue/{issue}/transitions", {"transition": {"id": ways["Resolved"]}})[0] == 400


def test_a_transition_may_ask_for_a_resolution(desk: Desk) -> None:
    issue = desk.issue()
    ask_on_transition(desk.jira, "Resolved")
    way = next(
        way for way in desk.ok("GET", f"issue/{issue}/transitions")["transitions"] if way["to"]["name"] == "Resolved"
    )
    body: dict[str, object] = {"transition": {"id": way["id"]}}
    assert desk.call("POST", f"issue/{issue}/transitions", body)[1]["errors"] == {
        "resolution": "Resolution is required."
    }
    body["fields"] = {"resolution": {"name": "Won't Do"}}
    assert desk.call("POST", f"issue/{issue}/transitions", body)[0] == 204
    assert desk.value(issue, "resolution")["name"] == "Won't Do"


def test_a_transition_may_ask_for_a_field_that_a_value_is_enough_for(desk: Desk) -> None:
    empty, filled = desk.issue(), desk.issue(Service="C-1")
    field = desk.ids["Service"]
    ask_on_transition(desk.jira, "Resolved", field)
    ways = desk.ok("GET", f"issue/{empty}/transitions?expand=transitions.fields")["transitions"]
    way = next(way for way in ways if way["to"]["name"] == "Resolved")
    assert way["fields"][field]["required"]
    body = {"transition": {"id": way["id"]}}
    assert desk.call("POST", f"issue/{empty}/transitions", body)[1]["errors"] == {field: "Service is required."}
    assert desk.call("POST", f"issue/{filled}/transitions", body)[0] == 204


def test_a_workflow_may_not_lead_everywhere(desk: Desk) -> None:
    issue = desk.issue()
    allow_only(desk.jira, "Closed", ["Resolved"])
    names = {way["to"]["name"] for way in desk.ok("GET", f"issue/{issue}/transitions")["transitions"]}
    assert "Closed" not in names


def test_anybody_who_may_edit_may_write_properties(desk: Desk) -> None:
    issue = desk.issue()
    before = desk.value(issue, "updated")
    desk.pass_time(minutes=1)
    assert desk.call("PUT", f"issue/{issue}/properties/interspace", {"faked": True}, by="agent")[0] == 201
    assert desk.ok("GET", f"issue/{issue}/properties/interspace")["value"] == {"faked": True}
    assert desk.value(issue, "updated") == before
    assert desk.call("PUT", f"issue/{issue}/properties/big", "x" * 32_800)[0] == 400
    assert desk.call("DELETE", f"issue/{issue}/properties/interspace") == (204, None)
    assert desk.call("GET", f"issue/{issue}/properties/interspace")[0] == 404


def test_customers_see_no_issue_outside_the_portal(desk: Desk) -> None:
    issue = desk.issue()
    for method, path in (("GET", ""), ("PUT", ""), ("GET", "/comment"), ("PUT", "/properties/x")):
        assert desk.call(method, f"issue/{issue}{path}", {"fields": {}}, by="customer")[0] == 404
    assert desk.call("POST", "issue", {"fields": {"project": {"key": "ISP"}}}, by="customer")[0] == 400


def test_only_administrators_of_the_project_delete(desk: Desk) -> None:
    issue = desk.issue()
    assert desk.call("DELETE", f"issue/{issue}")[0] == 403
    assert desk.call("DELETE", f"issue/{issue}", by="admin") == (204, None)
    assert desk.call("GET", f"issue/{issue}")[0] == 404


def test_a_link_is_seen_from_both_ends_and_made_once(desk: Desk) -> None:
    first, second = desk.issue(), desk.issue()
    link = {"type": {"name": "Blocks"}, "inwardIssue": {"id": first}, "outwardIssue": {"id": second}}
    assert [desk.call("POST", "issueLink", link) for _ in range(2)] == [(201, None)] * 2
    [from_first], [from_second] = desk.value(first, "issuelinks"), desk.value(second, "issuelinks")
    assert from_first["outwardIssue"]["id"] == second
    assert from_second["inwardIssue"]["id"] == first
    assert from_first["outwardIssue"]["fields"].keys() == {"summary", "status", "priority", "issuetype"}
    assert [item["toString"] for item in desk.history(first)] == ["This issue blocks ISP-2"]


def test_bulkfetch_reads_many_and_names_what_is_missing(cloud: Desk) -> None:
    ids = [cloud.issue() for _ in range(3)]
    body = {"issueIdsOrKeys": [*ids, ids[0], "ISP-99"], "fields": ["summary"], "properties": ["interspace"]}
    answer = cloud.ok("POST", "issue/bulkfetch", body)
    assert [issue["id"] for issue in answer["issues"]] == ids
    assert [error["id"] for error in answer["issueErrors"]] == ["ISP-99"]
    assert cloud.call("POST", "issue/bulkfetch", {"issueIdsOrKeys": ["1"] * 101})[0] == 400


def test_data_center_has_no_bulkfetch(data_center: Desk) -> None:
    assert data_center.call("POST", "issue/bulkfetch", {"issueIdsOrKeys": ["1"]})[0] == 404
