"""Zammad through both tokens."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import cast

from connector.doctor.context import Examination, Row
from connector.helpdesks.answer import objects, with_id
from connector.helpdesks.installed import Identity
from connector.helpdesks.zammad.client import ZammadClient, open_client
from connector.helpdesks.zammad.desk import ZammadDesk
from connector.helpdesks.zammad.mapping import ZammadMapping, load_mapping
from connector.helpdesks.zammad.settings import SCHEDULER_WAIT, ZammadSettings

ANY_TICKET = {"ticket.created_at": {"operator": "after (absolute)", "value": "2000-01-01T00:00:00Z"}}
"""A condition that every ticket meets: from 6.4 on Zammad answers 500 to an empty one."""


@dataclass(frozen=True)
class Context(Examination):
    """One examination of a Zammad."""

    HELPDESK = "zammad"
    TITLE = "Zammad"
    PUBLIC_PATH = "/api/v1/users/me"

    @property
    def own(self) -> ZammadSettings:
        """The settings of this Zammad."""
        return cast(ZammadSettings, super().own)

    @property
    def scheduler_wait(self) -> float:
        """How long to wait for Zammad's scheduler, in seconds."""
        return self.waits.get("scheduler_wait", SCHEDULER_WAIT)

    @cached_property
    def bot(self) -> ZammadClient:
        """Zammad as the connector's own user."""
        return open_client(self.own, self.clock, adapter=self.adapter)

    @cached_property
    def admin(self) -> ZammadClient:
        """Zammad as the admin who installs."""
        return open_client(self.own, self.clock, "admin_token", self.adapter)

    @cached_property
    def me(self) -> Row:
        """The connector's own user."""
        return with_id(self.bot.get("users/me"), "Zammad GET users/me")

    @cached_property
    def mapping(self) -> ZammadMapping:
        """How the rules' names are written in this Zammad."""
        return load_mapping(self.own.mapping)

    @cached_property
    def desk(self) -> ZammadDesk:
        """Zammad as a worker sees it."""
        return ZammadDesk(self.bot, self.mapping, proof_keys=self.settings.proof_keys)

    @cached_property
    def identity(self) -> Identity:
        """Whose helpdesk this is. Raises WrongAccountError."""
        return self.desk.identity()

    @property
    def groups_in_scope(self) -> set[str]:
        """The ids of the groups in which the rules hold, as far as they are there."""
        return {str(row["id"]) for row in self.rows("groups") if row.get("name") in self.mapping.groups_in_scope}

    def rows(self, path: str) -> list[Row]:
        """A list of Zammad's configuration, read once with the admin's token."""
        return self.once(path, lambda: listed(self.admin, path))

    def names(self, path: str) -> list[Row]:
        """A list that the connector itself reads at work (states, priorities)."""
        return self.once(f"bot {path}", lambda: listed(self.bot, path))


def listed(client: ZammadClient, path: str, params: Mapping[str, str] | None = None) -> list[Row]:
    """A list of objects. Raises HelpdeskError, also for an answer of another shape."""
    return objects(client.get(path, params), f"Zammad GET {path}")
