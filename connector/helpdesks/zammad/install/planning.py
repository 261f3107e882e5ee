"""The way in: from live tables to a plan of everything that the rules need, and to the plan of the way back."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from connector.helpdesks.answer import objects, with_id
from connector.helpdesks.errors import ForbiddenError, HelpdeskError
from connector.helpdesks.installed import Installed, installed_in, new_installation
from connector.helpdesks.versions import doubt
from connector.helpdesks.zammad.client import ZammadClient, open_client
from connector.helpdesks.zammad.desk import ZammadDesk
from connector.helpdesks.zammad.identity import told_version
from connector.helpdesks.zammad.install import attributes, desk, groups, notices, priorities, webhook
from connector.helpdesks.zammad.install.checklist import RESTART, checklist
from connector.helpdesks.zammad.install.giving_back import given_back
from connector.helpdesks.zammad.install.site import InstallContext
from connector.helpdesks.zammad.install.tables import KINDS, ZammadWriter, read_current
from connector.helpdesks.zammad.install.webhook import NAME, PATH
from connector.helpdesks.zammad.mapping import ZammadMapping, load_mapping
from connector.helpdesks.zammad.settings import ZammadSettings
from connector.install.errors import PlanError, StepError
from connector.install.installation import Installation, Item, endpoint, of_account
from connector.install.objects import Wanted
from connector.install.open_tickets import open_tickets
from connector.install.plan import Action, Plan, make_plan
from connector.install.tables import Current, Id
from connector.install.uninstall import Used, plan_uninstall
from connector.policy.contacts import addresses
from connector.policy.models import Policy


@dataclass(frozen=True)
class Setup:
    """Who asks Zammad, and by which rules. The bot's client tells only who the bot is."""

    admin: ZammadClient
    bot: ZammadClient
    policy: Policy
    mapping: ZammadMapping


def open_installation(settings: ZammadSettings, policy: Policy, clock: Callable[[], datetime]) -> Installation:
    """Zammad for ``interspace install``. Raises SettingsError, PolicyError, PermanentError."""
    admin = open_client(settings, clock, "admin_token")
    setup = Setup(admin, open_client(settings, clock), policy, load_mapping(settings.mapping))
    today = clock().date()
    return Installation(
        writer=ZammadWriter(admin),
        plan=lambda secrets, url, choice: plan_zammad(
            setup,
            secrets,
            today,
            receiver_url=url,
            adopt=choice.adopt,
            new_account=choice.new_account,
            ops_url=choice.ops_url,
        ),
        plan_back=lambda purge: plan_back_zammad(setup, purge_fields=purge),
        checklist=lambda: checklist_zammad(setup, today, settings.required("url")),
        afterwards=_afterwards,
        hints=lambda: [
            *open_tickets(ZammadDesk(admin, setup.mapping), policy),
            *_unproved(admin),
            *_noticed(setup.mapping),
        ],
    )


def _unproved(admin: ZammadClient) -> Iterator[str]:
    try:
        text = told_version(admin)
    except HelpdeskError:
        return
    if text is not None and (why := doubt("zammad", text)) is not None:
        yield f"Zammad {why}."


def _noticed(mapping: ZammadMapping) -> Iterator[str]:
    """What others will notice of an installation."""
    if mapping.required_on_create:
        yield (
            "Whoever opens a ticket in incidents' groups by mask or API has to fill in the required details: Zammad "
            'answers other programs without them with 422 "Error ID". required_on_create: false in the mapping leaves '
            "that out; then they are asked back."
        )


def plan_zammad(
    setup: Setup,
    secrets: Mapping[str, str],
    today: date,
    *,
    receiver_url: str | None = None,
    adopt: bool = False,
    new_account: bool = False,
    ops_url: str | None = None,
) -> Plan:
    """What an installation would do now. Changes nothing.

    ``secrets`` are the known ones by their names in the secret store. ``receiver_url`` is where Zammad reaches the
    receiver; without it the webhook keeps its endpoint. ``ops_url`` is where people reach the operations
    page; without it no ticket leads there.

    Raises PlanError if something does not fit together, StepError if Zammad cannot be read.
    """
    bot = whoami(setup.bot)
    current = look(setup, bot)
    site = replace(_site(setup, bot, current, receiver_url, today), ops_url=ops_url)
    installed = _installed(current, str(bot["id"]), receiver_url, new_account=new_account)
    site = replace(site, installed=installed)
    return make_plan(everything(site), current, secrets, adopt=adopt)


def plan_back_zammad(setup: Setup, *, purge_fields: bool = False) -> Plan:
    """What an uninstallation would do now. Changes nothing. Raises StepError if Zammad cannot be read."""
    bot = whoami(setup.bot)
    current = look(setup, bot)
    used = used_by_tickets(setup.bot, current)
    return plan_uninstall(current, used, given_back(current, int(bot["id"]), used), purge_fields=purge_fields)


def checklist_zammad(setup: Setup, today: date, base: str) -> tuple[Item, ...]:
    """What is to be done by hand, as it stands now. ``base`` is Zammad's address. Raises StepError."""
    bot = whoami(setup.bot)
    current = look(setup, bot)
    return checklist(_site(setup, bot, current, "https://receiver.example", today), current, base)


def _afterwards(done: Plan) -> str:
    migrated = any(step.action is Action.RUN for step in done.work)
    return f"Restart Zammad's background worker now, which is no part of the connector: {RESTART}" if migrated else ""


def whoami(client: ZammadClient) -> Mapping[str, Any]:
    """The bot user. Raises StepError also if it is no agent: the role must not go to a customer by mistake."""
    try:
        user = client.get("users/me")
        client.get("macros")
    except ForbiddenError as error:
        raise StepError(
            "The connector's own token (INTERSPACE_ZAMMAD_TOKEN) is that of a user who is no agent. Make a user of its "
            f"own for the connector, with the role Agent, and use its token. {error}"
        ) from error
    except HelpdeskError as error:
        raise StepError(f"The connector's own token (INTERSPACE_ZAMMAD_TOKEN) does not work. {error}") from error
    return with_id(user, "Zammad GET users/me")


def look(setup: Setup, bot: Mapping[str, Any]) -> Current:
    """Everything there is of what an installation may touch."""
    levels = (level for ladder in setup.policy.escalation.ladders.values() for level in ladder.levels)
    named = dict.fromkeys(address for level in levels for address in addresses(level))
    return read_current(setup.admin, int(bot["id"]), named)


def _installed(current: Current, account: str, receiver_url: str | None, *, new_account: bool) -> Installed:
    """Who is installed, or will be. Raises PlanError if another account is."""
    macros = [row for row in current.tables["macros"] if KINDS["macros"].is_ours(row)]
    found = next((mark for row in macros if (mark := installed_in(row.get("note"))) is not None), None)
    return of_account(found or new_installation(account, receiver_url), account, new_account=new_account)


def _site(
    setup: Setup,
    bot: Mapping[str, Any],
    current: Current,
    receiver_url: str | None,
    today: date,
) -> InstallContext:
    intake = current.row("groups", setup.mapping.group_name("intake")) or {}
    webhook = current.row("webhooks", NAME)
    if receiver_url is None and webhook is None:
        raise PlanError("Say where Zammad reaches the connector: --receiver-url https://connector.example.com")
    return InstallContext(
        policy=setup.policy,
        mapping=setup.mapping,
        bot_id=int(bot["id"]),
        bot_login=str(bot["login"]),
        installed=new_installation(str(bot["id"]), receiver_url),
        receiver_url=endpoint(receiver_url, PATH) if receiver_url else str((webhook or {}).get("endpoint")),
        webhook=webhook or {},
        sender_id=intake.get("email_address_id"),
        signature_id=intake.get("signature_id"),
        without_access=_without_access(setup, current),
        today=today,
    )


def _without_access(setup: Setup, current: Current) -> Mapping[str, tuple[str, ...]]:
    """Role of agents → groups of the policy, without the intake, in which it may do nothing or which are not there."""
    ids = {str(row["name"]): str(row["id"]) for row in current.tables["groups"]}
    named = setup.policy.groups() - {"intake"}
    groups = {name: ids.get(name, "") for name in map(setup.mapping.group_name, sorted(named))}
    lacking = {}
    for role in setup.mapping.roles.agents:
        access = (current.row("roles", role) or {}).get("group_ids") or {}
        lacking[role] = tuple(name for name, group_id in groups.items() if not access.get(group_id))
    return lacking


def everything(site: InstallContext) -> Iterator[Wanted]:
    """All objects; the plan puts them in order."""
    for nouns in (
        attributes.attributes,
        priorities.priorities,
        groups.groups,
        groups.roles,
        groups.bot,
        notices.contacts,
        priorities.calendars,
        priorities.slas,
        webhook.webhook,
        webhook.triggers,
        notices.notices,
        attributes.mandatory,
        attributes.of_each_kind,
        desk.macros,
        desk.overviews,
        desk.phone_intake,
        priorities.report_profiles,
    ):
        yield from nouns(site)


_REFERRED = {"groups": "group_id", "ticket_priorities": "priority_id"}
"""Tables whose objects tickets refer to → the ticket's attribute."""


def used_by_tickets(client: ZammadClient, current: Current) -> Used:
    """Our groups and priorities that a ticket has: without them the ticket would be broken.

    Ask as the connector's own user, who sees the tickets of all groups. Zammad itself refuses to delete what is in
    use, so nothing breaks if this sees too little.

    Raises StepError if Zammad cannot be asked.
    """
    reasons: dict[tuple[str, Id], str] = {}
    for path, attribute in _REFERRED.items():
        for row in current.tables[path]:
            if KINDS[path].is_ours(row) and _has_tickets(client, attribute, int(row["id"])):
                reasons[path, row["id"]] = "tickets refer to it"
    return reasons


def _has_tickets(client: ZammadClient, attribute: str, row_id: int) -> bool:
    condition = {f"ticket.{attribute}": {"operator": "is", "value": [str(row_id)]}}
    try:
        rows = client.post("tickets/search", {"condition": condition, "limit": 1}, {"expand": "true"})
    except HelpdeskError as error:
        raise StepError(f"Whether tickets use {attribute} {row_id} cannot be found out. {error}") from error
    return bool(objects(rows, "Zammad POST tickets/search"))
