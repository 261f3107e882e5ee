"""What a fresh Zammad contains: roles, a group, states, priorities, article types (recordings 009, 043, 284, 286)."""

from copy import deepcopy

from connector.sandbox.zammad.records import Record

ADMIN, AGENT, CUSTOMER = 1, 2, 3
"""Role ids."""
PERMISSION_ADMIN, PERMISSION_AGENT = 1, 57
"""Permission ids that a role's `permission_ids` carry."""
NOBODY = 1
"""The user that owns unassigned tickets and stands for the system."""

ARTICLE_TYPES = {
    "email": 1, "sms": 2, "chat": 3, "fax": 4, "phone": 5, "twitter status": 6, "twitter direct-message": 7,
    "facebook feed post": 8, "facebook feed comment": 9, "note": 10, "web": 11, "telegram personal-message": 12,
}  # fmt: skip
ARTICLE_TYPE_NAMES = {number: name for name, number in ARTICLE_TYPES.items()}
ARTICLE_SENDERS = {"Agent": 1, "Customer": 2, "System": 3}
ARTICLE_SENDER_NAMES = {number: name for name, number in ARTICLE_SENDERS.items()}
NOTE = ARTICLE_TYPES["note"]

STATE_TYPES = {
    "new": 1, "open": 2, "pending reminder": 3, "pending action": 4, "closed": 5, "merged": 6, "removed": 7,
}  # fmt: skip
PENDING_TYPES = frozenset({STATE_TYPES["pending reminder"], STATE_TYPES["pending action"]})
WORKING_TYPES = frozenset({STATE_TYPES["new"], STATE_TYPES["open"]})

STATE_CHOICES = {
    ("create", "agent"): frozenset({1, 2, 3, 4, 7}),
    ("edit", "agent"): frozenset({2, 3, 4, 7}),
    ("create", "customer"): frozenset({1, 4}),
    ("edit", "customer"): frozenset({2, 4}),
}
"""The states each screen offers, which bind the API too (recordings 043, 163, 164, 289)."""

NEW_STATE, OPEN_STATE = 1, 2
OLD_STATE = "removed"
"""A state that 6.4 does not have, so that its `pending close` is 6 and what people add has higher numbers still."""
NORMAL_PRIORITY = 2

ROLES: tuple[Record, ...] = (
    {"name": "Admin", "note": "To configure your system.", "permission_ids": [1, 43, 55, 65]},
    {"name": "Agent", "note": "To work on Tickets.", "permission_ids": [43, 57, 60, 62, 66]},
    {
        "name": "Customer",
        "note": "People who create Tickets ask for help.",
        "permission_ids": [44, 47, 48, 50, 54, 58],
        "default_at_signup": True,
    },
)
STATES: tuple[Record, ...] = (
    {"name": "new", "state_type_id": 1, "default_create": True},
    {"name": "open", "state_type_id": 2, "default_follow_up": True},
    {"name": "pending reminder", "state_type_id": 3, "ignore_escalation": True},
    {"name": "closed", "state_type_id": 5, "ignore_escalation": True},
    {"name": "merged", "state_type_id": 6, "ignore_escalation": True},
    {"name": "removed", "state_type_id": 7, "ignore_escalation": True, "active": False},
    {"name": "pending close", "state_type_id": 4, "ignore_escalation": True, "next_state_id": 4},
)
PRIORITIES: tuple[Record, ...] = (
    {"name": "1 low", "ui_icon": "low-priority", "ui_color": "low-priority"},
    {"name": "2 normal", "default_create": True},
    {"name": "3 high", "ui_icon": "important", "ui_color": "high-priority"},
)
GROUP: Record = {"name": "Users", "note": "Standard Group/Pool for Tickets.", "signature_id": 1}

BLANK_USER: Record = {
    "organization_id": None, "login": "", "firstname": "", "lastname": "", "email": "", "image": None,
    "image_source": None, "web": "", "phone": "", "fax": "", "mobile": "", "department": None, "street": "",
    "zip": "", "city": "", "country": "", "address": None, "vip": False, "verified": False, "active": True,
    "note": "", "last_login": None, "source": None, "login_failed": 0, "out_of_office": False,
    "out_of_office_start_at": None, "out_of_office_end_at": None, "out_of_office_replacement_id": None,
    "preferences": {}, "role_ids": [], "organization_ids": [], "authorization_ids": [],
    "overview_sorting_ids": [], "group_ids": {},
}  # fmt: skip

BLANK_TICKET: Record = {
    "group_id": None, "priority_id": NORMAL_PRIORITY, "state_id": NEW_STATE, "organization_id": None, "number": "",
    "title": "", "owner_id": NOBODY, "customer_id": None, "note": None, "first_response_at": None,
    "first_response_escalation_at": None, "first_response_in_min": None, "first_response_diff_in_min": None,
    "close_at": None, "close_escalation_at": None, "close_in_min": None, "close_diff_in_min": None,
    "update_escalation_at": None, "update_in_min": None, "update_diff_in_min": None, "last_close_at": None,
    "last_contact_at": None, "last_contact_agent_at": None, "last_contact_customer_at": None,
    "last_owner_update_at": None, "create_article_type_id": None, "create_article_sender_id": None,
    "article_count": None, "escalation_at": None, "pending_time": None, "type": None, "time_unit": None,
    "preferences": {},
}  # fmt: skip
TICKET_COLUMNS = frozenset({"id", *BLANK_TICKET, "created_by_id", "updated_by_id", "created_at", "updated_at"})

_EVERYONE = {"owned_by_me": True, "owned_by_nobody": True, "subscribed": True, "no": False}
_OWNER = {"owned_by_me": True, "owned_by_nobody": False, "subscribed": False, "no": False}
_CHANNELS = {"email": True, "online": True}


def agent_preferences() -> Record:
    """The notification settings that every new agent gets (recording 249)."""
    who = {"create": _EVERYONE, "update": _EVERYONE, "reminder_reached": _OWNER, "escalation": _OWNER}
    matrix = {event: {"criteria": criteria, "channel": _CHANNELS} for event, criteria in who.items()}
    return deepcopy({"notification_config": {"matrix": matrix}})
