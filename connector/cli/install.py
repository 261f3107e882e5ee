"""``interspace install``: what the rules need in the helpdesk, by plan and apply."""

import json
import sys

import click

from connector.cli.checklist_shown import show_checklist, show_titles
from connector.cli.installing import Installing, open_helpdesk
from connector.cli.options import JIRA, RULES, ZAMMAD, settings_options
from connector.cli.plan_shown import apply_with_progress, show_plan, show_result
from connector.cli.sections import Group
from connector.cli.settings_draft import called
from connector.cli.wiring import now, open_policy
from connector.install.apply import refuse
from connector.install.errors import PlanError, RefusedError
from connector.install.plan import SHARE, Plan, replaced, sealed
from connector.install.secrets import PROOF_KEY, SecretStoreError, with_secret
from connector.policy.contacts import mails_nobody
from connector.settings import HELPDESKS, Settings

_STORE = ("secret_store",)
_WHERE = ("receiver_url", *_STORE)
_HELPDESK = (*ZAMMAD, *JIRA, "jira_admin_user")

_helpdesk = click.argument("helpdesk", type=click.Choice(HELPDESKS))
_adopt = click.option("--adopt", is_flag=True, help="Change objects of the same name that are not ours, too.")
_json = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
_verbose = click.option("--verbose", is_flag=True, help="Name also each foreign object that is used as it is.")
_checksum = click.option("--checksum", metavar="CHECKSUM", help="Apply only the plan that has this checksum.")


@click.group(cls=Group)
def install() -> None:
    """Set up the helpdesk by plan and apply.

    Fields, groups, priorities, webhook, views and the like. Needs the token of an admin, besides the connector's own:
    INTERSPACE_ZAMMAD_ADMIN_TOKEN (or …_FILE) or INTERSPACE_JIRA_ADMIN_TOKEN, with INTERSPACE_JIRA_ADMIN_USER on Cloud.

    \b
    Examples:
      interspace install plan zammad --receiver-url https://connector.example.com
      interspace install apply zammad --checksum 19d92a8fc10f
      interspace install checklist jira
      interspace install uninstall zammad
    """


@install.command()
@_helpdesk
@_adopt
@_verbose
@_json
@settings_options(*RULES, *_HELPDESK, *_WHERE)
def plan(settings: Settings, *, helpdesk: str, adopt: bool, verbose: bool, as_json: bool) -> None:
    """Show what would be created and changed. Changes nothing.

    \b
    Examples:
      interspace install plan zammad --receiver-url https://connector.example.com
      interspace install plan jira --json
    """
    opened = open_helpdesk(settings, helpdesk)
    found = _plan(opened, adopt=adopt)
    hints = _hints(settings, opened, found)
    show_plan(found, opened.writer.tables, hints, verbose=verbose, as_json=as_json)


@install.command()
@_helpdesk
@_checksum
@_adopt
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
@settings_options(*RULES, *_HELPDESK, *_WHERE)
def apply(
    settings: Settings, *, helpdesk: str, checksum: str | None, adopt: bool, force: bool, share: float, as_json: bool
) -> None:
    """Carry out the plan.

    One object after the other; what fails is told with its cause, and the next run continues there. Applying twice
    changes nothing the second time.

    \b
    Examples:
      interspace install apply zammad --checksum 19d92a8fc10f
      interspace install apply jira --adopt

    Exit code 1 if the plan is refused: it is another one than reviewed, or it needs --force.
    """
    opened = open_helpdesk(settings, helpdesk)
    found = _plan(opened, adopt=adopt)
    _refuse(found, checksum=checksum, force=force, share=share)
    hints, secrets = _hints(settings, opened, found), dict(opened.secrets)
    if not as_json:
        for hint in hints:
            click.echo(hint)
    for name in sorted(sealed(found)):
        secrets = _with_secret(settings, secrets, name)
    is_first_key = settings.proof_key is None
    if is_first_key:
        _with_secret(settings, {}, PROOF_KEY)
    stayed = apply_with_progress(opened.writer, found, secrets, as_json=as_json)
    checklist = _checklist(settings) if helpdesk == "jira" else []
    more = {"hints": hints} | ({"checklist": checklist} if helpdesk == "jira" else {})
    show_result(found, stayed, opened.writer.tables.helpdesk, more, as_json=as_json)
    if not as_json:
        if helpdesk == "jira":
            show_titles(checklist, f"{called()} install checklist jira")
        if replaced(found, opened.secrets):
            click.echo(f"Restart the receivers now: the webhook has a new secret, kept in {settings.secret_store}.")
        if is_first_key:
            click.echo(f"Restart the workers now: what they do is proved with a key, kept in {settings.secret_store}.")
        if told := opened.afterwards(found):
            click.echo(told)
        lead = "Then check" if told and helpdesk == "zammad" else "Check"
        click.echo(f"{lead} everything with: {called()} doctor")


@install.command()
@_helpdesk
@_json
@settings_options(*RULES, *JIRA, "jira_admin_user")
def checklist(settings: Settings, *, helpdesk: str, as_json: bool) -> None:
    """Show what has to be done in Jira by hand.

    It is what Jira's REST API cannot do: exact values, with links to the pages.

    \b
    Examples:
      interspace install checklist jira
      interspace install checklist jira --json

    interspace doctor verifies each item as far as the API shows it.
    """
    if helpdesk != "jira":
        raise click.UsageError("there is no checklist for Zammad: interspace install apply zammad does everything")
    items = _checklist(settings)
    if as_json:
        click.echo(json.dumps(items, indent=2, ensure_ascii=False))
    else:
        show_checklist(items)


@install.command()
@_helpdesk
@_checksum
@click.option("--purge-fields", is_flag=True, help="Delete the fields too, with all that tickets say in them.")
@click.option("--force", is_flag=True, help="Really delete.")
@_json
@settings_options(*RULES, *_HELPDESK, *_STORE)
def uninstall(
    settings: Settings, *, helpdesk: str, checksum: str | None, purge_fields: bool, force: bool, as_json: bool
) -> None:
    """Delete exactly what was installed. Without --force only show what that is.

    Tickets and what they say stay, and so does what was there before: the list says what, and why.

    \b
    Examples:
      interspace install uninstall zammad
      interspace install uninstall jira --force
    """
    opened = open_helpdesk(settings, helpdesk)
    try:
        found = opened.plan_back(purge_fields)
    except PlanError as error:
        raise click.UsageError(str(error)) from error
    if not force:
        show_plan(found, opened.writer.tables, verbose=True, as_json=as_json)
    _refuse(found, checksum=checksum, force=force)
    if not force:
        return
    stayed = apply_with_progress(opened.writer, found, {}, as_json=as_json)
    show_result(found, stayed, opened.writer.tables.helpdesk, {}, as_json=as_json)
    if not as_json:
        click.echo(f"The secret store {settings.secret_store} stays; delete it if nothing else needs it.")


def _plan(opened: Installing, *, adopt: bool) -> Plan:
    try:
        return opened.plan(adopt)
    except PlanError as error:
        raise click.UsageError(str(error)) from error


def _hints(settings: Settings, opened: Installing, found: Plan) -> list[str]:
    """What the steps of a plan do not tell: a secret that changes under running receivers, levels that mail nobody."""
    hints = [
        f"The webhook gets a NEW secret: {name} is not set, and none was found in {settings.secret_store.absolute()}. "
        "Running receivers refuse webhooks until they are restarted with the new one. If there is a secret already, "
        "name its file with --secret-store: it may hold the proof key, too, without which everything is said again."
        for name in sorted(replaced(found, opened.secrets))
    ]
    if nobody := mails_nobody(open_policy(settings)):
        hints.append(f"Nobody is mailed: {nobody}.")
    return hints


def _with_secret(settings: Settings, known: dict[str, str], name: str) -> dict[str, str]:
    try:
        return with_secret(settings.secret_store, known, name)
    except SecretStoreError as error:
        raise click.UsageError(str(error)) from error


def _refuse(found: Plan, *, checksum: str | None, force: bool, share: float = SHARE) -> None:
    try:
        refuse(found, checksum=checksum, force=force, share=share)
    except RefusedError as error:
        click.echo(str(error), err=True)
        sys.exit(1)


def _checklist(settings: Settings) -> list[dict[str, object]]:
    # Whoever serves Zammad alone does not wait for it.
    from connector.helpdesks.jira.install.opening import open_setup
    from connector.helpdesks.jira.install.planning import checklist_jira

    try:
        items = checklist_jira(open_setup(settings, now), settings.required("jira_url"))
    except PlanError as error:
        raise click.UsageError(str(error)) from error
    return [item.to_dict() for item in items]
