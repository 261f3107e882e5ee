"""Rows of configuration as the REST API shows them."""

from typing import Any

from connector.sandbox.jira import seed
from connector.sandbox.jira.records import Json, Row
from connector.sandbox.jira.world import BASE_URL, World


def linked(world: World, path: str, held: Any, *names: str, **more: Json) -> dict[str, Json]:
    """A row with its address below the REST API, its id, values under their own names, and more."""
    shown = {"self": world.link_to(f"{path}/{held.id}"), "id": held.id}
    return shown | {name: getattr(held, name) for name in names} | more


def status(world: World, held: Row) -> dict[str, Json]:
    """A status with its category."""
    number, name, colour = seed.CATEGORIES[held.category]
    category = {"self": world.link_to(f"statuscategory/{number}"), "id": number, "key": held.category, "name": name}
    icon = f"{BASE_URL}/images/icons/status.png"
    category["colorName"] = colour
    return linked(world, "status", held, "name", "description", iconUrl=icon, statusCategory=category)


def priority(world: World, held: Row) -> dict[str, Json]:
    """A priority."""
    return linked(world, "priority", held, "name", iconUrl=f"{BASE_URL}/images/icons/priorities/medium.svg")


def described_priority(world: World, held: Row) -> dict[str, Json]:
    """A priority as the list of priorities has it."""
    return priority(world, held) | {"description": held.description, "statusColor": held.statusColor or "#cccccc"}


def issue_type(world: World, held: Row) -> dict[str, Json]:
    """An issue type."""
    icon = f"{BASE_URL}/images/icons/issuetype.png"
    return linked(world, "issuetype", held, "name", "description", iconUrl=icon, subtask=False)


def resolution(world: World, held: Row) -> dict[str, Json]:
    """A resolution."""
    return linked(world, "resolution", held, "name", "description")


def project(world: World, project_id: str) -> dict[str, Json]:
    """A project as issues show it."""
    return linked(world, "project", world.projects[project_id], "key", "name", projectTypeKey="service_desk")


def link_type(world: World, held: Row) -> dict[str, Json]:
    """A kind of link."""
    return linked(world, "issueLinkType", held, "name", "inward", "outward")


def option(world: World, held: Row) -> dict[str, Json]:
    """An option of a list."""
    return linked(world, "customFieldOption", held, "value")
