"""``interspace init`` for Jira: what is asked, and how it is tried."""

import re

from connector.doctor.connection import reached, tls
from connector.doctor.finding import Check, Observation
from connector.helpdesks.jira.doctor.account import time_zone, token
from connector.helpdesks.jira.doctor.checks import jira_answers
from connector.helpdesks.jira.doctor.context import Context
from connector.helpdesks.jira.doctor.project import project
from connector.helpdesks.jira.mapping import load_mapping
from connector.helpdesks.plugin import Dialogue, Draft

_OWN_MAPPING = "jira.yaml"
_PROJECT = re.compile(r"^project:.*$", re.MULTILINE)

_CHECKS: tuple[Check[Context], ...] = (
    Check("address", jira_answers),
    Check("TLS", tls, ("address",)),
    Check("token", token, ("address",)),
    Check("time zone", time_zone, ("token",)),
    Check("project", project, ("token",)),
)


def draft(dialogue: Dialogue) -> Draft:
    """Only Cloud is asked for the user. A project that the mapping does not name goes into a copy of the mapping."""
    dialogue.ask("url", "Jira's address, as in the browser")
    answer = reached(Context(dialogue.settings()))
    if not isinstance(answer, Observation) and '"cloud"' in answer.text.casefold():
        dialogue.ask("user", "E-mail address of the connector's user")
    dialogue.ask("token", "Token of the connector's user (not shown)", hidden=True)
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
    return Draft(context, _CHECKS, ("url", "user", "ca_file"), files, admin)
