"""`/issue`: create, read, edit, move and delete."""

from connector.sandbox.jira import changing, events, fields, shown
from connector.sandbox.jira.access import issue_for, may_browse, require_delete
from connector.sandbox.jira.call import Answer, Call, page
from connector.sandbox.jira.errors import JiraError, wrong_field
from connector.sandbox.jira.links import drop_link
from connector.sandbox.jira.records import Issue, Json, Project

MOST_FETCHED = 100


def create(call: Call) -> Answer:
    """`POST /issue`: fields, update and properties."""
    body = call.fields()
    given = body.get("fields") or {}
    project = _project_of(call, given)
    type_id = _type_of(call, project, given)
    wanted = changing.wanted(call.world, project, body, None)
    issue = changing.create(call.world, project, call.user, type_id, wanted)
    return 201, {"id": str(issue.id), "key": issue.key, "self": call.world.link_to(f"issue/{issue.id}")}


def _project_of(call: Call, given: dict[str, Json]) -> Project:
    named = given.get("project") or {}
    found = call.world.project(named.get("id") or named.get("key") or "")
    if found is None or not may_browse(call.world, call.user, found.id):
        raise wrong_field("project", "Specify a valid project ID or key")
    return found


def _type_of(call: Call, project: Project, given: dict[str, Json]) -> str:
    type_id = str(fields.taken(call.world, "issuetype", given.get("issuetype")))
    if type_id not in project.issue_type_ids:
        raise wrong_field("issuetype", "Specify a valid issue type")
    return type_id


def show(call: Call, key: str) -> Answer:
    """`GET /issue/{key}` with `fields`, `expand=changelog` and `properties`."""
    return 200, shown.issue(call.world, issue_for(call, key), _view(call))


def _view(call: Call) -> shown.View:
    return shown.view_of(call, call.words("fields"), call.words("expand"), call.words("properties"))


def edit(call: Call, key: str) -> Answer:
    """`PUT /issue/{key}`: 204, or the issue where Cloud is asked for it."""
    issue = issue_for(call, key)
    project = call.world.projects[issue.project_id]
    changing.edit(call.world, issue, call.user, changing.wanted(call.world, project, call.fields(), issue))
    if call.world.cloud and call.flag("returnIssue"):
        return 200, shown.issue(call.world, issue, _view(call))
    return 204, None


def delete(call: Call, key: str) -> Answer:
    """`DELETE /issue/{key}`, for administrators of the project."""
    issue = issue_for(call, key)
    require_delete(call, issue)
    for link in list(issue.links):
        drop_link(call.world, link)
    call.world.hidden.discard(issue.id)
    del call.world.issues[issue.id], call.world.issue_ids[issue.key]
    call.world.index.removed(issue.id)
    events.issue_deleted(call.world, issue, call.user.id)
    return 204, None


def changelog(call: Call, key: str) -> Answer:
    """`GET /issue/{key}/changelog`, oldest first; Cloud only."""
    issue = issue_for(call, key)
    return 200, page(call, [shown.change(call.world, held, call.user.zone) for held in issue.changes], 100)


def transitions(call: Call, key: str) -> Answer:
    """`GET /issue/{key}/transitions`."""
    issue = issue_for(call, key)
    found = []
    for way in changing.available(call.world, issue):
        to = fields.shown_status(call.world, call.world.statuses[way.to])
        entry: dict[str, Json] = {"id": way.id, "name": way.name, "to": to}
        if call.world.cloud:
            entry |= {
                "hasScreen": bool(way.asks),
                "isGlobal": not way.sources,
                "isInitial": False,
                "isAvailable": True,
                "isConditional": False,
            }
        if "transitions.fields" in call.words("expand"):
            entry["fields"] = {name: _asked(call, name) for name in sorted(way.asks)}
        found.append(entry)
    return 200, {"expand": "transitions", "transitions": found}


def _asked(call: Call, name: str) -> dict[str, Json]:
    described = fields.described(call.world, name)
    about = {"required": True, "name": described["name"], "key": name, "hasDefaultValue": False}
    shown: dict[str, Json] = {**about, "schema": described["schema"], "operations": ["set"]}
    if name == "resolution":
        shown["allowedValues"] = [{"id": held.id, "name": held.name} for held in call.world.resolutions.values()]
    return shown


def move(call: Call, key: str) -> Answer:
    """`POST /issue/{key}/transitions`."""
    issue = issue_for(call, key)
    body = call.fields()
    wanted_id = str((body.get("transition") or {}).get("id", ""))
    way = next((way for way in changing.available(call.world, issue) if way.id == wanted_id), None)
    if way is None:
        raise JiraError(
            400, "It seems that you have tried to perform an illegal workflow operation. The transition is not valid."
        )
    project = call.world.projects[issue.project_id]
    wanted = changing.wanted(call.world, project, body, issue, way.asks)
    changing.transition(call.world, issue, call.user, way, wanted)
    return 204, None


def fetch(call: Call) -> Answer:
    """`POST /issue/bulkfetch`: up to 100 issues by id or key, each once; what is not there is left out."""
    body = call.fields()
    wanted = body.get("issueIdsOrKeys")
    if not isinstance(wanted, list) or len(wanted) > MOST_FETCHED:
        raise JiraError(400, f"issueIdsOrKeys must be a list of at most {MOST_FETCHED} issues.")
    view = shown.view_of(
        call, body.get("fields") or ["*navigable"], body.get("expand") or (), body.get("properties") or ()
    )
    view = view._replace(comments=shown.SEARCHED_COMMENTS, changes=shown.SEARCHED_CHANGES)
    found: dict[int, Issue] = {}
    missing = []
    for key in wanted:
        try:
            issue = issue_for(call, key)
        except JiraError:
            missing.append({"id": str(key), "errorMessage": "Issue does not exist or no permission to see it."})
        else:
            found[issue.id] = issue
    shown_issues = [shown.issue(call.world, issue, view) for issue in found.values()]
    return 200, {"issues": shown_issues, "issueErrors": missing}


def properties_of(call: Call, key: str) -> Answer:
    """`GET /issue/{key}/properties`: the keys."""
    issue = issue_for(call, key)
    base = f"issue/{issue.id}/properties/"
    return 200, {"keys": [{"self": call.world.link_to(base + name), "key": name} for name in issue.properties]}


def held_properties(call: Call, key: str, *, write: bool) -> dict[str, Json]:
    """For whoever may edit the issue; no event, no new time of update."""
    return issue_for(call, key).properties
