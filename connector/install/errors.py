"""What can go wrong with a plan before or while it is applied."""

from connector.helpdesks.errors import HelpdeskError


class PlanError(Exception):
    """There is no plan: the policy, the mapping and the helpdesk do not fit together, or a value is missing."""


class RefusedError(Exception):
    """The plan is not applied, and nothing has been changed: it is not the one that was reviewed, or it needs
    ``--force``."""


class StepError(HelpdeskError):
    """A request of an installation failed. The text names the object, the answer, and the permission if that is what
    is missing. Everything before it is done; planning again continues from here."""
