"""What the mappings of all helpdesks have in common: names of fields, states, priorities, groups and roles.

And how they come from their files: sound, or with every problem at once (P16).
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from connector.domain.fields import CATALOGUE, CUSTOM, NATIVE
from connector.domain.spelling import did_you_mean
from connector.domain.vocabulary import Priority, TicketKind, TicketState
from connector.policy.checks import every_member, purposes
from connector.policy.checks import groups as named_groups
from connector.policy.document import SectionT
from connector.policy.kinds import Name
from connector.policy.load import read_rules
from connector.policy.problem import Location, PolicyError, Problem, UnlocatedProblem, path_of
from connector.policy.read import read_section
from connector.policy.section import Section, dig, entries

_VALUES = {"priority": "priorities", "group": "groups"}


class PriorityNames(Section):
    """A priority in the helpdesk."""

    name: Name = Field(description="the priority the connector sets")
    also: tuple[Name, ...] = Field(default=(), description="priorities that are read as this one")


class Roles(Section):
    """Roles of the helpdesk whose holders' choices win over the rules (P20)."""

    agents: tuple[Name, ...] = Field(min_length=1)
    managers: tuple[Name, ...] = Field(default=(), description="they escalate as often as they like (R39)")


class Scope(Section):
    """Whose tickets the rules hold for, and what each is: by its group, whoever made it. All others are left alone."""

    incidents: tuple[Name, ...] | None = Field(
        default=None,
        description="groups of incidents: names of the section groups, or the helpdesk's own. "
        "Without it, every group of that section that is not named below",
    )
    rfo_tasks: tuple[Name, ...] = Field(default=("rfo",), description="groups of RFO tasks (R34)")
    problems: tuple[Name, ...] = Field(default=("problems",), description="groups of problem records (R28)")


class HelpdeskMapping(Section):
    """Canonical names ↔ the names of one helpdesk."""

    HELPDESK: ClassVar[str]
    """The helpdesk's name, for messages."""

    fields: Mapping[str, str]
    priorities: Mapping[Priority, PriorityNames]
    default_priority: Priority = Field(
        default=Priority.P3, description="what a new ticket has where nobody chooses: another one is an agent's choice"
    )
    groups: Mapping[str, str]
    scope: Scope = Field(default=Scope(), description="whose tickets the rules hold for (R2)")
    roles: Roles

    def kind_in(self, group: str) -> TicketKind:
        """What a ticket in this group (the policy's name, else the helpdesk's own) is to the rules."""
        return self._kinds.get(group, TicketKind.OTHER)

    def holds_for(self, group: str, kind: TicketKind) -> bool:
        """Whether a ticket of this kind is one to the rules while it is in this group of the policy."""
        return self.kind_in(group) is kind

    @property
    def groups_in_scope(self) -> Mapping[str, TicketKind]:
        """The helpdesk's names of all groups whose tickets the rules hold for, and what these are."""
        return {self.group_name(group): kind for group, kind in self._kinds.items()}

    @property
    def named_states(self) -> Mapping[str, TicketState]:
        """The helpdesk's states, and what they mean."""
        raise NotImplementedError

    def state(self, name: str) -> TicketState | None:
        """What the helpdesk's state means to the rules; ``None`` if the mapping does not know it."""
        return self.named_states.get(name)

    def state_names(self, state: TicketState) -> tuple[str, ...]:
        """The helpdesk's states that mean ``state``, at least one."""
        return self._state_names[state]

    def priority(self, name: str) -> Priority | None:
        """The priority that the helpdesk's priority is read as; ``None`` if the mapping does not know it."""
        return self._priorities.get(name)

    def priority_name(self, priority: Priority) -> str:
        """The name under which the connector sets a priority."""
        return self.priorities[priority].name

    def group(self, name: str) -> str:
        """The policy's name of the helpdesk's group, else the helpdesk's own name."""
        return self._groups.get(name, name)

    def group_name(self, group: str) -> str:
        """The helpdesk's name of the policy's group; a name that the mapping does not know is the helpdesk's own."""
        return self.groups.get(group, group)

    @cached_property
    def _kinds(self) -> Mapping[str, TicketKind]:
        scope = self.scope
        others = {self.group(name): TicketKind.RFO_TASK for name in scope.rfo_tasks}
        others |= {self.group(name): TicketKind.PROBLEM for name in scope.problems}
        named = scope.incidents
        incidents = (group for group in self.groups if group not in others) if named is None else map(self.group, named)
        return {**dict.fromkeys(incidents, TicketKind.INCIDENT), **others}

    @cached_property
    def _state_names(self) -> Mapping[TicketState, tuple[str, ...]]:
        return {state: tuple(n for n, s in self.named_states.items() if s is state) for state in TicketState}

    @cached_property
    def _priorities(self) -> Mapping[str, Priority]:
        return {name: p for p, names in self.priorities.items() for name in (names.name, *names.also)}

    @cached_property
    def _groups(self) -> Mapping[str, str]:
        return {name: group for group, name in self.groups.items()}


def keys_are_fields(schema: dict[str, Any]) -> None:
    """Puts into a section's JSON Schema that its keys are names of custom fields, and what each of them is."""
    value = schema["additionalProperties"]
    schema["properties"] = {name: {**value, "description": CATALOGUE[name].label} for name in CUSTOM}
    schema["additionalProperties"] = False
    schema["required"] = sorted(CUSTOM)


def unknown_groups(mapping: Any, named: Collection[str]) -> Iterator[UnlocatedProblem]:
    """Groups that ``mapping`` has no name for."""
    if not isinstance(known := dig(mapping, "groups"), Mapping):
        return
    unused = {str(name) for name in known} - set(named)
    for group in sorted(named):
        if group not in known:
            meant = did_you_mean(group, unused)
            yield ("groups", group), f"the policy names this group, the mapping has no name for it{meant}"


def fields(
    data: Any, helpdesk: str, thing: str, problems_of: Callable[[str], Iterator[str]]
) -> Iterator[UnlocatedProblem]:
    """Every canonical field has exactly one name in the helpdesk. ``thing`` is what the helpdesk calls a field."""
    named = dig(data, "fields")
    for name in CUSTOM:
        if isinstance(named, Mapping) and name not in named:
            yield ("fields", name), "is missing"
    used: dict[Any, str] = {}
    for name, given in entries(data, "fields"):
        if name in NATIVE:
            yield ("fields", name), f"is {helpdesk}'s own; its values are mapped in {_VALUES[name]}"
        elif name not in CUSTOM:
            yield ("fields", name), no_such_field(name, CUSTOM)
        if isinstance(given, str):
            yield from ((("fields", name), message) for message in problems_of(given))
            if (first := used.setdefault(given, name)) != name:
                yield ("fields", name), f"{given!r} is already the {thing} of {first}"


def no_such_field(name: Any, known: Iterable[str]) -> str:
    """What is wrong with a key that is no field."""
    near = get_close_matches(str(name), list(known), n=1)
    return "there is no such field" + (f"; did you mean {near[0]}?" if near else "")


def states(data: Any, section: str, helpdesk: str, thing: str) -> Iterator[UnlocatedProblem]:
    """Every state of the rules is meant by some state of the helpdesk."""
    if isinstance(named := dig(data, section), Mapping):
        for state in TicketState:
            if state not in named.values():
                yield (section,), f"no {thing} of {helpdesk} means {state.value}"


def priorities(data: Any) -> Iterator[UnlocatedProblem]:
    """Every priority has a name, and no name stands for two."""
    yield from every_member(Priority, data, "priorities")
    used: dict[Any, Any] = {}
    for priority, _ in entries(data, "priorities"):
        places: list[Location] = [("priorities", priority, "name")]
        places += [(*places[0][:2], "also", index) for index, _ in entries(data, "priorities", priority, "also")]
        for place in places:
            yield from only_once(place, dig(data, *place), used)


def groups(data: Any) -> Iterator[UnlocatedProblem]:
    """There is an intake group, and no name stands for two groups."""
    if isinstance(named := dig(data, "groups"), Mapping) and "intake" not in named:
        yield ("groups", "intake"), "is missing (the group where tickets come in, R2)"
    used: dict[Any, Any] = {}
    for group, name in entries(data, "groups"):
        yield from only_once(("groups", group), name, used)


def scope(data: Any) -> Iterator[UnlocatedProblem]:
    """A group is of one kind only, and tickets come in where the rules hold."""
    used: dict[Any, Any] = {}
    names = {name: group for group, name in entries(data, "groups") if isinstance(name, str)}
    for kind in Scope.model_fields:
        for place, name in entries(data, "scope", kind):
            if isinstance(name, str):
                yield from only_once(("scope", kind, place), names.get(name, name), used)
    incidents = dig(data, "scope", "incidents")
    if isinstance(incidents, list | tuple) and not {"intake", dig(data, "groups", "intake")} & {*map(str, incidents)}:
        yield ("scope", "incidents"), "intake is missing (the group where tickets come in, R2)"


def out_of_scope(mapping: HelpdeskMapping, named: Mapping[str, TicketKind]) -> Iterator[UnlocatedProblem]:
    """Groups that the policy sends tickets of a kind to and that the mapping does not count as that."""
    sections = {TicketKind.RFO_TASK: "rfo_tasks", TicketKind.PROBLEM: "problems"}
    for group, kind in named.items():
        if not mapping.holds_for(group, kind):
            section = sections.get(kind, "incidents")
            yield ("scope", section), f"the policy uses group {group!r} for these: add it here"


def roles(data: Any) -> Iterator[UnlocatedProblem]:
    """A role stands in one list only."""
    used: dict[Any, Any] = {}
    for kind in ("agents", "managers"):
        for index, name in entries(data, "roles", kind):
            yield from only_once(("roles", kind, index), name, used)


def only_once(place: Location, name: Any, used: dict[Any, Location]) -> Iterator[UnlocatedProblem]:
    """``name`` stands for one thing only; ``used`` remembers for which."""
    if isinstance(name, str | int) and (first := used.setdefault(name, place)) != place:
        yield place, f"{name!r} already stands for {path_of(first)}"


def read_mapping(path: Path, kind: type[SectionT]) -> SectionT:
    """The mapping of one helpdesk.

    :raises PolicyError: with everything that is wrong with the file.
    """
    mapping = read_section(path, kind)
    if mapping.problems or mapping.section is None:
        raise PolicyError(mapping.problems)
    return mapping.section


def check(path: Path, services_path: Path | None, mappings: Mapping[Path, type[HelpdeskMapping]]) -> list[Problem]:
    """Everything that is wrong with the files and with how they fit together; empty when all is well."""
    rules = read_rules(path, services_path)
    problems = list(rules.problems)
    for mapping_path, kind in mappings.items():
        mapping = read_section(mapping_path, kind)
        problems += mapping.problems
        if rules.document and mapping.document:
            named = named_groups(rules.document.data)
            problems += mapping.document.located(unknown_groups(mapping.document.data, named))
            if mapping.section is not None and not mapping.problems:
                kinds = purposes(rules.document.data)
                problems += mapping.document.located(out_of_scope(mapping.section, kinds))
    return sorted(set(problems))
