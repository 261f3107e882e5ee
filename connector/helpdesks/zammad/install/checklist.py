"""What ``interspace install apply`` does not do in Zammad: it cannot, or somebody has to decide it.

``interspace doctor`` verifies each item.
"""

from collections.abc import Iterator

from connector.helpdesks.zammad.install.site import InstallContext
from connector.install.installation import Item, Link
from connector.install.tables import Current
from connector.policy.contacts import mails_nobody

RESTART = (
    "systemctl restart zammad-worker on Zammad's machine; in Docker, restart its scheduler container. Triggers and "
    "jobs store a new attribute only after that."
)


def checklist(site: InstallContext, current: Current, base: str) -> tuple[Item, ...]:
    """What is left to do by hand as things stand. ``base`` is Zammad's address."""
    return (
        Item("background worker", "Restart Zammad's background worker after each apply with attributes", (RESTART,)),
        *_senders(site, current, base),
        *_agents(site, current, base),
        *_contacts(site),
    )


def _senders(site: InstallContext, current: Current, base: str) -> Iterator[Item]:
    """Zammad sends a mail about a ticket only as its group's address. A new group gets that of the intake."""
    groups = (site.intake_group, *site.other_groups.values())
    rows = {group: current.row("groups", group) for group in groups}
    mute = [g for g, row in rows.items() if not (site.sender_id if row is None else row.get("email_address_id"))]
    if mute:
        steps = (
            f"Choose an e-mail address for: {', '.join(mute)}. Without one no mail about their tickets leaves Zammad.",
        )
        yield Item("sender addresses", "Sender addresses of the groups", steps, _page(base, "groups", "Groups"))


def _agents(site: InstallContext, current: Current, base: str) -> Iterator[Item]:
    """The owner keeps a ticket that rises (R38), so agents need the groups of the levels. Access that somebody has
    narrowed stays as it is."""
    ids = {str(row["name"]): str(row["id"]) for row in current.tables["groups"]}
    for name in site.mapping.roles.agents:
        access = (current.row("roles", name) or {}).get("group_ids") or {}
        closed = [g for g in site.other_groups.values() if not {"full", "change"} & set(access.get(ids.get(g, ""), ()))]
        if closed:
            steps = (
                f"The role {name!r} may not work in {', '.join(closed)}.",
                "interspace install apply zammad gives access where there is none; what somebody has narrowed stays.",
            )
            yield Item(f"access of {name}", f"Access of {name!r} to groups (R38)", steps, _page(base, "roles", "Roles"))


def _contacts(site: InstallContext) -> Iterator[Item]:
    if nobody := mails_nobody(site.policy):
        steps = (f"{nobody[0].upper()}{nobody[1:]}: add addresses to the contacts in the policy and apply again.",)
        yield Item("escalation contacts", "Addresses of the escalation contacts (R38)", steps)


def _page(base: str, page: str, menu: str) -> Link:
    return Link(f"{base.rstrip('/')}/#manage/{page}", True, f"Manage → {menu}")
