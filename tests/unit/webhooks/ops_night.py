"""A night on which something is wrong everywhere, for the operations page: incidents, dead letters, a pause, a sweep
that found missed webhooks, an examination with failures. Every word of the customer is one of ``SECRET_WORDS``."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from flask import Flask

from connector.settings import Settings, compose
from connector.work.errand import FULL_SWEEP
from connector.work.health import Health
from connector.work.records import PastSweep
from connector.work.table import Failed, Key
from tests.promises.conftest import COMPLETE, Cast, set_the_stage
from tests.unit.webhooks.deliveries import Ledger, receiver
from webhooks.app import create_app
from webhooks.ops import Operations
from webhooks.ops_access import Access

TOKEN = "operate-0123456789abcdef"
READ_TOKEN = "look-only-0123456789abcdef"

SECRET_WORDS = ("zephyrine", "quagmire", "bumblethorpe", "Lovelace", "ada@harbour.example")
_SAID = (
    "Our zephyrine quagmire is dead since lunch, says bumblethorpe.\nWould it make sense to escalate the zephyrine?\n"
    "Description: zephyrine quagmire dead"
)


class Night(NamedTuple):
    """The page and what is behind it."""

    app: Flask
    cast: Cast
    operations: Operations
    incident: str
    dead: str

    @property
    def key(self) -> Key:
        """The dead letter's."""
        return Key("zammad", self.dead)


def settings(folder: Path, **more: object) -> Settings:
    """Those of the receiver that serves the page."""
    values = {"zammad_url": "https://desk.example", "ops_token": TOKEN, "ops_read_token": READ_TOKEN}
    return compose({**values, "database_url": f"sqlite:///{folder / 'work.sqlite3'}", **more})


@contextmanager
def opened(folder: Path, **more: object) -> Iterator[Night]:
    """The night begins."""
    held = settings(folder, **more)
    cast = set_the_stage(held.database_url.get_secret_value())
    stage = cast.stage
    with stage:
        stage.table.touch([Key("zammad", FULL_SWEEP)], stage.clock())
        incident = cast.customer.writes("zephyrine line", COMPLETE + _SAID)
        dead = cast.customer.writes("quagmire again", COMPLETE.replace("SVC-1005", "SVC-1003"))
        stage.settle()
        # The first response of both is missed.
        stage.advance(timedelta(minutes=20))
        stage.table.touch([Key("zammad", dead)], stage.clock())
        (job,) = stage.table.claim("zammad", 1, timedelta(minutes=5))
        cause = "PUT tickets/2: answered 500: an internal error; this ticket alone breaks it"
        stage.table.fail([Failed(job, cause, None)])
        now = stage.clock()
        stage.table.pause("zammad", now + timedelta(minutes=9), "GET tickets: answered 429", "search")
        found = PastSweep(now, whole=True, listed=40, touched=3, missed=2, held="policy 5f3c would change 30 of 40")
        stage.table.records.swept("zammad", found)
        stage.table.records.examined(
            "zammad",
            [
                {"name": "address", "verdict": "ok", "seen": "answers", "do": ""},
                {"name": "webhook", "verdict": "fail", "seen": "it is switched off", "do": "Switch it on."},
            ],
        )
        told = Health("zammad", now, now, now, None, None, now + timedelta(days=90), stage.policy.version, None)
        stage.table.health.tell(told)
        access = Access(held, lambda: stage.clock().timestamp())
        operations = Operations(held, stage.table, lambda _: stage.desk, access=access)
        app = create_app(receiver(Ledger()), operations)
        yield Night(app, cast, operations, incident, dead)
