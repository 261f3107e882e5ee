"""One call of every kind that the sandbox Jira answers, as a client would make it."""

from datetime import timedelta
from typing import Any

from connector.domain.document import File
from connector.helpdesks.http import EndpointPauses
from connector.helpdesks.jira.client import JiraClient
from tests.jira_admin import add_queue, add_sla, add_to_group, attach
from tests.unit.sandbox.jira.desk import INTERNAL, PORTAL, Desk, new_desk

DUE = "2026-11-22T10:00:00.000+0000"
TYPES = "com.atlassian.jira.plugin.system.customfieldtypes:"
SHARED_WITH_PROJECT = [{"type": "project", "project": {"id": "10000"}}]


def walk(flavour: Any, *, migrated: bool = True) -> Desk:
    """A Jira that has answered one call of every kind; a Cloud before its migration to field schemes if wanted."""
    desk = new_desk(flavour, migrated=migrated)
    site(desk)
    issues(desk)
    comments(desk)
    links(desk)
    search(desk)
    configuration(desk)
    filters(desk)
    portal(desk)
    files(desk)
    refusals(desk)
    if desk.cloud:
        cloud_configuration(desk)
        associations(desk)
        workflows(desk)
        dashboards(desk)
    return desk


def site(desk: Desk) -> None:
    """What a client asks first."""
    desk.ok("GET", "serverInfo", by="")
    for path in ("myself", "field", "status", "issuetype", "priority", "project", "role", "issueLinkType"):
        desk.ok("GET", path)
    for path in ("project/ISP", "project/ISP/statuses", "project/ISP/role"):
        desk.ok("GET", path)
    user = desk.jira.user_id("agent@example.com")
    if desk.cloud:
        desk.ok("GET", "mypermissions?permissions=EDIT_ISSUES,ADMINISTER&projectKey=ISP")
        desk.ok("GET", f"user?accountId={user}")
        desk.ok("GET", "user/search?query=ann")
        desk.ok("GET", "project/search?keys=ISP")
    else:
        desk.ok("GET", "mypermissions?projectKey=ISP")
        desk.ok("GET", "user?username=agent")
        desk.ok("GET", "user/search?username=agent")
    role = desk.ok("POST", "role", {"name": "Escalation Manager"}, by="admin")["id"]
    add_to_group(desk.jira, "stranger@example.com", "managers")
    named = user if desk.cloud else "agent"
    desk.ok("POST", f"project/ISP/role/{role}", {"user": [named]}, by="admin")
    desk.ok("POST", f"project/ISP/role/{role}", {"group": ["managers"]}, by="admin")
    desk.ok("GET", f"project/ISP/role/{role}")
    installed = {"description": "Installation 0123456789ab of account 7.", "since": "2026-11-23T10:00:00+00:00"}
    desk.ok("PUT", "project/ISP/properties/interspace-installation", installed, by="admin")
    desk.ok("GET", "project/ISP/properties/interspace-installation")
    desk.ok("DELETE", "project/ISP/properties/interspace-installation", by="admin")
    desk.ok("GET", "group/member?groupname=managers")
    other = desk.ok("POST", "role", {"name": "Observer", "description": "d"}, by="admin")["id"]
    desk.ok("PUT", f"role/{other}", {"name": "Observer", "description": "e"}, by="admin")
    desk.ok("DELETE", f"role/{other}", by="admin")
    kinds = desk.ok("GET", "issue/createmeta/ISP/issuetypes?maxResults=50")
    kind = kinds["issueTypes" if desk.cloud else "values"][0]["id"]
    desk.ok("GET", f"issue/createmeta/ISP/issuetypes/{kind}")


def issues(desk: Desk) -> None:
    """Create, read, edit, move, delete."""
    issue = desk.issue(Impact={"value": "high"}, Due=DUE, Level=3, Service="x", labels=["a"], duedate="2026-12-01")
    body = {
        "fields": desk.named({"Level": 4, "Log": "abc", "Impact": None}),
        "update": {"comment": [{"add": {"body": "x", "properties": INTERNAL}}], "labels": [{"add": "b"}]},
        "properties": [{"key": "interspace", "value": {"version": 1, "marks": {}}}],
    }
    desk.call("PUT", f"issue/{issue}", body)
    if desk.cloud:
        desk.ok("PUT", f"issue/{issue}?returnIssue=true", {"fields": {"summary": "y"}})
        desk.ok("GET", f"issue/{issue}/changelog?startAt=0&maxResults=50")
    attach(desk.jira, issue, "trace.txt", desk.tokens["customer"])
    reader = {"accountId": desk.jira.user_id("agent@example.com")} if desk.cloud else {"name": "agent"}
    mail = {"subject": "Level 2", "textBody": "x", "to": {"users": [reader]}}
    desk.ok("POST", f"issue/{issue}/notify", mail)
    desk.shown(issue)
    desk.ok("GET", f"issue/{issue}/editmeta")
    desk.shown(issue, "?fields=summary,comment&expand=changelog&properties=interspace")
    desk.ok("GET", f"issue/{issue}/properties")
    desk.ok("GET", f"issue/{issue}/properties/interspace")
    desk.ok("PUT", f"issue/{issue}/properties/note", {"a": [1]})
    desk.ok("PUT", f"issue/{issue}/properties/note", "text")
    desk.ok("DELETE", f"issue/{issue}/properties/note")
    ways = desk.ok("GET", f"issue/{issue}/transitions")["transitions"]
    desk.ok("GET", f"issue/{issue}/transitions?expand=transitions.fields")
    desk.ok("POST", f"issue/{issue}/transitions", {"transition": {"id": ways[1]["id"]}})
    desk.ok("DELETE", f"issue/{desk.issue()}", by="admin")


def comments(desk: Desk) -> None:
    """Add, read, change, delete."""
    issue = desk.issue()
    made = desk.ok("POST", f"issue/{issue}/comment", {"body": "x", "properties": INTERNAL})["id"]
    desk.ok("GET", f"issue/{issue}/comment?expand=properties&startAt=0&maxResults=100")
    if desk.cloud:
        desk.ok("POST", "comment/list?expand=properties", {"ids": [int(made)]})
    desk.ok("GET", f"issue/{issue}/comment/{made}")
    desk.ok("PUT", f"issue/{issue}/comment/{made}", {"body": "y"})
    desk.ok("GET", f"comment/{made}/properties/sd.public.comment")
    desk.ok("PUT", f"comment/{made}/properties/sd.public.comment", {"internal": True})
    desk.ok("DELETE", f"issue/{issue}/comment/{made}")


def links(desk: Desk) -> None:
    """Link, look, unlink."""
    first, second = desk.issue(), desk.issue()
    kind = {"name": "Outage", "inward": "is explained by", "outward": "explains"}
    desk.ok("POST", "issueLinkType", kind, by="admin")
    ends = {"inwardIssue": {"key": "ISP-1"}, "outwardIssue": {"id": second}}
    desk.ok("POST", "issueLink", {"type": {"name": "Outage"}, **ends})
    desk.ok("POST", "issueLink", {"type": {"name": "Blocks"}, **ends, "inwardIssue": {"id": first}})
    [link] = desk.value(first, "issuelinks")
    desk.ok("DELETE", f"issueLink/{link['id']}")
    number = desk.ok("GET", "issueLinkType")["issueLinkTypes"][-1]["id"]
    desk.ok("DELETE", f"issueLinkType/{number}", by="admin")


def search(desk: Desk) -> None:
    """By JQL, as the flavour does it."""
    issue = desk.issue()
    if desk.cloud:
        everything = {"jql": "project = ISP", "fields": ["*all"], "expand": "changelog", "maxResults": 1}
        token = desk.ok("POST", "search/jql", everything)["nextPageToken"]
        desk.ok("POST", "search/jql", {**everything, "nextPageToken": token, "properties": ["interspace"]})
        desk.ok("POST", "search/jql", {"jql": f"id = {issue}", "reconcileIssues": [int(issue)]})
        body = {"issueIdsOrKeys": [issue, "ISP-999"], "fields": ["summary"], "properties": ["interspace"]}
        desk.ok("POST", "issue/bulkfetch", {**body, "expand": ["changelog"]})
    else:
        desk.ok("POST", "search", {"jql": "project = ISP", "fields": ["summary"], "startAt": 0, "maxResults": 50})
        desk.ok("GET", "search?jql=project%20%3D%20ISP&fields=summary,status&startAt=0&maxResults=10")


def configuration(desk: Desk) -> None:
    """Fields and screens, and webhooks, which no specification describes."""
    field = {"name": "New", "type": TYPES + "select", "searcherKey": TYPES + "multiselectsearcher", "description": "d"}
    made = desk.ok("POST", "field", field, by="admin")["id"]
    listed = desk.ok("GET", "screens", by="admin")
    screen = (listed["values"] if desk.cloud else listed)[-1]["id"]
    path = f"screens/{screen}/tabs"
    tab = desk.ok("GET", path, by="admin")[0]["id"]
    desk.ok("GET", f"screens/{screen}/availableFields", by="admin")
    desk.ok("POST", f"{path}/{tab}/fields", {"fieldId": made}, by="admin")
    desk.ok("GET", f"{path}/{tab}/fields", by="admin")
    desk.ok("DELETE", f"{path}/{tab}/fields/{made}", by="admin")
    new_tab = desk.ok("POST", path, {"name": "Interspace"}, by="admin")["id"]
    desk.ok("DELETE", f"{path}/{new_tab}", by="admin")
    if not desk.cloud:
        desk.ok("GET", "customFields?search=New", by="admin")
        desk.ok("GET", f"customFields/{made.removeprefix('customfield_')}/options?projectIds=10000", by="admin")
        desk.ok("DELETE", f"customFields?ids={made}", by="admin")


def filters(desk: Desk) -> None:
    """Saved searches; dashboards as far as both have them."""
    body = {"name": "Late", "jql": "project = ISP", "description": "d", "sharePermissions": SHARED_WITH_PROJECT}
    made = desk.ok("POST", "filter", body)["id"]
    desk.ok("GET", f"filter/{made}")
    desk.ok("PUT", f"filter/{made}", {"name": "Late", "jql": "project = ISP AND status = Open"})
    desk.ok("POST", f"filter/{made}/permission", {"type": "project", "projectId": "10000"})
    desk.ok("GET", f"filter/{made}/permission")
    desk.ok("GET", "filter/favourite")
    if desk.cloud:
        desk.ok("GET", "filter/search?filterName=Late&expand=jql,description,owner,sharePermissions,editPermissions")
    desk.ok("DELETE", f"filter/{made}")
    listed = desk.ok("GET", "dashboard")["dashboards"]
    if not desk.cloud:
        desk.ok("GET", f"dashboard/{listed[0]['id']}")


def portal(desk: Desk) -> None:
    """The service desk API."""
    desk.ok("GET", PORTAL + "info", by="")
    for path in ("servicedesk", "servicedesk/1", "servicedesk/1/requesttype"):
        desk.ok("GET", PORTAL + path, by="customer")
    desk.ok("GET", f"{PORTAL}servicedesk/1/requesttype/{desk.request_type}/field", by="customer")
    values = {"summary": "No light", desk.ids["Service"]: "C-1", desk.ids["Impact"]: {"value": "low"}}
    body = {"serviceDeskId": "1", "requestTypeId": desk.request_type, "requestFieldValues": values}
    path = f"{PORTAL}request/{desk.ok('POST', PORTAL + 'request', body, by='customer')['issueKey']}"
    desk.ok("GET", path, by="customer")
    desk.ok("POST", f"{path}/comment", {"body": "hello", "public": True}, by="customer")
    desk.ok("GET", f"{path}/comment?public=true&internal=false", by="customer")
    add_sla(desk.jira, "Time to resolution", timedelta(hours=4), "resolution", ["Waiting for customer"])
    add_sla(desk.jira, "Time to first response", timedelta(hours=1), "response")
    desk.pass_time(hours=2)
    desk.ok("GET", f"{path}/sla")
    desk.ok("POST", f"{path}/comment", {"body": "we are on it"})
    desk.ok("GET", f"{path}/sla")
    desk.jira.add_user("member@acme.example", organization="Acme")
    cloud = desk.jira.world.cloud
    made = desk.ok("POST", f"{PORTAL}customer", {"email": "new@acme.example", "displayName": "New"})
    named = {"accountIds": [made["accountId"]]} if cloud else {"usernames": [made["name"]]}
    desk.ok("POST", f"{PORTAL}servicedesk/1/customer", named)
    desk.ok("GET", f"{PORTAL}servicedesk/1/customer?query=new%40acme.example")
    desk.ok("GET", f"{PORTAL}servicedesk/1/organization")
    for number in desk.jira.world.organizations:
        desk.ok("POST", f"{PORTAL}organization/{number}/user", named)
        desk.ok("GET", f"{PORTAL}organization/{number}/user")
    queue = add_queue(desk.jira, "All", "project = ISP")
    desk.ok("GET", f"{PORTAL}servicedesk/1/queue?includeCount=true")
    desk.ok("GET", f"{PORTAL}servicedesk/1/queue/{queue}/issue")


def files(desk: Desk) -> None:
    """Onto an issue, and to a customer with a public comment."""
    client = JiraClient(desk.connection("bot"), desk.clock, EndpointPauses())
    file = File(name="RFO.pdf", media_type="application/pdf", content=b"%PDF-1.7")
    client.upload(f"api/2/issue/{desk.issue()}/attachments", file)
    held = client.upload("servicedeskapi/servicedesk/1/attachTemporaryFile", file)
    ids = [one["temporaryAttachmentId"] for one in held["temporaryAttachments"]]
    body = {"serviceDeskId": "1", "requestTypeId": desk.request_type}
    values = {"summary": "No light", desk.ids["Service"]: "C-1"}
    made = desk.ok("POST", PORTAL + "request", {**body, "requestFieldValues": values}, by="customer")["issueKey"]
    wanted = {"temporaryAttachmentIds": ids, "public": True, "additionalComment": {"body": "Here it is."}}
    desk.ok("POST", f"{PORTAL}request/{made}/attachment", wanted)


def refusals(desk: Desk) -> None:
    """Calls that are refused."""
    desk.call("GET", "issue/999")
    desk.call("PUT", f"issue/{desk.issue()}", {"fields": {"nope": 1}})
    desk.call("GET", "myself", by="")
    desk.call("GET", "screens")
    desk.call("GET", f"{PORTAL}request/999")
    if desk.cloud:
        desk.call("GET", "search?jql=project%20%3D%20ISP")
        desk.call("POST", "search", {"jql": "project = ISP"})


def cloud_configuration(desk: Desk) -> None:
    """What Data Center has no REST API for."""
    field = desk.ok("POST", "field", {"name": "Other", "type": TYPES + "select"}, by="admin")["id"]
    desk.ok("GET", "field/search?type=custom&query=Other", by="admin")
    context = desk.ok("GET", f"field/{field}/context", by="admin")["values"][0]["id"]
    desk.ok("POST", f"field/{field}/context/{context}/option", {"options": [{"value": "a"}]}, by="admin")
    desk.ok("GET", f"field/{field}/context/{context}/option", by="admin")
    desk.ok("PUT", f"field/{field}/context/{context}/project", {"projectIds": ["10000"]}, by="admin")
    body = {"name": "Everywhere", "projectIds": [], "issueTypeIds": []}
    desk.ok("POST", f"field/{field}/context", body, by="admin")
    desk.ok("GET", f"field/{field}/context/projectmapping", by="admin")
    desk.ok("PUT", f"field/{field}/context/{context}", {"name": "Here", "description": "d"}, by="admin")
    desk.ok("DELETE", f"field/{field}/context/{context}", by="admin")
    desk.ok("PUT", f"field/{field}", {"name": "Another", "description": "d"}, by="admin")
    trashed = desk.ok("POST", "field", {"name": "Gone", "type": TYPES + "float"}, by="admin")["id"]
    desk.ok("POST", f"field/{trashed}/trash", {}, by="admin")
    desk.ok("GET", "issuetypescreenscheme/project?projectId=10000", by="admin")
    desk.ok("GET", "issuetypescreenscheme/mapping?issueTypeScreenSchemeId=10000", by="admin")
    desk.ok("GET", "issuetypescreenscheme/10000/project", by="admin")
    desk.ok("GET", "screenscheme?expand=issueTypeScreenSchemes", by="admin")
    desk.call("DELETE", f"field/{field}", by="admin")
    priority = desk.ok("POST", "/rest/api/3/priority", {"name": "P1", "statusColor": "#ff0000"}, by="admin")["id"]
    desk.ok("GET", "/rest/api/3/priority/search", by="admin")
    desk.ok("PUT", f"/rest/api/3/priority/{priority}", {"description": "d"}, by="admin")
    desk.call("DELETE", f"/rest/api/3/priority/{priority}", by="admin")


def workflows(desk: Desk) -> None:
    """What admins let happen on the way from status to status."""
    way = next(iter(desk.jira.world.transitions.values()))
    way.sources = frozenset(list(desk.jira.world.statuses)[:2])
    rule = {"ruleKey": "system:update-field", "parameters": {"field": "priority", "value": "1"}}
    conditions = {"operation": "ALL", "conditions": [{"ruleKey": "system:restrict-issue-transition"}]}
    desk.jira.world.others.rules[way.id] = {"actions": [rule], "validators": [rule], "conditions": conditions}
    pairs = [{"projectId": "10000", "issueTypeId": "10000"}]
    desk.ok("POST", "/rest/api/3/workflows", {"projectAndIssueTypes": pairs}, by="admin")


def associations(desk: Desk) -> None:
    """Which fields the project has."""
    field = desk.ok("POST", "field", {"name": "Lost", "type": TYPES + "textfield"}, by="admin")["id"]
    if desk.jira.world.migrated:
        path = "/rest/api/3/config/fieldschemes"
        scheme = desk.ok("GET", f"{path}/projects?projectId=10000", by="admin")["values"][0]["schemeId"]
        desk.ok("PUT", f"{path}/fields", {field: [{"schemeIds": [scheme]}]}, by="admin")
        desk.ok("GET", f"{path}/{scheme}/fields?startAt=0&maxResults=100", by="admin")
        desk.ok("GET", f"{path}/{scheme}/projects?startAt=0&maxResults=100", by="admin")
        desk.ok("PUT", f"{path}/fields", {field: [{"schemeIds": [scheme, 1]}]}, by="admin")
        only = {"schemeIds": [scheme], "restrictedToWorkTypes": [10000]}
        desk.ok("PUT", f"{path}/fields", {field: [only]}, by="admin")
        desk.ok("GET", f"{path}/{scheme}/fields", by="admin")
    else:
        projects = [{"type": "PROJECT_ID", "identifier": 10000}]
        named = [{"type": "FIELD_ID", "identifier": field}]
        body = {"associationContexts": projects, "fields": named}
        desk.ok("PUT", "/rest/api/3/field/association", body, by="admin")
    desk.ok("GET", "/rest/api/3/projects/fields?projectId=10000&workTypeId=10000")


def dashboards(desk: Desk) -> None:
    """Dashboards with gadgets."""
    body = {"name": "D", "sharePermissions": SHARED_WITH_PROJECT, "editPermissions": []}
    path = f"/rest/api/3/dashboard/{desk.ok('POST', '/rest/api/3/dashboard', body)['id']}"
    gadget = {"moduleKey": "com.atlassian.jira.gadgets:filter-results-gadget", "title": "Late", "color": "blue"}
    made = desk.ok("POST", f"{path}/gadget", {**gadget, "position": {"row": 0, "column": 0}})["id"]
    desk.ok("GET", f"{path}/gadget")
    desk.ok("PUT", f"{path}/items/{made}/properties/config", {"num": 10})
    desk.ok("GET", f"{path}/items/{made}/properties/config")
    desk.ok("GET", "/rest/api/3/dashboard/search?dashboardName=D")
    desk.ok("GET", "/rest/api/3/dashboard/gadgets")
    desk.ok("PUT", path, {**body, "description": "d"})
    desk.ok("GET", path)
    desk.ok("DELETE", f"{path}/gadget/{made}")
    desk.ok("DELETE", path)
