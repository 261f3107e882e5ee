"""A state that the mapping does not name: said once, and nothing stops for it."""

from connector.domain.decision import Notice, Outcome
from connector.domain.mark import Mark
from connector.rules import wording
from connector.rules.case import Case

_NOTHING = Outcome(rule="unknown_state")


def unknown_state(case: Case) -> Outcome:
    """The ticket counts as what the helpdesk itself takes the state for, and in doubt as open: the clocks run."""
    name, state = case.ticket.unknown_state, case.ticket.state
    if name is None:
        return _NOTHING
    data = {"state": name, "over": state.is_over}
    return Outcome(
        rule="unknown_state",
        notices=(Notice("state_unknown", data, frozenset({Mark("state-unknown", name)})),),
        reasons=(f"the mapping does not say what {name!r} means: it counts as {wording.value(state)}",),
    )
