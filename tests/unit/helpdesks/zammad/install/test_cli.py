"""What ``interspace install`` says of Zammad alone, over a socket."""

from tests.unit.helpdesks.zammad.install.bench import RECEIVER, Bench
from tests.unit.install.conftest import Run


def test_what_is_said_of_zammad(run: Run, bench: Bench) -> None:
    shown = run("plan", "zammad", "--receiver-url", RECEIVER)
    applied = run("apply", "zammad", "--receiver-url", RECEIVER)
    installed = bench.names("groups")
    told = run("uninstall", "zammad")
    run("uninstall", "zammad", "--force")

    assert "ticket attribute 'impact'" in shown.stdout
    assert "Restart Zammad's background worker" in applied.stdout
    assert " stays " in told.stdout
    assert installed > bench.names("groups") == {"Users"}
