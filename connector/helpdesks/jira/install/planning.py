"""Plans: from a live Jira to the plan of an installation of all that the rules need, and to that of its way back."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from requests.adapters import BaseAdapter

from connector.helpdesks.errors import HelpdeskError, UnavailableError
from connector.helpdesks.http import EndpointPauses
from connector.helpdesks.installed import Installed, installed_in, new_installation
from connector.helpdesks.jira.client import JiraClient, open_connection
from connector.helpdesks.jira.desk import JiraDesk
from connector.helpdesks.jira.flavour import Flavour
from connector.helpdesks.jira.identity import PROPERTY, told_version
from connector.helpdesks.jira.install import fields, project, views, webhook
from connector.helpdesks.jira.install.checklist import checklist
from connector.helpdesks.jira.install.pages import row_of
from connector.helpdesks.jira.install.site import KINDS, PRIORITIES, PROPERTIES, ROLES, WEBHOOKS, JiraSite
from connector.helpdesks.jira.install.tables import Place, existing_options, gadget_source, read_tables
from connector.helpdesks.jira.install.webhook import NAME, PATH
from connector.helpdesks.jira.install.writer import JiraWriter
from connector.helpdesks.jira.listing import quoted
from connector.helpdesks.jira.mapping import JiraMapping, load_mapping
from connector.helpdesks.jira.settings import JiraSettings
from connector.helpdesks.jira.site import Bot, Site
from connector.helpdesks.versions import doubt
from connector.install.errors import PlanError, StepError
from connector.install.installation import Choice, Installation, Item, endpoint, of_account, refuse_plain
from connector.install.objects import Wanted
from connector.install.open_tickets import open_tickets
from connector.install.plan import Plan, make_plan
from connector.install.tables import Current, Id, Row
from connector.install.uninstall import plan_uninstall
from connector.policy.models import Policy

FIRST_SIGNING = 10
"""The first version of Data Center that signs webhooks."""


@dataclass(frozen=True)
class JiraSetup:
    """Who asks Jira, and by which rules. The bot's site tells what kind of Jira it is and who the bot is."""

    admin: JiraClient
    bot: Site
    policy: Policy
    mapping: JiraMapping


def open_setup(
    settings: JiraSettings,
    policy: Policy,
    clock: Callable[[], datetime],
    adapter: Callable[[], BaseAdapter] | None = None,
) -> JiraSetup:
    """What an installation starts from. Raises SettingsError, PolicyError, PermanentError."""
    mapping = load_mapping(settings.mapping)
    admin = JiraClient(open_connection(settings, admin=True, adapter=adapter), clock, EndpointPauses())
    return JiraSetup(admin, Site(open_connection(settings, adapter=adapter), mapping, clock), policy, mapping)


def open_installation(settings: JiraSettings, policy: Policy, clock: Callable[[], datetime]) -> Installation:
    """Jira for ``interspace install``. Raises SettingsError, PolicyError, PermanentError."""
    setup = open_setup(settings, policy, clock)

    def plan(secrets: Mapping[str, str], receiver_url: str | None, choice: Choice) -> Plan:
        if kind_of(setup).administers:
            refuse_plain(receiver_url, "Jira Cloud")
        allowed = {"adopt": choice.adopt, "new_account": choice.new_account}
        return plan_jira(setup, secrets, receiver_url=receiver_url, **allowed)

    return Installation(
        writer=JiraWriter(setup.admin, kind_of(setup), setup.mapping.project),
        plan=plan,
        plan_back=lambda purge: plan_back_jira(setup, purge_fields=purge),
        checklist=lambda: checklist_jira(setup, settings.required("url")),
        hints=lambda: [
            *open_tickets(JiraDesk(setup.bot.connection, setup.mapping, clock), policy),
            *_unproved(setup.admin),
        ],
    )


def _unproved(admin: JiraClient) -> Iterator[str]:
    try:
        why = doubt("jira", told_version(admin))
    except HelpdeskError:
        return
    if why is not None:
        yield f"Jira {why}."


def plan_jira(
    setup: JiraSetup,
    secrets: Mapping[str, str],
    *,
    receiver_url: str | None = None,
    adopt: bool = False,
    new_account: bool = False,
) -> Plan:
    """What an installation would do now. Changes nothing.

    ``secrets`` are the known ones by their names in the secret store. ``receiver_url`` is where Jira reaches the
    receiver; without it the webhook keeps its address.

    Raises PlanError if something does not fit together, StepError if Jira cannot be read.
    """
    place = place_of(setup)
    current = read_tables(place)
    site = site_of(setup, place, current, receiver_url, new_account=new_account)
    return make_plan(everything(site, current), current, secrets, adopt=adopt)


def plan_back_jira(setup: JiraSetup, *, purge_fields: bool = False) -> Plan:
    """What an uninstallation would do now. Changes nothing. Raises StepError if Jira cannot be read."""
    place = place_of(setup)
    current = read_tables(place)
    return plan_uninstall(current, used(place, current), purge_fields=purge_fields)


def place_of(setup: JiraSetup) -> Place:
    """Where to look. Raises PlanError for a project in which the connector cannot work."""
    return Place(setup.admin, kind_of(setup), setup.mapping, str(project_of(setup)["id"]))


def kind_of(setup: JiraSetup) -> Flavour:
    """Cloud or Data Center. Raises StepError if Jira does not tell."""
    try:
        return setup.bot.flavour
    except UnavailableError as error:
        raise StepError(f"Asked with INTERSPACE_JIRA_TOKEN, Jira does not tell what it is. {error}") from error


def project_of(setup: JiraSetup) -> Row:
    """The project of the mapping. Raises PlanError unless it is a company-managed service project."""
    key = setup.mapping.project
    try:
        project = row_of(setup.admin, f"api/2/project/{key}")
    except HelpdeskError as error:
        raise StepError(f"The admin token cannot read the project {key} (mapping: project). {error}") from error
    wrong = unfit(project)
    if wrong:
        raise PlanError(f"The project {key} {wrong}: the connector needs a company-managed service project")
    return project


def unfit(project: Row) -> str:
    """Why the connector cannot work in a project; empty if it can."""
    if project.get("projectTypeKey") != "service_desk":
        return f"is of type {project.get('projectTypeKey')}"
    if project.get("simplified") or project.get("style") == "next-gen":
        return "is team-managed"
    return ""


def _bot(setup: JiraSetup) -> Bot:
    """Raises PlanError for a customer's account: in a team it would be no agent, and its notes would be public."""
    try:
        bot = setup.bot.bot
    except UnavailableError as error:
        raise StepError(f"The connector's own token (INTERSPACE_JIRA_TOKEN) does not work. {error}") from error
    if bot.is_customer:
        raise PlanError(
            "INTERSPACE_JIRA_TOKEN is that of a portal customer: the connector needs an account of its own with an "
            "agent's licence of Jira Service Management"
        )
    return bot


def _installed(setup: JiraSetup, current: Current, receiver_url: str | None, *, new_account: bool) -> Installed:
    """Who is installed, or will be. Raises PlanError if another account is."""
    account, found = _bot(setup).id, current.row(PROPERTIES, PROPERTY)
    installed = installed_in(found.get("description")) if found else None
    return of_account(installed or new_installation(account, receiver_url), account, new_account=new_account)


def site_of(
    setup: JiraSetup, place: Place, current: Current, receiver_url: str | None, *, new_account: bool = True
) -> JiraSite:
    """What the wanted objects are made from. Raises PlanError, StepError; for another account than the one that is
    installed unless ``new_account``."""
    bot = _bot(setup)
    try:
        gadget, signs = gadget_source(place.client, place.flavour), signs_webhooks(place)
        options = existing_options(place, current)
    except HelpdeskError as error:
        raise StepError(f"Jira cannot be read. {error}") from error
    return JiraSite(
        policy=setup.policy,
        mapping=setup.mapping,
        flavour=place.flavour,
        project_id=place.project_id,
        bot_id=bot.id,
        installed=_installed(setup, current, receiver_url, new_account=new_account),
        receiver_url=_receiver(current, receiver_url) if signs else None,
        gadget=gadget,
        options=options,
    )


def signs_webhooks(place: Place) -> bool:
    """Whether this Jira signs its webhooks. Raises HelpdeskError."""
    if place.flavour.administers:
        return True
    version = row_of(place.client, "api/2/serverInfo").get("versionNumbers") or [0]
    return int(version[0]) >= FIRST_SIGNING


def _receiver(current: Current, receiver_url: str | None) -> str:
    webhook = current.row(WEBHOOKS, NAME)
    if receiver_url is None and webhook is None:
        raise PlanError("Say where Jira reaches the connector: --receiver-url https://connector.example.com")
    return endpoint(receiver_url, PATH) if receiver_url else str((webhook or {}).get("url"))


def checklist_jira(setup: JiraSetup, base: str) -> tuple[Item, ...]:
    """What is to be done by hand, as it stands now. ``base`` is Jira's address. Raises PlanError, StepError."""
    place = place_of(setup)
    current = read_tables(place)
    site = site_of(setup, place, current, "https://receiver.example")
    return checklist(site, current, base)


def everything(site: JiraSite, current: Current) -> Iterator[Wanted]:
    """All objects; the plan puts them in order. Raises PlanError if a field cannot be used as it is."""
    for nouns in (
        fields.fields,
        fields.associations,
        fields.options,
        fields.screens,
        project.priorities,
        project.link_types,
        project.roles,
        project.installation,
        project.members,
        webhook.webhook,
        views.filters,
        views.dashboards,
        views.gadgets,
    ):
        yield from nouns(site, current)


def used(place: Place, current: Current) -> dict[tuple[str, Id], str]:
    """Our priorities that an issue has, and our roles that somebody has: Jira would take them away without a word.

    Raises StepError if Jira cannot be asked.
    """
    reasons: dict[tuple[str, Id], str] = {}
    for path in (PRIORITIES, ROLES):
        kind = KINDS[path]
        for row in current.tables.get(path, ()):
            if kind.is_ours(row):
                try:
                    why = _why(place, path, str(row["id"]), str(row["name"]))
                except HelpdeskError as error:
                    thing = f"the {kind.label} {row['name']!r}"
                    raise StepError(f"Whether {thing} is in use cannot be found out. {error}") from error
                if why:
                    reasons[path, row["id"]] = why
    return reasons


def _why(place: Place, path: str, row_id: str, name: str) -> str:
    if path == ROLES:
        role = row_of(place.client, f"api/2/project/{place.mapping.project}/role/{row_id}")
        return "somebody has it" if role.get("actors") else ""
    answer = place.client.post(
        place.flavour.search, {"jql": f"priority = {quoted(name)}", "fields": ["priority"], "maxResults": 1}
    )
    return "issues have it" if isinstance(answer, dict) and answer.get("issues") else ""
