"""The tables of a helpdesk that an installation touches, and their rows. Each helpdesk's folder lists its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from connector.install.objects import PREFIX, is_adopted, is_marked

Row = Mapping[str, Any]
Id = int | str
Ids = Mapping[tuple[str, str], Id]
"""The ids of objects by table and name."""


def value_at(row: Any, path: Sequence[str]) -> Any:
    """The value below nested keys; ``None`` where there is none."""
    for key in path:
        row = row.get(key) if isinstance(row, Mapping) else None
    return row


def with_value(row: Row, path: Sequence[str], value: Any) -> dict[str, Any]:
    """A copy of the row with another value below nested keys."""
    key, *rest = path
    return {**row, key: with_value(row.get(key) or {}, rest, value) if rest else value}


class FollowUp(NamedTuple):
    """A call that has to follow changes of a table, for example a migration."""

    path: str
    name: str
    title: str
    why: str
    why_back: str
    """As ``why``, for the call after objects were deleted."""
    waiting: Callable[[Row], bool]
    """Whether a row shows that somebody left the call undone."""


@dataclass(frozen=True)
class Kind:
    """One table."""

    path: str
    label: str
    permission: str
    mark: tuple[str, ...] = ()
    """The keys that lead to the mark by which we know our objects; empty: we know them by the prefix of their names."""
    prefixed: bool = True
    """Without a mark: whether the prefix of a name shows that an object is ours. ``False``: none of this table is."""
    name: str = "name"
    partial: tuple[str, ...] = ()
    """Keys whose value is a mapping of which only some entries are ours: the others are left as they are."""
    whole: bool = False
    """Whether an update has to send the whole object, not only what changes."""
    adoptable: bool = True
    """Whether an object that was there before us may be taken over. People's accounts may not."""
    data: bool = False
    """Whether what tickets say is in it: then it is deleted only with ``--purge-fields``."""
    follow: FollowUp | None = None

    def is_ours(self, row: Row) -> bool:
        """Whether we made this object, or adopted it."""
        if self.mark:
            return is_marked(value_at(row, self.mark))
        return self.prefixed and str(row.get(self.name, "")).startswith(PREFIX)

    def is_adopted(self, row: Row) -> bool:
        """Whether this object was there before us."""
        return bool(self.mark) and is_adopted(value_at(row, self.mark))


@dataclass(frozen=True)
class Tables:
    """The tables of one helpdesk, in the order in which they are filled."""

    helpdesk: str
    """Its name, for messages."""
    kinds: Mapping[str, Kind]
    """By path."""
    others: Mapping[str, str] = field(default_factory=dict)
    """Tables that are read only: path → what people call one of its objects."""

    def label(self, path: str) -> str:
        """What people call an object of a table."""
        return self.kinds[path].label if path in self.kinds else self.others[path]

    def permission(self, path: str) -> str:
        """The permission that a write to a table, or its follow-up call, needs. Raises KeyError for an unknown path."""
        for kind in self.kinds.values():
            if path == kind.path or (kind.follow is not None and path == kind.follow.path):
                return kind.permission
        raise KeyError(path)


@dataclass(frozen=True)
class Current:
    """Rows by table, the oldest first. Some helpdesks show the secrets of webhooks to admins, hence no ``repr``."""

    of: Tables
    tables: Mapping[str, tuple[Row, ...]] = field(repr=False)

    def rows(self, kind: str, name: str) -> tuple[Row, ...]:
        """All objects of this name: some tables take a name twice."""
        column = self.of.kinds[kind].name if kind in self.of.kinds else "name"
        return tuple(row for row in self.tables.get(kind, ()) if row.get(column) == name)

    def row(self, kind: str, name: str) -> Row | None:
        """The oldest object of this name."""
        return next(iter(self.rows(kind, name)), None)
