"""Carrying out a plan, one request after the other."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from connector.helpdesks.errors import ForbiddenError, HelpdeskError
from connector.install.compare import resolved
from connector.install.errors import RefusedError, StepError
from connector.install.plan import SHARE, Action, Plan, Step
from connector.install.tables import Id, Tables

Progress = Callable[[int, int, Step], None]
"""Told before each step: how many are done, of how many, and which comes now."""


class Writer(Protocol):
    """How the tables of a helpdesk are written. Every method raises HelpdeskError."""

    @property
    def tables(self) -> Tables:
        """Which tables there are."""

    def create(self, kind: str, body: Mapping[str, Any]) -> Id:
        """A new object; returns its id."""

    def update(self, kind: str, row_id: Id, body: Mapping[str, Any]) -> None:
        """Changes an object."""

    def delete(self, kind: str, row_id: Id) -> str | None:
        """Why the object is still there; ``None`` if it is gone."""

    def run(self, path: str) -> None:
        """A call that follows changes."""


@dataclass(frozen=True)
class Stayed:
    """Something that was to be deleted and is still there, and why."""

    step: Step
    why: str


def refuse(plan: Plan, *, checksum: str | None = None, force: bool = False, share: float = SHARE) -> None:
    """Raises RefusedError if the plan is not the reviewed one, or too much to apply without ``--force``."""
    if checksum is not None and checksum != plan.checksum:
        raise RefusedError(
            f"The plan is now {plan.checksum}, not {checksum}: something has changed since it was reviewed, or part of "
            "it is applied. Nothing has been changed; review the plan again"
        )
    too_much = plan.needs_force(share)
    if too_much and not force:
        raise RefusedError(f"The plan needs --force: {too_much}. Nothing has been changed")


def apply(
    writer: Writer,
    plan: Plan,
    secrets: Mapping[str, str],
    progress: Progress = lambda done, total, step: None,
) -> tuple[Stayed, ...]:
    """Carry out every step in order; returns what the helpdesk refused to delete.

    ``secrets`` must hold every secret that the plan needs. Every step is complete in itself: after an interruption a
    new plan holds what is left to do.

    Raises StepError at the first step that fails.
    """
    ids = dict(plan.ids)
    stayed = []
    for done, step in enumerate(plan.work):
        progress(done, len(plan.work), step)
        try:
            kept = _carry_out(writer, step, ids, secrets)
        except HelpdeskError as error:
            raise _failed(writer, step, error) from error
        if kept is not None:
            stayed.append(Stayed(step, kept))
    return tuple(stayed)


def _carry_out(writer: Writer, step: Step, ids: dict[tuple[str, str], Id], secrets: Mapping[str, str]) -> str | None:
    if step.action is Action.RUN:
        writer.run(step.kind)
    elif step.action is Action.CREATE:
        ids[step.kind, step.name] = writer.create(step.kind, resolved(step.body, ids, secrets))
    elif step.id is not None:
        if step.action is Action.DELETE:
            return writer.delete(step.kind, step.id)
        writer.update(step.kind, step.id, resolved(step.body, ids, secrets))
    return None


def _failed(writer: Writer, step: Step, error: HelpdeskError) -> StepError:
    text = f"{step.action.value} {step.title}: {error}"
    if isinstance(error, ForbiddenError):
        text += f". The admin token needs the permission {writer.tables.permission(step.kind)}"
    return StepError(f"{text}. Everything before this step is done; plan and apply again to continue")
