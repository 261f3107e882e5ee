"""The way back: a plan that deletes exactly what we made, and says what stays."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from connector.install.plan import Action, Plan, Step, count_ours, follow_up, known_ids
from connector.install.tables import Current, Id, Kind, Row

Used = Mapping[tuple[str, Id], str]
"""Table and id of objects that are in use → why they have to stay."""


def plan_uninstall(current: Current, used: Used, first: Iterable[Step] = (), *, purge_fields: bool = False) -> Plan:
    """Deletes what we made, what refers to others first. Tickets, their data and what was there before us stay.

    ``first`` are the helpdesk's own steps that have to come before. ``purge_fields`` deletes the fields too, and with
    them what tickets say there.
    """
    steps: list[Step] = list(first)
    for kind in reversed(tuple(current.of.kinds.values())):
        mine = [
            _step(kind, row, used, purge_fields=purge_fields) for row in current.tables[kind.path] if kind.is_ours(row)
        ]
        steps += mine
        steps += follow_up(kind, mine, current, back=True)
    return Plan(tuple(steps), known_ids(current), count_ours(current))


def _step(kind: Kind, row: Row, used: Used, *, purge_fields: bool) -> Step:
    stays = Step(Action.STAYS, kind.path, str(row.get(kind.name)), row["id"], label=kind.label)
    if kind.is_adopted(row):
        return replace(stays, why="it was there before us")
    if why := used.get((kind.path, row["id"])):
        return replace(stays, why=why)
    if kind.data and not purge_fields:
        return replace(stays, why="tickets' data are in it; --purge-fields deletes it")
    return replace(stays, action=Action.DELETE)
