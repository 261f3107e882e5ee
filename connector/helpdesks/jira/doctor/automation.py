"""Automation rules of the admins on Cloud, and what they set. Data Center has no interface for them.

Shapes as Atlassian's documentation of the Automation REST API has them: summaries page by page, each rule by its uuid;
`links.next` is a query alone. No specification judges them; what looks otherwise is passed over.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode

from connector.doctor.context import Row
from connector.doctor.writers import OtherWriter
from connector.helpdesks.answer import objects
from connector.helpdesks.errors import NotFoundError
from connector.helpdesks.jira.doctor.context import Context
from connector.helpdesks.jira.doctor.touched import touched
from connector.helpdesks.jira.scopes import TENANT, cloud_id_of

_AT_ONCE, _MOST_PAGES = 100, 50
_DELETES = "deletes issues: what the rules had promised on them is gone"


def automation_rules(context: Context) -> Iterator[OtherWriter]:
    """Those that are switched on and hold for the project. Raises NotFoundError where there is no Automation."""
    cloud = cloud_id_of(context.admin.get(TENANT))
    if cloud is None:
        raise NotFoundError("Jira tells no cloud id")
    path = f"/gateway/api/automation/public/jira/{cloud}/rest/v1/rule"
    for row in _summaries(context, path):
        if row.get("state") == "ENABLED" and _holds_here(row, context.site.project_id):
            told = context.admin.get(f"{path}/{row.get('uuid')}")
            rule = told.get("rule", told) if isinstance(told, Mapping) else {}
            yield _writer(context, f"automation rule {str(row.get('name'))!r}", rule)


def _summaries(context: Context, path: str) -> Iterator[Row]:
    query = {"limit": str(_AT_ONCE)}
    for _ in range(_MOST_PAGES):
        answer = context.admin.get(f"{path}/summary", urlencode(query))
        held = answer if isinstance(answer, Mapping) else {}
        yield from objects(held.get("data"), f"Jira GET {path}/summary: data")
        cursor = parse_qs(str((held.get("links") or {}).get("next") or "").partition("?")[2]).get("cursor")
        if not cursor:
            return
        query["cursor"] = cursor[0]


def _holds_here(row: Row, project_id: str) -> bool:
    """Whether one of its scopes is the project, or no project at all."""
    scopes = [str(scope) for scope in row.get("ruleScopeARIs") or ()]
    return any(":project/" not in scope or scope.endswith(f":project/{project_id}") for scope in scopes)


def _writer(context: Context, name: str, rule: Mapping[str, Any]) -> OtherWriter:
    ids: list[str] = []
    does: list[str] = []
    for component in _components(rule.get("components")):
        kind, value = str(component.get("type")), component.get("value")
        held = value if isinstance(value, Mapping) else {}
        if kind in ("jira.issue.edit", "jira.issue.transition"):
            ids += _edited(held)
        if kind == "jira.issue.transition":
            ids.append("status")
        if kind == "jira.issue.delete":
            does.append(_DELETES)
    sets, more = touched(context, ids)
    return OtherWriter(name, sets, [*more, *does])


def _components(held: Any) -> Iterator[Row]:
    """Actions stand beside each other and within conditions and branches."""
    for component in held if isinstance(held, list) else ():
        if isinstance(component, Mapping):
            yield component
            for inner in ("children", "conditions"):
                yield from _components(component.get(inner))


def _edited(value: Mapping[str, Any]) -> Iterator[str]:
    """What an action sets, by ids or names: in its operations and as further fields in JSON."""
    for operation in value.get("operations") or ():
        if isinstance(operation, Mapping):
            field = operation.get("field")
            yield str(field.get("value") if isinstance(field, Mapping) else operation.get("fieldId"))
    try:
        further = json.loads(value.get("advancedFields") or "{}")
    except (TypeError, ValueError):
        return
    for part in ("fields", "update"):
        yield from map(str, (further.get(part) or {}) if isinstance(further, dict) else ())
