"""Zammad, as the product sees it."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from connector.helpdesks.helpdesk import Helpdesk
from connector.helpdesks.installed import Identity
from connector.helpdesks.plugin import (
    Dialogue,
    Doctor,
    DoctorOption,
    Draft,
    HelpdeskPlugin,
    HouseVariant,
    Init,
    TicketReference,
)
from connector.helpdesks.zammad.settings import SCHEDULER_WAIT, ZammadSettings
from connector.helpdesks.zammad.webhook import SENDER

if TYPE_CHECKING:
    from connector.helpdesks.zammad.mapping import ZammadMapping
    from connector.install.installation import Installation
    from connector.policy.models import Policy
    from connector.sandbox.zammad.house import ZammadHouse

_INIT = """Write the settings for Zammad.

Asks for Zammad's address and the token of the connector's user, and tries them first. The token comes from
INTERSPACE_ZAMMAD_TOKEN or INTERSPACE_ZAMMAD_TOKEN_FILE if one is set; otherwise it is asked for and not shown. The file
is readable by its owner only.

\b
Examples:
  interspace init zammad
  interspace init zammad --file interspace.env --state /var/lib/interspace

Exit code 1 if Zammad or the token is not as it should be; then nothing is written.
"""


def _mapping() -> "type[ZammadMapping]":
    from connector.helpdesks.zammad.mapping import ZammadMapping

    return ZammadMapping


def _open_desk(settings: ZammadSettings, clock: Callable[[], datetime], proof_keys: Sequence[bytes]) -> Helpdesk:
    from connector.helpdesks.zammad.client import open_client
    from connector.helpdesks.zammad.desk import ZammadDesk
    from connector.helpdesks.zammad.mapping import load_mapping

    return ZammadDesk(open_client(settings, clock), load_mapping(settings.mapping), proof_keys=proof_keys)


def _identity(desk: Helpdesk) -> Identity:
    from connector.helpdesks.zammad.desk import ZammadDesk

    assert isinstance(desk, ZammadDesk)
    return desk.identity()


def _version(desk: Helpdesk) -> str | None:
    from connector.helpdesks.zammad.desk import ZammadDesk

    assert isinstance(desk, ZammadDesk)
    return desk.version()


def _doctor() -> Doctor:
    from connector.helpdesks.zammad.doctor.checks import CHECKS
    from connector.helpdesks.zammad.doctor.context import Context

    return Doctor(Context, CHECKS)


def _open_installation(settings: ZammadSettings, policy: "Policy", clock: Callable[[], datetime]) -> "Installation":
    from connector.helpdesks.zammad.install.planning import open_installation

    return open_installation(settings, policy, clock)


def _draft(dialogue: Dialogue) -> Draft:
    from connector.doctor.connection import tls
    from connector.doctor.finding import Check
    from connector.helpdesks.zammad.doctor.account import token
    from connector.helpdesks.zammad.doctor.checks import zammad_answers
    from connector.helpdesks.zammad.doctor.context import Context

    dialogue.ask("url", "Zammad's address, as in the browser")
    dialogue.ask("token", "Token of the connector's user (not shown)", hidden=True)
    checks: tuple[Check[Context], ...] = (
        Check("address", zammad_answers),
        Check("TLS", tls, ("address",)),
        Check("token", token, ("address",)),
    )
    return Draft(Context(dialogue.settings()), checks, ("url", "ca_file"))


def _house(clock: Callable[[], datetime]) -> "ZammadHouse":
    from connector.helpdesks.zammad.mapping import load_mapping
    from connector.sandbox.zammad.house import ZammadHouse

    return ZammadHouse(clock, load_mapping(ZammadSettings().mapping))


def _bare_house(clock: Callable[[], datetime]) -> "ZammadHouse":
    from connector.helpdesks.zammad.mapping import load_mapping
    from connector.sandbox.zammad.house import ZammadHouse, set_up_bare

    return ZammadHouse(clock, load_mapping(ZammadSettings().mapping), set_up_bare)


PLUGIN = HelpdeskPlugin(
    name="zammad",
    title="Zammad",
    settings=ZammadSettings,
    ticket=TicketReference(
        pattern=re.compile(r"#(\d+)", re.ASCII),
        words="a ticket number with a #",
        example="#41002",
        page="/#ticket/zoom/{id}",
        # In Zammad both are digits, and people see the number only.
        hint="If {ticket} is the number on the screen, write '#{ticket}'",
    ),
    sender=SENDER,
    mails_contacts=True,
    mapping=_mapping,
    open_desk=_open_desk,
    # An agent's change that crosses ours leaves us as the last who changed the ticket: no trigger fires.
    sweep_after_write=timedelta(seconds=20),
    identity=_identity,
    version=_version,
    doctor=_doctor,
    doctor_options=(
        DoctorOption(
            "scheduler_wait",
            SCHEDULER_WAIT,
            "How long to wait for Zammad's scheduler, which looks every 5 minutes; 0: do not test it.",
        ),
    ),
    open_installation=_open_installation,
    init=Init(
        help=_INIT,
        options=("url", "ca_file"),
        afterwards="then restart Zammad's background worker",
        draft=_draft,
    ),
    houses=(HouseVariant("zammad", "Zammad", _house, _bare_house),),
)
