"""Senders of signed deliveries that cost the machine little: raw sockets, requests built beforehand."""

import hmac
import json
import multiprocessing
import selectors
import socket
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

SECRET = b"a secret for benchmarks only"
AVERAGE = "ms on average"
"""A latency's limit where the senders keep a number of requests in the air: their number by their rate."""
PATH = "/webhooks/zammad/main"
_PATIENCE = 5.0


@dataclass
class Result:
    """What the senders saw: seconds of work, seconds per accepted request, answers by status line."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)

    @property
    def accepted_per_second(self) -> float:
        """Answers 202 per second."""
        return self.statuses["202"] / self.seconds if self.seconds else 0.0

    @property
    def mean_ms(self) -> float:
        """Milliseconds of a request on average: so many are always in the air, so it follows from their rate."""
        return 1000 * sum(self.latencies) / len(self.latencies) if self.latencies else 0.0

    def percentile(self, share: float) -> float:
        """The latency, in milliseconds, that ``share`` of the requests stayed within."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def signed_request(ticket: int, size: int = 7_000, secret: bytes = SECRET, path: str = PATH) -> bytes:
    """One delivery as Zammad sends it (keep-alive aside), about ``size`` bytes of body."""
    people = {"active": True, "address": None, "city": "", "created_at": "2026-11-22T12:46:30.507Z", "role_ids": [1, 2]}
    fixed = {
        f"{who}_{n}": {**people, "id": n} for who in ("owner", "customer", "created_by") for n in range(size // 420)
    }
    ticket_body = {**fixed, "group_id": 1, "id": ticket, "impact": "high", "updated_at": "2026-11-22T12:51:39.378Z"}
    body = json.dumps({"ticket": ticket_body, "article": {}}, separators=(",", ":")).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: receiver\r\nUser-Agent: Zammad User Agent\r\n"
        f"X-Zammad-Trigger: benchmark\r\nX-Zammad-Delivery: e70de3e3-961a-4ff9-b31c-{ticket:012x}\r\n"
        f"Content-Type: application/json\r\nX-Hub-Signature: sha1={hmac.digest(secret, body, 'sha1').hex()}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def send(
    port: int,
    processes: int = 2,
    connections: int = 16,
    seconds: float = 3.0,
    requests: Sequence[bytes] | None = None,
) -> Result:
    """Keep ``processes`` times ``connections`` requests in the air for ``seconds``; a tenth before is warm-up.

    ``requests``: what is sent in turn, each process its share; signed deliveries if nothing is given.
    """
    context = multiprocessing.get_context("spawn")
    pipes, workers = [], []
    for number in range(processes):
        here, there = context.Pipe()
        share = requests and (requests[number::processes] or requests)
        worker = context.Process(target=_run, args=(there, port, connections, seconds, number * 100_000 + 1, share))
        worker.start()
        workers.append(worker)
        pipes.append(here)
    for pipe in pipes:
        pipe.recv()
    for pipe in pipes:
        pipe.send("go")
    total = Result()
    for pipe in pipes:
        part: Result = pipe.recv()
        total.seconds = max(total.seconds, part.seconds)
        total.latencies += part.latencies
        total.statuses += part.statuses
    for worker in workers:
        worker.join()
    return total


def _run(
    pipe: Connection, port: int, connections: int, seconds: float, first: int, given: Sequence[bytes] | None
) -> None:
    requests = list(given) if given else [signed_request(first + offset) for offset in range(1_000)]
    selector = selectors.DefaultSelector()
    for number in range(connections):
        sock = socket.create_connection(("127.0.0.1", port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(sock, selectors.EVENT_READ, [number, 0.0, b""])
    pipe.send("ready")
    pipe.recv()
    _exchange(selector, requests, seconds / 10)
    pipe.send(_exchange(selector, requests, seconds))


def _exchange(selector: selectors.BaseSelector, requests: list[bytes], seconds: float) -> Result:
    """Every connection sends the next request as soon as its answer is in; at the end all answers are awaited."""
    result, clock, index = Result(), time.perf_counter, 0
    begin = clock()
    end = begin + seconds
    waiting: set[int] = set()
    for key in selector.get_map().values():
        key.data[1] = clock()
        key.fileobj.sendall(requests[key.data[0] % len(requests)])  # type: ignore[union-attr]
        waiting.add(key.fd)
    while waiting:
        ready = selector.select(_PATIENCE)
        if not ready:
            result.statuses["no answer"] += len(waiting)
            break
        for key, _ in ready:
            sock: socket.socket = key.fileobj  # type: ignore[assignment]
            answer = sock.recv(65_536)
            key.data[2] += answer
            if answer and not _is_complete(key.data[2]):
                continue
            now = clock()
            result.statuses[key.data[2][9:12].decode() or "closed"] += 1
            key.data[2] = b""
            result.latencies.append(now - key.data[1])
            if not answer:
                selector.unregister(sock)
            if now >= end or not answer:
                waiting.discard(key.fd)
                continue
            index += 1
            key.data[1] = clock()
            sock.sendall(requests[index % len(requests)])
    result.seconds = clock() - begin
    return result


def _is_complete(answer: bytes) -> bool:
    head, found, body = answer.partition(b"\r\n\r\n")
    _, _, length = head.lower().partition(b"content-length: ")
    return bool(found) and len(body) >= int(length.split(b"\r\n", 1)[0] or 0)
