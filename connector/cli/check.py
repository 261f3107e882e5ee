"""``interspace check``: is the policy sound?"""

import json
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import click

from connector.cli.options import MAPPING, RULES, TELLING, helpdesk_option, settings_options
from connector.cli.sections import command
from connector.counted import counted
from connector.helpdesks import registry
from connector.helpdesks.mapping import check as check_files
from connector.intake.panels import load_panels, unknown_customers
from connector.policy.catalogue import Catalogue
from connector.policy.hints import hints
from connector.policy.load import load_policy, read_rules, read_texts
from connector.policy.messages import check_shipped, data_that_does_not_count
from connector.policy.problem import PolicyError, Problem
from connector.policy.read import read_section
from connector.settings import Settings


@command()
@click.option("--json", "as_json", is_flag=True, help="Print problems and hints as JSON.")
@helpdesk_option("those whose address is set, or all")
@settings_options(*RULES, TELLING, "panels", MAPPING, logs=False)
def check(settings: Settings, *, as_json: bool, helpdesk: str | None) -> None:
    """Check policy, catalogue, mappings and messages.

    Every problem is printed with its file and line, and every file that was looked at is named.

    \b
    Examples:
      interspace check
      interspace check --policy new.yaml --services services.csv --json

    Exit code 1 if there is a problem; a hint is none.
    """
    chosen = (helpdesk,) if helpdesk else settings.helpdesks or registry.names()
    mappings = {settings.of(name).mapping: registry.plugin(name).mapping() for name in chosen}
    problems = sorted({*check_files(settings.policy, settings.services, mappings), *check_shipped()})
    rules = read_rules(settings.policy, settings.services)
    receivers, wrong = _of_receivers(settings)
    problems = sorted([*problems, *wrong, *_of_panels(settings)])
    texts = read_texts(rules)[0].messages.values()
    hinted = [*data_that_does_not_count(texts), *hints(rules)]
    if as_json:
        found = {"problems": problems, "hints": hinted}
        click.echo(
            json.dumps({kind: [asdict(problem) for problem in of_kind] for kind, of_kind in found.items()}, indent=2)
        )
        sys.exit(1 if problems else 0)
    for problem in problems:
        click.echo(str(problem))
    if problems:
        more = (path for path in (settings.telling, settings.panels) if path)
        looked_at = ", ".join(map(str, (settings.policy, settings.services, *more, *mappings)))
        click.echo(f"{counted(len(problems), 'problem')}; looked at: {looked_at}")
    else:
        _sound(settings, mappings)
        if settings.panels:
            click.echo(f"{settings.panels}: sound")
        if settings.telling:
            click.echo(f"{settings.telling}: sound, {counted(receivers, 'receiver')}")
    for hint in hinted:
        click.echo(f"Hint: {hint}.", err=True)
    sys.exit(1 if problems else 0)


def _of_receivers(settings: Settings) -> tuple[int, list[Problem]]:
    """How many receivers are told outside, and what is wrong with their file."""
    if settings.telling is None:
        return 0, []
    # Whoever has no such file does not wait for what sends.
    from connector.outgoing.receivers import read_receivers

    outside, problems = read_receivers(settings.telling)
    return len(outside.webhooks), problems


def _of_panels(settings: Settings) -> list[Problem]:
    """What is wrong with the panels, their secrets, and whose services they report."""
    if settings.panels is None:
        return []
    try:
        load_panels(settings.panels)
    except PolicyError as error:
        return list(error.problems)
    catalogue = read_section(settings.services, Catalogue).section
    return unknown_customers(settings.panels, frozenset(each.id for each in catalogue.customers)) if catalogue else []


def _sound(settings: Settings, mappings: Iterable[Path]) -> None:
    policy = load_policy(settings.policy, settings.services)
    click.echo(f"{settings.policy}: sound, policy {policy.version}")
    click.echo(f"{settings.services}: sound, {counted(len(policy.catalogue.services), 'service')}")
    for path in mappings:
        click.echo(f"{path}: sound")
    texts = policy.messages.messages.values()
    for folder, count in Counter(Path(text.file).parents[1] for text in texts).items():
        click.echo(f"{folder}: sound, {counted(count, 'message')}")
    if settings.helpdesks:
        click.echo("How many open tickets it would touch: interspace doctor --no-round-trip")
