"""The closed vocabularies of the rules, with the guide's definitions where it has them."""

from enum import StrEnum
from functools import cached_property


class Impact(StrEnum):
    """How the customer's service is affected (R18, R24–R26)."""

    SERVICE_AFFECTING = "service_affecting"
    """Impairs the basic function of the service, e.g. loss of service (R24)."""
    DEGRADATION = "degradation"
    """Less than the normal daily traffic volume, e.g. high packet loss or latency (R25)."""
    NON_SERVICE_AFFECTING = "non_service_affecting"
    """No active disturbance of customer traffic (R26)."""


class Urgency(StrEnum):
    """The level the customer selects (R10)."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Priority(StrEnum):
    """Computed from impact and urgency (R23). P1 critical, P2 major, P3 minor, P4 low."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"


class FaultType(StrEnum):
    """Intermittent problem or permanent fault (R20)."""

    INTERMITTENT = "intermittent"
    PERMANENT = "permanent"


class TicketState(StrEnum):
    """The states the rules distinguish; each helpdesk's own states map onto them."""

    NEW = "new"
    OPEN = "open"
    PENDING_CUSTOMER = "pending_customer"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"

    @cached_property
    def is_over(self) -> bool:
        """Nobody is working on the incident any more: its clocks stand still."""
        return self in _OVER


_OVER = frozenset({TicketState.RESOLVED, TicketState.CLOSED, TicketState.CANCELLED})


class TicketKind(StrEnum):
    """What a ticket is to the rules."""

    INCIDENT = "incident"
    RFO_TASK = "rfo_task"
    PROBLEM = "problem"
    OTHER = "other"
    """None of the rules' business: another department's, or of a type that the mapping does not name (R2)."""


class Actor(StrEnum):
    """Who somebody was to the ticket at hand when they did something (P20). Helpdesks tell support, connectors, the
    system and machines apart, and call everybody else a customer; ``rules.people`` finds the strangers among those."""

    CUSTOMER = "customer"
    """The ticket's customer, or somebody of their organization or company."""
    AGENT = "agent"
    MANAGER = "manager"
    CONNECTOR = "connector"
    """This connector, under its account of today or a former one."""
    OTHER_CONNECTOR = "other_connector"
    """Another installation of the connector on the same helpdesk: an automation like those of the system."""
    SYSTEM = "system"
    """The helpdesk itself: its triggers, schedulers and automations, set up by an admin."""
    MACHINE = "machine"
    """A mailbox or a mail server that answers by itself."""
    STRANGER = "stranger"
    """Neither support nor anybody of this ticket's customer: a carrier in copy, another customer's user."""

    @cached_property
    def is_customer(self) -> bool:
        """The customer or a colleague. In loops over messages it is five times as quick as to compare with
        ``Actor.CUSTOMER``, which Python 3.11 finds slowly."""
        return self is Actor.CUSTOMER

    @cached_property
    def is_connector(self) -> bool:
        """This connector itself."""
        return self is Actor.CONNECTOR

    @cached_property
    def is_staff(self) -> bool:
        """A human on the support side, whose choices win over the rules."""
        return self in _SUPPORT

    @cached_property
    def is_trusted(self) -> bool:
        """What they set on a ticket counts. A customer's word counts by the rules only, a stranger's not at all."""
        return self not in _OUTSIDE

    @cached_property
    def is_party(self) -> bool:
        """What they say or set may count: anybody but machines and strangers."""
        return self is Actor.CUSTOMER or self.is_trusted


_SUPPORT = frozenset({Actor.AGENT, Actor.MANAGER})
_OUTSIDE = frozenset({Actor.CUSTOMER, Actor.MACHINE, Actor.STRANGER})


class Silence(StrEnum):
    """Why nothing is sent to a customer. Support gets to read it instead."""

    NO_ADDRESS = "no_address"
    MACHINE = "machine"
    """Their messages are those of a machine, which may answer for ever."""
    ENOUGH = "enough"
    """Their address has got as many messages in the last hour as the policy allows."""
    REFUSED = "refused"
    """The helpdesk does not take the message: a bad recipient, a group without a sender address."""


class Channel(StrEnum):
    """How a message came in (R4, R5). It never changes the priority."""

    EMAIL = "email"
    PHONE = "phone"
    WEB = "web"
    NOTE = "note"
    PANEL = "panel"
    """The customer's panel: the connector wrote it down in their name. They do not read the helpdesk's own portal."""


class IntakeChannel(StrEnum):
    """Where a ticket that the connector opened in a customer's name came from (R4)."""

    MY_INTERSPACE = "my_interspace"
    """The control panel."""
    TROUBLE_TICKET_API = "trouble_ticket_api"
    """A wholesale customer's own system (TMF621)."""


class CustomerAct(StrEnum):
    """A button that the customer pressed on the ticket's page: their word, with nothing to be read into it."""

    ESCALATE = "escalate"
    """R39."""
    REQUEST_RFO = "request_rfo"
    """R34."""
    DEFER = "defer"
    """R27. Agrees."""
    WITHDRAW = "withdraw"
    """R27. Takes it back, or does not agree."""


class PrioritySource(StrEnum):
    """Who decided the priority: the matrix (R23) or an agent, until the agent clears it."""

    MATRIX = "matrix"
    AGENT = "agent"


class IntakeStatus(StrEnum):
    """How far the required details (R14–R18) are."""

    COMPLETE = "complete"
    ASKED = "asked"
    REMINDED = "reminded"


class ServiceCheck(StrEnum):
    """What the service catalogue says of the ticket's service ID (R7)."""

    VERIFIED = "verified"
    UNKNOWN = "unknown"
    FOREIGN = "foreign"


class Duplicate(StrEnum):
    """Whether a ticket reports what another open one reports already (R11)."""

    PROPOSED = "proposed"
    """It may: a person confirms or declines. The rules hold as for any incident meanwhile."""
    CONFIRMED = "confirmed"
    """It goes on under the other ticket."""
    DECLINED = "declined"
    """It is a case of its own."""


class Missed(StrEnum):
    """Which times were not kept (R36, R37)."""

    FIRST_RESPONSE = "first_response"
    REPAIR = "repair"
    BOTH = "both"


class WrittenLanguage(StrEnum):
    """What customers may write in (R6), by ISO 639-1."""

    ENGLISH = "en"
    ARABIC = "ar"
    BULGARIAN = "bg"
    CHINESE = "zh"
    CROATIAN = "hr"
    CZECH = "cs"
    DANISH = "da"
    DUTCH = "nl"
    ESTONIAN = "et"
    FINNISH = "fi"
    FRENCH = "fr"
    GERMAN = "de"
    GREEK = "el"
    HEBREW = "he"
    HUNGARIAN = "hu"
    ITALIAN = "it"
    JAPANESE = "ja"
    KOREAN = "ko"
    LATVIAN = "lv"
    LITHUANIAN = "lt"
    NORWEGIAN = "no"
    POLISH = "pl"
    PORTUGUESE = "pt"
    ROMANIAN = "ro"
    RUSSIAN = "ru"
    SERBIAN = "sr"
    SLOVAK = "sk"
    SLOVENE = "sl"
    SPANISH = "es"
    SWEDISH = "sv"
    TURKISH = "tr"
    UKRAINIAN = "uk"


NOT_ENGLISH = tuple(each for each in WrittenLanguage if each is not WrittenLanguage.ENGLISH)


class RfoStatus(StrEnum):
    """Where the Reason-For-Outage document stands (R32–R34)."""

    REQUESTED = "requested"
    """Asked for before the incident is resolved: the clock starts at the resolution."""
    DUE = "due"
    OVERDUE = "overdue"
    RELEASED = "released"
    """On the task: a manager has released a version, and it goes to the customer now."""
    DELIVERED = "delivered"
    DECLINED = "declined"
    """Not a critical or major incident: answered with the reason, left to an agent. Or an agent declines it."""


class CauseCategory(StrEnum):
    """What kind of thing caused a problem's incidents (R28)."""

    FIBRE = "fibre"
    HARDWARE = "hardware"
    SOFTWARE = "software"
    POWER = "power"
    CONFIGURATION = "configuration"
    SUPPLIER = "supplier"
    CUSTOMER = "customer"
    UNKNOWN = "unknown"


class ProblemState(StrEnum):
    """Where a problem stands on its way from cause to permanent solution (R28)."""

    PROPOSED = "proposed"
    """The rules have seen something come back (R31): a person confirms or declines."""
    INVESTIGATING = "investigating"
    ROOT_CAUSE_KNOWN = "root_cause_known"
    KNOWN_ERROR = "known_error"
    """The cause is known, and how to live with it."""
    FIX_PLANNED = "fix_planned"
    FIXED = "fixed"
    """Closed for now: whether the fix is effective shows when it is reviewed."""
    CLOSED = "closed"
    """For good: nothing has come back."""


class ParentIncident(StrEnum):
    """Whether an incident stands for an outage of which others are part (R31)."""

    PROPOSED = "proposed"
    """Several services of one region failed at once: a person confirms or declines."""
    CONFIRMED = "confirmed"
    """The incidents that are linked to it are part of it."""
    DECLINED = "declined"


WAITED_FOR = (RfoStatus.REQUESTED, RfoStatus.DUE, RfoStatus.OVERDUE, RfoStatus.RELEASED)
"""Somebody waits for the document."""


class RfoRelease(StrEnum):
    """As what a manager lets an RFO document go to the customer (R33)."""

    PRELIMINARY = "preliminary"
    """While the root cause is looked for: it bears a watermark and keeps no promise."""
    FINAL = "final"
