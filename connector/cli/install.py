"""``interspace install``: what the rules need in the helpdesk, by plan and apply."""

import json
import sys
from collections.abc import Callable, Mapping
from typing import TypeVar

import click

from connector.cli.install_shown import apply_with_progress, show_checklist, show_plan, show_result, show_titles
from connector.cli.options import ADMIN, HELPDESK, RULES, later, settings_options
from connector.cli.sections import Group
from connector.cli.settings_draft import called
from connector.cli.wiring import now, open_policy
from connector.helpdesks import registry
from connector.install.apply import refuse
from connector.install.errors import PlanError, RefusedError
from connector.install.installation import Choice, Installation
from connector.install.plan import SHARE, Plan, replaced, sealed
from connector.policy.contacts import mails_nobody
from connector.settings import PROOF_KEY, Settings
from connector.settings.store import SecretStoreError, with_secret

T = TypeVar("T")

_STORE = ("secret_store",)
_WHERE = ("receiver_url", "ops_url", *_STORE)

_helpdesk = later(lambda: [click.Argument(["helpdesk"], type=click.Choice(registry.names()))])
_adopt = click.option("--adopt", is_flag=True, help="Change objects of the same name that are not ours, too.")
_new_account = click.option(
    "--new-account", is_flag=True, help="Let the account of the token take over from the one that is installed."
)
_json = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
_verbose = click.option("--verbose", is_flag=True, help="Name also each foreign object that is used as it is.")
_checksum = click.option("--checksum", metavar="CHECKSUM", help="Apply only the plan that has this checksum.")


@click.group(cls=Group)
def install() -> None:
    """Set up the helpdesk by plan and apply.

    Fields, groups, priorities, webhook, views and the like. Needs the token of an admin, besides the connector's own:
    INTERSPACE_{HELPDESK}_ADMIN_TOKEN (or …_FILE).

    \b
    Examples:
      interspace install plan {helpdesk} --receiver-url https://connector.example.com
      interspace install apply {helpdesk} --checksum 19d92a8fc10f
      interspace install checklist {helpdesk}
      interspace install uninstall {helpdesk}
    """


@install.command()
@_helpdesk
@_adopt
@_new_account
@_verbose
@_json
@settings_options(*RULES, HELPDESK, ADMIN, *_WHERE)
def plan(settings: Settings, *, helpdesk: str, adopt: bool, new_account: bool, verbose: bool, as_json: bool) -> None:
    """Show what would be created and changed. Changes nothing.

    \b
    Examples:
      interspace install plan {helpdesk} --receiver-url https://connector.example.com
      interspace install plan {helpdesk} --json
    """
    opened, secrets = _opened(settings, helpdesk), _secrets(settings, helpdesk)
    planned = _planned(
        lambda: opened.plan(secrets, settings.receiver_url, Choice(adopt, new_account, settings.ops_url))
    )
    hints = [*_hints(settings, secrets, planned), *opened.hints()]
    show_plan(planned, opened.writer.tables, hints, verbose=verbose, as_json=as_json)


@install.command()
@_helpdesk
@_checksum
@_adopt
@_new_account
@click.option("--force", is_flag=True, help="Also a plan that deletes or changes much.")
@click.option(
    "--share",
    type=click.FloatRange(0, 1),
    metavar="NUMBER",
    default=SHARE,
    show_default=True,
    help="How much of our own objects may change without --force.",
)
@_json
@settings_options(*RULES, HELPDESK, ADMIN, *_WHERE)
def apply(
    settings: Settings,
    *,
    helpdesk: str,
    checksum: str | None,
    adopt: bool,
    new_account: bool,
    force: bool,
    share: float,
    as_json: bool,
) -> None:
    """Carry out the plan.

    One object after the other; what fails is told with its cause, and the next run continues there. Applying twice
    changes nothing the second time.

    \b
    Examples:
      interspace install apply {helpdesk} --checksum 19d92a8fc10f
      interspace install apply {helpdesk} --adopt

    Exit code 1 if the plan is refused: it is another one than reviewed, or it needs --force.
    """
    opened, known = _opened(settings, helpdesk), _secrets(settings, helpdesk)
    planned = _planned(lambda: opened.plan(known, settings.receiver_url, Choice(adopt, new_account, settings.ops_url)))
    _refuse(planned, checksum=checksum, force=force, share=share)
    hints, secrets = [*_hints(settings, known, planned), *opened.hints()], known
    if not as_json:
        for hint in hints:
            click.echo(hint)
    for name in sorted(sealed(planned)):
        secrets = _with_secret(settings, secrets, name)
    is_first_key = settings.proof_key is None
    if is_first_key:
        _with_secret(settings, {}, PROOF_KEY)
    stayed = apply_with_progress(opened.writer, planned, secrets, as_json=as_json)
    items = _planned(opened.checklist)
    more = {"hints": hints, "checklist": [item.to_dict() for item in items]}
    show_result(planned, stayed, opened.writer.tables.helpdesk, more, as_json=as_json)
    if not as_json:
        show_titles(items, f"{called()} install checklist {helpdesk}")
        if replaced(planned, known):
            click.echo(
                f"Restart the connector's receivers now: the webhook has a new secret, kept in {settings.secret_store}."
            )
        if is_first_key:
            click.echo(
                f"The connector has a key now that proves what it does, kept in {settings.secret_store}. If the "
                "connector runs already, restart it."
            )
        if afterwards := opened.afterwards(planned):
            click.echo(afterwards)
        click.echo(f"{'Then check' if afterwards else 'Check'} everything with: {called()} doctor")


@install.command()
@_helpdesk
@_json
@settings_options(*RULES, HELPDESK, ADMIN)
def checklist(settings: Settings, *, helpdesk: str, as_json: bool) -> None:
    """Show what has to be done by hand.

    It is what apply cannot do, or what is not for it to decide: exact values, with links to the pages.

    \b
    Examples:
      interspace install checklist {helpdesk}
      interspace install checklist {helpdesk} --json

    interspace doctor verifies each item as far as the API shows it.
    """
    items = _planned(_opened(settings, helpdesk).checklist)
    if as_json:
        click.echo(json.dumps([item.to_dict() for item in items], indent=2, ensure_ascii=False))
    else:
        show_checklist(items)


@install.command()
@_helpdesk
@_checksum
@click.option("--purge-fields", is_flag=True, help="Delete the fields too, with all that tickets say in them.")
@click.option("--force", is_flag=True, help="Really delete.")
@_json
@settings_options(*RULES, HELPDESK, ADMIN, *_STORE)
def uninstall(
    settings: Settings, *, helpdesk: str, checksum: str | None, purge_fields: bool, force: bool, as_json: bool
) -> None:
    """Delete exactly what was installed. Without --force only show what that is.

    Tickets and what they say stay, and so does what was there before: the list says what, and why.

    \b
    Examples:
      interspace install uninstall {helpdesk}
      interspace install uninstall {helpdesk} --force
    """
    opened = _opened(settings, helpdesk)
    planned = _planned(lambda: opened.plan_back(purge_fields))
    if not force:
        show_plan(planned, opened.writer.tables, verbose=True, as_json=as_json)
    _refuse(planned, checksum=checksum, force=force)
    if not force:
        return
    stayed = apply_with_progress(opened.writer, planned, {}, as_json=as_json)
    show_result(planned, stayed, opened.writer.tables.helpdesk, {}, as_json=as_json)
    if not as_json:
        click.echo(f"The secret store {settings.secret_store} stays: its key proves on tickets what was done.")


def _opened(settings: Settings, helpdesk: str) -> Installation:
    plugin = registry.plugin(helpdesk)
    if plugin.open_installation is None:
        raise click.UsageError(f"{plugin.title} is set up by hand: interspace install cannot do it")
    return plugin.open_installation(settings.of(helpdesk), open_policy(settings), now)


def _secrets(settings: Settings, helpdesk: str) -> dict[str, str]:
    """The secret that is valid now, by its name in the secret store; the first of two is the new one."""
    own = settings.of(helpdesk)
    return {own.variable("webhook_secret"): secret.decode() for secret in own.secrets("webhook_secret")[:1]}


def _planned(make: Callable[[], T]) -> T:
    try:
        return make()
    except PlanError as error:
        raise click.UsageError(str(error)) from error


def _hints(settings: Settings, known: Mapping[str, str], planned: Plan) -> list[str]:
    """What the steps of a plan do not tell: a secret that changes under running receivers, levels that mail nobody."""
    hints = [
        f"The webhook gets a NEW secret: {name} is not set, and none was found in {settings.secret_store.absolute()}. "
        "Running receivers refuse webhooks until they are restarted with the new one. If there is a secret already, "
        "name its file with --secret-store: it may hold the proof key, too, without which everything is said again."
        for name in sorted(replaced(planned, known))
    ]
    if nobody := mails_nobody(open_policy(settings)):
        hints.append(f"Nobody is mailed: {nobody}.")
    return hints


def _with_secret(settings: Settings, known: dict[str, str], name: str) -> dict[str, str]:
    try:
        return with_secret(settings.secret_store, known, name)
    except SecretStoreError as error:
        raise click.UsageError(str(error)) from error


def _refuse(planned: Plan, *, checksum: str | None, force: bool, share: float = SHARE) -> None:
    try:
        refuse(planned, checksum=checksum, force=force, share=share)
    except RefusedError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
