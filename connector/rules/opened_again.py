"""A message that has opened a closed ticket and may or may not say that the fault is back: support is told, once."""

from connector.domain.decision import Notice, Outcome
from connector.domain.mark import Mark
from connector.rules import wording
from connector.rules.case import Case
from connector.rules.outages import reopened
from connector.rules.text.afterwards import Afterwards

_NOTHING = Outcome(rule="opened_again", reasons=("the state counts as it is",))


def opened_again(case: Case) -> Outcome:
    """The incident counts as over until somebody says otherwise. Thanks and requests for an RFO need no question."""
    opened = reopened(case.ticket)
    if opened is None:
        return _NOTHING
    message = opened.message
    reason = f"opened again by a message of {wording.format_time(message.created_at)} only: it counts as over"
    about_rfo = any(statement.article.id == message.id for statement in case.spoken.rfo)
    is_old = message.created_at < case.now - case.policy.intake.ask_within.fixed
    if opened.said is not Afterwards.UNCLEAR or about_rfo or is_old:
        return Outcome(rule="opened_again", reasons=(reason,))
    mark = Mark("opened-again", opened.change.id)
    notice = Notice("opened_again", {"who": message.author, "at": message.created_at}, frozenset({mark}))
    return Outcome(rule="opened_again", notices=(notice,), reasons=(reason,))
