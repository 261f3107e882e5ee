"""Where Jira Cloud and Jira Data Center differ, as far as the connector notices."""

from dataclasses import dataclass

from connector.helpdesks.errors import UnavailableError


@dataclass(frozen=True)
class Flavour:
    """One of the two."""

    title: str
    user_id: str
    """The key under which an account shows its identity."""
    edits_answer: bool
    """``PUT issue?returnIssue=true`` shows the issue afterwards; otherwise it has to be read."""
    comments_tell_visibility: bool
    """Comments that come with an issue say whether customers see them (``jsdPublic``)."""
    cuts_changelog: bool
    """Only the newest entries of the changelog come with an issue."""
    pages_by_token: bool
    """Search turns pages by ``nextPageToken``; otherwise by ``startAt``."""
    bulk_fetch: bool
    """Many issues can be read by one request that does not depend on the search index."""
    rich_fields: bool
    """Long text fields hold wiki markup; otherwise they hold plain text (the renderer they have by default)."""
    administers: bool
    """Options, priorities and dashboards can be written by REST; otherwise an admin makes them by hand."""

    @property
    def admin_api(self) -> str:
        """The begin of administration's paths: Data Center has version 2 only, on Cloud it is version 3."""
        return "api/3" if self.administers else "api/2"

    @property
    def search(self) -> str:
        """The path of the search."""
        return "api/2/search/jql" if self.pages_by_token else "api/2/search"


CLOUD = Flavour(
    title="Jira Cloud",
    user_id="accountId",
    edits_answer=True,
    comments_tell_visibility=True,
    cuts_changelog=True,
    pages_by_token=True,
    bulk_fetch=True,
    rich_fields=True,
    administers=True,
)
DATA_CENTER = Flavour(
    title="Jira Data Center",
    user_id="name",
    edits_answer=False,
    comments_tell_visibility=False,
    cuts_changelog=False,
    pages_by_token=False,
    bulk_fetch=False,
    rich_fields=False,
    administers=False,
)

_BY_DEPLOYMENT = {"cloud": CLOUD, "server": DATA_CENTER, "datacenter": DATA_CENTER, "data center": DATA_CENTER}


def flavour_of(deployment_type: object) -> Flavour:
    """By ``deploymentType`` of ``serverInfo``. Raises UnavailableError for anything else."""
    flavour = _BY_DEPLOYMENT.get(str(deployment_type).casefold())
    if flavour is None:
        raise UnavailableError(f"Jira GET serverInfo: {deployment_type!r} is neither a Cloud nor a Data Center")
    return flavour
