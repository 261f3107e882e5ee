"""The tables of Zammad that an installation touches, in the order in which they are filled.

The permissions are those of Zammad's policies (``app/policies/controllers`` in its source). Priorities have one of
their own since 6.4; before that, they belong to *admin.object*.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from connector.install.objects import PREFIX, is_adopted, is_marked
from connector.install.rows import Row, value_at

ATTRIBUTES = "object_manager_attributes"
MIGRATIONS = "object_manager_attributes_execute_migrations"
"""The call that makes attributes real; the admin's permission for it is that of attributes."""


@dataclass(frozen=True)
class Kind:
    """One table."""

    path: str
    label: str
    permission: str
    mark: tuple[str, ...] = ()
    """Where the mark stands; empty where the name's prefix tells."""
    name: str = "name"
    partial: tuple[str, ...] = ()
    """Keys that hold a mapping of which other parts are none of our business."""
    whole: bool = False
    """An update must repeat everything."""
    adoptable: bool = True
    """People's accounts are not."""

    def is_ours(self, row: Row) -> bool:
        """Whether we made this object, or adopted it."""
        if self.mark:
            return is_marked(value_at(row, self.mark))
        return str(row.get(self.name, "")).startswith(PREFIX)

    def is_adopted(self, row: Row) -> bool:
        """Whether this object was there before us."""
        return bool(self.mark) and is_adopted(value_at(row, self.mark))


_NOTE = ("note",)

KINDS: Mapping[str, Kind] = {
    kind.path: kind
    for kind in (
        Kind(
            ATTRIBUTES,
            "ticket attribute",
            "admin.object",
            mark=("data_option", "note"),
            partial=("data_option",),
            whole=True,
        ),
        Kind("ticket_priorities", "priority", "admin.object (since 6.4: admin.ticket_priority)", mark=_NOTE),
        Kind("groups", "group", "admin.group", mark=_NOTE),
        Kind("roles", "role", "admin.role", mark=_NOTE, partial=("group_ids",)),
        Kind("users", "user", "admin.user", mark=_NOTE, name="login", adoptable=False),
        Kind("calendars", "calendar", "admin.calendar"),
        Kind("slas", "SLA", "admin.sla"),
        Kind("webhooks", "webhook", "admin.webhook", mark=_NOTE),
        Kind("triggers", "trigger", "admin.trigger", mark=_NOTE),
        Kind("core_workflows", "core workflow", "admin.core_workflow"),
        Kind("macros", "macro", "admin.macro", mark=_NOTE),
        Kind("overviews", "overview", "admin.overview"),
        Kind("text_modules", "text module", "admin.text_module", mark=_NOTE),
        Kind("templates", "ticket template", "admin.template"),
        Kind("report_profiles", "report profile", "admin.report_profile"),
    )
}


def permission(path: str) -> str:
    """The permission that a write to a table needs."""
    return KINDS[ATTRIBUTES if path == MIGRATIONS else path].permission
