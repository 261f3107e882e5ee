"""Who the connector is in one Jira, what it may do there, and what an installation has left."""

from urllib.parse import urlencode

from connector.helpdesks.errors import NotFoundError, UnavailableError, WrongAccountError
from connector.helpdesks.installed import Identity, Installed, installed_in
from connector.helpdesks.jira.client import JiraClient
from connector.helpdesks.jira.mapping import JiraMapping
from connector.helpdesks.jira.site import Site

PROPERTY = "interspace-installation"
"""The property of the project in which an installation leaves its name."""
NEEDED = {
    "BROWSE_PROJECTS": "Browse Projects",
    "EDIT_ISSUES": "Edit Issues",
    "ADD_COMMENTS": "Add Comments",
    "SERVICEDESK_AGENT": "Service Project Agent",
}
"""Without these nothing works, or internal comments would be public."""


def identity(client: JiraClient, site: Site, mapping: JiraMapping) -> Identity:
    """Three requests.

    :raises WrongAccountError: the account may not do what the connector has to do.
    """
    me = client.get("api/2/myself")
    person = str(me.get("emailAddress") or me.get("displayName") or me.get("name") or site.bot.id)
    # Data Center tells all of them, and knows no choice.
    asked = {"permissions": ",".join(NEEDED)} if site.flavour.administers else {}
    path = "api/2/mypermissions"
    try:
        rows = client.get(path, urlencode({"projectKey": mapping.project, **asked})).get("permissions")
    except NotFoundError:
        # The project does not show itself to this account.
        rows = {}
    if not isinstance(rows, dict):
        raise UnavailableError(f"Jira GET {path}: unexpected answer: expected permissions")
    missing = [name for key, name in NEEDED.items() if not (rows.get(key) or {}).get("havePermission")]
    if missing:
        raise WrongAccountError(
            f"INTERSPACE_JIRA_TOKEN is that of {person}, who may not do this in project {mapping.project}: "
            f"{', '.join(missing)}. Internal notes could be public. Use the token of the connector's own account, with "
            "a role of the agents"
        )
    return Identity(client.address, site.bot.id, person, installed_on(client, mapping.project))


def told_version(client: JiraClient) -> str:
    """Which version this is, e.g. ``10.3.24``; Cloud has one number for all times (``1001.0.0-SNAPSHOT``)."""
    answer = client.get("api/2/serverInfo")
    return str(answer.get("version", "")) if isinstance(answer, dict) else ""


def installed_on(client: JiraClient, project: str) -> Installed | None:
    """What the project says of the installation; ``None`` if nothing."""
    try:
        answer = client.get(f"api/2/project/{project}/properties/{PROPERTY}")
    except NotFoundError:
        return None
    value = answer.get("value") if isinstance(answer, dict) else None
    return installed_in(value.get("description"), value.get("since")) if isinstance(value, dict) else None
