"""Is everything set and installed, are the files sound, and can nobody else read the secrets?"""

import os
import stat
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

from connector.counted import counted
from connector.doctor.context import Examination
from connector.doctor.finding import Observation, fail, ok, skipped, warn
from connector.helpdesks.mapping import check
from connector.helpdesks.registry import beginnings, plugin
from connector.install.errors import PlanError
from connector.install.plan import Plan
from connector.policy.contacts import mails_nobody
from connector.policy.letterhead import shipped_letterhead
from connector.policy.locate import MAPPINGS
from connector.settings import secret_names, variable
from connector.settings.file import PlacedValue, SettingsFileError, is_there, locate, read


def settings(context: Examination) -> Observation:
    """Without these the connector does not start."""
    missing = [context.own.variable(name) for name in ("url", "token") if getattr(context.own, name) is None]
    if missing:
        begin = beginnings(context.HELPDESK)
        return fail(
            f"not set: {', '.join(missing)}",
            f"{begin} asks for them and writes a settings file." if begin else "Set them in the environment.",
        )
    return ok("complete")


def webhook_secret(context: Examination) -> Observation:
    """The receiver does not start without it."""
    count, store = len(context.webhook_secrets), context.settings.secret_store.absolute()
    if not count:
        return fail(
            f"{context.own.variable('webhook_secret')} is not set and {store} holds none",
            f"If the webhook has a secret already, set it, or name its file in {variable('secret_store')}; if not, "
            f"interspace install apply {context.HELPDESK} makes one. An existing webhook gets it, too: "
            "receivers then refuse webhooks until they are restarted.",
        )
    return ok("set") if count == 1 else ok("two are set: the receiver accepts both while one is being replaced")


def proof_key(context: Examination) -> Observation:
    """What proves a step on a ticket bears a signature that nobody else can make."""
    keys, name = context.settings.proof_keys, variable("proof_key")
    if not keys:
        return warn(
            f"{name} is not set and {context.settings.secret_store.absolute()} holds none: proofs on tickets are "
            "bound to their ticket, but their signature is no secret",
            f"interspace install apply {context.HELPDESK} makes one; restart all workers with it then. Keep a copy: "
            "what was proved with a key that is lost counts as not done, and is said again on every open ticket.",
        )
    if len(keys) > 1:
        return ok("two are set: the first signs. Remove the second once all tickets are closed that were open before")
    return ok("set. Never replace it at once: what it has proved would be said again on every open ticket")


def secret_files(context: Examination) -> Observation:
    """Files that hold a secret are their owner's only."""
    file = locate(os.environ)
    lines = _lines(file) if file is not None else {}
    named = {name: line.value for name, line in lines.items()} | dict(os.environ)
    variables = [variable(name) for name in secret_names()]
    paths = {path for name in variables if (path := named.get(f"{name}_FILE"))}
    if any(name in lines for name in variables):
        paths.add(str(file))
    if is_there(context.settings.secret_store):
        paths.add(str(context.settings.secret_store))
    if context.settings.telling is not None:
        paths.add(str(context.settings.telling))
    open_ = sorted(path for path in paths if _readable_by_all(path))
    if open_:
        return warn(f"every user of this machine may read {', '.join(open_)}", f"chmod o= {' '.join(open_)}")
    return ok(", ".join(sorted(paths)) if paths else "secrets come from the environment")


def files(context: Examination) -> Observation:
    """Policy, catalogue and mapping, as ``interspace check`` sees them."""
    chosen = context.settings
    problems = check(chosen.policy, chosen.services, {context.own.mapping: plugin(context.HELPDESK).mapping()})
    if problems:
        more = f" and {len(problems) - 1} more" if len(problems) > 1 else ""
        return fail(f"{problems[0]}{more}", "interspace check lists every problem with its line.")
    return ok(f"policy {context.policy.version}, {counted(len(context.policy.catalogue.services), 'service')}")


def escalation_mail(context: Examination, then: str, unless: str = "") -> Observation:
    """Each level has somebody to mail (R38). ``then`` says what to do after an address was added."""
    if nobody := mails_nobody(context.policy):
        return warn(
            f"{nobody}{unless}",
            "Add an address to the contacts of each level, e.g. contacts: [Shift manager, shift@isp.example], in "
            f"{_own_policy(context)}{then}.",
        )
    return ok("every level has an address")


def letterhead(context: Examination) -> Observation:
    """Documents for customers bear the provider's own name (R33, R35)."""
    if context.policy.letterhead.version == shipped_letterhead().version:
        return warn(
            f"RFOs and escalation matrices would bear the sample's name, {context.policy.letterhead.provider.name}",
            "Put your own name, address and logo into a copy of the sample, and name its folder (provider_folder) in "
            f"{_own_policy(context)}.",
        )
    return ok(context.policy.letterhead.provider.name)


def _own_policy(context: Examination) -> str:
    """The file to change: never the one that comes along, which an upgrade replaces."""
    path = context.settings.policy
    return "a policy of your own, which interspace init policy makes" if path.is_relative_to(MAPPINGS) else str(path)


def _lines(path: Path) -> Mapping[str, PlacedValue]:
    try:
        return read(path)
    except SettingsFileError:
        return {}


def _readable_by_all(path: str) -> bool:
    try:
        return bool(Path(path).stat().st_mode & stat.S_IROTH)
    except OSError:
        return False


_NAMED = 3


def drift(context: Examination, make: Callable[[], Plan]) -> Observation:
    """The plan of an installation now leaves nothing to do. What was made by hand has no plan to drift from."""
    helpdesk = context.HELPDESK
    try:
        plan = make()
    except PlanError as error:
        return fail(str(error), f"interspace install plan {helpdesk} tells more.")
    if plan.ours == 0:
        return skipped(
            "nothing here was set up by interspace install",
            f"interspace install plan {helpdesk} shows what it would do.",
        )
    work = plan.work
    if not work:
        return ok(f"{counted(plan.ours, 'object')}, all as installed")
    counts = Counter(step.action.value for step in work)
    first = ", ".join(step.title for step in work[:_NAMED])
    more = " …" if len(work) > _NAMED else ""
    do = f"interspace install plan {helpdesk} shows it, interspace install apply {helpdesk} repairs it."
    return warn(f"{', '.join(f'{n} to {what}' for what, n in counts.items())}: {first}{more}", do)
