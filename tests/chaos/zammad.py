"""What chaos needs of a sandbox Zammad."""

from collections import Counter
from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

from connector.helpdesks.zammad.client import ZammadClient
from connector.helpdesks.zammad.desk import ZammadDesk
from connector.helpdesks.zammad.mapping import load_mapping
from connector.policy.locate import MAPPINGS
from connector.sandbox.house import SECRET
from connector.sandbox.zammad.house import ZammadHouse
from connector.sandbox.zammad.world import Version
from tests.chaos.sandbox import Clock, Made, OpenDesk, Sandbox, Transport, sandbox_process

_MAPPING = MAPPINGS / "zammad.yaml"


class Zammad:
    """See :class:`tests.chaos.sandbox.Furnished`."""

    nothing = b"[]"

    def __init__(self, clock: Clock, version: Version) -> None:
        mapping = load_mapping(_MAPPING)
        self.house = ZammadHouse(clock, mapping, version=version)
        self._key = mapping.attribute("connector_key")

    def opener(self, url: str) -> OpenDesk:
        """Opens the adapter on the sandbox at ``url``."""
        return partial(_open, url, self.house.accounts.bot)

    def environment(self, url: str) -> dict[str, str]:
        """What ``python -m connector`` has to know of it."""
        return {
            "INTERSPACE_ZAMMAD_URL": url,
            "INTERSPACE_ZAMMAD_TOKEN": self.house.accounts.bot,
            "INTERSPACE_ZAMMAD_WEBHOOK_SECRET": SECRET,
        }

    def ticket_of(self, event: Mapping[str, Any]) -> str | None:
        """The webhook's trigger leaves out what the connector did."""
        return str(event["ticket"]["id"])

    def is_sweep(self, target: str, body: bytes) -> bool:
        """Whoever looks for a certain ticket names its key."""
        return "tickets/search" in target and self._key.encode() not in body

    def made(self) -> Made:
        """From the tables."""
        world = self.house.sandbox.world
        keys = (ticket.get(self._key) for ticket in list(world.table("Ticket").values()))
        ends = ("link_object_source_value", "link_object_target_value")
        links = (frozenset(str(link[end]) for end in ends) for link in list(world.table("Link").values()))
        return Made(Counter(key for key in keys if key), Counter(links))


def _open(url: str, token: str, clock: Clock, transport: Transport | None) -> ZammadDesk:
    return ZammadDesk(ZammadClient(url, token, clock, adapter=transport), load_mapping(_MAPPING))


def zammad_process(host: str = "127.0.0.1", *, version: Version = "6.4") -> AbstractContextManager[Sandbox]:
    """A sandbox Zammad on this address."""
    return sandbox_process(partial(Zammad, version=version), host)
