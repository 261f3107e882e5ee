"""What the installation has to know of this one Zammad and of where the connector runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from connector.domain.vocabulary import TicketKind
from connector.helpdesks.installed import Installed
from connector.helpdesks.zammad.mapping import ZammadMapping
from connector.install.objects import Ref, text_ref
from connector.policy.models import Policy


@dataclass(frozen=True)
class InstallContext:
    """One Zammad with the rules that it is to follow."""

    policy: Policy
    mapping: ZammadMapping
    bot_id: int
    bot_login: str
    installed: Installed
    """Stands on every macro, which agents may read: another installation sees it there."""
    receiver_url: str
    """Where Zammad reaches the webhook receiver, with the path of the hook."""
    webhook: Mapping[str, Any]
    """Our webhook as it is now; empty while there is none."""
    sender_id: int | None
    """The address that mail of the intake group comes from: a group without one sends no mail."""
    signature_id: int | None
    without_access: Mapping[str, tuple[str, ...]]
    """Role of agents → groups of ours in which it may do nothing yet."""
    today: date
    """Public holidays are written down from this year on."""
    ops_url: str | None = None
    """Where people reach the operations page."""

    @property
    def intake_group(self) -> str:
        """Where tickets come in (R2)."""
        return self.mapping.group_name("intake")

    @property
    def incident_groups(self) -> list[Ref]:
        """The ids of the groups whose tickets are incidents (R2). One that the mapping names need not be there yet."""
        return self.groups_of(TicketKind.INCIDENT)

    @property
    def groups_in_scope(self) -> list[Ref]:
        """The ids of all groups whose tickets the rules hold for."""
        return self.groups_of(*TicketKind)

    def groups_of(self, *kinds: TicketKind) -> list[Ref]:
        """The ids of the groups whose tickets are of these kinds."""
        named = self.mapping.groups_in_scope.items()
        return [text_ref("groups", group, optional=True) for group, kind in named if kind in kinds]

    @property
    def rfo_group(self) -> str:
        """Where RFO tasks are worked on (R34)."""
        return self.mapping.group_name(self.policy.rfo.group)

    @property
    def problem_group(self) -> str:
        """Where problem records are worked on (R28)."""
        return self.mapping.group_name(self.policy.problem.group)

    @property
    def other_groups(self) -> dict[str, str]:
        """The groups besides the intake that the policy names: policy's name → Zammad's, in the mapping's order."""
        named = self.policy.groups()
        return {name: group for name, group in self.mapping.groups.items() if name in named and name != "intake"}

    def attribute(self, field: str) -> str:
        """A field as conditions name it."""
        return f"ticket.{self.mapping.attribute(field)}"

    def open_states(self) -> list[Ref]:
        """The ids of all states in which somebody works on a ticket or waits for the customer."""
        names = [name for name, state in self.mapping.states.items() if not state.is_over]
        return [text_ref("ticket_states", name, optional=True) for name in names]
