"""What the checks look at: settings, the helpdesk, policy, work table. Opened when asked for."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar, NamedTuple, TypeVar

import requests
from requests.adapters import BaseAdapter
from requests.utils import get_environ_proxies

from connector.clock import now
from connector.helpdesks.http import CONNECT_TIMEOUT
from connector.helpdesks.settings import HelpdeskSettings
from connector.helpdesks.timed import TimedAdapter
from connector.logs import secret_texts
from connector.policy.load import load_policy
from connector.policy.models import Policy
from connector.settings import Settings
from connector.work.table import WorkTable

_HIDDEN = "[secret]"
_READ_TIMEOUT = 30.0

T = TypeVar("T")
Row = Mapping[str, Any]


class Patience(NamedTuple):
    """How long to wait, in seconds."""

    delivery: float = 60.0
    """For a webhook: helpdesks deliver within seconds and try again some time later."""
    reconcile: float = 60.0
    """For a worker to take the ticket."""
    step: float = 1.0


@dataclass(frozen=True)
class Examination:
    """One examination of one helpdesk. ``clock`` is this machine's time (UTC); ``adapter`` replaces the network."""

    settings: Settings
    clock: Callable[[], datetime] = now
    wait: Callable[[float], object] = time.sleep
    patience: Patience = field(default_factory=Patience)
    adapter: Callable[[], BaseAdapter] | None = None
    open_table: Callable[[str], WorkTable] = WorkTable.open_existing
    test_tickets: bool = True
    waits: Mapping[str, float] = field(default_factory=dict)
    """The lengths of time in seconds that the helpdesk's plugin declares as options of the doctor."""
    left_behind: list[str] = field(default_factory=list)
    """What a check made on the helpdesk and could not remove."""
    _lists: dict[str, list[Row]] = field(default_factory=dict, repr=False)

    HELPDESK: ClassVar[str]
    """The key of the helpdesk in settings and work table."""
    TITLE: ClassVar[str]
    """Its name, for people."""
    PUBLIC_PATH: ClassVar[str]
    """A path that it answers without a token, with its clock in the Date header."""

    @property
    def own(self) -> HelpdeskSettings:
        """The settings of this helpdesk."""
        return self.settings.of(self.HELPDESK)

    @property
    def base(self) -> str:
        """The helpdesk's address without a slash at the end."""
        url: str = self.own.required("url")
        return url.rstrip("/")

    @property
    def webhook_secrets(self) -> tuple[bytes, ...]:
        """The secrets of its webhook that are valid now; none if none is set."""
        return self.own.secrets("webhook_secret")

    @cached_property
    def policy(self) -> Policy:
        """The rules."""
        return load_policy(self.settings.policy, self.settings.services)

    @cached_property
    def table(self) -> WorkTable:
        """The work table; ``close`` gives it back."""
        return self.open_table(self.settings.database_url.get_secret_value())

    def once(self, key: str, read: Callable[[], list[Row]]) -> list[Row]:
        """A list of the helpdesk, read once."""
        if key not in self._lists:
            self._lists[key] = read()
        return self._lists[key]

    def until(self, seconds: float, look: Callable[[], T | None]) -> T | None:
        """Calls ``look`` until it returns a value; returns ``None`` after ``seconds``."""
        for _ in range(max(1, math.ceil(seconds / self.patience.step))):
            value = look()
            if value is not None:
                return value
            self.wait(self.patience.step)
        return look()

    def request(self, method: str, url: str, **arguments: Any) -> requests.Response:
        """A request of the doctor's own, without a token; redirects are not followed."""
        with requests.Session() as session:
            session.trust_env = False
            session.proxies.update(get_environ_proxies(url))
            if self.own.ca_file and url.startswith(self.base):
                session.verify = str(self.own.ca_file)
            adapter = self.adapter() if self.adapter is not None else TimedAdapter(1)
            session.mount("http://", adapter)
            session.mount("https://", adapter)
            timeout = (CONNECT_TIMEOUT, _READ_TIMEOUT)
            return session.request(method, url, allow_redirects=False, timeout=timeout, **arguments)

    def without_secrets(self, text: str) -> str:
        """A text in which no secret of the settings can be read."""
        for secret in secret_texts(self.settings):
            text = text.replace(secret, _HIDDEN)
        return text

    def close(self) -> None:
        """Give back the work table if it was opened."""
        if "table" in self.__dict__:
            self.table.close()
