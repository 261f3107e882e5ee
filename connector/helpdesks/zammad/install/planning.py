"""The way in: from live tables to a plan, and to the plan of the way back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from connector.helpdesks.errors import HelpdeskError, PermanentError
from connector.helpdesks.zammad.client import ZammadClient
from connector.helpdesks.zammad.install.everything import everything
from connector.helpdesks.zammad.install.leaving import used_by_tickets, without_our_roles
from connector.helpdesks.zammad.install.site import InstallContext
from connector.helpdesks.zammad.install.tables import read_current
from connector.helpdesks.zammad.install.webhook import NAME, PATH
from connector.helpdesks.zammad.mapping import ZammadMapping
from connector.install.current import Current
from connector.install.errors import PlanError, StepError
from connector.install.plan import Plan, make_plan
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
