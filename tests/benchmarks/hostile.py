"""Requests that are made to hurt a receiver, each as the holder of a hook's secret could send it."""

import gzip
import hmac
from typing import NamedTuple

from tests.benchmarks.senders import PATH, SECRET

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: receiver\r\n\r\n"
CHUNK = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
"""A part of a body that announces no length."""


class Sender(NamedTuple):
    """Who signs, where and how."""

    path: str
    method: str

    def head(self, *lines: str) -> bytes:
        """The beginning of a request up to its body, with these further headers."""
        first = (f"POST {self.path} HTTP/1.1", "Host: receiver", "Content-Type: application/json")
        return "\r\n".join((*first, *lines, "", "")).encode()

    def signed(self, body: bytes, *lines: str) -> bytes:
        """A whole request with a valid signature."""
        signature = f"X-Hub-Signature: {self.method}={hmac.digest(SECRET, body, self.method).hex()}"
        return self.head(f"Content-Length: {len(body)}", signature, *lines) + body

    def huge(self) -> bytes:
        """The beginning of ten gigabytes, as they are announced."""
        return self.head("Content-Length: 10000000000") + bytes(2**20)

    def endless(self) -> bytes:
        """The head of a body without a length, to be followed by one ``CHUNK`` after the other."""
        return self.head("Transfer-Encoding: chunked")

    def bomb(self) -> bytes:
        """Two hundred megabytes of nothing, compressed a thousand times."""
        return self.signed(zeros(200), "Content-Encoding: gzip")

    def nested(self, size: int) -> bytes:
        """Lists in lists, so many bytes of them."""
        return self.signed(b"[" * size)

    def beginnings(self) -> tuple[bytes, bytes]:
        """How a slow sender begins: one that never finishes its headers, one that never finishes its body."""
        return b"POST /webhooks/", self.head("Content-Length: 1000")


ZAMMAD = Sender(PATH, "sha1")
JIRA = Sender("/webhooks/jira/main", "sha256")


def zeros(mebibytes: int) -> bytes:
    """So much of nothing, compressed."""
    return gzip.compress(bytes(mebibytes * 2**20), compresslevel=1)
