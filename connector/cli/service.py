"""``interspace run``, ``receive`` and ``work``: the long-running commands."""

import gc
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from types import FrameType

import click
import structlog

from connector.cli.options import RULES, ZAMMAD, as_environment, settings_options
from connector.cli.wiring import open_policy, open_table, open_zammad
from connector.settings import Settings
from connector.work.attempt import Rhythm
from connector.work.worker import Worker
from webhooks.serve import serve

log = structlog.get_logger("interspace")

_RECEIVER = ("host", "port", "receiver_processes", "receiver_threads", "settle_seconds", "max_body_bytes")
_WORKER = (*RULES, *ZAMMAD, "worker_threads", "sweep_minutes")
_STOP_S = 120


@click.command()
@settings_options(*_RECEIVER, *_WORKER)
def run(settings: Settings) -> None:
    """Receive webhooks and work on tickets.

    Until SIGTERM or Ctrl-C; then what has begun is finished.

    Needs INTERSPACE_ZAMMAD_URL, INTERSPACE_ZAMMAD_TOKEN and INTERSPACE_ZAMMAD_WEBHOOK_SECRET (or …_FILE).

    \b
    Example:
      INTERSPACE_ZAMMAD_TOKEN_FILE=/run/secrets/token interspace run --zammad-url https://support.example.com
    """
    # Both parts are checked before either starts, so that a mistake is one message.
    settings.webhook_secrets()
    open_policy(settings)
    open_zammad(settings)
    open_table(settings).close()
    environment = as_environment(settings)
    children = [
        subprocess.Popen([sys.executable, "-m", "connector", part], env=environment) for part in ("receive", "work")
    ]
    sys.exit(_until_one_ends(children))


@click.command()
@settings_options(*_RECEIVER)
def receive(settings: Settings) -> None:
    """Only receive webhooks.

    Any number of receivers may share the work table.

    \b
    Example:
      INTERSPACE_ZAMMAD_WEBHOOK_SECRET_FILE=/run/secrets/webhook interspace receive --host 0.0.0.0 --port 8080
    """
    serve(settings)


@click.command()
@settings_options(*_WORKER)
def work(settings: Settings) -> None:
    """Only work on tickets.

    Any number of workers may share the work table.

    \b
    Example:
      interspace work --worker-threads 32
    """
    policy, table = open_policy(settings), open_table(settings)
    desk = open_zammad(settings, table.now)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    rhythm = Rhythm(sweep=timedelta(minutes=settings.sweep_minutes))
    # What is there now stays: the collector need not look through it again while tickets wait.
    gc.freeze()
    log.info("worker started", policy=policy.version, threads=settings.worker_threads)
    Worker(table, desk, policy, threads=settings.worker_threads, rhythm=rhythm).run(stop)
    table.close()
    log.info("worker stopped")


def _until_one_ends(children: list[subprocess.Popen[bytes]]) -> int:
    """Waits; passes SIGTERM and SIGINT on; when one part ends the other is stopped too: nothing runs by half."""
    stopping = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.set()
        for child in children:
            child.terminate()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    while all(child.poll() is None for child in children):
        stopping.wait(0.5)
        if stopping.is_set():
            break
    ended_alone = not stopping.is_set()
    for child in children:
        child.terminate()
    codes = [child.wait(_STOP_S) for child in children]
    return max(1, *codes) if ended_alone else 0
