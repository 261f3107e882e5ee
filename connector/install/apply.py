"""Carrying out a plan, one request after the other."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connector.helpdesks.errors import ForbiddenError, HelpdeskError, NotFoundError, PermanentError, TransientError
from connector.helpdesks.zammad.client import ZammadClient
from connector.install.compare import resolved
from connector.install.errors import RefusedError, StepError
from connector.install.kinds import ATTRIBUTES, MIGRATIONS, permission
from connector.install.plan import SHARE, Action, Plan, Step

Progress = Callable[[int, int, Step], None]
"""Told before each step: how many are done, of how many, and which comes now."""


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
    client: ZammadClient,
    plan: Plan,
    secrets: Mapping[str, str],
    progress: Progress = lambda done, total, step: None,
) -> tuple[Stayed, ...]:
    """Carry out every step in order; returns what Zammad refused to delete.

    ``secrets`` must hold every secret that the plan needs. Every step is complete in itself: after an interruption a
    new plan holds what is left to do.

    Raises StepError at the first step that fails.
    """
    ids = dict(plan.ids)
    stayed = []
    for done, step in enumerate(plan.work):
        progress(done, len(plan.work), step)
        try:
            kept = _carry_out(client, step, ids, secrets)
        except HelpdeskError as error:
            raise _failed(step, error) from error
        if kept is not None:
            stayed.append(Stayed(step, kept))
    return tuple(stayed)


def _carry_out(
    client: ZammadClient, step: Step, ids: dict[tuple[str, str], int], secrets: Mapping[str, str]
) -> str | None:
    if step.action is Action.RUN:
        _migrate(client)
    elif step.action is Action.DELETE:
        return _delete(client, step)
    elif step.action is Action.CREATE:
        answer = client.post(step.kind, resolved(step.body, ids, secrets))
        ids[step.kind, step.name] = _id(answer, step)
    else:
        client.put(f"{step.kind}/{step.id}", resolved(step.body, ids, secrets))
    return None


def _migrate(client: ZammadClient) -> None:
    """Zammad answers 200 whatever happened, so look."""
    client.post(MIGRATIONS, None)
    rows = client.get(ATTRIBUTES)
    flags = ("to_create", "to_migrate", "to_config", "to_delete")
    waiting = sorted(str(row.get("name")) for row in rows if any(row.get(flag) for flag in flags))
    if waiting:
        raise TransientError(
            f"Zammad answered 200 but these attributes still wait for a migration: {', '.join(waiting)}. Look into "
            "Zammad's production.log"
        )


def _delete(client: ZammadClient, step: Step) -> str | None:
    """Why the object is still there; ``None`` if it is gone."""
    try:
        client.delete(f"{step.kind}/{step.id}")
    except NotFoundError as error:
        return None if "Couldn't find" in str(error) else str(error)
    except ForbiddenError:
        raise
    except PermanentError as error:
        return str(error)
    return None


def _id(answer: Any, step: Step) -> int:
    if not isinstance(answer, dict) or not isinstance(answer.get("id"), int):
        raise PermanentError(f"Zammad POST {step.kind}: the answer holds no id")
    return int(answer["id"])


def _failed(step: Step, error: HelpdeskError) -> StepError:
    told = f"{step.action.value} {step.title}: {error}"
    if isinstance(error, ForbiddenError):
        told += f". The admin token needs the permission {permission(step.kind)}"
    return StepError(f"{told}. Everything before this step is done; plan and apply again to continue")
