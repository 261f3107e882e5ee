"""Jira Service Management, Cloud and Data Center, as the product sees it."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from connector.domain.ticket import Ticket
from connector.helpdesks.errors import HelpdeskError
from connector.helpdesks.helpdesk import Helpdesk
from connector.helpdesks.installed import Identity
from connector.helpdesks.jira.settings import JiraSettings
from connector.helpdesks.jira.webhook import SENDER
from connector.helpdesks.plugin import (
    Dialogue,
    Doctor,
    Draft,
    HelpdeskPlugin,
    HouseVariant,
    Init,
    Measure,
    TicketReference,
)

if TYPE_CHECKING:
    from connector.helpdesks.jira.mapping import JiraMapping
    from connector.install.installation import Installation
    from connector.policy.models import Policy
    from connector.sandbox.jira.house import JiraHouse
    from connector.sandbox.jira.records import Flavour

_INIT = """Write the settings for Jira.

Asks for Jira's address, the connector's user with its token and the project, and tries them first. Cloud takes the
user's e-mail address and an API token, Data Center a personal access token. A token with scopes, as service accounts
have it, is tried at Atlassian's gateway as well. The token comes from INTERSPACE_JIRA_TOKEN or
INTERSPACE_JIRA_TOKEN_FILE if one is set; otherwise it is asked for and not shown. The file is readable by its owner
only. A project that the mapping does not name goes into a mapping of your own, jira.yaml beside the settings.

\b
Examples:
  interspace init jira
  interspace init jira --url https://example.atlassian.net --project ISP

Exit code 1 if Jira, the token or the project is not as it should be; then nothing is written.
"""


def _mapping() -> "type[JiraMapping]":
    from connector.helpdesks.jira.mapping import JiraMapping

    return JiraMapping


def _open_desk(settings: JiraSettings, clock: Callable[[], datetime], proof_keys: Sequence[bytes]) -> Helpdesk:
    from connector.helpdesks.jira.client import open_connection
    from connector.helpdesks.jira.desk import JiraDesk
    from connector.helpdesks.jira.mapping import load_mapping

    return JiraDesk(open_connection(settings), load_mapping(settings.mapping), clock, proof_keys=proof_keys)


def _identity(desk: Helpdesk) -> Identity:
    from connector.helpdesks.jira.desk import JiraDesk

    assert isinstance(desk, JiraDesk)
    return desk.identity()


def _version(desk: Helpdesk) -> str | None:
    from connector.helpdesks.jira.desk import JiraDesk

    assert isinstance(desk, JiraDesk)
    return desk.version()


def _doctor() -> Doctor:
    from connector.helpdesks.jira.doctor.checks import CHECKS
    from connector.helpdesks.jira.doctor.context import Context

    return Doctor(Context, CHECKS)


def _open_installation(settings: JiraSettings, policy: "Policy", clock: Callable[[], datetime]) -> "Installation":
    from connector.helpdesks.jira.install.planning import open_installation

    return open_installation(settings, policy, clock)


def _draft(dialogue: Dialogue) -> Draft:
    from connector.helpdesks.jira.init import draft

    return draft(dialogue)


def _measures(desk: Helpdesk, ticket: Ticket) -> Measure | None:
    from connector.helpdesks.jira.desk import JiraDesk
    from connector.helpdesks.jira.sla import measure

    try:
        return measure(desk.slas(ticket.id)) if isinstance(desk, JiraDesk) else None
    except HelpdeskError as error:
        # An account without a licence for Service Management may not read them.
        raise HelpdeskError(f"SLAs of Service Management: {error}") from error


def _house(flavour: "Flavour", clock: Callable[[], datetime]) -> "JiraHouse":
    from connector.helpdesks.jira.mapping import load_mapping
    from connector.sandbox.jira.house import JiraHouse

    return JiraHouse(clock, load_mapping(JiraSettings().mapping), flavour)


def _bare_house(flavour: "Flavour", clock: Callable[[], datetime]) -> "JiraHouse":
    from connector.helpdesks.jira.mapping import load_mapping
    from connector.sandbox.jira.house import JiraHouse, set_up_bare

    return JiraHouse(clock, load_mapping(JiraSettings().mapping), flavour, set_up_bare)


def _variant(name: str, title: str, flavour: "Flavour") -> HouseVariant:
    return HouseVariant(name, title, partial(_house, flavour), partial(_bare_house, flavour))


PLUGIN = HelpdeskPlugin(
    name="jira",
    title="Jira",
    settings=JiraSettings,
    ticket=TicketReference(
        pattern=re.compile(r"([A-Za-z]\w*-\d+)", re.ASCII),
        words="an issue's key",
        example="ISP-41",
        page="/secure/ViewIssue.jspa?id={id}",
    ),
    sender=SENDER,
    mapping=_mapping,
    open_desk=_open_desk,
    identity=_identity,
    version=_version,
    doctor=_doctor,
    open_installation=_open_installation,
    init=Init(
        help=_INIT,
        options=("url", "user", "ca_file"),
        more={"project": "The key of the service project, e.g. ISP."},
        afterwards="then do what the checklist says",
        draft=_draft,
    ),
    measures=_measures,
    houses=(
        _variant("jira", "Jira Service Management (Cloud)", "cloud"),
        _variant("jira-datacenter", "Jira (Data Center)", "datacenter"),
    ),
)
