"""``interspace check``: is the policy sound?"""

import json
import sys
from dataclasses import asdict

import click

from connector.cli.options import RULES, settings_options
from connector.helpdesks.zammad.load import check as check_files
from connector.policy.load import load_policy
from connector.settings import Settings


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the problems as JSON.")
@settings_options(*RULES, "zammad_mapping")
def check(settings: Settings, *, as_json: bool) -> None:
    """Check policy, catalogue and mapping.

    Every problem is printed with its file and line.

    \b
    Examples:
      interspace check
      interspace check --policy new.yaml --services services.csv --json

    Exit code 1 if there is a problem.
    """
    problems = check_files(settings.policy, settings.services, settings.zammad_mapping)
    if as_json:
        click.echo(json.dumps([asdict(problem) for problem in problems], indent=2))
    else:
        for problem in problems:
            click.echo(str(problem))
    if problems:
        sys.exit(1)
    if not as_json:
        policy = load_policy(settings.policy, settings.services)
        click.echo(f"{settings.policy}: sound, policy {policy.version}, {len(policy.catalogue.services)} services")
