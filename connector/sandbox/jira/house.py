"""A furnished sandbox Jira in the rules' own terms."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from connector.domain.fields import CATALOGUE
from connector.domain.vocabulary import Actor, Channel, Priority, TicketState
from connector.helpdesks.jira.client import Connection
from connector.helpdesks.jira.desk import JiraDesk
from connector.helpdesks.jira.mapping import JiraMapping
from connector.helpdesks.jira.site import field_ids
from connector.helpdesks.jira.values import encode, field_options
from connector.sandbox.house import IN_PROCESS, SECRET, Call, Named, Wire, WireStep, in_mapping
from connector.sandbox.jira import reorganizing
from connector.sandbox.jira.deliveries import over_http
from connector.sandbox.jira.desk import ADMIN as SITE_ADMIN
from connector.sandbox.jira.desk import SandboxJira
from connector.sandbox.jira.furnished import ADMIN, BOT, Accounts, connect_webhook, furnish, request
from connector.sandbox.jira.records import PUBLIC_PROPERTY, Flavour, Issue, User
from connector.sandbox.jira.seed import ADMIN_ROLE, TEAM_ROLE
from connector.sandbox.wire import Response

_OTHER_ROLE = "Developers"
_API = "/rest/api/2/"
_PORTAL = "/rest/servicedeskapi/"
_LOOKS = ("search", "bulkfetch", "comment/list")
_ONCE = ("serverInfo", "myself", "field", "project/", "role", "group", "status", "priority")


def _set_up(sandbox: SandboxJira, mapping: JiraMapping) -> Accounts:
    accounts = furnish(sandbox, mapping)
    connect_webhook(sandbox, accounts, f"{IN_PROCESS}/webhooks/jira/main", SECRET, mapping.project)
    return accounts


def set_up_bare(sandbox: SandboxJira, mapping: JiraMapping) -> Accounts:
    """A service project as Jira makes it, with a kind of request for e-mail, an admin, and a user for the connector."""
    sandbox.add_project(mapping.project)
    admin = sandbox.add_user(ADMIN, (SITE_ADMIN, ADMIN_ROLE, TEAM_ROLE))
    bot = sandbox.add_user(BOT, (TEAM_ROLE,), firstname="Interspace", lastname="Bot")
    sandbox.add_request_type(
        "Emailed request", mapping.issue_types.incident[0], {"summary": True, "description": False}
    )
    return Accounts(bot, admin)


class JiraHouse:
    """See :class:`connector.sandbox.house.House`. Customers act in the portal and by e-mail."""

    over_http = staticmethod(over_http)
    name = "jira"

    def __init__(
        self,
        clock: Callable[[], datetime],
        mapping: JiraMapping,
        flavour: Flavour = "cloud",
        set_up: Callable[[SandboxJira, JiraMapping], Accounts] = _set_up,
        *,
        migrated: bool = True,
    ) -> None:
        self.sandbox = SandboxJira(clock, flavour, migrated=migrated)
        self._clock, self._mapping = clock, mapping
        self.accounts = set_up(self.sandbox, mapping)
        # As webhooks name it: by accountId on Cloud, by user name on Data Center.
        self.bot = self.sandbox.user_id(BOT) if flavour == "cloud" else BOT.partition("@")[0]
        self._people: dict[str, tuple[str, Actor]] = {}

    def by_hand(self) -> None:
        """Options of lists, which no program may add on Data Center."""
        wanted = {name: field_options(field) for field, name in self._mapping.fields.items()}
        wanted[self._mapping.group_field] = tuple(self._mapping.groups.values())
        for held in list(self.sandbox.world.custom_fields.values()):
            if wanted.get(held.name) and not held.options:
                self.sandbox.add_options(held.name, wanted[held.name])

    @cached_property
    def _ids(self) -> Mapping[str, str]:
        """Of the rules' fields, once they are there."""
        return field_ids(self._mapping, self.api(self.accounts.admin, "GET", "field")).ids

    def settings(self) -> Mapping[str, str]:
        """The tokens; on Cloud with the accounts that they belong to."""
        tokens = {"token": self.accounts.bot, "admin_token": self.accounts.admin}
        return {**tokens, "user": BOT, "admin_user": ADMIN} if self.sandbox.world.cloud else tokens

    def open_desk(self, url: str | None = None, *, proof_keys: Sequence[bytes] = ()) -> JiraDesk:
        """The adapter of a connector that has just started."""
        user = BOT if self.sandbox.world.cloud else None
        adapter = None if url else self.sandbox.requests_adapter
        connection = Connection(url or IN_PROCESS, user, self.accounts.bot, adapter=adapter)
        return JiraDesk(connection, self._mapping, self._clock, proof_keys=proof_keys)

    def join(self, email: str, actor: Actor, organization: str | None = None, name: str = "") -> str:
        """An account; a customer's opens the portal only."""
        agents, managers = self._mapping.roles.agents[:1], self._mapping.roles.managers
        roles = {Actor.CUSTOMER: (), Actor.AGENT: agents, Actor.MANAGER: (*agents, *managers)}[actor]
        first, _, last = name.partition(" ")
        token = self.sandbox.add_user(email, roles, organization, firstname=first, lastname=last)
        self._people[token] = (email, actor)
        return token

    def outsider(self) -> str:
        """Somebody with another role in the project, who may edit its issues."""
        self.sandbox.add("roles", _OTHER_ROLE)
        token = self.sandbox.add_user("mallory@interspace.example", (_OTHER_ROLE,), "Harbour Bank")
        self._people[token] = ("mallory@interspace.example", Actor.SYSTEM)
        return token

    def open_ticket(self, token: str, subject: str, body: str, channel: Channel, fields: Mapping[str, Any]) -> str:
        """Customers by e-mail or in the portal, where they may fill in fields; others as Jira's own users do."""
        email, actor = self._people[token]
        said = {"summary": subject, "description": body, **self._values(fields)}
        if actor is not Actor.CUSTOMER:
            return self._write(token, said)
        if channel is Channel.EMAIL and not fields:
            return self.mail(email, subject, body)
        desk = self.api(token, "GET", f"{_PORTAL}servicedesk")["values"][0]["id"]
        kinds = self.api(token, "GET", f"{_PORTAL}servicedesk/{desk}/requesttype")["values"]
        asked = {"serviceDeskId": desk, "requestTypeId": kinds[0]["id"], "requestFieldValues": said}
        return str(self.api(token, "POST", f"{_PORTAL}request", asked)["issueId"])

    def take_call(self, token: str, caller: str, subject: str, body: str, fields: Mapping[str, Any]) -> str:
        """An issue whose reporter is the caller."""
        user = self._user(caller)
        reporter = {"accountId": user.id} if self.sandbox.world.cloud else {"name": user.name}
        said = {"summary": subject, "description": body, "reporter": reporter}
        return self._write(token, said | self._values(fields))

    def _write(self, token: str, said: Mapping[str, Any]) -> str:
        """As Jira's own users do."""
        kind = {"name": self._mapping.issue_types.incident[0]}
        body = {"fields": {"project": {"key": self._mapping.project}, "issuetype": kind, **said}}
        return str(self.api(token, "POST", "issue", body)["id"])

    def reply(self, token: str, ticket: str, body: str, *, internal: bool) -> None:
        """A comment; customers write theirs in the portal."""
        told = [{"key": PUBLIC_PROPERTY, "value": {"internal": internal}}]
        if self._people[token][1] is Actor.CUSTOMER:
            self.api(token, "POST", f"{_PORTAL}request/{ticket}/comment", {"body": body, "public": True})
        else:
            self.api(token, "POST", f"issue/{ticket}/comment", {"body": body, "properties": told})

    def change(self, token: str, ticket: str, fields: Mapping[str, Any], state: TicketState | None) -> None:
        """An edit, a transition, or both. There is no way from a status to itself."""
        if fields:
            self.api(token, "PUT", f"issue/{ticket}", {"fields": self._values(fields)})
        if state is not None:
            ways = self.api(token, "GET", f"issue/{ticket}/transitions")["transitions"]
            for way in [way["id"] for way in ways if self._mapping.state(way["to"]["name"]) is state][:1]:
                self.api(token, "POST", f"issue/{ticket}/transitions", {"transition": {"id": way}})

    def mail(self, sender: str, subject: str, body: str, ticket: str | None = None, *, automatic: bool = False) -> str:
        """With the issue's key in its subject. Jira tells nothing of what the headers say."""
        about = f"{self._issue(ticket).key} {subject}" if ticket else subject
        return self.sandbox.receive_mail(sender, about, body, self._mapping.project)

    def merge(self, token: str, source: str, target: str) -> None:
        """Jira has no merge: a link, and the source closed as a duplicate."""
        ends = self._issue(source), self._issue(target)
        self.sandbox.act(lambda world: reorganizing.close_as_duplicate(world, *ends, world.tokens[token]))

    def split(self, token: str, ticket: str) -> str:
        """A clone."""
        issue = self._issue(ticket)
        return str(self.sandbox.act(lambda world: reorganizing.clone(world, issue, world.tokens[token])).id)

    def leaves(self, email: str) -> None:
        """Out of all roles and groups."""
        self.sandbox.act(lambda world: reorganizing.leave(world, self._user(email)))

    def delete_person(self, email: str) -> None:
        """What the person wrote stays, under a name that says nothing."""
        self.sandbox.act(lambda world: reorganizing.delete(world, self._user(email)))

    def rename(self, kind: Named, old: str, new: str) -> None:
        """Ids stay, and so do the names in old changelogs. A group is an option of its field."""
        table = {"state": "statuses", "priority": "priorities", "group": "options"}[kind]
        self.sandbox.act(lambda world: reorganizing.rename(world, table, old, new))
        self._mapping = in_mapping(self._mapping, "statuses", kind, old, new)

    def hide(self, ticket: str) -> None:
        """By a security level."""
        self.sandbox.act(lambda world: world.hidden.add(self._issue(ticket).id))

    def api(self, token: str, method: str, path: str, body: Any = None) -> Any:
        """Any API call. Raises ValueError if it is refused."""
        response: Response = request(self.sandbox, token, method, path, body)
        if response.status >= 300:
            raise ValueError(f"{method} {path}: {response.status} {response.body[:300]!r}")
        return json.loads(response.body) if response.body else None

    def remove(self, ticket: str) -> None:
        """Deletes the issue."""
        self.api(self.accounts.admin, "DELETE", f"issue/{ticket}")

    def tickets(self) -> list[str]:
        """The ids of all issues."""
        return [str(number) for number in self.sandbox.world.issues]

    def files(self, ticket: str) -> dict[str, bytes]:
        """Those that a public comment shows: the portal has no others."""
        issue = self._issue(ticket)
        shown = "\n".join(comment.body for comment in issue.comments if not comment.internal)
        return {held.filename: held.content for held in issue.attachments if f"[^{held.filename}]" in shown}

    def calls(self, since: int = 0) -> list[Call]:
        """The connector's API calls."""
        made = [call for call in self.sandbox.requests[since:] if call.user == BOT]
        paths = [call.path.partition("?")[0].removeprefix(_API).removeprefix("/rest/") for call in made]
        return [
            Call(call.method, path, call.method != "GET" and not any(look in path for look in _LOOKS))
            for call, path in zip(made, paths, strict=True)
            if not path.startswith(_ONCE)
        ]

    def request_of(self, step: WireStep, ticket: str = r"\d+") -> Wire:
        """What the connector sends for a step."""
        return {
            "read": Wire("GET", rf"issue/{ticket}\?"),
            "write": Wire("PUT", rf"issue/{ticket}(\?|$)"),
            "create": Wire("POST", r"/issue$"),
            "link": Wire("POST", "/issueLink$"),
            "find": Wire("POST", "search/jql" if self.sandbox.world.cloud else "api/2/search$"),
        }[step]

    def served(self) -> int:
        """How many calls of anybody have been answered."""
        return len(self.sandbox.requests)

    def _issue(self, ticket: str) -> Issue:
        return self.sandbox.world.issue(ticket)

    def _user(self, email: str) -> User:
        return self.sandbox.world.users[self.sandbox.user_id(email)]

    def _values(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """As requests give them, by Jira's own names."""
        body: dict[str, Any] = {}
        for name, value in fields.items():
            if name == "priority":
                body[name] = {"name": self._mapping.priority_name(Priority(value))}
            elif name == "group":
                body[self._ids[name]] = {"value": self._mapping.group_name(value)}
            else:
                kind = CATALOGUE[name].kind
                chosen = kind(value) if value is not None and issubclass(kind, StrEnum) else value
                body[self._ids[name]] = encode(name, chosen, rich=False)
        return body
