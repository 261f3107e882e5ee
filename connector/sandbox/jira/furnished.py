"""A sandbox Jira with everything the connector needs: project, fields on its screen, statuses, roles, bot, webhook.

What an admin sets up in a real one, by the names of a mapping.
"""

import json
from typing import Any, NamedTuple

from connector.domain.fields import CATALOGUE, INTAKE
from connector.domain.vocabulary import TicketState
from connector.helpdesks.installed import new_installation
from connector.helpdesks.jira.identity import PROPERTY
from connector.helpdesks.jira.mapping import JiraMapping
from connector.helpdesks.jira.values import field_kind, field_options
from connector.sandbox.jira import seed
from connector.sandbox.jira.desk import ADMIN as SITE_ADMIN
from connector.sandbox.jira.desk import SandboxJira
from connector.sandbox.jira.hooks import CLOUD_PATH, DATA_CENTER_PATH, EVENTS, SECTION
from connector.sandbox.wire import Response

BOT = "interspace-bot@sandbox.example"
ADMIN = "admin@sandbox.example"
REQUEST_TYPE = "Report a fault"
_CATEGORIES = {TicketState.NEW: "new", TicketState.OPEN: "indeterminate", TicketState.PENDING_CUSTOMER: "indeterminate"}


class Accounts(NamedTuple):
    """API tokens on Cloud, personal access tokens on Data Center."""

    bot: str
    admin: str


def furnish(desk: SandboxJira, mapping: JiraMapping) -> Accounts:
    """Sets the desk up for the connector."""
    desk.add_project(mapping.project, "Interspace Support")
    for name in (*mapping.issue_types.incident, mapping.issue_types.rfo_task, mapping.issue_types.problem):
        desk.add_issue_type(name)
    for name, state in mapping.statuses.items():
        desk.add_status(name, _CATEGORIES.get(state, "done"))
    for names in mapping.priorities.values():
        for name in (names.name, *names.also):
            desk.add("priorities", name)
    for name in (*mapping.roles.agents, *mapping.roles.managers):
        desk.add("roles", name)
    desk.add("link_types", mapping.link_type, inward="relates to", outward="relates to")
    asked = {"summary": True, "description": False}
    types = {one.name: one.id for one in desk.world.issue_types.values()}
    for field, name in mapping.fields.items():
        on = {types[one] for kind in CATALOGUE[field].on for one in mapping.types_of(kind)}
        made = desk.add_field(name, field_kind(field), field_options(field), on)
        if field in INTAKE:  # Nothing of it is required, so that the rules have something to ask (R14–R22).
            asked[made.id] = False
    desk.add_request_type(REQUEST_TYPE, mapping.issue_types.incident[0], asked)
    desk.add_field(mapping.group_field, "select", mapping.groups.values())
    admin = desk.add_user(ADMIN, (SITE_ADMIN, seed.ADMIN_ROLE, seed.TEAM_ROLE), firstname="Site", lastname="Admin")
    bot = desk.add_user(BOT, (seed.TEAM_ROLE,), firstname="Interspace", lastname="Bot")
    account = json.loads(request(desk, bot, "GET", "myself").body)
    installed = new_installation(str(account.get("accountId") or account["name"]), None)
    project = next(iter(desk.world.projects.values()))
    project.properties[PROPERTY] = {"description": str(installed), "since": "2000-01-01T00:00:00Z"}
    return Accounts(bot, admin)


def connect_webhook(desk: SandboxJira, accounts: Accounts, endpoint: str, secret: str, project: str = "ISP") -> None:
    """A signed webhook on everything that happens to the issues of a project."""
    body: dict[str, Any] = {"name": "Interspace", "url": endpoint, "events": EVENTS}
    filters, path = {SECTION: f"project = {project}"}, CLOUD_PATH if desk.world.cloud else DATA_CENTER_PATH
    if desk.world.cloud:
        body |= {"filters": filters, "excludeBody": False, "secret": secret}
    else:
        body["configuration"] = {"SECRET": secret, "EXCLUDE_BODY": "false", "FILTERS": json.dumps(filters)}
    response = request(desk, accounts.admin, "POST", path, body)
    if response.status >= 300:
        raise ValueError(f"the sandbox answered {response.status}: {response.body[:200]!r}")


def request(desk: SandboxJira, token: str, method: str, path: str, body: Any = None) -> Response:
    """One API call as the owner of ``token``; ``path`` is below ``/rest/api/2/`` unless it starts with a slash."""
    headers = {"Authorization": desk.authorization(token), "Content-Type": "application/json"}
    data = b"" if body is None else json.dumps(body).encode()
    return desk.handle(method, path if path.startswith("/") else f"/rest/api/2/{path}", headers, data)
