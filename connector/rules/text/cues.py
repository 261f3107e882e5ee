"""The words by which a clause is judged, in English and German. What they mean together: :mod:`.clauses`."""

import re


def words(*alternatives: str) -> re.Pattern[str]:
    """Any of them, as whole words, whatever their case."""
    return re.compile(rf"(?<![\w-])(?:{'|'.join(alternatives)})(?![\w-])", re.IGNORECASE)


_NEWS = (
    r"(?:answer|reply|response|progress|update|feedback|news|solution|service|link|light|reaction|call|result|contact"
    r"|connection|internet|connectivity|eta|etr|info|information|improvement|sign|word)s?"
)
COMPLAINT = words(
    r"not (?:at all |really |yet |very )?(?:satisfied|happy|acceptable|good enough|enough|resolved|fixed|working"
    r"|moving|progressing|solved)",
    rf"(?:no|without) (?:any |a |an |further |more |real )?(?:single )?{_NEWS}",
    rf"(?:have|has|did|had|do|does)(?: not|n't) (?:yet )?(?:receive|receiv\w+|got|get|heard?|had|have"
    rf"|seen?)(?: \w+){{0,2}}"
    rf" {_NEWS}",
    r"(?:have|has|did|do)(?: not|n't) (?:yet )?(?:called?|answer\w*|repl\w+|respond\w*|hear\w*|react\w*)(?: back)?",
    r"(?:nothing|nobody|no one|noone) (?:has |have |had |is )?(?:been )?(?:works?|happen\w*|answer\w*|call\w*|repl\w+"
    r"|react\w*|done|care\w*|respond\w*|working|mov\w+)",
    r"no (?:technician|engineer|technicians|engineers) (?:has|have|came|arrived|appeared|showed|is|was)",
    r"(?:could|can|did|does|do)(?: not|n't) (?:fix|solve|repair|resolve|help)\w*(?: \w+)?",
    r"(?:not|no) later than|(?<!\bdo )not (?:only|just|merely)(?! (?:escalat|eskalier))"
    r"|why not|no doubt|nicht nur|nicht später als"
    r"|nicht (?:mehr )?(?:zufrieden|akzeptabel"
    r"|hinnehmbar|tragbar)",
    r"(?:noch (?:immer )?)?(?:keine?|ohne) (?:\w+ )?(?:rückmeldung|antwort|lösung|reaktion|fortschritte?|info\w*"
    r"|verbindung|link|netz"
    r"|internet|ergebnis\w*)",
    r"(?:do not|don't|please not) forget|vergessen sie (?:\w+ )?nicht|nicht (?:zu )?vergessen",
    r"if (?:(?:it|this|that) (?:has|is) |you have |that has )?(?:not|n't) (?:yet |already )?(?:been )?(?:done|escalated"
    r"|happened)|(?:falls|wenn|sofern) (?:noch )?nicht (?:schon |bereits )?(?:geschehen|erfolgt|passiert|veranlasst)",
    r"(?:do not|don't|never|cannot|can't|can not|no need to|no point in|without|stop|tired of|done) (?:wait|delay"
    r"|hesitat\w*"
    r"|waiting|delaying)(?: (?:any longer|with|for))?",
    r"nicht (?:mehr |länger )?(?:zögern|zu zögern|abwarten|zuwarten|zu warten|warten)|zögern sie (?:\w+ )?nicht",
    r"without (?:any |further |undue |more |a )*(?:delay|hesitation|ado|waiting|exception|fail|discussions?"
    r"|excuses?|questions?)",
    r"ohne (?:weitere\w* |jede\w* )*(?:verzögerung\w*|umschweife|zögern|aufschub|diskussion\w*|wenn und aber)",
    r"(?:nichts|niemand) (?:passiert|geschieht|geht mehr|geht|meldet|hat sich gemeldet|ruft|sich meldet)",
)
"""Words of denial that deny nothing that is asked for."""
NEGATION = re.compile(
    r"(?<![\w-])(?:no|not|never|nor|neither|nobody|none|nothing|nope|nah|without|cannot|dont|doesnt|didnt|wont"
    r"|unnecessary"
    r"|needless|against|instead of|rather than|the last thing"
    r"|kein\w*|nicht|nie|niemals|niemand|ohne|weder|nichts|unnötig|überflüssig|nein|dagegen|anstatt|statt)(?![\w-])"
    r"|n't(?!\w)",
    re.IGNORECASE,
)
WITHDRAWAL = words(
    r"withdr[ae]w\w*|disregard|ignore|forget(?: about)?|revoke|no longer|hold (?:off|the|this|that|your|any)"
    r"|wait with|pause|postpone|delay|refrain|retract|cancel\w*|scrap"
    r"|scratch"
    r"|drop(?:ped)?|undo|take back|taken back|reverse|remove|skip|obsolete|outdated|abandon"
    r"|can be closed|may be closed"
    r"|stop (?:the|this|that|your|any|escalating|all)",
    r"warte\w* (?:\w+ ){0,3}mit|verschieb\w*|zurück(?:zu)?(?:stell|halt|fahr)\w*|ab(?:zu)?(?:sehen|blasen)|abgesehen"
    r"|(?:aus|ein)(?:zu)?(?:setzen|stellen)|auf(?:zu)?(?:schieben|heben)|ab(?:zu)?wenden|unterlass\w*|seh(?:t"
    r"|en sie) (?:\w+ ){0,6}ab|abstand|zurück(?:zu)?zieh\w*|zurückgezogen|zieh\w* (?:\w+ ){0,6}zurück"
    r"|zurücknehm\w*|zurückgenommen|zurückzunehmen|nehm\w* (?:\w+ ){0,6}zurück|erledigt|obsolet|überholt|aufheben"
    r"|aufgehoben"
    r"|hinfällig|stornier\w*|verzicht\w*|ignorier\w*|vergessen|gegenstandslos|widerruf\w*|stoppen|beenden",
)
NOT_BEFORE = re.compile(
    r"\b(?:before|bevor|ehe) (?:we|you|i|they|anyone|wir|sie|ich|man|das|it|this)\b(?:(?!please|bitte|and\b"
    r"|und\b)[^,])*$",
    re.IGNORECASE,
)
"""Something else has to come first."""
AVOIDED = re.compile(
    r"\b(?:avoid\w*|prevent\w*|spare (?:us|you|me)|declin\w*|reject\w*|refus\w*|hesitat\w*|vermeid\w*|verhinder\w*)"
    r"(?:,? (?:an?|any|the|this|that|it|is|we|you|to|from|having to|further|eine?|die|jede|weitere|dass|das|es|wir"
    r"|man))*\W*$",
    re.IGNORECASE,
)
"""Stands before what is not wished for."""
AVOIDED_AFTER = re.compile(
    r"^\W*(?:levels? )?(?:(?:gern\w?|lieber|zu|should be|must be|can be|is|ist|wird) )*(?:vermeiden|verhindern"
    r"|vermieden|avoided|prevented|declined|rejected|abgelehnt)\b",
    re.IGNORECASE,
)
"""Stands behind it."""
AS_A_RULE = words(
    r"automatic\w*|normally|usually|typically|generally|in general|ever|always|(?:on|at|during) (?:weekends?"
    r"|nights?|holidays?)"
    r"|after hours|or (?:do|does|did|is|are|will|shall|should|can|must) (?:we|i|you|it|they|that)|automatisch"
    r"|normalerweise"
    r"|üblicherweise|immer|generell|grundsätzlich|am wochenende|nachts|oder (?:müssen|muss|sollen|soll) (?:wir|ich)"
)
"""In a question: how it is done, and no wish."""
PERMITS = words(
    r"hesitat\w*|feel free|welcome to|at liberty|zögern|steht (?:\w+ )?frei"
    r"|(?:sie|ihr|du) (?:dürfen|können|darfst|kannst|könnt|dürft) (?:\w+ )?gern\w?"
)
"""Leaves it to us."""
EXCEPTED = re.compile(
    r"\b(?:short of|other than|apart from|aside from|except(?: for)?|save for|(?:any|every)thing but|all but|außer"
    r"|abgesehen von|bis auf)\b[^,.]{0,20}$",
    re.IGNORECASE,
)
"""Stands before what is left out."""
RATHER_THAN = re.compile(
    r"\b(?:rather|better|prefer\w*|lieber|besser)\b[^,.]* (?:than|als)\b[^,.]{0,20}$", re.IGNORECASE
)
"""Stands before what is wished for less."""
CONDITION = words(
    r"if|unless|otherwise|else|may(?! (?:we|i)\b)|might|maybe|perhaps|possibly|probably|later"
    r"|(?<!at )once(?! (?:more|again)(?:\W*$|[.,!;]| please))"
    r"|until(?! now)|till(?! now)|as soon as"
    r"|as long as|in case|in urgent cases|when|whenever|provided|(?<!by )tomorrow|next time|in future|would have to"
    r"|consider(?:ing|ed|s)?(?! (?:this|it|our|my|the ticket))|as (?:needed|necessary|required|appropriate)(?! by| in)"
    r"|(?:bei|nach) bedarf|(?:be|stand) (?:ready|prepared) to|(?:halten|machen) (?:sie )?(?:sich )?bereit"
    r"|before we|(?:please|pls|kindly) wait for|warten sie (?:bitte )?auf|bitte warten",
    r"should (?:the|it|this|that|there|nobody|no|nothing|you|we)",
    r"erst (?:\w+ ){0,4}\w+,? dann|first (?:\w+ ){0,5}\w+,? (?:and )?then",
    r"only (?:after|with|when|in|on|upon|by|from)|nur (?:nach|mit)"
    r"|erst (?:nach|wenn|im|am|ab|in|ende|anfang|mitte|später|danach|nächst\w*)",
    r"falls|wenn|sofern|sonst|ansonsten|andernfalls|eventuell|evtl|vielleicht|möglicherweise|sobald|solange|später"
    r"|ggf"
    r"|gegebenenfalls|im notfall|bevor|notfalls|wahrscheinlich|überleg\w*|vorbehalt\w*|behalten (?:\w+ ){0,4}vor",
    r"(?:for|für|nach) (?:the|any|every|each|den|die|dem|der|jede[nmrs]?) (?:next|future|further|nächst\w+|künftig\w+)"
    r" (?:outages?|incidents?|faults?|time|ausf\w+|störung\w*|vorf\w+|mal)",
    r"(?:bei|im falle?|on|upon|in the event of|with|after) (?:(?:an?|any|the|jede[mr]|eine[mrs]?|des"
    r"|der) )?(?:erneut\w+|weiter\w+"
    r"|nochmalig\w+|wiederholt\w+|another|next|further|repeated|nächst\w+)",
)
INVERTED = re.compile(
    r"^\W*(?:und |and |aber |but )?(?:sollten?|should|were|had"
    r"|würde)\b(?! (?:not )?be\b)",
    re.IGNORECASE,
)
"""At the beginning of a sentence that is no question: a condition."""
OUR_TURN = re.compile(
    r"\b(?:we|i) (?:will|shall|'ll|are going to|am going to|plan to)\b(?! (?:\w+ )?(?:need|require|want|insist)\b)"
    r"|\b(?:we|i) (?:have|had) to\b(?! (?:\w+ )?(?:need|require|want|ask|insist|request)\b)"
    r"|\b(?:we|i)'ll\b(?! (?:\w+ )?(?:need|require|want)\b)"
    r"|\b(?:werden|werde) (?:wir|ich)\b|\b(?:wir|ich) (?:werden|werde|eskalier\w+(?! (?:\w+ ){0,3}hiermit))\b"
    r"|\b(?:müssen|muss) (?:wir|ich)\b(?! (?:\w+ )?(?:bestehen|bitten))",
    re.IGNORECASE,
)
AS_SOON_AS_POSSIBLE = words(
    r"(?:once|as soon as|when|whenever|sobald|wenn)(?: [\w']+){0,3}? (?:possible|convenient|möglich)",
    r"(?:once|as soon as|when|whenever|sobald|wenn) (?:you|sie|ihr) (?:can|could|können|könnt)(?=\W*$|[.,;!])",
)
"""Not a condition but: at once."""
WHEN_READY = words(
    r"(?:once|as soon as|when|whenever|sobald|wenn) (?:(?!kein|nicht|no\b|not\b)[\w']+ ){0,5}?(?:available|ready"
    r"|possible"
    r"|can|could|convenient|finished|done"
    r"|completed?|resolved|closed|restored|fixed|repaired|solved|over|ended|up again|back(?: up)?|fertig|vorliegt"
    r"|möglich|verfügbar|behoben|repariert|gelöst|vorbei|da ist)",
    r"(?:once|as soon as|when|sobald|wenn) (?:you have|sie)(?: (?:all|the|your|more|alle|die|mehr)){0,2}"
    r" (?:details|information(?:en)?|infos?|facts|findings|results|data|ergebnisse|erkenntnisse|einzelheiten)",
    r"to close (?:the|this|our|my) (?:case|ticket|incident|matter)",
    r"(?:once|as soon as|when) you (?:have )?(?:close|finish|complete|resolve|fix)(?:e?d)?",
    r"(?:after|nach) (?:the|this|der|dieser|dem|diesem) (?!next|nächst)(?:\w+ )?(?:outage|incident|repair|störung"
    r"|ausfall|vorfall|reparatur)",
)
"""Not a condition but the order of things, where a document is asked for."""
WOULD_BE_GOOD = words(
    r"(?:appreciate(?: it)?|grateful|great|good|nice|glad|happy|helpful|love it|thankful|obliged|kind),? if"
    r"|(?:dankbar|schön|nett|super|gut|hilfreich|freundlich|freuen|begrüßen),? wenn"
)
"""A wish in the form of a condition."""
MAY_WE_HAVE = re.compile(
    r"\b(?:können|könnten?|kann|dürften?|dürfen|möchten?|würden?|wollen|sollten?)\b[^.?!]{0,60}\b(?:bekommen"
    r"|erhalten)\b",
    re.IGNORECASE,
)
"""What looks like the past in German, and is wished for: "können wir den RFO erhalten"."""
HIGH_TIME = words(
    r"(?:(?:it is|it's|its|is) (?:about |high )?)?time (?:you|that you|to|this is|this was) \w+|(?:grateful|glad"
    r"|appreciate it) if you \w+|rather you (?!did(?:n't)? |do )\w+"
)
"""What stands in the past and is wished for: "time you escalated"."""
PAST = words(
    r"received|arrived|promised|acknowledged|noted|helped|(?:told|instructed|urged) (?:me|us)|geholfen|meinte"
    r"|already|was|were|has been|have been|had"
    r"|(?:needed|(?<!as )requested|required|demanded) (?:an?|the|this|your|our|another)|got|(?<!to be )sent|asked"
    r"|have read"
    r"|(?<!\bbe )escalated (?:this|it|that)|(?:have|has|had) escalated|you escalated|did|wanted"
    r"|(?:i|we|you|they) (?:\w+ )?needed",
    r"erhalten|angekommen|bekommen|versprochen|zugesagt|schon|bereits|wurde|wurden|hatten?|war|waren|wollte|gelesen"
    r"|(?:haben|hat) (?:\w+ ){0,6}eskaliert"
    r"|eskaliert (?:haben|hat|habe|wurde)",
    r"(?:previous|earlier|last|first|original|yesterday's|vorige|frühere|letzte|gestrige)\w* (?:\w+ )?(?:requests?|wish"
    r"|demands?|anfrage|bitte|wunsch\w*)",
    r"(?:follow(?:ing)?[ -]up on|regarding|concerning|refer(?:ring)? to|with reference to|reminder of|bezüglich"
    r"|bezug auf)"
    r" (?:my|our|the|this|meine\w?|unsere\w?|die) (?:\w+ )?(?:requests?|escalations?|anfrage|bitte|eskalation)",
)
THANKS = words(
    r"(?:sorry|apolog\w+) for|entschuldig\w* für|thank\w*(?: you)?(?: \w+)? for|thanks|thank you|appreciate (?:that"
    r"|the|your)",
    r"(?:vielen |herzlichen |besten )?dank(?:e)?",
)
TOLD = words(
    r"(?:the|your|this) \w+ (?:(?:of|from|for|about) \w+ )?(?:says?|states?|mentions?|contains?|explains?|shows?"
    r"|names|answers|lists|does|is|was|has)",
    r"aware of|in (?:the|your|this)|according to|per your|as per",
    r"(?:der|ihr|dieser) \w+ (?:sagt|nennt|enthält|erklärt|zeigt|ist|steht)|im|in ihrem|laut|gemäß|steht",
)
"""Told of, where nothing is wished for."""
REASON = re.compile(
    r",? (?:if|unless|because|falls|wenn|sofern|weil|denn|(?:as|since|da) (?:it|we|the|this|there|you|our|no|nobody|wir"
    r"|die|das|es|unsere?|der|niemand|sich|seit)) .*",
    re.IGNORECASE | re.DOTALL,
)
"""What stands behind it denies no wish before it."""
ASKED_BEFORE = re.compile(
    r"\b(?:i|we|ich|wir)\b[^,]{0,50}\b(?:asked|requested|gebeten|angefordert|verlangt)\b", re.IGNORECASE
)
IN_ADVANCE = words("in advance", "im voraus")
THIRD_PARTY = words(
    r"(?:my|our|your|his|her|their|the|a) (?:own )?(?:\w+ )?(?:colleagues?|suppliers?|carriers?|vendors?|customers?"
    r"|clients?"
    r"|boss)(?= (?!is |and |need|want|ask|requir|demand|insist|would|has asked))",
    r"(?:mein|unser|ihr|euer|der|die|den|einem|einen|ein)\w{0,2} (?:\w+ )?(?:kolleg\w+|lieferant\w*|carrier|chef)",
    r"(?<!für )(?:mein|unser|ihr|euer|der|den|einem|einen|ein)\w{0,2} (?:\w+ )?kund\w+(?! (?:verlang|brauch"
    r"|benötig|möcht|will))",
    r"(?:to|with|at|an|bei|beim|zum) (?:the|your|der|den|dem|ihr\w*) (?:\w+ ){0,2}(?:suppliers?|carriers?|vendors?"
    r"|upstreams?"
    r"|providers?|manufacturers?|subcontractors?|contractors?|landlord|datacent(?:er|re)|lieferant\w*|hersteller\w*"
    r"|vorlieferant\w*|netzbetreiber\w*|(?:field|fib(?:er|re)|splic\w*|dig|civil)(?: \w+)?)",
    r"(?<!ihnen )(?:internally|intern)(?! (?:bei ihnen|on your))|on our side|in-house|bei uns|customer of ours",
)
ELSEWHERE = re.compile(
    r"\b(?:escalat\w*|eskal\w*|turn|contact|write|mail"
    r"|wend\w*)\b[^,]{0,40}?(?<!according )(?<!due )(?<!thanks )\b(?:to|an|bei)\b"
    r"(?: (?:my|our|mein\w*|unser\w*|its?) (?!account manager|service manager)\w+| \S+@\S+)"
    r"|\b(?:escalat|eskal)\w*[^,]{0,20}\b(?:with|at|mit)\b (?:my|our|the|unser\w*) (?:own )?"
    r"(?:carrier|supplier|provider|vendor|upstream|lieferant|dienstleister)\w*",
    re.IGNORECASE,
)
"""Said to whoever reads it, not to us: signatures and absence notices name colleagues and addresses."""
CONTACT = re.compile(
    r"^(?=.*(?:\S@\S|\+?\d[\d ()/-]{6,})).*\b(?:for|für|bei|in case of|zur|regarding)\b(?: (?:any|all|urgent|alle"
    r"|dringende))?"
    r" (?:(?:escal|eskal)\w*|rfos?(?: (?:requests?|enquiries|queries))?\b)(?! (?:of|to|von|an)\b)"
    r"|\b(?:rfo|escalations?|eskalation\w*) ?(?:requests?|enquiries|contacts?|anfragen)? ?[:"
    r"|] ?[^\n]{0,40}?(?:\S@\S|\+?\d[\d ()/-]{6,})",
    re.IGNORECASE,
)
"""How to reach somebody, as signatures tell it."""
MISSING = words(
    r"(?:not|n't|never|nicht|nie) (?:\w+ ){0,3}(?:received|arrived|got(?:ten)?|sent|provided|delivered|seen|come"
    r"|gekommen|erhalten|bekommen"
    r"|angekommen|eingetroffen|geschickt)(?: yet)?"
)
"""Tells that it has not come, and may wish for it."""
INFORMATION = re.compile(
    r"^\W*(?:and |und |also |so |but |hi |hello |hallo )?(?:(?:an|bei|von|mit|für|über|zu|to|with|from|at|about|for"
    r"|in|by|on) )?"
    r"(?:who|whom|whose|how|what|which|where|when|why|is|are|does"
    r"|do(?! (?:not|the needful)\b)(?! (?:please |kindly )?(?:escalat|send|share|provid|rais)\w*)"
    r"|did|was"
    r"|were|has|have|had|wer|wen|wem|wie|was|welche\w*|wo|wann|warum|wieso|weshalb|woher|ist|sind|hat|haben|gibt"
    r"|wurde|wird|werden)\b",
    re.IGNORECASE,
)
IS_POSSIBLE = words(
    r"(?:is|would) it (?:be )?possible|any chance|is there (?:a|any) (?:chance|way)|(?:wäre|ist) es (?:\w+ )?möglich"
    r"|do you have an?|haben sie einen?"
)
"""A question that is a wish; but "have you …?" and "do you have …?" may ask only whether there is one."""
TELL = words(
    r"(?:ab wann|wann|ob|wie(?! (?:möglich|besprochen|vereinbart|abgesprochen|gewünscht|immer"
    r"|üblich|gesagt|erwähnt|telefonisch|angekündigt)\b)|warum|wer|wen|wohin)\b(?:(?!bitte)[^.?!,]){0,60}\beskalier\w*",
    r"(?:tell|explain|know|say|confirm|describe|clarify|asks?|wissen|sagen|erklären|mitteilen|beschreiben"
    r"|bestätigen|fragt|info|information|auskunft|bescheid),? "
    r"(?:\w+ ){0,3}?(?:who|whom|how|what|when|once|which|whether|if|why|where|the escalation|wer|wen|wie|was|wann|ob"
    r"|welche\w*)",
)
ASKS_POLITELY = words(
    r"(?:could|can|would|will|may|might) (?:you|we|i|this|it|that|someone|somebody|anyone)",
    r"(?:könnten?|können|kann|würden?|dürften?|dürfen|wären|wäre|möchten|wollen) (?:sie|ihr|wir|ich|du|das|man|uns"
    r"|es)",
)
PLEASE = words("please", "kindly", "bitte")
WISH = words(
    r"(?:do not|don't) forget|vergessen sie (?:\w+ )?nicht|please|pls|plz|kindly|wants?|needs?|requires?|required"
    r"|needed"
    r"|request(?:s|ing|ed)?|demands?|insist|ask (?:you|for|that)"
    r"|asks? for|asking"
    r"|would like|would love|appreciate (?:an?|it|the|your|receiving|getting|having)|we must have an?"
    r"(?![^.]*\b(?:somewhere|last|old|already|archive)\b)"
    r"|must be|has to be|have to be|should be|needs to|expect"
    r"|let us have|time to|looking forward to|(?:a)?waiting (?:for|your|the|an)|(?:es ist|höchste) zeit"
    r"|(?:asked|told|instructed|urged) (?:me|us) to"
    r"|(?:(?:i|we)'d|would) be (?:\w+ )?(?:(?:grateful|thankful|obliged) for|(?:grateful|glad|happy|pleased) to (?:have"
    r"|get|receive))"
    r"|(?:would|will) be (?:\w+ )?(?:appreciated|welcome)(?! by)"
    r"|(?:i|we)'d (?:like|appreciate|love)|urge|look forward to"
    r"|(?:we|i)(?: are| am|'re|'m) (?:hereby |now |therefore )*escalating (?:this|it|the)"
    r"|(?:take|treat|consider|regard) (?:this|it|our|my)(?: \w+){0,2} (?:as (?:an?|our|my|formal)|escalated"
    r"|an? (?:\w+ )?escalation)"
    r"|(?:betrachten|verstehen|werten) sie (?:dies\w*|das|unser\w*|mein\w*) (?:\w+ ){0,3}als"
    r"|hereby (?:\w+ )?escalate|(?:we|i) hereby escalate"
    r"|(?:with this (?:e-?mail|mail|message) (?:we|i)(?: \w+)?|(?:we|i) (?:formally|officially|herewith))"
    r"(?![^.]* to (?:the|our|an?) (?!next|level|shift|duty|head|director|management)) escalate"
    r" (?:this|it|the|our)",
    r"bitte|bitten|bestehen|bestehe|ford(?:ere|ern)|auffordern|anfordern|angefordert|verlang\w+|möcht\w+|moecht\w+"
    r"|wollen|ich will"
    r"|will ich"
    r"|benötig\w+|brauch\w+|erforderlich|nötig|notwendig"
    r"|wären? (?:\w+ ){0,6}dankbar|sie müssen (?:das|dies|es|den|die|unser\w*) (?:\w+ ){0,3}eskalieren"
    r"|hätten? (?:\w+ ){0,2}gern\w?|gern\w?|wünsch\w+|ersuch\w+|erwart\w+|beantrag\w+|dringend|erbeten|freuen"
    r"|(?:mich|uns) (?:gebeten|beauftragt|aufgefordert)"
    r"|(?:muss|müssen|sollte|soll) (?:\w+ ){0,6}werden|hiermit eskalier\w+|(?:wir"
    r"|ich) eskalier\w+ (?:\w+ ){0,3}hiermit|eskalier\w+ (?:\w+ ){0,3}hiermit",
)
AS_REQUESTED = words("as requested", "wie gewünscht", "wie angefordert", "on request", "no request")
IMPERATIVE = re.compile(
    r"^\W*(?:(?:hi|hello|hallo|so|then|now|just|and|do the needful and|dann|also|jetzt|therefore|do|go ahead and)\W+)*"
    r"(?:escalating (?:this|it|the \w+)(?= (?:as|because|since|to you|now)\b|\W*$)|escalate|send|share|provide"
    r"|prepare|give|forward|raise|deliver|issue|eskalier\w+|send\w+|schick\w+"
    r"|(?:take|move|bring|push|bump) (?:it|this|the (?:ticket|case|incident|issue|matter)) (?:up )?to"
    r"|you (?:must|have to) (?:now |please )?escalate(?= (?:this|it|the|our|now)\b)"
    r"|übersend\w+"
    r"|erstell\w+|leit\w+|stell\w+|liefer\w+)\b",
    re.IGNORECASE,
)
NOT_MEANT = words(
    r"(?:this is|dies ist|das ist|only|just|nur) (?:only |just |nur )?(?:an? |ein(?:e)? )?test(?:[ -]?(?:ticket|mail"
    r"|e-?mail|message|nachricht))?",
    r"test[ -]?(?:ticket|mail|e-?mail|message|nachricht)",
    r"please ignore(?: this (?:ticket|mail|e-?mail|message))?(?=\W*$|[.!])|bitte ignorieren",
)
"""A message that says so of itself means nothing else that it says for certain."""
