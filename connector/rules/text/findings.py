"""What was found in a message, and what remains doubtful."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from connector.domain.fields import INTAKE
from connector.domain.model import Instant, Model
from connector.domain.once import once
from connector.domain.vocabulary import FaultType, Impact, Urgency

About = Literal[
    "address", "addresses", "circuit_id", "clock_time", "dates", "day_or_month", "fault_type", "future", "half_of_day",
    "impact", "offset", "old", "service_id", "services", "skipped_time", "start", "times", "twice", "urgency", "values",
    "weekday", "which_address", "which_zone", "written_date", "year", "zone", "zones",
]  # fmt: skip
"""What a question is about. The sentences are those of the message ``question``."""


class Unclear(NamedTuple):
    """A value that was recognised but can be understood in more than one way."""

    about: About
    data: Mapping[str, Any] = {}
    """What the question quotes, by the names of the message ``question``."""


class Doubt(Model):
    """Something the customer wrote that the rules refuse to guess (R16)."""

    field: str
    """A name of :class:`connector.domain.ticket.Fields`."""
    said: str
    """The customer's own words, on one line, at most 80 characters."""
    about: About
    data: Mapping[str, Any] = {}
    """As of :class:`Unclear`."""


class Extraction(Model):
    """The intake fields one message gives. ``None``: the message does not say, or leaves a doubt."""

    service_id: str | None = None
    """R15. At most 60 characters, as written."""
    problem_start: Instant | None = None
    """R16. UTC, whole seconds, between two years before and one hour after the message."""
    short_description: str | None = None
    """R17. One line of at most 250 characters."""
    first_words: str | None = None
    """The first sentence of a fault in prose, at most 250 characters: a description where the subject is none (R17)."""
    impact: Impact | None = None
    impact_presumed: bool = False
    """It was not stated, but a total loss was told in plain words (R24)."""
    urgency: Urgency | None = None
    circuit_id: str | None = None
    """R19. At most 60 characters."""
    fault_type: FaultType | None = None
    test_results: str | None = None
    """R21. At most 4000 characters; lines are kept."""
    ip_addresses: str | None = None
    """R22. Valid addresses and prefixes, separated by a comma and a space."""
    doubts: tuple[Doubt, ...] = ()
    """At most one for each field."""
    zone_assumed: str | None = None
    """The zone used because the customer's start time names none, e.g. ``UTC`` (R16)."""
    start_approximate: bool = False
    """The start was reckoned from words like "20 minutes ago"."""

    @once
    def stated(self) -> Mapping[str, Any]:
        """The details that it gives, by their names: most messages give none."""
        held = vars(self)
        return {name: held[name] for name in INTAKE if held[name] is not None}
