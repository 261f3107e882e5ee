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

from connector.rules.text.boxes import answers_in_columns, rows_apart, without_unticked
from connector.rules.text.cues import (
    AS_A_RULE,
    AS_REQUESTED,
    AS_SOON_AS_POSSIBLE,
    ASKED_BEFORE,
    ASKS_POLITELY,
    AVOIDED,
    AVOIDED_AFTER,
    COMPLAINT,
    CONDITION,
    CONTACT,
    ELSEWHERE,
    EXCEPTED,
    HIGH_TIME,
    IMPERATIVE,
    IN_ADVANCE,
    INFORMATION,
    INVERTED,
    IS_POSSIBLE,
    MAY_WE_HAVE,
    MISSING,
    NEGATION,
    NOT_BEFORE,
    NOT_MEANT,
    OUR_TURN,
    PAST,
    PERMITS,
    PLEASE,
    RATHER_THAN,
    REASON,
    TELL,
    THANKS,
    THIRD_PARTY,
    TOLD,
    WHEN_READY,
    WISH,
    WITHDRAWAL,
    WOULD_BE_GOOD,
)
from connector.rules.text.governed import is_an_act, is_wished_for
from connector.rules.text.hints import NOT_YET, NOTHING_LESS, REPROACH, SUGGESTS
from connector.rules.text.other_acts import (
    AS_AGREED,
    HANDED_OVER,
    MENTION,
    OTHER_ACT,
)
from connector.rules.text.referring import (
    AND_NO,
    ANSWERED_NO,
    ANSWERED_YES,
    NOT_NEEDED,
    NOTHING,
    PLEASE_DO,
    PRONOUN_WISH,
    UNHAPPY,
)
from connector.rules.text.sentences import normalized, sentences


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


_SHORT_QUESTION = 2
"""The most words of a question that may be a wish, such as "Escalation now?"."""
_AFTERTHOUGHT = 3
"""The most words of an afterthought that takes back what was named, such as "…, please don't"."""
_BARE_DEMAND = re.compile(
    r"(?:(?:an?|the|next|immediate|eine?n?|die|der|den|nächste|sofortige)\s+){0,2}~(?:\s+(?:now|level|jetzt"
    r"|sofort))?\s*[.!]*",
    re.IGNORECASE,
)
"""A paragraph that is nothing but what is looked for, named as ``~``."""
_DEMAND_NOW = re.compile(
    r"(?:(?:an?|the|next|immediate|eine?n?|die|sofortige)\s+){0,2}~(?: (?:to|an|auf)(?: [\w-]+){1,4})?,?"
    r" (?:now|at once|immediately|asap|jetzt|sofort|umgehend)\s*[.!]*",
    re.IGNORECASE,
)
"""A sentence that is nothing but that, and now."""
_OTHER_PART = re.compile(r"[,;:]|\d\)|\b(?:and|und|then|dann|so)\b", re.IGNORECASE)
_AND = re.compile(r"(\b(?:and|und)\b)", re.IGNORECASE)
_CLAUSE_ENDS = re.compile(
    r",? (?:but|sondern|aber|instead(?! of)|stattdessen|rather(?! than| you))(?= )"
    r"|, ?(?:so |now |jetzt |nun |and |und |also |then |therefore |hence |daher |deshalb |darum )?"
    r"(?=(?:please|pls|kindly|bitte|bitten|möchten|fordern|we|i|wir|ich|you|our|unser\w*|my|the|die|der|das|it|es)[ '])"
    r"(?![^,.!?;]* zu (?:\w+ )?\w+en(?:\W*$|,))"
    r"| (?:and|und|so|daher|deshalb|therefore|hence) (?=(?:therefore |hence |daher |deshalb )?"
    r"(?:please|pls|kindly|bitte|we|i|wir|ich|request) )"
    r"|, (?=(?:just|simply|einfach) (?:escalate|eskalier|send|share|provide))"
    r"|:(?= )| - ",
    re.IGNORECASE,
)
_MIDDLE_PLEASE = re.compile(
    r"(?<!\bnot)(?<!\bnicht)(?<!\byou)(?<!\bwe)(?<!\bi)(?<!\bsie)(?<!\bich)(?<!\bwir)(?<!\buns)(?<!\bcan)"
    r" (?=(?:please|kindly|bitte) \S)",
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


def may_name(raw: str, families: tuple[tuple[str, ...], ...]) -> tuple[bool, ...]:
    """For each family of names, whether the raw body can name one of them. A cheap look first: taking a mail apart
    costs a thousand times more, and few mails ask for anything."""
    small = normalized(unescape(raw)).lower()
    by_family, each = _stems(families)
    there = {stem for stem in each if stem in small}
    return tuple(any(stems <= there for stems in names) for names in by_family)


@lru_cache(maxsize=64)
def _stems(families: tuple[tuple[str, ...], ...]) -> tuple[tuple[tuple[frozenset[str], ...], ...], frozenset[str]]:
    """For each family the parts of words of each of its names, and all these parts together."""
    by_family = tuple(tuple(filter(None, map(_parts, names))) for names in families)
    return by_family, frozenset().union(*(stems for names in by_family for stems in names))


def _parts(name: str) -> frozenset[str]:
    return frozenset(part for word in re.split(r"[\s-]+", normalized(name).lower()) if (part := word.strip("*")))


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
    denied = NEGATION.search(COMPLAINT.sub(" ", before))
    if match and len(before.split()) > 1 and not denied and not named.search(before):
        yield before
        clause = clause[match.end() :]
    yield clause.strip(" ,")


def _segment(clause: str, at: int) -> str:
    """The part between commas around a place."""
    start = clause.rfind(",", 0, at) + 1
    end = clause.find(",", at)
    return clause[start : end if end >= 0 else len(clause)]


def _answer(sentence: str) -> Iterator[Clause]:
    """What a sentence says to the writer's own question before it: "Escalation needed? Not yet."."""
    if ANSWERED_NO.match(sentence):
        yield Clause(sentence, sentence, ("negation",), Verdict.NO)
    elif ANSWERED_YES.match(sentence):
        yield Clause(sentence, sentence, ("wish",), Verdict.UNCLEAR)


def _judged(clause: str, sentence: str, named: re.Match[str], before: str) -> Clause:
    cues = _cues(clause, sentence, named)
    if UNHAPPY.search(before):
        cues += ("condition",)
    return Clause(clause, sentence, cues, _verdict(frozenset(cues)))


def _cues(clause: str, sentence: str, named: re.Match[str]) -> tuple[str, ...]:
    plain = MISSING.sub(_masked, COMPLAINT.sub(_masked, clause))
    reason = REASON.search(plain, named.end())
    if reason:
        plain = plain[: reason.start()] + _masked(reason)
    segment = _segment(plain, named.start())
    ordered = COMPLAINT.sub(" ", WOULD_BE_GOOD.sub(" ", _without_order(sentence, named[0])))
    good = WOULD_BE_GOOD.search(clause) or HIGH_TIME.search(clause)
    wishes = HANDED_OVER.sub(" ", AS_REQUESTED.sub(" ", clause))
    polite = bool(ASKS_POLITELY.search(clause) or PLEASE.search(wishes) or good or IS_POSSIBLE.search(clause))
    asks = sentence.endswith("?") and not polite
    short = len(sentence.split()) <= _SHORT_QUESTION
    informs = INFORMATION.match(clause) and not IS_POSSIBLE.search(clause)
    imperative = IMPERATIVE.match(clause) or IMPERATIVE.match(segment)
    inverted = INVERTED.match(sentence) and not sentence.endswith("?")
    suggests = sentence.endswith("?") and SUGGESTS.match(sentence)
    nothing_less = NEGATION.search(plain) and NOTHING_LESS.search(plain[: named.start()])
    denies = not (suggests or nothing_less or NOT_YET.search(clause))
    cues = {
        "withdrawal": _beside(WITHDRAWAL, plain, named),
        "negation": (denies and NEGATION.search(segment))
        or NOT_BEFORE.search(plain[: named.start()])
        or AVOIDED.search(plain[: named.start()])
        or AVOIDED_AFTER.search(plain[named.end() :])
        or RATHER_THAN.search(plain[: named.start()]),
        "other negation": NEGATION.search(plain) or WITHDRAWAL.search(plain) or EXCEPTED.search(plain[: named.start()]),
        "information": (not suggests and ((asks and not short) or informs))
        or TELL.search(clause)
        or _mentions(clause, named),
        "sent elsewhere": ELSEWHERE.search(clause) or CONTACT.search(sentence),
        "asked before": ASKED_BEFORE.search(clause),
        "past": PAST.search(MAY_WE_HAVE.sub(" ", HIGH_TIME.sub(" ", plain)))
        or (THANKS.search(segment) and not IN_ADVANCE.search(clause)),
        "condition": CONDITION.search(ordered)
        or inverted
        or OUR_TURN.search(clause)
        or PERMITS.search(clause)
        or (asks and short)
        or sentence.endswith(":")
        or (sentence.endswith("?") and AS_A_RULE.search(sentence)),
        "hint": not denies or REPROACH.search(clause),
        "third party": THIRD_PARTY.search(segment),
        "wish": polite or imperative or WISH.search(wishes),
        "handed over": _beside(HANDED_OVER, clause, named),
        "told": TOLD.search(clause),
        "other act": _beside(OTHER_ACT, plain if is_an_act(named[0]) else WHEN_READY.sub(_masked, plain), named),
        "missing": MISSING.search(clause[: reason.start()] if reason else clause),
        "something else": not is_wished_for(plain[: named.start()], named[0], plain[named.end() :]),
    }
    return tuple(name for name, cue in cues.items() if cue)


def _without_order(sentence: str, name: str) -> str:
    """``sentence`` without what tells only in which order things come. A document comes when it is ready, but what is
    to be done then is not wished for now."""
    if not is_an_act(name):
        return WHEN_READY.sub(" ", sentence)
    acted, also, later = AS_SOON_AS_POSSIBLE.sub(" ", sentence).partition(name)
    act, joined, other = _AND.split(later, maxsplit=1) if _AND.search(later) else (later, "", "")
    return f"{acted}{also}{act}{joined}{WHEN_READY.sub(' ', other)}"


def _mentions(clause: str, named: re.Match[str]) -> bool:
    """Whether what is named is only part of another thing, such as an escalation matrix."""
    return any(
        match.start() < named.end() and named.start() < match.end()
        for match in MENTION.finditer(AS_AGREED.sub(_masked, clause))
    )


def _beside(words: re.Pattern[str], clause: str, named: re.Match[str]) -> bool:
    """Whether one of the words goes with what is named, and not with something else of the clause."""
    for match in words.finditer(clause):
        first, second = sorted((match.span(), named.span()))
        if not _OTHER_PART.search(clause[first[1] : second[0]]):
            return True
    return False


def _masked(match: re.Match[str]) -> str:
    return "~" * len(match[0])


_AGAINST = frozenset({"withdrawal", "negation"})
_NOT_OURS = frozenset({"information", "sent elsewhere"})


def _verdict(cues: frozenset[str]) -> Verdict:
    if cues & _AGAINST or cues & _NOT_OURS:
        return Verdict.NO
    wish = "wish" in cues or "asked before" in cues
    if cues & {"condition", "missing", "hint"}:
        return Verdict.UNCLEAR
    if cues & {"past", "handed over", "third party", "other negation", "other act"}:
        return Verdict.UNCLEAR if wish else Verdict.NO
    if "told" in cues and not wish:
        return Verdict.NO
    return Verdict.YES if wish and "something else" not in cues else Verdict.UNCLEAR


def read_request(text: str, names: tuple[str, ...]) -> Reading | None:
    """Whether ``text``, the customer's own words, asks for what ``names`` name; ``None`` if it names none of them.

    A later clear no of one message beats an earlier yes; a yes after a clear no is unclear.
    """
    named = pattern(names)
    if named is None:
        return None
    clauses: list[Clause] = []
    before = ""
    for sentence in sentences(normalized(rows_apart(without_unticked(text)))):
        touched = False
        if clauses and before.endswith("?") and clauses[-1].sentence == before:
            clauses += _answer(sentence)
        for clause in _clauses(sentence, named):
            if (match := named.search(clause)) is not None:
                clauses.append(_judged(clause, sentence, match, before))
                touched = True
            elif (
                touched
                and len(clause.split()) <= _AFTERTHOUGHT
                and not AND_NO.match(clause)
                and (NEGATION.search(COMPLAINT.sub(" ", clause)) or NOTHING.match(clause))
            ):
                clauses.append(Clause(clause, sentence, ("negation",), Verdict.NO))
            elif clauses and NOT_NEEDED.search(clause):
                clauses.append(Clause(clause, sentence, ("withdrawal",), Verdict.NO))
            elif clauses and PLEASE_DO.search(clause) and not NEGATION.search(clause):
                condition = CONDITION.search(WHEN_READY.sub(" ", sentence)) is not None
                clauses.append(Clause(clause, sentence, ("wish",), Verdict.UNCLEAR if condition else Verdict.YES))
            elif clauses and PRONOUN_WISH.search(clause) and not NEGATION.search(clause):
                clauses.append(Clause(clause, sentence, ("wish",), Verdict.UNCLEAR))
        if not touched and (match := named.search(sentence)) is not None:
            clauses.append(_judged(sentence, sentence, match, before))
        before = sentence
    last = normalized(text).strip().rpartition("\n\n")[2]
    if (
        len(clauses) == 1
        and not clauses[0].cues
        and _demands(named.sub(_as_demand, last), named.sub(_as_demand, clauses[0].sentence))
    ):
        clauses = [clauses[0]._replace(cues=("nothing else",), verdict=Verdict.YES)]
    if not clauses:
        return None
    reading = _together(clauses)
    tested = reading.verdict is Verdict.YES and NOT_MEANT.search(text)
    doubtful = tested or answers_in_columns(text)
    return reading._replace(verdict=Verdict.UNCLEAR) if doubtful else reading


def _as_demand(match: re.Match[str]) -> str:
    return match[0] if match[0].lower().endswith(("ed", "iert", "t")) else "~"


def _demands(paragraph: str, sentence: str) -> bool:
    return bool(_BARE_DEMAND.fullmatch(paragraph) or _DEMAND_NOW.fullmatch(sentence))


def _together(clauses: list[Clause]) -> Reading:
    decides = clauses[-1]
    verdict = Verdict.NO
    against = False
    for clause in clauses:
        # A negation in words about the past ("has not happened yet") denies no wish.
        clear_no = not {"information", "past"} & set(clause.cues) and not _AGAINST.isdisjoint(clause.cues)
        if clause.verdict is Verdict.NO and not clear_no:
            continue
        against |= clear_no
        if clear_no or clause.verdict is Verdict.YES or verdict is not Verdict.YES:
            decides = clause
            verdict = Verdict.UNCLEAR if clause.verdict is Verdict.YES and against else clause.verdict
    return Reading(verdict, decides.sentence, tuple(clauses))
