"""A whole Jira in memory: what tests, the demo and benchmarks hold in their hands."""

import time
from base64 import b64encode
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from connector.sandbox.faults import Fault
from connector.sandbox.front import Front, Post
from connector.sandbox.jira import deliveries, portal, routes, seed
from connector.sandbox.jira.call import to_json
from connector.sandbox.jira.records import CustomField, Flavour, Project
from connector.sandbox.jira.world import World, named
from connector.sandbox.wire import Response

ADMIN = "Admin"
T = TypeVar("T")


class Exchange(NamedTuple):
    """One API call with both bodies, for whoever judges them."""

    flavour: Flavour
    method: str
    path: str
    body: bytes
    status: int
    answer: bytes


WATCHERS: list[Callable[[Exchange], object]] = []
"""Told of every call that any sandbox answers, injected faults excepted: how a test suite judges them all."""


class SandboxJira(Front):
    """The part of Jira's REST API that the connector uses, with the real one's quirks. Thread-safe.

    All times come from `clock`, which must return aware datetimes; `sleep` serves injected delays only.
    `requests` lists the calls that arrived, `faults` injects trouble, `world` holds the records. What an admin sets up
    by hand raises KeyError where it names what is not there.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        flavour: Flavour = "cloud",
        *,
        migrated: bool = True,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        super().__init__(sleep)
        self.world = World(clock, flavour, migrated=migrated)
        self.flavour: Flavour = flavour

    def act(self, what: Callable[[World], T]) -> T:
        """Do something to the world while nobody else does; see `reorganizing`."""
        with self._lock:
            return what(self.world)

    def next_delivery_at(self) -> datetime | None:
        """When the next delivery is due; None if none is waiting."""
        return self.act(lambda world: min((held.due for held in world.deliveries.values()), default=None))

    def authorization(self, token: str) -> str:
        """The `Authorization` header of a token's owner: Basic on Cloud, Bearer on Data Center."""
        user = self.world.tokens[token]
        pair = b64encode(f"{user.email}:{token}".encode()).decode()
        return f"Basic {pair}" if self.world.cloud else f"Bearer {token}"

    def add_user(
        self,
        email: str,
        roles: Iterable[str] = (),
        organization: str | None = None,
        *,
        firstname: str = "",
        lastname: str = "",
        time_zone: str = "UTC",
        account_type: str | None = None,
    ) -> str:
        """An account; returns an API token of it. A known one gets one more token.

        `roles` are project roles, given in all projects there are; `Admin` makes a site administrator. Without any
        it is a customer of the portal.
        """
        with self._lock:
            user = self.world.user_with_email(email)
            if user is None:
                wanted = list(roles)
                kind = account_type or ("atlassian" if wanted else "customer")
                user = self.world.add_user(email, f"{firstname} {lastname}".strip(), time_zone, kind)
                user.organization = self.world.organization(organization) if organization else None
                for role in wanted:
                    self._give(role, user.id)
            token = f"sandbox-{self.world.random.getrandbits(128):032x}"
            self.world.tokens[token] = user
            return token

    def _give(self, role: str, user_id: str) -> None:
        if role == ADMIN:
            self.world.users[user_id].groups.add(seed.ADMINS)
            return
        for project in self.world.projects.values():
            project.role_users.setdefault(self.id_of("roles", role), set()).add(user_id)

    def user_id(self, email: str) -> str:
        """The accountId on Cloud, the user key on Data Center."""
        user = self.world.user_with_email(email)
        if user is None:
            raise KeyError(f"nobody has the address {email}")
        return user.id

    def id_of(self, table: str, name: str) -> str:
        """The id of a row of a table."""
        found = named(getattr(self.world, table), name)
        if found is None:
            raise KeyError(f"the sandbox has no {name!r} among its {table}")
        return str(found.id)

    def add_project(self, key: str, name: str = "") -> Project:
        """A company-managed service project that no role has anybody in yet."""
        return self.act(lambda world: world.new_project(key, name or key, next(iter(world.users), None)))

    def add(self, table: str, name: str, **columns: Any) -> str:
        """A row of configuration, or the one that has the name already; returns its id."""
        return str(self.act(lambda world: world.add(table, name, **columns)).id)

    def add_status(self, name: str, category: str) -> str:
        """A status of category `new`, `indeterminate` or `done`, reachable from everywhere; returns its id."""
        return str(self.act(lambda world: world.add_status(name, category)).id)

    def add_issue_type(self, name: str) -> str:
        """An issue type that all projects there are can use; returns its id."""
        made = self.add("issue_types", name)
        for project in self.world.projects.values():
            project.issue_type_ids += [] if made in project.issue_type_ids else [made]
        return made

    def add_field(self, name: str, kind: str, options: Iterable[str] = (), types: Collection[str] = ()) -> CustomField:
        """A custom field of all projects there are, on their screens, as an admin makes it by hand; `kind` such as
        `textfield` or `select`. `types`: the ids of the issue types that have it; none: all."""
        with self._lock:
            made = self.world.new_custom_field(name, seed.TYPE_PREFIX + kind)
            self.world.add_options(next(iter(made.contexts.values())), options)
            for project in self.world.projects.values():
                next(iter(self.world.screens[project.screen_id].tabs.values())).fields.append(made.id)
                scheme = self.world.field_schemes[project.field_scheme_id]
                scheme.fields.add(made.id)
                scheme.restricted |= {made.id: set(types)} if types else {}
            return made

    def add_options(self, field: str, values: Iterable[str]) -> None:
        """More options for a list, in each of its contexts; as an admin does by hand."""
        with self._lock:
            for context in self.world.custom_fields[self.id_of("custom_fields", field)].contexts.values():
                self.world.add_options(context, values)

    def add_request_type(self, name: str, issue_type: str, fields: Mapping[str, bool]) -> str:
        """Something that customers can ask for in the portal of the first project; `fields` by id, and whether each is
        required. Returns its id."""
        desk, kind = next(iter(self.world.projects.values())).service_desk_id, self.id_of("issue_types", issue_type)
        return self.add("request_types", name, issue_type_id=kind, service_desk_id=desk, fields=dict(fields))

    def receive_mail(self, sender: str, subject: str, body: str, project: str = "ISP") -> str:
        """A customer's e-mail becomes a request, or a public comment if its subject names an issue; the issue's id.

        An unknown sender gets an account.
        """
        return self.act(lambda world: portal.receive_mail(world, sender, subject, body, project))

    def _answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> tuple[Response, str]:
        response, who = routes.answer(self.world, method, target, headers, body)
        for watcher in WATCHERS:
            watcher(Exchange(self.flavour, method, target, body, response.status, response.body))
        return response, who

    def _refusal(self, fault: Fault) -> Response:
        text = {409: "The issue was changed by somebody else.", 429: "Rate limit exceeded."}.get(fault.status, "")
        headers = {"Content-Type": "application/json;charset=UTF-8", **fault.headers}
        headers |= {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
        return Response(fault.status, headers, to_json({"errorMessages": [text] if text else [], "errors": {}}))

    def _deliver_due(self, post: Post | None) -> int:
        return deliveries.deliver_due(self.world, self._lock, post or deliveries.over_http)
