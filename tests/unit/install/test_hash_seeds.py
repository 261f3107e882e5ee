"""``apply`` is another process than ``plan``, with another order of sets: it still carries out what was reviewed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[3]
_PLANS = {
    "zammad": "tests.unit.helpdesks.zammad.install.bench import new_bench",
    "jira": "tests.unit.helpdesks.jira.install.bench import new_bench",
}


@pytest.mark.slow
@pytest.mark.parametrize("helpdesk", _PLANS)
def test_the_checksum_of_a_plan_is_that_of_every_process(helpdesk: str) -> None:
    code = (
        f"from {_PLANS[helpdesk]}; from connector.sandbox.clock import SteppedClock; from tests.builders import T0; "
        "print(new_bench(SteppedClock(T0)).plan().checksum)"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=_ROOT,
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in range(4)
    ]
    told = {process.communicate()[0].strip() for process in running}

    assert len(told) == 1
    assert told != {""}
