"""In every test of this folder, each outcome of a rule bears the rule's name and says why in words."""

from collections.abc import Iterator
from functools import wraps

import pytest

from connector.domain.decision import Outcome
from connector.rules import evaluate
from connector.rules.case import Case, Rule


def told(rule: Rule, outcome: Outcome) -> Outcome:
    """The outcome, as ``explain`` and the log need it."""
    assert outcome.rule == rule.__name__
    assert outcome.reasons is not None
    if isinstance(outcome.reasons, tuple):
        # Others are put into words when somebody asks for them.
        assert outcome.reasons or not any(outcome[1:]), "only what says and changes nothing needs no reason"
        assert all(isinstance(reason, str) and reason for reason in outcome.reasons)
    return outcome


def _checked(rule: Rule) -> Rule:
    @wraps(rule)
    def decide(case: Case) -> Outcome:
        return told(rule, rule(case))

    return decide


@pytest.fixture(scope="session", autouse=True)
def _every_outcome_is_told() -> Iterator[None]:
    checked = {rule: _checked(rule) for rules in evaluate.RULES.values() for rule in rules}
    of_every_ticket = frozenset(checked[rule] for rule in evaluate._OF_EVERY_TICKET)
    with pytest.MonkeyPatch.context() as patch:
        for kind, rules in evaluate.RULES.items():
            patch.setitem(evaluate.RULES, kind, tuple(checked[rule] for rule in rules))
        patch.setattr(evaluate, "_OF_EVERY_TICKET", of_every_ticket)
        yield
