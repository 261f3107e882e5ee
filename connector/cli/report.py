"""``interspace report``: a month for a customer, or for the provider. Reads only."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import click

from connector.cli.options import HELPDESK, helpdesk_option, settings_options
from connector.cli.past import Past, from_option, looked_back, save_option, shown_while_read
from connector.cli.sections import command
from connector.cli.wiring import now, open_policy
from connector.documents.render import DocumentError, pdf
from connector.domain.vocabulary import CauseCategory, TicketKind
from connector.policy.load import load_policy
from connector.policy.models import Policy
from connector.reports.document import report_document
from connector.reports.figures import Report
from connector.reports.incident import Incident, causes_of, incident
from connector.reports.month import Month
from connector.reports.render import TEXTS
from connector.reports.tables import of_customer, of_provider
from connector.settings import Settings
from connector.simulation.report import is_case

_TREND = 12
"""Months that the provider's report looks back."""
_FORMATS = click.Choice(("html", "pdf", "csv", "json"))


@command()
@click.option("--month", required=True, metavar="YYYY-MM", help="Which month, in the policy's display_timezone.")
@click.option("--customer", metavar="ID", help="A customer of the service catalogue. Without it: the provider's own.")
@click.option("--all", "everybody", is_flag=True, help="One report for each customer, and the provider's own.")
@click.option(
    "--format",
    "form",
    type=click.Choice(("html", "pdf", "csv", "json")),
    default="html",
    show_default=True,
    help="As what.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="The folder for the files.  [default: the current one]",
)
@click.option(
    "--before",
    "earlier",
    type=(str, click.Path(path_type=Path, dir_okay=False, exists=True)),
    multiple=True,
    metavar="DAY FILE",
    help="Judge incidents created before this day by this policy, as it was then. May be given several times.",
)
@save_option
@from_option
@helpdesk_option()
@settings_options(HELPDESK)
def report(
    settings: Settings,
    *,
    month: str,
    customer: str | None,
    everybody: bool,
    form: str,
    out: Path,
    earlier: tuple[tuple[str, Path], ...],
    save: Path | None,
    source: Path | None,
    helpdesk: str | None,
) -> None:
    """Write a month's report for a customer or the provider.

    Promises kept and missed, downtime, escalations. The tickets are read from the helpdesk one after the other; nothing
    is written there. Every figure names the tickets it was counted from, so that a customer can be shown why. The
    provider's own report holds all customers, what the customers had to be asked for, and twelve months; it reads those
    of a year.

    A long reading is best done with --save FILE. If it breaks off, what was read is kept in FILE.part, and the same
    command goes on from there; without it, all is read anew. Once FILE is whole, --from makes other reports of the same
    time of it: of a year, or of the month alone where it was saved with --customer. Both hold what customers wrote:
    keep them as you keep the helpdesk's backups.

    Promises are those of the policy in use, unless --before names the one that was in use before a day: write it like
    2026-10-01, in the policy's display_timezone.

    \b
    Examples:
      interspace report --month 2026-11
      interspace report --month 2026-11 --customer acme --format csv --out reports
      interspace report --month 2026-11 --all --out reports
      interspace report --month 2026-11 --save past.json.gz
      interspace report --month 2026-11 --from past.json.gz --format json
      interspace report --month 2026-11 --before 2026-11-15 old/interspace.yaml
    """
    policy = open_policy(settings)
    wanted, policies = _month(month, policy), _policies(policy, earlier, settings.services)
    _known(customer, policy)
    if customer is not None and everybody:
        raise click.UsageError("--all holds every customer: leave --customer out")
    back = wanted if customer is not None else wanted.shifted(1 - _TREND)
    with looked_back(settings, helpdesk, back.begins, f"since {back.name}", source=source, save=save) as past:
        until = min(past.until, wanted.ends).astimezone(UTC)
        incidents = _incidents(past, policies, until)
    customers = (None, *sorted({one.customer for one in incidents})) if everybody else (customer,)
    reports = [_report(incidents, policies, wanted, until, name) for name in customers]
    _write(reports, out, form, policy)


class _Policies(NamedTuple):
    """Whose promises counted when."""

    now: Policy
    before: tuple[tuple[date, Policy], ...]
    """The earliest day first: what was created before it was judged so."""

    def of(self, created: datetime) -> Policy:
        """The one for an incident created then (aware)."""
        day = created.astimezone(ZoneInfo(self.now.display_timezone)).date()
        return next((policy for until, policy in self.before if day < until), self.now)

    @property
    def told(self) -> str:
        """The versions, for people."""
        return ", ".join((*(f"{policy.version} before {day}" for day, policy in self.before), self.now.version))


def _policies(policy: Policy, earlier: Iterable[tuple[str, Path]], services: Path) -> _Policies:
    """:raises PolicyError: what is wrong with an earlier one. Raises BadParameter for what is no day."""
    before = dict[date, Policy]()
    for text, file in earlier:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            told = f"{text!r} is not a day, write it like 2026-10-01"
            raise click.BadParameter(told, param_hint="--before") from None
        if day in before:
            raise click.BadParameter(f"{text} is named twice", param_hint="--before")
        before[day] = load_policy(file, services)
    return _Policies(policy, tuple(sorted(before.items())))


def _month(text: str, policy: Policy) -> Month:
    try:
        month = Month.parse(text, ZoneInfo(policy.display_timezone))
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a month, write it like 2026-11", param_hint="--month") from None
    if month.begins > now():
        raise click.BadParameter(f"{month.name} has not begun", param_hint="--month")
    return month


def _known(customer: str | None, policy: Policy) -> None:
    known = [one.id for one in policy.catalogue.customers]
    if customer is not None and customer not in known:
        raise click.BadParameter(
            f"the service catalogue has no customer {customer!r}; it has {', '.join(known) or 'none'}",
            param_hint="--customer",
        )


def _incidents(past: Past, policies: "_Policies", until: datetime) -> list[Incident]:
    found, causes = list[Incident](), dict[str, CauseCategory]()
    for ticket in shown_while_read(past, quiet=False):
        if ticket is None or ticket.created_at >= until:
            continue
        if ticket.kind is TicketKind.PROBLEM:
            causes |= causes_of(ticket)
        elif is_case(ticket):
            found.append(incident(ticket, policies.of(ticket.created_at), until))
    return [one._replace(cause=causes.get(one.number)) for one in found]


def _report(
    incidents: list[Incident], policies: "_Policies", month: Month, until: datetime, customer: str | None
) -> Report:
    if customer is None:
        tables = of_provider(incidents, month, until, _TREND)
    else:
        tables = of_customer([one for one in incidents if one.customer == customer], month, until)
    return Report(month, customer, until, policies.now.name, policies.told, tables)


def _write(reports: list[Report], folder: Path, form: str, policy: Policy) -> None:
    path = folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for one in reports:
            path = folder / f"report-{one.month.name}-{_file_name(one.customer or 'provider')}.{form}"
            path.write_bytes(_content(one, path.name, policy) if form == "pdf" else TEXTS[form](one).encode())
            click.echo(f"written: {path}")
    except DocumentError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{error.filename or path}: {error.strerror}") from None


def _content(report: Report, name: str, policy: Policy) -> bytes:
    return pdf(report_document(report, name), policy.letterhead)


def _file_name(text: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in text)
