"""What a customer says after the fault was repaired: that it is back, or no more than thanks (R34).

A mail opens a closed ticket again, whatever it says. Only words that plainly tell of a present fault begin another
outage; a request, a thank-you or a question about what was is none.
"""

import re
from enum import StrEnum
from threading import Lock

from cachetools import LRUCache, cached

from connector.domain.vocabulary import Impact
from connector.rules.text.choices import read_choices
from connector.rules.text.markup import Body
from connector.rules.text.sentences import normalized, sentences


class Afterwards(StrEnum):
    """What a message after the repair says of the fault."""

    BROKEN = "broken"
    """It is back, or was never gone."""
    COURTESY = "courtesy"
    """Thanks, or that all is well."""
    UNCLEAR = "unclear"


def _words(*alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{'|'.join(alternatives)})(?![\w-])", re.IGNORECASE)


_AGAIN = (
    r"(?:again|still|once more|anew|repeatedly|back|wieder|erneut|nochmals?|noch|immer noch|weiterhin|nach wie vor)"
)
_NOUN = (
    r"(?:problems?|issues?|faults?|errors?|outages?|alarms?|symptoms?|interruptions?|incidents?|failures?|loss"
    r"|degradation|störung\w*|ausf[aä]ll\w*|fehler\w*|unterbrechung\w*|verlust\w*)"
)
_NO_FAULT = _words(
    r"(?:outage|incident|fault|root cause) (?:reports?|analysis|reviews?|documents?)", r"reasons? for (?:the )?outage",
    r"\w*(?:bericht|analyse|dokument)\w*", r"rfos?|reports?|documents?|pdfs?|attachments?",
    r"i am|i'm|i was|i will(?: be)?|ich bin|ich war",
)  # fmt: skip
"""What is said of a document, which is asked for after a repair, or of the writer is not said of the fault."""
_NOT_REPAIRED = _words(
    r"(?:don't|do not|doubt|(?:glaube|denke) nicht) (?:\w+ ){0,4}(?:fixed|solved|resolved|repaired|gone|over|behoben"
    r"|gelöst|weg)",
    r"(?:not|never|n't|nicht) (?:\w+ ){0,2}(?:work\w*|fixed|solved|resolved|repaired|restored|reachable|respond\w*"
    r"|available|stable|up|ok(?:ay)?|back|behoben|gelöst|erreichbar|repariert|in ordnung|stabil|verfügbar)",
    r"(?:do(?:es)?n't|isn't|aren't|won't|cannot|can't|hasn't been|haven't been) (?:\w+ ){0,2}"
    r"(?:work\w*|fixed|solved|resolved|repaired|restored|reach\w*|respond\w*|connect\w*|ping|up|stable)",
    r"(?:funktioniert|läuft|geht|klappt) (?:\w+ ){0,4}(?:nicht|nichts)(?! mehr)",
    r"(?:nothing|nichts) (?:\w+ ){0,2}(?:works?|working|geht|funktioniert|läuft|klappt)",
)
_IS_BACK = _words(
    rf"{_NOUN} (?:(?:is|are|has come|ist|sind|'s|leider|now|jetzt|auch|unfortunately) ){{0,3}}"
    r"(?:back|again|returned|here again|wieder (?:da|aufgetreten)|zurück|erneut aufgetreten)"
)
_NOW = _words(
    r"(?:is|are|'s|it's|be|goes|gone|going|stays?|remains?|keeps? going|completely|totally|hard) (?:\w+ ){0,2}"
    r"(?:down|dead|offline|unreachable|broken|unstable|flapping|slow|out of (?:service|order)|interrupted|degraded)",
    r"(?:no|kein\w*) (?:\w+ )?(?:light|link|signal|traffic|connect\w*|service|internet|ping|access|licht|verbindung"
    r"|netz|strom|dienst|zugang|empfang)",
    r"(?:flapping|flaps|bounc(?:es|ing)|packet ?loss|crc errors?|paketverlust\w*|keeps? (?:\w+ ){0,2}\w+ing"
    r"|getting worse|even worse"
    r"|got worse|gets worse|worse than|schlimmer|nothing works|nichts geht|geht (?:gar |überhaupt )?nichts mehr"
    r"|bricht (?:\w+ ){0,3}(?:ab|zusammen))",
    r"(?:ist|sind|steht|bleibt)(?: [\w:.-]+){0,5} (?:tot|ausgefallen|offline|down|gestört|unterbrochen|instabil|weg"
    r"|langsam|kaputt|defekt|unerreichbar)",
)
"""A fault in the present."""
_RETURNED = _words(
    r"(?:still|immer noch|noch) (?:exactly )?(?:the )?(?:same|unchanged|unverändert|dasselbe|das gleiche)",
    rf"{_NOUN} (?:\w+ ){{0,3}}{_AGAIN}",
    rf"{_AGAIN} (?:[\w%.,]+ ){{0,4}}(?:{_NOUN}|down|dead|offline|broken|unreachable|unstable|slow|lost|drop\w*|fail\w*"
    r"|gone|interrupted|tot|weg|ausgefallen|gestört|kaputt|offline|unterbrochen|langsam|instabil)",
    rf"(?:down|dead|offline|broken|unreachable|lost|dropped|drops|dropping|failed|fails|failing|gone|died|happen\w*"
    rf"|occur\w*|start\w*|flapp\w*|appear\w*|seeing|tot|weg|ausgefallen) (?:\w+ ){{0,2}}{_AGAIN}",
    rf"(?:another|new|second|next|same|neue[rs]?|weitere[rs]?|gleiche[rs]?|dasselbe|derselbe|dieselbe) (?:\w+ ){{0,2}}"
    rf"{_NOUN}",
    rf"{_NOUN} (?:\w+ ){{0,3}}(?:persists?|continues?|remains?|returned|returns|recurred|recurs|reoccur\w*|reappear\w*"
    r"|besteht|bestehen|bleibt|zurück|not gone|tritt|treten)",
    r"(?:recurred|reoccurred|re-occurred|relapse)",
)
"""It is back, or goes on; also told in the past: "it went down again at two"."""
_RECOVERED = _words(
    r"(?:works?|working|up|online|ok(?:ay)?|fine|running|stable|good|back|reachable|alive|well|normal|clean)"
    r" (?:\w+ ){0,2}(?:again|now|normal|to normal|online|up)",
    r"again (?:\w+ )?(?:up|ok|stable|online|fine|working)",
    r"back (?:up|online|to normal|in service|in operation)",
    r"(?:is|are|has been|have been|was|were|been|now|all|everything) (?:\w+ ){0,2}(?:fixed|resolved|solved|repaired"
    r"|restored|recovered|stable|fine|ok(?:ay)?|good|gone(?! again)|normal)",
    r"wieder (?:\w+ ){0,3}(?:da|online|ok|okay|erreichbar|stabil|in ordnung|gut|normal|verfügbar|frei)",
    r"(?:läuft|geht|funktioniert|funktionieren|klappt|laufen|steht) (?:\w+ ){0,3}wieder",
    r"wieder (?:alles|läuft|geht|funktioniert)",
    r"(?:no longer|no more|not any ?more|nicht mehr|keine? \w+ mehr|no (?:further|more|new) \w+|any ?more|solved"
    r"|recovered|behoben|gelöst|repariert|erledigt)",
)
_DENIED = _words(
    rf"(?:no|without|keine?\w*|ohne|nicht) (?:\w+ ){{0,2}}{_NOUN}", r"not (?:\w+ )?(?:down|dead|offline|broken)"
)
_IF = _words(
    "hopefully", "hopes?", "hoping", "hoffentlich", "hoffe\\w*", "make sure", "makes? certain", "ensure",
    "sicherstell\\w*", "sicher, dass", "sorgen sie", "never again", "nie wieder", "last (?:week|month|year|time)",
    "letzte\\w* (?:woche|monat|jahr|mal)",
    "if", "unless", "in case", "falls", "wenn", "sollten?", "should (?:it|this|that|the)", "would", "could", "might",
    "könnten?", "würden?", "in (?:the )?future", "next time", "künftig", "in zukunft", "nächstes mal",
    "prevent\\w*", "avoid\\w*", "verhinder\\w*", "vermeid\\w*",
)  # fmt: skip
_QUESTION = re.compile(
    r"^\W*(?:is|are|was|were|does|do|did|has|have|had|will|can|could|what|who|which|when|ist|sind|war|waren|hat|haben"
    r"|wird|kann|können|was|wer|welche\w*|wann)\b[^?]*\?",
    re.IGNORECASE,
)
_WAS = _words("was", "were", "had been", "has been", "have been", "war", "waren", "wurde", "wurden")
_COURTESY = _words(
    r"thank\w*", "thx", "cheers", r"great|perfect|excellent|appreciated?|well done|good (?:job|work)|wonderful",
    r"confirmed (?:working|ok|resolved|fixed)|please close|(?:can|may) (?:be )?close|bitte schließen"
    r"|kann geschlossen werden",
    r"(?:sounds|looks|works?) (?:good|fine|perfect\w*|great|well)",
    r"danke\w*|dank|bestätigt|läuft(?! (?:\w+ )?nicht)|super|prima|klasse|perfekt|bestens|toll|wunderbar",
)  # fmt: skip
_IMPACT = re.compile(r"\W*(?:\w+ )?(?:impact|auswirkung(?:en)?)\b[^:=\n]{0,30}[:=]", re.IGNORECASE)
_PART = re.compile(r"[,;]|:(?= )| - |\b(?:but|however|though|although|aber|jedoch|allerdings|and|und)\b", re.IGNORECASE)


def _says_worse(line: str) -> bool:
    impact = read_choices(line[labelled.end() :]).impact if (labelled := _IMPACT.match(line)) else None
    return impact is not None and impact is not Impact.NON_SERVICE_AFFECTING


def _says_broken(sentence: str) -> bool:
    if _IF.search(sentence) or _QUESTION.match(sentence):
        return False
    return any(_tells_of_a_fault(part) for part in _PART.split(sentence) if not _NO_FAULT.search(part))


def _tells_of_a_fault(part: str) -> bool:
    if _NOT_REPAIRED.search(part) or _IS_BACK.search(part):
        return not _WAS.search(part)
    if _RECOVERED.search(part):
        return False
    if _RETURNED.search(part):
        return not _DENIED.search(part)
    return _NOW.search(_DENIED.sub(" ", part)) is not None and not _WAS.search(part)


@cached(LRUCache(2_000), lock=Lock())
def _read(text: Body) -> Afterwards:
    words = normalized(text.take())
    if any(map(_says_broken, sentences(words))) or any(map(_says_worse, words.split("\n"))):
        return Afterwards.BROKEN
    return Afterwards.COURTESY if _COURTESY.search(words) or _RECOVERED.search(words) else Afterwards.UNCLEAR


def read_afterwards(text: str) -> Afterwards:
    """What ``text``, the customer's own words after the repair, says of the fault.

    >>> read_afterwards("Thanks, but it is down again.")
    <Afterwards.BROKEN: 'broken'>
    """
    return _read(Body(text))
