"""The fields that customers fill by what they state, in a form or in the words of a mail."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from connector.domain.field import INCIDENT, PROBLEM, RFO_TASK, Field, SetBy
from connector.domain.model import Instant, Model
from connector.domain.vocabulary import FaultType, Impact, TicketKind, Urgency

_ONSET = tuple(
    f"{begin} of {the}{what}"
    for begin in ("start", "start time", "beginning", "begin")
    for what in ("problem", "issue", "incident", "outage")
    for the in ("", "the ")
)


def _stated(
    label: str,
    help: str,
    *words: str,
    length: int = 0,
    choices: Mapping[StrEnum, str] | None = None,
    on: frozenset[TicketKind] = INCIDENT,
) -> Field:
    """What customers state when they report a fault."""
    return Field(
        label=label,
        help=help,
        set_by=SetBy.CUSTOMER,
        length=length,
        choices=choices or {},
        words=words,
        on_portal=True,
        on_create=True,
        on=on,
    )


class StatedFields(Model):
    """What customers state when they report a fault (R10, R15–R22). Empty is ``None``."""

    service_id: Annotated[str | None, _stated(
        "Service ID", "Required: the ID of the affected service, e.g. SVC-1001.",
        "service ids", "serviceid", "service identifier", "service number", "service no", "service nr",
        "service nummer", "service ref", "service reference", "service kennung", "dienst id", "dienst nr",
        "dienstnummer", "dienst nummer", "dienstkennung", "dienst kennung", "id of the service", "service", "dienst",
        length=60, on=INCIDENT | RFO_TASK | PROBLEM,
    )] = None  # fmt: skip
    """R15. The provider's identifier of the service."""
    problem_start: Annotated[Instant | None, _stated(
        "Start of the problem", "Required: when the problem began.",
        "start time", "starttime", "start date", "start date and time", "problem start", "problem start time",
        "problem since", "incident start", "incident start time", "outage start", "fault start", "begin time", "began",
        "started", "started at", "start", "since", "first seen", "time of occurrence", "date and time",
        "startzeit", "startzeitpunkt", "beginn", "problembeginn", "störungsbeginn", "beginn der störung",
        "beginn des problems", "startzeit des problems", "startzeit der störung", "seit", "seit wann", "aufgetreten",
        "aufgetreten am", "problem seit", "störung seit", "zeitpunkt",
        "when did it start", "when did the problem start", "when did it begin", "wann begann das problem",
        "wann begann die störung", "wann hat es begonnen", "störung seit wann",
        *_ONSET,
        on=INCIDENT | PROBLEM,
    )] = None  # fmt: skip
    """R16. When the problem began."""
    short_description: Annotated[str | None, _stated(
        "Short description", "Required: the problem in one sentence.",
        "description", "brief description", "problem description", "description of the problem",
        "short description of the problem", "issue description", "fault description", "problem", "issue",
        "problem summary", "summary", "beschreibung", "kurzbeschreibung", "kurze beschreibung", "problembeschreibung",
        "kurze beschreibung des problems", "eine kurze beschreibung des problems", "beschreibung des problems",
        "fehlerbeschreibung", "störungsbeschreibung", "störung",
        length=250,
    )] = None  # fmt: skip
    """R17."""
    impact: Annotated[Impact | None, _stated(
        "Impact",
        "Required. Service-affecting: impairs the basic function of the service, e.g. loss of service. "
        "Degradation: less than the normal daily traffic volume, e.g. high packet loss or latency. Non-"
        "service-affecting: no active disturbance of customer traffic.",
        "service impact", "impact of the problem", "impact level", "customer impact", "impact on service",
        "auswirkung", "auswirkungen", "auswirkung des problems",
        choices={
            Impact.SERVICE_AFFECTING: "Service-affecting (e.g. loss of service)",
            Impact.DEGRADATION: "Degradation (e.g. high packet loss or latency)",
            Impact.NON_SERVICE_AFFECTING: "Non-service-affecting (customer traffic not disturbed)",
        },
    )] = None  # fmt: skip
    """R18, R24–R26. Chosen by the customer, corrected by support."""
    urgency: Annotated[Urgency | None, _stated(
        "Urgency", "How urgent it is to you. The priority follows from impact and urgency.",
        "urgency level", "stated urgency", "priority", "prio", "priority level", "dringlichkeit", "priorität",
        "prioritätsstufe", "prioritaet",
        choices={Urgency.HIGH: "High", Urgency.MEDIUM: "Medium", Urgency.LOW: "Low"},
    )] = None  # fmt: skip
    """R10. The level the customer selects."""
    circuit_id: Annotated[str | None, _stated(
        "Circuit ID", "If applicable: the affected circuit.",
        "circuitid", "circuit", "circuit number", "circuit no", "circuit nr", "circuit reference",
        "leitungs id", "leitung id", "leitungsid", "leitungsnummer", "leitungs nr", "leitungskennung", "leitung",
        length=60,
    )] = None  # fmt: skip
    """R19."""
    fault_type: Annotated[FaultType | None, _stated(
        "Kind of fault", "If applicable: does it come and go, or is it there all the time?",
        "fault type", "type of fault", "fault", "fehler", "problem type", "type of problem", "kind of problem",
        "fehlertyp", "fehlerart", "art des fehlers", "art der störung", "störungsart", "art des problems", "problemtyp",
        "intermittent or permanent", "intermittent/permanent", "permanent or intermittent", "permanent/intermittent",
        "intermittent problem or permanent fault",
        "intermittierendes problem oder permanenter fehler", "type", "art",
        choices={FaultType.INTERMITTENT: "Intermittent problem", FaultType.PERMANENT: "Permanent fault"},
    )] = None  # fmt: skip
    """R20."""
    test_results: Annotated[str | None, _stated(
        "Test results", "If available: test results or logs; files may be attached.",
        "test result", "tests", "logs", "log", "log files", "test results/logs", "test results and logs",
        "available test results/logs", "available test results", "testergebnisse", "testergebnis", "protokolle",
        "protokoll", "testergebnisse/protokolle", "verfügbare testergebnisse/protokolle", "verfügbare testergebnisse",
        length=4000,
    )] = None  # fmt: skip
    """R21. Text, or the names of attached files."""
    ip_addresses: Annotated[str | None, _stated(
        "IP addresses", "If applicable: IPv4 or IPv6 addresses or prefixes.",
        "ip", "ips", "ip address", "ip address es", "ip adresse", "ip adressen", "ip adresse n",
        "ipv4", "ipv6", "ipv4 address", "ipv6 address", "ipv4 adresse", "ipv6 adresse", "ip prefix", "prefix",
        "prefixes",
        length=1000,
    )] = None  # fmt: skip
    """R22. Validated addresses and prefixes, separated by a comma and a space."""
