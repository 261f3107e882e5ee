"""Custom fields of the project with their options, on its screens (R7, R10, R14–R22, R23, R27, R34, R36–R39).

A field that the mapping names by its id is somebody else's: used, never made.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from connector.domain.fields import CATALOGUE
from connector.helpdesks.jira.install.site import ASSOCIATIONS, FIELDS, OPTIONS, SCREENS, JiraSite
from connector.helpdesks.jira.mapping import FIELD_ID
from connector.helpdesks.jira.values import TYPE_PREFIX, field_kind
from connector.install.errors import PlanError
from connector.install.objects import PREFIX, Including, Ref, Wanted, is_marked
from connector.install.tables import Current

SYSTEM_FIELDS = ("description", "priority", "labels", "duedate")
"""Jira's own fields that the connector sets."""

FIT: Mapping[str, tuple[str, ...]] = {"select": ("select", "radiobuttons")}
"""Kinds of custom fields that hold the same values, the usual one first."""


def fields(site: JiraSite, current: Current) -> Iterator[Wanted]:
    """One for each field of the rules, and the group."""
    faults = []
    for field, name in site.fields.items():
        rows = current.rows(FIELDS, name)
        wanted = field_kind(field)
        kind = str(rows[0]["type"]) if rows else TYPE_PREFIX + wanted
        if len(rows) > 1:
            ids = " and ".join(str(row["id"]) for row in rows)
            faults.append(f"{name!r} is the name of {ids}: put the right id into the mapping, or rename one")
        elif kind.removeprefix(TYPE_PREFIX) not in FIT.get(wanted, (wanted,)):
            faults.append(
                f"{name!r} is of type {kind.rpartition(':')[2]}, and the rules need {wanted}: rename that field, or "
                "put another name into the mapping"
            )
        body: dict[str, Any] = {"name": name, "type": kind}
        if FIELD_ID.fullmatch(name):
            yield Wanted(FIELDS, name, body, borrowed=True)
        elif site.flavour.administers:
            yield Wanted(FIELDS, name, {**body, "description": CATALOGUE[field].help})
        else:
            # Where it applies and what it says is told when it is made; later it cannot be changed.
            fill = {"description": CATALOGUE[field].help, "projects": [int(site.project_id)]}
            yield Wanted(FIELDS, name, body, fill=fill)
    if faults:
        raise PlanError("; ".join(faults))


def options(site: JiraSite, current: Current) -> Iterator[Wanted]:
    """The values that lists can have, in a context of this project (Cloud)."""
    if not site.flavour.administers:
        return
    for field, name in site.fields.items():
        values = site.wanted_options(field)
        body = {"field": Ref(FIELDS, name), "options": Including(values)}
        row = current.row(FIELDS, name)
        if not values:
            continue
        if row is not None and not is_marked(row["description"]):
            # A context of ours would hide the options that somebody else's field has in this project.
            yield Wanted(OPTIONS, name, body, borrowed=True)
        else:
            fill = {"context": f"{PREFIX}{site.mapping.project}", "projects": [site.project_id]}
            yield Wanted(OPTIONS, name, {**body, "description": CATALOGUE[field].help}, fill=fill)


def associations(site: JiraSite, current: Current) -> Iterator[Wanted]:
    """All fields belong to the project (Cloud), in a field scheme each to the issue types on which people look for it.
    Other projects with the same scheme get them too, on no screen."""
    for row in current.tables.get(ASSOCIATIONS, ()):
        on = {name for field, name in site.fields.items() if not CATALOGUE[field].on.isdisjoint(row["kinds"])}
        refs = tuple(Ref(FIELDS, name) for name in site.fields.values() if name in on)
        body = {"fields": Including(refs), "types": row["types"]}
        yield Wanted(ASSOCIATIONS, str(row["name"]), body, borrowed=True, own=True)


def screens(site: JiraSite, current: Current) -> Iterator[Wanted]:
    """All fields on every screen of the project. A screen that other projects use too is changed with ``--adopt``
    only."""
    refs = tuple(Ref(FIELDS, name) for name in site.fields.values())
    for row in current.tables[SCREENS]:
        body = {"fields": Including((*refs, *SYSTEM_FIELDS))}
        yield Wanted(SCREENS, str(row["name"]), body, borrowed=True, own=not row["shared"])
