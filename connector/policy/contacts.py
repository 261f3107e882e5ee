"""Whom the helpdesk can mail when a ticket reaches a level (R38): those contacts that are e-mail addresses."""

from connector.policy.kinds import is_address
from connector.policy.ladder import ContactCard, Level
from connector.policy.models import Policy, Rules


def addresses(level: Level) -> tuple[str, ...]:
    """The contacts of a level that are e-mail addresses, in small letters."""
    known = (one.email if isinstance(one, ContactCard) else one for one in level.contacts)
    return tuple(address.lower() for address in known if address is not None and is_address(address))


def mails_nobody(rules: Rules) -> str:
    """One sentence, without a full stop, on the levels that have no address; empty if every level has one.

    The name of the ladder stands behind its levels if there are several. Level 1 is left out, because a ticket begins
    there, and so are levels that are passed over.
    """
    ladders = {
        name: [level.level for level in ladder.levels if level.level > 1 and not level.skip and not addresses(level)]
        for name, ladder in rules.escalation.ladders.items()
    }
    by_ladder = {name: ", ".join(map(str, numbers)) for name, numbers in ladders.items() if numbers}
    if not by_ladder:
        return ""
    alone = len(rules.escalation.ladders) == 1
    named = "; ".join(numbers + ("" if alone else f" ({name})") for name, numbers in by_ladder.items())
    if sum(map(len, ladders.values())) == 1:
        who, it = f"level {named} has no e-mail address among its contacts", "it"
    else:
        who, it = f"levels {named} have no e-mail address among their contacts", "them"
    return f"{who}: the helpdesk mails nobody when a ticket reaches {it}"


def named_services(policy: Policy, ladder: str) -> list[str]:
    """The ids of the services whose tickets are on this ladder; of the default ladder, those of every other one."""
    wanted, is_default = policy.escalation.ladders[ladder], ladder == "default"
    return [
        service.id for service in policy.catalogue.services if (policy.ladder(service.id) is wanted) is not is_default
    ]
