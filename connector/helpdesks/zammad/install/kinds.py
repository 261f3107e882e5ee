"""The tables of Zammad that an installation touches.

The permissions are those of Zammad's policies (``app/policies/controllers`` in its source). Priorities have one of
their own since 6.4; before that, they belong to *admin.object*.
"""

from collections.abc import Mapping

from connector.install.kinds import FollowUp, Kind, Tables

ATTRIBUTES = "object_manager_attributes"
MIGRATIONS = "object_manager_attributes_execute_migrations"
"""The call that makes attributes real; the admin's permission for it is that of attributes."""
STATES = "ticket_states"
UNMIGRATED = ("to_create", "to_migrate", "to_config", "to_delete")
"""Flags of an attribute that waits for a migration."""

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
            data=True,
            follow=FollowUp(
                MIGRATIONS,
                "migrations",
                "Zammad's migrations",
                why="makes the attributes real; alters the ticket table",
                why_back="drops the attributes' columns",
                waiting=lambda row: any(row.get(flag) for flag in UNMIGRATED),
            ),
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

TABLES = Tables("Zammad", KINDS, {STATES: "state"})
