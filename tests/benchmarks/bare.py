"""What the helpdesk and the machine allow: the connector's own requests, sent by threads that do nothing else."""

import http.client
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import local
from urllib.parse import urlsplit

from tests.benchmarks.sandbox_process import Sent


def tickets_per_second(url: str, recorded: Mapping[str, Sequence[Sent]], fresh: Sequence[str], threads: int) -> float:
    """Sends what was sent for each recorded ticket once more, in its order, for a fresh ticket instead.

    Raises RuntimeError if an answer is no success.
    """
    address, kept = urlsplit(url), local()

    def send_all(old: str, new: str) -> None:
        if not hasattr(kept, "connection"):
            kept.connection = http.client.HTTPConnection(address.hostname or "", address.port)
        for method, target, headers, body in recorded[old]:
            kept.connection.request(method, target.replace(f"/{old}", f"/{new}", 1), body or None, headers)
            answer = kept.connection.getresponse()
            answer.read()
            if answer.status >= 300:
                raise RuntimeError(f"the sandbox answered {answer.status} to {method} {target}")

    pairs = list(zip(recorded, fresh, strict=False))
    with ThreadPoolExecutor(threads) as pool:
        began = time.perf_counter()
        list(pool.map(lambda pair: send_all(*pair), pairs))
        return len(pairs) / (time.perf_counter() - began)
