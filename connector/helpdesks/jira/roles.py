"""Who is support: the members of project roles, looked up once in a while for all tickets."""

import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from connector.domain.vocabulary import Actor
from connector.helpdesks.errors import PermanentError, UnavailableError
from connector.helpdesks.jira.answer import UserRow
from connector.helpdesks.jira.client import JiraClient
from connector.helpdesks.jira.mapping import JiraMapping
from connector.helpdesks.jira.site import Site
from connector.helpdesks.staff import Staff

KEPT = timedelta(minutes=10)
"""How long a member counts as one after leaving a role, and a new one does not yet."""

_PAGE = 50
_APP, _CUSTOMER = "app", "customer"


class _Members(NamedTuple):
    agents: frozenset[str]
    managers: frozenset[str]
    until: datetime


class Actors:
    """Tells who an account is to the rules. Safe to use from many threads."""

    def __init__(
        self, site: Site, client: JiraClient, mapping: JiraMapping, clock: Callable[[], datetime], staff: Staff
    ) -> None:
        self._site = site
        self._client = client
        self._mapping = mapping
        self._clock = clock
        self._staff = staff
        self._lock = threading.Lock()
        self._known: _Members | None = None

    def id_of(self, user: UserRow | None) -> str | None:
        """The identity of an account; ``None`` where an answer names nobody."""
        if user is None:
            return None
        return user.account_id if self._site.flavour.user_id == "accountId" else user.name

    def actor_at(self, user: UserRow | None, at: datetime) -> Actor:
        """Who the account was to the rules at ``at``."""
        return self._staff.as_of(self.id_of(user) or "", at, self.actor(user))

    def actor(self, user: UserRow | None) -> Actor:
        """Who the account is to the rules today: a customer, unless it is shown to be support (P20)."""
        identity = self.id_of(user)
        if user is None or identity is None:
            return Actor.CUSTOMER
        if identity == self._site.bot.id or identity in self._mapping.former_accounts:
            return Actor.CONNECTOR
        if identity in self._mapping.other_connectors:
            return Actor.OTHER_CONNECTOR
        if identity in self._mapping.former_agents:
            return Actor.AGENT
        if user.account_type == _APP:
            return Actor.SYSTEM
        if user.account_type == _CUSTOMER:
            return Actor.CUSTOMER
        members = self._members()
        if identity in members.managers:
            return Actor.MANAGER
        return Actor.AGENT if identity in members.agents else Actor.CUSTOMER

    def _members(self) -> _Members:
        now, known = self._clock(), self._known
        if known is not None and now < known.until:
            return known
        with self._lock:
            if self._known is None or self._known is known:
                self._known = self._read(now)
            return self._known

    def _read(self, now: datetime) -> _Members:
        project, roles = self._mapping.project, self._mapping.roles
        listed = self._site.ask(f"project/{project}/role", lambda jira: jira.project_roles(project))
        absent = sorted({*roles.agents, *roles.managers} - listed.keys())
        if absent:
            # Without them all agents would be taken for customers, and their corrections be undone.
            raise UnavailableError(f"Jira project {project} has no role {', '.join(map(repr, absent))} (roles)")

        def members(names: Iterable[str]) -> frozenset[str]:
            return frozenset(member for name in names for member in self._role(project, listed[name]["id"]))

        return _Members(members(roles.agents), members(roles.managers), now + KEPT)

    def _role(self, project: str, role_id: str) -> Iterable[str]:
        role = self._site.ask(f"project/{project}/role/{role_id}", lambda jira: jira.project_role(project, role_id))
        for actor in role.raw.get("actors") or ():
            if actor.get("type") == "atlassian-group-role-actor":
                yield from self._group(actor)
            else:
                identity = (actor.get("actorUser") or {}).get("accountId") or actor.get("name")
                if identity:
                    yield str(identity)

    def _group(self, actor: dict[str, Any]) -> Iterable[str]:
        group = actor.get("actorGroup") or {}
        by = (
            {"groupId": group["groupId"]} if group.get("groupId") else {"groupname": group.get("name") or actor["name"]}
        )
        start = 0
        while True:
            # Whoever has left is still in the group, and what they did stays support's.
            query = urlencode({**by, "includeInactiveUsers": "true", "startAt": start, "maxResults": _PAGE})
            try:
                page = self._client.get("api/2/group/member", query)
            except PermanentError as error:
                raise UnavailableError(
                    f"{error}. The members of a role must be known: let the connector's user browse users and groups, "
                    "or put the agents into the role one by one"
                ) from error
            rows = page.get("values") or ()
            yield from (str(row[self._site.flavour.user_id]) for row in rows if row.get(self._site.flavour.user_id))
            start += len(rows)
            if not rows or page.get("isLast", start >= page.get("total", 0)):
                return
