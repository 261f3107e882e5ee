"""`POST /workflows`, and the rules of Automation: what admins let happen to issues; Cloud only.

All issue types of all projects have one workflow, whose transitions are those of the world.
"""

from connector.sandbox.jira.call import Call, answers
from connector.sandbox.jira.errors import not_found
from connector.sandbox.jira.records import Json, Row

_CATEGORIES = {"new": "TODO", "indeterminate": "IN_PROGRESS", "done": "DONE"}
_EVERYWHERE = {"scope": {"type": "GLOBAL"}, "description": ""}
_RULES = "/gateway/api/automation/public/jira/*/rest/v1/rule"
_PAGE = 100


@answers("POST workflows", 200, on="cloud", admin=True)
def _workflows(call: Call) -> Json:
    """Those of pairs of project and issue type."""
    world = call.world
    pairs = call.fields().get("projectAndIssueTypes") or ()
    if not any(pair["projectId"] in world.projects and pair["issueTypeId"] in world.issue_types for pair in pairs):
        return {"statuses": [], "workflows": []}
    statuses = [
        {"id": one.id, "name": one.name, "statusReference": one.id, "statusCategory": _CATEGORIES[one.category]}
        for one in world.statuses.values()
    ]
    workflow: dict[str, Json] = {
        "id": "b9ff2384-0000-4d4e-9509-3ee19f607168",
        "name": "Service desk workflow",
        "isEditable": True,
        "statuses": [{"statusReference": one, "deprecated": False, "properties": {}} for one in world.statuses],
        "transitions": [_transition(call, way) for way in world.transitions.values()],
    }
    return {"statuses": [one | _EVERYWHERE for one in statuses], "workflows": [workflow | _EVERYWHERE]}


def _transition(call: Call, way: Row) -> dict[str, Json]:
    links = [{"fromPort": 0, "fromStatusReference": source, "toPort": 0} for source in sorted(way.sources)]
    told = {"id": way.id, "name": way.name, "description": "", "type": "DIRECTED" if links else "GLOBAL"}
    told |= {"toStatusReference": way.to, "links": links, "properties": {}, "triggers": []}
    return {**told, "actions": [], "validators": [], **call.world.others.rules.get(way.id, {})}


@answers(f"GET {_RULES}/summary", on="cloud", admin=True)
def _rule_summaries(call: Call, _cloud_id: str) -> Json:
    """A page, and the query that leads to the next."""
    rules = list(call.world.others.automations.values())
    start, size = call.number("cursor", 0), call.number("limit", _PAGE)
    shown = [{key: rule[key] for key in ("uuid", "name", "state", "ruleScopeARIs")} for rule in rules]
    return {"links": _links(start + size, size, len(rules)), "data": shown[start : start + size]}


def _links(end: int, size: int, total: int) -> dict[str, Json]:
    """Queries alone, no addresses."""
    return {"self": f"?limit={size}", "next": f"?cursor={end}&limit={size}" if end < total else None}


@answers(f"GET {_RULES}/*", on="cloud", admin=True)
def _rule(call: Call, _cloud_id: str, uuid: str) -> Json:
    found = call.world.others.automations.get(uuid)
    if found is None:
        raise not_found("The rule")
    return {"rule": found, "connections": []}
