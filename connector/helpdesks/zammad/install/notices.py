"""Mail by the helpdesk itself when a level is reached (R38): to the contacts of every level passed.

The customer hears of a level by the connector's own letter, see :mod:`connector.rules.level_letter`.

One change of the connector's may pass several levels, and Zammad keeps the last value only: which they are is told by
the level from which the ticket rose. Only a rise by the connector sends mail, whatever a customer or an agent sets: a
first trigger, which sees who made the change, tags the ticket for those that mail, and a last one takes the tag off.
They cannot see it for themselves: a mail makes Zammad itself the last who changed the ticket. Triggers run in the order
of their names.

Zammad sends mail to users only, so a contact's address needs a user: one who is there, or one that we make. Mail leaves
only if the ticket's group has a sender's address.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from connector.domain.vocabulary import ServiceCheck
from connector.helpdesks.zammad.install.site import InstallContext
from connector.helpdesks.zammad.install.tables import CONTACT
from connector.install.objects import Ref, Wanted
from connector.messages.catalogue import Rendered
from connector.messages.words import Reader
from connector.policy.contacts import addresses, named_services
from connector.policy.ladder import Level

_LINK = "#{config.http_type}://#{config.fqdn}/#ticket/zoom/#{ticket.id}"
BEGIN = "Interspace: a level is reached"
END = "Interspace: mails about levels are sent"
RISING = "interspace-rising"
"""The tag, on a ticket for as long as the mails of one rise are being sent."""
_HIGHEST = 9


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
    """One trigger for each level of each ladder whose contacts have addresses, and the two around them."""
    mails = [
        _to_contacts(site, name, level)
        for name, ladder in site.policy.escalation.ladders.items()
        for level in ladder.levels
        if not level.skip and addresses(level)
    ]
    if mails:
        yield from mails
        yield from _rise(site)


def _rise(site: InstallContext) -> Iterator[Wanted]:
    """Before the mails and after them."""
    by_the_bot = {
        "name": "ticket.updated_by_id",
        "operator": "is",
        "pre_condition": "specific",
        "value": [str(site.bot_id)],
    }
    yield _trigger(
        BEGIN,
        [*_changed(site), by_the_bot],
        {"ticket.tags": {"operator": "add", "value": RISING}},
        "Lets mails about levels leave only when the connector has raised the level.",
    )
    yield _trigger(
        END,
        [{"name": "ticket.action", "operator": "is", "value": "update"}, _tagged()],
        {"ticket.tags": {"operator": "remove", "value": RISING}},
        "After the mails about levels.",
    )


def _to_contacts(site: InstallContext, ladder: str, level: Level) -> Wanted:
    name = f"Interspace: level {level.level} reached ({ladder})"
    reason, due = (
        f"#{{ticket.{site.mapping.attribute(field)}}}" for field in ("escalation_reason", "next_escalation_at")
    )
    data = {"level": level.level, "name": level.name, "priority": "#{ticket.priority.name}", "reason": reason}
    reader = Reader(site.policy.internal_language)
    text = site.policy.messages.render(
        "escalation_mail_contacts", {**_common(site), **data, "next": due, "link": _LINK}, reader
    )
    mail = {
        "recipient": [Ref("users", address, form="userid_{}") for address in addresses(level)],
        "internal": "true",
        **_mail(text),
    }
    ours = {"name": "ticket.group_id", "operator": "is", "value": site.groups_in_scope}
    conditions = [*_changed(site), _tagged(), ours, *_passed(site, level.level), *_on_ladder(site, ladder)]
    return _trigger(name, conditions, {"notification.email": mail}, _ONCE)


def _common(site: InstallContext) -> dict[str, Any]:
    """What every message gets: here placeholders, which Zammad fills in when it sends the mail."""
    return {
        "ticket": {"number": "#{ticket.number}", "title": "#{ticket.title}"},
        "customer": "#{ticket.customer.firstname} #{ticket.customer.lastname}",
        "provider": site.policy.name,
        "policy": site.policy.version,
    }


def _mail(text: Rendered) -> dict[str, str]:
    """A plain text as HTML, which is all that a trigger sends: a ``div`` for each line."""
    lines = "".join(f"<div>{escape(line)}</div>" if line else "<br/>" for line in text.body.split("\n"))
    return {"subject": text.subject, "body": lines.replace(_LINK, f'<a href="{_LINK}">{_LINK}</a>')}


_ONCE = "Sent once for each rise that passes the level."


def _trigger(name: str, conditions: Sequence[Mapping[str, Any]], perform: Mapping[str, Any], note: str) -> Wanted:
    body = {
        "name": name,
        "condition": {"operator": "AND", "conditions": list(conditions)},
        "perform": perform,
        "note": note,
        "active": True,
    }
    return Wanted("triggers", name, body, fill={"disable_notification": True})


def _changed(site: InstallContext) -> list[dict[str, Any]]:
    return [
        {"name": "ticket.action", "operator": "is", "value": "update"},
        {"name": site.attribute("escalation_level"), "operator": "has changed", "value": []},
    ]


def _tagged() -> dict[str, Any]:
    return {"name": "ticket.tags", "operator": "contains all", "value": RISING}


def _passed(site: InstallContext, level: int) -> list[dict[str, Any]]:
    """The ticket rose from below the level to it or above."""
    below, above = range(level), range(level, _HIGHEST + 1)
    return [
        {"name": site.attribute(field), "operator": "is", "value": [str(number) for number in numbers]}
        for field, numbers in (("escalated_from", below), ("escalation_level", above))
    ]


def _on_ladder(site: InstallContext, ladder: str) -> list[dict[str, Any]]:
    """The tickets of a ladder: those of verified services that have it; the default has all others."""
    service, check = site.attribute("service_id"), site.attribute("service_check")
    verified = ServiceCheck.VERIFIED.value
    named = named_services(site.policy, ladder)
    if ladder != "default":
        return [
            {"name": check, "operator": "is", "value": [verified]},
            {"name": service, "operator": "is", "value": named},
        ]
    if not named:
        return []
    elsewhere = [
        {"name": check, "operator": "is not", "value": [verified]},
        {"name": service, "operator": "is not", "value": named},
    ]
    return [{"operator": "OR", "conditions": elsewhere}]
