"""Who the connector is in one Zammad, whether it may work there, and what an installation has left."""

from connector.helpdesks.answer import parsed
from connector.helpdesks.errors import ForbiddenError, WrongAccountError
from connector.helpdesks.installed import Identity, installed_in
from connector.helpdesks.zammad.answer import UserRow
from connector.helpdesks.zammad.client import ZammadClient


def identity(client: ZammadClient) -> Identity:
    """Two requests. Whoever may not see macros is no agent (recording perm/23); an installation's name stands on them.

    :raises WrongAccountError: the account may not do what the connector has to do.
    """
    me = parsed(UserRow, client.get("users/me"), "GET users/me")
    person = f"{me.firstname} {me.lastname}".strip() or me.email
    try:
        macros = client.get("macros")
    except ForbiddenError as error:
        raise WrongAccountError(
            f"INTERSPACE_ZAMMAD_TOKEN is that of {person} (id {me.id}), who is no agent: internal notes would be "
            f"public. Use the token of the connector's own user, with the role Agent. {error}"
        ) from error
    rows = [row for row in macros if isinstance(row, dict)] if isinstance(macros, list) else []
    marks = (installed_in(row.get("note"), row.get("created_at")) for row in rows)
    installed = next((mark for mark in marks if mark is not None), None)
    return Identity(client.address, str(me.id), person, installed)


def told_version(client: ZammadClient) -> str | None:
    """Which version this is (recording 005); ``None`` where the token lacks the permission admin.version."""
    try:
        answer = client.get("version")
    except ForbiddenError:
        return None
    return str(answer.get("version", "")) if isinstance(answer, dict) else ""
