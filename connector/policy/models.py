"""The policy: every number and choice of the rules, as data (requirements R1–R39, "Defaults")."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import Field, InstanceOf, PlainSerializer, model_validator

from connector.domain.businesstime import BusinessCalendar
from connector.domain.fields import Askable
from connector.domain.model import Instant
from connector.domain.vocabulary import FaultType, Impact, Priority, Urgency
from connector.messages.catalogue import MessageCatalogue
from connector.messages.words import Language
from connector.policy import checks
from connector.policy.calendar_spec import CalendarSpec
from connector.policy.catalogue import Catalogue, Service
from connector.policy.kinds import FixedLength, Name, Pattern, Share, Span, ZoneName
from connector.policy.ladder import Escalation, Ladder, LadderVersion, Level
from connector.policy.letterhead import Letterhead, shipped_letterhead
from connector.policy.links import Links, TicketPages
from connector.policy.messages import shipped
from connector.policy.problem import UnlocatedProblem
from connector.policy.problem_rules import ParentIncidentRules, ProblemRules, Recurrence
from connector.policy.section import Section, dig
from connector.policy.targets import TargetLimits, Targets, TargetsByContract, TargetTable

_OF_A_VERSION = ("messages", "letterhead")
"""Parts of a policy that are equal if their versions are."""
_MOST_KEPT = 4_096
"""Services, by priority, for which is kept what follows from them."""


class UrgencyDefault(Section):
    """The urgency where the customer chose none. The first entry that fits counts."""

    impact: Impact | None = None
    fault_type: FaultType | None = None
    urgency: Urgency

    def fits(self, impact: Impact | None, fault_type: FaultType | None) -> bool:
        """Whether the entry fits a ticket; an omitted condition fits every ticket."""
        return self.impact in (None, impact) and self.fault_type in (None, fault_type)


class Intake(Section):
    """R14–R18."""

    required: tuple[Askable, ...]
    remind_after: FixedLength
    ask_within: FixedLength = Field(
        description="nobody is asked about a ticket older than this, e.g. one from before the connector"
    )
    service_id_pattern: Pattern = Field(
        description="a service ID in free text: a regular expression, matched as a whole word"
    )
    customers_timezone: ZoneName = Field(
        default="UTC",
        description="for start times without a zone, where the catalogue names none for the customer (R16)",
    )
    phone_receipt: bool = Field(
        default=True,
        description="write to whoever called what was understood, the ticket's number and what is promised (R11-R13)",
    )
    receipt: bool = Field(
        default=False,
        description="acknowledge mails with all details (R11); only where the helpdesk sends no receipt of its own",
    )


class Rfo(Section):
    """R32–R34."""

    eligible: frozenset[Priority]
    working_days: int = Field(ge=1, le=60)
    remind_on: tuple[int, ...] = Field(description="working days after the start of the clock")
    calendar: str = Field(description="a name from calendars")
    group: Name
    overdue_level: int = Field(ge=1, le=9, description="the task rises to this level when overdue")
    request_phrases: tuple[Name, ...] = Field(description="words that name an RFO, as in escalation")
    hint_phrases: tuple[Name, ...] = Field(
        default=(), description="words that may mean an RFO: a wish with one is noted for support"
    )
    shortest_text: int = Field(
        default=20, ge=1, le=200, description="letters and digits below which a text or a measure says nothing (R33)"
    )

    @model_validator(mode="after")
    def _reminders_before_due(self) -> Self:
        if list(self.remind_on) != sorted(set(self.remind_on)):
            raise ValueError("remind_on must rise")
        if self.remind_on and not 0 < self.remind_on[0] <= self.remind_on[-1] < self.working_days:
            raise ValueError("remind_on must lie between 1 and working_days - 1")
        return self


class DeferralRules(Section):
    """R27."""

    calendar: str = Field(description="a name from calendars: normal working hours")
    consent_phrases: tuple[Name, ...] = Field(
        description="words that name a deferral: a short own yes with one of them, or to our question, agrees to it"
    )


class Updates(Section):
    """Keeping the customer informed, and warning support before it is late (R36, R37)."""

    warn_at: tuple[Share, ...] = Field(
        default=(), description="shares of first response, repair and update: passed, support is warned once for each"
    )
    missed_update: bool = Field(default=False, description="a customer update that was not in time is noted")
    on_change_within: FixedLength | None = Field(
        default=None,
        description="where updates come on change: a change that nobody told is noted after this",
    )
    cause_at_resolution: bool = Field(
        default=False, description="an incident that needs a problem record is asked for its cause when it is resolved"
    )

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if list(self.warn_at) != sorted(set(self.warn_at)):
            raise ValueError("warn_at must rise")
        return self


class ClockPauses(Section):
    """When the clocks of an unresolved ticket stand still."""

    pending_customer: bool = True
    deferred: bool = True


class Rules(Section):
    """What the policy file holds."""

    name: Name
    display_timezone: ZoneName = Field(
        default="UTC", description="times in notes, and in messages to customers whose own zone nobody knows"
    )
    internal_language: Language = Field(
        default=Language.EN, description="of internal notes; customers are written to in English (R6)"
    )
    messages_folder: Path | None = Field(
        default=None, description="texts of your own, relative to this file; see: interspace messages --help"
    )
    provider_folder: Path | None = Field(
        default=None, description="name, address, colours and logo for documents, relative to this file (R33, R35)"
    )
    messages_per_hour: int = Field(
        default=10,
        ge=1,
        le=1_000,
        description="to one customer's address; what would be more is told to support instead",
    )
    applies_since: Instant | None = Field(
        default=None,
        description="tickets created before are left alone: the moment of installation, with its offset",
        examples=["2026-12-01T08:00:00+01:00"],
    )
    calendars: Mapping[str, CalendarSpec]
    matrix: Mapping[Impact, Mapping[Urgency, Priority]]
    urgency_defaults: tuple[UrgencyDefault, ...]
    default_priority: Priority = Field(description="clocks use it while the priority is unknown")
    priorities: Mapping[Priority, Targets]
    targets: TargetsByContract = TargetsByContract()
    escalation: Escalation
    intake: Intake
    rfo: Rfo
    deferral: DeferralRules
    problem: ProblemRules
    updates: Updates = Updates()
    recurrence: Recurrence = Recurrence()
    parent_incident: ParentIncidentRules = ParentIncidentRules()
    pauses: ClockPauses = ClockPauses()

    @classmethod
    def findings(cls, data: Any) -> Iterator[UnlocatedProblem]:
        """The matrix is complete, names lead somewhere, and each level comes later than the one below."""
        yield from checks.matrix(data)
        yield from checks.every_member(Priority, data, "priorities")
        yield from checks.calendars(data)
        yield from checks.urgency_defaults(data)
        yield from checks.level_times(data)
        yield from checks.target_times(data)
        yield from checks.overdue_level(data)


class Policy(Rules):
    """All rules of one provider."""

    version: str
    """A short hash of rules and catalogue, a dot, and one of the texts: messages, their language and time zone, and the
    letterhead of documents."""
    messages: Annotated[MessageCatalogue, PlainSerializer(lambda messages: messages.version)] = Field(
        default_factory=shipped
    )
    letterhead: Annotated[Letterhead, PlainSerializer(lambda letterhead: letterhead.version)] = Field(
        default_factory=shipped_letterhead
    )
    catalogue: Annotated[Catalogue, PlainSerializer(lambda c: len(c.services))] = Catalogue()
    links: InstanceOf[Links] | None = Field(default=None, exclude=True, repr=False)
    """Makes links to our pages; ``None``: there are none. By the settings, not by a file of the policy."""
    pages: InstanceOf[TicketPages] | None = Field(default=None, exclude=True, repr=False)
    """The same for support's page of each ticket."""

    @classmethod
    def findings(cls, data: Any) -> Iterator[UnlocatedProblem]:
        """The checks of the rules, and of how they fit the catalogue."""
        yield from super().findings(data)
        if isinstance(catalogue := dig(data, "catalogue"), Catalogue):
            yield from checks.fits_catalogue(data, catalogue)

    def calendar(self, priority: Priority) -> BusinessCalendar:
        """The clock of a priority, for those who have no other."""
        return self.calendars[self.priorities[priority].calendar].calendar

    def targets_of(self, service_id: str | None, priority: Priority) -> TargetLimits:
        """What a ticket is promised, by clock and length (R36): for its service, else to the customer of that, else by
        its priority. Only a verified service may be given: nobody borrows what another customer was promised."""
        return self._limits(service_id, priority)

    @property
    def rules_version(self) -> str:
        """The part of the version that makes open tickets due again: another wording alone decides nothing on them,
        and shows with the next message."""
        return self.version.partition(".")[0]

    @cached_property
    def rfo_calendar(self) -> BusinessCalendar:
        """The working days of an RFO (R34)."""
        return self.calendars[self.rfo.calendar].calendar

    @cached_property
    def problem_calendar(self) -> BusinessCalendar:
        """The working time in which problems are worked on (R28)."""
        return self.calendars[self.problem.calendar or self.rfo.calendar].calendar

    @cached_property
    def deferral_calendar(self) -> BusinessCalendar:
        """The working hours of R27: a repair may be deferred until they next begin."""
        return self.calendars[self.deferral.calendar].calendar

    def duration(self, span: Span, calendar: BusinessCalendar) -> timedelta:
        """``span`` as running time of ``calendar``: a working day is one regular day's hours."""
        return span.duration(calendar.day_length)

    def ladder(self, service_id: str | None) -> Ladder:
        """The escalation matrix for a service, else its customer's, else the default (R35)."""
        return self._ladder(service_id)

    def ladder_of(self, service_id: str | None, opened: datetime | None) -> LadderVersion:
        """The version of it under which a ticket is that was opened then (aware); without a time the newest."""
        ladder = self.ladder(service_id)
        return ladder.on(opened.astimezone(self._zone).date()) if ladder.previous and opened is not None else ladder

    def thresholds(
        self, service_id: str | None, priority: Priority, opened: datetime | None = None
    ) -> tuple[tuple[Level, timedelta], ...]:
        """The levels of the service's ladder for a ticket that was opened then, in order, skipped ones too, with the
        running time of the priority's clock after which each is reached (R38)."""
        return self._climb(service_id, self.ladder_of(service_id, opened).version, priority)

    def service(self, service_id: str | None) -> Service | None:
        """The catalogue's entry, if it has one (R7)."""
        return self.catalogue.service(service_id) if service_id else None

    def groups(self) -> frozenset[str]:
        """Every group the policy names; a helpdesk's mapping must know them all."""
        return checks.groups(self)

    def _ladder_name(self, service: Service | None) -> str:
        if service is None:
            return "default"
        return self._service_ladders.get(service.id.casefold()) or self.escalation.customers.get(
            service.customer, "default"
        )

    def noting(self, asked: set[Priority]) -> "Policy":
        """The same policy, which notes in ``asked`` for which priorities somebody wants to know what is promised."""

        def limits(service_id: str | None, priority: Priority) -> TargetLimits:
            asked.add(priority)
            return self._limits(service_id, priority)

        def climb(service_id: str | None, version: str, priority: Priority) -> tuple[tuple[Level, timedelta], ...]:
            asked.add(priority)
            return self._climb(service_id, version, priority)

        noting = self.model_copy()
        vars(noting).update(_limits=limits, _climb=climb)
        return noting

    def apart(self, other: "Policy") -> frozenset[Priority] | None:
        """The priorities whose targets are others in the ``other`` policy, ``None`` where more than that differs. Since
        when a policy applies makes no difference."""
        for name in type(self).model_fields.keys() - {"priorities", "version", "applies_since"}:
            mine, theirs = getattr(self, name), getattr(other, name)
            if name in _OF_A_VERSION:
                mine, theirs = mine.version, theirs.version
            if mine != theirs:
                return None
        return frozenset(one for one in Priority if self.priorities[one] != other.priorities[one])

    # What follows from a service is asked for several times at each look at a ticket.

    @cached_property
    def _limits(self) -> Callable[[str | None, Priority], TargetLimits]:
        return lru_cache(_MOST_KEPT)(
            lambda service_id, priority: self._targets.limits(self.service(service_id), priority)
        )

    @cached_property
    def _ladder(self) -> Callable[[str | None], Ladder]:
        return lru_cache(_MOST_KEPT)(
            lambda service_id: self.escalation.ladders[self._ladder_name(self.service(service_id))]
        )

    @cached_property
    def _climb(self) -> Callable[[str | None, str, Priority], tuple[tuple[Level, timedelta], ...]]:
        return lru_cache(_MOST_KEPT)(
            lambda service_id, version, priority: self._thresholds[
                self._ladder_name(self.service(service_id)),
                version,
                priority,
                self._limits(service_id, priority).calendar_name,
            ]
        )

    @cached_property
    def _service_ladders(self) -> Mapping[str, str]:
        return {service.casefold(): ladder for service, ladder in self.escalation.services.items()}

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.display_timezone)

    @cached_property
    def _thresholds(self) -> Mapping[tuple[str, str, Priority, str], tuple[tuple[Level, timedelta], ...]]:
        return {
            (name, version.version, priority, clock): tuple(
                (level, level.after[priority].duration(self.calendars[clock].calendar.day_length))
                for level in version.levels
            )
            for name, ladder in self.escalation.ladders.items()
            for version in ladder.versions
            for priority in Priority
            for clock in self.calendars
        }

    @cached_property
    def _targets(self) -> TargetTable:
        return TargetTable(self.priorities, self.targets, self.calendars)
