"""Jira through both tokens."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import cast

from connector.doctor.context import Examination, Row
from connector.helpdesks.errors import HelpdeskError
from connector.helpdesks.http import EndpointPauses
from connector.helpdesks.jira.client import JiraClient, open_connection
from connector.helpdesks.jira.desk import JiraDesk
from connector.helpdesks.jira.flavour import Flavour
from connector.helpdesks.jira.install.pages import listed, paged, row_of
from connector.helpdesks.jira.install.planning import JiraSetup, open_setup, place_of, site_of
from connector.helpdesks.jira.install.site import JiraSite
from connector.helpdesks.jira.install.tables import read_tables
from connector.helpdesks.jira.mapping import JiraMapping, load_mapping
from connector.helpdesks.jira.settings import JiraSettings
from connector.helpdesks.jira.site import Site
from connector.install.tables import Current

ANYWHERE = "https://receiver.example"
"""Stands for the receiver's address where it makes no difference."""


@dataclass(frozen=True)
class Context(Examination):
    """One examination of a Jira."""

    HELPDESK = "jira"
    TITLE = "Jira"
    PUBLIC_PATH = "/rest/api/2/serverInfo"

    @property
    def own(self) -> JiraSettings:
        """The settings of this Jira."""
        return cast(JiraSettings, super().own)

    @cached_property
    def bot(self) -> JiraClient:
        """Jira as the connector's own user."""
        return JiraClient(open_connection(self.own, adapter=self.adapter), self.clock, EndpointPauses())

    @cached_property
    def admin(self) -> JiraClient:
        """Jira as the admin who installs."""
        return JiraClient(open_connection(self.own, admin=True, adapter=self.adapter), self.clock, EndpointPauses())

    @cached_property
    def site(self) -> Site:
        """What the connector asks at its start."""
        return Site(open_connection(self.own, adapter=self.adapter), self.mapping, self.clock)

    @cached_property
    def desk(self) -> JiraDesk:
        """Jira as a worker sees it."""
        connection = open_connection(self.own, adapter=self.adapter)
        return JiraDesk(connection, self.mapping, self.clock, proof_keys=self.settings.proof_keys)

    @property
    def flavour(self) -> Flavour:
        """Cloud or Data Center."""
        return self.site.flavour

    @cached_property
    def me(self) -> Row:
        """The connector's own user."""
        return row_of(self.bot, "api/2/myself")

    @cached_property
    def mapping(self) -> JiraMapping:
        """How the rules' names are written in this Jira."""
        return load_mapping(self.own.mapping)

    @cached_property
    def setup(self) -> JiraSetup:
        """What an installation starts from."""
        return open_setup(self.own, self.policy, self.clock, self.adapter)

    @cached_property
    def current(self) -> Current:
        """What of the installation is there."""
        return read_tables(place_of(self.setup))

    @cached_property
    def wanted(self) -> JiraSite:
        """What the installation wants."""
        return site_of(self.setup, place_of(self.setup), self.current, ANYWHERE)

    @cached_property
    def issue_types(self) -> Mapping[str, str]:
        """The types of the project in which the connector may create: name → id."""
        path = f"api/2/issue/createmeta/{self.mapping.project}/issuetypes"
        rows = paged(self.bot, path, key=self._meta("issueTypes"))
        return {str(row["name"]): str(row["id"]) for row in rows}

    @cached_property
    def forms(self) -> Mapping[str, Mapping[str, Row]]:
        """What new issues of each handled type can be given: type → id of the field → the field."""
        path = f"api/2/issue/createmeta/{self.mapping.project}/issuetypes"
        forms = {}
        for name, type_id in self.issue_types.items():
            if name in self.mapping.handled_types:
                rows = paged(self.bot, f"{path}/{type_id}", key=self._meta("fields"))
                forms[name] = {str(row["fieldId"]): row for row in rows}
        return forms

    def rows(self, path: str, key: str = "") -> list[Row]:
        """A list that the connector itself reads, read once."""
        return self.once(path, lambda: listed(self.bot, f"api/2/{path}", key=key))

    def remember(self, what: str, error: HelpdeskError) -> None:
        """Something that a test made could not be removed."""
        self.left_behind.append(f"{what} ({error})")

    def _meta(self, key: str) -> str:
        return key if self.flavour.administers else "values"
