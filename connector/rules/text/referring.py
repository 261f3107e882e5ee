"""Words that refer to what another clause or sentence has named: "please send it", "not yet", "never mind"."""

import re

PRONOUN_WISH = re.compile(
    r"^\W*(?:then |so |now |just |dann |also |jetzt )*(?:do|tun sie|tut|mach\w* sie|macht) (?:it|so|that|das|dies|es)"
    r" (?:right )?(?:now|at once|immediately|today|please|anyway|jetzt|sofort|gleich|bitte|endlich)\b"
    r"|\b(?:send|mail|forward|give|schicken|senden|leiten)(?: sie)? (?:it|that|one|ihn|es|den|diesen)"
    r" (?:to|an|directly|direkt|lieber|instead|stattdessen)\b"
    r"|\b(?:please|kindly|bitte)\b[^,.!?]{0,30}\b(?:the|a|den|einen) (?:right|correct\w*|proper|same|full|final|new"
    r"|missing"
    r"|latest|richtig\w*|korrekt\w*|vollständig\w*|neuen) (?:one|version)?"
    r"|\b(?:please|kindly|bitte)\b (?:\w+ )?(?:do the same|likewise|follow suit|ebenfalls|ebenso|das gleiche"
    r"|dasselbe"
    r"|(?:share|send|provide|forward|raise) (?:us |me )?the same|(?:proceed|act|handle|verfahren|handeln)\w* (?:sie )?"
    r"(?:accordingly|entsprechend))\b"
    r"|\b(?:need|want|welcome|like|appreciate|expect|await)(?: to (?:have|see|get|receive))? (?:yours|the same"
    r"|one from you)\b"
    r"|\bbitte (?:\w+ ){0,2}(?:nachholen|nachreichen|nachliefern|veranlassen|einleiten)\b",
    re.IGNORECASE,
)
"""May wish for what another clause has named."""
AND_NO = re.compile(r"^\W*(?:and|und) (?:no|nein|yes|ja)\W*$", re.IGNORECASE)
"""Begins what the writer says of themself: "and no, I am not joking"."""
ANSWERED_YES = re.compile(
    r"^\W*(?:yes|yep|yeah|sure|definitely|absolutely|indeed|please do|ja|jawohl|unbedingt)\b", re.IGNORECASE
)
ANSWERED_NO = re.compile(
    r"^\W*(?:no|nope|nah|not (?:yet|now|really|at all|today|so far|needed|necessary|required)|of course not|never|nein"
    r"|nee|noch nicht|nicht (?:nötig|notwendig|jetzt|wirklich)|derzeit nicht|aktuell nicht)\b",
    re.IGNORECASE,
)
"""Begins a sentence that answers the writer's own question before it."""
UNHAPPY = re.compile(
    r"(?<!\w)(?:(?:still |are you |sie sind )?(?:not|nicht) (?:\w+ )?(?:happy|satisfied|zufrieden)|unhappy"
    r"|dissatisfied|unzufrieden"
    r"|(?:any )?(?:complaints?|problems?|issues?|questions?|feedback|concerns?)|beschwerden?|probleme?|fragen|urgent"
    r"|dringend|emergency|notfall)(?: (?:with|about|mit)[^?]{1,40})?\?$",
    re.IGNORECASE,
)
"""A signature's or form's question: what follows is said to whoever reads it."""
PLEASE_DO = re.compile(
    r"\b(?:please|kindly|bitte)\b (?:do|send|share|provide|raise|forward|escalate|tun|senden|schicken|machen)\w*"
    r"(?: (?:sie|us|uns|me|mir))? (?:it|so|one|that|this|ihn|das|diesen|es)\b|\bcan you (?:send|provide"
    r"|share) (?:one|it)\b"
    r"|\bplease (?:do|send|share)\b\W*$"
    r"|\b(?:we|i|wir|ich) (?:\w+ )?(?:need|want|require|brauche\w*|benötige\w*|möchten?) (?:it|one|that|this|ihn|das"
    r"|diesen|den)\b",
    re.IGNORECASE,
)
NOT_NEEDED = re.compile(
    r"^\W*(?:but |and |aber |und )?(?:this|that|it|which|das|dies|es|sie)(?: request| wish)?"
    r"(?:'s| is| has| can| ist| hat| kann| wird)\b.{0,20}\b(?:no longer|not|never mind|obsolete|settled|ignored"
    r"|nicht mehr"
    r"|nicht|erledigt|hinfällig|überholt)\b"
    r"|\b(?:ignore|disregard|forget|ignorieren|vergessen|vergiss) (?:sie )?(?:it|this|that|das|my (?:last |previous "
    r"|earlier )?(?:mail|e-?mail|message|request)|meine (?:letzte )?(?:mail|nachricht))\b|\bnever mind\b",
    re.IGNORECASE,
)
"""Takes back what was said before."""
