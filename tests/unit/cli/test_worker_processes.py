"""How many worker processes ``run`` starts, and what each may do."""

import pytest

from connector.cli.service import asked_at, workers
from connector.settings import Settings


@pytest.mark.parametrize(
    ("processes", "cores", "threads"),
    [
        (None, 1, [4]),
        (None, 2, [4]),
        (None, 3, [2, 2]),
        (None, 4, [2, 1, 1]),
        (None, 64, [1, 1, 1, 1]),
        (2, 64, [2, 2]),
        (8, 1, [1, 1, 1, 1]),
    ],
)
def test_they_share_threads_and_rate(processes: int | None, cores: int, threads: list[int]) -> None:
    parts = workers(Settings(worker_processes=processes), ["desk"], cores)

    assert [int(part.environment["INTERSPACE_WORKER_THREADS"]) for part in parts] == threads
    assert sum(float(part.environment["INTERSPACE_WORKER_RATE"]) for part in parts) == pytest.approx(200)
    assert len({part.name for part in parts}) == len(parts)


def test_each_shows_its_figures_on_a_port_of_its_own() -> None:
    parts = workers(Settings(worker_processes=2, worker_metrics_port=9000), ["one", "two"], 1)

    ports = [part.environment["INTERSPACE_WORKER_METRICS_PORT"] for part in parts]
    assert ports == ["9000", "9001", "9002", "9003"]
    assert [part.command[-1] for part in parts] == ["one", "one", "two", "two"]


@pytest.mark.parametrize(
    ("listens", "asked"),
    [("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("192.0.2.7", "192.0.2.7"), ("2001:db8::1", "[2001:db8::1]")],
)
def test_the_receiver_is_asked_where_it_listens(listens: str, asked: str) -> None:
    assert asked_at(listens, Settings(port=8080)) == f"http://{asked}:8080/healthz"
