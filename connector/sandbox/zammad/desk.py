"""A whole Zammad in memory: what tests, the demo and benchmarks hold in their hands."""

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from connector.sandbox.faults import Fault
from connector.sandbox.front import Front, Post
from connector.sandbox.wire import Response
from connector.sandbox.zammad import deliveries, incoming, object_manager, routes, seed, triggers, users
from connector.sandbox.zammad.access import is_agent
from connector.sandbox.zammad.call import respond
from connector.sandbox.zammad.errors import already_exists
from connector.sandbox.zammad.records import Record
from connector.sandbox.zammad.tables import RESOURCES, new_record
from connector.sandbox.zammad.world import Delivery, Mail, Version, World

_REFUSALS = {422: already_exists().message, 429: "Too Many Requests", 503: "Service Unavailable"}
"""What injected refusals say. 422 is the race of first writes of an attribute (6.4, extra/race2)."""
_DATA_OPTIONS: dict[str, Record] = {
    "input": {"type": "text", "maxlength": 255},
    "textarea": {"maxlength": 5000},
    "integer": {"min": 0, "max": 999_999_999},
    "datetime": {"future": True, "past": True, "diff": None},
    "date": {"future": True, "past": True, "diff": None},
    "boolean": {"options": {"true": "yes", "false": "no"}, "default": False},
}


class SandboxZammad(Front):
    """The part of Zammad's REST API that the connector uses, with the real one's quirks. Thread-safe.

    All times come from `clock`, which must return aware datetimes; `sleep` serves injected delays only.
    It follows the rules of `version`; the shapes of its answers are those of 5.5, and without roles and groups in 7.
    `requests` lists the calls that arrived, `faults` injects trouble, `world` holds the records.
    """

    def __init__(
        self, clock: Callable[[], datetime], *, version: Version = "6.4", sleep: Callable[[float], object] = time.sleep
    ) -> None:
        super().__init__(sleep)
        self.world = world = World(clock, version)
        nobody = {"firstname": "-", "active": False, "department": "", "address": "", "role_ids": []}
        world.insert("User", {**seed.BLANK_USER, "login": "-", **nobody}, seed.NOBODY)
        for table in ("roles", "ticket_states", "ticket_priorities", "groups"):
            for row in seed.FRESH[table]:
                if not (world.newer and row["name"] == "removed"):
                    self.add(table, **row)
        object_manager.install(world)

    def next_delivery_at(self) -> datetime | None:
        """When the next delivery is due; None if none is waiting."""
        with self._lock:
            return min((delivery.due for delivery in self.world.deliveries), default=None)

    def lost_deliveries(self) -> list[Delivery]:
        """Deliveries given up after five attempts."""
        return list(self.world.lost)

    @property
    def mails(self) -> list[Mail]:
        """The e-mails that triggers and jobs sent."""
        return list(self.world.mails)

    @property
    def log(self) -> list[str]:
        """What the server's log says: why e-mails did not leave, what triggers failed on, what an Error ID means."""
        return list(self.world.log)

    def receive_mail(
        self, sender: str, subject: str, body: str, group: str = "Users", *, automatic: bool = False
    ) -> int:
        """An e-mail arrives and becomes a ticket, or a follow-up by `[Ticket#41002]`; the ticket's id.

        `automatic`: its headers say that a machine wrote it. Raises KeyError for an unknown group.
        """
        with self._lock:
            target = self._named("Group", group)
            return incoming.receive(self.world, sender, subject, body, target, automatic=automatic)

    def cross(self, email: str, ticket_id: int, **attributes: object) -> None:
        """This agent's change comes while the next write of somebody else to the ticket is under way: triggers see it
        when that other one is the last who changed the ticket (seen on a real 6.4). Raises KeyError for nobody."""
        self.world.crossing[ticket_id] = (self.user_id(email), attributes)

    def run_jobs(self) -> int:
        """The background worker runs the jobs that are due by the clock; returns how many."""
        with self._lock:
            return triggers.run_due_jobs(self.world)

    def work(self) -> int:
        """The jobs that are due, too."""
        self.run_jobs()
        return super().work()

    def restart_worker(self) -> None:
        """From now on the background worker can store all attributes that are migrated."""
        with self._lock:
            self.world.worker_attributes = set(self.world.attributes())

    def limit_token(self, token: str, permissions: Iterable[str]) -> None:
        """Let a token do only what these permissions allow (`admin.trigger`, `ticket.agent`). Raises KeyError."""
        if token not in self.world.tokens:
            raise KeyError("no such token")
        self.world.token_limits[token] = frozenset(permissions)

    def add_sender(self, group: str, email: str) -> int:
        """A sender address for a group, with a channel, so that its tickets can send e-mail; the address's id.

        Raises KeyError for an unknown group.
        """
        with self._lock:
            held = self.world.table("EmailAddress").values()
            known = next((row["id"] for row in held if row["email"] == email), None)
            address = known or self.add("email_addresses", name=group, email=email, channel_id=1)
            self._named("Group", group)["email_address_id"] = address
            return int(address)

    def add_user(
        self,
        email: str,
        roles: Iterable[str] = ("Customer",),
        organization: str | None = None,
        *,
        firstname: str = "",
        lastname: str = "",
    ) -> str:
        """A user, with access to all groups there are if an agent; returns an access token.

        A known user gets one more token. The organization is created if it is new. Raises KeyError for an unknown role.
        """
        with self._lock:
            user = self.world.user_named(email)
            if user is None:
                role_ids = [self._named("Role", role)["id"] for role in roles]
                known = organization and self.world.named("Organization", organization)
                at = known["id"] if known else organization and self.add("organizations", name=organization)
                name = {"firstname": firstname, "lastname": lastname}
                fields = {"role_ids": role_ids, "organization_id": at or None, **name}
                user = users.new_user(self.world, email, seed.NOBODY, **fields)
                self._let_in(user, *self.world.table("Group"))
            return self.world.new_token(user["id"])

    def _let_in(self, user: Record, *groups: int) -> None:
        if is_agent(self.world, user):
            user["group_ids"].update({str(group): ["full"] for group in groups})

    def user_id(self, email: str) -> int:
        """The id of a user. Raises KeyError if there is none."""
        return self.world.user_ids[email.lower()]

    def add_group(self, name: str) -> int:
        """A group that all agents there are may work in; returns its id."""
        with self._lock:
            group = self.add("groups", name=name)
            for user in self.world.table("User").values():
                self._let_in(user, group)
            return group

    def add(self, table: str, **columns: object) -> int:
        """A record of a configuration table as an admin may make it; its id. Raises ApiError."""
        with self._lock:
            return int(new_record(self.world, RESOURCES[table], columns, seed.NOBODY)["id"])

    def add_state(self, name: str, state_type: str) -> int:
        """A state that the screens offer; `state_type` as in `seed.STATE_TYPES`; returns its id."""
        with self._lock:
            state = self.add("ticket_states", name=name, state_type_id=seed.STATE_TYPES[state_type])
            self.world.offered_states.add(state)
            return state

    def add_attribute(
        self,
        name: str,
        data_type: str,
        options: Mapping[str, str] | Iterable[str] | None = None,
        *,
        display: str | None = None,
        **data_option: object,
    ) -> int:
        """A migrated ticket attribute that the worker knows; returns its id.

        `options` for selects; `display` is its label, else its name; `data_option` such as `maxlength`.
        """
        offered = dict(options) if isinstance(options, Mapping) else {option: option for option in options or ()}
        option = {**_DATA_OPTIONS.get(data_type, {}), **({"options": offered} if offered else {}), **data_option}
        fields = {"name": name, "display": display, "data_type": data_type, "data_option": option}
        with self._lock:
            attribute = object_manager.new_attribute(self.world, fields, seed.NOBODY)
            object_manager.migrate(self.world)
            self.restart_worker()
            return int(attribute["id"])

    def _answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> tuple[Response, str]:
        return routes.answer(self.world, method, target, headers, body)

    def _refusal(self, fault: Fault) -> Response:
        plain = respond((fault.status, {"error": _REFUSALS.get(fault.status, "Internal Server Error")}), {})
        retry = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
        return Response(fault.status, {**plain.headers, **retry, **fault.headers}, plain.body)

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Sends a webhook over the network, as this version does."""
        return deliveries.over_http(url, headers, body, follow=not self.world.newest)

    def _deliver_due(self, post: Post | None) -> int:
        return deliveries.deliver_due(self.world, self._lock, post or self.post)

    def _named(self, model: str, name: str) -> Record:
        """Raises KeyError if there is none."""
        record = self.world.named(model, name)
        if record is None:
            raise KeyError(f"the sandbox has no {model} named {name!r}")
        return record
