"""What a customer wants, clause by clause: yes, no, or unclear (R27, R34, R39).

A message is cut into sentences, and sentences into clauses. Each clause that names what is looked for gets a verdict
from the cues in it, in English and German. What harms if it is misread needs a plain wish with nothing against it;
what is not plain is for a person to read.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from html import unescape
from typing import NamedTuple
from unicodedata import normalize


class Verdict(StrEnum):
    """What a clause or a message says of what is looked for."""

    YES = "yes"
    """A wish of the customer, and nothing against it."""
    NO = "no"
    """Not wanted; or only asked about, told of, or somebody else's."""
    UNCLEAR = "unclear"
    """A person has to read it."""


class Clause(NamedTuple):
    """A clause that names what is looked for."""

    text: str
    sentence: str
    cues: tuple[str, ...]
    """What speaks for the verdict, e.g. ``negation``."""
    verdict: Verdict


class Reading(NamedTuple):
    """What a whole message says."""

    verdict: Verdict
    said: str
    """The sentence that decides, in the customer's words."""
    clauses: tuple[Clause, ...]


_LIKE_ASCII = str.maketrans({**dict.fromkeys("‐‑‒–—―−", "-"), **dict.fromkeys("’‘`´ʼ", "'"), "\t": " "})
_BULLET = re.compile(r"[ ]*(?:[-*•·+o►▪‣]|\(?\d{1,2}[.)])[ ]+")
_LABEL = re.compile(
    r"[ ]*(?:[^\W\d_][\w /()-]{1,40}: |(?:hi|hello|hallo|dear|guten|good|sehr geehrte\w*|moin"
    r"|liebe\w*)\b[^.!?\n]{0,40},?[ ]*$)",
    re.IGNORECASE,
)
"""A labelled line or a greeting: what follows begins anew."""
_LONGEST = 500
"""Characters of a sentence that are read together: what takes longer to read is no sentence of a mail."""
_AFTERTHOUGHT = 3
"""Words: "…, please don't"."""
_SENTENCE = re.compile(r"[^.!?;\n]*(?:[.!?;](?![\s]|$)[^.!?;\n]*)*[.!?;]*")
_CLAUSE_ENDS = re.compile(
    r",? (?:but|sondern|aber|instead|stattdessen|rather)(?= )"
    r"|, ?(?:so |and |und |also |then |therefore |hence |daher |deshalb |darum )?"
    r"(?=(?:please|pls|kindly|bitte|we|i|wir|ich|you|our|unser\w*|my|the|die|der|das|it|es) )"
    r"| (?:and|und|so|daher|deshalb|therefore|hence) (?=(?:therefore |hence |daher |deshalb )?"
    r"(?:please|pls|kindly|bitte|we|i|wir|ich|request) )"
    r"|:(?= )| - ",
    re.IGNORECASE,
)
_MIDDLE_PLEASE = re.compile(
    r"(?<!\bnot)(?<!\bnicht)(?<!\byou)(?<!\bwe)(?<!\bi)(?<!\bsie)(?<!\bich)(?<!\bwir)(?<!\buns)(?<!\bcan)"
    r" (?=(?:please|kindly|bitte) \S)",
    re.IGNORECASE,
)


def _words(*alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{'|'.join(alternatives)})(?![\w-])", re.IGNORECASE)


_COMPLAINT = _words(
    r"not (?:at all |really |yet |very )?(?:satisfied|happy|acceptable|good enough|enough|resolved|fixed|working"
    r"|moving|progressing|solved)",
    r"no (?:answer|reply|response|progress|update|feedback|news|solution|service|link|light|reaction|call)s?",
    r"(?:nothing|nobody|no one|noone) (?:has |have |had |is )?(?:been )?(?:works?|happen\w*|answer\w*|call\w*|repl\w+"
    r"|react\w*|done|care\w*|respond\w*|working|mov\w+)",
    r"(?:not|no) later than|not only|why not|no doubt|nicht nur|nicht später als|nicht (?:zufrieden|akzeptabel"
    r"|hinnehmbar)",
    r"keine? (?:rückmeldung|antwort|lösung|reaktion|fortschritte?|info\w*|verbindung|link)",
    r"(?:nichts|niemand) (?:passiert|geschieht|geht mehr|geht|meldet|hat sich gemeldet|ruft)",
)
"""Words of denial that deny nothing that is asked for."""
NEGATION = re.compile(
    r"(?<![\w-])(?:no|not|never|nor|neither|nobody|none|nothing|without|cannot|dont|doesnt|didnt|wont|unnecessary"
    r"|needless"
    r"|kein\w*|nicht|nie|niemals|niemand|ohne|weder|nichts|unnötig|überflüssig|nein)(?![\w-])|n't(?!\w)",
    re.IGNORECASE,
)
_WITHDRAWAL = _words(
    r"withdr[ae]w\w*|disregard|ignore|forget(?: about)?|revoke|no longer|hold off|refrain|retract|cancel\w*|scrap"
    r"|stop (?:the|this|that|your|any|escalating|all)",
    r"absehen|zurückzieh\w*|zurückgezogen|zieh\w* (?:\w+ ){0,6}zurück|zurücknehm\w*|nehm\w* (?:\w+ ){0,6}zurück"
    r"|erledigt"
    r"|hinfällig|stornier\w*|verzicht\w*|ignorier\w*|vergessen|gegenstandslos|widerruf\w*",
)
CONDITION = _words(
    r"if|unless|otherwise|else|may(?! (?:we|i)\b)|might|maybe|perhaps|possibly|probably|later|once|until|till"
    r"|as soon as"
    r"|as long as|in case|in urgent cases|when|whenever|provided|tomorrow|next time|in future|would have to"
    r"|consider\w*"
    r"|before we",
    r"should (?:the|it|this|that|there|nobody|no|nothing|you|we)",
    r"falls|wenn|sofern|sonst|ansonsten|andernfalls|eventuell|evtl|vielleicht|möglicherweise|sobald|solange|später"
    r"|ggf"
    r"|gegebenenfalls|im notfall|bevor|notfalls|wahrscheinlich|überleg\w*",
)
_OUR_TURN = re.compile(
    r"\b(?:we|i) (?:will|shall|'ll|are going to|am going to|plan to|have to|had to)\b|\b(?:we|i)'ll\b"
    r"|\b(?:werden|werde) (?:wir|ich)\b|\b(?:wir|ich) (?:werden|werde|eskalier\w+)\b|\b(?:müssen|muss) (?:wir|ich)\b",
    re.IGNORECASE,
)
_WHEN_READY = _words(
    r"(?:once|as soon as|when|whenever|sobald|wenn) (?:[\w']+ ){0,5}?(?:available|ready|possible|can|could|finished"
    r"|done"
    r"|completed?|resolved|closed|restored|fixed|fertig|vorliegt|möglich|verfügbar|behoben|da ist)"
)
"""Not a condition but the order of things, where a document is asked for."""
_PAST = _words(
    r"thank\w*(?: you)?(?: \w+)? for|thanks|thank you|received|arrived|promised|already|was|were|has been|have been"
    r"|had"
    r"|got|sent|asked|escalated (?:this|it|that)|have escalated|has escalated|did",
    r"(?:vielen |herzlichen |besten )?dank(?:e)?|erhalten|angekommen|bekommen|versprochen|zugesagt|schon|bereits"
    r"|wurde"
    r"|wurden|hatten?|war|waren|(?:haben|hat) (?:\w+ ){0,6}eskaliert"
    r"|eskaliert (?:haben|hat|habe|wurde)",
)
_REASON = re.compile(r" (?:if|unless|because|falls|wenn|sofern|weil) .*", re.IGNORECASE | re.DOTALL)
"""What stands behind it denies no wish before it."""
_ASKED_BEFORE = re.compile(
    r"\b(?:i|we|ich|wir)\b[^,]{0,30}\b(?:asked|requested|gebeten|angefordert|verlangt)\b", re.IGNORECASE
)
_IN_ADVANCE = _words("in advance", "im voraus")
THIRD_PARTY = _words(
    r"(?:my|our|your|his|her|their|the|a) (?:\w+ )?(?:colleagues?|suppliers?|carriers?|vendors?|customers?|clients?)",
    r"(?:mein|unser|ihr|euer|der|die|den|einem|einen|ein)\w{0,2} (?:\w+ )?(?:kolleg\w+|lieferant\w*|kund\w+|carrier)",
    r"internally|intern|on our side|in-house|bei uns|customer of ours",
)
_ELSEWHERE = re.compile(
    r"\b(?:escalat\w*|eskal\w*|turn|contact|write|mail)\b[^,]{0,40}?\b(?:to|an|bei)\b"
    r"(?: (?:my|our|mein\w*|unser\w*) \w+| \S+@\S+)",
    re.IGNORECASE,
)
"""Said to whoever reads it, not to us: signatures and absence notices name colleagues and addresses."""
_INFORMATION = re.compile(
    r"^\W*(?:and |und |also |so |but |hi |hello |hallo )?(?:who|whom|how|what|which|where|when|why|is|are|does"
    r"|do(?! not)"
    r"|did|was"
    r"|were|has|have|had|wer|wen|wem|wie|was|welche\w*|wo|wann|warum|ist|sind|hat|haben|gibt|wurde|wird|werden)\b",
    re.IGNORECASE,
)
_TELL = _words(
    r"(?:tell|explain|know|say|confirm|describe|clarify|wissen|sagen|erklären|mitteilen|beschreiben|bestätigen) "
    r"(?:\w+ ){0,3}?(?:who|whom|how|what|when|which|whether|if|why|where|the escalation|wer|wen|wie|was|wann|ob"
    r"|welche\w*)"
)
_MENTION = _words(
    r"escalation (?:process|path|matrix|contacts?|procedure|list|numbers?|policy|manager|plan|level is|e-?mail)\w*",
    r"eskalations(?:prozess|weg|matrix|kontakt|verfahren|liste|plan)\w*",
)
_ASKS_POLITELY = _words(
    r"(?:could|can|would|will|may|might) (?:you|we|i|this|it|that|someone|somebody|anyone)",
    r"(?:könnten?|können|kann|würden?|dürften?|dürfen|wären|wäre|möchten|wollen) (?:sie|ihr|wir|ich|du|das|man|uns"
    r"|es)",
)
_PLEASE = _words("please", "kindly", "bitte")
_WISH = _words(
    r"please|pls|plz|kindly|wants?|needs?|requires?|request(?:s|ing|ed)?|demands?|insist|ask (?:you|for)|asking"
    r"|would like|would love|appreciate|must be|has to be|have to be|should be|needs to|expect|let us have|time to"
    r"|(?:i|we)'d (?:like|appreciate|love)|urge",
    r"bitte|bitten|ford(?:ere|ern)|anfordern|angefordert|verlang\w+|möcht\w+|moecht\w+|wollen|ich will|will ich"
    r"|benötig\w+|brauch\w+"
    r"|hätten? (?:\w+ ){0,2}gern\w?|gern\w?|wünsch\w+|ersuch\w+|erwart\w+|beantrag\w+|dringend|erbeten"
    r"|(?:muss|müssen|sollte|soll) (?:\w+ ){0,6}werden",
)
_AS_REQUESTED = _words("as requested", "wie gewünscht", "wie angefordert", "on request", "no request")
_IMPERATIVE = re.compile(
    r"^\W*(?:(?:hi|hello|hallo|so|then|now|just|and|dann|also|jetzt|therefore)\W+)*"
    r"(?:escalate|send|share|provide|prepare|give|forward|raise|deliver|issue|eskalier\w+|send\w+|schick\w+"
    r"|übersend\w+"
    r"|erstell\w+|leit\w+|stell\w+|liefer\w+)\b",
    re.IGNORECASE,
)
_PLEASE_DO = re.compile(
    r"\b(?:please|kindly|bitte)\b (?:do|send|share|provide|raise|forward|escalate|tun|senden|schicken|machen)\w*"
    r"(?: (?:sie|us|uns|me|mir))? (?:it|so|one|that|this|ihn|das|diesen|es)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=256)
def pattern(names: tuple[str, ...]) -> re.Pattern[str] | None:
    """Any of ``names`` as whole words, whatever the spacing; a star stands for the rest of a word."""
    spelled = [
        r"[\s-]+".join(re.escape(part).replace(r"\*", r"\w*") for part in re.split(r"[\s-]+", normalized(name).strip()))
        for name in names
        if name.strip(" *-")
    ]
    return re.compile(rf"(?<![\w-])(?:{'|'.join(spelled)})(?!\w)", re.IGNORECASE) if spelled else None


def normalized(text: str) -> str:
    """One kind of letter, hyphen, apostrophe and space: what makes no difference in meaning."""
    return text if text.isascii() and "\t" not in text else normalize("NFKC", text).translate(_LIKE_ASCII)


def may_name(raw: str, families: tuple[tuple[str, ...], ...]) -> tuple[bool, ...]:
    """A cheap look at a raw body, for each family of names: taking a mail apart costs a thousand times more, and few
    ask for anything."""
    small = normalized(unescape(raw)).lower()
    return tuple(
        any(stems and all(stem in small for stem in stems) for stems in map(_stems, names)) for names in families
    )


@lru_cache(maxsize=256)
def _stems(name: str) -> tuple[str, ...]:
    return tuple(stem for word in re.split(r"[\s-]+", normalized(name).lower()) if (stem := word.strip("*")))


def sentences(text: str) -> Iterator[str]:
    """The sentences of ``text``. Wrapped lines are joined; a blank line, a bullet or a label begins anew."""
    for paragraph in re.split(r"\n[ \t]*\n", text):
        lines: list[str] = []
        anew = ""
        for line in paragraph.split("\n"):
            bullet, label = _BULLET.match(line), _LABEL.match(line)
            lines.append(("\n" if bullet or label else anew) + line[bullet.end() if bullet else 0 :])
            anew = "\n" if label else ""
        for match in _SENTENCE.finditer(re.sub(r" {2,}", " ", " ".join(lines))):
            sentence = match[0].strip()
            for at in range(0, len(sentence), _LONGEST):
                yield sentence[at : at + _LONGEST]


def _clauses(sentence: str, named: re.Pattern[str]) -> Iterator[str]:
    start = 0
    for end in _CLAUSE_ENDS.finditer(sentence):
        yield from _before_please(sentence[start : end.start()], named)
        start = end.end()
    yield from _before_please(sentence[start:], named)


def _before_please(clause: str, named: re.Pattern[str]) -> Iterator[str]:
    """What stands before a "please" is another clause if what is looked for comes only after it."""
    match = _MIDDLE_PLEASE.search(clause)
    before = clause[: match.start()] if match else ""
    denied = NEGATION.search(_COMPLAINT.sub(" ", before))
    if match and len(before.split()) > 1 and not denied and not named.search(before):
        yield before
        clause = clause[match.end() :]
    yield clause.strip(" ,")


def _segment(clause: str, at: int) -> str:
    """The part between commas around a place."""
    start = clause.rfind(",", 0, at) + 1
    end = clause.find(",", at)
    return clause[start : end if end >= 0 else len(clause)]


def _judged(clause: str, sentence: str, named: re.Match[str]) -> Clause:
    cues = _cues(clause, sentence, named)
    return Clause(clause, sentence, cues, _verdict(frozenset(cues)))


def _cues(clause: str, sentence: str, named: re.Match[str]) -> tuple[str, ...]:
    plain = _COMPLAINT.sub(_masked, clause)
    reason = _REASON.search(plain, named.end())
    if reason:
        plain = plain[: reason.start()] + _masked(reason)
    segment = _segment(plain, named.start())
    ordered = _WHEN_READY.sub(" ", sentence)
    polite = bool(_ASKS_POLITELY.search(clause) or _PLEASE.search(clause))
    asked = sentence.endswith("?") and not polite and len(sentence.split()) > 2
    cues = {
        "withdrawal": _WITHDRAWAL.search(plain),
        "negation": NEGATION.search(segment),
        "other negation": NEGATION.search(plain),
        "information": asked or _INFORMATION.match(clause) or _TELL.search(clause) or _MENTION.search(clause),
        "sent elsewhere": _ELSEWHERE.search(clause),
        "asked before": _ASKED_BEFORE.search(clause),
        "past": _PAST.search(clause) and not _IN_ADVANCE.search(clause),
        "condition": CONDITION.search(ordered) or _OUR_TURN.search(clause),
        "third party": THIRD_PARTY.search(segment),
        "wish": polite or _IMPERATIVE.match(clause) or _WISH.search(_AS_REQUESTED.sub(" ", clause)),
    }
    return tuple(name for name, cue in cues.items() if cue)


def _masked(match: re.Match[str]) -> str:
    return "~" * len(match[0])


_AGAINST = frozenset({"withdrawal", "negation"})
_NOT_OURS = frozenset({"information", "sent elsewhere"})


def _verdict(cues: frozenset[str]) -> Verdict:
    if cues & _AGAINST or cues & _NOT_OURS:
        return Verdict.NO
    wish = "wish" in cues or "asked before" in cues
    if cues & {"past", "third party", "other negation"}:
        return Verdict.UNCLEAR if wish else Verdict.NO
    return Verdict.YES if wish and "condition" not in cues else Verdict.UNCLEAR


def read_request(text: str, names: tuple[str, ...]) -> Reading | None:
    """What ``text``, the customer's own words, wants of what ``names`` name; ``None`` if it names nothing of it.

    A later clear no of one message beats an earlier yes; a yes after a clear no is unclear.
    """
    named = pattern(names)
    if named is None:
        return None
    clauses: list[Clause] = []
    for sentence in sentences(normalized(text)):
        touched = False
        for clause in _clauses(sentence, named):
            if (match := named.search(clause)) is not None:
                clauses.append(_judged(clause, sentence, match))
                touched = True
            elif touched and len(clause.split()) <= _AFTERTHOUGHT and NEGATION.search(clause):
                clauses.append(Clause(clause, sentence, ("negation",), Verdict.NO))
            elif clauses and _PLEASE_DO.search(clause) and not NEGATION.search(clause):
                condition = CONDITION.search(_WHEN_READY.sub(" ", sentence)) is not None
                clauses.append(Clause(clause, sentence, ("wish",), Verdict.UNCLEAR if condition else Verdict.YES))
        if not touched and (match := named.search(sentence)) is not None:
            clauses.append(_judged(sentence, sentence, match))
    return _together(clauses) if clauses else None


def _together(clauses: list[Clause]) -> Reading:
    decides = clauses[-1]
    verdict = Verdict.NO
    against = False
    for clause in clauses:
        clear_no = "information" not in clause.cues and not _AGAINST.isdisjoint(clause.cues)
        if clause.verdict is Verdict.NO and not clear_no:
            continue
        against |= clear_no
        if clear_no or clause.verdict is Verdict.YES or verdict is not Verdict.YES:
            decides = clause
            verdict = Verdict.UNCLEAR if clause.verdict is Verdict.YES and against else clause.verdict
    return Reading(verdict, decides.sentence, tuple(clauses))
