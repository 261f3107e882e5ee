"""E-mails of triggers and jobs: they leave only if the ticket's group has a sender address with a channel.

Each becomes an article of its ticket. Recipients are people of the helpdesk (`userid_7`, `ticket_customer`,
`ticket_owner`, `ticket_agents`, `article_last_sender`); a plain address is an unknown recipient. What is not sent is
told by the log only.
"""

import re
from collections.abc import Iterator
from email.utils import getaddresses

from connector.sandbox.zammad import article_store, assets, seed
from connector.sandbox.zammad.access import in_group
from connector.sandbox.zammad.errors import ApiError
from connector.sandbox.zammad.placeholders import filled
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.world import Mail, World

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def send(world: World, name: str, spec: Record, ticket: Record, article: Record | None) -> None:
    """Send one e-mail to all its recipients."""
    addresses = dict.fromkeys(_addresses(world, spec["recipient"], ticket, article))
    to = ", ".join(address for address in addresses if not _answers_by_itself(article, address))
    if not to or not _has_sender(world, ticket, to):
        return
    subject = filled(world, str(spec["subject"]), ticket, article)
    subject = f"[Ticket#{ticket['number']}] {subject}"
    body = filled(world, str(spec["body"]), ticket, article)
    internal = str(spec.get("internal", False)).lower() == "true"
    mail = article_store.written("email", "System", subject, body, to=to, internal=internal)
    article_store.store(world, ticket, mail | {"preferences": {"perform_origin": "trigger"}}, seed.NOBODY)
    world.mails.append(Mail(to, subject, body, ticket["id"], name))


def _answers_by_itself(article: Record | None, address: str) -> bool:
    """A mailbox that a machine has just answered from gets no mail of a trigger (6.4, extra/mail 21)."""
    machine = article is not None and article["preferences"].get("is-auto-response")
    return bool(machine) and address in str(article and article["from"])


def require_sender(world: World, ticket: Record) -> None:
    """Raises ApiError 500 for a mail of support from a group without an address (6.4, extra/bot)."""
    group = world.tables["Group"][ticket["group_id"]]
    if world.newer and group["email_address_id"] is None:
        raise ApiError(500, f"No email address found for group: {group['name']} ({group['id']})", human=False)


def check_recipients(world: World, fields: Record) -> None:
    """Raises ApiError 422 for a mail to what is no address (from 7.0 on; nothing of the request is stored)."""
    given = [text for name in ("to", "cc") if (text := str(fields.get(name) or ""))]
    if world.newest and not all(_ADDRESS.fullmatch(address) for _, address in getaddresses(given)):
        raise ApiError(422, "invalid_attribute.email_recipient")


def _addresses(world: World, recipient: object, ticket: Record, article: Record | None) -> Iterator[str]:
    for kind in recipient if isinstance(recipient, list) else [recipient]:
        yield from filter(None, _of_kind(world, str(kind), ticket, article))


def _of_kind(world: World, kind: str, ticket: Record, article: Record | None) -> Iterator[str]:
    users = world.tables["User"]
    if kind in {"ticket_customer", "ticket_owner"}:
        yield users[ticket[kind.removeprefix("ticket_") + "_id"]]["email"]
    elif kind == "ticket_agents":
        members = (users[number] for number in assets.members_of_group(world, ticket["group_id"]))
        yield from (user["email"] for user in members if in_group(world, user, ticket["group_id"], "full"))
    elif kind == "article_last_sender":
        if article is not None:
            yield users[article["origin_by_id"] or article["created_by_id"]]["email"]
    elif kind.startswith("userid_"):
        user = users.get(int(kind.removeprefix("userid_")))
        if user is None:
            world.log.append(f"Can't find configured Trigger Email recipient User with ID '{kind[7:]}'")
        else:
            yield user["email"]
    else:
        world.log.append(f"Unknown email notification recipient '{kind}'")


def _has_sender(world: World, ticket: Record, to: str) -> bool:
    group = world.tables["Group"][ticket["group_id"]]
    address = world.table("EmailAddress").get(group["email_address_id"])
    told = f"Unable to send trigger based notification to {to} because no"
    if address is None:
        world.log.append(f"{told} email address is set for group '{group['name']}'")
    elif address["channel_id"] is None:
        world.log.append(f"{told} channel is set for email address '{address['email']}' (id: {address['id']})")
    return address is not None and address["channel_id"] is not None
