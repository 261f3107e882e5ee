"""The clients of both helpdesks, so that one test can hold for each."""

import traceback
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest
import responses

from connector.helpdesks.errors import HelpdeskError
from connector.helpdesks.http import EndpointPauses
from connector.helpdesks.jira import client as jira
from connector.helpdesks.jira.client import JiraClient
from connector.helpdesks.zammad import client as zammad
from connector.helpdesks.zammad.client import ZammadClient

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
URL = "https://support.example.com"
TOKEN = "pssst-this-is-the-token"
USER = "bot@isp.example"
BASIC = b64encode(f"{USER}:{TOKEN}".encode()).decode()


class Side(NamedTuple):
    """One helpdesk's client, and how it asks for a ticket."""

    title: str
    client: Callable[..., ZammadClient | JiraClient]
    """From the address, the token and an adapter, each of which may be left out."""
    path: str
    """The ticket for the client."""
    api: str
    """The ticket below the address."""
    authorization: str
    read_timeout: float
    reason: Callable[[str], Any]
    """The body of an error that says so."""

    @property
    def ticket(self) -> str:
        """The ticket's whole address."""
        return f"{URL}{self.api}"

    def failed(self, trouble: Exception | None = None, **answer: Any) -> HelpdeskError:
        """The error of a GET that meets such trouble or is answered so."""
        with responses.RequestsMock() as helpdesk:
            helpdesk.get(self.ticket, **({"body": trouble} if trouble else answer))
            with pytest.raises(HelpdeskError) as caught:
                self.client().get(self.path)
        return caught.value


def everything_printed(error: BaseException) -> str:
    """The traceback with all causes, and each exception's own representation."""
    lines = traceback.format_exception(error)
    seen: BaseException | None = error
    while seen is not None:
        lines += [repr(seen), str(seen), repr(seen.args)]
        seen = seen.__cause__ or seen.__context__
    return "\n".join(lines)


def zammad_client(url: str = URL, token: str = TOKEN, **options: Any) -> ZammadClient:
    """With a token."""
    return ZammadClient(url, token, lambda: NOW, **options)


def jira_client(
    url: str = URL, token: str = TOKEN, user: str | None = USER, pauses: EndpointPauses | None = None, **options: Any
) -> JiraClient:
    """As an account of Cloud; on Data Center without a ``user``."""
    return JiraClient(jira.Connection(url, user, token, **options), lambda: NOW, pauses or EndpointPauses())


ZAMMAD = Side(
    "Zammad",
    zammad_client,
    "tickets/7",
    "/api/v1/tickets/7",
    f"Token token={TOKEN}",
    zammad.READ_TIMEOUT,
    lambda said: {"error": said, "error_human": said},
)
JIRA = Side(
    "Jira",
    jira_client,
    "api/2/issue/7",
    "/rest/api/2/issue/7",
    f"Basic {BASIC}",
    jira.READ_TIMEOUT,
    lambda said: {"errorMessages": [said]},
)
