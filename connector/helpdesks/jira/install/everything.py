"""Everything that the rules need in Jira and that its REST API can do."""

from collections.abc import Iterator

from connector.helpdesks.jira.install import fields, project, views, webhook
from connector.helpdesks.jira.install.site import JiraSite
from connector.install.current import Current
from connector.install.objects import Wanted


def everything(site: JiraSite, current: Current) -> Iterator[Wanted]:
    """All objects; the plan puts them in order. Raises PlanError if a field cannot be used as it is."""
    for nouns in (
        fields.fields,
        fields.options,
        fields.screens,
        project.priorities,
        project.link_types,
        project.roles,
        project.members,
        webhook.webhook,
        views.filters,
        views.dashboards,
        views.gadgets,
    ):
        yield from nouns(site, current)
