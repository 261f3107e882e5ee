"""`POST /workflows`, and the rules of Automation: what admins let happen to issues; Cloud only.

All issue types of all projects have one workflow, whose transitions are those of the world.
"""

from connector.sandbox.jira.access import require_admin
from connector.sandbox.jira.call import Answer, Call
from connector.sandbox.jira.errors import not_found
from connector.sandbox.jira.records import Json, Row

_CATEGORIES = {"new": "TODO", "indeterminate": "IN_PROGRESS", "done": "DONE"}
_PAGE = 100


def bulk_get(call: Call) -> Answer:
    """`POST /workflows`: those of pairs of project and issue type."""
    require_admin(call)
    world = call.world
    pairs = call.fields().get("projectAndIssueTypes") or ()
    known = [pair for pair in pairs if pair["projectId"] in world.projects and pair["issueTypeId"] in world.issue_types]
    statuses = [
        {
            "id": one.id,
            "name": one.name,
            "statusReference": one.id,
            "statusCategory": _CATEGORIES[one.category],
            "scope": {"type": "GLOBAL"},
            "description": "",
        }
        for one in world.statuses.values()
    ]
    workflow: dict[str, Json] = {
        "id": "b9ff2384-0000-4d4e-9509-3ee19f607168",
        "name": "Service desk workflow",
        "description": "",
        "isEditable": True,
        "scope": {"type": "GLOBAL"},
        "statuses": [{"statusReference": one, "deprecated": False, "properties": {}} for one in world.statuses],
        "transitions": [_transition(call, way) for way in world.transitions.values()],
    }
    return 200, {"statuses": statuses if known else [], "workflows": [workflow] if known else []}


def _transition(call: Call, way: Row) -> dict[str, Json]:
    rules = {"actions": [], "validators": [], **call.world.others.rules.get(way.id, {})}
    links = [{"fromPort": 0, "fromStatusReference": source, "toPort": 0} for source in sorted(way.sources)]
    return {
        "id": way.id,
        "name": way.name,
        "description": "",
        "type": "DIRECTED" if links else "GLOBAL",
        "toStatusReference": way.to,
        "links": links,
        "properties": {},
        "triggers": [],
        **rules,
    }


def rule_summaries(call: Call, cloud_id: str) -> Answer:
    """`GET …/rest/v1/rule/summary`: a page, and the query that leads to the next."""
    require_admin(call)
    rules = list(call.world.others.automations.values())
    start, size = call.number("cursor", 0), call.number("limit", _PAGE)
    shown = [{key: rule[key] for key in ("uuid", "name", "state", "ruleScopeARIs")} for rule in rules]
    return 200, {"links": _links(start + size, size, len(rules)), "data": shown[start : start + size]}


def _links(end: int, size: int, total: int) -> dict[str, Json]:
    """Queries alone, no addresses."""
    return {"self": f"?limit={size}", "next": f"?cursor={end}&limit={size}" if end < total else None}


def rule(call: Call, cloud_id: str, uuid: str) -> Answer:
    """`GET …/rest/v1/rule/{uuid}`: the whole rule."""
    require_admin(call)
    found = call.world.others.automations.get(uuid)
    if found is None:
        raise not_found("The rule")
    return 200, {"rule": found, "connections": []}
