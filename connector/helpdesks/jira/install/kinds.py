"""The tables of Jira that an installation touches, as we see them: each is one noun, however many calls it takes.

On Data Center, contexts with options, priorities and dashboards have no REST API, and fields cannot be changed.
"""

from collections.abc import Mapping

from connector.helpdesks.jira.flavour import Flavour
from connector.install.kinds import Kind, Tables

FIELDS, OPTIONS, SCREENS = "field", "option", "screen"
PRIORITIES, LINK_TYPES, ROLES, MEMBERS = "priority", "issueLinkType", "role", "member"
WEBHOOKS, FILTERS, DASHBOARDS, GADGETS = "webhook", "filter", "dashboard", "gadget"

_ADMIN = "Administer Jira"
_SHARE = "Share dashboards and filters"
_DESCRIPTION = ("description",)
_CLOUD_ONLY = frozenset({OPTIONS, PRIORITIES, DASHBOARDS, GADGETS})

KINDS: Mapping[str, Kind] = {
    kind.path: kind
    for kind in (
        Kind(FIELDS, "custom field", _ADMIN, mark=_DESCRIPTION, data=True),
        Kind(OPTIONS, "list of options", _ADMIN, mark=_DESCRIPTION, data=True),
        Kind(SCREENS, "screen", _ADMIN, prefixed=False),
        Kind(PRIORITIES, "priority", _ADMIN, mark=_DESCRIPTION),
        Kind(LINK_TYPES, "link type", _ADMIN),
        Kind(ROLES, "project role", _ADMIN, mark=_DESCRIPTION),
        Kind(MEMBERS, "members of the role", "Administer Projects", prefixed=False),
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
