"""Every message of the product by name, and who reads it.

What a message says stands in ``mappings/messages``; whether the customer gets it stands here. A file of texts can
therefore never make an internal note public.
"""

from collections.abc import Mapping
from enum import StrEnum


class Audience(StrEnum):
    """Who reads a message."""

    CUSTOMER = "customer"
    """A public message on the ticket, or a mail of the helpdesk to the ticket's customer. English only (R6)."""
    INTERNAL = "internal"
    """A note that only support sees, or a mail to the contacts of a level."""
    FIELD = "field"
    """What an agent reads in a field of the ticket: one line, without a subject."""
    TASK = "task"
    """Title and text of a ticket that the connector creates."""


_CUSTOMER = (
    "added_to_ticket",
    "attached_files",
    "deferral_agreed",
    "deferral_question",
    "details_complete",
    "details_needed",
    "details_reminder",
    "english_only",
    "escalation_highest",
    "escalation_level",
    "escalation_not_yet",
    "letter_closing",
    "letter_opening",
    "matrix_letter",
    "panel_defer",
    "panel_escalate",
    "panel_rfo",
    "panel_withdraw",
    "parent_update",
    "phone_fact",
    "phone_receipt",
    "question",
    "receipt",
    "rfo_declined",
    "rfo_declined_by_us",
    "rfo_document",
    "rfo_fact",
    "rfo_late",
    "rfo_noted",
    "rfo_promised",
)
_INTERNAL = (
    "already_reported",
    "also_reported",
    "brought_along",
    "caller_check",
    "cause_missing",
    "change_untold",
    "contested",
    "customer_not_told",
    "deferral_ended",
    "deferral_offered",
    "deferral_refused",
    "deferred",
    "detail_refused",
    "details_missing",
    "duplicate_closed",
    "duplicate_proposed",
    "duplicate_unknown",
    "escalated",
    "escalated_on_parent",
    "escalation_answered",
    "escalation_at_top",
    "escalation_mail_contacts",
    "escalation_refused",
    "escalation_too_late",
    "left_out",
    "left_scope",
    "measure_late",
    "measures_open",
    "note_closing",
    "not_told_outside",
    "older_merged",
    "older_than_rules",
    "opened_again",
    "parent_confirmed",
    "parent_maybe",
    "parent_proposed",
    "parent_update_held",
    "part_of",
    "phone_number_aloud",
    "priority_changed",
    "priority_kept",
    "problem_back",
    "problem_effective",
    "problem_linked",
    "problem_overdue",
    "problem_reminder",
    "problem_reopened",
    "problem_workaround",
    "request_unclear",
    "restated",
    "restored",
    "rfo_again",
    "rfo_common",
    "rfo_draft",
    "rfo_elsewhere",
    "rfo_faults",
    "rfo_no_reason",
    "rfo_not_released",
    "rfo_released",
    "rfo_reminder",
    "rfo_reopened",
    "rfo_sent",
    "rfo_unrepaired",
    "rfo_withdrawn",
    "service_foreign",
    "service_unknown",
    "state_unknown",
    "target_warning",
    "told_outside",
    "unproved",
    "update_missed",
    "worse_now",
)
_FIELD = (
    "deferral_record",
    "escalation_reason",
    "escalation_wish",
    "priority_by_agent",
    "priority_by_matrix",
    "problem_incident",
    "problem_incidents",
    "reason_age",
    "reason_by_hand",
    "reason_missed_target",
    "reason_problem_overdue",
    "reason_request",
    "reason_rfo_overdue",
    "rfo_fault",
)
_TASK = ("problem_proposed", "problem_record", "rfo_task")

MESSAGES: Mapping[str, Audience] = {
    **dict.fromkeys(_CUSTOMER, Audience.CUSTOMER),
    **dict.fromkeys(_INTERNAL, Audience.INTERNAL),
    **dict.fromkeys(_FIELD, Audience.FIELD),
    **dict.fromkeys(_TASK, Audience.TASK),
}
"""Name → who reads it. Each name has its file ``mappings/messages/en/NAME.txt``."""

ANSWERS = frozenset(
    {
        "deferral_agreed",
        "escalation_highest",
        "escalation_level",
        "escalation_not_yet",
        "rfo_declined",
        "rfo_declined_by_us",
        "rfo_late",
        "rfo_noted",
        "rfo_promised",
    }
)
"""What becomes of something that a customer asked for: a letter says it before it asks for anything."""

WITHOUT_SUBJECT = frozenset(
    {
        *_FIELD,
        "attached_files",
        "letter_closing",
        "letter_opening",
        "note_closing",
        "panel_defer",
        "panel_escalate",
        "panel_rfo",
        "panel_withdraw",
        "phone_fact",
        "question",
        "rfo_fact",
    }
)
"""Parts of something else; every other message has a subject."""
