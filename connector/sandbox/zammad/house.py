"""A furnished sandbox Zammad in the rules' own terms."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from connector.domain.vocabulary import Actor, Channel, Priority, TicketState
from connector.helpdesks.zammad.client import ZammadClient
from connector.helpdesks.zammad.desk import ZammadDesk
from connector.helpdesks.zammad.mapping import ZammadMapping
from connector.helpdesks.zammad.values import encode
from connector.sandbox.house import IN_PROCESS, SECRET, Call, Named, Wire, WireStep, in_mapping
from connector.sandbox.zammad.desk import SandboxZammad
from connector.sandbox.zammad.furnished import BOT, Accounts, connect_webhook, furnish, request, set_up_bare
from connector.sandbox.zammad.world import Version

__all__ = ["ZammadHouse", "set_up_bare"]

_API = "/api/v1/"
_ONCE = frozenset({"users/me", "ticket_states", "ticket_priorities", "groups", "roles", "macros"})


def _set_up(sandbox: SandboxZammad, mapping: ZammadMapping) -> Accounts:
    accounts = furnish(sandbox, mapping)
    connect_webhook(sandbox, f"{IN_PROCESS}/webhooks/zammad/main", SECRET)
    return accounts


class ZammadHouse:
    """See :class:`connector.sandbox.house.House`."""

    name = "zammad"
    bot = None

    def __init__(
        self,
        clock: Callable[[], datetime],
        mapping: ZammadMapping,
        set_up: Callable[[SandboxZammad, ZammadMapping], Accounts] = _set_up,
        version: Version = "6.4",
    ) -> None:
        self.sandbox = SandboxZammad(clock, version=version)
        self._clock = clock
        self._mapping = mapping
        self.accounts = set_up(self.sandbox, mapping)
        self.over_http = self.sandbox.post

    def settings(self) -> Mapping[str, str]:
        """The tokens."""
        return {"token": self.accounts.bot, "admin_token": self.accounts.admin}

    def by_hand(self) -> None:
        """A restart of the background worker, which knows new attributes after it only."""
        self.sandbox.restart_worker()

    def open_desk(self, url: str | None = None, *, proof_keys: Sequence[bytes] = ()) -> ZammadDesk:
        """The adapter of a connector that has just started."""
        adapter = None if url else self.sandbox.requests_adapter
        client = ZammadClient(url or IN_PROCESS, self.accounts.bot, self._clock, adapter=adapter)
        return ZammadDesk(client, self._mapping, proof_keys=proof_keys)

    def join(self, email: str, actor: Actor, organization: str | None = None, name: str = "") -> str:
        """An account."""
        roles = {
            Actor.CUSTOMER: ("Customer",),
            Actor.AGENT: self._mapping.roles.agents,
            Actor.MANAGER: (*self._mapping.roles.agents, *self._mapping.roles.managers),
        }[actor]
        first, _, last = name.partition(" ")
        return self.sandbox.add_user(email, roles, organization, firstname=first, lastname=last)

    def outsider(self) -> str:
        """A customer of the company whose tickets the tests are about."""
        return self.sandbox.add_user("mallory@harbour.example", ("Customer",), "Harbour Bank")

    def open_ticket(self, token: str, subject: str, body: str, channel: Channel, fields: Mapping[str, Any]) -> str:
        """By API, as the ticket's creator."""
        article = {"type": channel.value, "body": body, "subject": subject}
        return self._open(token, {"title": subject, "group": self._mapping.group_name("intake")}, article, fields)

    def take_call(self, token: str, caller: str, subject: str, body: str, fields: Mapping[str, Any]) -> str:
        """In the mask for calls received."""
        customer = self.sandbox.user_id(caller)
        held = {"title": subject, "group": self._mapping.group_name("intake"), "customer_id": customer}
        return self._open(token, held, _call(customer, subject, body), fields)

    def _open(self, token: str, ticket: Mapping[str, Any], article: Any, fields: Mapping[str, Any]) -> str:
        body = {**ticket, **self._attributes(fields), "article": article}
        return str(self.api(token, "POST", "tickets", body)["id"])

    def reply(self, token: str, ticket: str, body: str, *, internal: bool) -> None:
        """An e-mail, or a note."""
        held = {"ticket_id": int(ticket), "type": "note" if internal else "email", "internal": internal, "body": body}
        customer = self.sandbox.world.table("User")[self._row(ticket)["customer_id"]]
        self.api(token, "POST", "ticket_articles", held if internal else held | {"to": customer["email"]})

    def change(self, token: str, ticket: str, fields: Mapping[str, Any], state: TicketState | None) -> None:
        """One PUT."""
        body = self._attributes(fields)
        if state is not None:
            body["state"] = self._mapping.state_names(state)[0]
            if body["state"].startswith("pending"):
                body["pending_time"] = encode(self._clock() + timedelta(days=60))
        self.api(token, "PUT", f"tickets/{ticket}", body)

    def mail(self, sender: str, subject: str, body: str, ticket: str | None = None, *, automatic: bool = False) -> str:
        """With the ticket's number in its subject."""
        named = f"[Ticket#{self._row(ticket)['number']}] " if ticket is not None else ""
        group = self._mapping.group_name("intake")
        return str(self.sandbox.receive_mail(sender, named + subject, body, group, automatic=automatic))

    def merge(self, token: str, source: str, target: str) -> None:
        """The source becomes *merged*."""
        self.api(token, "PUT", f"ticket_merge/{source}/{self._row(target)['number']}")

    def split(self, token: str, ticket: str) -> str:
        """The first message as a phone call of the customer's, with the attributes of the ticket."""
        row = self._row(ticket)
        first = self.api(self.accounts.admin, "GET", f"ticket_articles/by_ticket/{ticket}")[0]
        article = _call(row["customer_id"], row["title"], first["body"]) | {"content_type": first["content_type"]}
        names = ("title", "group_id", "customer_id", "priority_id", *self._mapping.fields.values())
        return self._open(
            token, {name: row[name] for name in names} | {"links": {"Ticket": {"child": [int(ticket)]}}}, article, {}
        )

    def leaves(self, email: str) -> None:
        """The account has the customers' role alone."""
        self._admin("PUT", f"users/{self.sandbox.user_id(email)}", {"roles": ["Customer"]})

    def delete_person(self, email: str) -> None:
        """What the person wrote and did is user 1's then; a customer's tickets go too."""
        about = {"deletable_type": "User", "deletable_id": self.sandbox.user_id(email)}
        self._admin("POST", "data_privacy_tasks", about)

    def rename(self, kind: Named, old: str, new: str) -> None:
        """Ids stay, and so do the names in old entries of the history."""
        model = {"state": "TicketState", "priority": "TicketPriority", "group": "Group"}[kind]
        next(row for row in self.sandbox.world.table(model).values() if row["name"] == old)["name"] = new
        self._mapping = in_mapping(self._mapping, "states", kind, old, new)

    def hide(self, ticket: str) -> None:
        """In a group that the connector has no access to."""
        hidden = self.sandbox.add_group("Hidden")
        del self.sandbox.world.table("User")[self.sandbox.user_id(BOT)]["group_ids"][str(hidden)]
        self._admin("PUT", f"tickets/{ticket}", {"group_id": hidden})

    def api(self, token: str, method: str, path: str, body: Any = None) -> Any:
        """Any API call. Raises ValueError if it is refused."""
        response = request(self.sandbox, token, method, path, body)
        if response.status >= 300:
            raise ValueError(f"{method} {path}: {response.status} {response.body[:300]!r}")
        return json.loads(response.body) if response.body else None

    def remove(self, ticket: str) -> None:
        """Deletes the ticket."""
        self.api(self.accounts.admin, "DELETE", f"tickets/{ticket}")

    def tickets(self) -> list[str]:
        """The ids of all tickets."""
        return [str(row["id"]) for row in self.api(self.accounts.admin, "GET", "tickets")]

    def files(self, ticket: str) -> dict[str, bytes]:
        """Those of public articles."""
        world = self.sandbox.world
        articles = (world.tables["TicketArticle"][number] for number in world.article_ids[int(ticket)])
        held = [file for article in articles if not article["internal"] for file in article["attachments"]]
        return {file["filename"]: world.attachments[file["id"]] for file in held}

    def calls(self, since: int = 0) -> list[Call]:
        """The connector's API calls."""
        made = [
            (call.method, call.path.removeprefix(_API)) for call in self.sandbox.requests[since:] if call.user == BOT
        ]
        return [Call(way, path, way != "GET" and "search" not in path) for way, path in made if path not in _ONCE]

    def request_of(self, step: WireStep, ticket: str = r"\d+") -> Wire:
        """What the connector sends for a step."""
        return {
            "read": Wire("GET", rf"tickets/{ticket}\?all=true"),
            "write": Wire("PUT", rf"tickets/{ticket}(\?all=true)?$"),
            "create": Wire("POST", r"/tickets(\?all=true)?$"),
            "link": Wire("POST", "links/add"),
            "find": Wire("POST", "tickets/search"),
        }[step]

    def served(self) -> int:
        """How many calls of anybody have been answered."""
        return len(self.sandbox.requests)

    def _row(self, ticket: str) -> Any:
        return self.sandbox.world.table("Ticket")[int(ticket)]

    def _admin(self, method: str, path: str, body: Any = None) -> Any:
        return self.api(self.accounts.admin, method, path, body)

    def _attributes(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        named = {
            "priority": lambda value: self._mapping.priority_name(Priority(value)),
            "group": self._mapping.group_name,
        }
        own = {name: named[name](value) for name, value in fields.items() if name in named}
        rest = {self._mapping.attribute(name): encode(value) for name, value in fields.items() if name not in named}
        return own | rest


def _call(customer: int, subject: str, body: str) -> dict[str, Any]:
    """What the customer said on the phone."""
    return {"type": "phone", "sender": "Customer", "origin_by_id": customer, "subject": subject, "body": body}
