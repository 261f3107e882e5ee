"""Priorities, the type of links, project roles, and the bot's place in the team (R23, R34, R39)."""

from collections.abc import Iterator

from connector.domain.vocabulary import Priority
from connector.helpdesks.jira.identity import PROPERTY
from connector.helpdesks.jira.install.site import (
    LINK_TYPES,
    MEMBERS,
    PRIORITIES,
    PROPERTIES,
    ROLES,
    JiraSite,
)
from connector.install.objects import Including, Wanted
from connector.install.tables import Current

_COLOURS = {Priority.P1: "#CD1317", Priority.P2: "#E9494A", Priority.P3: "#E97F33", Priority.P4: "#2A8735"}


def priorities(site: JiraSite, current: Current) -> Iterator[Wanted]:
    """The priorities that the connector sets (Cloud). Those that Jira comes with are used as they are."""
    if not site.flavour.administers:
        return
    for priority, names in site.mapping.priorities.items():
        text = f"{priority}, {site.policy.priorities[priority].name}: follows from impact and urgency."
        body = {"name": names.name, "description": text}
        yield Wanted(PRIORITIES, names.name, body, fill={"statusColor": _COLOURS[priority]})


def link_types(site: JiraSite, current: Current) -> Iterator[Wanted]:
    """The link from an incident to its RFO task and problem record. It has no place for a mark."""
    name = site.mapping.link_type
    fill = {"inward": "is followed up by", "outward": "follows up"}
    yield Wanted(LINK_TYPES, name, {"name": name}, fill=fill)


def roles(site: JiraSite, current: Current) -> Iterator[Wanted]:
    """The roles of escalation managers; those of the agents have to be there."""
    for name in site.mapping.roles.managers:
        text = "May escalate a ticket at any time."
        yield Wanted(ROLES, name, {"name": name, "description": text})
    for name in site.mapping.roles.agents:
        yield Wanted(ROLES, name, {"name": name}, borrowed=True)


def installation(site: JiraSite, current: Current) -> Iterator[Wanted]:
    """The name of this installation, where another one sees it."""
    yield Wanted(PROPERTIES, PROPERTY, {"description": str(site.installed)})


def members(site: JiraSite, current: Current) -> Iterator[Wanted]:
    """The bot works as one of the team: the first of the agents' roles."""
    team = site.mapping.roles.agents[0]
    yield Wanted(MEMBERS, team, {"actors": Including((site.bot_id,))}, borrowed=True, own=True)
