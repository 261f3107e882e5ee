"""Cloning, renaming, hiding, moving, leaving: what becomes of issues."""

from connector.sandbox.jira import reorganizing
from connector.sandbox.jira.records import User
from tests.jira_admin import add_to_group, deactivate, move, rename_project, reopen_on_comment, share
from tests.unit.sandbox.jira.desk import PORTAL, Desk
from tests.unit.sandbox.jira.test_portal import raised


def user(desk: Desk, email: str) -> User:
    return desk.jira.world.users[desk.jira.user_id(email)]


def moved_to(desk: Desk, issue: str, status: str) -> None:
    ways = desk.ok("GET", f"issue/{issue}/transitions")["transitions"]
    way = next(way["id"] for way in ways if way["to"]["name"] == status)
    desk.ok("POST", f"issue/{issue}/transitions", {"transition": {"id": way}})


def test_a_clone_copies_fields_and_nothing_that_was_said(desk: Desk) -> None:
    issue = desk.issue(Service="C-1")
    desk.ok("POST", f"issue/{issue}/comment", {"body": "on it"})
    actor = user(desk, "agent@example.com")
    made = desk.jira.act(lambda world: reorganizing.clone(world, world.issue(issue), actor))
    held = desk.shown(str(made.id))["fields"]
    assert (held["summary"], desk.value(str(made.id), "Service")) == ("CLONE - Link down", "C-1")
    assert held["comment"]["comments"] == []
    assert held["issuelinks"][0]["type"]["name"] == "Cloners"
    assert held["issuelinks"][0]["outwardIssue"]["id"] == issue


def test_a_renamed_status_keeps_its_id_and_its_name_in_the_changelog(desk: Desk) -> None:
    issue = desk.issue()
    moved_to(desk, issue, "Waiting for customer")
    desk.jira.act(lambda world: reorganizing.rename(world, "statuses", "Waiting for customer", "On hold"))
    status = desk.value(issue, "status")
    assert status["name"] == "On hold"
    item = next(item for item in desk.history(issue) if item["field"] == "status")
    assert (item["to"], item["toString"]) == (status["id"], "Waiting for customer")


def test_the_old_key_of_a_project_is_understood(desk: Desk) -> None:
    issue = desk.issue()
    rename_project(desk.jira, "NET")
    held = desk.shown("ISP-1")
    assert (held["id"], held["key"], held["fields"]["project"]["key"]) == (issue, "NET-1", "NET")
    assert desk.ok("GET", "project/ISP")["key"] == "NET"
    assert desk.found("project = ISP") == desk.found("project = NET") == [issue]


def test_a_hidden_issue_is_not_there_for_support(desk: Desk) -> None:
    issue = desk.issue()
    desk.jira.act(lambda world: world.hidden.add(int(issue)))
    assert desk.call("GET", f"issue/{issue}")[0] == 404
    assert desk.call("PUT", f"issue/{issue}", {"fields": {"summary": "x"}})[0] == 404
    assert desk.found("project = ISP") == []
    assert desk.found("project = ISP", by="admin") == [issue]


def test_an_issue_moves_to_a_project_that_support_does_not_see(desk: Desk) -> None:
    issue = desk.issue()
    other = desk.jira.add_project("HR")
    actor = user(desk, "agent@example.com")
    move(desk.jira, issue, other, actor)
    assert desk.jira.world.issue("ISP-1") is desk.jira.world.issue("HR-1")
    assert desk.call("GET", f"issue/{issue}")[0] == 404


def test_a_group_leaves_out_who_is_not_active(desk: Desk) -> None:
    add_to_group(desk.jira, "agent@example.com", "support")
    assert len(desk.ok("GET", "group/member?groupname=support", by="admin")["values"]) == 1
    deactivate(desk.jira, "agent@example.com")
    assert desk.ok("GET", "group/member?groupname=support", by="admin")["values"] == []
    everybody = desk.ok("GET", "group/member?groupname=support&includeInactiveUsers=true", by="admin")
    assert [member["active"] for member in everybody["values"]] == [False]
    assert desk.call("GET", "myself", by="agent")[0] == 401


def test_of_a_deleted_account_the_id_is_left(desk: Desk) -> None:
    issue = desk.issue()
    desk.ok("POST", f"issue/{issue}/comment", {"body": "on it"}, by="agent")
    before = desk.ok("GET", f"issue/{issue}/comment")["comments"][0]["author"]
    desk.jira.act(lambda world: reorganizing.delete(world, user(desk, "agent@example.com")))
    after = desk.ok("GET", f"issue/{issue}/comment")["comments"][0]["author"]
    key = "accountId" if desk.cloud else "key"
    assert (after[key], after["displayName"], after["active"]) == (before[key], "Former user", False)
    assert "emailAddress" not in after


def test_a_preset_opens_what_a_customer_comments(desk: Desk) -> None:
    issue = raised(desk)["issueId"]
    reopen_on_comment(desk.jira, ["Resolved"], "Work in progress")
    moved_to(desk, issue, "Resolved")
    desk.ok("POST", f"issue/{issue}/comment", {"body": "done"})
    assert desk.value(issue, "status")["name"] == "Resolved"
    desk.ok("POST", f"{PORTAL}request/{issue}/comment", {"body": "still dark", "public": True}, by="customer")
    assert desk.value(issue, "status")["name"] == "Work in progress"
    assert desk.value(issue, "resolution") is None


def test_a_request_is_shared_with_several_organizations(desk: Desk) -> None:
    issue = raised(desk)["issueId"]
    share(desk.jira, issue, ["Reseller", "ACME"])
    held = desk.value(issue, desk.jira.world.organizations_field)
    assert [organization["name"] for organization in held] == ["Reseller", "ACME"]
