"""Addresses of Jira's admin pages.

An address counts as confirmed where it is in use in public code or documentation for this kind of Jira; the others are
known from the product's own menus only.
"""

from typing import NamedTuple

from connector.install.installation import Link


class Links(NamedTuple):
    """The pages of one Jira."""

    base: str
    cloud: bool
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
        menu = "Settings → Issues → Custom fields"
        if field_id is None:
            return Link(f"{self.base}/secure/admin/ViewCustomFields.jspa", True, menu)
        field_id = field_id.removeprefix("customfield_")
        return Link(f"{self.base}/secure/admin/ConfigureCustomField!default.jspa?customFieldId={field_id}", True, menu)


def of(base: str, key: str, *, cloud: bool) -> Links:
    """The pages of the project ``key`` in the Jira at ``base``."""
    base = base.rstrip("/")
    settings = f"{base}/jira/servicedesk/projects/{key}/settings" if cloud else f"{base}/servicedesk/admin/{key}"
    rules = f"{base}/secure/AutomationProjectAdminAction!default.jspa?projectKey={key}"
    return Links(
        base,
        cloud,
        screens=Link(f"{base}/plugins/servlet/project-config/{key}/screens", True, "Project settings → Screens"),
        priorities=Link(f"{base}/secure/admin/ViewPriorities.jspa", True, "Settings → Issues → Priorities"),
        automation=Link(f"{settings}/automate" if cloud else rules, not cloud, "Project settings → Automation"),
        customer_notifications=Link(
            f"{settings}/customer-notifications", False, "Project settings → Customer notifications"
        ),
        request_types=Link(f"{settings}/request-types", not cloud, "Project settings → Request types"),
        slas=Link(f"{settings}/sla", True, "Project settings → SLAs"),
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
