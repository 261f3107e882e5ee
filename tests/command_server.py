"""Runs ``interspace`` hundreds of times without starting Python hundreds of times.

A server process has imported the commands and waits; each call is a fork of it: a process of its own with its own
environment, directory, output and exit code, as a shell would start it. Half a second of imports falls away each time.
"""

import atexit
import gc
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from connector.cli import main
from connector.policy.load import load_policy
from connector.policy.locate import MAPPINGS
from connector.policy.messages import check_shipped
from tests.waiting import PATIENCE_S

_ROOT = Path(__file__).parents[1]


class CommandServer:
    """Starts commands, one at a time."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(
        self, arguments: Sequence[str], environment: Mapping[str, str], directory: Path
    ) -> subprocess.CompletedProcess[str]:
        """``interspace`` with these arguments, nothing but this environment, in this directory."""
        with TemporaryFile("w+") as out, TemporaryFile("w+") as err:
            order = {
                "arguments": list(arguments),
                "environment": dict(environment),
                "directory": str(directory),
                "files": [f"/proc/{os.getpid()}/fd/{file.fileno()}" for file in (out, err)],
            }
            requests, answers = self._process.stdin, self._process.stdout
            assert requests is not None
            assert answers is not None
            requests.write(json.dumps(order) + "\n")
            requests.flush()
            answer = answers.readline()
            assert answer, "the process that starts commands has ended"
            return subprocess.CompletedProcess(["interspace", *arguments], int(answer), _all(out), _all(err))


def _all(file: IO[str]) -> str:
    file.seek(0)
    return file.read()


@contextmanager
def serving() -> Iterator[CommandServer]:
    """The server, while the context lasts."""
    command = [sys.executable, "-m", "tests.command_server"]
    with subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield CommandServer(process)
        assert process.stdin is not None
        process.stdin.close()


def _serve() -> None:
    # What most commands need. No thread, no open file, nothing of anybody's settings.
    import connector.cli.check
    import connector.cli.dead_letters
    import connector.cli.demo
    import connector.cli.doctor
    import connector.cli.explain
    import connector.cli.init
    import connector.cli.install
    import connector.cli.messages
    import connector.cli.service
    import connector.cli.sweep
    import connector.cli.try_message
    import connector.helpdesks.jira.plugin
    import connector.helpdesks.zammad.plugin
    import connector.work.table  # noqa: F401

    # What comes with the product is the same in each of them. What is remembered of a file is found by its content.
    load_policy(MAPPINGS / "interspace.yaml", MAPPINGS / "services.yaml")
    check_shipped()

    # What was imported is no garbage; to look at it would copy it into each child.
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _become(json.loads(line))
            return
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _become(order: dict[str, Any]) -> None:
    """Be the command: this process ends as it does, with its exit code or its traceback."""
    for number, path in enumerate([os.devnull, *order["files"]]):
        opened = os.open(path, os.O_RDWR)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = open(0)  # noqa: SIM115  # what the server has read ahead is not this process's
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["directory"])
    sys.argv = ["interspace", *order["arguments"]]
    # Whoever hangs is killed.
    signal.alarm(int(PATIENCE_S))
    code: str | int | None = 0
    try:
        main()
    except SystemExit as end:
        code = end.code
    if isinstance(code, int) and threading.active_count() == 1:
        # Taking apart all that was imported, as an interpreter does that ends, takes longer than most commands.
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    _serve()
