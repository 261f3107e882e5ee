"""Consent to a deferral (R27): only a short and unmistakable own yes."""

import re

from connector.rules.text.clauses import Clause, Reading, Verdict, pattern
from connector.rules.text.cues import CONDITION, NEGATION, THIRD_PARTY
from connector.rules.text.sentences import normalized

_MOST_WORDS = 25
_FEW_WORDS = 8
_NAME_WORDS = 3
_YES = re.compile(
    r"(?<![\w-])(?:yes|affirmative|yep|yeah|ok|okay|k|agreed?|fine|sure|of course(?! not)|go ahead|sounds good"
    r"|that works"
    r"|works for (?:me|us)"
    r"|no (?:problem|objections?|rush|hurry|stress|worries)|kein stress|(?:do not|don't|wouldn't) mind|(?:early"
    r"|soon) enough"
    r"|früh genug|keine eile|eilt nicht|meinetwegen|von mir aus|alles klar|confirm(?:ed)?"
    r"|accept(?:ed|able)?|approved?|alright|all right|consent|ja|jawohl|jo|gern|gerne"
    r"|einverstanden"
    r"|in ordnung|passt|geht klar|kein problem|keine einwände|nichts dagegen|stimme\w*"
    r"|zugestimmt|reicht|genügt|klar(?! nicht)|natürlich(?! nicht)"
    r"|(?:proceed|continue|resume|carry on|go on)(?= (?:tomorrow|next|on monday|monday)\b)"
    r"|morgen (?:früh )?(?:weiter\w*)"
    r"|(?:can|may) wait|may defer|kann (?:\w+ ){0,5}warten)(?![\w-])",
    re.IGNORECASE,
)
_NO = re.compile(r"\W*(?:no|nope|nein|nee)\b(?=\W*(?:[,.!;:]|$))", re.IGNORECASE)
"""Begins an answer that leaves no doubt when it is to go on."""
NO_OBJECTION = re.compile(
    r"\b(?:no (?:problem|objections?|rush|hurry|worries|issues?|stress)|(?:do not|don't|wouldn't) mind"
    r"|kein (?:problem|stress)|keine (?:einwände|eile)|eilt nicht"
    r"|nichts dagegen)\b",
    re.IGNORECASE,
)
_GO_ON = re.compile(
    r"\b(?:carry on|go on|keep (?:on|going|working)|continue|proceed|resume|work on)\b[^.!?]{0,30}"
    r"\b(?:now|tonight|immediately|at once|today|right away)\b"
    r"|\b(?:sofort|jetzt|gleich|heute|bitte) (?:noch )?(?:weiter\w*)|\bweiter(?:machen|arbeiten)\b"
    r"|\bout of the question\b|\bkommt (?:gar |überhaupt )?nicht in frage\b|\bdisagree\w*|\b(?:refuse|reject"
    r"|decline|verweiger)\w*|\bdenied\b|\babgelehnt\b|\bobject to\b"
    r"|\blehne\w*\b.{0,40}\bab\b|\bauf keinen fall\b",
    re.IGNORECASE,
)
_BEFORE_IT = re.compile(
    r"\b(?:tomorrow\w*|morning|morgen|monday|montag|next|nächst\w*|later|defer\w*|wait|warten"
    r"|aufschub)\b.*\b(?:go on|carry on"
    r"|continue|proceed|resume|weiter\w*)",
    re.IGNORECASE | re.DOTALL,
)
_GOES_ON = re.compile(
    r"\b(?:go on|carry on|continue|proceed|resume|keep (?:on|going)|work on|(?<!bitte )weiter(?:machen|arbeiten|so)?)\b"
    r"(?!.*\b(?:tomorrow\w*|morning|morgen|monday|montag|next|nächst\w*|later|as (?:proposed|suggested|you)"
    r"|\d{1,2}[:.]\d{2})\b)",
    re.IGNORECASE | re.DOTALL,
)
"""Goes on when? Our question says that without consent we go on now."""
_LATER = re.compile(
    r"\A(?!.*\b(?:today|now|tonight|heute|sofort|jetzt|gleich|immediately)\b)"
    r".*\b(?:tomorrow|morgen|monday|montag|next|nächst\w+)\b",
    re.IGNORECASE | re.DOTALL,
)
WORSE = re.compile(
    r"(?<!\bnot )\b(?:(?:get|gets|got|getting|gotten|becom\w+|became|is|are|now|much|even|far) (?:\w+ )?worse"
    r"|worsen\w*|deteriorat\w*|(?:wird|wurde|ist|immer|noch) (?:\w+ ){0,2}schlimmer|verschlechter\w*)\b",
    re.IGNORECASE,
)
CASE = re.compile(
    r"(?<![^.!?\n])[^.!?\n]*\b(?:if|should|unless|in case|falls|wenn|sollte\w*)\b[^.!?\n]*", re.IGNORECASE
)
"""What may happen has not happened."""
WITHDRAWN = re.compile(
    r"\b(?:withdr[ae]w\w*|revoke|take back|changed (?:my|our) mind|widerruf\w*|zieh\w* (?:\w+ ){0,6}zurück"
    r"|doch nicht)\b",
    re.IGNORECASE,
)
_HEDGE = re.compile(
    r"\b(?:but|however|aber|jedoch|allerdings|only|nur|think|believe|guess|glaube|denke|ask|fragen?|let you know"
    r"|question\w*|frage\w*|wonder\w*|clarif\w*|explain\w*|discuss\w*|besprechen|unclear|unklar\w*"
    r"|(?:got|received|read|saw|seen) (?:\w+ ){0,3}(?:your|the|about)|erhalten|gelesen"
    r"|would|not sure|unsure|let me|don't know|depends|check with|mal sehen|weiß nicht|kommt drauf an|klären"
    r"|würden?|could|könnten?|müsste|said|gesagt|solang\w*|unter der bedingung|provided)\b|\?",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r" (?:is |was |has (?:been )?|can |cannot |wird |ist )?(?:not|nicht|never|refused|denied|withheld)\b", re.IGNORECASE
)
"""Behind what would be a yes: "consent not given"."""
_FAREWELL = re.compile(
    r"(?<![ ,.!])[ ,.!]+(?:(?:viele|liebe|beste)? ?gr(?:u|ü)(?:ß|ss)e?|lg|vg|mfg|(?:best |kind )?regards|cheers"
    r"|schönen (?:feierabend|abend|tag)"
    r"(?: noch)?|have a (?:nice|good) (?:day|evening|night)|good night)(?:[ ,]+(?-i:[A-ZÄÖÜ])[\w.-]+){0,2}[ .!]*\Z",
    re.IGNORECASE,
)
"""At the end of the line with the answer, and no other matter."""
_OTHER_WAITS = re.compile(
    r"\b(?!(?:it|this|that|we|i|you|which|everything|all|work|repair|fix|fault|issue|problem|case|ticket|alarm|and"
    r"|yes|das|es|dies|wir"
    r"|ich|alles|reparatur|störung|fehler|ticket|und|ja)\b)\w+ (?:(?:can|may) wait|kann (?:\w+ ){0,5}warten)\b",
    re.IGNORECASE,
)
"""What can wait may be something else."""
_NOD = re.compile("[👍👌✅🆗]")
"""May mean no more than that it was read."""
GREETING = re.compile(
    r"\A\W*(?:hi|hello|hallo|dear|good (?:morning|evening|day)|guten (?:tag|morgen|abend)|moin|liebe\w*"
    r"|sehr geehrte\w*)\b"
    r"[^\n]*\n",
    re.IGNORECASE,
)


_SMALL_WORDS = frozenset({
    "i", "we", "you", "that", "it", "it's", "its", "that's", "this", "is", "are", "am", "we're", "with", "us", "me",
    "for", "please", "thanks", "thank", "then", "so", "and", "let's", "do", "go", "ahead", "tomorrow", "morning",
    "monday", "tuesday", "wednesday", "thursday", "friday", "next", "day", "working", "wait", "until", "till",
    "continue", "resume", "good", "very", "much", "many", "to", "defer", "deferral", "the", "in", "at", "on", "wir",
    "ich", "sie", "das", "es", "ist", "sind", "bin", "mit", "uns", "mir", "für", "dann", "morgen", "montag",
    "dienstag", "mittwoch", "donnerstag", "freitag", "früh", "danke", "vielen", "dank", "bitte", "sehr", "bis", "und",
    "by", "can", "could", "may", "weitermachen", "weiterarbeiten", "machen", "from", "our", "side", "have", "has",
    "your", "von", "unserer", "meiner", "seite", "aus", "dear", "team", "warten", "weiter", "zum", "nächsten",
    "arbeitstag", "zu", "gut", "haben", "dem", "aufschub", "auch", "saturday", "sunday", "samstag", "sonntag",
    "proposal", "suggestion", "pls", "end", "perfectly", "völlig", "können", "i'm", "no", "issues", "issue",
    "postpone", "verschieben", "vorschlag", "ihrem", "eurem", "ihren", "weekend",
    "wochenende", "tomorrow's", "all",
    "thx", "tnx", "thanx", "cheers", "ta", "merci", "asking", "given", "waiting", "continuing",
    "proceeding", "resuming", "deferring", "postponing", "pausing", "over", "after", "nach", "übers", "week", "woche",
})  # fmt: skip
"""What may stand around a plain yes."""
_HOW_LONG = re.compile(
    r"\b(?:until|till|bis)(?: (?:tomorrow|morgen|heute|\w+day|\w+tag))?(?: abend| um)?"
    r" (?:\d{1,2}[:.]\d{2}(?: ?(?:am|pm|uhr))?|\d{1,2} ?(?:am|pm|uhr)|noon|midnight|mitternacht)(?: tonight)?\b"
    r"|\bfor (?:the next |another )?(?:\d{1,2}|two|three|four|six) hours\b"
    r"|(?:\bat |\bum |\bgegen )?\b\d{1,2}[:.]\d{2}(?: ?(?:utc|gmt|cet|am|pm|uhr))? (?=tomorrow\b|morgen\b)"
    r"|(?:(?<=tomorrow)|(?<=morgen)) (?:at |um )?\d{1,2}[:.]\d{2}\b(?: ?(?:utc|gmt|cet|am|pm|uhr)\b)?",
    re.IGNORECASE,
)
"""Until when is no other matter: :func:`~connector.rules.text.until.read_until` reads it."""


def _more_than_yes(words: str) -> bool:
    """Something else is said too, so that the yes may be meant for that. A name at the end is nothing else."""
    *lines, last = [line for line in words.split("\n") if line.strip()] or [""]
    text = "\n".join(lines if lines and len(last.split()) <= _NAME_WORDS else [*lines, last])
    rest = _YES.sub(" ", _HOW_LONG.sub(" ", text)).lower()
    return not set(re.findall(r"[\w']+", rest)) <= _SMALL_WORDS


def read_consent(text: str, names: tuple[str, ...], asked: bool) -> Reading | None:
    """What ``text``, the customer's own words, says to a deferral; ``None`` if it says nothing of one.

    ``names`` name the deferral. Where it was ``asked`` for and not answered yet, a plain "OK" answers as well.
    """
    words = _FAREWELL.sub("", GREETING.sub("", normalized(text)).strip())
    named = pattern(names)
    names_it = named is not None and named.search(words) is not None
    cues = {
        "negation": NEGATION.search(NO_OBJECTION.sub(" ", words)),
        "withdrawal": WITHDRAWN.search(words),
        "go on": (_GO_ON.search(words) and not _LATER.search(words)) or WORSE.search(CASE.sub(" ", words)),
        "condition": CONDITION.search(_PLAIN_TIME.sub(" ", words))
        or _HEDGE.search(words)
        or _OTHER_WAITS.search(words)
        or (_GOES_ON.search(words) and not _BEFORE_IT.search(words) and not _NO.match(words))
        or _NOD.search(words),
        "third party": THIRD_PARTY.search(words),
        "later": _LATER.search(words) and not _more_than_yes(words),
        "more": not names_it and _more_than_yes(words),
        "long": len(words.split()) > _MOST_WORDS,
        "yes": _YES.search(words),
    }
    told = tuple(name for name, cue in cues.items() if cue)
    if not (names_it or (asked and told and set(told) - {"long", "more"})):
        return _answers_unclearly(words) if asked else None
    begins = _YES.match(words.lstrip("*_ "))
    begins_with_yes = begins is not None and not _DENIED.match(words.lstrip("*_ "), begins.end())
    few_words = names_it or len(words.split()) <= _FEW_WORDS
    verdict = _verdict(frozenset(told), begins_with_yes=begins_with_yes, few_words=few_words)
    if verdict is None:
        return _answers_unclearly(words) if asked else None
    said = next((line for line in words.split("\n") if _YES.search(line) or (named and named.search(line))), words)
    return Reading(verdict, said, (Clause(said, said, told, verdict),))


_SAYS_NOTHING = re.compile(
    r"\W*(?:(?:many |vielen |besten |herzlichen )?(?:thanks?|thank you|thx|danke?|merci)(?: (?:you|a lot|very much"
    r"|again|sehr))?"
    r"|received|noted|fyi)?\W*",
    re.IGNORECASE,
)


def _answers_unclearly(words: str) -> Reading | None:
    """A short first answer to our question that is neither yes nor no is for a person to read."""
    if "?" in words or not 0 < len(words.split()) <= _FEW_WORDS or _SAYS_NOTHING.fullmatch(words):
        return None
    return Reading(Verdict.UNCLEAR, words, (Clause(words, words, ("answer",), Verdict.UNCLEAR),))


def answers_only(reading: Reading) -> bool:
    """Whether it is unclear for no other reason than that it is a short answer."""
    return reading.clauses[0].cues == ("answer",)


_PLAIN_TIME = re.compile(
    r"\b(?:may (?:defer|wait)|(?:until|till|bis)\b(?: (?:zum|the|next|nächsten))*"
    r"|tomorrow|morgen|later|monday|montag)\b",
    re.IGNORECASE,
)
"""When it goes on is no condition."""


def _verdict(cues: frozenset[str], *, begins_with_yes: bool, few_words: bool) -> Verdict | None:
    doubtful = bool(cues & {"condition", "third party", "long"}) or cues == {"later"}
    if cues & {"withdrawal", "go on"}:
        return Verdict.UNCLEAR if begins_with_yes else Verdict.NO
    if "negation" in cues:
        return Verdict.UNCLEAR if doubtful or begins_with_yes else Verdict.NO
    if "yes" not in cues:
        return Verdict.UNCLEAR if doubtful and few_words else None
    return Verdict.UNCLEAR if doubtful or "more" in cues else Verdict.YES


def takes_back(reading: Reading) -> bool:
    """Whether it plainly ends what was agreed, whatever it was an answer to."""
    return reading.verdict is Verdict.NO and not {"withdrawal", "go on"}.isdisjoint(reading.clauses[0].cues)
