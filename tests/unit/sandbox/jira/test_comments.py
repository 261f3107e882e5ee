"""Comments: public unless a property says otherwise, and what happens to them later."""

from typing import Any

from tests.unit.sandbox.jira.desk import INTERNAL, PORTAL, Desk


def comments(desk: Desk, issue: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desk.ok("GET", f"issue/{issue}/comment?expand=properties")["comments"]
    return found


def request_of_customer(desk: Desk) -> str:
    values = {"summary": "No light", desk.ids["Service"]: "C-1"}
    body = {"serviceDeskId": "1", "requestTypeId": desk.request_type, "requestFieldValues": values}
    return str(desk.ok("POST", PORTAL + "request", body, by="customer")["issueId"])


def seen_by_customer(desk: Desk, issue: str) -> list[str]:
    found = desk.ok("GET", f"{PORTAL}request/{issue}/comment", by="customer")["values"]
    return [comment["body"] for comment in found]


def test_a_comment_without_the_property_is_public(desk: Desk) -> None:
    issue = request_of_customer(desk)
    desk.ok("POST", f"issue/{issue}/comment", {"body": "to all"})
    desk.call("PUT", f"issue/{issue}", {"update": {"comment": [{"add": {"body": "to all too"}}]}})
    restricted = {"body": "role only", "visibility": {"type": "role", "value": "Service Desk Team"}}
    desk.ok("POST", f"issue/{issue}/comment", restricted)
    assert seen_by_customer(desk, issue) == ["to all", "to all too", "role only"]


def test_the_property_makes_it_internal(desk: Desk) -> None:
    issue = request_of_customer(desk)
    desk.ok("POST", f"issue/{issue}/comment", {"body": "psst", "properties": INTERNAL})
    desk.call("PUT", f"issue/{issue}", {"update": {"comment": [{"add": {"body": "psst!", "properties": INTERNAL}}]}})
    wrong = [{"key": "sd.public.comment", "value": {"internal": "true"}}]
    desk.ok("POST", f"issue/{issue}/comment", {"body": "a text is not true", "properties": wrong})
    assert seen_by_customer(desk, issue) == ["a text is not true"]


def test_cloud_tells_it_by_a_flag_and_both_by_the_property(desk: Desk) -> None:
    issue = desk.issue()
    desk.ok("POST", f"issue/{issue}/comment", {"body": "psst", "properties": INTERNAL})
    [comment] = comments(desk, issue)
    assert comment["properties"] == INTERNAL
    assert comment.get("jsdPublic") == (False if desk.cloud else None)
    assert "properties" not in desk.value(issue, "comment")["comments"][0]


def test_an_edit_names_who_edited(desk: Desk) -> None:
    issue = desk.issue()
    made = desk.ok("POST", f"issue/{issue}/comment", {"body": "as it was"})["id"]
    assert desk.call("PUT", f"issue/{issue}/comment/{made}", {"body": "forged"}, by="agent")[0] == 403
    desk.ok("PUT", f"issue/{issue}/comment/{made}", {"body": "forged"}, by="admin")
    [comment] = comments(desk, issue)
    assert (comment["author"]["displayName"], comment["updateAuthor"]["displayName"]) == ("Bot", "Ada")


def test_a_deleted_comment_stays_in_the_changelog(desk: Desk) -> None:
    issue = desk.issue()
    made = desk.ok("POST", f"issue/{issue}/comment", {"body": "gone soon"})["id"]
    assert desk.call("DELETE", f"issue/{issue}/comment/{made}", by="admin") == (204, None)
    assert comments(desk, issue) == []
    assert [(item["field"], item["fromString"]) for item in desk.history(issue)] == [("Comment", "gone soon")]


def test_an_internal_comment_can_be_made_public_later_by_whoever_may_edit_it(desk: Desk) -> None:
    issue = request_of_customer(desk)
    made = desk.ok("POST", f"issue/{issue}/comment", {"body": "psst", "properties": INTERNAL})["id"]
    path = f"comment/{made}/properties/sd.public.comment"
    assert desk.call("PUT", path, {"internal": False}, by="agent")[0] == 403
    assert desk.call("PUT", path, {"internal": False}, by="admin")[0] == 200
    assert seen_by_customer(desk, issue) == ["psst"]


def test_comments_come_in_pages(desk: Desk) -> None:
    issue = desk.issue()
    for number in range(12):
        desk.ok("POST", f"issue/{issue}/comment", {"body": str(number)})
    page = desk.ok("GET", f"issue/{issue}/comment?startAt=10&maxResults=5")
    assert ([comment["body"] for comment in page["comments"]], page["total"]) == (["10", "11"], 12)


def test_few_comments_may_come_with_the_issue(desk: Desk) -> None:
    issue = desk.issue()
    for number in range(5):
        desk.ok("POST", f"issue/{issue}/comment", {"body": str(number)})
    desk.jira.world.embedded_comments = 2
    shown = desk.value(issue, "comment")
    assert ([comment["body"] for comment in shown["comments"]], shown["total"]) == (["0", "1"], 5)


def test_an_empty_comment_is_refused(desk: Desk) -> None:
    issue = desk.issue()
    assert desk.call("POST", f"issue/{issue}/comment", {"body": "  "})[1]["errors"] == {
        "comment": "Comment body can not be empty!"
    }
