"""Words that hint at a wish and do not say it: a suggestion in a question, a reproach. A person has to read them."""

import re

from connector.rules.text.cues import words

SUGGESTS = re.compile(
    r"^\W*(?:(?:so|and|und|but|aber|also|then|dann)\W+)?(?:(?:perhaps|maybe|possibly|vielleicht|evtl\.?|eventuell"
    r"|(?:how|what) about|wie wäre es mit)\b"
    r"|why (?:not|(?:is|are|has|have|do|can|will|would)(?:n't\b|\b[^.,?]{0,30}\b(?:not|nobody|no one|no)\b))"
    r"|(?:is|are|has|have|do|can|could|will|would|should|must)n't\b|can't\b|won't\b|shouldn't\b"
    r"|(?:warum|wieso|weshalb)\b[^.,?]{0,40}\b(?:nicht|niemand|keine?r?|nie)\b"
    r"|(?:sollten?|wäre|müssten?|muss|könnten?|können|kann|wollen|möchten?|würden?|ist)\b[^.,?]{0,30}\bnicht\b)",
    re.IGNORECASE,
)
"""Begins a question that wants more than an answer: "Why don't you escalate?", "Perhaps escalate?"."""
REPROACH = words(
    r"(?:should|could|ought to)(?: really| long| at least)*(?: have|'ve)",
    r"overdue|überfällig|längst",
    r"hätten?\b[^.,]{0,80}\b(?:müssen|sollen|können)",
)
"""What should have happened, and may be wished for."""
NOT_YET = re.compile(
    r"\bstill (?:not|hasn't|isn't|has not|is not) (?:been )?escalated"
    r"|\b(?:it|this|that|ticket|case|incident|issue|matter|you|nobody|no one)(?: \w+){0,3}?(?:n't| not|) (?:been )?"
    r"escalated\b[^.,]{0,12} (?:yet|so far|until now|to date)\b"
    r"|\b(?:noch (?:immer )?|immer noch |bisher |bislang )nicht eskaliert\b",
    re.IGNORECASE,
)
"""Complains that it has not been done."""
NOTHING_LESS = re.compile(
    r"\b(?:short of|other than|(?:any|no)thing but|less than|(?:anderes|weniger) als|nichts (?:als|außer))"
    r"[^,.]{0,20}$",
    re.IGNORECASE,
)
"""Stands, with a denial, before the only thing that will do: "nothing short of an escalation"."""
