"""The tables of a helpdesk that an installation touches. Which ones there are stands with each helpdesk."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from connector.install.objects import PREFIX, is_adopted, is_marked
from connector.install.rows import Row, value_at


class FollowUp(NamedTuple):
    """A call that has to follow changes of a table, for example a migration."""

    path: str
    name: str
    title: str
    why: str
    why_back: str
    """The same, where objects have been deleted."""
    waiting: Callable[[Row], bool]
    """Whether a row shows that somebody left the call undone."""


@dataclass(frozen=True)
class Kind:
    """One table."""

    path: str
    label: str
    permission: str
    mark: tuple[str, ...] = ()
    """Where the mark stands; empty where the name's prefix tells."""
    prefixed: bool = True
    """Without a mark, whether the name's prefix tells; otherwise nothing of this table is ever ours."""
    name: str = "name"
    partial: tuple[str, ...] = ()
    """Keys that hold a mapping of which other parts are none of our business."""
    whole: bool = False
    """An update must repeat everything."""
    adoptable: bool = True
    """People's accounts are not."""
    data: bool = False
    """What tickets say is in it: it goes only with ``--purge-fields``."""
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
        """The permission that a write to a table, or a run, needs."""
        for kind in self.kinds.values():
            if path == kind.path or (kind.follow is not None and path == kind.follow.path):
                return kind.permission
        raise KeyError(path)
