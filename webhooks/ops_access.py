"""Who may see the operations page: whoever has its token, or comes through a proxy that has asked already.

Nothing is kept on the server. A session is a signed cookie; a form carries a signed proof that it came from a page of
the same visitor (CSRF). Both are signed with what the processes of one installation share and nobody else knows.
"""

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import Literal, NamedTuple

from cachetools import TTLCache
from flask import Request, Response
from itsdangerous import BadData, URLSafeTimedSerializer

from connector.domain.model import TicketId
from connector.helpdesks.settings import Network, lines_of
from connector.settings import Settings

Role = Literal["act", "read"]

COOKIE = "interspace_ops"
_IDLE_S = 3_600
_LONGEST_S = 12 * 3_600
"""A session ends after an hour without a look, and after twelve in any case."""
_TRIES = 10
"""Wrong tokens from one address within a minute."""


class Visitor(NamedTuple):
    """Somebody who may look."""

    name: str
    """For the log: what the proxy says, or how they signed in."""
    role: Role
    key: str
    """Their forms are good for them only."""
    since: float | None = None
    """When they signed in (seconds since the epoch); ``None``: a proxy says each time who they are."""

    @property
    def may_act(self) -> bool:
        """They may replay, drop and lift."""
        return self.role == "act"


class Access:
    """See the module. Its methods may be called from any thread."""

    def __init__(self, settings: Settings, now: Callable[[], float] = time.time) -> None:
        """``now``: seconds since the epoch."""
        self._tokens: dict[Role, tuple[bytes, ...]] = {
            "act": tuple(line.encode() for line in lines_of(settings.ops_token)),
            "read": tuple(line.encode() for line in lines_of(settings.ops_read_token)),
        }
        self._pages = settings.ticket_pages
        self._header = settings.ops_user_header
        self._proxies: Sequence[Network] = settings.ops_proxies
        self._https = (settings.ops_url or "").startswith("https://")
        shared = [b"interspace operations page", *self._tokens["act"], *self._tokens["read"], *settings.proof_keys]
        key = hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in shared)).digest()
        self._session = URLSafeTimedSerializer(key, salt="session")
        self._form = URLSafeTimedSerializer(key, salt="form")
        self._now = now
        self._wrong: TTLCache[str, int] = TTLCache(maxsize=4_096, ttl=60)
        self._lock = threading.Lock()

    @property
    def by_token(self) -> bool:
        """Somebody can sign in here."""
        return any(self._tokens.values())

    @property
    def open(self) -> bool:
        """Anybody may look at all."""
        return self.by_token or bool(self._header and self._proxies)

    def visitor(self, request: Request) -> Visitor | None:
        """Who asks; ``None``: nobody that is known."""
        if self._header and (name := request.headers.get(self._header, "").strip()) and self._is_proxy(request):
            return Visitor(name[:100], "act", f"proxy:{name}")
        if not self.by_token or (cookie := request.cookies.get(COOKIE)) is None:
            return None
        try:
            role, key, since = self._session.loads(cookie, max_age=_IDLE_S)
        except (BadData, ValueError):
            return None
        # A token that is taken away takes its sessions along, because it is part of the key.
        if not self._tokens.get(role) or not 0 <= self._now() - since <= _LONGEST_S:
            return None
        return Visitor(f"token to {role}", role, key, since)

    def by_link(self, helpdesk: str, ticket: TicketId, key: str) -> Visitor | None:
        """Whoever comes by the link in an internal note: for this ticket only, and only to look."""
        if self._pages is None or not self._pages.is_key_of(helpdesk, ticket, key):
            return None
        return Visitor("link on the ticket", "read", "link")

    def sign_in(self, token: str) -> Visitor | None:
        """Whoever has a token, compared in constant time."""
        given = token.strip().encode()
        fits: list[Role] = [
            role for role, known in self._tokens.items() if any(hmac.compare_digest(given, one) for one in known)
        ]
        if not fits:
            return None
        return Visitor(f"token to {fits[0]}", fits[0], secrets.token_urlsafe(16), self._now())

    def too_many(self, request: Request, *, wrong: bool = False) -> bool:
        """Whether so many wrong tokens came from there that none is looked at for a minute; ``wrong`` counts one."""
        where = self._address(request)
        with self._lock:
            if wrong:
                self._wrong[where] = self._wrong.get(where, 0) + 1
            return self._wrong.get(where, 0) >= _TRIES

    def keep(self, response: Response, visitor: Visitor) -> None:
        """The session goes on from now."""
        if visitor.since is None:
            return
        value = self._session.dumps([visitor.role, visitor.key, visitor.since])
        response.set_cookie(
            COOKIE, str(value), path="/ops", httponly=True, samesite="Strict", secure=self._https, max_age=_IDLE_S
        )

    def forget(self, response: Response) -> None:
        """The session ends."""
        response.delete_cookie(COOKIE, path="/ops", httponly=True, samesite="Strict", secure=self._https)

    def form_proof(self, visitor: Visitor) -> str:
        """What a form of this visitor carries."""
        return str(self._form.dumps(visitor.key))

    def is_form_of(self, visitor: Visitor, proof: str) -> bool:
        """Whether a form came from a page of this visitor, of the last hours."""
        try:
            return bool(self._form.loads(proof, max_age=_LONGEST_S) == visitor.key)
        except BadData:
            return False

    def _is_proxy(self, request: Request) -> bool:
        try:
            peer = ip_address(request.remote_addr or "")
        except ValueError:
            return False
        return any(peer in network for network in self._proxies)

    def _address(self, request: Request) -> str:
        """Of whoever asks; behind a proxy of ours, as that says."""
        if self._is_proxy(request) and (hops := request.headers.get("X-Forwarded-For")):
            return hops.rpartition(",")[2].strip()
        return request.remote_addr or ""
