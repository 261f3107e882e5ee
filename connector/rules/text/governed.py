"""Whether a wish is for the thing that a clause names, and not for something done with it or told of it.

"Please send us the full RFO by Friday" wishes for the RFO, "please add our order number to the RFO" does not. What else
may be wished for cannot be listed. Therefore all words between the wish and the name have to be known as such that
leave it what it is.
"""

import re

_WISH = re.compile(
    r"please|pls|plz|kindly|wants?|wanted|needs?|needed|requir\w*|request\w*|demand\w*|insist\w*|ask|asks|asking"
    r"|like|love"
    r"|appreciate\w*|expect\w*|urge|must|await\w*|waiting|forward|grateful|glad|happy|pleased|thankful|dankbar|obliged|helpful|time|possible"
    r"|chance|could|can"
    r"|would|will|may|might|hereby|forget|mind|bitt\w+|besteh\w+|ford\w+|anforder\w*|angefordert|aufforder\w*"
    r"|verlang\w*|möcht\w*"
    r"|moecht\w*|woll\w*|will|benötig\w*|brauch\w*|erforderlich|nötig|notwendig|hätten?|gern\w?|wünsch\w*|ersuch\w*"
    r"|erwart\w*"
    r"|beantrag\w*|dringend|erbeten|freuen|muss|müssen|sollte|soll|hiermit|könn\w*|kann|würd\w*|dürf\w*|wären?|möglich"
    r"|(?:we|i)'d|escalate|send|share|provide|prepare|give|forward|raise|deliver|issue|übersend\w*|erstell\w*"
    r"|schick\w*|send\w*|leit\w*"
    r"|stell\w*|liefer\w*"
)
"""A word with which a wish may begin or end."""
_LEAVES = re.compile(
    r"an?|the|across|over|this|th[eo]se|that|any|some|another|one|your|you|we|i|us|me|full|formal\w*|official\w*|detailed"
    r"|proper|complete|final"
    r"|preliminary|written|signed|comprehensive|short|brief|quick|technical|immediate\w*|urgent\w*|prompt\w*|next"
    r"|further|direct\w*"
    r"|manual|management|level|corresponding|relevant|said|missing|pending|outstanding|new|customer-?facing|usual"
    r"|team|guys|sirs?|madam"
    r"|to|for|with|and|or|also|too|as|well|now|asap|soon|once|at|least|in|due|course|today|tomorrow|tonight|again"
    r"|still|just|really|very"
    r"|much|so|both|then|do|does|done|be|been|being|have|has|get|gets|got|receive|obtain|see|given|provided|sent"
    r"|send|shar\w*|provide|give"
    r"|forward|raise|rais\w*|deliver|issue|issued|prepare|supply|submit|produce|furnish|draft|write|create|initiate"
    r"|trigger|arrange|start"
    r"|attach|upload|publish|e-?mail|mail|organi[sz]e|complete|finali[sz]e|finish|release|up"
    r"|get"
    r"|go|ahead|proceed|make|sure|ensure|need|it|is|are|if|when|ready|available|it's|its|kind|enough|let|let's|not"
    r"|eta|etr|explanation"
    r"|summary|root|cause|report|document|copy|of|version|pdf|post|incident|rca|rfo|receiving|according|under|more"
    r"|than|no|later"
    r"|ticket|case|matter|outage|fault|problem|request|subject|customer|service|line|circuit|management's|audit\w*"
    r"|immediately|earliest|convenience|possible|hereby|herewith|therefore|officially|consider\w*|treat|regard|take"
    r"|considered"
    r"|mail|message|note|e-mail|email|involve|an?|on|behalf|by|end|day|week|monday|tuesday|wednesday|thursday|friday"
    r"|eine?[nmrs]?|der|die|das|den|dem|des|diese[nmrs]?|ihre[nmr]?|uns|mir|sie|ihnen|wir|ich|man|es|noch|auch|dazu"
    r"|hierzu|dann|jetzt"
    r"|sofort\w*|umgehend\w*|schnell\w*|zeitnah\w*|baldmöglichst|baldige?\w*|um|auf|an|für|zu|zur|zum|nach|von|vom"
    r"|mit|und|oder|bis|bitte"
    r"|(?:zu|über)?send\w*|(?:zu|über)?schick\w*|übermitt\w*|bereit\w*|stell\w*|erstell\w*|liefer\w*|einleit\w*"
    r"|leit\w*|durchführ\w*"
    r"|veranlass\w*|weiter\w*|haben|hat|bekommen|erhalten|lassen|zukommen|fertig\w*|formell\w*|offiziell\w*"
    r"|schriftlich\w*|ausführlich\w*"
    r"|vollständig\w*|detailliert\w*|abschließend\w*|abschluss|daher|deshalb|möglichst|unbedingt|entsprechend\w*"
    r"|zeit|höchste|werden"
    r"|vorgang\w*|fall\w*|störung\w*|ausfall\w*|nicht|wie|immer|heute|morgen|revision|kunde\w*|unser\w*"
    r"|freundlich\w*|höflich\w*|herzlich"
    r"|however|afterwards|ausdrücklich|\w*(?:analyse|bericht)|stellungnahme|erklärung|nochmals?|erneut|nun|endlich"
    r"|nächst\w*|höher\w*|\w*\d[\w./:-]*"
)
_MOVES = re.compile(
    r"tak\w*|mov\w*|push\w*|bump\w*|bring\w*|pass\w*|hand\w*|over|lift\w*|elevat\w*|promot\w*|transfer\w*|rout\w*"
    r"|assign\w*|things|us"
    r"|geb\w*|heb\w*|weitergeb\w*|übergeb\w*|hochstuf\w*|ganze|bring\w*|nehm\w*|higher|speak|talk|eskalier\w*"
    r"|escalat\w*"
)
"""What brings a ticket to a level."""
_FOLLOWS = re.compile(
    r"of|for|to|from|by|with|at|in|about|regarding|within|before|after|until|asap|and|or|via|per|due|because|since"
    r"|while|once|when|if"
    r"|innerhalb|binnen|spätestens|including|incl|inkl|inklusive|gemäß|laut|under|who|which|that|document|report|letter|now|right|immediately|urgently|too|either|instead|is"
    r"|are|was|be|gets?"
    r"|goes|will|would|over"
    r"|out|across|without|through|unless|level|tier|l\d|p\d|stufe|ebene|request|according|eskalier\w*|escalat\w*"
    r"|zukommen|zur|verfügung|zusenden|zuschicken|zu|senden"
    r"|schicken|übersenden|übermitteln|erstellen|bereitstellen|bereit|einleiten|ein|veranlassen|durchführen|haben"
    r"|bekommen|erhalten|vor"
    r"|wegen|aufgrund|an|auf|nach|für|über|von|vom|per|bei|bis|sobald|wenn|weil|da|durch|seitens|lassen|starten"
    r"|anstoßen|her|hoch|so"
    r"|schnell|möglichst|jetzt|sofort|umgehend|heute|dringend|bitte|noch|dazu|hierzu|gern\w?|werden|wird|als|im|am"
    r"|zum|liefern|anfertigen"
    r"|fertig|machen|tun|beantragen|anfordern|fordern|verlangen|benötigen|höher|geben|übergeben|hochstufen|heben"
    r"|weiterleiten|einreichen"
    r"|anfragen|erbitten|wünschen|brauchen"
)
_OCCASION = re.compile(
    r"\b(?:for|about|regarding|after|on|für|zu[mr]?|nach|wegen|über|bezüglich)(?: \w+){0,4}? (?:outages?|incidents?"
    r"|faults?|failures?|events?|disturbances?|restoration|repairs?|ausf(?:all|alls|älle)|störung(?:en)?"
    r"|vorf(?:all|älle)|unterbrechung|behebung|entstörung|reparatur|wiederherstellung)\b",
    re.IGNORECASE,
)
"""What it is about, or when: leaves the wish what it is."""
_BEGUN = re.compile(
    r"open|begin|invoke|launch|activate|increas\w*|starten|start\w*|stuf\w*|eröffn\w*|erhöh\w*|anheb\w*|stoßen|leiten",
    re.IGNORECASE,
)
"""What is done to have an escalation, or more of it."""
_STARTS = re.compile(
    r"\b(?:trigger|start|initiate|begin|invoke|launch|activate)(?: (?:the|your|an|this|our|formal"
    r"|standard)){0,2} $",
    re.IGNORECASE,
)
_PROCESS = re.compile(r"^ (?:process|procedure)\b", re.IGNORECASE)
_NEXT = re.compile(
    r"\b(?:to|auf|an|in) (?:the |die |der |your |ihre )?(?:next|higher|nächst\w*|höher\w*) $", re.IGNORECASE
)
_COME_WITH = re.compile(r"\b(?:reply|respond|revert|(?:come|get) back|follow up)(?: to \w+)? with\b", re.IGNORECASE)
_VERB = re.compile(r"(?:escalat(?:e|es|ed|ing)|eskalier\w*)$", re.IGNORECASE)
_ACT = re.compile(r"es[ck]al|next|nächst|level|höher", re.IGNORECASE)
_LEVEL = re.compile(r"next|nächst|level|höher", re.IGNORECASE)
_WORD = re.compile(r"[^\W_][\w'./@+-]*[^\W_]|[^\W_]")
_ALL_GERMAN_GIVES = (
    r"(?:zu|ein|an|er|ver|weiter|über|her|bereit|hoch|mit|durch|vor|nach|aus)*(?:zu|ge)?(?:send|schick|erhalt|bekomm|hab"
    r"|lass|lief|stell|werd"
    r"|könn|leit|führ|geb|heb|stuf|mach|tu|bitt|forder|brauch|benötig|reich|wünsch|teil|komm|start|stoß|eskalier"
    r"|fertig|händig"
    r"|dürf|woll|müss|soll|veranlass|übermittel)\w*"
)
_AFTERWARDS = re.compile(
    r"^\W*(?:to (?:end|stop|go|cease|finish|be (?:over|closed|ended|stopped|removed|cancell?ed"
    r"|withdrawn|lowered))\b|on hold|signed\b|requests\b|to level [01]\b"
    r"|(?:(?:levels?|requests?) )?(?:down|back|off|away)\b"
    r"|(?:be|is|are|was|gets?|will|would)\b (?!sent|shared"
    r"|provided"
    r"|given|issued|raised"
    r"|made|done|forwarded|delivered|attached|for\b|to\b|required|needed|requested|appreciated|due|be\b|much|very"
    r"|highly|now|not))"
    rf"|\b(?!{_ALL_GERMAN_GIVES})(?!gestern|morgen|wegen|ihnen|einen|diesen|oben|unten)(?-i:[a-zäöüß]{{3,}}(?:en"
    rf"|ern|eln))\W*$"
    rf"|\b(?!{_ALL_GERMAN_GIVES})(?!eröffn|gestartet|gemacht|umgehend|sofort)[\w-]{{4,}} werden\W*$"
    r"|\b(?:zurück|ab|aus)\W*$",
    re.IGNORECASE,
)
_WHOSE = re.compile(r"\b(?:unser|mein)e?[nmrs]? \w+", re.IGNORECASE)
"""No verb follows: "für unseren Kunden" is one thing, whether or not its name begins with a capital."""
_STOPPED = re.compile(r"\bstell\w*\b", re.IGNORECASE)
_OF = re.compile(r"of|on|about|to|for|with|in|by|from|regarding|von|vom|über|zum|zur")
"""Between another thing and the name: the wish is for the other, as for "a correction of the RFO"."""
_ASKED_ABOUT = re.compile(r"ob|whether|if|what|why|how|when|was|wie|wann|warum|dass")
_PLEASE = re.compile(r"please|pls|plz|kindly|bitte")
_WISHED_AFTER = re.compile(
    r"please|pls|plz|kindly|bitte|requested|required|needed|appreciated|expected|erbeten|erforderlich|nötig"
    r"|notwendig|gewünscht"
    r"|erwünscht|verlangt|benötigt|nice|great|helpful|good|welcome|schön|hilfreich|brauchen|möchten|hätten"
    r"|mandatory|must|gern\w?"
    r"|angebracht|fällig|asap"
)


def is_an_act(name: str) -> bool:
    """Whether the name is that of an escalation: something to do, and no document that comes when it is ready."""
    return _ACT.match(name) is not None


def is_wished_for(before: str, name: str, after: str) -> bool:
    """Whether a wish in the clause ``before`` or ``after`` the ``name`` is for what it names. A verb names an act,
    which is wished for whatever stands between."""
    if _VERB.search(name):
        return True
    level = _LEVEL.match(name) is not None or _NEXT.search(before) is not None
    act = is_an_act(name)
    words = _WORD.findall(_OCCASION.sub(" ", _COME_WITH.sub("send", before)).lower())
    wished = head = True
    for at, word in enumerate(reversed(words)):
        if _WISH.fullmatch(word):
            break
        moved = (level and _MOVES.fullmatch(word)) or (act and _BEGUN.fullmatch(word))
        if not moved and not _LEAVES.fullmatch(word):
            nearer = words[len(words) - at - 1 :]
            wished, head = False, not (_ASKED_ABOUT.fullmatch(word) or any(map(_OF.fullmatch, nearer)))
            break
    after = _PROCESS.sub("", after) if _STARTS.search(before) else after
    following = _WORD.findall(after.lower())
    if not act and following[-1:] == ["aus"] and _STOPPED.search(before):
        return wished
    stopped = following[-1:] == ["ein"] and _STOPPED.search(before)
    # In capitals alone no verb can be told from a noun.
    something_else = stopped or _AFTERWARDS.search(_WHOSE.sub(" ", after.lower() if after.isupper() else after))
    if wished and not something_else:
        first = following[0] if following and not re.match(r"\s*[.,;:!?()~–-]", after) else ""
        if not first or any(known.fullmatch(first) for known in (_WISH, _LEAVES, _FOLLOWS)):
            return True
    for word in following if head else ():
        if _WISHED_AFTER.fullmatch(word):
            return not (something_else and _PLEASE.fullmatch(word))
        if not _LEAVES.fullmatch(word) and not _WISH.fullmatch(word):
            break
    return False
