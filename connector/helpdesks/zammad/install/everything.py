"""Everything that the rules need in Zammad."""

from collections.abc import Iterator

from connector.helpdesks.zammad.install import attributes, desk, groups, notices, priorities, webhook
from connector.helpdesks.zammad.install.site import InstallContext
from connector.install.objects import Wanted


def everything(site: InstallContext) -> Iterator[Wanted]:
    """All objects; the plan puts them in order."""
    for nouns in (
        attributes.attributes,
        priorities.priorities,
        groups.groups,
        groups.roles,
        groups.bot,
        notices.contacts,
        priorities.calendars,
        priorities.slas,
        webhook.webhook,
        webhook.triggers,
        notices.notices,
        attributes.mandatory,
        desk.macros,
        desk.overviews,
        desk.phone_intake,
        priorities.report_profiles,
    ):
        yield from nouns(site)
