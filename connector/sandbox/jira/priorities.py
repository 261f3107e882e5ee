"""`/priority`: a list on both; made and removed by REST on Cloud only."""

from connector.sandbox.jira import fields
from connector.sandbox.jira.access import require_admin
from connector.sandbox.jira.call import Answer, Call, page
from connector.sandbox.jira.errors import JiraError, not_found


def index(call: Call) -> Answer:
    """`GET /priority`."""
    return 200, [fields.described_priority(call.world, held) for held in call.world.priorities.values()]


def search(call: Call) -> Answer:
    """`GET /priority/search`."""
    wanted = call.query.get("priorityName", "").lower()
    return 200, page(call, [held for held in index(call)[1] if wanted in held["name"].lower()])


def create(call: Call) -> Answer:
    """`POST /priority`: name and colour; names are unique."""
    require_admin(call)
    name = call.text("name")
    colour = call.text("statusColor")
    if call.world.priority_named(name) is not None:
        raise JiraError(400, fields={"name": f"A priority with the name '{name}' already exists."})
    made = call.world.new_named(call.world.priorities, "priority", name)
    made.description = str(call.fields().get("description") or "")
    made.colour = colour
    return 201, {"id": made.id}


def update(call: Call, priority_id: str) -> Answer:
    """`PUT /priority/{id}`: at least one of name, description, colour."""
    require_admin(call)
    held = call.world.priorities.get(priority_id)
    body = call.fields()
    if held is None:
        raise not_found("The priority")
    if not {"name", "description", "statusColor"} & body.keys():
        raise JiraError(400, "At least one of the fields must be given.")
    held.name = str(body.get("name") or held.name)
    held.description = str(body.get("description", held.description) or "")
    held.colour = str(body.get("statusColor") or held.colour)
    return 204, None


def delete(call: Call, priority_id: str) -> Answer:
    """`DELETE /priority/{id}`: 303 with a task, which has removed it already; issues get the default one."""
    require_admin(call)
    if priority_id not in call.world.priorities:
        raise not_found("The priority")
    del call.world.priorities[priority_id]
    rest = next(iter(call.world.priorities))
    for issue in call.world.issues.values():
        if issue.fields["priority"] == priority_id:
            issue.fields["priority"] = rest
            call.world.index.changed(issue)
    task = {"self": call.world.link_to("task/1"), "id": "1", "status": "COMPLETE", "submittedBy": 10000}
    return 303, task | dict.fromkeys(("submitted", "elapsedRuntime", "lastUpdate"), 0) | {"progress": 100}
