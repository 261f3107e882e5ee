"""Impact in the customer's own prose (R18, R24–R26): stated in the guide's terms, or presumed from a total loss."""

import re
from typing import NamedTuple

from connector.domain.vocabulary import Impact
from connector.rules.text.choices import AFFECTING, DENIAL, MEASURED, SPARE, UNSETTLED, terms

_TRAFFIC = (
    r"(?<!inbound )(?<!outbound )(?<!voice )(?<!other )(?<!some )(?<!ipv[46] )(?:traffic|services|users|customers)"
)
_UNDISTURBED = (
    r"(?:no|without)(?: any)? (?:customer|traffic|service|user|business)[\s-](?:impact|disturbance|disruption)"
    r"|(?:no|without)(?: any)? (?:impact|effect|influence) (?:on|to|for) (?:(?:our|the|any|your) )?(?:customer )?"
    r"(?:traffic|services?|customers|users|production|business)"
    r"|(?:no|without)(?: any)?(?: active)? (?:disturbance|disruption) of (?:(?:our|the|any) )?(?:customer )?traffic"
    r"|(?:keine?|ohne) (?:aktive )?störung (?:des|im|vom) (?:kunden|daten)?verkehrs?"
    rf"|{_TRAFFIC} (?:is|are) (?:(?:currently|so far|still) )?(?:not|un) ?(?:affected|impacted|impaired)"
    r"|(?:keine?|ohne) (?:auswirkung\w*|einfluss|einschränkung\w*|beeinträchtigung\w*) (?:auf|für) (?:(?:den|die|das"
    r"|unseren?) )?(?:(?:kunden|daten)?verkehr|traffic|dienste?|kunden|betrieb|produktion)"
    r"|(?:kunden|daten)?(?:verkehr|traffic) (?:ist |wird )(?:derzeit |aktuell )?nicht (?:betroffen|beeinträchtigt"
    r"|gestört)"
)
"""The guide's definition in everyday words (R26)."""
_SAID_UNDISTURBED = re.compile(rf"\b(?:{_UNDISTURBED})", re.IGNORECASE)
_CONTRADICTED = re.compile(
    r"\b(?:packet ?loss|loses|slow\w*|langsam\w*|latenc\w*|latenz\w*|degrad\w*|paketverlust\w*|drops|down|offline"
    r"|unreachable|cannot|can['’]t|unable|complain\w*|unstable|instabil|flap\w*|outage|interrupt\w*|wrong|ausfall"
    r"|ausgefallen|brech\w*|bricht|weg|gestört|erreichbar|beschwer\w*"
    r"|(?:most|some|few|other|einige|manche) (?:of (?:our|the) )?(?:users|customers|services|kunden|nutzer)"
    r"|(?:only|nur) (?:the |die |our |unsere )?(?:\w+ )?(?:users?|customers?|traffic|sites?|kunden|nutzer|verkehr)"
    r"|(?:affected|impacted|impact|betroffen) (?:in|at|on) (?-i:[A-Z]))\b",
    re.IGNORECASE,
)
"""Beside such words nobody can tell whether traffic is undisturbed."""
_STATED = terms(
    (Impact.NON_SERVICE_AFFECTING, rf"(?:non[\s-]|nicht[\s-]|not[\s-]){AFFECTING}|{_UNDISTURBED}"),
    (Impact.SERVICE_AFFECTING, AFFECTING),
    (
        Impact.DEGRADATION,
        r"degradation|verschlechterung|(?:(?<=is )|(?<=are )|(?<=still )|(?<=been ))(?:\w+ly )?degraded|degradiert",
    ),
)
_MAY_STATE = re.compile(
    "affect|impact|beeintr|degrad|verschlecht|dis(?:turb|rupt)|effect|influence|auswirk|ein(?:fluss|schr)"
    "|betroffen|gestört|störung|impair",
    re.IGNORECASE,
)
"""In every sentence that states one."""
_UNTIL_NOW = re.compile(r"\b(?:has|have) been\b(?=.*\bsince\b)", re.IGNORECASE | re.DOTALL)
_HEDGE = re.compile(
    r"^\W*(?:is|are|does|do|was|were|will|ist|sind|wird|war|can|could|how|what|wie|was)\b"
    r"|\b(?:if|whether|unless|until|once|may|might|could|would|should|can(?!['’]t)|was|were|been|had|maybe|perhaps"
    r"|possibly|"
    r"probably|potential\w*|risk|risiko|resolved|over|fixed|ob|wenn|falls|sobald|könnte|würde|kann|war|waren|wurde|"
    r"vielleicht|eventuell|behoben|no longer|nicht mehr|or|oder|either|expect\w*|will|going to|about to|tonight"
    r"|tomorrow|soon|planned|wird|werden|geplant\w*|demnächst|bald"
    r"|before|after|previous\w*|last|signal"
    r"|at (?:that|the) time|gone)\b|\?",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]?")
_CLAUSE = re.compile(r"(?:[^.!?;,:\n]|[.,:](?=\S))+[.!?]?")
_AND = re.compile(r"\b(?:and|und)\b", re.IGNORECASE)
"""What follows it may be said of something else."""
_THING = (
    r"(?:lines?|circuits?|links?|(?:whole |entire )?company|firma|services?|connections?|uplinks?|internet"
    r"|networks?|sites?|offices?|branch(?:es)?"
    r"|locations?|everything|all|we|it|SVC-\d+|(?:stand|haupt|glasfaser|daten)?leitung(?:en)?|(?:internet"
    r"|glasfaser)?anschluss"
    r"|netz(?:werk)?|\w*verbindung(?:en)?|dienste?|standorte?n?|filialen?|büros?|alles|wir|strecken?|anbindung)"
)
_STATE = (
    r"(?:down|dead|offline|out of service|unreachable|unavailable|gone|out(?= (?:again )?since)|tot|ausgefallen|weg"
    r"|unterbrochen|nicht erreichbar|lahmgelegt)"
)
_BETWEEN = (
    r"(?:is|are|was|has|have|been|went|gone|goes|lies?|remains?|stays?|seems?|to|in|at|of|on|the|our|your|from"
    r"|between|and|both|all|users?|workstations?|employees|staff|nutzer|mitarbeiter|arbeitsplätze|now|still"
    r"|again|currently|completely|totally|entirely|fully|hard|just|suddenly|unfortunately|already|since|today"
    r"|yesterday|this|morning|dead"
    r"|ist|sind|liegt|steht|seit|heute|gestern|früh|uhr|um|ca|komplett|völlig|leider|jetzt|wieder|immer|noch"
    r"|aktuell|derzeit|seitdem"
    r"|plötzlich|total|unser\w*|zu|nach|zwischen|und|in|im|am|auch|beide|alle|schon|gerade|utc|cet|mez|branch\w*"
    r"|sites?|circuits?"
    r"|lines?|services?|(?-i:[A-ZÄÖÜ])[\w.:-]*|[\w.:-]*\d[\w.:-]*)"
)
"""What may stand between the service and its state. Many words are two of these at once, so each is settled where it is
matched: to try them all in all ways would not end."""
_LOST = re.compile(
    rf"\b(?:completely|totally|entirely|fully|hard) (?:{_STATE}|out|cut off)\b"
    rf"|\b{_THING}(?:['’](?:s|re))?(?> {_BETWEEN}(?= )){{0,7}} {_STATE}\b"
    r"(?! (?:to|by|from|for|auf|um|von|time|quiet|slow|silent|end|easy|right|sure)\b)"
    r"|\b(?:total|complete|full) (?:outage|blackout|failure|loss of (?:service|connectivity))"
    r"|\blost all (?:connectivity"
    r"|connections?"
    r"|service)|\blost (?:the |our )?(?:service|connection|connectivity|circuit|line|link) (?:completely|totally"
    r"|entirely|altogether)\b"
    r"|\b(?:total|komplett)ausfall|\b(?:komplett|vollständig|total) (?:ausgefallen|tot|down|offline|weg"
    r"|unterbrochen|aus)\b"
    r"|\bcut off from the (?:internet|network)",
    re.IGNORECASE,
)
_NO_MORE = (
    r"(?=\W*(?:$|[.,;:!?)–-]|(?:since|at|now|again|right|here|today|whatsoever|any|anymore|anywhere|everywhere|and"
    r"|or|from|left|after"
    r"|due|because|for (?:\d|the last|hours|minutes|over|more)|on (?:svc|the|our|any|all|both|either|this)|is|are"
    r"|to (?:the )?(?:internet"
    r"|outside|world|anything|anywhere)|in (?:the |our |all |any )*(?:whole |entire )?(?:office|building|company"
    r"|house|branch\w*|sites?"
    r"|locations?|headquarters?|plant|factory|warehouse)|mehr|seit|an|am|im|in (?:der|den|dem|unser\w*|allen|beiden"
    r"|ganz\w*|(?-i:[A-ZÄÖÜ]))|auf|und|oder|bei|nach|vorhanden"
    r"|verfügbar|möglich|da"
    r"|haben|hat|heute|gestern|hier|wegen|für)\b))"
)
"""What may follow where plainly nothing is left."""
_NOTHING_LEFT = re.compile(
    r"\bnothing (?:works|is working|goes (?:through|in or out)|gets through)(?! (?:without|until|unless|except|as"
    r"|like|the way)\b)"
    r"|\bnichts (?:geht|funktioniert)(?: mehr)?(?! (?:ohne|wie|außer)\b)|\bgeht (?:gar |überhaupt )?nichts(?: mehr)?"
    r"|\bgeht (?:seit|ab|auf|bei|hier|heute)\b[^.,;!?]{2,40} nichts mehr\b"
    r"|\bno traffic (?:at all|is (?:passing|flowing|going)|passes|flows|goes)\b"
    rf"|\b(?:no|without)(?: (?:internet|network|data))? (?:internet|connectivity|network|connection|service"
    rf"|access){_NO_MORE}"
    rf"|\b(?:keine?|ohne) (?:internet(?:verbindung|zugang|zugriff)?|netz|netzwerk|verbindung|anbindung)\b{_NO_MORE}",
    re.IGNORECASE,
)
"""Plain words for a loss of service (R24)."""
_NEGATED = re.compile(
    r"\b(?:not|no|never|nicht|kein\w*|weder|neither|nobody|none|nothing|nichts|ob|whether|almost|nearly|fast|beinahe)\b"
    r"|n['’]t\b",
    re.IGNORECASE,
)
_DENIED_AFTER = re.compile(r" (?:ist|sind|war|it|is|are)(?: \w+){0,3} (?:nicht|not)\b", re.IGNORECASE)
"""German says so at the end: "Komplett ausgefallen ist er nicht"."""
_GOVERNED = re.compile(
    r"\b(?:for|on|of|behind|with|after|before|while|until|till|about|facing|via|through|during|when|nachdem|bevor"
    r"|während|bis|für|hinter|mit"
    r"|über|von) (?:(?:the|our|your|this|der|die|das|den|dem|unsere\w?) )?(?:\w+ )?$",
    re.IGNORECASE,
)
"""The service is not what is lost, or not now: "the price for the line is down", "after the line is down"."""
_NOT_OURS = re.compile(
    r"\b(?:thought|believed|assumed|dachte|dachten|competitors?|neighbou?rs?|mitbewerber\w*|nachbar\w*|other (?:isp"
    r"|provider|carrier)\w*|customer|client|kunde\w*|their|deren|colleague|supplier|says?|said|reports?|claims?"
    r"|shows?|meldet|sagt|laut"
    r"|monitoring|according)\b",
    re.IGNORECASE,
)
"""Told by others, or of others."""
_TROUBLE_GONE = re.compile(r"\b(?:it|all|everything|alles)(?:['’]s)? (?:\w+ ){0,3}(?:gone|weg)\b", re.IGNORECASE)
"""Rather the trouble than the service."""
_PART = re.compile(
    r"\b(?:router|switch|fans?|lüfter|psu|power suppl\w*|netzteil\w*|card|karte|port|servers?|modem|firewall|bgp"
    r"|session"
    r"|traffic|throughput|durchsatz|sensor|camera|kamera|printer|drucker|vm|host|website|webseite|page|portal|phones?"
    r"|telefon\w*|interface|vpn|tunnel|dns|mail\w*|e-mail|application|anwendung|monitor\w*|test\w*|lab)\b",
    re.IGNORECASE,
)
"""Not the service itself."""
_QUESTION = re.compile(
    r"^\W*(?:is|are|does|do|was|were|ist|sind|can|could|how|what|why|hat|haben|has|have|droht)\b(?! (?:now"
    r"|been))",
    re.IGNORECASE,
)
_STILL_UP = re.compile(
    r"\b(?:works?|working|running|up|online|fine|ok|okay|stable|erreichbar|geht|läuft|laufen|funktioniert"
    r"|funktionieren|stabil)\b"
    r"|\b(?:came|come|comes|is|are) back\b|\b(?:restored|resolved|recovered|behoben|vorbei|wieder da)\b"
    r"|\b(?:backup|back-up|failover|fail-over|secondary|redundan\w*|ersatz\w*|lte|4g|5g)\b"
    r"(?! (?:\w+ ){0,4}(?:fail(?:s|ed)|down|dead|offline|ausgefallen|tot)\b)",
    re.IGNORECASE,
)
"""Somewhere in the message, so that not everything is lost."""
_ALARM = re.compile(
    r"^\W*(?:notification type|host(?:name| name)?|device|sensor|monitor|state|trigger|severity|additional info"
    r"|problem name|check|check output|event(?: id)?) ?:",
    re.IGNORECASE | re.MULTILINE,
)
"""A monitoring system's form: its "link down" is one of an interface."""
_STAYS_OUT = re.compile(
    r"\b(?:not|cannot|no|nothing|nobody|never|nicht|kein\w*|nichts|niemand|gar|bis|until|when|wann|please|bitte|since"
    r"|seit)\b|n['’]t\b|\?",
    re.IGNORECASE,
)


_PARTIAL = re.compile(
    r"\b(?:packets?|loss(?:es)?|loses|slow\w*|langsam\w*|latenc\w*|latenz\w*|jitter|errors?|fehler|crc|flap\w*"
    r"|intermitt\w*"
    r"|sporadi\w*|degrad\w*|\w*verlust\w*|instabil\w*|unstable|drops|works?|backup|redundan\w*|again|wieder|minor)\b",
    re.IGNORECASE,
)


class ToldImpact(NamedTuple):
    """An impact that prose tells."""

    impact: Impact
    presumed: bool
    """It follows from a plain total loss: the customer is told, and may correct it."""


def impact_in_prose(text: str) -> ToldImpact | None:
    """The impact stated as a present fact in the guide's own terms, if there is exactly one; else service-affecting if
    an own present clause plainly tells a total loss.

    Questions, conditions, the past, denials and what others say state nothing.
    """
    pattern, choices = _STATED
    named = set()
    for sentence in filter(_MAY_STATE.search, _SENTENCE.findall(text)):
        matches = list(pattern.finditer(sentence))
        if not matches:
            continue
        rest = _UNTIL_NOW.sub(" ", pattern.sub(" ", sentence))
        denied = any(pattern.search(part) and DENIAL.search(pattern.sub(" ", part)) for part in sentence.split(","))
        if not _HEDGE.search(rest) and not denied:
            named |= {choices[str(match.lastgroup)] for match in matches}
    undisturbed = named == {Impact.NON_SERVICE_AFFECTING} and _SAID_UNDISTURBED.search(text) is not None
    if undisturbed and _CONTRADICTED.search(text):
        named.clear()
    if len(named) == 1:
        return ToldImpact(named.pop(), presumed=False)
    if not named and is_total_loss(text):
        return ToldImpact(Impact.SERVICE_AFFECTING, presumed=True)
    return None


def is_partial(text: str) -> bool:
    """Whether it tells of a fault that leaves something working."""
    return _PARTIAL.search(text) is not None


def is_total_loss(text: str) -> bool:
    """Whether a clause plainly says that all is lost now, and no other that something works."""
    if not (_LOST.search(text) or _NOTHING_LEFT.search(text)) or _ALARM.search(text):
        return False
    clauses = _CLAUSE.findall(text)
    if any(_STILL_UP.search(clause) and not _STAYS_OUT.search(clause) for clause in clauses):
        return False
    return any(map(_is_lost, clauses))


def _is_lost(clause: str) -> bool:
    if any(cue.search(clause) for cue in (UNSETTLED, MEASURED, _NOT_OURS, _TROUBLE_GONE)) or _QUESTION.match(clause):
        return False
    return any(map(_tells_a_loss, {clause, *_AND.split(clause)}))


def _tells_a_loss(clause: str) -> bool:
    if SPARE.search(clause):
        return False
    lost, nothing_left = _LOST.search(clause), _NOTHING_LEFT.search(clause)
    if nothing_left and not _PART.search(clause[: nothing_left.start()]):
        return True
    if lost is None or _DENIED_AFTER.match(clause, lost.end()):
        return False
    if _GOVERNED.search(clause[: lost.start()]):
        return False
    return not _NEGATED.search(clause[: lost.end()]) and not _PART.search(clause[: lost.end()])
