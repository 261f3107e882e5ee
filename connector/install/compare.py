"""Where an object differs from what is wanted, and what an update has to send."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connector.counted import counted
from connector.install.objects import Including, Ref, Sealed, Text, unmarked
from connector.install.tables import Ids, Kind, Row

_SECRET = "(secret)"  # noqa: S105 - what stands in place of one
_NEW_SECRET = "(new secret)"  # noqa: S105 - what stands in place of one that is made when the plan is applied
_NOTHING = "(nothing)"
_HIDDEN = re.compile(r"\*+")
"""What a helpdesk shows in place of a secret."""


@dataclass(frozen=True)
class Difference:
    """One value that is not as wanted. Never holds a secret."""

    path: tuple[str, ...]
    old: Any
    new: Any

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return {"where": ".".join(self.path), "old": self.old, "new": self.new}


def changes(
    row: Row, body: Mapping[str, Any], ids: Ids, secrets: Mapping[str, str], kind: Kind
) -> Iterator[Difference]:
    """What differs between a row and the wanted body. Notes are compared without their marks."""
    for name, value in body.items():
        stored = row.get(name)
        yield from _differences((name,), stored, _resolved(value, ids), secrets, kind, partial=name in kind.partial)


def merged(row: Row, body: Mapping[str, Any], kind: Kind) -> dict[str, Any]:
    """The body of an update: parts that are none of our business stay as they are."""
    sent: dict[str, Any] = {}
    for name, value in body.items():
        if name in kind.partial:
            sent[name] = {**(row.get(name) or {}), **value}
        elif isinstance(value, Including):
            sent[name] = [*(row.get(name) or ()), *value.items]
        else:
            sent[name] = value
    return sent


def resolved(value: Any, ids: Ids, secrets: Mapping[str, str]) -> Any:
    """The value with ids and secrets in place. Raises KeyError for an object that does not exist yet."""
    if isinstance(value, Sealed):
        return secrets[value.name]
    if isinstance(value, Including):
        value = list(value.items)
    if isinstance(value, Text):
        return value.written(ids)
    if isinstance(value, Ref):
        return value.written(ids[value.kind, value.name])
    if isinstance(value, Mapping):
        keys = (str(ids[key.kind, key.name]) if isinstance(key, Ref) else str(key) for key in value)
        return {key: resolved(item, ids, secrets) for key, item in zip(keys, value.values(), strict=True)}
    if isinstance(value, list | tuple):
        items = [resolved(item, ids, secrets) for item in value]
        return list(dict.fromkeys(items)) if all(isinstance(item, str | int) for item in items) else items
    return value


def _resolved(value: Any, ids: Ids) -> Any:
    """The value with the ids that are known."""
    if isinstance(value, Ref):
        row_id = ids.get((value.kind, value.name))
        return value if row_id is None else value.written(row_id)
    if isinstance(value, Text):
        known = all(isinstance(part, str) or (part.kind, part.name) in ids for part in value.parts)
        return value.written(ids) if known else value
    if isinstance(value, Mapping):
        return {_resolved(key, ids): _resolved(item, ids) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_resolved(item, ids) for item in value]
    if isinstance(value, Including):
        return Including(tuple(_resolved(item, ids) for item in value.items))
    return value


def _differences(
    path: tuple[str, ...],
    stored: Any,
    wanted: Any,
    secrets: Mapping[str, str],
    kind: Kind,
    *,
    partial: bool = False,
) -> Iterator[Difference]:
    if isinstance(wanted, Sealed):
        hidden = bool(_HIDDEN.fullmatch(str(stored))) and wanted.name in secrets
        if stored is None or not (hidden or stored == secrets.get(wanted.name)):
            yield Difference(path, _SECRET if stored else _NOTHING, _SECRET if wanted.name in secrets else _NEW_SECRET)
    elif isinstance(wanted, Including):
        has = {str(item) for item in stored or ()}
        missing = [item for item in wanted.items if str(item) not in has]
        if missing:
            yield Difference(path, stored, [*(stored or ()), *map(_shown, missing)])
    elif isinstance(wanted, Mapping):
        inside = stored if isinstance(stored, Mapping) else {}
        names = [str(key) for key in wanted]
        for name, value in zip(names, wanted.values(), strict=True):
            yield from _differences((*path, name), inside.get(name), value, secrets, kind)
        if not partial:
            yield from (Difference((*path, name), inside[name], _NOTHING) for name in inside if name not in names)
    elif isinstance(wanted, list) and isinstance(stored, list) and any(isinstance(item, Mapping) for item in wanted):
        yield from _in_lists(path, stored, wanted, secrets, kind)
    elif path == kind.mark:
        if unmarked(stored) != unmarked(wanted):
            yield Difference(path, unmarked(stored), unmarked(wanted))
    elif not _same(path, stored, wanted):
        yield Difference(path, stored, _shown(wanted))


def _in_lists(
    path: tuple[str, ...], stored: list[Any], wanted: list[Any], secrets: Mapping[str, str], kind: Kind
) -> Iterator[Difference]:
    """Item by item where there are as many; else what is too much and what is missing."""
    if len(stored) == len(wanted):
        for place, (theirs, ours) in enumerate(zip(stored, wanted, strict=True)):
            yield from _differences((*path, str(place)), theirs, ours, secrets, kind)
        return
    known, needed = [str(item) for item in stored], [str(item) for item in wanted]
    surplus = [item for item in stored if str(item) not in needed]
    missing = [_shown(item) for item in wanted if str(item) not in known]
    yield Difference(
        path, surplus or f"({counted(len(stored), 'item')})", missing or f"({counted(len(wanted), 'item')})"
    )


def _same(path: tuple[str, ...], stored: Any, wanted: Any) -> bool:
    if isinstance(wanted, list) and isinstance(stored, list):
        ours, theirs = [str(item) for item in wanted], [str(item) for item in stored]
        unordered = path[-1].endswith("_ids") or path[-1] in ("value", "events")
        return sorted(ours) == sorted(theirs) if unordered else ours == theirs
    if isinstance(stored, bool) or isinstance(wanted, bool) or stored is None or wanted is None:
        return bool(stored == wanted)
    return str(stored) == str(wanted)


def _shown(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _shown(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_shown(item) for item in value]
    return str(value) if isinstance(value, Ref | Text) else value
