"""Tickets on the default ladder, and policies that change it."""

from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor, Priority
from connector.policy.models import Policy
from tests.builders import at, complete, default_policy, incident, said

_DEFAULT = default_policy()
POLICY = _DEFAULT.model_copy(
    update={"escalation": _DEFAULT.escalation.model_copy(update={"customer_hears_of": frozenset[int]()})}
)
"""The policy that comes with the project; customers hear only of levels that they asked for."""
BY_AGE = POLICY.model_copy(
    update={"escalation": POLICY.escalation.model_copy(update={"missed_targets": frozenset[str]()})}
)
"""The same policy without the extra level of a missed target."""
ANSWERED = said("We are on it.", at(minutes=5), Actor.AGENT)


def triaged(priority: Priority = Priority.P1, level: int = 1, **values: object) -> Ticket:
    articles = (ANSWERED, *values.pop("articles", ()))  # type: ignore[misc]
    return incident(complete(priority=priority, escalation_level=level), articles=articles, **values)  # type: ignore[arg-type]


def without_level(level: int, policy: Policy = BY_AGE) -> Policy:
    """The policy with nobody at one level of the default ladder."""
    levels = tuple(
        each.model_copy(update={"skip": True}) if each.level == level else each for each in policy.ladder(None).levels
    )
    ladder = policy.ladder(None).model_copy(update={"levels": levels})
    ladders = {**policy.escalation.ladders, "default": ladder}
    return policy.model_copy(update={"escalation": policy.escalation.model_copy(update={"ladders": ladders})})
