"""The way in: from live tables to a plan, and to the plan of the way back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from connector.helpdesks.errors import HelpdeskError, PermanentError
from connector.helpdesks.zammad.client import ZammadClient, open_client
from connector.helpdesks.zammad.install.checklist import RESTART, checklist
from connector.helpdesks.zammad.install.everything import everything
from connector.helpdesks.zammad.install.leaving import used_by_tickets, without_our_roles
from connector.helpdesks.zammad.install.site import InstallContext
from connector.helpdesks.zammad.install.tables import read_current
from connector.helpdesks.zammad.install.webhook import NAME, PATH
from connector.helpdesks.zammad.install.writer import ZammadWriter
from connector.helpdesks.zammad.mapping import ZammadMapping, load_mapping
from connector.helpdesks.zammad.settings import ZammadSettings
from connector.install.current import Current
from connector.install.errors import PlanError, StepError
from connector.install.installation import Installation, Item
from connector.install.plan import Action, Plan, make_plan
from connector.install.receiver import endpoint
from connector.install.uninstall import plan_uninstall
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
        plan=lambda secrets, url, adopt: plan_zammad(setup, secrets, today, receiver_url=url, adopt=adopt),
        plan_back=lambda purge: plan_back_zammad(setup, purge_fields=purge),
        checklist=lambda: checklist_zammad(setup, today, settings.required("url")),
        afterwards=_afterwards,
    )


def plan_zammad(
    setup: Setup,
    secrets: Mapping[str, str],
    today: date,
    *,
    receiver_url: str | None = None,
    adopt: bool = False,
) -> Plan:
    """What an installation would do now. Changes nothing.

    ``secrets`` are the known ones by their names in the secret store. ``receiver_url`` is where Zammad reaches the
    receiver; without it the webhook keeps its endpoint.

    Raises PlanError if something does not fit together, StepError if Zammad cannot be read.
    """
    bot = whoami(setup.bot)
    current = look(setup, bot)
    site = _site(setup, bot, current, receiver_url, today)
    return make_plan(everything(site), current, secrets, adopt=adopt)


def plan_back_zammad(setup: Setup, *, purge_fields: bool = False) -> Plan:
    """What an uninstallation would do now. Changes nothing. Raises StepError if Zammad cannot be read."""
    bot = whoami(setup.bot)
    current = look(setup, bot)
    first = without_our_roles(current, int(bot["id"]))
    return plan_uninstall(current, used_by_tickets(setup.bot, current), first, purge_fields=purge_fields)


def checklist_zammad(setup: Setup, today: date, base: str) -> tuple[Item, ...]:
    """What is to be done by hand, as it stands now. ``base`` is Zammad's address. Raises StepError."""
    bot = whoami(setup.bot)
    current = look(setup, bot)
    return checklist(_site(setup, bot, current, "https://receiver.example", today), current, base)


def _afterwards(done: Plan) -> str:
    migrated = any(step.action is Action.RUN for step in done.work)
    return f"Restart Zammad's background worker now: {RESTART}" if migrated else ""


def whoami(client: ZammadClient) -> Mapping[str, Any]:
    """The bot user."""
    try:
        user = client.get("users/me")
    except HelpdeskError as error:
        raise StepError(f"The connector's own token (INTERSPACE_ZAMMAD_TOKEN) does not work. {error}") from error
    if not isinstance(user, dict) or not isinstance(user.get("id"), int):
        raise PermanentError("Zammad GET users/me: unexpected answer: no user")
    return user


def look(setup: Setup, bot: Mapping[str, Any]) -> Current:
    """Everything there is of what an installation may touch."""
    levels = (level for ladder in setup.policy.escalation.ladders.values() for level in ladder.levels)
    named = dict.fromkeys(address for level in levels for address in addresses(level))
    return read_current(setup.admin, int(bot["id"]), named)


def _site(
    setup: Setup, bot: Mapping[str, Any], current: Current, receiver_url: str | None, today: date
) -> InstallContext:
    intake = current.row("groups", setup.mapping.group_name("intake")) or {}
    held = current.row("webhooks", NAME)
    if receiver_url is None and held is None:
        raise PlanError("Say where Zammad reaches the connector: --receiver-url https://connector.example.com")
    return InstallContext(
        policy=setup.policy,
        mapping=setup.mapping,
        bot_id=int(bot["id"]),
        bot_login=str(bot["login"]),
        receiver_url=endpoint(receiver_url, PATH) if receiver_url else str((held or {}).get("endpoint")),
        sender_id=intake.get("email_address_id"),
        signature_id=intake.get("signature_id"),
        today=today,
    )
