"""What the checks look at: settings, Zammad through both tokens, policy, work table. Opened when asked for."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

import requests
from requests.adapters import BaseAdapter
from requests.utils import get_environ_proxies

from connector.helpdesks.errors import PermanentError
from connector.helpdesks.http import CONNECT_TIMEOUT
from connector.helpdesks.zammad.client import READ_TIMEOUT, ZammadClient
from connector.helpdesks.zammad.load import load_mapping
from connector.helpdesks.zammad.mapping import ZammadMapping
from connector.logs import secret_texts
from connector.policy.load import load_policy
from connector.policy.models import Policy
from connector.settings import Settings
from connector.work.table import WorkTable

HELPDESK = "zammad"
"""The key of this helpdesk in the work table."""

_HIDDEN = "[secret]"

T = TypeVar("T")
Row = Mapping[str, Any]


class Patience(NamedTuple):
    """How long to wait, in seconds."""

    delivery: float = 60.0
    """For a webhook: Zammad delivers within seconds and tries again after ten."""
    reconcile: float = 60.0
    """For a worker to take the ticket."""
    scheduler: float = 360.0
    """Zammad looks for jobs every 5 minutes (recordings 298, 341)."""
    step: float = 1.0


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Context:
    """One examination. ``clock`` is this machine's time (UTC); ``adapter`` replaces the network."""

    settings: Settings
    clock: Callable[[], datetime] = _now
    wait: Callable[[float], object] = time.sleep
    patience: Patience = field(default_factory=Patience)
    adapter: Callable[[], BaseAdapter] | None = None
    open_table: Callable[[str], WorkTable] = WorkTable.open
    test_tickets: bool = True
    left_behind: list[str] = field(default_factory=list)
    """What a check made on the helpdesk and could not remove."""
    _lists: dict[str, list[Row]] = field(default_factory=dict, repr=False)

    @cached_property
    def base(self) -> str:
        """Zammad's address without a slash at its end."""
        url: str = self.settings.required("zammad_url")
        return url.rstrip("/")

    @cached_property
    def bot(self) -> ZammadClient:
        """Zammad as the connector's own user."""
        return self._client("zammad_token")

    @cached_property
    def admin(self) -> ZammadClient:
        """Zammad as the admin who installs."""
        return self._client("zammad_admin_token")

    @cached_property
    def me(self) -> Row:
        """The connector's own user."""
        return _object(self.bot.get("users/me"), "users/me")

    @cached_property
    def mapping(self) -> ZammadMapping:
        """How the rules' names are written in this Zammad."""
        return load_mapping(self.settings.zammad_mapping)

    @cached_property
    def policy(self) -> Policy:
        """The rules."""
        return load_policy(self.settings.policy, self.settings.services)

    @cached_property
    def table(self) -> WorkTable:
        """The work table; ``close`` gives it back."""
        return self.open_table(self.settings.database_url.get_secret_value())

    def rows(self, path: str) -> list[Row]:
        """A list of Zammad's configuration, read once with the admin's token."""
        if path not in self._lists:
            self._lists[path] = listed(self.admin, path)
        return self._lists[path]

    def names(self, path: str) -> list[Row]:
        """A list that the connector itself reads at work (states, priorities)."""
        key = f"bot {path}"
        if key not in self._lists:
            self._lists[key] = listed(self.bot, path)
        return self._lists[key]

    def until(self, seconds: float, look: Callable[[], T | None]) -> T | None:
        """Looks again and again until something is there; ``None`` if it does not come in this time."""
        for _ in range(max(1, math.ceil(seconds / self.patience.step))):
            found = look()
            if found is not None:
                return found
            self.wait(self.patience.step)
        return look()

    def request(self, method: str, url: str, **arguments: Any) -> requests.Response:
        """A request of the doctor's own, without a token; redirects are not followed."""
        with requests.Session() as session:
            session.trust_env = False
            session.proxies.update(get_environ_proxies(url))
            if self.settings.zammad_ca_file and url.startswith(self.base):
                session.verify = str(self.settings.zammad_ca_file)
            if self.adapter is not None:
                session.mount("http://", self.adapter())
            timeout = (CONNECT_TIMEOUT, READ_TIMEOUT)
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

    def _client(self, token: str) -> ZammadClient:
        ca_file = str(self.settings.zammad_ca_file) if self.settings.zammad_ca_file else None
        secret: str = self.settings.required(token).get_secret_value()
        return ZammadClient(self.base, secret, self.clock, ca_file=ca_file, adapter=self.adapter)


def listed(client: ZammadClient, path: str, params: Mapping[str, str] | None = None) -> list[Row]:
    """A list of objects. Raises HelpdeskError, also for an answer of another shape."""
    answer = client.get(path, params)
    if not isinstance(answer, list) or not all(isinstance(row, dict) for row in answer):
        raise PermanentError(f"Zammad GET {path}: unexpected answer: expected a list of objects")
    return answer


def _object(answer: Any, path: str) -> Row:
    if not isinstance(answer, dict) or not isinstance(answer.get("id"), int):
        raise PermanentError(f"Zammad GET {path}: unexpected answer: expected an object with an id")
    return answer
