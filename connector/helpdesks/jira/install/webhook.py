"""How the connector hears of issues: one signed admin webhook for the project.

Its events are those that name an issue or a link; the receiver leaves out the bot's own changes.
"""

from collections.abc import Iterator

from connector.helpdesks.jira.install.kinds import WEBHOOKS
from connector.helpdesks.jira.install.site import JiraSite
from connector.helpdesks.jira.settings import WEBHOOK_SECRET
from connector.install.current import Current
from connector.install.objects import PREFIX, Sealed, Wanted

NAME = f"{PREFIX}connector"
PATH = "/webhooks/jira/main"
"""Where the receiver listens for this hook."""
EVENTS = (
    "jira:issue_created",
    "jira:issue_updated",
    "jira:issue_deleted",
    "comment_created",
    "comment_updated",
    "comment_deleted",
    "issuelink_created",
    "issuelink_deleted",
)


def webhook(site: JiraSite, current: Current) -> Iterator[Wanted]:
    """The hook with the secret of the secret store."""
    if site.receiver_url is None:
        return
    body = {
        "name": NAME,
        "url": site.receiver_url,
        "events": list(EVENTS),
        "jql": site.in_project,
        "bodies": True,
        "enabled": True,
        "secret": Sealed(WEBHOOK_SECRET),
    }
    yield Wanted(WEBHOOKS, NAME, body)
