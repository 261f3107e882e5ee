"""Do the states, priorities, groups and roles of the mapping exist, and does mail leave them?"""

from connector.counted import counted
from connector.doctor import configuration
from connector.doctor.context import Row
from connector.doctor.finding import Observation, fail, ok, warn
from connector.domain.vocabulary import TicketState
from connector.helpdesks.zammad.doctor.context import Context

_EITHER = "Create them in Zammad, or write this Zammad's names into the mapping"


def states(context: Context) -> Observation:
    """Each state of the rules has one in Zammad, and each of Zammad's is known: another is only guessed."""
    mapping, active = context.mapping, _active(context.names("ticket_states"))
    unmeant = [state.value for state in TicketState if not set(mapping.state_names(state)) & active]
    if unmeant:
        return fail(f"no state of this Zammad means {', '.join(unmeant)}", f"{_EITHER} (states).")
    unknown = sorted(active - set(mapping.states))
    if unknown:
        return fail(
            f"not in the mapping: {', '.join(unknown)}; their tickets count by the state's type, in doubt as open",
            "Write into the mapping what they mean (states).",
        )
    return ok(f"{counted(len(active), 'state')}, each with a meaning")


def priorities(context: Context) -> Observation:
    """All four priorities exist. A priority that the mapping does not name is read as none."""
    mapping, active = context.mapping, _active(context.names("ticket_priorities"))
    missing = sorted({names.name for names in mapping.priorities.values()} - active)
    if missing:
        return fail(f"no priority {', '.join(missing)}", f"{_EITHER} (priorities).")
    unknown = sorted(name for name in active if mapping.priority(name) is None)
    if unknown:
        return warn(
            f"not in the mapping: {', '.join(unknown)}; to the rules these are no priority",
            "Write them into the mapping under also, or deactivate them.",
        )
    return ok(f"{counted(len(active), 'priority', 'priorities')}, each with a meaning")


def groups(context: Context) -> Observation:
    """Every group that the policy moves tickets to."""
    missing = sorted(set(context.mapping.groups.values()) - _active(context.rows("groups")))
    if missing:
        return fail(f"no group {', '.join(missing)}", f"{_EITHER} (groups).")
    return ok(", ".join(sorted(set(context.mapping.groups.values()))))


def sender_addresses(context: Context) -> Observation:
    """Zammad sends a mail about a ticket only as its group's address; else only its log says so."""
    mapped = set(context.mapping.groups.values())
    mute = sorted(
        str(row.get("name"))
        for row in context.rows("groups")
        if row.get("name") in mapped and not row.get("email_address_id")
    )
    if mute:
        return fail(
            f"no sender address: {', '.join(mute)}; no mail about their tickets leaves Zammad",
            "Choose an e-mail address for each of them (Manage → Groups).",
        )
    return ok("every group has one")


def escalation_mail(context: Context) -> Observation:
    """Without an address the installation makes no trigger for a level (R38)."""
    return configuration.escalation_mail(context, "; then interspace install plan zammad")


def roles(context: Context) -> Observation:
    """The roles whose holders' choices win over the rules exist (P20)."""
    known, roles_ = _active(context.rows("roles")), context.mapping.roles
    missing = [name for name in (*roles_.agents, *roles_.managers) if name not in known]
    if missing:
        return fail(f"no role {', '.join(missing)}", f"{_EITHER} (roles).")
    return ok(", ".join((*roles_.agents, *roles_.managers)))


def _active(rows: list[Row]) -> set[str]:
    return {str(row.get("name")) for row in rows if row.get("active", True)}
