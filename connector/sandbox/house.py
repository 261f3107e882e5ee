"""What a stage needs of a sandbox helpdesk: the connector's account, its webhook, and people who act in its words.

Everything is in the rules' own terms, so that the same story and the same tests play on every helpdesk.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, Protocol, TypeVar

from connector.domain.vocabulary import Actor, Channel, TicketState
from connector.helpdesks.helpdesk import Helpdesk
from connector.helpdesks.mapping import HelpdeskMapping
from connector.sandbox.front import Front

SECRET = "a secret of the sandbox only"  # noqa: S105 - nothing outside this process knows or accepts it
IN_PROCESS = "http://sandbox.example"
"""Where webhooks go, and where the helpdesk is, without a network."""


class Call(NamedTuple):
    """One API call of the connector's."""

    method: str
    path: str
    """Below the API's root."""
    is_write: bool
    """It may change something; a search sent by POST does not."""

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


WireStep = Literal["read", "write", "create", "link", "find"]
"""What the connector does with a ticket, and with the RFO tasks and problem records that it makes."""


Named = Literal["state", "priority", "group"]
"""What people can rename in a helpdesk."""


MappingT = TypeVar("MappingT", bound=HelpdeskMapping)


class Wire(NamedTuple):
    """A kind of request: its method, and a regular expression that its path with the query matches."""

    method: str
    path: str


def in_mapping(mapping: MappingT, states: str, kind: Named, old: str, new: str) -> MappingT:
    """A mapping that knows something by another name; ``states`` is what it calls its section of states."""
    held = mapping.model_dump(mode="json")
    if kind == "state":
        # Only the names: one of them may be that of a state of the rules, too.
        held[states] = {new if name == old else name: state for name, state in held[states].items()}
    else:
        section = {"priority": "priorities", "group": "groups"}[kind]
        held[section] = _renamed(held[section], old, new)
    return type(mapping).model_validate(held)


def _renamed(held: Any, old: str, new: str) -> Any:
    if isinstance(held, Mapping):
        return {key: _renamed(value, old, new) for key, value in held.items()}
    if isinstance(held, list):
        return [_renamed(value, old, new) for value in held]
    return new if held == old else held


class House(Protocol):
    """A furnished sandbox helpdesk. Fields and states are the rules' own; a token says who acts."""

    @property
    def name(self) -> str:
        """The helpdesk's key in the work table and in the webhook's path."""

    @property
    def bot(self) -> str | None:
        """The connector's account as webhooks name it; ``None`` where they leave out what it did."""

    @property
    def sandbox(self) -> Front:
        """The helpdesk itself."""

    def settings(self) -> Mapping[str, str]:
        """The settings of a connector that works here and of its admin, by their names among this helpdesk's, but the
        address."""

    def by_hand(self) -> None:
        """Somebody does what an installation leaves to people and the rules need, where it is not done yet."""

    def over_http(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Sends a webhook over the network, as this helpdesk does; returns the status."""

    def open_desk(self, url: str | None = None, *, proof_keys: Sequence[bytes] = ()) -> Helpdesk:
        """The adapter of a connector that has just started, in process or at ``url``, with these proof keys."""

    def join(self, email: str, actor: Actor, organization: str | None = None, name: str = "") -> str:
        """An account for a customer, an agent or a manager; returns its token."""

    def outsider(self) -> str:
        """The token of somebody who may write to tickets by API and is not support (P20): any
        customer, or a colleague of another department."""

    def open_ticket(self, token: str, subject: str, body: str, channel: Channel, fields: Mapping[str, Any]) -> str:
        """Returns the ticket's id."""

    def take_call(self, token: str, caller: str, subject: str, body: str, fields: Mapping[str, Any]) -> str:
        """Somebody of support writes down what the person with this address says on the phone; returns the ticket's
        id."""

    def reply(self, token: str, ticket: str, body: str, *, internal: bool) -> None:
        """A message to everybody, or a note for support."""

    def change(self, token: str, ticket: str, fields: Mapping[str, Any], state: TicketState | None) -> None:
        """Sets fields of the ticket."""

    def mail(self, sender: str, subject: str, body: str, ticket: str | None = None, *, automatic: bool = False) -> str:
        """An e-mail from any address arrives, as an answer if it is about a ticket; the id of the ticket it is on now.

        ``automatic``: a machine wrote it, and its headers say so.
        """

    def merge(self, token: str, source: str, target: str) -> None:
        """Somebody makes one ticket of two: what was said moves, or the source is closed as a duplicate."""

    def split(self, token: str, ticket: str) -> str:
        """Somebody makes a second ticket out of one, as the helpdesk splits or clones; returns its id."""

    def leaves(self, email: str) -> None:
        """Somebody is not support any more and keeps the account."""

    def delete_person(self, email: str) -> None:
        """An admin deletes an account, as privacy laws ask for."""

    def rename(self, kind: Named, old: str, new: str) -> None:
        """An admin gives a state, priority or group another name; the mapping of the next connector knows it."""

    def hide(self, ticket: str) -> None:
        """The connector may not see a ticket any more: an admin has moved it, or laid a security level on it."""

    def api(self, token: str, method: str, path: str, body: Any = None) -> Any:
        """Any API call. Raises ValueError if it is refused."""

    def remove(self, ticket: str) -> None:
        """An admin deletes the ticket."""

    def tickets(self) -> list[str]:
        """The ids of all tickets."""

    def files(self, ticket: str) -> dict[str, bytes]:
        """The files that the ticket's customer can open, by their names."""

    def calls(self, since: int = 0) -> list[Call]:
        """The connector's API calls since the ``since``-th of anybody, less what it reads once at its start."""

    def request_of(self, step: WireStep, ticket: str = r"\d+") -> Wire:
        """What the connector sends for a step, to lay a fault on it."""

    def served(self) -> int:
        """How many calls of anybody have been answered."""
