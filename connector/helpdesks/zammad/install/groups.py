"""Groups and roles: who sees what (R2, R3, R34, R38, R39). Bodies as in recordings 238, 242, 246 and 247."""

from collections.abc import Iterator

from connector.helpdesks.zammad.install.site import InstallContext
from connector.install.objects import Including, Ref, Wanted

BOT_ROLE = "Interspace Connector"

_NOBODYS = {"owned_by_me": False, "owned_by_nobody": False, "subscribed": False, "no": False}
_NOWHERE = {"email": False, "online": False}
SILENT = {
    event: {"criteria": _NOBODYS, "channel": _NOWHERE}
    for event in ("create", "update", "reminder_reached", "escalation")
}
"""A user's notification settings, all off."""

_EVERYBODYS = {"owned_by_me": True, "owned_by_nobody": True, "subscribed": True, "no": False}
_OWN = {"owned_by_me": True, "owned_by_nobody": False, "subscribed": False, "no": False}
_BOTH_WAYS = {"email": True, "online": True}
NEW_AGENTS = {
    event: {"criteria": criteria, "channel": _BOTH_WAYS}
    for event, criteria in zip(SILENT, (_EVERYBODYS, _EVERYBODYS, _OWN, _OWN), strict=True)
}
"""Those that a new agent has (recording 249)."""


def groups(site: InstallContext) -> Iterator[Wanted]:
    """The intake, a group for each escalation level that has one, and those of RFO tasks and problem records."""
    note = "Where tickets come in."
    yield Wanted("groups", site.intake_group, {"name": site.intake_group, "active": True, "note": note})
    for name, group in site.other_groups.items():
        yield Wanted(
            "groups",
            group,
            {"name": group, "active": True, "note": _purpose(site, name)},
            # Without a sender's address Zammad sends no mail for tickets of a group.
            fill={"email_address_id": site.sender_id, "signature_id": site.signature_id},
        )


def roles(site: InstallContext) -> Iterator[Wanted]:
    """The connector's own access, the escalation managers', and that of agents to the tickets they keep (R38)."""
    above = {Ref("groups", group): ["full"] for group in site.other_groups.values()}
    everywhere = {Ref("groups", site.intake_group): ["full"], **above}
    yield Wanted(
        "roles",
        BOT_ROLE,
        {
            "name": BOT_ROLE,
            "note": "The access of the connector's own user.",
            "active": True,
            "default_at_signup": False,
            "group_ids": everywhere,
        },
        fill={"permissions": ["ticket.agent"]},
    )
    for role in site.mapping.roles.managers:
        yield Wanted(
            "roles",
            role,
            {
                "name": role,
                "note": "May escalate a ticket at any time, and sees every level.",
                "active": True,
                "default_at_signup": False,
                "group_ids": everywhere,
            },
            fill={"permissions": ["ticket.agent", "report"]},
        )
    for role in site.mapping.roles.agents:
        # The owner of a ticket keeps it when it rises, and agents write RFOs and look for root causes. Only where the
        # role may do nothing yet: what an admin has given is left as it is.
        given = {Ref("groups", group): ["full"] for group in site.without_access.get(role, ())}
        yield Wanted("roles", role, {"name": role, "group_ids": given}, borrowed=True, own=True)


def bot(site: InstallContext) -> Iterator[Wanted]:
    """The bot user holds the connector's role, besides those that it has, and is told of nothing: it would get a mail
    for every ticket."""
    body = {
        "role_ids": Including((Ref("roles", BOT_ROLE),)),
        "preferences": {"notification_config": {"matrix": SILENT}},
    }
    yield Wanted("users", site.bot_login, body, borrowed=True, own=True)


def _purpose(site: InstallContext, name: str) -> str:
    if name == site.policy.rfo.group:
        return "Reason-For-Outage documents to be written."
    if name == site.policy.problem.group:
        return "Problem records: the root causes of incidents and their permanent fixes."
    levels = {
        f"{level.level} ({level.name})"
        for ladder in site.policy.escalation.ladders.values()
        for level in ladder.levels
        if level.group == name
    }
    return f"Tickets at escalation level {', '.join(sorted(levels))}."
