"""Which function answers which method and path."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from connector.sandbox.jira import (
    comments,
    configuration,
    custom_fields,
    hooks,
    issues,
    links,
    mail,
    meta,
    portal,
    properties,
    schemes,
    screens,
    search,
    site,
    uploads,
    workflows,
)
from connector.sandbox.jira.access import authenticate
from connector.sandbox.jira.call import Answer, Call, read_body, split_target, to_json
from connector.sandbox.jira.errors import JiraError
from connector.sandbox.jira.kinds import below, changed, listed, made, paged, removed, shown
from connector.sandbox.jira.records import User
from connector.sandbox.jira.world import CLOUD_ID, World
from connector.sandbox.wire import Response

Handler = Callable[..., Answer]
PLATFORM = "/rest/api/2/"
PLATFORMS = ("/rest/api/2/", "/rest/api/3/", "/rest/api/latest/")
PORTAL = "/rest/servicedeskapi/"
GATEWAY = f"/ex/jira/{CLOUD_ID}"
"""Before the paths of what comes by Atlassian's gateway."""
AUTOMATION = "/gateway/api/automation/public/jira/*/rest/v1/rule"
NOBODY = User.__new__(User)


class Route(NamedTuple):
    """A path with `*` for its parameters, and the handler that takes them in order."""

    segments: tuple[str, ...]
    handler: Handler
    template: str


_PORTAL: dict[str, Handler] = {
    "GET info": portal.info,
    "GET organization/*/user": portal.members,
    "POST organization/*/user": portal.add_members,
    "POST customer": portal.create_customer,
    "GET servicedesk/*/customer": portal.customers,
    "POST servicedesk/*/customer": portal.add_customers,
    "GET servicedesk/*/organization": portal.organizations,
    "GET servicedesk": portal.service_desks,
    "GET servicedesk/*": portal.service_desk,
    "GET servicedesk/*/requesttype": portal.request_types,
    "GET servicedesk/*/requesttype/*/field": portal.request_type_fields,
    "POST servicedesk/*/attachTemporaryFile": uploads.temporary,
    "POST request/*/attachment": uploads.publish,
    "GET servicedesk/*/queue": portal.queues,
    "GET servicedesk/*/queue/*/issue": portal.queued,
    "POST request": portal.create,
    "GET request/*": portal.show,
    "GET request/*/comment": portal.list_comments,
    "POST request/*/comment": portal.add_comment,
    "GET request/*/sla": portal.slas,
}


def _webhooks(path: str) -> dict[str, Handler]:
    return {
        f"GET {path}": listed(hooks.WEBHOOK),
        f"POST {path}": made(hooks.WEBHOOK),
        f"GET {path}/*": shown(hooks.WEBHOOK),
        f"PUT {path}/*": changed(hooks.WEBHOOK, 200),
        f"DELETE {path}/*": removed(hooks.WEBHOOK),
    }


_BOTH: dict[str, Handler] = {
    "GET serverInfo": site.server_info,
    "GET myself": site.myself,
    "GET user": site.user,
    "GET user/search": site.find_users,
    "GET mypermissions": site.my_permissions,
    "GET field": site.list_fields,
    "GET status": site.statuses,
    "GET issuetype": site.issue_types,
    "GET project": site.projects,
    "GET project/*": site.project,
    "GET project/*/statuses": site.project_statuses,
    "GET project/*/role": site.project_roles,
    "GET project/*/role/*": site.project_role,
    "POST project/*/role/*": site.add_actors,
    "GET role": listed(configuration.ROLE),
    "POST role": made(configuration.ROLE, 200),
    "PUT role/*": changed(configuration.ROLE, 200),
    "DELETE role/*": removed(configuration.ROLE),
    "GET group/member": site.group_members,
    "GET issue/createmeta/*/issuetypes": meta.issue_types,
    "GET issue/createmeta/*/issuetypes/*": meta.fields_of_type,
    "POST issue": issues.create,
    "GET issue/*": issues.show,
    "PUT issue/*": issues.edit,
    "DELETE issue/*": issues.delete,
    "GET issue/*/editmeta": meta.fields_of_issue,
    "POST issue/*/attachments": uploads.attach,
    "POST issue/*/notify": mail.send,
    "GET issue/*/transitions": issues.transitions,
    "POST issue/*/transitions": issues.move,
    "GET issue/*/properties": issues.properties_of,
    "GET issue/*/comment": comments.index,
    "POST issue/*/comment": comments.create,
    "GET issue/*/comment/*": comments.show,
    "PUT issue/*/comment/*": comments.update,
    "DELETE issue/*/comment/*": comments.delete,
    "POST issueLink": links.create,
    "DELETE issueLink/*": links.delete,
    "GET issueLinkType": listed(configuration.LINK_TYPE, below("issueLinkTypes")),
    "POST issueLinkType": made(configuration.LINK_TYPE),
    "DELETE issueLinkType/*": removed(configuration.LINK_TYPE),
    "POST field": custom_fields.create,
    "GET screens": listed(screens.SCREEN, screens.screens, by=("queryString", "search")),
    "GET screens/*/tabs": listed(screens.TAB),
    "POST screens/*/tabs": made(screens.TAB, 200),
    "DELETE screens/*/tabs/*": removed(screens.TAB),
    "GET screens/*/tabs/*/fields": screens.fields,
    "POST screens/*/tabs/*/fields": screens.add_field,
    "DELETE screens/*/tabs/*/fields/*": screens.remove_field,
    "GET screens/*/availableFields": screens.available,
    "GET priority": listed(configuration.PRIORITY),
    "POST filter": made(configuration.FILTER, 200),
    "GET filter/favourite": listed(configuration.FAVOURITE),
    "GET filter/*": shown(configuration.FILTER),
    "PUT filter/*": changed(configuration.FILTER, 200),
    "DELETE filter/*": removed(configuration.FILTER),
    "GET filter/*/permission": configuration.filter_permissions,
    "POST filter/*/permission": configuration.add_filter_permission,
    "GET dashboard": listed(configuration.DASHBOARD, configuration.dashboards),
    "GET dashboard/*": shown(configuration.DASHBOARD),
    **properties.routes("project/*/properties", site.held_properties),
    **properties.routes("issue/*/properties", issues.held_properties),
    **properties.routes("comment/*/properties", comments.held_properties, deletes=False),
}
_CLOUD: dict[str, Handler] = {
    "GET search": search.removed,
    "POST search": search.removed,
    "POST search/jql": search.by_token,
    "POST issue/bulkfetch": issues.fetch,
    "POST comment/list": comments.listed,
    "GET issue/*/changelog": issues.changelog,
    "GET project/search": site.search_projects,
    "GET field/search": custom_fields.search,
    "PUT field/*": changed(custom_fields.FIELD),
    "DELETE field/*": custom_fields.trash,
    "POST field/*/trash": custom_fields.move_to_trash,
    "PUT field/association": schemes.associate,
    "GET projects/fields": schemes.available,
    "POST workflows": workflows.bulk_get,
    f"GET {AUTOMATION}/summary": workflows.rule_summaries,
    f"GET {AUTOMATION}/*": workflows.rule,
    "GET config/fieldschemes/projects": schemes.projects,
    "GET config/fieldschemes/*/fields": schemes.fields_of,
    "GET config/fieldschemes/*/projects": schemes.field_projects,
    "PUT config/fieldschemes/fields": schemes.update,
    "PUT field/*/context/*": changed(custom_fields.NAMED_CONTEXT),
    "GET issuetypescreenscheme/project": schemes.screens_of_projects,
    "GET issuetypescreenscheme/mapping": schemes.mappings,
    "GET issuetypescreenscheme/*/project": schemes.screen_projects,
    "GET screenscheme": schemes.screen_schemes,
    "GET field/*/context": listed(custom_fields.CONTEXT, paged(), ids="contextId"),
    "POST field/*/context": made(custom_fields.CONTEXT, shown=custom_fields.whole_context),
    "DELETE field/*/context/*": removed(custom_fields.CONTEXT),
    "GET field/*/context/projectmapping": custom_fields.project_mapping,
    "PUT field/*/context/*/project": custom_fields.assign_projects,
    "GET field/*/context/*/option": listed(custom_fields.OPTION, paged(100)),
    "POST field/*/context/*/option": custom_fields.create_options,
    "GET priority/search": listed(configuration.PRIORITY, paged(), by=("priorityName",)),
    "POST priority": made(configuration.PRIORITY, shown=lambda _call, held: {"id": held.id}),
    "PUT priority/*": changed(configuration.PRIORITY),
    "DELETE priority/*": removed(configuration.PRIORITY, 303, configuration.task),
    "GET filter/search": listed(configuration.FOUND_FILTER, paged(), by=("filterName",)),
    "POST dashboard": made(configuration.DASHBOARD, 200),
    "GET dashboard/gadgets": configuration.available_gadgets,
    "GET dashboard/search": listed(configuration.DASHBOARD, paged(), by=("dashboardName",)),
    "PUT dashboard/*": changed(configuration.DASHBOARD, 200),
    "DELETE dashboard/*": removed(configuration.DASHBOARD),
    "GET dashboard/*/gadget": configuration.gadgets,
    "POST dashboard/*/gadget": configuration.add_gadget,
    "DELETE dashboard/*/gadget/*": configuration.remove_gadget,
    "GET dashboard/*/items/*/properties/*": configuration.item_property,
    "PUT dashboard/*/items/*/properties/*": configuration.set_item_property,
    **_webhooks(hooks.CLOUD_PATH),
}
_DATA_CENTER: dict[str, Handler] = {
    "GET customFields": listed(custom_fields.FIELD, paged(), by=("search",)),
    "DELETE customFields": custom_fields.delete_many,
    "GET customFields/*/options": custom_fields.all_options,
    "GET search": search.by_position,
    "POST search": search.by_position,
    **_webhooks(hooks.DATA_CENTER_PATH),
}
_FOR_ANYBODY = frozenset({site.server_info, portal.info})
_FOR_PORTAL = {name.replace(" ", f" {PORTAL}"): handler for name, handler in _PORTAL.items()}


def _area(segments: tuple[str, ...]) -> str:
    """The part of the API that a path belongs to."""
    place = 3 if segments[:2] == ("rest", "api") else 2
    return segments[place] if len(segments) > place else ""


def _table(*parts: dict[str, Handler]) -> dict[tuple[str, int, str], list[Route]]:
    found: dict[tuple[str, int, str], list[Route]] = {}
    for part in parts:
        for name, handler in part.items():
            method, _, path = name.partition(" ")
            full = path if path.startswith("/") else PLATFORM + path
            segments = tuple(full.strip("/").split("/"))
            found.setdefault((method, len(segments), _area(segments)), []).append(Route(segments, handler, full))
    for routes in found.values():
        routes.sort(key=lambda route: [segment == "*" for segment in route.segments])
    return found


_ROUTES = {"cloud": _table(_BOTH, _FOR_PORTAL, _CLOUD), "datacenter": _table(_BOTH, _FOR_PORTAL, _DATA_CENTER)}


def answer(world: World, method: str, target: str, headers: Mapping[str, str], body: bytes) -> tuple[Response, str]:
    """The response to one request, and the e-mail address of who made it (empty if unknown).

    Never raises for a bad request: what the sandbox cannot read is answered with 500.
    """
    path, query, repeated = split_target(target)
    gateway = path.startswith(GATEWAY) and world.cloud
    if gateway:
        path = path.removeprefix(GATEWAY)
    if path == "/_edge/tenant_info" and world.cloud:
        return _respond(200, {"cloudId": CLOUD_ID}), ""
    portal = path.startswith(PORTAL)
    who = ""
    try:
        found = authenticate(world, headers, gateway=gateway)
        who = found.email if found else ""
        route, ids = _find(world, method, path)
        _require_somebody(found, route)
        world.limits.admit(method, route.template, _issue_written(world, route, ids))
        call = Call(world, found or NOBODY, query, read_body(body, headers), repeated)
        status, value = route.handler(call, *ids)
        answered = _respond(status, value)
        return Response(
            answered.status, answered.headers | world.limits.left(method, route.template), answered.body
        ), who
    except JiraError as error:
        refused = _respond(error.status, error.payload(portal=portal))
        return Response(refused.status, refused.headers | error.headers, refused.body), who
    except (AttributeError, KeyError, TypeError, ValueError) as fault:
        text = f"the sandbox cannot read this request: {type(fault).__name__}: {fault}"
        return _respond(500, {"errorMessages": [text], "errors": {}}), who


def _respond(status: int, value: object) -> Response:
    if value is None:
        return Response(status, {})
    return Response(status, {"Content-Type": "application/json;charset=UTF-8"}, to_json(value))


def _find(world: World, method: str, path: str) -> tuple[Route, list[str]]:
    for prefix in PLATFORMS[1:]:
        if path.startswith(prefix) and (world.cloud or prefix != "/rest/api/3/"):
            path = PLATFORM + path.removeprefix(prefix)
    segments = tuple(path.strip("/").split("/"))
    for route in _ROUTES[world.flavour].get((method, len(segments), _area(segments)), ()):
        if all(wanted in {"*", given} for wanted, given in zip(route.segments, segments, strict=True)):
            return route, [given for wanted, given in zip(route.segments, segments, strict=True) if wanted == "*"]
    raise JiraError(404, f"The requested resource {method} {path} does not exist.")


def _require_somebody(user: User | None, route: Route) -> None:
    if user is None and route.handler not in _FOR_ANYBODY:
        raise JiraError(401, "You are not authenticated. Authentication required to perform this operation.")


def _issue_written(world: World, route: Route, ids: list[str]) -> str | None:
    """The issue that a route writes to, by id."""
    if not ids or route.segments[3:4] not in (("issue",), ("request",)):
        return None
    found = world.issue_ids.get(ids[0].upper())
    return str(found) if found else ids[0]
