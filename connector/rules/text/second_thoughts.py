"""What puts a consent to a deferral in doubt after it was given (R27): to withdraw takes less than to agree."""

import re

from connector.rules.text.afterwards import Afterwards, read_afterwards
from connector.rules.text.consent import CASE, GREETING, NO_OBJECTION, WITHDRAWN, WORSE
from connector.rules.text.sentences import normalized, sentences

_URGENT_WORD = (
    r"(?:at once|immediately|asap|a\.s\.a\.p\.?|right (?:away|now)|straight away|without delay|urgent(?:ly)?|hurry"
    r"|critical|emergency|quickly|sofort|umgehend|unverzüglich|schnellstmöglich|dringend|notfall|beeil\w*|eilig|kritisch)"
)
_TONIGHT = r"(?:now|today|tonight|this (?:evening|night)|still today|jetzt|gleich|heute(?: (?:noch|nacht|abend))?)"
_URGENT = re.compile(
    rf"\b{_URGENT_WORD}(?!\w)"
    r"|(?:\b(?:come|send|start|begin|fix|repair|help|dispatch|act|look|work on|do|done|go|need|needs|fixed|repaired"
    r"|kommen|schicken|senden|anfangen|beginn\w*|reparier\w*|helf\w*|beheb\w*|brauch\w*|benötig\w*|machen"
    rf"|mach)\b[^.!?\n]{{0,40}}?\b{_TONIGHT}|\b{_TONIGHT}\b[^.!?\n]{{0,30}}?"
    r"\b(?:kommen|schicken|senden|anfangen|beginnen|reparier\w*|beheben|behoben|brauch\w*|benötig\w*))\b"
    r"|\b(?:please|bitte|can you|could you|must|have to)\b[^.!?\n]{0,20}\b(?:come|kommen|send (?:some(?:one|body)"
    r"|a \w+)|start|begin|escalat\w*|eskal\w*|continue|proceed|go on|carry on|weiter\w*)\b"
    r"(?![^.!?\n]*\b(?:tomorrow|morgen|later|\w+day"
    r"|\w+tag|next|as (?:agreed|proposed|discussed|planned|suggested)|wie (?:besprochen|vorgeschlagen))\b)",
    re.IGNORECASE,
)
"""Wants it done now after all."""
_SECOND_THOUGHTS = re.compile(
    r"\b(?:on second thoughts?|second thoughts|reconsider\w*|after all|not (?:so )?sure (?:any ?more|now|about)"
    r"|hold on|(?:have|need) to (?:ask|check with) (?:my|our)|doch (?:lieber|schon|noch heute|heute|jetzt|sofort|nicht)"
    r"|scrap (?:that|it)|forget (?:that|it|what)|too late|zu spät|rather not|(?:will not|won't) do|unacceptable"
    r"|(?:not|n't|nicht) (?:\w+ )?(?:accept\w*|agree\w*"
    r"|einverstanden|akzept\w*)|cancel (?:the|our|my) (?:deferral|consent|agreement)|take (?:it|that|this) back"
    r"|anders überlegt|lieber (?:doch|heute|jetzt|gleich|sofort)|(?:can't|cannot|can not|kann nicht|nicht länger)"
    r" (?:\w+ ){0,2}(?:wait|warten))\b",
    re.IGNORECASE,
)
_DANGER = (
    r"(?:smok(?:e|es|y|ing)|smell\w*|burn(?:s|t|ed|ing)?|fire|flames?|sparks?|overheat\w*|leak(?:s|ed|ing)?|flood\w*"
    r"|water|rauch\w*|qualm\w*|brennt|brand|verbrannt|angebrannt|feuer|funken|überhitz\w*|riecht|stinkt|wasser)"
)
_RISES = (
    r"(?:louder|hotter|higher|noisier|bigger|slower|lauter|heißer|höher|größer|langsamer|more and more|mehr und mehr"
    r"|immer mehr|(?:is|gets|getting|very|too) hot|sehr heiß|complain\w*|beschwer\w*"
    r"|dangerous|gefährlich\w*|spread(?:s|ing)|rising|increas(?:es|ed|ing)|steigt)"
)
_GROWS = re.compile(rf"\b(?:{_DANGER}|{_RISES})\b", re.IGNORECASE)
_MORE_BROKEN = re.compile(
    r"\b(?:now|meanwhile|too|also|as well|another|second|third|other|inzwischen|mittlerweile|jetzt|auch|zweite\w*"
    r"|dritte\w*|weitere\w*)\b[^.!?\n]*\b(?:fail(?:s|ed|ing)?|broken?|stopped|died|dead|defekt|kaputt|ausgefallen)\b"
    r"|\bstopped (?:completely|working)|\b(?:whole|entire|everything)\b[^.!?\n]{0,20} is (?:off|dark|dead|down)\b"
    r"|\bit(?:'s| is) \w+ing now\b"
    r"|\b(?:fail(?:s|ed|ing)?|broken?|stopped|died|dead|defekt|kaputt|ausgefallen)\b[^.!?\n]*\b(?:now|too|also|as well"
    r"|auch|jetzt)\b",
    re.IGNORECASE,
)
_NOT_SO = re.compile(
    r"\b(?:no|not|never|nothing|without|kein\w*|nicht|nichts|ohne)\b(?: [\w']+){0,2} "
    rf"(?:{_URGENT_WORD}|{_DANGER}|{_RISES}|come|rush|kommen|eile|worse|schlimmer)(?!\w)"
    r"|\b(?:do not|don't|need not|needn't|no need to|won't|will not) [^.!?,\n]{0,40}"
    rf"\b(?:{_URGENT_WORD}|{_TONIGHT})(?!\w)"
    r"|\b(?:i|we|he|she|they|ich|wir)(?:'ll| will| can| shall| may|'m going to)(?! (?:\w+ )?need)[^.!?,\n]{0,40}"
    rf"\b{_TONIGHT}(?!\w)|\b(?:eilt|drängt) nicht\b",
    re.IGNORECASE,
)
"""Nothing urgent, and nothing worse."""
_UNCHANGED = re.compile(
    r"\b(?:still|same|unchanged|remains?|persists?|weiterhin|immer noch|nach wie vor|unverändert|besteht|bleibt)\b",
    re.IGNORECASE,
)
_DENIES = re.compile(
    r"\W*(?:(?:hi|hello|hallo|sorry|actually|well|oh|hm+|äh|also|um|wait|but|aber|ach|eigentlich|leider|moment|ok|okay"
    r"|thanks|danke)\b[ ,.!-]*){0,3}(?:no|nope|nein|not|doch nicht|nicht|stop|stopp|halt)(?![\w-])"
    r"(?!\W*(?:thanks?|thank you|danke|see you|that(?:'s| is| was) (?:all|it)|das war'?s"
    r"|(?:further|other|more|weitere\w*) (?:questions?|fragen?)"
    r"|questions?|comments?|fragen?|bad|yet|only|later|before|vor)\b)",
    re.IGNORECASE,
)
"""Begins with a denial that is no courtesy."""
_COURTESY = re.compile(r"\W*(?:many |vielen |herzlichen )?(?:thanks?|thank you|danke?)\b", re.IGNORECASE)


def doubted_in(text: str) -> str | None:
    """The words of ``text``, the customer's own after they had agreed, that put the consent in doubt; ``None`` if none
    do: a denial at the beginning, second thoughts, a wish that it be done now, a worse state of the fault.

    That the fault is as it was, thanks, a greeting, a question when we come or what may happen are no doubt.
    """
    words = GREETING.sub("", normalized(text)).strip()
    if _DENIES.match(_NOT_SO.sub(" ", NO_OBJECTION.sub(" ", words))):
        return next((line for line in words.split("\n") if line.strip()), words)
    return next((sentence for sentence in sentences(words) if _doubts(sentence)), None)


def _doubts(sentence: str) -> bool:
    plain = _NOT_SO.sub(" ", CASE.sub(" ", NO_OBJECTION.sub(" ", sentence)))
    if (
        _SECOND_THOUGHTS.search(plain)
        or WITHDRAWN.search(plain)
        or (_URGENT.search(plain) and not _COURTESY.match(plain))
    ):
        return True
    if WORSE.search(plain) or _GROWS.search(plain) or _MORE_BROKEN.search(plain):
        return read_afterwards(plain) is not Afterwards.COURTESY
    return not _UNCHANGED.search(plain) and read_afterwards(plain) is Afterwards.BROKEN
