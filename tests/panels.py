"""A panel for tests: it signs tokens as an integrator's server does, and its pages stand on the receiver of a stage."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from threading import RLock
from typing import Any

import jwt
from flask import Flask

from connector.helpdesks.on_behalf import Message, Request
from connector.intake.panels import Panel
from connector.policy.links import Links
from connector.receiver import Receiver, create_app
from connector.sandbox.stage import Stage
from connector.work.accepting import Accepting
from connector.work.submissions import Submitted
from webhooks.reports import Reports
from webhooks.throttle import Throttle

SECRET = "the secret of a panel of the tests, as long as one for HS512 has to be, at least"
ORIGIN = "https://my.isp.example"
LINKS = Links("https://support.isp.example", (b"a key for links, of the tests",))
_ids = count(1)


def panel(*origins: str) -> Panel:
    """The panel, whose pages are at these origins."""
    return Panel(name="main", secret_file=Path("unread"), origins=origins or (ORIGIN,), secrets=(SECRET.encode(),))


def token(now: datetime, **claims: Any) -> str:
    """What the panel's server says of Ada of Harbour Bank, who is logged in."""
    said = {
        "aud": "interspace-form",
        "exp": int((now + timedelta(minutes=5)).timestamp()),
        "jti": f"t{next(_ids)}",
        "sub": "ada",
        "org": "harbour",
        "name": "Ada Lovelace",
        "email": "ada@harbour.example",
        "lang": "en",
    }
    return jwt.encode({**said, **claims}, SECRET, algorithm="HS256")


class Counter(Accepting):
    """The pages on a stage. One request at a time: the stage has one clock and no threads of its own."""

    def __init__(self, stage: Stage, *origins: str, settles: bool = True) -> None:
        """``settles=False``: nothing reaches the helpdesk until :meth:`Stage.settle`."""
        super().__init__(stage.table.submissions)
        self.panel = panel(*origins)
        self.stage = stage
        self.lock = RLock()
        self.settles = settles

    @property
    def reports(self) -> Reports:
        """What the pages take."""
        return Reports(
            panels=lambda: (self.panel,),
            policy=lambda: self.stage.policy,
            now=self.stage.clock,
            helpdesks=(self.stage.house.name,),
            open_desk=lambda name: self.stage.desk,
            accepting=self,
            find=self.stage.table.submissions.find,
            use_once=self.stage.table.submissions.use_once,
            throttle=Throttle(per_panel=0, per_person=0),
        )

    def app(self) -> Flask:
        """The receiver with the pages."""
        receiver = Receiver([], touch=self.stage.commits.touch, now=self.stage.clock, counts=self.stage.table.counts)
        return create_app(replace(receiver, reports=self.reports, links=LINKS))

    def submit(self, helpdesk: str, content: Request | Message, digest: str, patience: timedelta) -> Submitted:
        """As :meth:`connector.work.accepting.Accepting.submit`, with the stage at work instead of a wait."""
        with self.lock:
            kept = self.stage.table.submissions.accept(helpdesk, content, digest)
            if self.settles:
                self.stage.settle()
            found = self.stage.table.submissions.find(helpdesk, content.key)
            assert found is not None
            return found._replace(was_there=kept.was_there)
