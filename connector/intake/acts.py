"""What a button on a ticket's page says in the customer's name, as support reads it on the ticket."""

from collections.abc import Mapping

from connector.domain.vocabulary import CustomerAct
from connector.messages.words import Reader
from connector.policy.models import Policy

_TEXTS: Mapping[CustomerAct, str] = {
    CustomerAct.ESCALATE: "panel_escalate",
    CustomerAct.REQUEST_RFO: "panel_rfo",
    CustomerAct.DEFER: "panel_defer",
    CustomerAct.WITHDRAW: "panel_withdraw",
}


def act_text(act: CustomerAct, words: str, policy: Policy) -> str:
    """The sentence of the button, and below it what was written beside it."""
    sentence = policy.messages.render(_TEXTS[act], {}, Reader()).body
    return f"{sentence}\n\n{words}" if words else sentence
