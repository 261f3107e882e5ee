"""The service desk API: what customers do and see, queues, and SLAs."""

from datetime import timedelta
from typing import Any

from tests.jira_admin import add_queue, add_sla
from tests.unit.sandbox.jira.desk import INTERNAL, PORTAL, Desk


def raised(desk: Desk, by: str = "customer", **more: object) -> dict[str, Any]:
    body = {
        "serviceDeskId": "1",
        "requestTypeId": desk.request_type,
        "requestFieldValues": {"summary": "No light", desk.ids["Service"]: "C-1"},
        **more,
    }
    found: dict[str, Any] = desk.ok("POST", PORTAL + "request", body, by=by)
    return found


def test_a_request_is_an_issue_of_its_reporter(desk: Desk) -> None:
    made = raised(desk)
    held = desk.shown(made["issueId"], "?properties=request.channel.type")
    assert held["fields"]["reporter"]["displayName"] == "Carl"
    assert (held["fields"]["issuetype"]["name"], desk.value(made["issueId"], "Service")) == ("Incident", "C-1")
    assert held["properties"] == {"request.channel.type": {"value": "portal"}}
    organizations = desk.jira.world.organizations_field
    assert [held["name"] for held in desk.value(made["issueId"], organizations)] == ["ACME"]
    request_type = desk.value(made["issueId"], desk.jira.world.request_type_field)
    assert request_type["requestType"]["name"] == "Fault"


def test_what_is_required_binds_the_portal_only(desk: Desk) -> None:
    body = {"serviceDeskId": "1", "requestTypeId": desk.request_type, "requestFieldValues": {"summary": "x"}}
    assert desk.call("POST", PORTAL + "request", body, by="customer")[0] == 400
    assert desk.issue()
    asked = desk.ok("GET", f"{PORTAL}servicedesk/1/requesttype/{desk.request_type}/field", by="customer")
    required = {field["fieldId"] for field in asked["requestTypeFields"] if field["required"]}
    assert required == {"summary", desk.ids["Service"]}


def test_ids_are_texts(desk: Desk) -> None:
    body = {"serviceDeskId": 1, "requestTypeId": int(desk.request_type), "requestFieldValues": {}}
    answer = desk.jira.handle(
        "POST",
        PORTAL + "request",
        {"Authorization": desk.jira.authorization(desk.tokens["customer"])},
        str(body).replace("'", '"').encode(),
    )
    assert answer.status == 400


def test_agents_raise_requests_for_customers(desk: Desk) -> None:
    customer = desk.jira.user_id("carl@example.com") if desk.cloud else "carl"
    made = raised(desk, by="agent", raiseOnBehalfOf=customer)
    held = desk.shown(made["issueId"], "?properties=request.channel.type")
    assert (held["fields"]["reporter"]["displayName"], held["fields"]["creator"]["displayName"]) == ("Carl", "Anna")
    assert held["properties"]["request.channel.type"] == {"value": "api"}
    body = {"serviceDeskId": "1", "requestTypeId": desk.request_type, "raiseOnBehalfOf": customer}
    assert desk.call("POST", PORTAL + "request", body, by="stranger")[0] == 403


def test_customers_see_their_own_requests_and_public_comments(desk: Desk) -> None:
    key = raised(desk)["issueKey"]
    path = f"{PORTAL}request/{key}"
    desk.ok("POST", f"issue/{key}/comment", {"body": "psst", "properties": INTERNAL})
    desk.ok("POST", f"{path}/comment", {"body": "psst too", "public": False})
    desk.ok("POST", f"{path}/comment", {"body": "hello"})
    assert [held["body"] for held in desk.ok("GET", f"{path}/comment", by="customer")["values"]] == ["hello"]
    assert len(desk.ok("GET", f"{path}/comment")["values"]) == 3
    assert desk.call("GET", path, by="stranger")[0] == 404
    assert desk.call("POST", f"{path}/comment", {"body": "x", "public": False}, by="customer")[0] == 403


def test_an_issue_without_a_request_type_is_no_request(desk: Desk) -> None:
    assert desk.call("GET", f"{PORTAL}request/{desk.issue()}")[0] == 404


def test_mail_makes_requests_and_answers_them(desk: Desk) -> None:
    issue = desk.jira.receive_mail("carl@example.com", "No light\n at all", "since noon")
    held = desk.shown(issue, "?properties=request.channel.type")
    assert (held["fields"]["summary"], held["fields"]["description"]) == ("No light at all", "since noon")
    assert held["properties"]["request.channel.type"] == {"value": "email"}
    assert desk.jira.receive_mail("new@example.com", f"Re: [{held['key']}]", "still dark") == issue
    [comment] = desk.value(issue, "comment")["comments"]
    assert (comment["body"], comment["author"]["displayName"]) == ("still dark", "new")


def test_queues_are_for_agents_and_counted_if_asked(desk: Desk) -> None:
    queue = add_queue(desk.jira, "High", "project = ISP AND Impact = high")
    desk.issue(Impact={"value": "high"})
    desk.issue()
    [held] = desk.ok("GET", f"{PORTAL}servicedesk/1/queue?includeCount=true")["values"]
    assert (held["name"], held["issueCount"]) == ("High", 1)
    found = desk.ok("GET", f"{PORTAL}servicedesk/1/queue/{queue}/issue")["values"]
    assert [issue["key"] for issue in found] == ["ISP-1"]
    assert desk.call("GET", f"{PORTAL}servicedesk/1/queue", by="customer")[0] == 403


def slas(desk: Desk, key: str) -> dict[str, Any]:
    return {held["name"]: held for held in desk.ok("GET", f"{PORTAL}request/{key}/sla")["values"]}


def test_an_sla_runs_pauses_is_breached_and_completed(desk: Desk) -> None:
    add_sla(desk.jira, "Resolution", timedelta(hours=4), "resolution", ["Waiting for customer"])
    add_sla(desk.jira, "Response", timedelta(hours=1), "response")
    key = raised(desk)["issueKey"]

    def move(status: str) -> None:
        ways = desk.ok("GET", f"issue/{key}/transitions")["transitions"]
        way = next(way["id"] for way in ways if way["to"]["name"] == status)
        desk.call("POST", f"issue/{key}/transitions", {"transition": {"id": way}})

    desk.pass_time(hours=2)
    held = slas(desk, key)
    assert held["Response"]["ongoingCycle"]["breached"]
    assert held["Resolution"]["ongoingCycle"]["remainingTime"] == {"millis": 7_200_000, "friendly": "2h"}
    move("Waiting for customer")
    desk.pass_time(hours=10)
    paused = slas(desk, key)["Resolution"]["ongoingCycle"]
    assert (paused["paused"], paused["remainingTime"]["friendly"]) == (True, "2h")
    desk.ok("POST", f"issue/{key}/comment", {"body": "psst", "properties": INTERNAL})
    assert "ongoingCycle" in slas(desk, key)["Response"]
    desk.ok("POST", f"{PORTAL}request/{key}/comment", {"body": "hello"})
    [cycle] = slas(desk, key)["Response"]["completedCycles"]
    assert (cycle["elapsedTime"]["friendly"], cycle["breached"]) == ("12h", True)
    move("Resolved")
    [cycle] = slas(desk, key)["Resolution"]["completedCycles"]
    assert (cycle["elapsedTime"]["friendly"], cycle["breached"]) == ("2h", False)
    assert desk.call("GET", f"{PORTAL}request/{key}/sla", by="customer")[0] == 403


def test_service_desks_and_info(desk: Desk) -> None:
    assert desk.ok("GET", PORTAL + "info", by="")["isLicensedForUse"]
    assert [held["projectKey"] for held in desk.ok("GET", PORTAL + "servicedesk")["values"]] == ["ISP"]
    types = desk.ok("GET", PORTAL + "servicedesk/1/requesttype")["values"]
    assert [held["name"] for held in types] == ["Fault"]
    assert desk.call("GET", PORTAL + "servicedesk/9")[0] == 404
