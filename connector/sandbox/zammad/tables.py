"""The configuration tables of Zammad (recordings 076-096, 211-303).

A new kind of configuration is one `Resource` here; the routes follow from that. Columns are those of the recorded
answers. `email_addresses` and `postmaster_filters` were not recorded: their columns are those of documentation and
source.
"""

from typing import Any

from connector.sandbox.zammad import assets, checks, shapes
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.resources import Resource

_AGENTS, _EVERYBODY = ("ticket.agent",), ("ticket.agent", "ticket.customer")


def _columns(empty: str, **values: Any) -> Record:
    """Columns that a new record has nothing in, and those that start with a value."""
    return {**dict.fromkeys(empty.split()), **values}


_ALL = (
    Resource(
        "TicketState",
        "ticket_states",
        _columns(
            "state_type_id name next_state_id note",
            ignore_escalation=False,
            default_create=False,
            default_follow_up=False,
            active=True,
        ),
        change=("admin.object", "admin.ticket_state"),
        kept_by=(("Ticket", "state_id"),),
        read=_EVERYBODY,
        required=("state_type_id",),
    ),
    Resource(
        "TicketPriority",
        "ticket_priorities",
        _columns("name ui_icon ui_color note", default_create=False, active=True),
        change=("admin.object", "admin.ticket_priority"),
        kept_by=(("Ticket", "priority_id"),),
        read=_EVERYBODY,
    ),
    Resource(
        "Group",
        "groups",
        _columns(
            "signature_id email_address_id name assignment_timeout reopen_time_in_days note",
            follow_up_possible="yes",
            follow_up_assignment=True,
            active=True,
            shared_drafts=True,
        ),
        change=("admin.group",),
        kept_by=(("Ticket", "group_id"),),
        check=checks.group,
        shown=assets.group_json,
        to_agents=shapes.works_in,
    ),
    Resource(
        "Role",
        "roles",
        _columns(
            "name note",
            preferences={},
            default_at_signup=False,
            active=True,
            permission_ids=[],
            knowledge_base_permission_ids=[],
            group_ids={},
        ),
        change=("admin.role",),
        kept_by=(("User", "role_ids"),),
        given=shapes.role,
        to_agents=shapes.has_role,
    ),
    Resource(
        "Organization",
        "organizations",
        _columns("name", shared=True, domain="", domain_assignment=False, active=True, note=""),
        newer=_columns("", vip=False),
        change=("admin.organization",),
        kept_by=(("User", "organization_id"), ("Ticket", "organization_id")),
        read=_AGENTS,
        shown=assets.organization_json,
    ),
    Resource(
        "Webhook",
        "webhooks",
        _columns(
            "name endpoint signature_token basic_auth_username basic_auth_password note", ssl_verify=True, active=True
        ),
        newer=_columns("pre_defined_webhook_type custom_payload", customized_payload=False, preferences={}),
        newest=_columns("bearer_token", http_method="post"),
        change=("admin.webhook",),
        unused=checks.webhook_unused,
        unique="",
        check=checks.webhook,
    ),
    Resource(
        "Trigger",
        "triggers",
        _columns("name condition perform note", disable_notification=True, active=True),
        newer=_columns("localization timezone", activator="action", execution_condition_mode="selective"),
        change=("admin.trigger",),
        required=("condition", "perform"),
        check=checks.trigger,
    ),
    Resource(
        "Calendar",
        "calendars",
        _columns("name timezone business_hours ical_url last_log last_sync", default=False, public_holidays={}),
        change=("admin.calendar",),
        kept_by=(("Sla", "calendar_id"),),
        check=checks.calendar,
        given=shapes.calendar,
        after=shapes.one_default_calendar,
    ),
    Resource(
        "Sla",
        "slas",
        _columns("calendar_id name first_response_time response_time update_time solution_time condition", data={}),
        change=("admin.sla",),
        required=("calendar_id", "condition"),
        check=checks.sla,
    ),
    Resource(
        "Macro",
        "macros",
        _columns("name perform note", active=True, ux_flow_next_up="none", group_ids=[]),
        change=("admin.macro",),
        read=_AGENTS,
        required=("perform",),
        check=checks.actions,
    ),
    Resource(
        "Overview",
        "overviews",
        _columns(
            "name link condition order group_by group_direction view",
            prio=9999,
            organization_shared=False,
            out_of_office=False,
            active=True,
            role_ids=[],
            user_ids=[],
        ),
        change=("admin.overview",),
        unique="link",
        blank={"name": "Name", "role_ids": "Roles"},
        required=("condition", "order", "view"),
        given=shapes.overview,
    ),
    Resource(
        "CoreWorkflow",
        "core_workflows",
        _columns(
            "name object",
            preferences={},
            condition_saved={},
            condition_selected={},
            perform={},
            active=True,
            stop_after_match=False,
            changeable=True,
            priority=0,
        ),
        change=("admin.core_workflow",),
    ),
    Resource(
        "Template",
        "templates",
        _columns("name options", active=True),
        change=("admin.template",),
        read=_AGENTS,
        unique="",
        given=shapes.template,
    ),
    Resource(
        "TextModule",
        "text_modules",
        _columns("name keywords content note", active=True, group_ids=[]),
        change=("admin.text_module",),
        read=_AGENTS,
        unique="",
        blank={"name": "Name", "content": "Content"},
    ),
    Resource(
        "ReportProfile",
        "report_profiles",
        _columns("name", active=True, condition={}),
        change=("admin.report_profile",),
    ),
    Resource(
        "Job",
        "jobs",
        _columns(
            "name timeplan condition perform last_run_at next_run_at pid note",
            disable_notification=True,
            running=False,
            processed=0,
            matching=0,
            active=True,
        ),
        change=("admin.scheduler",),
        newer=_columns("object localization timezone"),
        check=checks.job,
        after=shapes.next_run,
    ),
    Resource(
        "PostmasterFilter",
        "postmaster_filters",
        _columns("name match perform note", channel="email", active=True),
        change=("admin.channel_email",),
        unique="",
    ),
    Resource(
        "EmailAddress",
        "email_addresses",
        _columns("channel_id name email note", active=True, preferences={}),
        change=("admin.channel_email",),
        kept_by=(("Group", "email_address_id"),),
        read=_AGENTS,
        unique="email",
        check=checks.email_address,
    ),
    Resource(
        "AIAgent",
        "ai_agents",
        _columns("name agent_type note", definition={}, action_definition={}, type_enrichment_data={}, active=True),
        # From 7.0 on (`app/models/ai/agent.rb`); nothing of them runs here.
        only_newest=True,
        change=("admin.ai_agent",),
    ),
)
RESOURCES: dict[str, Resource] = {resource.table: resource for resource in _ALL}
