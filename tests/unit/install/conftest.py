"""The benches of the installation tests, and its command line."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from connector.cli import main
from connector.sandbox.clock import SteppedClock
from tests.unit.install.both import KINDS, AnyBench, credentials, name_of, new_bench, sandbox_of


@pytest.fixture(params=KINDS)
def any_bench(clock: SteppedClock, request: pytest.FixtureRequest) -> AnyBench:
    """A bare helpdesk of each kind."""
    return new_bench(clock, request.param)


class Ran(NamedTuple):
    """What a command said and how it ended."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Ran]


@pytest.fixture
def run(
    any_bench: AnyBench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    """Runs ``interspace install`` against the bench, over a socket, with nothing of this process's own settings."""
    for name in os.environ:
        if name.startswith("INTERSPACE_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    for name, value in credentials(any_bench).items():
        monkeypatch.setenv(name, value)

    def command(*arguments: str, **more: str) -> Ran:
        for name, value in more.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["interspace", "install", *arguments])
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    with sandbox_of(any_bench).serve() as server:
        monkeypatch.setenv(f"INTERSPACE_{name_of(any_bench).upper()}_URL", server.url)
        yield command
