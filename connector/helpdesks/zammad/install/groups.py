"""Groups and roles: who sees what (R2, R3, R34, R38, R39). Bodies as in recordings 238, 242, 246 and 247."""

from collections.abc import Iterator

from connector.helpdesks.zammad.install.site import InstallContext
from connector.install.objects import Including, Ref, Wanted

BOT_ROLE = "Interspace Connector"


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
        # Borrowed: the owner of a ticket keeps it when it rises, so agents need the groups of the levels.
        yield Wanted("roles", role, {"name": role, "group_ids": above}, borrowed=True)


def bot(site: InstallContext) -> Iterator[Wanted]:
    """The bot user holds the connector's role, besides those that it has."""
    role = Including((Ref("roles", BOT_ROLE),))
    yield Wanted("users", site.bot_login, {"role_ids": role}, borrowed=True, own=True)


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
