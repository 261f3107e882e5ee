"""How the connector hears of tickets: one signed webhook, and triggers for what matters.

Bodies as in recordings 080, 089, 135 and 306. A trigger on updates fires for a new article, or if an attribute that it
names has changed; the bot's own changes are left out, so that nothing echoes (P12). Triggers run in the order of their
names: these before the ones that send mail, because mail makes Zammad itself the last who changed the ticket.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from connector.domain.vocabulary import Actor
from connector.helpdesks.zammad.install.site import InstallContext
from connector.helpdesks.zammad.settings import WEBHOOK_SECRET
from connector.install.objects import Ref, Sealed, Wanted

NAME = "Interspace connector"
CREATED = "Interspace: connector hears of a new ticket"
CHANGED = "Interspace: connector hears of a change"
PATH = "/webhooks/zammad/main"
"""Where the receiver listens for this hook."""
PLAIN = {"customized_payload": False, "pre_defined_webhook_type": None, "http_method": "post"}
"""Columns of newer versions with the values that a new webhook has; with other ones the receiver cannot read what comes
(6.4; the method: source of 7.0 to 7.2)."""
_NATIVE = ("state_id", "priority_id", "group_id", "customer_id", "organization_id", "title")
"""Attributes of Zammad's own that the rules read."""


def webhook(site: InstallContext) -> Iterator[Wanted]:
    """The hook with the secret of the secret store."""
    body = {
        "name": NAME,
        "endpoint": site.receiver_url,
        "signature_token": Sealed(WEBHOOK_SECRET),
        "ssl_verify": True,
        "active": True,
        "note": "Tells the connector which ticket to look at.",
        **{name: plain for name, plain in PLAIN.items() if site.webhook.get(name) not in (plain, None, "")},
    }
    yield Wanted("webhooks", NAME, body)


def triggers(site: InstallContext) -> Iterator[Wanted]:
    """A new ticket, a message of a customer or an agent, a change of what the rules read."""
    in_scope = {"operator": "is", "value": site.groups_in_scope}
    created = {
        "ticket.action": {"operator": "is", "value": "create"},
        "ticket.updated_by_id": _not_the_bot(site),
        "ticket.group_id": in_scope,
    }
    yield _trigger(CREATED, created, "Every ticket in the rules' groups that the connector has not made itself.")
    attributes = [*_NATIVE, *site.mapping.fields.values()]
    speakers = [str(site.mapping.articles.senders[actor]) for actor in (Actor.AGENT, Actor.CUSTOMER)]
    matters = [{"name": f"ticket.{name}", "operator": "has changed", "value": []} for name in attributes]
    matters.append({"name": "article.sender_id", "operator": "is", "value": speakers})
    moved = {"name": "ticket.group_id", "operator": "has changed", "value": []}
    changed = {
        "operator": "AND",
        "conditions": [
            {"name": "ticket.action", "operator": "is", "value": "update"},
            {"name": "ticket.updated_by_id", **_not_the_bot(site)},
            {"operator": "OR", "conditions": matters},
            # A ticket that leaves the rules' groups is told of as well.
            {"operator": "OR", "conditions": [{"name": "ticket.group_id", **in_scope}, moved]},
        ],
    }
    yield _trigger(CHANGED, changed, "Messages of customers and agents, and changes of what the rules read.")


def _trigger(name: str, condition: Mapping[str, Any], note: str) -> Wanted:
    perform = {"notification.webhook": {"webhook_id": Ref("webhooks", NAME)}}
    body = {"name": name, "condition": condition, "perform": perform, "note": note, "active": True}
    return Wanted("triggers", name, body, fill={"disable_notification": True})


def _not_the_bot(site: InstallContext) -> dict[str, Any]:
    return {"operator": "is not", "pre_condition": "specific", "value": [str(site.bot_id)]}
