"""Zammad through both tokens."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from connector.doctor.context import Examination, Row
from connector.helpdesks.errors import PermanentError
from connector.helpdesks.zammad.client import ZammadClient
from connector.helpdesks.zammad.load import load_mapping
from connector.helpdesks.zammad.mapping import ZammadMapping


@dataclass(frozen=True)
class Context(Examination):
    """One examination of a Zammad."""

    HELPDESK = "zammad"
    TITLE = "Zammad"
    MAPPING = ZammadMapping
    PUBLIC_PATH = "/api/v1/users/me"

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
        return load_mapping(self.mapping_file)

    def rows(self, path: str) -> list[Row]:
        """A list of Zammad's configuration, read once with the admin's token."""
        return self.once(path, lambda: listed(self.admin, path))

    def names(self, path: str) -> list[Row]:
        """A list that the connector itself reads at work (states, priorities)."""
        return self.once(f"bot {path}", lambda: listed(self.bot, path))

    def _client(self, token: str) -> ZammadClient:
        ca_file = str(self.ca_file) if self.ca_file else None
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
