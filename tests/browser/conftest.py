"""A browser for tests of pages. They are slow tests: ``make test-slow`` opens it, and without one they are skipped,
except in a gate (``CI``), where that is a failure."""

import logging
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright
from werkzeug.serving import make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
_HERE = Path(__file__).parent

PHONE = {"width": 320, "height": 640}
"""The narrowest window that WCAG 2.2 wants a page to fit in (1.4.10), in CSS pixels."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here opens a browser."""
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker("browser")
            item.add_marker("slow")


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The system's chromium, one process for all tests of this folder.

    Not longer: while Playwright's blocking interface is open, nothing else in this thread may run an event loop.
    """
    path = next((found for name in _CHROMIUM if (found := shutil.which(name))), None)
    if path is None:
        told = f"there is no browser: none of {', '.join(_CHROMIUM)} is installed (Debian: apt-get install chromium)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(told)
    with sync_playwright() as playwright:
        # Containers have neither the kernel's sandbox for root nor a large /dev/shm.
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield browser
        browser.close()


Opener = Callable[..., Page]


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Opener]:
    """Opens an empty page in a browser session of its own; arguments are those of Playwright's ``new_context``.

    At the end a test fails in which a page wrote an error to the console, a policy of its own blocked something, or
    anything outside this machine was asked for.
    """
    complaints: list[str] = []
    opened: list[BrowserContext] = []

    def said(message: ConsoleMessage) -> None:
        # An answer of 4xx to a form is a page, not a mistake of one.
        if message.type == "error" and "Failed to load resource" not in message.text:
            complaints.append(message.text)

    def asked(request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1", "http://localhost", "data:", "blob:", "about:")):
            complaints.append(f"{request.url} was asked for")

    def make(**options: Any) -> Page:
        context = chromium.new_context(**{"locale": "en-GB", "timezone_id": "Europe/Berlin", **options})
        opened.append(context)
        page = context.new_page()
        page.on("console", said)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", asked)
        return page

    yield make
    for context in opened:
        context.close()
    assert complaints == []


@contextmanager
def served(app: "WSGIApplication", port: int = 0) -> Iterator[str]:
    """The application on a free port of this machine; its address."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with ExitStack() as ending:
        server = make_server("127.0.0.1", port, app, threaded=True)
        ending.callback(server.server_close)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        ending.callback(thread.join)
        ending.callback(server.shutdown)
        yield f"http://127.0.0.1:{server.server_port}"


def screenshot(page: Page, name: str) -> None:
    """Keeps how the page looks, for people, where ``INTERSPACE_TEST_SCREENSHOTS`` names a folder."""
    if folder := os.environ.get("INTERSPACE_TEST_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
