"""What is sound and yet seldom meant: the hints of ``interspace check``, which stop nothing."""

from collections.abc import Iterator

from connector.domain.vocabulary import Priority
from connector.policy.contacts import mails_nobody
from connector.policy.load import Read
from connector.policy.models import Rules
from connector.policy.problem import Problem, UnlocatedProblem


def hints(rules: Read[Rules]) -> list[Problem]:
    """The hints on a policy file with their lines; none on a file that is not sound in itself."""
    if rules.section is None or rules.document is None:
        return []
    found = [*clocks_that_rest(rules.section)]
    if nobody := mails_nobody(rules.section):
        found.append((("escalation", "ladders"), nobody))
    return rules.document.located(found)


def clocks_that_rest(rules: Rules) -> Iterator[UnlocatedProblem]:
    """Priorities whose calendar closes: the centre works around the clock (R1), and only consent defers (R27)."""
    for priority in Priority:
        name = rules.priorities[priority].calendar
        if not rules.calendars[name].calendar.round_the_clock:
            yield (
                ("priorities", priority.value, "calendar"),
                f"while {name!r} is closed, the clocks of {priority} rest: a deferral that no customer agreed to (R27)",
            )
