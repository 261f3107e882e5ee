"""The receiver's hooks and the work table in which it marks tickets due."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from connector.helpdesks import registry
from connector.helpdesks.plugin import HelpdeskPlugin
from connector.helpdesks.sender import Hook
from connector.policy.links import Links
from connector.settings import Settings
from connector.work.errors import StoreError
from connector.work.group_commit import GroupCommit
from connector.work.health import Health
from connector.work.jobs import Counts, Key
from connector.work.table import WorkTable
from connector.work.tellings import TellingCounts

from .desks import OpenDesk, desks
from .problem import RETRY_LATER, Refusal
from .reports import Reports, open_reports
from .trouble_ticket import Interface, interface_of


@dataclass(frozen=True)
class Receiver:
    """The hooks of all helpdesks and the work table behind them."""

    hooks: Sequence[Hook]
    touch: Callable[[Key, datetime, float], None]
    """Marks a ticket due and returns only after the commit; the last argument is how many seconds to wait.

    Raises ``StoreError``."""
    now: Callable[[], datetime]
    """The work table's time, UTC."""
    counts: Callable[[], Mapping[str, Counts]]
    """The rows of each helpdesk by state. Raises ``StoreError``."""
    health: Callable[[], Sequence[Health]] | None = None
    """What the workers have told of themselves and their helpdesks. Raises ``StoreError``."""
    tellings: Callable[[], Mapping[str, TellingCounts]] | None = None
    """What waits to be told outside of the helpdesks. Raises ``StoreError``."""
    commit: Callable[[], datetime] | None = None
    """Writes something of no meaning; returns when it is on disk. Raises ``StoreError``."""
    reports: Reports | None = None
    """What panels report; ``None``: there are no panels."""
    trouble_tickets: Interface | None = None
    """The same for the trouble-ticket API."""
    links: Links | None = None
    """Reads the links of our letters; ``None``: they have none."""
    settle: timedelta = timedelta(seconds=1)
    """How long a ticket rests after an event, so that a burst of events is one reconcile."""
    max_body_bytes: int = 1024 * 1024
    patience: timedelta = timedelta(seconds=5)
    """How long a request waits for its commit. A helpdesk may give up after 30 s and deliver with one thread."""

    def mark_due(self, key: Key) -> None:
        """Write down that the ticket is due; return only after the commit (P1).

        Raises ``Refusal`` (503) if the store cannot do that now.
        """
        try:
            self.touch(key, self.now() + self.settle, self.patience.total_seconds())
        except StoreError as error:
            detail = "the work table cannot be written now; deliver again later"
            raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, detail, RETRY_LATER) from error


def open_receiver(settings: Settings, table: WorkTable | None = None, open_desk: OpenDesk | None = None) -> Receiver:
    """The receiver on ``table``, or else on that of the settings. Call it in the process that serves, after any fork.

    Each helpdesk with a webhook secret has a hook called ``main``. Raises ``StoreError`` if the work table cannot be
    opened, ``SettingsError`` if there is no secret at all, ``PolicyError`` for mistakes in panels and rules.
    """
    settings.require_webhook_secret()
    hooks = [_hook(plugin, settings) for plugin in registry.plugins()]
    table = table or WorkTable.open(settings.database_url.get_secret_value())
    reports = open_reports(settings, table, open_desk or desks(settings, table))
    return Receiver(
        hooks=[hook for hook in hooks if hook.secrets or hook.tokens],
        touch=GroupCommit(table).touch,
        now=table.now,
        counts=table.counts,
        health=table.health.all,
        tellings=table.tellings.counts,
        commit=table.health.commit,
        reports=reports,
        trouble_tickets=interface_of(reports, table.listeners, table.submissions.opened_lately) if reports else None,
        links=settings.links,
        settle=timedelta(seconds=settings.settle_seconds),
        max_body_bytes=settings.max_body_bytes,
    )


def _hook(plugin: HelpdeskPlugin[Any], settings: Settings) -> Hook:
    sender, own = plugin.sender, settings.of(plugin.name)
    return Hook(
        plugin.name,
        secrets=tuple(secret for name in sender.secret_settings for secret in own.secrets(name)),
        tokens=tuple(token for name in sender.token_settings for token in own.secrets(name)),
        bot=getattr(own, sender.bot_setting) if sender.bot_setting else None,
    )
