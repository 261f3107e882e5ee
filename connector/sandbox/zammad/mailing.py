"""E-mails of triggers and jobs, and `#{ticket.number}` and its like in their texts.

A mail leaves only if the ticket's group has a sender address with a channel, and becomes an article of the ticket.
Recipients are people of the helpdesk (`userid_7`, `ticket_customer`, `ticket_owner`, `ticket_agents`,
`article_last_sender`); a plain address is an unknown recipient. What is not sent is told by the log only.
"""

import re
from collections.abc import Iterator

from connector.sandbox.zammad import article_store
from connector.sandbox.zammad.access import in_group
from connector.sandbox.zammad.assets import RELATIONS, members_of_group
from connector.sandbox.zammad.records import Record, as_history_text, is_on
from connector.sandbox.zammad.seed import FRESH, NOBODY
from connector.sandbox.zammad.world import Mail, World

_PLACEHOLDER = re.compile(r"#\{\s*([a-z_.]+)\s*\}")
_CONFIG = {f"config.{name}": str(value) for name, (_, value) in FRESH["settings"].items()}


def filled(world: World, text: str, ticket: Record, article: Record | None) -> str:
    """The text with what its placeholders name; an empty value is `-`, an unknown one says so."""
    return _PLACEHOLDER.sub(lambda found: _looked_up(world, found[1], ticket, article), text)


def _looked_up(world: World, path: str, ticket: Record, article: Record | None) -> str:
    if path in _CONFIG:
        return _CONFIG[path]
    kind, *names, last = path.split(".") if "." in path else (path, "")
    record = {"ticket": ticket, "article": article or {}}.get(kind, {})
    for name in names:
        record = world.table(RELATIONS.get(name, "")).get(record.get(f"{name}_id", 0)) or {}
    return as_history_text(record[last]) or "-" if last in record else f"#{{{path} / no such method}}"


def send(world: World, name: str, spec: Record, ticket: Record, article: Record | None) -> None:
    """Send one e-mail to all its recipients. A mailbox that a machine has just answered from gets none (6.4,
    extra/mail 21)."""
    kinds = spec["recipient"] if isinstance(spec["recipient"], list) else [spec["recipient"]]
    addresses = [address for kind in kinds for address in _addresses(world, str(kind), ticket, article) if address]
    machine = str(article["from"]) if article and article["preferences"].get("is-auto-response") else ""
    to = ", ".join(address for address in dict.fromkeys(addresses) if address not in machine)
    if not to or not _has_sender(world, ticket, to):
        return
    subject, body = (filled(world, str(spec[part]), ticket, article) for part in ("subject", "body"))
    subject = f"[Ticket#{ticket['number']}] {subject}"
    how = {"internal": is_on(spec.get("internal")), "preferences": {"perform_origin": "trigger"}}
    mail = article_store.written("email", "System", body, subject=subject, to=to, **how)
    article_store.store(world, ticket, mail, NOBODY)
    world.mails.append(Mail(to, subject, body, ticket["id"], name))


def _addresses(world: World, kind: str, ticket: Record, article: Record | None) -> Iterator[str]:
    users = world.tables["User"]
    if kind in {"ticket_customer", "ticket_owner"}:
        yield users[ticket[kind.removeprefix("ticket_") + "_id"]]["email"]
    elif kind == "ticket_agents":
        members = (users[number] for number in members_of_group(world, ticket["group_id"]))
        yield from (user["email"] for user in members if in_group(world, user, ticket["group_id"]))
    elif kind == "article_last_sender":
        if article is not None:
            yield users[article["origin_by_id"] or article["created_by_id"]]["email"]
    elif not kind.startswith("userid_"):
        world.log.append(f"Unknown email notification recipient '{kind}'")
    elif int(kind.removeprefix("userid_")) in users:
        yield users[int(kind.removeprefix("userid_"))]["email"]
    else:
        world.log.append(f"Can't find configured Trigger Email recipient User with ID '{kind[7:]}'")


def _has_sender(world: World, ticket: Record, to: str) -> bool:
    group = world.tables["Group"][ticket["group_id"]]
    address = world.table("EmailAddress").get(group["email_address_id"])
    if address is not None and address["channel_id"] is not None:
        return True
    missing = f"email address is set for group '{group['name']}'"
    if address is not None:
        missing = f"channel is set for email address '{address['email']}' (id: {address['id']})"
    world.log.append(f"Unable to send trigger based notification to {to} because no {missing}")
    return False
