"""What a helpdesk has: the rows of its tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from connector.install.kinds import Tables
from connector.install.rows import Row


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
