"""Documents for customers: milliseconds and kilobytes of one (``python -m tests.benchmarks.bench_documents``)."""

import time
from collections.abc import Callable
from statistics import median

from connector.documents.matrix import matrix_document
from connector.documents.render import pdf
from connector.domain.document import Document
from connector.policy.letterhead import shipped_letterhead
from tests.benchmarks.report import Row, show
from tests.builders import default_policy
from tests.unit.documents.test_render import document as rfo

_TIMES = 10


def rows(*, quick: bool = False) -> list[Row]:
    """The first document of a process loads typst and its fonts; the others are the median."""
    policy = default_policy()
    service = policy.catalogue.services[0]
    kinds: dict[str, Callable[[], Document]] = {
        "an RFO": rfo,
        "an escalation matrix": lambda: matrix_document(policy, service, policy.ladder(service.id)),
    }
    began = time.perf_counter()
    pdf(rfo(), shipped_letterhead())
    found = [Row(figure="documents: the first one of a process", measured=_ms(began), unit="ms")]
    for name, make in kinds.items():
        times, content = list[float](), b""
        for _ in range(3 if quick else _TIMES):
            began = time.perf_counter()
            content = pdf(make(), shipped_letterhead())
            times.append(_ms(began))
        found.append(Row(figure=f"documents: {name}", measured=median(times), unit="ms"))
        found.append(Row(figure=f"documents: {name}, size", measured=len(content) / 1000, unit="kB"))
    return found


def _ms(began: float) -> float:
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    show(rows())
