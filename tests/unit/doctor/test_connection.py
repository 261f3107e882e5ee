"""Address and certificate, against real sockets."""

import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import which
from threading import Thread

import pytest

from connector.doctor.connection import certificate, tls
from connector.doctor.finding import CheckStatus
from connector.helpdesks.zammad.doctor.checks import zammad_answers
from connector.helpdesks.zammad.doctor.context import Context
from connector.ports import is_this_machine
from connector.settings import compose

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "verdict"), [(-1, CheckStatus.FAIL), (0, CheckStatus.FAIL), (20, CheckStatus.WARN), (90, CheckStatus.OK)]
)
def test_the_end_of_a_certificate(days: int, verdict: CheckStatus) -> None:
    assert certificate(NOW + timedelta(days=days), NOW).verdict is verdict


@pytest.mark.parametrize(
    ("host", "expected"),
    [("localhost", True), ("127.0.0.1", True), ("::1", True), ("10.0.0.1", False), ("zammad.example", False)],
)
def test_who_is_this_machine(host: str, expected: bool) -> None:
    assert is_this_machine(host) is expected


class Answers(BaseHTTPRequestHandler):
    """Something that answers like a Zammad at the root, and otherwise not."""

    def do_GET(self) -> None:
        if self.path.startswith("/moved"):
            self.send_response(301)
            self.send_header("Location", "https://elsewhere.example/")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = b'{"error": "Authentication required"}' if self.path.startswith("/api/") else b"<h1>It works</h1>"
        self.send_response(403 if self.path.startswith("/api/") else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serving(secured: ssl.SSLContext | None = None) -> Iterator[str]:
    """The address of a server on a free port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    if secured is not None:
        server.socket = secured.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"{'https' if secured else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def context(url: str, ca_file: Path | None = None) -> Context:
    return Context(compose({"zammad_url": url, "zammad_ca_file": ca_file}))


def test_an_address_is_a_zammad_or_it_is_not() -> None:
    with serving() as url:
        assert zammad_answers(context(url)).verdict is CheckStatus.OK
        other = zammad_answers(context(f"{url}/intranet"))
        moved = zammad_answers(context(f"{url}/moved"))
    gone = zammad_answers(context(url))

    assert (other.verdict, moved.verdict, gone.verdict) == (CheckStatus.FAIL,) * 3
    assert "not like a Zammad" in other.text
    assert "without /intranet" in other.do
    assert "https://elsewhere.example/" in moved.text
    assert "no answer" in gone.text


def test_without_tls_only_this_machine_is_safe() -> None:
    assert tls(context("http://127.0.0.1:3000")).verdict is CheckStatus.OK
    assert tls(context("http://zammad.example")).verdict is CheckStatus.WARN


def test_a_port_without_tls_is_no_matter_of_its_certificate() -> None:
    with serving() as url:
        secured = context(url.replace("http://", "https://"))
        found = (zammad_answers(secured), tls(secured))

    for seen in found:
        assert seen.verdict is CheckStatus.FAIL
        assert "certificate" not in seen.do
        assert "INTERSPACE_ZAMMAD_URL" in seen.do


@pytest.mark.skipif(which("openssl") is None, reason="openssl makes the certificate for this test")
@pytest.mark.parametrize(("days", "verdict"), [(90, CheckStatus.OK), (5, CheckStatus.WARN)])
def test_a_certificate_is_looked_at(tmp_path: Path, days: int, verdict: CheckStatus) -> None:
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(cert)]
    command += ["-days", str(days), "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(command, check=True, capture_output=True)
    secured = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secured.load_cert_chain(cert, key)

    with serving(secured) as url:
        trusted, untrusted = tls(context(url, cert)), tls(context(url))
        answers, refused = zammad_answers(context(url, cert)), zammad_answers(context(url))

    assert trusted.verdict is verdict
    assert "certificate good until" in trusted.text
    assert answers.verdict is CheckStatus.OK
    assert (untrusted.verdict, refused.verdict) == (CheckStatus.FAIL, CheckStatus.FAIL)
    assert "TLS failed" in refused.text
    assert "INTERSPACE_ZAMMAD_CA_FILE" in refused.do
