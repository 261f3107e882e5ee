"""Who belongs to the organizations of Service Management: a request shows only which of them it is shared with."""

import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

from connector.helpdesks.answer import parsed
from connector.helpdesks.errors import PermanentError
from connector.helpdesks.jira.answer import UserRow
from connector.helpdesks.jira.client import JiraClient
from connector.helpdesks.jira.service_desk_answer import MemberPage

KEPT = timedelta(minutes=10)
"""How long a member counts as one."""
_PAGE = 50


class Organizations:
    """Looked up once in a while for all issues. Safe to use from many threads."""

    def __init__(
        self, client: JiraClient, id_of: Callable[[UserRow], str | None], clock: Callable[[], datetime]
    ) -> None:
        """``id_of``: the identity of an account."""
        self._client = client
        self._id_of = id_of
        self._clock = clock
        self._lock = threading.Lock()
        self._members: dict[str, tuple[datetime, frozenset[str]]] = {}

    def of(self, identity: str, organizations: Mapping[str, str]) -> tuple[str, ...]:
        """The names of those that the account is a member of; ``organizations``: name by id."""
        return tuple(name for number, name in organizations.items() if identity in self._members_of(number))

    def _members_of(self, organization: str) -> frozenset[str]:
        now, known = self._clock(), self._members.get(organization)
        if known is not None and known[0] <= now < known[0] + KEPT:
            return known[1]
        try:
            members = frozenset(self._read(organization))
        except PermanentError:
            # The connector's user may not look, or this Jira has no such call: nobody can be shown to be a colleague.
            members = frozenset()
        with self._lock:
            self._members[organization] = (now, members)
        return members

    def _read(self, organization: str) -> Iterable[str]:
        path, start = f"servicedeskapi/organization/{organization}/user", 0
        while True:
            query = urlencode({"start": start, "limit": _PAGE})
            page = parsed(MemberPage, self._client.get(path, query), f"GET {path}")
            yield from (identity for row in page.values if (identity := self._id_of(row)))
            start += len(page.values)
            if page.is_last_page or not page.values:
                return
