"""Does Zammad itself mail the customer at the moment at which the connector does?"""

from collections.abc import Mapping

from connector.doctor.context import Row
from connector.doctor.finding import Observation, ok, warn
from connector.helpdesks.zammad.doctor.conditions import named_conditions, reaches
from connector.helpdesks.zammad.doctor.context import Context
from connector.install.objects import is_marked

_NO_RECEIPT = "who reports everything at once gets no receipt, unless the policy says intake.receipt: true"
_TO_CUSTOMERS = frozenset({"ticket_customer", "article_last_sender"})


def customers_mails(context: Context) -> Observation:
    """Triggers that are not ours and mail the customer about every new ticket or message, such as Zammad's own auto
    replies (recording 044 of a new Zammad 6.4): whose details are missing gets two mails at once.

    What a change of some attribute sends is left out: the connector says nothing at that moment.
    """
    answering = [
        str(row.get("name"))
        for row in context.rows("triggers")
        if row.get("active", True)
        and not is_marked(row.get("note"))
        and _mails_customers(row)
        and _at_once(row, context.groups_in_scope)
    ]
    if not answering:
        receipt = "a complete report gets the connector's receipt" if context.policy.intake.receipt else _NO_RECEIPT
        return ok(f"no trigger of yours mails them at the moment at which the connector does; {receipt}")
    return warn(
        f"mail the customer about a new ticket or message, beside the connector: {', '.join(map(repr, answering))}",
        f"{'Every customer gets' if context.policy.intake.receipt else 'Customers whose details are missing get'} two "
        "mails at once. Deactivate them (Manage → Trigger), or give them a "
        "condition on the group that leaves the rules' groups out.",
    )


def _mails_customers(trigger: Row) -> bool:
    perform = trigger.get("perform")
    mail = perform.get("notification.email") if isinstance(perform, Mapping) else None
    to = mail.get("recipient") if isinstance(mail, Mapping) else None
    return not _TO_CUSTOMERS.isdisjoint(to if isinstance(to, list) else [to])


def _at_once(trigger: Row, ours: set[str]) -> bool:
    """Not only for a change, nor only for other groups than ours."""
    condition = trigger.get("condition")
    if any(spec.get("operator") == "has changed" for _, spec in named_conditions(condition)):
        return False
    return reaches(condition, ours)
