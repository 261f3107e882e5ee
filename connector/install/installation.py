"""One helpdesk as ``interspace install`` needs it, opened; and what an admin has to do by hand."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from connector.helpdesks.installed import Installed
from connector.install.apply import Writer
from connector.install.errors import PlanError
from connector.install.plan import Plan
from connector.ports import is_this_machine


class Link(NamedTuple):
    """A page of the helpdesk."""

    url: str
    confirmed: bool
    """Whether somebody has seen that it leads there. If not, ``menu`` is the safer way."""
    menu: str


class Item(NamedTuple):
    """One thing to be done by hand."""

    key: str
    title: str
    steps: tuple[str, ...]
    """The first line of a step is prose; what stands on further lines is to be pasted."""
    link: Link | None = None

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "key": self.key,
            "title": self.title,
            "steps": list(self.steps),
            "link": self.link.url if self.link else None,
            "link_confirmed": self.link.confirmed if self.link else None,
            "menu": self.link.menu if self.link else None,
        }


class Choice(NamedTuple):
    """What the admin allows a plan to do."""

    adopt: bool = False
    """Change objects of the same name that are not ours, too."""
    new_account: bool = False
    """Let another account of the connector take over."""
    ops_url: str | None = None
    """Where people reach the operations page; ``None``: what leads there stays as it is."""


def of_account(installed: Installed, account: str, *, new_account: bool) -> Installed:
    """The installation, for this account. Raises PlanError if it is another one's and nobody said that it goes over."""
    if installed.account == account or new_account:
        return installed._replace(account=account)
    raise PlanError(
        f"Another account (id {installed.account}) is installed here since {installed.since:%Y-%m-%d}: two "
        "installations would do everything twice. If this one replaces it, name the old one in the mapping "
        "(former_accounts) and repeat with --new-account"
    )


class Installation(NamedTuple):
    """Every function raises PlanError for what does not fit together, StepError if the helpdesk cannot be asked."""

    writer: Writer
    plan: Callable[[Mapping[str, str], str | None, Choice], Plan]
    """What is to be done: with the secrets that are valid now by their names in the secret store, the address of the
    receiver (``None``: as it is), and what the admin allows."""
    plan_back: Callable[[bool], Plan]
    """The way back, with or without the fields."""
    checklist: Callable[[], Sequence[Item]]
    """What the plan cannot do."""
    afterwards: Callable[[Plan], str] = lambda done: ""
    """What has to be done once a plan is carried out; empty if nothing."""
    hints: Callable[[], Sequence[str]] = lambda: ()
    """What people should know before they apply: how many tickets there are, and what others will notice."""


def endpoint(url: str, path: str) -> str:
    """Where the receiver takes the webhook of ``path``; ``url`` may leave out the path.

    Raises PlanError for no web address.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise PlanError(f"{url!r} is not where a receiver can be (example: https://connector.example.com)")
    return url.rstrip("/") + path if parts.path in ("", "/") else url


def refuse_plain(url: str | None, sender: str) -> None:
    """For a helpdesk somewhere else, which sends to https only. Raises PlanError for an address without TLS, unless it
    is this machine's: there a sandbox may be."""
    parts = urlsplit(url or "")
    if parts.scheme == "http" and not is_this_machine(parts.hostname or ""):
        raise PlanError(f"{url}: {sender} sends webhooks to https addresses only")
