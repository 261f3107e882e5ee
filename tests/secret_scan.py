"""P21 over everything: a pytest plugin that reads all output of all tests and fails the session if a secret shows.

A secret is what this process makes (access tokens of sandboxes, webhook secrets of installations), what settings are
given, the password of a database URL, what child processes are given as settings, and PLANTED.

Read is the captured output of every test, also what a test takes away from pytest to look at it; the output of child
processes; and every file below the tests' temporary directories: logs, work tables, whatever was written there. A
secret may stand in a file that only its owner can read, and where the test itself has written it.
"""

import base64
import binascii
import re
import secrets
import subprocess
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
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
_SETTING = re.compile(r"INTERSPACE_\w*(TOKEN|SECRET|DATABASE_URL)")
"""Environment variables that hold secrets."""

_PIECE = 4 * 2**20
"""Bytes of a file that are read at once."""

_OVERLAP = 2**12
"""Bytes that are read with two pieces: more than any secret has, with what stands around it."""

_PRODUCT = ("connector", "webhooks")
"""What these packages write, no test has written."""

_OTHERS = 0o077
"""The permissions of everybody but the owner."""


@dataclass
class Scanner:
    """What must not show, and where it showed all the same."""

    texts: set[str] = field(default_factory=lambda: set(PLANTED))
    """Looked for wherever they stand."""
    words: set[str] = field(default_factory=set)
    """Looked for as whole words: there are thousands of them, and this way each text is read once."""
    leaks: dict[str, str] = field(default_factory=dict)
    """Where → the beginning of what was found there."""

    def know(self, secret: str) -> None:
        """``secret`` must not show. Of a URL it is the password."""
        if "://" in secret:
            match = _PASSWORD.search(secret)
            secret = match[1] if match else ""
        for line in secret.splitlines():
            word = line.strip()
            if len(word) >= _GENERATED and _WORD.fullmatch(word):
                self.words.add(word)
            elif len(word) >= _SHORTEST:
                self.texts.add(word)

    def know_settings(self, environment: Mapping[str, str]) -> None:
        """The secrets among these settings must not show."""
        for name, value in environment.items():
            if _SETTING.fullmatch(name):
                self.know(value)

    def look(self, text: str, where: str, allowed: Collection[str] = ()) -> None:
        """Read ``text``, which was found at ``where`` and may hold the ``allowed`` secrets."""
        for secret in self.leaks_in(text):
            if secret not in allowed:
                self.leaks.setdefault(where, f"{secret[:6]}…")

    def leaks_in(self, text: str) -> Iterator[str]:
        """The secrets in ``text``."""
        yield from (secret for secret in self.texts if secret in text)
        if self.words:
            yield from (word for word in _WORD.findall(text) if word in self.words)
        for pair in _BASIC.findall(text):
            yield from self.leaks_in(_decoded(pair))


def _decoded(pair: str) -> str:
    try:
        return base64.b64decode(pair, validate=True).decode("utf-8", "replace")
    except binascii.Error:
        return ""


def _pieces(path: Path) -> Iterator[str]:
    """What the file holds, however large it is; the end of each piece is the beginning of the next one."""
    with path.open("rb") as file:
        end = b""
        while piece := file.read(_PIECE):
            yield as_text(end + piece)
            end = piece[-_OVERLAP:]


def as_text(output: object) -> str:
    """What a process or a capture gave, as text."""
    return output.decode("utf-8", "replace") if isinstance(output, bytes) else str(output or "")


class SecretScan:
    """The plugin: learns of secrets where they come into being, reads output where it is captured."""

    def __init__(self) -> None:
        self.scanner = Scanner()
        self.test = "before the first test"
        self.written: dict[Path, list[str]] = {}
        """What tests have written to files themselves."""

    def listen(self, directory: Path) -> Iterator[None]:
        """Until the iterator goes on, secrets and outputs pass by here, and what tests write below ``directory``."""
        with pytest.MonkeyPatch.context() as patch:
            for name in ("token_hex", "token_urlsafe"):
                patch.setattr(secrets, name, self._making(getattr(secrets, name)))
            patch.setattr(SecretStr, "__init__", self._keeping(SecretStr.__init__))
            patch.setattr(pytest.CaptureFixture, "readouterr", self._taking(pytest.CaptureFixture.readouterr))
            patch.setattr(subprocess.Popen, "__init__", self._starting(subprocess.Popen.__init__))
            patch.setattr(subprocess.Popen, "communicate", self._ending(subprocess.Popen.communicate))
            for name in ("write_text", "write_bytes"):
                patch.setattr(Path, name, self._writing(getattr(Path, name), directory.resolve()))
            yield

    def look_at_files(self, directory: Path) -> None:
        """What tests and their processes have left there."""
        for path in directory.resolve().rglob("*"):
            if path.is_file() and not path.is_symlink() and path.stat().st_mode & _OTHERS:
                where = f"{path.relative_to(directory.resolve())}"
                allowed = {secret for text in self.written.get(path, ()) for secret in self.scanner.leaks_in(text)}
                for piece in _pieces(path):
                    self.scanner.look(piece, where, allowed)

    @pytest.hookimpl
    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.test = nodeid

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for title, text in report.sections:
            self.scanner.look(text, f"{report.nodeid}: {title}")

    @pytest.hookimpl
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
        if output is not None:  # one of several processes of pytest-xdist
            output["leaks"] = self.scanner.leaks
        elif self.scanner.leaks and exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A process of pytest-xdist has ended."""
        self.scanner.leaks.update(getattr(node, "workeroutput", {}).get("leaks", {}))

    @pytest.hookimpl
    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.scanner.leaks:
            terminalreporter.section("secrets in the output (P21)", red=True)
            for where, names in sorted(self.scanner.leaks.items()):
                terminalreporter.line(f"{where}: {names}")

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

    def _starting(self, start: Any) -> Any:
        def started(process: Any, *arguments: Any, **options: Any) -> None:
            self.scanner.know_settings(options.get("env") or {})
            start(process, *arguments, **options)

        return started

    def _ending(self, end: Any) -> Any:
        def ended(process: Any, *arguments: Any, **options: Any) -> Any:
            outputs = end(process, *arguments, **options)
            self._look(outputs)
            return outputs

        return ended

    def _writing(self, write: Any, directory: Path) -> Any:
        def written(path: Path, data: Any, *arguments: Any, **options: Any) -> Any:
            writer: str = sys._getframe(1).f_globals["__name__"]
            place = path.resolve()
            if writer.partition(".")[0] not in _PRODUCT and place.is_relative_to(directory):
                self.written.setdefault(place, []).append(as_text(data))
            return write(path, data, *arguments, **options)

        return written

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
    directory = tmp_path_factory.getbasetemp()
    listening = plugin.listen(directory)
    next(listening)
    yield plugin.scanner
    next(listening, None)
    plugin.look_at_files(directory)
