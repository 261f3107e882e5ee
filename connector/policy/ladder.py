"""The escalation matrix: levels, their contacts and times, and which version counts for whom (R35, R38)."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from connector.domain.vocabulary import Priority
from connector.policy import checks
from connector.policy.kinds import Address, Contact, Day, FixedLength, Name, PhoneNumber, Shaped, Span
from connector.policy.problem import UnlocatedProblem
from connector.policy.section import Section


class ContactCard(Section):
    """A contact as the matrix document hands them over (R35). Notes and mails name them too."""

    role: Name | None = None
    name: Name | None = None
    phone: PhoneNumber | None = None
    email: Address | None = None
    hours: Name | None = Field(default=None, description="when they can be reached", examples=["24 h", "Mon-Fri 9-17"])
    language: Name | None = Field(default=None, examples=["English, German"])

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if self.role is None and self.name is None:
            raise ValueError("needs a name or a role")
        return self

    def __str__(self) -> str:
        """``Edith Clarke (shift manager), +49 30 5550 0102, edith@isp.example``"""
        who = f"{self.name} ({self.role})" if self.name and self.role else self.name or self.role or ""
        return ", ".join(part for part in (who, self.phone, self.email) if part)


Somebody = Annotated[
    Annotated[ContactCard, Tag("<card>")] | Annotated[Contact, Tag("<text>")],
    Discriminator(lambda value: "<text>" if isinstance(value, str) else "<card>"),
]
"""A contact, as a text or with all that is known."""


class Level(Section):
    """One management level of a ladder (R38)."""

    level: int = Field(ge=1, le=9)
    name: Name
    contacts: tuple[Somebody, ...] = Field(
        default=(),
        description="an e-mail address, a name, or {role, name, phone, email, hours, language}; empty with skip: true",
    )
    group: Name | None = Field(default=None, description="the ticket moves here; the owner stays")
    skip: bool = Field(default=False, description="nobody there: the level is passed over")
    after: Mapping[Priority, Span] = Field(description="ticket age at which the level is reached")

    @classmethod
    def findings(cls, data: Any) -> Iterator[UnlocatedProblem]:
        """Every priority needs its time."""
        return checks.every_member(Priority, data, "after")

    @model_validator(mode="after")
    def _somebody_there(self) -> Self:
        if not self.contacts and not self.skip:
            raise ValueError("needs contacts, or 'skip: true' to pass the level over")
        return self


class LadderVersion(Section):
    """One version of an escalation matrix (R35): levels in order, times rising."""

    version: Annotated[
        Name, Shaped(r"^[A-Za-z0-9._-]{1,20}$", "version: at most 20 letters, digits, points, dashes")
    ] = Field(default="1", description="as the matrix document bears it")
    valid_from: Day | None = Field(
        default=None,
        description="tickets opened before this day, in display_timezone, stay under the version before; a version "
        "with a day is released: each level needs a phone number or an e-mail address",
    )
    levels: tuple[Level, ...] = Field(min_length=1)

    @classmethod
    def findings(cls, data: Any) -> Iterator[UnlocatedProblem]:
        """The numbers of the levels rise; their times are compared by :class:`Rules`. Everybody can be reached."""
        yield from checks.level_numbers(data)
        yield from checks.reachable(data)

    @model_validator(mode="after")
    def _somebody_to_tell(self) -> Self:
        if all(level.skip for level in self.levels):
            raise ValueError("every level is passed over: nobody would ever be told")
        return self


class Ladder(LadderVersion):
    """An escalation matrix in its newest version, with those before it."""

    previous: tuple[LadderVersion, ...] = Field(default=(), description="versions that older tickets are under")

    @classmethod
    def findings(cls, data: Any) -> Iterator[UnlocatedProblem]:
        """Besides those of a version: names differ, and validity does not overlap."""
        yield from super().findings(data)
        yield from checks.versions(data)

    @property
    def versions(self) -> tuple[LadderVersion, ...]:
        """All of them, the oldest first."""
        return (*self.previous, self)

    def on(self, day: date) -> LadderVersion:
        """The one that counts for tickets that were opened on this day."""
        began = [one for one in self.versions if one.valid_from is None or one.valid_from <= day]
        return began[-1] if began else self.versions[0]


class Escalation(Section):
    """R35–R39."""

    ladders: Mapping[str, Ladder]
    customers: Mapping[str, str] = Field(default={}, description="customer of the catalogue → ladder")
    services: Mapping[str, str] = Field(default={}, description="service ID → ladder")
    missed_targets: frozenset[Literal["first_response", "repair", "update"]] = Field(
        default=frozenset({"first_response", "repair"}),
        description="a missed target raises the ticket by one level (R37)",
    )
    raised_priority: Literal["from_change", "from_creation"] = Field(
        default="from_change", description="since when the ages and limits of a raised priority count (R38)"
    )
    customer_hears_of: frozenset[Annotated[int, Field(ge=2, le=9)]] = Field(
        default=frozenset({3, 4, 5}),
        description="levels of which the customer is told; whoever asked for a level is always told (R36, R38)",
    )
    requests_every: FixedLength = Field(description="at most one request in this time, managers excepted (R39)")
    request_phrases: tuple[Name, ...] = Field(
        description="words that name an escalation, a * for the rest of a word: a plain wish with one asks for it"
    )
    hint_phrases: tuple[Name, ...] = Field(
        default=(), description="words that may mean an escalation: a wish with one is noted for support"
    )

    @classmethod
    def findings(cls, data: Any) -> Iterator[UnlocatedProblem]:
        """There is a default ladder, and every ladder that is named exists."""
        return checks.ladders(data)

    @model_validator(mode="after")
    def _heard_of_levels_that_are_there(self) -> Self:
        levels = {level.level for ladder in self.ladders.values() for level in ladder.levels}
        unknown = sorted(self.customer_hears_of - levels) if "customer_hears_of" in self.model_fields_set else ()
        if unknown:
            raise ValueError(f"customer_hears_of: no ladder has a level {', '.join(map(str, unknown))}")
        return self
