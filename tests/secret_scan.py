"""P21 over everything: a pytest plugin that reads all output of all tests and fails the session if a secret shows.

A secret is what this process makes (access tokens of sandboxes, webhook secrets of installations), what settings are
given, the password of a database URL, and what child processes are given (PLANTED).

Read is the captured output of every test, also what a test takes away from pytest to look at it; the output of child
processes; and the log files of real processes.
"""

import base64
import binascii
import re
import secrets
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

PLANTED = (
    "a secret of the sandbox only",
    "a secret for benchmarks only",
    "whsec-local-0123456789",
    "whsec-previous-9876543210",
    "pssst-this-is-the-token",
)
"""Secrets that tests write down and give to processes of their own."""

_SHORTEST = 12
"""Shorter ones are words: they would be found where nobody leaked them."""

_GENERATED = 24
"""Characters of the shortest secret that this process makes. The tokens of leases are shorter, and no secrets."""

_WORD = re.compile(rf"[A-Za-z0-9_\-]{{{_GENERATED},}}")
_BASIC = re.compile(r"Basic ([A-Za-z0-9+/]{8,}={0,2})")
_PASSWORD = re.compile(r"://[^/@:]*:([^@]+)@")
_LARGEST_LOG = 20 * 2**20


@dataclass
class Scanner:
    """What must not show, and where it showed all the same."""

    texts: set[str] = field(default_factory=lambda: set(PLANTED))
    """Looked for wherever they stand."""
    words: set[str] = field(default_factory=set)
    """Looked for as whole words: there are thousands of them, and this way each text is read once."""
    leaks: dict[str, str] = field(default_factory=dict)
    """Where → the beginning of what was found there."""
    read: int = 0
    """Characters."""

    def know(self, secret: str) -> None:
        """``secret`` must not show. Of a URL it is the password."""
        if "://" in secret:
            found = _PASSWORD.search(secret)
            secret = found[1] if found else ""
        for line in secret.splitlines():
            word = line.strip()
            if len(word) >= _GENERATED and _WORD.fullmatch(word):
                self.words.add(word)
            elif len(word) >= _SHORTEST:
                self.texts.add(word)

    def look(self, text: str, where: str) -> None:
        """Read ``text``, which was found at ``where``."""
        self.read += len(text)
        for found in self._found(text):
            self.leaks.setdefault(where, f"{found[:6]}…")

    def _found(self, text: str) -> Iterator[str]:
        yield from (secret for secret in self.texts if secret in text)
        if self.words:
            yield from (word for word in _WORD.findall(text) if word in self.words)
        for pair in _BASIC.findall(text):
            yield from self._found(_decoded(pair))


def _decoded(pair: str) -> str:
    try:
        return base64.b64decode(pair, validate=True).decode("utf-8", "replace")
    except binascii.Error:
        return ""


def as_text(output: object) -> str:
    """What a process or a capture gave, as text."""
    return output.decode("utf-8", "replace") if isinstance(output, bytes) else str(output or "")


class SecretScan:
    """The plugin: learns of secrets where they come into being, reads output where it is captured."""

    def __init__(self) -> None:
        self.scanner = Scanner()
        self.test = "before the first test"

    def listen(self) -> Iterator[None]:
        """Until the iterator goes on, secrets and outputs pass by here."""
        with pytest.MonkeyPatch.context() as patch:
            for name in ("token_hex", "token_urlsafe"):
                patch.setattr(secrets, name, self._making(getattr(secrets, name)))
            patch.setattr(SecretStr, "__init__", self._keeping(SecretStr.__init__))
            patch.setattr(pytest.CaptureFixture, "readouterr", self._taking(pytest.CaptureFixture.readouterr))
            patch.setattr(subprocess.CompletedProcess, "__init__", self._ending(subprocess.CompletedProcess.__init__))
            yield

    def look_at_logs(self, directory: Path) -> None:
        """The log files that processes of tests have left there."""
        for path in directory.rglob("*log*"):
            if path.is_file() and not path.is_symlink() and path.stat().st_size <= _LARGEST_LOG:
                where = f"{path.relative_to(directory)}"
                self.scanner.look(path.read_bytes().decode("utf-8", "replace"), where)

    @pytest.hookimpl
    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.test = nodeid

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for title, text in report.sections:
            self.scanner.look(text, f"{report.nodeid}: {title}")

    @pytest.hookimpl
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if self.scanner.leaks and exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl
    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.scanner.leaks:
            terminalreporter.section("secrets in the output (P21)", red=True)
            for where, found in sorted(self.scanner.leaks.items()):
                terminalreporter.line(f"{where}: {found}")

    def _making(self, make: Any) -> Any:
        def made(nbytes: int | None = None) -> str:
            secret: str = make(nbytes)
            if len(secret) >= _GENERATED:
                self.scanner.know(secret)
            return secret

        return made

    def _keeping(self, keep: Any) -> Any:
        def kept(secret: SecretStr, value: str) -> None:
            keep(secret, value)
            self.scanner.know(value)

        return kept

    def _taking(self, take: Any) -> Any:
        def taken(capture: Any) -> Any:
            result = take(capture)
            self._look(result)
            return result

        return taken

    def _ending(self, end: Any) -> Any:
        def ended(process: Any, args: Any, returncode: int, stdout: Any = None, stderr: Any = None) -> None:
            end(process, args, returncode, stdout, stderr)
            self._look((stdout, stderr))

        return ended

    def _look(self, outputs: Iterable[object]) -> None:
        for output in outputs:
            self.scanner.look(as_text(output), self.test)


def pytest_configure(config: pytest.Config) -> None:
    """For pytest."""
    config.pluginmanager.register(SecretScan(), "secret-scan")


@pytest.fixture(scope="session", autouse=True)
def secret_scan(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scanner]:
    """Runs during all tests."""
    plugin = request.config.pluginmanager.get_plugin("secret-scan")
    assert isinstance(plugin, SecretScan)
    listening = plugin.listen()
    next(listening)
    yield plugin.scanner
    next(listening, None)
    plugin.look_at_logs(tmp_path_factory.getbasetemp())
