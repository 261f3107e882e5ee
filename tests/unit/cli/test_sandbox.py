"""``interspace sandbox``: the five commands of the README, in their order, on a helpdesk that was not there before."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.ports import free_port
from tests.unit.cli.conftest import Run
from tests.waiting import PATIENCE_S, wait_until

pytestmark = [pytest.mark.process, pytest.mark.slow]

MAIL = (
    "Our line is dead.\nService ID: SVC-1005\nStart time: 2026-01-01 09:40 UTC\n"
    "Impact: service affecting\nUrgency: high\n"
)


def started(*words: str, cwd: Path, **environment: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "connector", *words]
    return subprocess.Popen(command, cwd=cwd, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def settings_of(folder: Path) -> dict[str, str]:
    """What the file says that a shell reads."""
    file = folder / "practice" / "zammad" / "practice.env"
    wait_until(lambda: file.exists() and file.read_text().count("\n") > 5, "the sandbox has said where it is")
    settings = (line for line in file.read_text().splitlines() if line.startswith("export INTERSPACE_"))
    lines = (line.removeprefix("export ").partition("=") for line in settings)
    return {name: value.strip("'") for name, _, value in lines}


def test_an_installation_is_practised_from_nothing_to_a_level(run: Run, tmp_path: Path) -> None:
    port, receiver = free_port(), free_port()
    bare = {name: value for name, value in os.environ.items() if not name.startswith("INTERSPACE_")}
    sandbox = started("sandbox", "zammad", "--port", str(port), cwd=tmp_path, **bare)
    page = f"http://127.0.0.1:{port}/practice/"
    work = None
    try:
        held = settings_of(tmp_path)
        held |= {"INTERSPACE_RECEIVER_URL": f"http://127.0.0.1:{receiver}", "INTERSPACE_PORT": str(receiver)}
        held["INTERSPACE_OPS_URL"] = held["INTERSPACE_OPS_URL"].replace(":8080/", f":{receiver}/")
        wait_until(lambda: requests.get(page, timeout=30).ok, "its page answers")
        assert run("init", "zammad", **held).returncode == 0
        assert run("install", "apply", "zammad", **held).returncode == 0
        work = started("run", cwd=tmp_path, **bare, **held)
        wait_until(lambda: run("status", **held).stdout.startswith("All is well."), "the connector works")
        requests.post(f"{page}new", data={"subject": "Line dead", "body": MAIL}, timeout=30)
        wait_until(lambda: ">P1 critical<" in requests.get(page, timeout=30).text, "the rules have seen the ticket")
        requests.post(f"{page}clock", data={"step": "+1 h"}, timeout=30)
        wait_until(lambda: "Escalation level 2" in requests.get(f"{page}1", timeout=30).text, "level 2")
        told = json.loads(run("explain", "#41001", "--json", **held).stdout)
        assert told["ticket"]["fields"]["escalation_level"] == 2
        note = requests.get(f"{page}1", timeout=30).text
        leads = re.search(rf"http://127\.0\.0\.1:{receiver}/ops/zammad/1\?key=[\w-]+", note)
        assert leads is not None, "an internal note leads to what every rule says"
        assert "What each rule sees and decides" in requests.get(leads[0], timeout=30).text
    finally:
        for process in (work, sandbox):
            if process is not None:
                process.terminate()
                process.wait(PATIENCE_S)
