"""The connector as it runs in production: receiver and worker, one process group, killed as one."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.ports import is_answering
from tests.waiting import PATIENCE_S, wait_until

ROOT = Path(__file__).parents[2]


class Group:
    """Commands of the connector, started together; ``prefix`` runs them somewhere else, e.g. in a namespace."""

    def __init__(
        self, parts: Sequence[str], settings: Mapping[str, str], log: Path, prefix: Sequence[str] = ()
    ) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("INTERSPACE_")}
        environment = {**kept, "PYTHONPATH": str(ROOT), **settings}
        self.log = log
        self._processes: list[subprocess.Popen[bytes]] = []
        for part in parts:
            command = [*prefix, sys.executable, "-m", "connector", part]
            leader = self._processes[0].pid if self._processes else 0
            with log.open("ab") as output:
                started = subprocess.Popen(
                    command, env=environment, cwd=log.parent, stdout=output, stderr=output, process_group=leader
                )
            self._processes.append(started)

    def kill(self) -> None:
        """All its processes at once, and their children, as a power cut would."""
        with suppress(ProcessLookupError):
            os.killpg(self._processes[0].pid, signal.SIGKILL)
        for process in self._processes:
            process.wait(PATIENCE_S)

    @property
    def pid(self) -> int:
        """The process id of the first command."""
        return self._processes[0].pid

    def send(self, number: signal.Signals) -> None:
        """A signal to the first command alone, as a service manager sends it."""
        self._processes[0].send_signal(number)

    def exit_code(self) -> int:
        """Waits for the end of the first command."""
        return self._processes[0].wait(PATIENCE_S)

    def wait_until(self, condition: Callable[[], bool], what: str) -> None:
        """Fails with the log when a command ends first, or when it takes too long."""

        def is_true() -> bool:
            assert self.is_running(), self.log.read_text()
            return condition()

        try:
            wait_until(is_true, what)
        except TimeoutError as error:
            raise AssertionError(f"{error}\n{self.log.read_text()}") from None

    def is_running(self) -> bool:
        """Whether none of the commands has ended."""
        return all(process.poll() is None for process in self._processes)


@contextmanager
def running(
    parts: Sequence[str], settings: Mapping[str, str], log: Path, prefix: Sequence[str] = ()
) -> Iterator[Group]:
    """A group that is gone when the context ends."""
    group = Group(parts, settings, log, prefix)
    try:
        yield group
    finally:
        group.kill()


def wait_until_alive(group: Group, host: str, port: int) -> None:
    """Until the receiver answers."""
    group.wait_until(lambda: is_answering(port, host=host), f"the receiver answers at {host}:{port}")
