"""Another policy while the worker runs: on SIGHUP it is read again, and used if all of it is sound (P16)."""

import signal
import threading
from collections.abc import Callable
from datetime import datetime
from queue import SimpleQueue

import structlog

from connector import metrics
from connector.cli.wiring import now, open_desk, open_policy
from connector.helpdesks.helpdesk import Helpdesk
from connector.helpdesks.mapping import check
from connector.helpdesks.registry import plugin
from connector.policy.models import Policy
from connector.policy.problem import PolicyError
from connector.settings import Settings
from connector.work.errors import StoreError
from connector.work.worker import Worker

log = structlog.get_logger("worker")

SIGHUP: signal.Signals | None = getattr(signal, "SIGHUP", None)
"""The signal that reloads the policy; some systems lack it."""


def open_rules(settings: Settings, helpdesk: str, clock: Callable[[], datetime] = now) -> tuple[Helpdesk, Policy]:
    """The helpdesk with its mapping, and the policy with its catalogue.

    :raises PolicyError: everything that is wrong with the files and with how they fit together.
    """
    problems = check(settings.policy, settings.services, {settings.of(helpdesk).mapping: plugin(helpdesk).mapping()})
    if problems:
        raise PolicyError(problems)
    return open_desk(settings, helpdesk, clock), open_policy(settings)


def reload_on_sighup(worker: Worker, open_again: Callable[[], tuple[Helpdesk, Policy]]) -> None:
    """From now on SIGHUP reloads the policy.

    A thread of its own reads it; jobs go on under the old policy meanwhile.
    """
    if SIGHUP is None:
        return
    # Not an event: its lock may be held by what the signal interrupts.
    asked = SimpleQueue[int]()
    signal.signal(SIGHUP, lambda number, _: asked.put(number))

    def wait() -> None:
        while asked.get():
            reload(worker, open_again)

    threading.Thread(target=wait, name="reload", daemon=True).start()


def reload(worker: Worker, open_again: Callable[[], tuple[Helpdesk, Policy]]) -> bool:
    """Reads the policy again and returns whether it is in use now.

    On any error the old one stays, and the log says why.
    """
    try:
        desk, policy = open_again()
    except PolicyError as error:
        return _stays(worker, [str(problem) for problem in error.problems])
    except Exception as error:  # noqa: BLE001 - a worker that has a policy must not end because of another one
        return _stays(worker, [f"{type(error).__name__}: {error}"])
    same = policy.version == worker.policy.version
    try:
        worker.use(desk, policy)
    except StoreError as error:
        log.warning("open tickets hear of the new policy with the next full sweep", error=str(error))
    metrics.policy_reload(ok=True)
    event = "the files were read again, the policy is the same" if same else "another policy is in use"
    log.info(event, policy=policy.version)
    return True


def _stays(worker: Worker, problems: list[str]) -> bool:
    worker.watch.policy_failure = "\n".join(problems)
    metrics.policy_reload(ok=False)
    log.error("the files cannot be used, the old ones stay", problems=problems)
    return False
