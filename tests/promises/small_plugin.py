"""The small helpdesk as a plugin: all that a third helpdesk has to bring along."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr

from connector.doctor import configuration, connection
from connector.doctor.context import Examination
from connector.doctor.finding import Check, Observation, ok
from connector.domain.fields import CUSTOM
from connector.domain.model import TicketId
from connector.domain.vocabulary import Priority, TicketState
from connector.helpdesks import mapping
from connector.helpdesks.helpdesk import Helpdesk
from connector.helpdesks.mapping import HelpdeskMapping, read_mapping
from connector.helpdesks.payload import Value
from connector.helpdesks.plugin import Doctor, HelpdeskPlugin, TicketReference
from connector.helpdesks.sender import Event, Headers, Hook, Sender, is_signed
from connector.helpdesks.settings import HelpdeskSettings, SigningSecret, WebAddress
from connector.policy.problem import UnlocatedProblem
from tests.promises.small_helpdesk import Client, SmallHelpdesk

GROUPS = ("intake", "level_3", "level_4", "level_5", "problems", "rfo")


class SmallSettings(HelpdeskSettings):
    """See :class:`connector.helpdesks.settings.HelpdeskSettings`."""

    HELPDESK = "small"

    url: WebAddress | None = Field(None, description="The small desk's address.")
    token: SecretStr | None = Field(None, description="The token of the connector's user.")
    admin_token: SecretStr | None = Field(None, description="The token of an admin.")
    ca_file: Path | None = Field(None, description="Certificates to trust.")
    mapping: Path = Field(Path("small.yaml"), description="The names of the small desk.")
    webhook_secret: SigningSecret | None = Field(None, description="What the small desk signs with.")
    max_answer_bytes: int = Field(1_000_000, description="How long an answer may be.")
    colour: str | None = Field(None, description="What this helpdesk alone has.")


class SmallMapping(HelpdeskMapping):
    """Names are the rules' own."""

    HELPDESK = "Small Desk"

    states: Mapping[str, TicketState]

    @classmethod
    def findings(cls, data: Any) -> Iterator[UnlocatedProblem]:
        yield from mapping.fields(data, cls.HELPDESK, "field", lambda name: iter(()))
        yield from mapping.states(data, "states", cls.HELPDESK, "state")
        yield from mapping.groups(data)

    @property
    def named_states(self) -> Mapping[str, TicketState]:
        return self.states


def write_mapping(path: Path, **changes: Any) -> None:
    """A sound mapping, but for ``changes``."""
    values = {
        "fields": {name: name for name in CUSTOM},
        "states": {state.value: state.value for state in TicketState},
        "priorities": {priority.value: {"name": priority.value} for priority in Priority},
        "groups": {group: group for group in GROUPS},
        "roles": {"agents": ["Agent"]},
    }
    path.write_text(json.dumps(values | changes, indent=1), encoding="utf-8")


class SmallDesk(Client):
    """A client that knows tickets by their numbers."""

    def id_of(self, number: str) -> TicketId:
        return TicketId(number)


def _verify(headers: Headers, body: bytes, hook: Hook) -> bool:
    return is_signed("sha256", hook.secrets, body, headers.get("X-Small-Signature"))


def _event(_headers: Headers, payload: Value, _bot: str | None) -> Event:
    return Event((TicketId(str(payload["number"].identifier())),))


SENDER = Sender(
    secret_settings=("webhook_secret",),
    proof_headers=("X-Small-Signature",),
    challenge='HMAC-SHA256 header="X-Small-Signature"',
    delivery_header="X-Small-Delivery",
    delivery_id=re.compile(r"\d+", re.ASCII),
    verify=_verify,
    event=_event,
)


def small_plugin(server: SmallHelpdesk) -> HelpdeskPlugin[SmallSettings]:
    """The plugin of this server."""

    def open_desk(settings: SmallSettings, clock: Callable[[], datetime], _: Sequence[bytes]) -> Helpdesk:
        settings.required("token")
        read_mapping(settings.mapping, SmallMapping)
        return SmallDesk(server)

    @dataclass(frozen=True)
    class Context(Examination):
        HELPDESK = "small"
        TITLE = "Small Desk"
        PUBLIC_PATH = "/"

        @cached_property
        def tickets(self) -> int:
            return len(server.tickets)

    def tickets(context: Context) -> Observation:
        return ok(f"{context.tickets} tickets")

    checks: tuple[Check[Context], ...] = (
        Check("settings", configuration.settings),
        Check("webhook secret", configuration.webhook_secret),
        Check("policy and mapping", configuration.files),
        Check("work table", connection.work_table),
        Check("dead letters", connection.dead_letters),
        Check("tickets", tickets, ("settings",)),
    )
    return HelpdeskPlugin(
        name="small",
        title="Small Desk",
        settings=SmallSettings,
        ticket=TicketReference(re.compile(r"no\.(\d+)", re.ASCII), "a number after no.", "no.7", "/t/{id}"),
        sender=SENDER,
        mapping=lambda: SmallMapping,
        open_desk=open_desk,
        doctor=lambda: Doctor(Context, checks),
    )
