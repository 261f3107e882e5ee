"""Each helpdesk as ``interspace install`` needs it, from the settings."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from connector.cli.wiring import now, open_client, open_policy
from connector.helpdesks.zammad.install.planning import Setup, plan_back_zammad, plan_zammad
from connector.helpdesks.zammad.install.writer import ZammadWriter
from connector.helpdesks.zammad.load import load_mapping
from connector.install.apply import Writer
from connector.install.plan import Action, Plan
from connector.install.receiver import refuse_plain
from connector.secret_store import JIRA_WEBHOOK, WEBHOOK
from connector.settings import Settings


class Installing(NamedTuple):
    """One helpdesk, opened."""

    writer: Writer
    plan: Callable[[bool], Plan]
    """What is to be done, with or without ``--adopt``. Raises PlanError, StepError."""
    plan_back: Callable[[bool], Plan]
    """The way back, with or without the fields. Raises PlanError, StepError."""
    secrets: Mapping[str, str]
    """The secrets that are valid now, by their names in the secret store."""
    afterwards: Callable[[Plan], str]
    """What has to be done once the plan is carried out; empty if nothing."""


def open_helpdesk(settings: Settings, helpdesk: str) -> Installing:
    """The helpdesk of this name. Raises SettingsError, PolicyError, PermanentError for what cannot be opened."""
    return _jira(settings) if helpdesk == "jira" else _zammad(settings)


def _zammad(settings: Settings) -> Installing:
    admin = open_client(settings, "zammad_admin_token")
    setup = Setup(admin, open_client(settings), open_policy(settings), load_mapping(settings.zammad_mapping))
    known = _first(settings, "zammad_webhook_secret", WEBHOOK)
    today, receiver = now().date(), settings.receiver_url
    return Installing(
        writer=ZammadWriter(admin),
        plan=lambda adopt: plan_zammad(setup, known, today, receiver_url=receiver, adopt=adopt),
        plan_back=lambda purge: plan_back_zammad(setup, purge_fields=purge),
        secrets=known,
        afterwards=_after_zammad,
    )


def _after_zammad(done: Plan) -> str:
    if not any(step.action is Action.RUN for step in done.work):
        return ""
    return (
        "Restart Zammad's background worker now: it knows new attributes only after a restart, and triggers fail until "
        "then."
    )


def _jira(settings: Settings) -> Installing:
    # Whoever serves Zammad alone does not wait for it.
    from connector.helpdesks.jira.install.opening import open_setup
    from connector.helpdesks.jira.install.planning import kind_of, plan_back_jira, plan_jira
    from connector.helpdesks.jira.install.writer import JiraWriter

    setup = open_setup(settings, now)
    known = _first(settings, "jira_webhook_secret", JIRA_WEBHOOK)

    def plan(adopt: bool) -> Plan:
        if kind_of(setup).administers:
            refuse_plain(settings.receiver_url, "Jira Cloud")
        return plan_jira(setup, known, receiver_url=settings.receiver_url, adopt=adopt)

    return Installing(
        writer=JiraWriter(setup.admin, kind_of(setup), setup.mapping.project),
        plan=plan,
        plan_back=lambda purge: plan_back_jira(setup, purge_fields=purge),
        secrets=known,
        afterwards=lambda done: "",
    )


def _first(settings: Settings, setting: str, name: str) -> dict[str, str]:
    """The secret that is valid now; the first of two is the new one."""
    held = settings.secrets_of(setting)
    return {name: held[0].decode()} if held else {}
