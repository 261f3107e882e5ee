"""The plan: what is wanted against what is there. Pure, so the same input gives the same plan and checksum."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

from connector.counted import counted
from connector.install.compare import Difference, changes, merged
from connector.install.errors import PlanError
from connector.install.objects import ADOPTED, MARK, Including, Ref, Sealed, Text, Wanted, marked
from connector.install.tables import Current, Id, Ids, Kind, Row, value_at, with_value

SHARE = 0.3
"""The share of our own objects that a plan may change without ``--force``."""
_FEW = 10
"""Of fewer objects than this, any number may change."""


class Action(StrEnum):
    """What a plan does with an object."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    RUN = "run"
    """A call that makes changes effective, for example migrations."""
    UNCHANGED = "unchanged"
    STAYS = "stays"
    """Not taken away by an uninstallation; the step says why."""
    FOREIGN = "foreign"
    """Somebody else's object of the same name: used as it is, changed only with ``--adopt``."""


_DOES_NOTHING = (Action.UNCHANGED, Action.STAYS, Action.FOREIGN)


@dataclass(frozen=True)
class Step:
    """One object and what becomes of it."""

    action: Action
    kind: str
    name: str
    id: Id | None = None
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """What is sent, before the ids of new objects and the secrets are put in."""
    changes: tuple[Difference, ...] = ()
    """What differs; of a foreign object, what ``--adopt`` would change."""
    why: str = ""
    label: str = ""
    """What people call an object of this table; of a run, the whole title."""

    @property
    def title(self) -> str:
        """The object as people call it."""
        return self.label if self.action is Action.RUN else f"{self.label} {self.name!r}"

    def to_dict(self) -> dict[str, Any]:
        """The step as plain values, without secrets."""
        return {
            "action": self.action.value,
            "kind": self.kind,
            "name": self.name,
            "id": self.id,
            "changes": [change.to_dict() for change in self.changes],
            "sends": _plain(self.body),
            "why": self.why,
        }


@dataclass(frozen=True)
class Plan:
    """Steps in the order in which they are carried out."""

    steps: tuple[Step, ...]
    ids: Ids = field(repr=False)
    """The ids of all objects that exist, by table and name."""
    ours: int
    """How many objects of ours exist."""

    @property
    def work(self) -> tuple[Step, ...]:
        """The steps that change something."""
        return tuple(step for step in self.steps if step.action not in _DOES_NOTHING)

    @cached_property
    def checksum(self) -> str:
        """Stands for exactly these changes."""
        steps = [step.to_dict() for step in self.work]
        return hashlib.sha256(json.dumps(steps, sort_keys=True).encode()).hexdigest()[:12]

    def counts(self) -> dict[str, int]:
        """How many steps there are of each action."""
        return {action.value: sum(step.action is action for step in self.steps) for action in Action}

    def needs_force(self, share: float = SHARE) -> str | None:
        """Why the plan is too much to apply without ``--force``; ``None`` if it is not."""
        counts = self.counts()
        deleted, updated = counts[Action.DELETE], counts[Action.UPDATE]
        if deleted:
            return f"it deletes {deleted} object{'s' if deleted > 1 else ''}"
        if self.ours >= _FEW and updated > share * self.ours:
            return f"it changes {updated} of our {counted(self.ours, 'object')}, more than {share:.0%}"
        return None

    def to_dict(self) -> dict[str, Any]:
        """The plan as plain values, without secrets."""
        return {"checksum": self.checksum, "counts": self.counts(), "steps": [step.to_dict() for step in self.steps]}


@dataclass(frozen=True)
class _Scene:
    """What every comparison looks at."""

    current: Current
    ids: Ids
    secrets: Mapping[str, str]
    adopt: bool


def make_plan(wanted: Iterable[Wanted], current: Current, secrets: Mapping[str, str], *, adopt: bool = False) -> Plan:
    """Compare. ``secrets`` are those of the secret store; one that it lacks is made when the plan is applied.

    Raises PlanError if something refers to an object that neither exists nor is wanted.
    """
    objects = tuple(wanted)
    kinds = current.of.kinds
    ids = known_ids(current)
    known = {*ids, *((target.kind, target.name) for target in objects)}
    scene = _Scene(current, ids, secrets, adopt)
    steps: list[Step] = []
    for kind in kinds.values():
        mine = (target for target in objects if target.kind == kind.path)
        made = [_step(scene, kind, replace(target, body=_known(target.body, known, target, scene))) for target in mine]
        steps += made
        steps += follow_up(kind, made, current)
    steps += _kept(objects, current)
    steps += _obsolete(objects, current)
    return Plan(tuple(steps), ids, count_ours(current))


def known_ids(current: Current) -> dict[tuple[str, str], Id]:
    """The ids by table and name. Of several objects with a name the oldest of ours counts, else the oldest."""
    ids: dict[tuple[str, str], Id] = {}
    for path, rows in current.tables.items():
        kind = current.of.kinds.get(path)
        for ours in (False, True):
            for row in reversed(rows):
                if (kind is not None and kind.is_ours(row)) is ours:
                    ids[path, str(row.get(kind.name if kind else "name"))] = row["id"]
    return ids


def count_ours(current: Current) -> int:
    """How many objects we made or adopted."""
    return sum(kind.is_ours(row) for kind in current.of.kinds.values() for row in current.tables[kind.path])


def follow_up(kind: Kind, steps: Iterable[Step], current: Current, *, back: bool = False) -> Iterator[Step]:
    """The call that has to follow any change of a table, also where somebody left it undone."""
    run = kind.follow
    if run is None:
        return
    changing = (Action.DELETE,) if back else (Action.CREATE, Action.UPDATE)
    left = not back and any(run.waiting(row) for row in current.tables[kind.path])
    if left or any(step.action in changing and step.kind == kind.path for step in steps):
        yield Step(Action.RUN, run.path, run.name, why=run.why_back if back else run.why, label=run.title)


def _step(scene: _Scene, kind: Kind, target: Wanted) -> Step:
    row = _best(kind, target, scene.current)
    if row is None:
        return _create(scene, kind, target)
    fill = {
        name: value for name, value in target.fill.items() if value is not None and row.get(name, value) in (None, "")
    }
    body = {**target.body, **fill}
    differences = tuple(changes(row, body, scene.ids, scene.secrets, kind))
    ours = kind.is_ours(row)
    if not ours and not target.borrowed:
        # The mark alone is no reason to touch what is somebody else's.
        differences = tuple(change for change in differences if change.path != kind.mark)
    same = Step(Action.UNCHANGED, kind.path, target.name, row["id"], changes=differences, label=kind.label)
    if not differences and (ours or target.borrowed):
        return same
    if not (ours or target.own or (scene.adopt and kind.adoptable and differences)):
        return replace(
            same, action=Action.FOREIGN, why="not ours, not as wanted" if differences else "not ours, used as it is"
        )
    return replace(
        same, action=Action.UPDATE, body=_sent(kind, target, row, body), why="" if ours or target.own else "adopted"
    )


def _create(scene: _Scene, kind: Kind, target: Wanted) -> Step:
    if target.borrowed:
        helpdesk = scene.current.of.helpdesk
        raise PlanError(f"{helpdesk} has no {kind.label} {target.name!r}: create it, or correct the mapping")
    body: Mapping[str, Any] = {**target.body, **target.fill}
    if kind.mark:
        body = with_value(body, kind.mark, marked(value_at(body, kind.mark), MARK))
    return Step(Action.CREATE, kind.path, target.name, body=body, label=kind.label)


def _sent(kind: Kind, target: Wanted, row: Row, body: Mapping[str, Any]) -> Mapping[str, Any]:
    sent = merged(row, body, kind)
    if kind.mark and not target.borrowed:
        mark = MARK if kind.is_ours(row) and not kind.is_adopted(row) else ADOPTED
        sent = with_value(sent, kind.mark, marked(value_at(body, kind.mark), mark))
    if kind.whole:
        sent = {name: row[name] for name in target.fill if name in row} | sent
    return sent


def _best(kind: Kind, target: Wanted, current: Current) -> Row | None:
    """The object of this name; ours if there are several."""
    rows = current.rows(target.kind, target.name)
    return next((row for row in rows if kind.is_ours(row)), next(iter(rows), None))


def _known(value: Any, known: set[tuple[str, str]], target: Wanted, scene: _Scene) -> Any:
    """The value without optional references to what does not exist."""
    if isinstance(value, Ref) and (value.kind, value.name) not in known:
        of = scene.current.of
        raise PlanError(
            f"{of.label(target.kind)} {target.name!r} needs the {of.label(value.kind)} {value.name!r}, and "
            f"{of.helpdesk} has none of that name: create it, or correct the mapping"
        )
    if isinstance(value, Text):
        return Text(tuple(_known(part, known, target, scene) for part in value.parts))
    if isinstance(value, Mapping):
        return {key: _known(item, known, target, scene) for key, item in value.items()}
    if isinstance(value, list | tuple):
        absent = (isinstance(i, Ref) and i.optional and (i.kind, i.name) not in known for i in value)
        return [_known(item, known, target, scene) for item, gone in zip(value, absent, strict=True) if not gone]
    return value


def _kept(objects: Iterable[Wanted], current: Current) -> Iterator[Step]:
    """Steps that keep objects of ours that are no longer wanted but hold data."""
    names = {(target.kind, target.name) for target in objects}
    for kind in current.of.kinds.values():
        for row in current.tables[kind.path] if kind.data else ():
            name = str(row.get(kind.name))
            if kind.is_ours(row) and (kind.path, name) not in names:
                why = "no longer wanted; kept, because tickets' data are in it"
                yield Step(Action.UNCHANGED, kind.path, name, row["id"], why=why, label=kind.label)


def _obsolete(objects: Iterable[Wanted], current: Current) -> Iterator[Step]:
    """Steps that delete objects of ours that are not wanted or there twice; those that refer to others come first."""
    names = {(target.kind, target.name) for target in objects}
    for kind in reversed(tuple(current.of.kinds.values())):
        if kind.data:
            continue
        seen: set[str] = set()
        for row in current.tables[kind.path]:
            name = str(row.get(kind.name))
            if not kind.is_ours(row) or kind.is_adopted(row):
                continue
            if (kind.path, name) not in names or name in seen:
                why = "there twice" if name in seen else "no longer wanted"
                yield Step(Action.DELETE, kind.path, name, row["id"], why=why, label=kind.label)
            seen.add(name)


def sealed(plan: Plan) -> frozenset[str]:
    """The names of the secrets that the plan sends."""
    return frozenset(name for step in plan.work for name in _sealed(step.body))


def replaced(plan: Plan, secrets: Mapping[str, str]) -> frozenset[str]:
    """The names of the secrets that objects get anew, because ``secrets`` lacks them."""
    steps = (step for step in plan.work if step.action is Action.UPDATE)
    return frozenset(name for step in steps for name in _sealed(step.body) if name not in secrets)


def _sealed(value: Any) -> Iterator[str]:
    if isinstance(value, Sealed):
        yield value.name
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _sealed(item)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Including):
        value = value.items
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Ref | Sealed | Text) else value
