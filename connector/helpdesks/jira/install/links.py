"""Addresses of Jira's admin pages.

An address counts as confirmed where it is in use in public code or documentation for this kind of Jira; the others are
known from the product's own menus only.
"""

from typing import NamedTuple

from connector.install.installation import Link


class LinkWords(NamedTuple):
    """What the screens call things. Cloud has new words since 2025 and still some old ones: both are said."""

    settings: str
    issues: str
    issue_type: str
    created: str


_OF_DATA_CENTER = LinkWords("Project settings", "Issues", "issue type", "'Issue created'")
_OF_CLOUD = LinkWords(
    "Space settings (Project settings)",
    "Work items (Issues)",
    "work type (issue type)",
    "'Work item created' ('Issue created')",
)


class Links(NamedTuple):
    """The pages of one Jira."""

    base: str
    cloud: bool
    words: LinkWords
    screens: Link
    priorities: Link
    automation: Link
    customer_notifications: Link
    request_types: Link
    slas: Link
    queues: Link
    dashboards: Link

    def field(self, field_id: str | None) -> Link:
        """The contexts and options of a custom field, by its id; of a field that is not there yet, all fields."""
        menu = f"Settings → {self.words.issues} → Custom fields"
        if field_id is None:
            return Link(f"{self.base}/secure/admin/ViewCustomFields.jspa", True, menu)
        field_id = field_id.removeprefix("customfield_")
        return Link(f"{self.base}/secure/admin/ConfigureCustomField!default.jspa?customFieldId={field_id}", True, menu)


def of(base: str, key: str, *, cloud: bool) -> Links:
    """The pages of the project ``key`` in the Jira at ``base``."""
    base = base.rstrip("/")
    settings = f"{base}/jira/servicedesk/projects/{key}/settings" if cloud else f"{base}/servicedesk/admin/{key}"
    rules = f"{base}/secure/AutomationProjectAdminAction!default.jspa?projectKey={key}"
    words = _OF_CLOUD if cloud else _OF_DATA_CENTER
    return Links(
        base,
        cloud,
        words,
        screens=Link(f"{base}/plugins/servlet/project-config/{key}/screens", True, f"{words.settings} → Screens"),
        priorities=Link(f"{base}/secure/admin/ViewPriorities.jspa", True, f"Settings → {words.issues} → Priorities"),
        automation=Link(f"{settings}/automate" if cloud else rules, not cloud, f"{words.settings} → Automation"),
        customer_notifications=Link(
            f"{settings}/customer-notifications", False, f"{words.settings} → Customer notifications"
        ),
        request_types=Link(f"{settings}/request-types", not cloud, f"{words.settings} → Request types"),
        slas=Link(f"{settings}/sla", True, f"{words.settings} → SLAs"),
        queues=Link(
            f"{base}/jira/servicedesk/projects/{key}/queues" if cloud else f"{base}/projects/{key}/queues",
            cloud,
            "Queues",
        ),
        dashboards=Link(
            f"{base}/jira/dashboards" if cloud else f"{base}/secure/ConfigurePortalPages!default.jspa",
            not cloud,
            "Dashboards",
        ),
    )
