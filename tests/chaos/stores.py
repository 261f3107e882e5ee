"""A database that does not write for a while, under load: a full disk, or a server that only reads (P1)."""

import os
import random
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from connector.policy.load import load_policy
from connector.policy.locate import MAPPINGS
from tests.chaos.connector_group import running, wait_until_alive
from tests.chaos.evidence import Outcome, gather
from tests.chaos.policy import AGE, LAST_LEVEL_AFTER, quick_ladder
from tests.chaos.rounds import PARTS, connector_settings, finish_what_is_left, wait_until_written
from tests.chaos.sandbox import Sandbox
from tests.chaos.senders import Senders
from tests.ports import free_port

Blow = Callable[[], AbstractContextManager[None]]

_LOAD = 60
_REFUSALS = 200
"""Deliveries that fail before the database writes again, at least."""
_DISK_MB = 32


def outlive(helpdesk: Sandbox, database_url: str, directory: Path, blow: Blow, times: int, seed: int = 1) -> Outcome:
    """``times`` times under load, while ``blow`` lasts, events are refused; then more of them are acknowledged by the
    same two processes. In the end those are killed, and a last worker does what is left.

    Raises ``AssertionError`` if one of them ends, or refuses otherwise than by 503. ``Outcome.kills`` counts the blows.
    """
    began, chance, port = time.monotonic(), random.Random(seed), free_port()
    policy = quick_ladder(directory)
    settings = connector_settings(helpdesk, database_url, policy, port)
    senders, tickets = Senders(helpdesk, [("127.0.0.1", port)], seed), list[str]()

    def load() -> None:
        more = helpdesk.opens(_LOAD, AGE, LAST_LEVEL_AFTER)
        tickets.extend(more)
        senders.tell(more)
        senders.wait_for(senders.acknowledged + chance.randrange(1, _LOAD))

    try:
        with running(PARTS, settings, directory / "log") as group:
            wait_until_alive(group, "127.0.0.1", port)
            before = helpdesk.writes()
            load()
            # A worker that starts without a database ends: here it has to be at work.
            wait_until_written(helpdesk, before)
            for _ in range(times):
                load()
                # Stories enough for all senders: an idle one is refused nothing.
                tickets += (more := helpdesk.opens(_LOAD, AGE, LAST_LEVEL_AFTER))
                senders.tell(more)
                with blow():
                    refused = senders.refused + _REFUSALS + chance.randrange(_REFUSALS)
                    # SQLite goes on without more room once its log has been long and is written from its begin again.
                    senders.wait_for_refusals(refused, told=len(tickets))
                load()
            senders.finish()
            assert group.is_running(), group.log.read_text()
    finally:
        senders.abandon()
    assert senders.answers.keys() == {"202", "503"}, senders.answers
    finish_what_is_left(helpdesk, database_url, directory, policy)
    rules = load_policy(policy, MAPPINGS / "services.yaml")
    evidence = gather(helpdesk, rules, tickets)
    assert set(tickets) == senders.told
    seconds = time.monotonic() - began
    return Outcome(times, senders.acknowledged, senders.refused, len(tickets), evidence, seconds)


@contextmanager
def only_reading(server: str) -> Iterator[None]:
    """All sessions of the server, old and new, begin transactions that only read, as on a standby.

    The server must be nobody else's, and its account the administrator's.
    """
    engine = create_engine(make_url(server), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text("ALTER SYSTEM SET default_transaction_read_only = on"))
            connection.execute(text("SELECT pg_reload_conf()"))
        yield
    finally:
        with engine.connect() as connection:
            # ALTER SYSTEM writes no data: it is permitted meanwhile.
            connection.execute(text("ALTER SYSTEM RESET default_transaction_read_only"))
            connection.execute(text("SELECT pg_reload_conf()"))
        engine.dispose()


@contextmanager
def small_disk(directory: Path) -> Iterator[Path]:
    """A file system of a few megabytes. Raises ``OSError`` or ``CalledProcessError`` where none may be mounted."""
    directory.mkdir(parents=True)
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={_DISK_MB}m", "none", directory], check=True, capture_output=True
    )
    try:
        yield directory
    finally:
        subprocess.run(["umount", "--lazy", directory], check=True)


def small_disks_are_permitted(directory: Path) -> bool:
    """Whether this user may mount one."""
    try:
        with small_disk(directory):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Something else has taken all room of the disk, and takes each page that becomes free, until the context ends."""
    ballast = disk / "ballast"
    try:
        with ballast.open("wb", buffering=0) as file:
            for size in (65536, 4096):
                _fill(file.fileno(), size)
        yield
    finally:
        ballast.unlink()


def _fill(file: int, size: int) -> None:
    try:
        while os.write(file, bytes(size)) == size:
            pass
    except OSError:
        return
