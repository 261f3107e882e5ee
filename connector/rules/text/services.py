"""Service and circuit IDs (R15, R19)."""

import re
from collections.abc import Iterable
from functools import lru_cache

from connector.domain.fields import CATALOGUE
from connector.rules.text.findings import Unclear

_LONGEST = CATALOGUE["service_id"].length
"""Of a circuit ID too."""
_CIRCUIT_WORDS = 3
_NAMED = 4
"""So many services are named in a question."""
_MOST_KNOWN = 100
"""Of a customer with more services an ID is spelled as the pattern says."""
_AROUND = " \t.,;:!?'\"“”„‚‘’`´#<>()[]{}*|"
_PLAIN = re.compile(rf"(?=[^\d]*\d)[A-Za-z0-9][A-Za-z0-9._-]{{2,{_LONGEST - 1}}}")
_TOKEN = re.compile(r"[^\W_][\w./-]*\w")
_SPELLED = re.compile(r"(?=\D*\d)(?=.*[A-Z/-])[A-Z0-9][A-Z0-9 ./_-]*")
_CLAUSE = re.compile(r"(?:[^.!?;,\n]|[.](?=\S))+[.!?]?")
_WELL = re.compile(
    r"\b(?:works?|working|is (?:fine|ok|okay|up|stable)|are (?:fine|ok|okay|up)|not affected|unaffected|carr(?:y"
    r"|ies|ying) (?:all|the)|took over|trägt|übernimmt|übernommen|no (?:problems?"
    r"|issues?)|funktioniert|läuft|geht|nicht betroffen|in ordnung|ist (?:ok|stabil))\b",
    re.IGNORECASE,
)
_ILL = re.compile(
    r"\b(?:not (?!affected)|n't|nicht (?!betroffen)|kein\w*|nichts|down|dead|errors?|loss|outage|problem|fails?)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=16)
def _whole_word(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])", re.IGNORECASE)


def services_in(text: str, pattern: str) -> list[str]:
    """The distinct service IDs in free text, in order; case makes no difference."""
    by_key: dict[str, str] = {}
    for match in _whole_word(pattern).finditer(text):
        if 0 < len(match[0]) <= _LONGEST and match[0].strip() == match[0]:
            by_key.setdefault(match[0].casefold(), match[0])
    return list(by_key.values())


@lru_cache(maxsize=256)
def _loosely(known: frozenset[str]) -> re.Pattern[str] | None:
    """IDs of letters and digits with anything or nothing between these."""
    parted = [parts for service in sorted(known) if len(parts := re.findall(r"[^\W\d_]+|\d+", service)) > 1]
    spelled = "|".join(r"[\s_-]?".join(map(re.escape, parts)) for parts in parted[:_MOST_KNOWN])
    return re.compile(rf"(?<![\w-])(?:{spelled})(?![\w-])", re.IGNORECASE) if spelled else None


@lru_cache(maxsize=1_024)
def _number(service: str) -> str:
    """Its longest digits, which every spelling has."""
    return max(re.findall(r"\d+", service), key=len, default="")


def _otherwise_spelled(text: str, known: frozenset[str]) -> list[str]:
    """The customer's services, however free text spells them: "SVC1005"."""
    there = frozenset(service for service in known if _number(service) in text)
    if not there or (loosely := _loosely(there)) is None:
        return []
    by_compact = {_compact(service): service for service in known}
    return list(dict.fromkeys(by_compact[_compact(match[0])] for match in loosely.finditer(text)))


_COMPARES = re.compile(
    r"(?:\b(?:(?:just )?(?:as|like) (?:with|on|for)|just like|similar to|(?:the )?same as(?: on| with)?|unlike"
    r"|wie (?:schon )?(?:bei|auf)|ähnlich wie(?: bei)?|anders als(?: bei)?)|(?:^|[,(.:;\n]|\b(?:is|ist)) ?(?:not"
    r"|nicht)) "
    r"(?:(?:the|our|der|die|service|line|circuit|leitung|dienst) ){0,2}\Z",
    re.IGNORECASE,
)
"""Stands before a service that is not the affected one."""
_COMPARED_BY = 48
"""Characters."""


def affected_services(text: str, pattern: str, known: frozenset[str]) -> list[str]:
    """Of the services in free text those that are not said to work, and not named to compare alone. Where the pattern
    finds none, those that the customer has, however they are spelled."""
    services = services_in(text, pattern)
    if not services:
        return _otherwise_spelled(text, known)
    plain = {
        match[0].casefold()
        for match in _whole_word(pattern).finditer(text)
        if not _COMPARES.search(text[max(0, match.start() - _COMPARED_BY) : match.start()])
    }
    services = [service for service in services if service.casefold() in plain]
    if len(services) < 2:
        return services
    well = {
        service.casefold()
        for clause in _CLAUSE.findall(text)
        if _WELL.search(clause) and not _ILL.search(clause)
        for service in services_in(clause, pattern)
    }
    return [service for service in services if service.casefold() not in well] or services


def one_service(services: Iterable[str], known: frozenset[str]) -> str | Unclear:
    """The only one of them, or the only one that the customer has; else a question that names them."""
    distinct = list({service.casefold(): service for service in services}.values())
    theirs = [service for service in distinct if service.casefold() in known]
    if len(distinct) == 1 or len(theirs) == 1:
        return (theirs or distinct)[0]
    return Unclear("services", {"said": ", ".join((theirs or distinct)[:_NAMED])})


def read_service(value: str, pattern: str, plainly: bool, known: frozenset[str]) -> str | Unclear | None:
    """A labelled service ID: what the pattern finds, else one that the customer has ("SVC1001"), else a single word.

    With ``plainly``, a word that the pattern does not know needs a digit, and other words are nothing at all.
    """
    candidates = services_in(value, pattern)
    if candidates:
        return one_service(candidates, known)
    theirs = [service for service in known if _compact(service) == _compact(value)] or _otherwise_spelled(value, known)
    if len(theirs) == 1:
        return theirs[0]
    words = [word for raw in value.split() if (word := raw.strip(_AROUND))]
    if plainly:
        return words[0] if len(words) == 1 and _PLAIN.fullmatch(words[0]) else None
    return words[0] if len(words) == 1 and len(words[0]) <= _LONGEST else Unclear("service_id")


def _compact(text: str) -> str:
    return re.sub(r"[\W_]", "", text).casefold()


def circuits_in(text: str, known: frozenset[str]) -> list[str]:
    """The distinct circuits of the customer that free text names."""
    tokens = _TOKEN.findall(text) if known else ()
    return list({token.casefold(): token for token in tokens if token.casefold() in known}.values())


def read_circuit(value: str, plainly: bool, known: frozenset[str]) -> str | Unclear | None:
    """A labelled circuit ID, kept as written: one that the customer has, else what looks like an ID: a digit, and no
    everyday word beside it. With ``plainly`` a single word, or nothing."""
    theirs = circuits_in(value, known)
    if len(theirs) == 1:
        return theirs[0]
    text = " ".join(value.split()).strip(" .,;*")
    before = re.split(r" ?[(,;]| [-–] ", text)[0]
    if plainly:
        return before if _PLAIN.fullmatch(before) else None
    single = " " not in before and any(map(str.isdigit, before))
    like_one = single or (_SPELLED.fullmatch(before) and len(before.split()) <= _CIRCUIT_WORDS)
    return before if like_one and len(before) <= _LONGEST else Unclear("circuit_id")
