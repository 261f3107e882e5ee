"""What the product has counted in this process, as Prometheus would read it."""

from collections.abc import Mapping

from prometheus_client.parser import text_string_to_metric_families

from connector import metrics
from connector.work.figures import WorkTableRows

Sample = tuple[str, frozenset[tuple[str, str]]]


def no_rows() -> WorkTableRows:
    """A work table without rows: only what was counted shows."""
    return WorkTableRows(dict)


def figures(text: bytes) -> dict[Sample, float]:
    """Every sample of an exposition."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def total(name: str, **labels: str) -> float:
    """What has been counted under this name with exactly these labels."""
    return _now().get(_sample(name, labels), 0.0)


class Counted:
    """What has been counted since this was made. The figures are one for the whole process."""

    def __init__(self) -> None:
        self._before = _now()

    def __call__(self, name: str, **labels: str) -> float:
        return total(name, **labels) - self._before.get(_sample(name, labels), 0.0)


def _now() -> dict[Sample, float]:
    return figures(metrics.exposition(no_rows()))


def _sample(name: str, labels: Mapping[str, str]) -> Sample:
    return f"interspace_{name}", frozenset(labels.items())
