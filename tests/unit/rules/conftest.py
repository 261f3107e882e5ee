"""In every test of this folder each outcome of a rule can be told: see ``tests.unit.rules.passes.told``."""

from collections.abc import Iterator
from functools import wraps

import pytest

from connector.domain.decision import Outcome
from connector.rules import evaluate
from connector.rules.case import Case, Rule
from tests.unit.rules.passes import told


def _checked(rule: Rule) -> Rule:
    @wraps(rule)
    def decide(case: Case) -> Outcome:
        return told(rule, case)

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
