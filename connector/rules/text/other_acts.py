"""What else than to get it may be done with an escalation or an RFO: to tell of it, to change it, to add to it."""

import re

from connector.rules.text.cues import words

MENTION = words(
    r"(?:escalation|rfo|rca) (?:(?:e-?)?mails?|messages?|notifications?|notices?|alerts?|reminders?|templates?)",
    r"eskalations(?:verteiler|e?-?mail|nachricht|meldung|hinweis)\w*",
    r"escalation (?:process|path|matrix|contacts?|procedure|list|numbers?|policy|manager|plan|level is|e-?mail"
    r"|phone|hotline"
    r"|chain)\w*",
    r"(?:number|contacts?|contact person|address|phone|mail|person|process|procedure|matrix) (?:\w+ )?for (?:an "
    r"|the |your )?escalations?",
    r"eskalations(?:prozess|weg|matrix|kontakt|verfahren|liste|plan|nummer|stelle|kette)\w*",
    r"(?:ansprechpartner|nummer|kontakt|adresse)\w* (?:\w+ )?(?:für|bei) (?:\w+ )?eskalation(?:en)?",
)
AS_AGREED = re.compile(
    r"\b(?:trigger|start|initiate|begin|invoke|launch|activate)(?: (?:the|your|an|this|our|formal|standard)){0,2}"
    r" escalation (?:process|procedure)\b"
    r"|\b(?:starten|leiten|stoßen)(?: sie)?(?: bitte)?(?: (?:den|ihren|einen))? eskalations(?:prozess|verfahren)\b"
    r"|\b(?:as per|according to|per|following|in line with|in accordance with|as (?:defined|described|stated|agreed) in"
    r"|gemäß|laut|entsprechend|nach)(?: (?:the|your|our|der|dem|ihre[rm]|unsere[rm]))?"
    r" (?:escalation (?:matrix|process|procedure|path|plan|policy)|eskalations(?:matrix|prozess|weg|verfahren|plan))\b",
    re.IGNORECASE,
)
"""By what rules something is wished for, or that they be applied."""
HANDED_OVER = re.compile(
    r"\b(?:please|kindly|bitte)\s+(?:find(?! out)|refer to|see(?! (?:that|to))|finden sie|entnehmen sie)\b"
    r"|\b(?:finden|entnehmen) sie\b[^.,]{0,20}\bbitte\b",
    re.IGNORECASE,
)
"""Gives, or points at something, and asks for nothing."""
OTHER_ACT = words(
    r"unsubscribe|delete|erase|stop (?:sending|mailing)|cease|translate|rename|print|reduce|tell \w+ that"
    r"|inform \w+ that"
    r"|streich\w*|lösch\w*|entfern\w*|abmeld\w*|abbestell\w*|übersetz\w*"
    r"|correct|amend|change|update|review|explain|clarify|discuss|comment on|check|confirm|read|compare|close|archive"
    r"|leave|keep|lower|reduce|reset|freeze|restore|maintain|set(?: \w+){0,4} (?:back|down|to (?:level )?[01])"
    r"|belass\w*|bleiben|senk\w*|(?:zurück|herab|herunter)(?:zu)?(?:setz|stuf)\w*"
    r"|korrigier\w+|berichtig\w+|änder\w+|ändern|prüf\w+|erklär\w+|erläuter\w+|besprech\w+|lesen|schließ\w+"
)
"""Something else to be done with what is named than to give it."""
