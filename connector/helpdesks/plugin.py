"""What one helpdesk brings along: everything the product needs of it, as one value.

Nothing outside the helpdesk's folder knows the helpdesk by name. What costs time to import is behind a function, which
imports it when it is called: nobody waits for another helpdesk's parts.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeVar

from connector.domain.ticket import Ticket
from connector.helpdesks.helpdesk import Helpdesk
from connector.helpdesks.installed import Identity
from connector.helpdesks.sender import Sender
from connector.helpdesks.settings import HelpdeskSettings

if TYPE_CHECKING:
    from connector.doctor.context import Examination
    from connector.doctor.finding import Check
    from connector.helpdesks.mapping import HelpdeskMapping
    from connector.install.installation import Installation
    from connector.policy.models import Policy
    from connector.sandbox.house import House
    from connector.settings import Settings

S = TypeVar("S", bound=HelpdeskSettings)

Clock = Callable[[], datetime]
"""The time, UTC."""


class TicketReference(NamedTuple):
    """A ticket as people write it; besides that, every command takes the id in the helpdesk's API, which is digits."""

    pattern: re.Pattern[str]
    """Its first group is what :meth:`Helpdesk.id_of` takes."""
    words: str
    """What it is: ``a ticket number with a #``."""
    example: str
    page: str
    """Where people see the ticket with the id ``{id}``, below the helpdesk's address."""
    hint: str = ""
    """What to say where there is no ticket with the id ``{ticket}``; empty where nobody takes one for the other."""


class Measure(NamedTuple):
    """What the helpdesk itself measures of a ticket, to be shown beside the rules' own view."""

    key: str
    """Its name in JSON."""
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str | datetime]]
    """Times are UTC."""
    data: Sequence[Mapping[str, Any]]
    """The rows for JSON."""


class DoctorOption(NamedTuple):
    """A length of time that an examination of this helpdesk alone needs, in seconds: an option of ``doctor``."""

    name: str
    """As a word of Python: ``scheduler_wait``."""
    default: float
    help: str


class Doctor(NamedTuple):
    """How an installation on this helpdesk is examined."""

    context: "type[Examination]"
    checks: "Sequence[Check[Any]]"


class Dialogue(Protocol):
    """How ``interspace init`` talks with the admin. Answers are by the names of the helpdesk's settings."""

    folder: Path
    """Where the settings file will be."""
    given: Mapping[str, str | None]
    """What stood on the command line for the further options of :class:`Init`."""

    def ask(self, name: str, question: str, *, hidden: bool = False) -> None:
        """Asks for a setting, unless it is known; asks again while the answer is not valid."""

    def prompt(self, question: str, default: str) -> str:
        """Asks for something that is no setting."""

    def keep(self, name: str, value: str) -> None:
        """Takes note of a setting that was found out, unless it is known."""

    def settings(self) -> "Settings":
        """The settings as far as they are known."""


class Draft(NamedTuple):
    """What is tried before the first settings file is written, and what goes into it."""

    context: "Examination"
    checks: "Sequence[Check[Any]]"
    names: Sequence[str]
    """The settings that are written, as far as they are set, besides the token."""
    files: Mapping[str, tuple[Path, str]] = {}
    """Settings whose values are files that have to be made: path and text of each."""
    admin: Mapping[str, str] = {}
    """The settings that an admin needs besides the token for an installation: name → what it is."""


@dataclass(frozen=True, kw_only=True)
class Init:
    """``interspace init`` for this helpdesk."""

    help: str
    """The command's help, as click shows it: the first sentence is its summary."""
    options: Sequence[str]
    """Settings that can be given as options."""
    more: Mapping[str, str] = field(default_factory=dict)
    """Further options, which are no settings: name → help."""
    afterwards: str
    """What follows the first ``install apply``, to be read after "set it up; "."""
    draft: Callable[[Dialogue], Draft]


class HouseVariant(NamedTuple):
    """A sandbox of this helpdesk, for demo and practice."""

    name: str
    title: str
    open: "Callable[[Clock], House]"
    """Furnished by the mapping that comes along."""
    bare: "Callable[[Clock], House]"
    """As the helpdesk is before an installation, to practise one."""


@dataclass(frozen=True, kw_only=True)
class HelpdeskPlugin(Generic[S]):
    """One helpdesk."""

    name: str
    """The key in settings, work table and commands: the name of its folder."""
    title: str
    """What people call it."""
    settings: type[S]
    ticket: TicketReference
    sender: Sender
    """How it sends webhooks."""
    mapping: "Callable[[], type[HelpdeskMapping]]"
    """What the file of the setting ``mapping`` holds."""
    open_desk: Callable[[S, Clock, Sequence[bytes]], Helpdesk]
    """The helpdesk as the connector's own user, with the keys that prove steps on tickets. Nothing is sent yet.

    Raises SettingsError, PolicyError, PermanentError."""
    doctor: Callable[[], Doctor]
    doctor_options: Sequence[DoctorOption] = ()
    open_installation: "Callable[[S, Policy, Clock], Installation] | None" = None
    """``None``: it is set up by hand. Raises SettingsError, PolicyError, PermanentError."""
    init: Init | None = None
    mails_contacts: bool = False
    """It mails the contacts of a level itself, once it is set up."""
    sweep_after_write: timedelta | None = None
    """How soon to look for changes after an own write, where the helpdesk does not tell of those that people made to
    the same ticket at that moment."""
    identity: Callable[[Helpdesk], Identity] | None = None
    """Which helpdesk this is and who we are there; ``None``: it does not tell. Raises WrongAccountError if the account
    may not do what the connector has to do, HelpdeskError."""
    version: Callable[[Helpdesk], str | None] | None = None
    """The version that it tells the connector's own account; ``None`` if it tells admins only. Raises HelpdeskError."""
    measures: Callable[[Helpdesk, Ticket], Measure | None] | None = None
    """Raises HelpdeskError."""
    houses: Sequence[HouseVariant] = ()
