"""What the installation has to know of this one Jira and of where the connector runs, and its tables.

On Data Center, contexts with options, priorities and dashboards have no REST API, fields cannot be changed, and every
project has every field.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from connector.helpdesks.installed import Installed
from connector.helpdesks.jira.flavour import Flavour
from connector.helpdesks.jira.listing import quoted
from connector.helpdesks.jira.mapping import FIELD_ID, JiraMapping
from connector.helpdesks.jira.values import field_options
from connector.install.tables import Kind, Tables
from connector.policy.models import Policy

FIELDS, ASSOCIATIONS, OPTIONS, SCREENS = "field", "association", "option", "screen"
PRIORITIES, LINK_TYPES, ROLES, MEMBERS = "priority", "issueLinkType", "role", "member"
WEBHOOKS, FILTERS, DASHBOARDS, GADGETS = "webhook", "filter", "dashboard", "gadget"
PROPERTIES = "property"

_ADMIN = "Administer Jira"
_SHARE = "Share dashboards and filters"
_DESCRIPTION = ("description",)
_CLOUD_ONLY = frozenset({ASSOCIATIONS, OPTIONS, PRIORITIES, DASHBOARDS, GADGETS})

KINDS: Mapping[str, Kind] = {
    kind.path: kind
    for kind in (
        Kind(FIELDS, "custom field", _ADMIN, mark=_DESCRIPTION, data=True),
        Kind(ASSOCIATIONS, "project's fields", _ADMIN, prefixed=False),
        Kind(OPTIONS, "list of options", _ADMIN, mark=_DESCRIPTION, data=True),
        Kind(SCREENS, "screen", _ADMIN, prefixed=False),
        Kind(PRIORITIES, "priority", _ADMIN, mark=_DESCRIPTION),
        Kind(LINK_TYPES, "link type", _ADMIN),
        Kind(ROLES, "project role", _ADMIN, mark=_DESCRIPTION),
        Kind(MEMBERS, "members of the role", "Administer Projects", prefixed=False),
        Kind(PROPERTIES, "project property", "Administer Projects", mark=_DESCRIPTION),
        Kind(WEBHOOKS, "webhook", _ADMIN),
        Kind(FILTERS, "filter", _SHARE, mark=_DESCRIPTION),
        Kind(DASHBOARDS, "dashboard", _SHARE, mark=_DESCRIPTION, whole=True),
        Kind(GADGETS, "gadget", _SHARE),
    )
}


def tables_of(flavour: Flavour) -> Tables:
    """The tables that the REST API of this kind of Jira can write."""
    kinds = {path: kind for path, kind in KINDS.items() if flavour.administers or path not in _CLOUD_ONLY}
    return Tables(flavour.title, kinds)


@dataclass(frozen=True)
class JiraSite:
    """One Jira with the rules that it is to follow."""

    policy: Policy
    mapping: JiraMapping
    flavour: Flavour
    project_id: str
    bot_id: str
    installed: Installed
    receiver_url: str | None
    """Where Jira reaches the webhook receiver, with the path of the hook; ``None``: this Jira cannot sign webhooks."""
    gadget: Mapping[str, str]
    """What Jira calls the gadget that shows a filter's results; empty if it has none."""
    options: Mapping[str, frozenset[str]]
    """What the lists of options hold, by field: known on Data Center only, where they are made by hand."""

    @cached_property
    def fields(self) -> Mapping[str, str]:
        """Field, ``group`` among them → name of the custom field."""
        return {**self.mapping.fields, "group": self.mapping.group_field}

    def wanted_options(self, field: str) -> tuple[str, ...]:
        """The options that a field has to offer; none for one that is no list."""
        return wanted_options(self.mapping, field)

    def has_options(self, field: str) -> bool:
        """Whether a search for the values of this field can be saved: Jira refuses one for values that it lacks."""
        return self.flavour.administers or set(self.wanted_options(field)) <= self.options.get(field, frozenset())

    def jql(self, field: str) -> str:
        """A field as searches name it."""
        return jql_name(self.fields[field])

    @property
    def in_project(self) -> str:
        """The begin of every search."""
        return f"project = {quoted(self.mapping.project)}"

    @property
    def open_incidents(self) -> str:
        """A search for what the rules hold for and somebody works on."""
        return f"{self.in_project} AND {types(self.mapping.issue_types.incident)} AND statusCategory != Done"


def wanted_options(mapping: JiraMapping, field: str) -> tuple[str, ...]:
    """The options that a field has to offer; none for one that is no list."""
    return tuple(mapping.groups.values()) if field == "group" else field_options(field)


def jql_name(name: str) -> str:
    """A custom field, by name or id, as searches name it.

    >>> jql_name("Repair due"), jql_name("customfield_10050")
    ('"Repair due"', 'cf[10050]')
    """
    return f"cf[{name.removeprefix('customfield_')}]" if FIELD_ID.fullmatch(name) else quoted(name)


def types(names: tuple[str, ...]) -> str:
    """A search for issues of these types.

    >>> types(("Incident", "Service Request"))
    'issuetype in ("Incident", "Service Request")'
    """
    return f"issuetype in ({', '.join(map(quoted, names))})"
