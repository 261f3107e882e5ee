"""Who is support in Zammad: whoever has a role of the mapping.

Up to 6.4 every answer names the roles of the people in it. From 6.6 or 7.0 on it has their ids only, and an agent sees
no roles but its own (``app/policies/role_policy.rb``). So an installation, which sees all of them, leaves the ids of
the mapped ones where every agent may look.
"""

import hashlib
import json
import re
import threading
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from connector.domain.vocabulary import Actor
from connector.helpdesks.answer import parsed
from connector.helpdesks.errors import ForbiddenError, PermanentError, TransientError, UnavailableError
from connector.helpdesks.zammad.answer import NamedRow, UserRow
from connector.helpdesks.zammad.client import ZammadClient
from connector.helpdesks.zammad.mapping import ZammadMapping

MARKED = "macros"
"""The table whose notes hold the ids: every agent may read it, and only admins write it."""
_MARK = re.compile(r"Roles (?P<names>[0-9a-f]{8}): (?P<ids>\d+(?: \d+)*)\.")


def mapped_roles(mapping: ZammadMapping) -> tuple[str, ...]:
    """The names of the roles of support, in the order in which an installation writes their ids down."""
    return (*sorted(mapping.roles.agents), *sorted(mapping.roles.managers))


def written_roles(mapping: ZammadMapping) -> tuple[str, tuple[str, ...], str]:
    """What stands before, between and after the ids: a beginning, one name for each id, an end."""
    return f"Roles {_fingerprint(mapping)}:", mapped_roles(mapping), "."


def roles_in(note: object, mapping: ZammadMapping) -> Mapping[int, str]:
    """Id → name, as an installation with this ``mapping`` wrote it; empty if none did.

    What was written for other roles than those of the mapping counts for nothing.
    """
    found = _MARK.search(str(note or ""))
    if found is None or found["names"] != _fingerprint(mapping):
        return {}
    ids, names = [int(one) for one in found["ids"].split()], mapped_roles(mapping)
    return dict(zip(ids, names, strict=True)) if len(ids) == len(names) else {}


def _fingerprint(mapping: ZammadMapping) -> str:
    named = json.dumps([sorted(mapping.roles.agents), sorted(mapping.roles.managers)])
    return hashlib.sha256(named.encode()).hexdigest()[:8]


class Roles:
    """Judges by roles. Safe to use from many threads."""

    def __init__(self, client: ZammadClient, mapping: ZammadMapping) -> None:
        self._client = client
        self._mapping = mapping
        self._lock = threading.Lock()
        self._names: Mapping[int, str] = {}
        self._asked_for: frozenset[int] = frozenset()

    def of(self, user: UserRow | None, told: Mapping[int, NamedRow]) -> Actor:
        """Manager, agent or else customer. ``told`` are the roles that the answer itself names.

        :raises UnavailableError: nobody can say whether a role of the user is one of the mapping. Then nothing may be
            done: an agent who is taken for a customer would have their work put back.
        """
        if user is None:
            return Actor.CUSTOMER
        if user.role_ids is None:
            raise TransientError(f"Zammad does not say which roles user {user.id} has: the ticket waits")
        held = {told[role].name for role in user.role_ids if role in told}
        held |= self._named({role for role in user.role_ids if role not in told}, user.id)
        if held & set(self._mapping.roles.managers):
            return Actor.MANAGER
        return Actor.AGENT if held & set(self._mapping.roles.agents) else Actor.CUSTOMER

    def _named(self, role_ids: Collection[int], user_id: int) -> set[str]:
        """The names of those that have one; whoever is not in the mapping needs none."""
        if not role_ids:
            return set()
        with self._lock:
            if not self._are_all_known(role_ids) or not self._asked_for.issuperset(role_ids):
                self._names = dict(self._read())
                self._asked_for = self._asked_for.union(role_ids)
        if not self._are_all_known(role_ids):
            nameless = ", ".join(str(role) for role in sorted(role_ids) if role not in self._names)
            raise UnavailableError(
                f"This Zammad does not tell the connector what role {nameless} (of user {user_id}) is. Agents cannot "
                "be told from customers, so nothing is done. Let an admin run: interspace install apply zammad"
            )
        return {self._names[role] for role in role_ids if role in self._names}

    def _are_all_known(self, role_ids: Collection[int]) -> bool:
        """Where every role of the mapping has its id, any other id is none of them."""
        return set(mapped_roles(self._mapping)) <= set(self._names.values()) or set(role_ids) <= self._names.keys()

    def _read(self) -> Iterator[tuple[int, str]]:
        """The connector's own roles by their names, and those of the mapping as they were installed."""
        yield from ((role.id, role.name) for role in self._rows("roles", NamedRow))
        for row in self._rows(MARKED, _Noted):
            yield from roles_in(row.note, self._mapping).items()

    def _rows(self, path: str, kind: Any) -> list[Any]:
        try:
            rows = self._client.get(path)
        except ForbiddenError:
            # Up to 6.4 roles are for admins only; there the answers name them.
            return []
        except PermanentError as error:
            # It is not the ticket's fault.
            raise UnavailableError(str(error)) from error
        if not isinstance(rows, list):
            raise UnavailableError(f"Zammad GET {path}: unexpected answer: expected a list")
        return [parsed(kind, row, f"GET {path}: entry {place}") for place, row in enumerate(rows)]


class _Noted(NamedRow):
    note: str | None = None
