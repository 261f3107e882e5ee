"""Impact, urgency and fault type: closed vocabularies in customers' words (R10, R18, R20)."""

import re
from typing import NamedTuple, TypeVar

from connector.domain.vocabulary import FaultType, Impact, Urgency
from connector.rules.text.boxes import ticked

_Choice = TypeVar("_Choice", Impact, Urgency, FaultType)
AFFECTING = r"(?:service|dienst)[\s_-]*(?:affecting|impacting|beeinträchtigende?[rsn]?|beeintraechtigende?[rsn]?)"


def terms(*terms: tuple[_Choice, str]) -> tuple[re.Pattern[str], dict[str, _Choice]]:
    pattern = "|".join(rf"(?P<{choice}>\b(?:{words})\b)" for choice, words in terms)
    return re.compile(pattern, re.IGNORECASE), {str(choice): choice for choice, _ in terms}


_IMPACT = terms(
    (Impact.NON_SERVICE_AFFECTING, rf"(?:non|not|nicht|no|keine)[\s_-]*{AFFECTING}"),
    (
        Impact.SERVICE_AFFECTING,
        rf"{AFFECTING}|(?:total |complete |full )?(?:outage|loss of service|service loss)|down|(?:total)?ausfall"
        r"|ausgefallen",
    ),
    (
        Impact.DEGRADATION,
        r"(?:service )?degradation|degraded|verschlechterung|verschlechtert|slow(?:er|ly|ness)?|langsam\w*"
        r"|packet loss|paketverlust\w*|(?:high |hohe\w* )?(?:latency|latenz\w*|laufzeit\w*)",
    ),
)
"""Below the label of the impact; the last with the guide's own examples (R25)."""
_URGENCY = terms(
    (
        Urgency.LOW,
        r"low(?:est)?|niedrig\w*|gering\w*|(?:not|nicht) (?:so |very |sehr )?(?:urgent|dringend)|p ?4|trivial",
    ),
    (
        Urgency.HIGH,
        r"high(?:est)?|hoch|hohe?|höchste?|urgent|dringend|critical|kritisch|emergency|notfall|asap|p ?1|prio ?1",
    ),
    (Urgency.MEDIUM, r"medium|mittel|normal|moderate|p ?[23]"),
)
"""Whoever names a priority says how urgent it is (R10): P1 is the highest level, P4 the lowest, the others between."""
_FAULT_TYPE = terms(
    (
        FaultType.INTERMITTENT,
        r"intermittent\w*|intermittierend\w*|sporadi\w+|on and off|comes and goes|zeitweise|zeitweilig\w*"
        r"|gelegentlich|ab und zu|kommt und geht",
    ),
    (FaultType.PERMANENT, r"permanent\w{0,2}|dauerhaft\w*|constant\w*|continuous\w*|ständig\w*|dauernd"),
)
DENIAL = re.compile(
    r"\b(?:no|not|non|never|nicht|kein\w*|ohne|without|partial\w*|teil\w*|if|maybe|perhaps|might|vielleicht|eventuell"
    r"|nothing|nichts|none|nobody|less|than|weder|neither|probably|possibly|hardly|barely|kaum)\b|n['’]t\b",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"\s*(?:(?:[,;]|\b(?:but|only|just|aber|sondern|nur|lediglich)\b)\s*)+", re.IGNORECASE)
_ALL_OF_IT = re.compile(r"\b100 ?(?:%|percent\b|prozent\b)", re.IGNORECASE)
UNSETTLED = re.compile(
    r"\b(?:could|might|may (?:be|become|get|cause)|would|will|if|when|once|wenn|falls|sobald|könnte|würde|wird"
    r"|möglich\w*"
    r"|was|were|war|waren|wurde|had|behoben|fixed|resolved|restored|recovered|is over|no longer"
    r"|nicht mehr betroffen"
    r"|wieder(?! (?:\w+ ){0,2}(?:\w+ausfall|ausfall|tot|down|offline|weg|aus|ausgefallen|unterbrochen)\b)"
    r"|(?:up|works?|working|online|running|fine|stable) (?:again|now)|back (?:up|online)|again (?:up|ok|stable)"
    r"|but|aber|down to|fear\w*|afraid|befürcht\w*|every (?:\w+ ){0,2}(?:minutes?|hours?|seconds?|time|day|night)"
    r"|alle (?:\w+ ){1,2}(?:minuten|stunden)|immer wieder|mehrmals|repeatedly|intermittent\w*|sporadi\w*|brief\w*"
    r"|kurz\w*"
    r"|avoid|prevent|risk\w*|threat\w*|droh\w*|gefahr\w*|risiko|vermeid\w*|planned|geplant\w*|twice|times"
    r"|mal|hatten?"
    r"|yesterday|last (?:week|month|night|year)|gestern|letzte\w*|test)\b|\?",
    re.IGNORECASE,
)
"""Not now, or not for certain."""
SPARE = re.compile(
    r"\b(?:backup|back-up|secondary|second|standby|spare|redundan\w*|zweite\w*|ersatz\w*|reserve|one of"
    r"|eine[rs]? (?:der|von))\b",
    re.IGNORECASE,
)
"""Not all of it."""


MEASURED = re.compile(r"\b\d+ ?(?:%|percent\b|prozent\b)", re.IGNORECASE)
"""A part of it is lost, so that not all of it is."""


_NO_IMPACT = re.compile(
    r"\s*(?:none|nil|no(?: customer| service| traffic| user)?[ -]?impact|keine?(?: \w*auswirkung\w*)?)"
    r"(?=\W*$|\s?[,.;(]|,? (?:at the moment|so far|yet|currently|at present|derzeit|bisher|aktuell|zur ?zeit"
    r"|im moment)\b)",
    re.IGNORECASE,
)
"""No disturbance at all (R26)."""


class Choices(NamedTuple):
    """What one labelled value chooses; ``None`` where it is not plainly one of the choices."""

    impact: Impact | None
    urgency: Urgency | None
    fault_type: FaultType | None


def _only(text: str, vocabulary: tuple[re.Pattern[str], dict[str, _Choice]]) -> _Choice | None:
    """The one choice that ``text`` names and does not deny."""
    pattern, choices = vocabulary
    terms = list(pattern.finditer(text))
    named = {choices[str(term.lastgroup)] for term in terms}
    if len(named) != 1 or DENIAL.search(text, 0, terms[0].start()):
        return None
    return named.pop()


def read_choices(value: str) -> Choices:
    """A labelled value, read as each of the three vocabularies. A ticked box ("[x]") counts alone."""
    chosen = ticked(value)
    text = chosen[0] if len(chosen) == 1 else value
    return Choices(_impact(_after_denials(text)), _only(text, _URGENCY), _only(text, _FAULT_TYPE))


def _after_denials(text: str) -> str:
    """What an impact is after what it is not: "not down, only slow" is slow."""
    pattern, _ = _IMPACT
    while end := _CLAUSE_END.search(text, 1):
        denied = text[: end.start()]
        if not pattern.search(denied) or not DENIAL.search(pattern.sub(" ", denied)):
            break
        text = text[end.end() :]
    return text


def _impact(text: str) -> Impact | None:
    if UNSETTLED.search(text) or SPARE.search(text):
        return None
    if _NO_IMPACT.match(text) and not _IMPACT[0].search(text):
        return Impact.NON_SERVICE_AFFECTING
    impact = _only(text, _IMPACT)
    part_of_it = impact is Impact.SERVICE_AFFECTING and MEASURED.search(text)
    all_of_it = impact is Impact.DEGRADATION and _ALL_OF_IT.search(text)
    return None if part_of_it or all_of_it else impact


_VOCABULARIES = {"impact": _IMPACT[0], "urgency": _URGENCY[0], "fault_type": _FAULT_TYPE[0]}


def choice_at(field: str, text: str, at: int) -> int | None:
    """Where the choice ends that begins at this place of ``text``; ``None`` if none does."""
    choice = _VOCABULARIES[field].match(text, at)
    return choice.end() if choice else None
