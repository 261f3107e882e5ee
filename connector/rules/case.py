"""What a rule is given: one look at one ticket."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connector.domain.changes import Changes
from connector.domain.connector_key import number_of
from connector.domain.decision import Outcome
from connector.domain.fields import fit
from connector.domain.once import once
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Priority
from connector.messages.catalogue import Rendered
from connector.policy.catalogue import CatalogueCustomer
from connector.policy.ladder import LadderVersion
from connector.policy.models import Policy
from connector.policy.targets import TargetLimits
from connector.rules import writing
from connector.rules.spoken import Spoken, spoken


@dataclass(eq=False)
class Case:
    """A ticket as the rules before have left it, under a policy, at a moment (UTC). Nothing in it ever changes."""

    ticket: Ticket
    policy: Policy
    now: datetime
    before: Ticket | None = None
    """The ticket before any rule, once one has decided something."""
    counted: dict[Any, Any] = dataclasses.field(default_factory=dict, repr=False)
    """What is counted of the ticket once for all rules, see :mod:`connector.rules.clocks`."""

    @property
    def found(self) -> Ticket:
        """The ticket as it was before any rule."""
        return self.before or self.ticket

    def with_changes(self, changes: Changes) -> "Case":
        """The case of the next rule, once ``changes`` are decided."""
        case = Case(self.ticket.with_changes(changes), self.policy, self.now, self.found, self.counted)
        facts = vars(self)
        for name in _UNCHANGED:
            if name in facts:
                vars(case)[name] = facts[name]
        return case

    @once
    def priority(self) -> Priority:
        """The ticket's, or the policy's default where the helpdesk holds one that the mapping does not know."""
        return self.ticket.fields.priority or self.policy.default_priority

    @once
    def spoken(self) -> Spoken:
        """What the customer asks for or agrees to in their own words (R27, R34, R39)."""
        return spoken(self.ticket, self.policy)

    @property
    def rfo_number(self) -> int:
        """Which of its incident's RFOs a task is about."""
        return number_of(self.ticket.fields.connector_key)

    @once
    def verified_service(self) -> str | None:
        """What chooses ladder and targets."""
        return self.ticket.fields.verified_service

    @once
    def limits(self) -> TargetLimits:
        """What the ticket is promised (R36)."""
        return self.policy.targets_of(self.verified_service, self.priority)

    @once
    def ladder(self) -> LadderVersion:
        """The escalation matrix that counts for the ticket, in the version of the day on which it began (R35)."""
        return self.policy.ladder_of(self.verified_service, self.ticket.began_at)

    @once
    def companies(self) -> tuple[CatalogueCustomer, ...]:
        """The catalogue's customers whom the ticket's contact belongs to: none, one, or a reseller's several (R7)."""
        contact = self.ticket.customer
        return self.policy.catalogue.customers_of(contact.organizations, contact.email)

    def text(self, message: str, /, **data: Any) -> str:
        """A message that is part of a field or of another message."""
        return writing.field_text(message, data, self.ticket, self.policy)

    def field(self, name: str, message: str, /, **data: Any) -> str:
        """A message as the text of a field, cut to the length of that."""
        return fit(name, self.text(message, **data))

    def task(self, message: str, /, **data: Any) -> Rendered:
        """Title and text of a ticket that is made for this one."""
        return writing.text(message, data, self.ticket, self.policy)


_UNCHANGED = ("spoken", "companies")
"""No rule changes what was said, or by whom."""

Rule = Callable[[Case], Outcome]
"""Pure: the same case, the same outcome. Its notices are all that is true to say; what has been said is dropped by
:func:`connector.rules.evaluate.evaluate`."""
