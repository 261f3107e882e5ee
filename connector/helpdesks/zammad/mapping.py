"""How the policy's names are written in one Zammad: attributes, states, priorities, groups, roles."""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property, partial
from typing import Any, Literal, get_args

from pydantic import Field

from connector.domain.fields import CATALOGUE, NATIVE
from connector.domain.labels import LABELS, Labels
from connector.domain.vocabulary import Actor, Channel, TicketState
from connector.helpdesks import mapping
from connector.helpdesks.mapping import HelpdeskMapping
from connector.policy.checks import every_member
from connector.policy.kinds import Name
from connector.policy.problem import UnlocatedProblem
from connector.policy.section import Section, dig, entries

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


MACROS = frozenset(
    {
        "Agree to defer",
        "Confirm the outage",
        "Confirm the problem",
        "Customer agrees to defer (by phone)",
        "Decline the outage",
        "Decline the problem",
        "Escalate now: customer asks",
        "Escalate now: no progress",
        "Escalate now: times missed",
        "Link and close as duplicate",
        "No duplicate",
        "Priority by the matrix again",
        "Release RFO",
        "Request RFO",
    }
)
"""What the installation makes, by the names that texts may call it."""

_Sent = Literal[Channel.EMAIL, Channel.PHONE, Channel.WEB, Channel.NOTE]
"""How Zammad itself says that a message came."""


class Articles(Section):
    """Kinds of messages. The numbers are those of a freshly installed Zammad."""

    types: Mapping[_Sent, int] = Field(description="ticket_article_types, by id")
    senders: Mapping[Literal[Actor.AGENT, Actor.CUSTOMER, Actor.SYSTEM], int] = Field(
        description="ticket_article_senders, by id"
    )
    public: _Sent = Field(default=Channel.EMAIL, description="how a public message goes to the customer")


class ZammadMapping(HelpdeskMapping):
    """Canonical names ↔ Zammad's names."""

    HELPDESK = "Zammad"

    fields: Mapping[str, str] = Field(
        description="field → attribute of the object manager",
        json_schema_extra=mapping.keys_are_fields,
    )
    labels: Mapping[str, Name] = Field(
        default={},
        description="field → what this Zammad's screens call it, where that is not the label of the rules",
        json_schema_extra={"propertyNames": {"enum": [*CATALOGUE]}},
    )
    states: Mapping[str, TicketState] = Field(description="state in Zammad → state of the rules")
    groups: Mapping[str, str] = Field(description="group of the policy → group in Zammad")
    former_accounts: frozenset[int] = Field(
        default=frozenset(),
        description="ids of the users that the connector was before: they stay the connector",
    )
    former_agents: frozenset[int] = Field(
        default=frozenset(), description="ids of users who were agents before the connector came: they stay support"
    )
    other_connectors: frozenset[int] = Field(
        default=frozenset(), description="ids of the users of other installations of the connector on this Zammad"
    )
    articles: Articles
    required_on_create: bool = Field(
        default=True,
        description="whether whoever opens an incident in Zammad or by its API has to fill in the required details; "
        "other programs that open tickets in these groups are refused without them",
    )

    @classmethod
    def findings(cls, data: Any) -> Iterator[UnlocatedProblem]:
        """Everything the rules need has exactly one name in Zammad, and one that Zammad accepts."""
        yield from mapping.fields(data, cls.HELPDESK, "attribute", _attribute_problems)
        yield from _labels(data)
        yield from mapping.states(data, "states", cls.HELPDESK, "state")
        yield from mapping.priorities(data)
        yield from mapping.groups(data)
        yield from mapping.scope(data)
        yield from mapping.roles(data)
        yield from _articles(data)

    @property
    def named_states(self) -> Mapping[str, TicketState]:
        """Zammad's states, and what they mean."""
        return self.states

    @cached_property
    def screen(self) -> Labels:
        """What Zammad's screens call fields and values."""
        priorities = {str(priority): names.name for priority, names in self.priorities.items()}
        choices = {**LABELS.choices, "priority": priorities, "group": self.groups}
        return Labels({**LABELS.fields, **self.labels}, choices, MACROS)

    def attribute(self, field: str) -> str:
        """The attribute of a field, as in the JSON of a ticket; ``KeyError`` for no field."""
        return field if field in NATIVE else self.fields[field]

    def field(self, attribute: str) -> str | None:
        """The field of an attribute, or ``state``; ``None`` for attributes the rules do not read."""
        return self._fields.get(attribute)

    def channel(self, type_id: int) -> Channel | None:
        """How an article of this type came; ``None`` for types the rules do not distinguish."""
        return self._channels.get(type_id)

    def sender(self, sender_id: int) -> Actor | None:
        """Who wrote an article, as far as Zammad's sender tells."""
        return self._senders.get(sender_id)

    @cached_property
    def _fields(self) -> Mapping[str, str]:
        custom = {attribute: field for field, attribute in self.fields.items()}
        return {**custom, **{name: name for name in (*NATIVE, "state")}}

    @cached_property
    def _channels(self) -> Mapping[int, Channel]:
        return {type_id: channel for channel, type_id in self.articles.types.items()}

    @cached_property
    def _senders(self) -> Mapping[int, Actor]:
        return {sender_id: actor for actor, sender_id in self.articles.senders.items()}


def _attribute_problems(attribute: str) -> Iterator[str]:
    if attribute.endswith(("_id", "_ids")):
        yield f"{attribute!r}: Zammad refuses names that end in _id or _ids"
    elif attribute in _RESERVED:
        yield f"{attribute!r} is reserved by Zammad"
    elif not _ATTRIBUTE.fullmatch(attribute):
        yield f"{attribute[:80]!r}: an attribute has up to 60 small letters, digits and underscores"


def _labels(data: Any) -> Iterator[UnlocatedProblem]:
    used: dict[Any, Any] = {}
    for name, label in entries(data, "labels"):
        if name not in CATALOGUE:
            yield ("labels", name), mapping.no_such_field(name, CATALOGUE)
        yield from mapping.only_once(("labels", name), label, used)


def _articles(data: Any) -> Iterator[UnlocatedProblem]:
    yield from (
        (("articles", *place), text) for place, text in every_member(get_args(_Sent), dig(data, "articles"), "types")
    )
    senders = dig(data, "articles", "senders")
    for actor in (Actor.AGENT, Actor.CUSTOMER, Actor.SYSTEM):
        if isinstance(senders, Mapping) and actor not in senders:
            yield ("articles", "senders", actor.value), "is missing"
    for table in ("types", "senders"):
        used: dict[Any, Any] = {}
        for name, row_id in entries(data, "articles", table):
            yield from mapping.only_once(("articles", table, name), row_id, used)


load_mapping = partial(mapping.read_mapping, kind=ZammadMapping)
"""The mapping of a file. Raises PolicyError with everything that is wrong with it."""
