"""``interspace init`` for Jira: what is asked, and how it is tried."""

import re
from contextlib import suppress
from datetime import timedelta

import requests

from connector.doctor.connection import reached, tls
from connector.doctor.finding import Check, Observation, ok
from connector.helpdesks.errors import HelpdeskError
from connector.helpdesks.jira.doctor.account import time_zone, token, token_end
from connector.helpdesks.jira.doctor.checks import jira_answers
from connector.helpdesks.jira.doctor.context import Context
from connector.helpdesks.jira.doctor.project import project
from connector.helpdesks.jira.install.pages import row_of
from connector.helpdesks.jira.mapping import load_mapping
from connector.helpdesks.jira.scopes import SCOPES, TENANT, gateway_of
from connector.helpdesks.plugin import Dialogue, Draft

_OWN_MAPPING = "jira.yaml"
_PROJECT = re.compile(r"^project:.*$", re.MULTILINE)
_LONGEST = timedelta(days=365)
"""How long an API token of Cloud lives at most."""


def api_address(context: Context) -> Observation:
    """Where the token works: at the site, or with scopes at Atlassian's gateway."""
    if context.own.api_url is None:
        return ok("the site itself; a token with scopes would work at Atlassian's gateway only")
    return ok(f"{context.own.api_url}: a token with scopes. It needs {', '.join(SCOPES)}")


_CHECKS: tuple[Check[Context], ...] = (
    Check("address", jira_answers),
    Check("TLS", tls, ("address",)),
    Check("token", token, ("address",)),
    Check("where the token works", api_address, ("token",)),
    Check("token's end", token_end, ("token",)),
    Check("time zone", time_zone, ("token",)),
    Check("project", project, ("token",)),
)


def draft(dialogue: Dialogue) -> Draft:
    """Only Cloud is asked for the user. A project that the mapping does not name goes into a copy of the mapping."""
    dialogue.ask("url", "Jira's address, as in the browser")
    answer = reached(Context(dialogue.settings()))
    cloud = not isinstance(answer, Observation) and '"cloud"' in answer.text.casefold()
    if cloud:
        dialogue.ask("user", "E-mail address of the connector's user")
    dialogue.ask("token", "Token of the connector's user (not shown)", hidden=True)
    if cloud:
        _find_gateway(dialogue)
        context = Context(dialogue.settings())
        dialogue.keep("token_ends", str((context.clock() + _LONGEST).date()))
    context = Context(dialogue.settings())
    mapping = load_mapping(context.own.mapping)
    given = dialogue.given["project"] or dialogue.prompt("Key of the service project", mapping.project)
    key = given.strip()
    context.__dict__["mapping"] = mapping.model_copy(update={"project": key})
    files = {}
    if key != mapping.project:
        text = _PROJECT.sub(f"project: {key}", context.own.mapping.read_text(encoding="utf-8"), count=1)
        files = {"mapping": (dialogue.folder / _OWN_MAPPING, text)}
    admin = {"admin_user": "the admin's e-mail address"} if context.own.user is not None else {}
    names = ("url", "api_url", "user", "token_ends", "ca_file")
    return Draft(context, _CHECKS, names, files, admin)


def _find_gateway(dialogue: Dialogue) -> None:
    """Keeps the gateway's address if the token works there and not at the site."""
    context = Context(dialogue.settings())
    if _works(context):
        return
    told = None
    with suppress(requests.RequestException, ValueError):
        told = context.request("GET", context.base + TENANT, headers={"Accept": "application/json"}).json()
    gateway = gateway_of(told)
    if gateway is None:
        return
    own = context.own.model_copy(update={"api_url": gateway})
    tried = context.settings.model_copy(update={"by_helpdesk": {context.HELPDESK: own}})
    if _works(Context(tried)):
        dialogue.keep("api_url", gateway)


def _works(context: Context) -> bool:
    try:
        row_of(context.bot, "api/2/myself")
    except HelpdeskError:
        return False
    return True
