"""What has to be known of a Jira before a ticket can be read: its flavour, who we are, and the ids of the fields.

Asked once with the ``jira`` package, whose calls for this are sound, on our own connection: with our time-outs, without
its retries, redirects, cookies and .netrc.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import requests

from connector.domain.labels import LABELS, Labels
from connector.helpdesks.answer import parsed
from connector.helpdesks.errors import HelpdeskError, PermanentError, TransientError, UnavailableError
from connector.helpdesks.jira.answer import StatusRow
from connector.helpdesks.jira.client import TIMEOUT, Connection, error_of
from connector.helpdesks.jira.flavour import Flavour, flavour_of
from connector.helpdesks.jira.mapping import FIELD_ID, JiraMapping

if TYPE_CHECKING:
    from jira import JIRA

T = TypeVar("T")

_ORGANIZATIONS = "com.atlassian.servicedesk:sd-customer-organizations"


class FieldIds(NamedTuple):
    """Where the canonical fields are in this Jira."""

    ids: Mapping[str, str]
    """Field, ``group`` among them → id."""
    fields: Mapping[str, str]
    """Id → field."""
    named: Mapping[str, str]
    """Name of a custom field → field. Changelogs of Data Center tell only names."""
    organizations: str | None
    """The id of the field with the customer's organizations, if this is a Service Management."""
    labels: Labels
    """What Jira's screens call fields and values."""


class Bot(NamedTuple):
    """The user whose token the connector holds."""

    id: str
    zone: ZoneInfo
    """The zone in which Jira reads this user's searches."""
    is_customer: bool = False
    """Whether the portal alone is open to it."""


class Site:
    """One Jira. Every property asks once; what fails is asked again the next time."""

    def __init__(self, connection: Connection, mapping: JiraMapping, clock: Callable[[], datetime]) -> None:
        self.connection = connection
        self._mapping = mapping
        self._clock = clock

    @cached_property
    def flavour(self) -> Flavour:
        """Cloud or Data Center."""
        info = self.ask("serverInfo", lambda jira: jira.server_info())
        return flavour_of(info.get("deploymentType"))

    @cached_property
    def bot(self) -> Bot:
        """Who we are."""
        return self.bot_now()

    def bot_now(self) -> Bot:
        """The same, asked anew: an admin may have moved the user to another time zone."""
        user = self.ask("myself", lambda jira: jira.myself())
        identity, zone = user.get(self.flavour.user_id), user.get("timeZone")
        if not isinstance(identity, str) or not identity:
            raise UnavailableError(f"Jira GET myself: the answer holds no {self.flavour.user_id}")
        try:
            return Bot(identity, ZoneInfo(str(zone)), is_customer(user))
        except (ValueError, OSError, KeyError) as error:
            raise UnavailableError(f"Jira GET myself: {zone!r} is no time zone") from error

    @cached_property
    def fields(self) -> FieldIds:
        """The custom fields by the names of the mapping. Raises UnavailableError that names all that are missing."""
        return field_ids(self._mapping, self.ask("field", lambda jira: jira.fields()))

    @cached_property
    def project_id(self) -> str:
        """The id of the service project, which outlives its key."""
        key = self._mapping.project
        return str(self.ask(f"project/{key}", lambda jira: jira.project(key)).id)

    @cached_property
    def statuses(self) -> Mapping[str, StatusRow]:
        """All statuses by their ids."""
        rows = self.ask("status", lambda jira: [status.raw for status in jira.statuses()])
        return {row.id: row for row in (parsed(StatusRow, raw, "GET status") for raw in rows)}

    @cached_property
    def priorities(self) -> Mapping[str, str]:
        """The names of all priorities by their ids."""
        return self.ask("priority", lambda jira: {str(row.id): str(row.name) for row in jira.priorities()})

    def ask(self, what: str, call: Callable[["JIRA"], T]) -> T:
        """A call of the ``jira`` package. Its errors become ours; nothing of this is a ticket's fault.

        :raises UnavailableError: without the answer no ticket can be worked.
        """
        failure: HelpdeskError
        try:
            return call(self.package)
        except requests.exceptions.TooManyRedirects:
            failure = UnavailableError(
                f"Jira {what}: answered with a redirect, which is not followed; check the address"
            )
        except (ValueError, RecursionError):
            failure = UnavailableError(f"Jira {what}: answered with what is not JSON")
        except OSError as error:
            failure = self.connection.no_answer(f"Jira {what}", error)
        except Exception as error:  # noqa: BLE001 - the package raises bare exceptions of its own
            # Theirs holds whole answers with their headers: it is left behind.
            failure = self._translated(what, error)
        raise failure

    @cached_property
    def package(self) -> "JIRA":
        """The ``jira`` package on our connection. For start-up and administration, never for a ticket."""
        from jira import JIRA

        connection = self.connection
        package = JIRA(
            options={"server": connection.base, "headers": dict(connection.headers), "verify": connection.verify},
            get_server_info=False,
            timeout=TIMEOUT,
            max_retries=0,
            logging=False,
        )
        session = package._session
        session.trust_env = False
        session.max_redirects = 0
        session.proxies = dict(connection.proxies)
        session.mount("https://", connection.adapter)
        session.mount("http://", connection.adapter)
        return package

    def _translated(self, what: str, error: Exception) -> HelpdeskError:
        response = getattr(error, "response", None)
        if not isinstance(response, requests.Response):
            return UnavailableError(f"Jira {what}: unexpected answer: {type(error).__name__}")
        translated = error_of(f"Jira {what}", response, self._clock())
        if isinstance(translated, PermanentError | TransientError) and not isinstance(translated, UnavailableError):
            return UnavailableError(str(translated))
        return translated


def is_customer(user: Mapping[str, Any]) -> bool:
    """Whether an answer to ``myself`` is that of a portal customer: by its type on Cloud, or because no application of
    Jira is open to it."""
    return user.get("accountType") == "customer" or (user.get("applicationRoles") or {}).get("size") == 0


def field_ids(mapping: JiraMapping, listed: Iterable[Mapping[str, Any]]) -> FieldIds:
    """Matches the names of the mapping with the rows of ``GET field``.

    :raises UnavailableError: fields are missing, or a name stands for two.
    """
    names: dict[str, list[str]] = {}
    shown: dict[str, str] = {}
    organizations = None
    for row in listed:
        shown[str(row.get("id"))] = str(row.get("name"))
        names.setdefault(str(row.get("name")), []).append(str(row.get("id")))
        names.setdefault(str(row.get("id")), []).append(str(row.get("id")))
        if (row.get("schema") or {}).get("custom") == _ORGANIZATIONS:
            organizations = str(row.get("id"))
    ids, faults = {}, []
    for field, name in {**mapping.fields, "group": mapping.group_field}.items():
        custom = sorted({field_id for field_id in names.get(name, ()) if FIELD_ID.fullmatch(field_id)})
        if len(custom) == 1:
            ids[field] = custom[0]
        elif custom:
            faults.append(f"{name!r} is the name of {' and '.join(custom)}: put the right id into the mapping")
        else:
            faults.append(f"there is no custom field {name!r}")
    if faults:
        raise UnavailableError(f"Jira GET field: {'; '.join(faults)}")
    by_id = {field_id: field for field, field_id in ids.items()}
    named = {name: by_id[same[0]] for name, same in names.items() if len(same) == 1 and same[0] in by_id}
    # A list shows its options, which are the values of the rules.
    priorities = {str(priority): names.name for priority, names in mapping.priorities.items()}
    choices = {"priority": priorities, "group": mapping.groups}
    labels = {by_id[field_id]: name for field_id, name in shown.items() if field_id in by_id}
    return FieldIds(ids, by_id, named, organizations, Labels({**LABELS.fields, "state": "Status", **labels}, choices))
