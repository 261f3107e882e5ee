"""What the intake interface, the form and the trouble-ticket API share in the receiver: who may report, under which
rules, what is kept, and the helpdesk behind it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

import structlog

from connector.domain.model import TicketId
from connector.domain.ticket import Ticket
from connector.helpdesks import registry
from connector.helpdesks.errors import HelpdeskError, NotFoundError, OutOfReachError
from connector.helpdesks.helpdesk import Helpdesk
from connector.helpdesks.on_behalf import Message, Request
from connector.intake.panels import Panel, load_panels
from connector.policy.load import load_policy
from connector.policy.models import Policy
from connector.policy.problem import PolicyError
from connector.settings import Settings, SettingsError, variable
from connector.work.accepting import Accepting
from connector.work.submissions import Submitted
from connector.work.table import WorkTable

from .desks import OpenDesk
from .problem import RETRY_LATER, Refusal
from .throttle import Throttle

log = structlog.get_logger("webhooks")

T = TypeVar("T")

_ID = re.compile(r"[A-Za-z0-9-]{1,40}", re.ASCII)
_LOOK_AGAIN = timedelta(seconds=5)


class InUse(Generic[T]):
    """What was read of files, and is read again when one of them changes. Mistakes do not come into use (P16)."""

    def __init__(
        self, read: Callable[[], T], files: Callable[[T], Sequence[Path]], now: Callable[[], datetime]
    ) -> None:
        self._read = read
        self._files = files
        self._now = now
        self._lock = Lock()
        self._value = read()
        self._stamps = self._seen()
        self._looked = now()

    def __call__(self) -> T:
        """What is in use now."""
        now = self._now()
        if not self._looked <= now < self._looked + _LOOK_AGAIN and self._lock.acquire(blocking=False):
            try:
                self._looked = now
                if (stamps := self._seen()) != self._stamps:
                    self._stamps = stamps
                    self._value = self._read()
            except PolicyError as error:
                log.warning("files with mistakes are not used", cause=str(error))
            finally:
                self._lock.release()
        return self._value

    def _seen(self) -> list[int | None]:
        return [_stamp(path) for path in self._files(self._value)]


def _stamp(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None


@dataclass(frozen=True)
class Reports:
    """Everything may be called from any thread."""

    panels: Callable[[], Sequence[Panel]]
    policy: Callable[[], Policy]
    now: Callable[[], datetime]
    """The work table's time, UTC."""
    helpdesks: Sequence[str]
    """Those that are served."""
    open_desk: OpenDesk
    accepting: Accepting
    find: Callable[[str, str], Submitted | None]
    """By helpdesk and key. Raises ``StoreError``."""
    use_once: Callable[[str, datetime], bool]
    """Whether a token is used for the first time; until when it has to be remembered. Raises ``StoreError``."""
    throttle: Throttle = field(default_factory=Throttle)
    most_bytes: int = 32 * 1024 * 1024
    """Of a report with its files."""
    patience: timedelta = timedelta(seconds=2.5)
    """How long a report waits for its ticket."""

    def helpdesk(self, panel: Panel) -> str:
        """Where the panel's tickets are opened."""
        return panel.helpdesk or self.helpdesks[0]

    def desk(self, helpdesk: str) -> Helpdesk:
        """The helpdesk, to look at. Raises ``Refusal`` (503) where the receiver has no access to it."""
        try:
            return self.open_desk(helpdesk)
        except SettingsError as error:
            detail = "the receiver has no access to the helpdesk"
            raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, detail, RETRY_LATER) from error

    def ticket(self, helpdesk: str, ticket_id: TicketId) -> Ticket | None:
        """The ticket; ``None``: there is none, or it lies where the connector may not look.

        Raises ``Refusal`` (503) if the helpdesk does not answer.
        """
        if not _ID.fullmatch(ticket_id):
            return None
        try:
            return self.desk(helpdesk).read(ticket_id)
        except (NotFoundError, OutOfReachError):
            return None
        except HelpdeskError as error:
            raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "the helpdesk does not answer now", RETRY_LATER) from error

    def submit(self, helpdesk: str, content: Request | Message, digest: str, patience: timedelta) -> Submitted:
        """Keeps it and waits a little until it is on the helpdesk. Raises ``StoreError``: it is not kept."""
        return self.accepting.submit(helpdesk, content, digest, patience)


def open_reports(settings: Settings, table: WorkTable, open_desk: OpenDesk) -> Reports | None:
    """By the settings; ``None``: there are no panels. Nothing is sent yet.

    Raises ``SettingsError``, ``PolicyError``.
    """
    if (path := settings.panels) is None:
        return None
    served = settings.helpdesks or tuple(name for name in registry.names() if _has_hook(settings, name))
    panels = InUse(
        partial(load_panels, path),
        lambda known: [path, *(path.parent / panel.secret_file for panel in known)],
        table.now,
    )
    _check(panels(), served)
    files = [each for each in (settings.policy, settings.services) if each is not None]
    return Reports(
        panels=panels,
        policy=InUse(partial(load_policy, settings.policy, settings.services), lambda _: files, table.now),
        now=table.now,
        helpdesks=served,
        open_desk=open_desk,
        accepting=Accepting(table.submissions, max(2, settings.receiver_threads // 3)),
        find=table.submissions.find,
        use_once=table.submissions.use_once,
        throttle=Throttle(per_panel=settings.intake_per_minute, per_person=settings.intake_person_per_minute),
        most_bytes=settings.intake_body_bytes,
    )


def _has_hook(settings: Settings, helpdesk: str) -> bool:
    own, sender = settings.of(helpdesk), registry.plugin(helpdesk).sender
    return any(own.secrets(name) for name in sender.all_settings)


def _check(panels: Sequence[Panel], served: Sequence[str]) -> None:
    for panel in panels:
        if panel.helpdesk is None and len(served) != 1:
            raise SettingsError(
                f"{variable('panels')}: panel {panel.name!r} has to name its helpdesk: {', '.join(served) or 'none'} "
                "are served"
            )
        if panel.helpdesk is not None and panel.helpdesk not in served:
            raise SettingsError(f"{variable('panels')}: panel {panel.name!r}: {panel.helpdesk!r} is not served")
