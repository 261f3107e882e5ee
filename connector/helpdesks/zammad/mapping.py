"""How the policy's names are written in one Zammad: attributes, states, priorities, groups, roles."""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cached_property
from typing import Any, Literal

from pydantic import Field

from connector.domain.ticket import Fields
from connector.domain.vocabulary import Actor, Channel, Priority, TicketState
from connector.policy.checks import every_member
from connector.policy.kinds import Name
from connector.policy.models import Policy
from connector.policy.problem import Finding, Location, Problem, path_of
from connector.policy.section import Section, dig, entries

_NATIVE = ("priority", "group")
"""Fields that Zammad has an attribute of its own for; their values are mapped instead."""
CANONICAL_FIELDS = tuple(name for name in Fields.model_fields if name not in _NATIVE)
"""Every field that needs a custom attribute."""

_VALUES = {"priority": "priorities", "group": "groups"}
_ATTRIBUTE = re.compile(r"(?=.*[a-z])[a-z0-9_]{1,60}", re.ASCII)
_REFUSED = """
    destroy true false integer select drop create alter index table varchar blob date datetime timestamp url
    icon initials avatar permission validate subscribe unsubscribe translate search _type _doc _id id
    action attribute attributes object method hash
"""
"""Refused by Zammad's object manager (``check_name``), or methods of every record."""
_TAKEN = """
    number title group owner customer organization state priority note type pending_time tags articles
    escalation_at first_response_at first_response_escalation_at first_response_in_min
    first_response_diff_in_min close_at close_escalation_at close_in_min close_diff_in_min
    update_escalation_at update_in_min update_diff_in_min last_contact_at last_contact_agent_at
    last_contact_customer_at last_owner_update_at last_close_at article_count preferences time_unit
    created_at updated_at created_by updated_by create_article_type create_article_sender
"""
"""Attributes that every ticket has already."""
_RESERVED = frozenset((_REFUSED + _TAKEN).split())


class PriorityNames(Section):
    """A priority in Zammad."""

    name: Name = Field(description="the priority the connector sets")
    also: tuple[Name, ...] = Field(default=(), description="priorities that are read as this one")


class Roles(Section):
    """Roles of Zammad whose holders' choices win over the rules (P20)."""

    agents: tuple[Name, ...] = Field(min_length=1)
    managers: tuple[Name, ...] = Field(default=(), description="they escalate as often as they like (R39)")


class Articles(Section):
    """Kinds of messages. The numbers are those of a freshly installed Zammad."""

    types: Mapping[Channel, int] = Field(description="ticket_article_types, by id")
    senders: Mapping[Literal[Actor.AGENT, Actor.CUSTOMER, Actor.SYSTEM], int] = Field(
        description="ticket_article_senders, by id"
    )
    public: Channel = Field(default=Channel.EMAIL, description="how a public message goes to the customer")


class ZammadMapping(Section):
    """Canonical names ↔ Zammad's names."""

    fields: Mapping[str, str] = Field(description="field → attribute of the object manager")
    states: Mapping[str, TicketState] = Field(description="state in Zammad → state of the rules")
    priorities: Mapping[Priority, PriorityNames]
    groups: Mapping[str, str] = Field(description="group of the policy → group in Zammad")
    roles: Roles
    articles: Articles

    @classmethod
    def findings(cls, data: Any) -> Iterator[Finding]:
        """Everything the rules need has exactly one name in Zammad, and one that Zammad accepts."""
        yield from _fields(data)
        yield from _states(data)
        yield from _priorities(data)
        yield from _groups(data)
        yield from _roles(data)
        yield from _articles(data)

    def check_against(self, policy: Policy) -> list[Problem]:
        """Groups that the policy names and this mapping does not know; file and line are left empty."""
        findings = unknown_groups(self, policy.groups())
        return [Problem("", 0, path_of(place), message) for place, message in findings]

    def attribute(self, field: str) -> str:
        """The attribute of a field, as in the JSON of a ticket; ``KeyError`` for no field."""
        return field if field in _NATIVE else self.fields[field]

    def field(self, attribute: str) -> str | None:
        """The field of an attribute, or ``state``; ``None`` for attributes the rules do not read."""
        return self._fields.get(attribute)

    def state(self, name: str) -> TicketState | None:
        """What Zammad's state means to the rules; ``None`` if the mapping does not know it."""
        return self.states.get(name)

    def state_names(self, state: TicketState) -> tuple[str, ...]:
        """Zammad's states that mean ``state``, at least one."""
        return self._state_names[state]

    def priority(self, name: str) -> Priority | None:
        """The priority that Zammad's priority is read as; ``None`` if the mapping does not know it."""
        return self._priorities.get(name)

    def priority_name(self, priority: Priority) -> str:
        """The name under which the connector sets a priority."""
        return self.priorities[priority].name

    def group(self, name: str) -> str:
        """The policy's name of Zammad's group, else Zammad's own name."""
        return self._groups.get(name, name)

    def group_name(self, group: str) -> str:
        """Zammad's name of the policy's group; a name that the mapping does not know is Zammad's own."""
        return self.groups.get(group, group)

    def channel(self, type_id: int) -> Channel | None:
        """How an article of this type came; ``None`` for types the rules do not distinguish."""
        return self._channels.get(type_id)

    def sender(self, sender_id: int) -> Actor | None:
        """Who wrote an article, as far as Zammad's sender tells."""
        return self._senders.get(sender_id)

    @cached_property
    def _fields(self) -> Mapping[str, str]:
        custom = {attribute: field for field, attribute in self.fields.items()}
        return {**custom, **{name: name for name in (*_NATIVE, "state")}}

    @cached_property
    def _state_names(self) -> Mapping[TicketState, tuple[str, ...]]:
        return {state: tuple(n for n, s in self.states.items() if s is state) for state in TicketState}

    @cached_property
    def _priorities(self) -> Mapping[str, Priority]:
        return {name: p for p, names in self.priorities.items() for name in (names.name, *names.also)}

    @cached_property
    def _groups(self) -> Mapping[str, str]:
        return {name: group for group, name in self.groups.items()}

    @cached_property
    def _channels(self) -> Mapping[int, Channel]:
        return {number: channel for channel, number in self.articles.types.items()}

    @cached_property
    def _senders(self) -> Mapping[int, Actor]:
        return {number: actor for actor, number in self.articles.senders.items()}


def unknown_groups(mapping: Any, named: Iterable[str]) -> Iterator[Finding]:
    """Groups that ``mapping`` has no name for."""
    known = dig(mapping, "groups")
    for group in sorted(named):
        if isinstance(known, Mapping) and group not in known:
            yield ("groups", group), "the policy names this group, the mapping has no name for it"


def _fields(data: Any) -> Iterator[Finding]:
    fields = dig(data, "fields")
    for name in CANONICAL_FIELDS:
        if isinstance(fields, Mapping) and name not in fields:
            yield ("fields", name), "is missing"
    used: dict[Any, str] = {}
    for name, attribute in entries(data, "fields"):
        if name in _NATIVE:
            yield ("fields", name), f"is Zammad's own; its values are mapped in {_VALUES[name]}"
        elif name not in CANONICAL_FIELDS:
            near = get_close_matches(str(name), CANONICAL_FIELDS, n=1)
            yield ("fields", name), "there is no such field" + (f"; did you mean {near[0]}?" if near else "")
        if isinstance(attribute, str):
            yield from ((("fields", name), message) for message in _attribute_problems(attribute))
            if (first := used.setdefault(attribute, name)) != name:
                yield ("fields", name), f"{attribute!r} is already the attribute of {first}"


def _attribute_problems(attribute: str) -> Iterator[str]:
    if attribute.endswith(("_id", "_ids")):
        yield f"{attribute!r}: Zammad refuses names that end in _id or _ids"
    elif attribute in _RESERVED:
        yield f"{attribute!r} is reserved by Zammad"
    elif not _ATTRIBUTE.fullmatch(attribute):
        yield f"{attribute[:80]!r}: an attribute has up to 60 small letters, digits and underscores"


def _states(data: Any) -> Iterator[Finding]:
    if isinstance(states := dig(data, "states"), Mapping):
        for state in TicketState:
            if state not in states.values():
                yield ("states",), f"no state of Zammad means {state.value}"


def _priorities(data: Any) -> Iterator[Finding]:
    yield from every_member(Priority, data, "priorities")
    used: dict[Any, Any] = {}
    for priority, _ in entries(data, "priorities"):
        places: list[Location] = [("priorities", priority, "name")]
        places += [(*places[0][:2], "also", index) for index, _ in entries(data, "priorities", priority, "also")]
        for place in places:
            yield from _only_once(place, dig(data, *place), used)


def _groups(data: Any) -> Iterator[Finding]:
    if isinstance(groups := dig(data, "groups"), Mapping) and "intake" not in groups:
        yield ("groups", "intake"), "is missing (the group where tickets come in, R2)"
    used: dict[Any, Any] = {}
    for group, name in entries(data, "groups"):
        yield from _only_once(("groups", group), name, used)


def _roles(data: Any) -> Iterator[Finding]:
    used: dict[Any, Any] = {}
    for kind in ("agents", "managers"):
        for index, name in entries(data, "roles", kind):
            yield from _only_once(("roles", kind, index), name, used)


def _articles(data: Any) -> Iterator[Finding]:
    yield from ((("articles", *place), text) for place, text in every_member(Channel, dig(data, "articles"), "types"))
    senders = dig(data, "articles", "senders")
    for actor in (Actor.AGENT, Actor.CUSTOMER, Actor.SYSTEM):
        if isinstance(senders, Mapping) and actor not in senders:
            yield ("articles", "senders", actor.value), "is missing"
    for table in ("types", "senders"):
        used: dict[Any, Any] = {}
        for name, number in entries(data, "articles", table):
            yield from _only_once(("articles", table, name), number, used)


def _only_once(place: Location, name: Any, used: dict[Any, Location]) -> Iterator[Finding]:
    if isinstance(name, str | int) and (first := used.setdefault(name, place)) != place:
        yield place, f"{name!r} already stands for {path_of(first)}"
