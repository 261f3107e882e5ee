"""What chaos needs of a sandbox Jira."""

import json
from collections import Counter
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import partial
from typing import Any

from connector.helpdesks.jira.client import Connection
from connector.helpdesks.jira.desk import JiraDesk
from connector.helpdesks.jira.mapping import load_mapping
from connector.helpdesks.jira.site import field_ids
from connector.policy.locate import MAPPINGS
from connector.sandbox.house import SECRET
from connector.sandbox.jira import Flavour
from connector.sandbox.jira.furnished import BOT
from connector.sandbox.jira.house import JiraHouse
from tests.chaos.sandbox import Clock, Made, OpenDesk, Sandbox, Transport, sandbox_process

_MAPPING = MAPPINGS / "jira.yaml"
_LAG = timedelta(minutes=2)
"""Search is later than the end of a dead worker's lease: whoever takes its job over does not find what it created."""


class Jira:
    """See :class:`tests.chaos.sandbox.Furnished`."""

    nothing = json.dumps({"issues": [], "isLast": True, "startAt": 0, "maxResults": 50, "total": 0}).encode()

    def __init__(self, clock: Clock, flavour: Flavour) -> None:
        mapping = load_mapping(_MAPPING)
        self.house = JiraHouse(clock, mapping, flavour)
        self.house.sandbox.world.index.lag = _LAG
        self._user = BOT if flavour == "cloud" else None
        fields = self.house.api(self.house.accounts.admin, "GET", "field")
        self._key = field_ids(mapping, fields).ids["connector_key"]

    def opener(self, url: str) -> OpenDesk:
        """Opens the adapter on the sandbox at ``url``."""
        return partial(_open, url, self._user, self.house.accounts.bot)

    def environment(self, url: str) -> dict[str, str]:
        """What ``python -m connector`` has to know of it."""
        user = {"INTERSPACE_JIRA_USER": self._user} if self._user else {}
        return {
            **user,
            "INTERSPACE_JIRA_URL": url,
            "INTERSPACE_JIRA_TOKEN": self.house.accounts.bot,
            "INTERSPACE_JIRA_WEBHOOK_SECRET": SECRET,
            "INTERSPACE_JIRA_BOT": self.house.bot,
        }

    def ticket_of(self, event: Mapping[str, Any]) -> str | None:
        """Links name no issue of their own."""
        who = event.get("user") or event.get("comment", {}).get("author") or {}
        is_own = self.house.bot in (who.get("accountId"), who.get("name"))
        return None if is_own or "issue" not in event else str(event["issue"]["id"])

    def is_sweep(self, target: str, body: bytes) -> bool:
        """Lists come in the order of their times."""
        return "/search" in target and (b"ORDER BY updated" in body or b"ORDER BY created" in body)

    def made(self) -> Made:
        """From the issues. Both ends hold a link."""
        issues = list(self.house.sandbox.world.issues.values())
        keys = (issue.fields.get(self._key) for issue in issues)
        links = {link.id: frozenset((str(link.source), str(link.destination))) for one in issues for link in one.links}
        return Made(Counter(key for key in keys if key), Counter(links.values()))


def _open(url: str, user: str | None, token: str, clock: Clock, transport: Transport | None) -> JiraDesk:
    return JiraDesk(Connection(url, user, token, adapter=transport), load_mapping(_MAPPING), clock)


def jira_process(host: str = "127.0.0.1", *, flavour: Flavour) -> AbstractContextManager[Sandbox]:
    """A sandbox Jira on this address."""
    return sandbox_process(partial(Jira, flavour=flavour), host)
