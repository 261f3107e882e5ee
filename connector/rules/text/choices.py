"""Impact, urgency and fault type: closed vocabularies in customers' words (R10, R18, R20)."""

import re
from typing import NamedTuple, TypeVar

from connector.domain.vocabulary import FaultType, Impact, Urgency

_Choice = TypeVar("_Choice", Impact, Urgency, FaultType)
_AFFECTING = r"(?:service|dienst)[\s_-]*(?:affecting|impacting|beeinträchtigende?[rsn]?|beeintraechtigende?[rsn]?)"


def _terms(*terms: tuple[_Choice, str]) -> tuple[re.Pattern[str], dict[str, _Choice]]:
    pattern = "|".join(rf"(?P<{choice}>\b(?:{words})\b)" for choice, words in terms)
    return re.compile(pattern, re.IGNORECASE), {str(choice): choice for choice, _ in terms}


_IMPACT = _terms(
    (Impact.NON_SERVICE_AFFECTING, rf"(?:non|not|nicht|no|keine)[\s_-]*{_AFFECTING}"),
    (
        Impact.SERVICE_AFFECTING,
        rf"{_AFFECTING}|(?:total |complete |full )?(?:outage|loss of service|service loss)|down|(?:total)?ausfall"
        r"|ausgefallen",
    ),
    (Impact.DEGRADATION, r"(?:service )?degradation|degraded|verschlechterung|verschlechtert"),
)
_IMPACT_IN_PROSE = _terms(
    (Impact.NON_SERVICE_AFFECTING, rf"(?:non[\s-]|nicht[\s-]|not[\s-]){_AFFECTING}"),
    (Impact.SERVICE_AFFECTING, _AFFECTING),
    (Impact.DEGRADATION, r"degradation|verschlechterung"),
)
_URGENCY = _terms(
    (Urgency.HIGH, "high|hoch|urgent|dringend"),
    (Urgency.MEDIUM, "medium|mittel|normal"),
    (Urgency.LOW, "low|niedrig|gering"),
)
_FAULT_TYPE = _terms(
    (FaultType.INTERMITTENT, r"intermittent|intermittierende?[rs]?"),
    (FaultType.PERMANENT, r"permanent\w{0,2}|dauerhafte?[rs]?"),
)
_DENIAL = re.compile(
    r"\b(?:no|not|non|never|nicht|kein\w*|ohne|without|partial\w*|teil\w*|if|maybe|perhaps|might|vielleicht|eventuell"
    r"|less|than|weder|neither|probably|possibly)\b|n['’]t\b",
    re.IGNORECASE,
)
_HEDGE = re.compile(
    r"^\W*(?:is|are|does|do|was|were|will|ist|sind|wird|war|can|could|how|what|wie|was)\b"
    r"|\b(?:if|whether|unless|until|once|may|might|could|would|should|can|was|were|been|had|maybe|perhaps|possibly|"
    r"probably|potential\w*|risk|risiko|resolved|over|fixed|ob|wenn|falls|sobald|könnte|würde|kann|war|waren|wurde|"
    r"vielleicht|eventuell|behoben|no longer|nicht mehr|or|oder|either|before|after|previous\w*|last|signal)\b|\?",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[^.!?;,\n]+[.!?]?")
_NOT_LOST = re.compile(
    r"\b(?:not|no|never|nicht|kein\w*|weder|neither|ob|whether|almost|nearly|fast)\b|n['’]t\b", re.IGNORECASE
)
_QUESTION = re.compile(r"^\W*(?:is|are|does|do|was|were|ist|sind|can|could|how|what|why)\b", re.IGNORECASE)
_TICKED = re.compile(r"[\[(](?:x|✓|✔|☒)[\])]\s*([^\[(]*)", re.IGNORECASE)
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]?")


_TOTAL_LOSS = re.compile(
    r"\b(?:completely|totally|entirely|fully|hard) (?:down|dead|offline|out|unreachable)"
    r"|\b(?:line|circuit|link|service|connection|uplink|SVC-\d+|it|we|are|is) (?:(?:is|are|has gone|went) )?"
    r"(?:all )?(?:dead|offline|out of service)"
    r"|\b(?:is|are|has gone|went) (?:hard )?down\b|\b(?:is|are) out(?: again)? since"
    r"|\b(?:total|complete|full) (?:outage|failure|loss of (?:service|connectivity))|\bnothing works"
    r"|\b(?:total|komplett)ausfall|\b(?:komplett|vollständig|total) (?:ausgefallen|tot|down|offline|weg)"
    r"|\b(?:ist|sind)(?: [\w:.]+){0,6} (?:tot|ausgefallen|offline)\b|\bnichts geht mehr|\bgeht (?:gar )?nichts mehr",
    re.IGNORECASE,
)
"""Plain words for a loss of service (R24): in the customer's own present clause it is presumed."""
_UNSETTLED = re.compile(
    r"\b(?:could|might|may (?:be|become|get|cause)|would|will|if|when|once|wenn|falls|sobald|könnte|würde|wird"
    r"|möglich\w*"
    r"|was|were|war|waren|wurde|had|behoben|fixed|resolved|restored|recovered|is over|no longer"
    r"|nicht mehr betroffen|wieder"
    r"|(?:up|works?|working|online|running|fine|stable) (?:again|now)|back (?:up|online)|again (?:up|ok|stable)"
    r"|backup|back-up"
    r"|secondary|second|standby|spare|redundan\w*|zweite\w*|ersatz\w*|reserve|one of|eine[rs]? (?:der|von)|but|aber"
    r"|down to|yesterday|last (?:week|month|night|year)|gestern|letzte\w*|test)\b|\?|\b\d+ ?(?:%|percent|prozent)",
    re.IGNORECASE,
)
"""Not now, not all of it, or not for certain."""


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
    if len(named) != 1 or _DENIAL.search(text, 0, terms[0].start()):
        return None
    return named.pop()


def read_choices(value: str) -> Choices:
    """A labelled value, read as each of the three vocabularies. A ticked box ("[x]") counts alone."""
    ticked = _TICKED.findall(value)
    text = ticked[0] if len(ticked) == 1 else value
    impact = None if _UNSETTLED.search(text) else _only(text, _IMPACT)
    return Choices(impact, _only(text, _URGENCY), _only(text, _FAULT_TYPE))


def impact_in_prose(text: str) -> Impact | None:
    """The impact stated as a present fact in the guide's own terms (R18), if there is exactly one.

    Questions, conditions, the past and denials state nothing.
    """
    pattern, choices = _IMPACT_IN_PROSE
    named = set()
    for sentence in _SENTENCE.findall(text):
        terms = list(pattern.finditer(sentence))
        if not terms:
            continue
        rest = pattern.sub(" ", sentence)
        denied = any(pattern.search(part) and _DENIAL.search(pattern.sub(" ", part)) for part in sentence.split(","))
        if not _HEDGE.search(rest) and not denied:
            named |= {choices[str(term.lastgroup)] for term in terms}
    if not named and _TOTAL_LOSS.search(text) and any(_is_total_loss(sentence) for sentence in _CLAUSE.findall(text)):
        return Impact.SERVICE_AFFECTING
    return named.pop() if len(named) == 1 else None


def _is_total_loss(clause: str) -> bool:
    loss = _TOTAL_LOSS.search(clause)
    if loss is None or _UNSETTLED.search(clause):
        return False
    return not _NOT_LOST.search(clause[: loss.start()]) and not _QUESTION.match(clause)
