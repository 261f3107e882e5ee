"""A customer before the pages, as they stand in a panel, and who is behind them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import FilePayload, Page

from connector.domain.vocabulary import Actor
from connector.sandbox.stage import Person, Stage
from tests.browser.conftest import served
from tests.builders import T0, default_policy
from tests.panels import LINKS, Counter, token
from tests.promises.conftest import open_stage

NIGHT = datetime.fromisoformat("2026-11-23T21:00+00:00")
"""A Monday, 22:00 in Berlin: outside working hours."""


class Desk(NamedTuple):
    """A receiver with pages, and who is behind it."""

    stage: Stage
    counter: Counter
    url: str
    agent: Person
    customer: Person

    def address(self, service: str | None = "SVC-1001", path: str = "", **claims: Any) -> str:
        """What a panel opens for Bob of Acme Logistics, whose services are in Berlin and Frankfurt."""
        said = {"org": "acme", "sub": "bob", "name": "Bob Baker", "email": "bob@acme.example", **claims}
        query = f"?service={service}" if service else ""
        return f"{self.url}/form/{path}{query}#{token(self.stage.clock(), **said)}"

    def ticket_of(self, page: Page) -> str:
        """The id of the ticket whose number the page tells."""
        button = page.locator("form:has(button:text-is('Open the ticket'))")
        return str(button.get_attribute("action")).rpartition("/")[2]


@contextmanager
def desk_at(folder: Path, start: datetime = T0, **counter: Any) -> Iterator[Desk]:
    policy = default_policy().model_copy(update={"links": LINKS})
    with open_stage(f"sqlite:///{folder / 'work.sqlite3'}", start, policy=policy) as stage:
        made = Counter(stage, **counter)
        agent = stage.person("grace@interspace.example", Actor.AGENT, name="Grace Hopper")
        customer = stage.person("bob@acme.example", organization="Acme Logistics", name="Bob Baker")
        with served(made.app()) as url:
            yield Desk(stage, made, url, agent, customer)


def fill(page: Page, **other: str) -> None:
    """What has to be filled in, in the time zone that is offered first."""
    page.fill("#title", other.get("title", "No traffic, both ports down"))
    page.fill("#start-day", "2026-11-23")
    page.fill("#start-time", other.get("time", "10:40"))
    page.check(f"input[name=impact][value={other.get('impact', 'service_affecting')}]")


def attach(page: Page, name: str, content: bytes, kind: str) -> None:
    page.set_input_files("#files", FilePayload(name=name, mimeType=kind, buffer=content))


def send(page: Page) -> None:
    page.get_by_role("button", name="Send report").last.click()


def fits(page: Page) -> bool:
    """Nothing of it stands out at the right."""
    wide: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("body *")]
            .filter(each => each.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
            .map(each => each.outerHTML.slice(0, 100))"""
    )
    return not wide
