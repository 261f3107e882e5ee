"""Mail by the helpdesk itself when a level is reached (R38): to the level's contacts, and to the customer.

Zammad sends mail to users only, so a contact's address needs a user: one who is there, or one that we make. Mail leaves
only if the ticket's group has a sender's address.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connector.domain.vocabulary import ServiceCheck
from connector.helpdesks.zammad.install.site import InstallContext
from connector.helpdesks.zammad.install.tables import CONTACT
from connector.install.objects import Ref, Wanted, text_ref
from connector.policy.contacts import addresses
from connector.policy.models import Level

_LINK = "#{config.http_type}://#{config.fqdn}/#ticket/zoom/#{ticket.id}"
CUSTOMER = "Interspace: customer hears of an escalation"


def contacts(site: InstallContext) -> Iterator[Wanted]:
    """A user for each address, without any rights; somebody who has an account already is left alone."""
    named = {
        address: level
        for ladder in site.policy.escalation.ladders.values()
        for level in ladder.levels
        for address in addresses(level)
    }
    for address, level in named.items():
        body = {"email": address, "note": f"Gets mail when a ticket reaches escalation level {level.level}."}
        fill = {"firstname": level.name.capitalize(), "lastname": f"({CONTACT})"}
        yield Wanted("users", address, body, fill=fill)


def notices(site: InstallContext) -> Iterator[Wanted]:
    """One trigger for each level of each ladder whose contacts have addresses, and one for the customer."""
    for name, ladder in site.policy.escalation.ladders.items():
        for level in ladder.levels:
            if not level.skip and addresses(level):
                yield _to_contacts(site, name, level)
    numbers = {level.level for ladder in site.policy.escalation.ladders.values() for level in ladder.levels}
    higher = [str(number) for number in sorted(numbers) if number > 1]
    if higher:
        yield _to_customer(site, higher)


def _to_contacts(site: InstallContext, ladder: str, level: Level) -> Wanted:
    name = f"Interspace: level {level.level} reached ({ladder})"
    reason, due = (site.mapping.attribute(field) for field in ("escalation_reason", "next_escalation_at"))
    text = (
        f"<div>Ticket #{{ticket.number}} has reached escalation level {level.level}, {level.name}.</div>"
        f"<div>#{{ticket.title}}</div><br/><div>Priority: #{{ticket.priority.name}}</div>"
        "<div>Customer: #{ticket.customer.firstname} #{ticket.customer.lastname}</div>"
        f"<div>Reason: #{{ticket.{reason}}}</div><div>Next escalation: #{{ticket.{due}}}</div>"
        f'<br/><div><a href="{_LINK}">{_LINK}</a></div>'
    )
    mail = {
        "recipient": [Ref("users", address, form="userid_{}") for address in addresses(level)],
        "subject": f"Escalation level {level.level}: #{{ticket.title}}",
        "body": text,
        "internal": "true",
    }
    return _trigger(name, [*_reached(site, [str(level.level)]), *_on_ladder(site, ladder)], mail)


def _to_customer(site: InstallContext, levels: Sequence[str]) -> Wanted:
    not_a_task = {"name": "ticket.group_id", "operator": "is not", "value": [text_ref("groups", site.rfo_group)]}
    text = (
        "<div>Dear #{ticket.customer.firstname} #{ticket.customer.lastname},</div><br/>"
        "<div>your ticket #{ticket.number} has been escalated to the next level of our management. "
        "We keep working on it and will keep you informed.</div>"
    )
    mail = {
        "recipient": "ticket_customer",
        "subject": "Your ticket has been escalated: #{ticket.title}",
        "body": text,
        "internal": "false",
    }
    return _trigger(CUSTOMER, [*_reached(site, levels), not_a_task], mail)


def _trigger(name: str, conditions: Sequence[Mapping[str, Any]], mail: Mapping[str, Any]) -> Wanted:
    body = {
        "name": name,
        "condition": {"operator": "AND", "conditions": list(conditions)},
        "perform": {"notification.email": mail},
        "note": "Sent once for each level: when the level changes to it.",
        "active": True,
    }
    return Wanted("triggers", name, body, fill={"disable_notification": True})


def _reached(site: InstallContext, levels: Sequence[str]) -> list[dict[str, Any]]:
    level = site.attribute("escalation_level")
    return [
        {"name": "ticket.action", "operator": "is", "value": "update"},
        {"name": level, "operator": "has changed", "value": []},
        {"name": level, "operator": "is", "value": levels[0] if len(levels) == 1 else list(levels)},
    ]


def _on_ladder(site: InstallContext, ladder: str) -> list[dict[str, Any]]:
    """The tickets of a ladder: those of verified services that have it; the default has all others."""
    service, check = site.attribute("service_id"), site.attribute("service_check")
    verified = ServiceCheck.VERIFIED.value
    ladders = site.policy.escalation.ladders
    others = {one.id: site.policy.ladder(one.id) for one in site.policy.catalogue.services}
    if ladder != "default":
        mine = [number for number, its in others.items() if its is ladders[ladder]]
        return [
            {"name": check, "operator": "is", "value": [verified]},
            {"name": service, "operator": "is", "value": mine},
        ]
    special = [number for number, its in others.items() if its is not ladders["default"]]
    if not special:
        return []
    elsewhere = [
        {"name": check, "operator": "is not", "value": [verified]},
        {"name": service, "operator": "is not", "value": special},
    ]
    return [{"operator": "OR", "conditions": elsewhere}]
