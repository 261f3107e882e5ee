"""Fields with contexts and options, screens, priorities, roles, filters and dashboards."""

import pytest

from tests.jira_admin import add_to_group
from tests.unit.sandbox.jira.desk import Desk, new_desk

SELECT = "com.atlassian.jira.plugin.system.customfieldtypes:select"


def new_field(desk: Desk, name: str = "Kind") -> str:
    return str(desk.ok("POST", "field", {"name": name, "type": SELECT}, by="admin")["id"])


def test_two_fields_may_have_the_same_name(desk: Desk) -> None:
    made = {new_field(desk), new_field(desk)}
    listed = [field["id"] for field in desk.ok("GET", "field") if field["name"] == "Kind"]
    assert set(listed) == made


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "field", {"name": "x", "type": SELECT}),
        ("GET", "screens", None),
        ("POST", "issueLinkType", {"name": "x", "inward": "y", "outward": "z"}),
        ("POST", "role", {"name": "x"}),
        ("POST", "project/ISP/role/10000", {"user": []}),
    ],
)
def test_configuration_is_for_administrators(desk: Desk, method: str, path: str, body: object) -> None:
    assert desk.call(method, path, body)[0] == 403


def test_options_of_a_select_field_are_made_in_its_context(cloud: Desk) -> None:
    field = new_field(cloud)
    [context] = cloud.ok("GET", f"field/{field}/context", by="admin")["values"]
    path = f"field/{field}/context/{context['id']}/option"
    cloud.ok("POST", path, {"options": [{"value": "one"}, {"value": "two"}]}, by="admin")
    assert [option["value"] for option in cloud.ok("GET", path, by="admin")["values"]] == ["one", "two"]
    assert cloud.call("POST", path, {"options": [{"value": "one"}]}, by="admin")[0] == 400
    assert cloud.call("POST", path, {"options": [{"value": str(n)} for n in range(1001)]}, by="admin")[0] == 400


def test_before_field_schemes_a_field_applies_where_its_contexts_say() -> None:
    cloud = new_desk("cloud", migrated=False)
    field = cloud.ids["Service"]
    [context] = cloud.ok("GET", f"field/{field}/context", by="admin")["values"]
    assert context["isGlobalContext"]
    issue = cloud.issue()
    cloud.ok("DELETE", f"field/{field}/context/{context['id']}", by="admin")
    assert cloud.edit(issue, Service="x")[0] == 400
    made = cloud.ok("POST", f"field/{field}/context", {"name": "ISP only", "projectIds": ["10000"]}, by="admin")
    assert cloud.edit(issue, Service="x")[0] == 204
    mapped = cloud.ok("GET", f"field/{field}/context/projectmapping", by="admin")["values"]
    assert mapped == [{"contextId": made["id"], "projectId": "10000"}]
    assert (
        cloud.call("POST", f"field/{field}/context", {"name": "again", "projectIds": ["10000"]}, by="admin")[0] == 409
    )


def test_with_field_schemes_contexts_say_nothing_of_where_a_field_is(cloud: Desk) -> None:
    field = cloud.ids["Service"]
    [context] = cloud.ok("GET", f"field/{field}/context", by="admin")["values"]
    cloud.ok("DELETE", f"field/{field}/context/{context['id']}", by="admin")
    assert cloud.edit(cloud.issue(), Service="x")[0] == 204


@pytest.mark.parametrize("migrated", [False, True])
def test_a_field_made_by_rest_belongs_to_no_project_until_it_is_associated(migrated: bool) -> None:
    cloud = new_desk("cloud", migrated=migrated)
    made = new_text_field(cloud)
    issue = cloud.issue()
    assert cloud.call("PUT", f"issue/{issue}", {"fields": {made: "x"}})[0] == 400
    assert made not in cloud.ok("GET", f"issue/{issue}/editmeta")["fields"]

    if migrated:
        [row] = cloud.ok("GET", "/rest/api/3/config/fieldschemes/projects?projectId=10000", by="admin")["values"]
        body: object = {made: [{"schemeIds": [row["schemeId"]]}]}
        cloud.ok("PUT", "/rest/api/3/config/fieldschemes/fields", body, by="admin")
    else:
        cloud.ok("PUT", "/rest/api/3/field/association", associated(made), by="admin")

    assert cloud.call("PUT", f"issue/{issue}", {"fields": {made: "x"}})[0] == 204
    assert made in cloud.ok("GET", f"issue/{issue}/editmeta")["fields"]


def test_each_kind_of_site_refuses_the_words_of_the_other() -> None:
    before, after = new_desk("cloud", migrated=False), new_desk("cloud")
    assert before.call("GET", "/rest/api/3/config/fieldschemes/projects?projectId=10000", by="admin")[0] == 404
    assert after.call("PUT", "/rest/api/3/field/association", associated(after.ids["Log"]), by="admin")[0] == 400


def test_an_association_takes_fifty_fields_at_once() -> None:
    cloud = new_desk("cloud", migrated=False)
    too_many = {**associated(cloud.ids["Log"]), "fields": associated(cloud.ids["Log"])["fields"] * 51}
    assert cloud.call("PUT", "/rest/api/3/field/association", too_many, by="admin")[0] == 400


def associated(field_id: str) -> dict[str, list[dict[str, object]]]:
    """A field with the only project."""
    projects: list[dict[str, object]] = [{"type": "PROJECT_ID", "identifier": 10000}]
    return {"associationContexts": projects, "fields": [{"type": "FIELD_ID", "identifier": field_id}]}


def new_text_field(desk: Desk) -> str:
    """On the project's screen, by REST."""
    kind = SELECT.replace("select", "textfield")
    made = str(desk.ok("POST", "field", {"name": "Note", "type": kind}, by="admin")["id"])
    screen = desk.ok("GET", "screens", by="admin")["values"][-1]["id"]
    tab = desk.ok("GET", f"screens/{screen}/tabs", by="admin")[0]["id"]
    desk.ok("POST", f"screens/{screen}/tabs/{tab}/fields", {"fieldId": made}, by="admin")
    return made


def test_data_center_has_no_contexts_options_or_new_priorities(data_center: Desk) -> None:
    field = new_field(data_center)
    assert data_center.call("GET", f"field/{field}/context", by="admin")[0] == 404
    assert data_center.call("POST", "priority", {"name": "P1", "statusColor": "#f00"}, by="admin")[0] == 404
    assert data_center.call("GET", "/rest/api/3/priority", by="admin")[0] == 404


def test_a_field_in_the_trash_is_gone(cloud: Desk) -> None:
    issue = cloud.issue(Service="x")
    assert cloud.call("DELETE", f"field/{cloud.ids['Service']}", by="admin")[0] == 303
    assert cloud.ids["Service"] not in [field["id"] for field in cloud.ok("GET", "field")]
    assert cloud.ids["Service"] not in cloud.shown(issue)["fields"]


def test_a_field_is_on_a_screen_once(desk: Desk) -> None:
    field = new_field(desk)
    screen = desk.jira.world.projects["10000"].screen_id
    tab = desk.ok("GET", f"screens/{screen}/tabs", by="admin")[0]["id"]
    assert field in [held["id"] for held in desk.ok("GET", f"screens/{screen}/availableFields", by="admin")]
    path = f"screens/{screen}/tabs/{tab}/fields"
    desk.ok("POST", path, {"fieldId": field}, by="admin")
    assert desk.call("POST", path, {"fieldId": field}, by="admin")[0] == 400
    assert field in [held["id"] for held in desk.ok("GET", path, by="admin")]
    assert field not in [held["id"] for held in desk.ok("GET", f"screens/{screen}/availableFields", by="admin")]
    assert desk.call("DELETE", f"{path}/{field}", by="admin") == (204, None)


def test_priorities_are_made_on_cloud(cloud: Desk) -> None:
    made = cloud.ok("POST", "/rest/api/3/priority", {"name": "P1", "statusColor": "#ff0000"}, by="admin")["id"]
    assert cloud.edit(cloud.issue(), priority={"name": "P1"})[0] == 204
    assert cloud.call("POST", "priority", {"name": "p1", "statusColor": "#ff0000"}, by="admin")[0] == 400
    assert cloud.call("DELETE", f"/rest/api/3/priority/{made}", by="admin")[0] == 303
    assert "P1" not in [held["name"] for held in cloud.ok("GET", "priority")]


def test_roles_have_users_and_groups(desk: Desk) -> None:
    made = desk.ok("POST", "role", {"name": "Escalation Manager"}, by="admin")["id"]
    assert desk.call("POST", "role", {"name": "Escalation Manager"}, by="admin")[0] == 409
    user = desk.jira.user_id("agent@example.com") if desk.cloud else "agent"
    add_to_group(desk.jira, "stranger@example.com", "managers")
    desk.ok("POST", f"project/ISP/role/{made}", {"user": [user], "group": ["managers"]}, by="admin")
    actors = desk.ok("GET", f"project/ISP/role/{made}")["actors"]
    assert {actor["type"] for actor in actors} == {"atlassian-user-role-actor", "atlassian-group-role-actor"}
    assert [member["displayName"] for member in desk.ok("GET", "group/member?groupname=managers")["values"]] == [
        "stranger"
    ]
    assert desk.call("GET", f"issue/{desk.issue()}", by="stranger")[0] == 200


def test_a_filter_belongs_to_its_owner_and_is_seen_where_it_is_shared(desk: Desk) -> None:
    body = {"name": "Overdue", "jql": "project = ISP AND Due < now()"}
    made = desk.ok("POST", "filter", body, by="agent")
    assert made["jql"] == body["jql"]
    assert desk.call("POST", "filter", body, by="agent")[0] == 400
    assert desk.call("POST", "filter", {"name": "x", "jql": "nonsense = 1"}, by="agent")[0] == 400
    assert desk.call("GET", f"filter/{made['id']}")[0] == 400
    desk.ok("POST", f"filter/{made['id']}/permission", {"type": "project", "projectId": "10000"}, by="agent")
    assert desk.ok("GET", f"filter/{made['id']}")["sharePermissions"][0]["project"]["key"] == "ISP"
    assert desk.call("PUT", f"filter/{made['id']}", {"name": "Mine"})[0] == 404
    assert desk.ok("PUT", f"filter/{made['id']}", {"name": "Late"}, by="agent")["name"] == "Late"
    assert desk.call("DELETE", f"filter/{made['id']}", by="agent") == (204, None)


def test_a_refused_update_leaves_a_filter_as_it_was(desk: Desk) -> None:
    made = desk.ok("POST", "filter", {"name": "Overdue", "jql": "project = ISP"})["id"]
    assert desk.call("PUT", f"filter/{made}", {"name": "Late", "jql": "nonsense = 1"})[0] == 400
    assert desk.ok("GET", f"filter/{made}")["name"] == "Overdue"


def test_filters_are_found_by_name_on_cloud(cloud: Desk) -> None:
    cloud.ok("POST", "filter", {"name": "Interspace: overdue", "jql": "project = ISP", "description": "d"})
    found = cloud.ok("GET", "filter/search?filterName=interspace&expand=jql")["values"]
    assert [(held["name"], held["jql"], "description" in held) for held in found] == [
        ("Interspace: overdue", "project = ISP", False)
    ]


def test_a_dashboard_has_gadgets_with_settings(cloud: Desk) -> None:
    body = {"name": "Escalations", "sharePermissions": [], "editPermissions": []}
    made = cloud.ok("POST", "/rest/api/3/dashboard", body)["id"]
    path = f"/rest/api/3/dashboard/{made}"
    module = {"moduleKey": "com.atlassian.jira.gadgets:filter-results-gadget", "title": "Overdue", "color": "red"}
    gadget = cloud.ok("POST", f"{path}/gadget", module)["id"]
    assert cloud.call("POST", f"{path}/gadget", {"title": "neither"})[0] == 400
    settings = f"{path}/items/{gadget}/properties/config"
    assert cloud.call("PUT", settings, {"filterId": "filter-1"})[0] == 201
    assert cloud.ok("GET", settings)["value"] == {"filterId": "filter-1"}
    assert [held["title"] for held in cloud.ok("GET", f"{path}/gadget")["gadgets"]] == ["Overdue"]
    assert cloud.call("GET", path, by="agent")[0] == 404
    assert cloud.call("DELETE", path) == (204, None)


def test_permissions_are_told(desk: Desk) -> None:
    query = "?permissions=EDIT_ISSUES,ADMINISTER&projectKey=ISP" if desk.cloud else "?projectKey=ISP"
    for who, edits, administers in (("agent", True, False), ("admin", True, True)):
        held = desk.ok("GET", "mypermissions" + query, by=who)["permissions"]
        assert (held["EDIT_ISSUES"]["havePermission"], held["ADMINISTER"]["havePermission"]) == (edits, administers)


def test_cloud_wants_to_know_which_permissions(cloud: Desk) -> None:
    assert cloud.call("GET", "mypermissions")[0] == 400
    assert cloud.call("GET", "mypermissions?permissions=NONSENSE")[0] == 400


def test_the_project_tells_its_statuses_types_and_roles(desk: Desk) -> None:
    project = desk.ok("GET", "project/ISP")
    assert {"Incident", "Problem", "Task"} <= {kind["name"] for kind in project["issueTypes"]}
    assert "Service Desk Team" in desk.ok("GET", "project/ISP/role")
    statuses = desk.ok("GET", "project/ISP/statuses")[0]["statuses"]
    assert "Waiting for customer" in [status["name"] for status in statuses]
    assert desk.call("GET", "project/ISP", by="customer")[0] == 404
