"""What a freshly installed Jira Service Management has."""

from typing import Any

ADMINS = "jira-administrators"
ADMIN_ROLE, TEAM_ROLE, CUSTOMER_ROLE = "Administrators", "Service Desk Team", "Service Desk Customers"
DEFAULT_PRIORITY = "Medium"
ROWS: dict[str, dict[str, dict[str, Any]]] = {
    "roles": {ADMIN_ROLE: {}, TEAM_ROLE: {}, CUSTOMER_ROLE: {}},
    "priorities": {"Highest": {}, "High": {}, DEFAULT_PRIORITY: {}, "Low": {}, "Lowest": {}},
    "resolutions": {"Done": {}, "Won't Do": {}},
    "issue_types": {"Incident": {}, "Service Request": {}, "Problem": {}, "Task": {}},
    "link_types": {
        "Blocks": {"inward": "is blocked by", "outward": "blocks"},
        "Problem/Incident": {"inward": "is caused by", "outward": "causes"},
        "Relates": {"inward": "relates to", "outward": "relates to"},
    },
}
"""Rows of configuration by table and name."""
STATUSES = {
    "Open": "new",
    "Work in progress": "indeterminate",
    "Waiting for customer": "indeterminate",
    "Resolved": "done",
    "Closed": "done",
    "Canceled": "done",
}
CATEGORIES = {
    "new": (2, "To Do", "blue-gray"),
    "indeterminate": (4, "In Progress", "yellow"),
    "done": (3, "Done", "green"),
}
SCOPED = "scoped-"
"""The begin of tokens with scopes, as service accounts have them."""
TYPE_PREFIX = "com.atlassian.jira.plugin.system.customfieldtypes:"
REQUEST_TYPE_FIELD = "com.atlassian.servicedesk:vp-origin"
ORGANIZATIONS_FIELD = "com.atlassian.servicedesk:sd-customer-organizations"
SCREEN_FIELDS = ("summary", "description", "priority", "labels", "duedate", "assignee", "reporter", "attachment")
"""What is on every new screen."""
SYSTEM_FIELDS: dict[str, tuple[str, str]] = {
    "issuetype": ("Issue Type", "issuetype"),
    "project": ("Project", "project"),
    "summary": ("Summary", "string"),
    "description": ("Description", "string"),
    "status": ("Status", "status"),
    "priority": ("Priority", "priority"),
    "resolution": ("Resolution", "resolution"),
    "resolutiondate": ("Resolved", "datetime"),
    "created": ("Created", "datetime"),
    "updated": ("Updated", "datetime"),
    "creator": ("Creator", "user"),
    "reporter": ("Reporter", "user"),
    "assignee": ("Assignee", "user"),
    "labels": ("Labels", "array"),
    "duedate": ("Due date", "date"),
    "issuelinks": ("Linked Issues", "array"),
    "comment": ("Comment", "comments-page"),
    "attachment": ("Attachment", "array"),
}
"""Name and type of the fields that every Jira has."""
