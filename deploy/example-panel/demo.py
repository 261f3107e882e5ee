"""``make demo-panel``: the example panel, the form in it, and the rules at work on a sandbox helpdesk, in real time.

The ticket is made by the real receiver, work table and worker; ten seconds later somebody of support answers, and the
answer is in the panel. Nothing outside this machine is touched; Ctrl-C ends it all.
"""

import argparse
import logging
import secrets
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

from panel import serve
from werkzeug.serving import make_server

from connector.domain.vocabulary import Actor
from connector.helpdesks import registry
from connector.intake.panels import Panel
from connector.logs import configure
from connector.policy.load import load_policy
from connector.receiver import Receiver, Reports, create_app
from connector.sandbox.stage import Person, Stage
from connector.settings import Settings
from connector.work.accepting import Accepting

ANSWER = "We see it on our side and have sent an engineer. The next update comes within the hour."
ANSWERS_AFTER = timedelta(seconds=10)
_TURN_S = 0.3


def reports_on(stage: Stage, panel: Panel) -> Reports:
    """What the form takes, as the settings would put it together."""
    return Reports(
        panels=lambda: (panel,),
        policy=lambda: stage.policy,
        now=stage.clock,
        helpdesks=(stage.house.name,),
        open_desk=lambda name: stage.desk,
        accepting=Accepting(stage.table.submissions),
        find=stage.table.submissions.find,
        use_once=stage.table.submissions.use_once,
    )


def receiver_of(stage: Stage) -> Receiver:
    """The receiver on the stage's work table."""
    return Receiver([], touch=stage.commits.touch, now=stage.clock, counts=stage.table.counts)


def work(stage: Stage, agent: Person) -> None:
    """For ever: the sandbox's clock goes with that of this machine, and support answers each new ticket once."""
    seen: dict[str, datetime] = {}
    while True:
        stage.advance_to(max(stage.clock(), datetime.now(UTC)))
        for ticket in stage.house.tickets():
            first = seen.setdefault(ticket, stage.clock())
            if first <= stage.clock() - ANSWERS_AFTER:
                seen[ticket] = datetime.max.replace(tzinfo=UTC)
                agent.replies(ticket, ANSWER)
        time.sleep(_TURN_S)


def main() -> None:
    """Until Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=9000, help="of the panel; 0: any that is free")
    options = parser.parse_args()
    shipped = Settings()
    configure(shipped.model_copy(update={"log_level": "warning"}))
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    house = registry.plugins()[0].houses[0]
    secret = secrets.token_urlsafe(32)
    with ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="interspace-panel-")))
        policy = load_policy(shipped.policy, shipped.services)
        stage = ending.enter_context(Stage(policy, house.open, f"sqlite:///{folder / 'work'}", datetime.now(UTC)))
        # The helpdesk knows the company, as it does once a service is activated.
        stage.person("frank@acme.example", organization="Acme Logistics", name="Frank Acme")
        agent = stage.person("grace@interspace.example", Actor.AGENT, name="Grace Hopper")
        support = make_server("127.0.0.1", 0, create_app(receiver_of(stage)), threaded=True)
        panel_server = serve(f"http://127.0.0.1:{support.server_port}", secret, options.port)
        origin = f"http://127.0.0.1:{panel_server.server_port}"
        panel = Panel(name="my-interspace", secret_file=folder, origins=(origin,), secrets=(secret.encode(),))
        # Each has to know the other's address: the form is there before its panel has one.
        support.app = create_app(replace(receiver_of(stage), reports=reports_on(stage, panel)))
        Thread(target=support.serve_forever, daemon=True).start()
        Thread(target=work, args=(stage, agent), daemon=True).start()
        print(f"The panel is at {origin}/ (a sandbox {house.title} behind it). Ctrl-C ends it.", flush=True)
        try:
            panel_server.serve_forever()
        except KeyboardInterrupt:
            print("\nAll of it has ended.")


if __name__ == "__main__":
    main()
