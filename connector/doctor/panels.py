"""Are the panels declared, are their secrets kept, and is what they call reached as they reach it?"""

import os
import stat
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import requests

from connector.doctor.context import Examination
from connector.doctor.finding import Check, Observation, fail, ok, skipped, warn
from connector.intake.panels import load_panels, unknown_customers
from connector.intake.signing import signed_headers
from connector.settings import variable

_PROBE = "interspace-doctor"
"""The id of a report that nobody makes."""
_NONE = "there are no panels"


def panels(context: Examination) -> Observation:
    """The file, the secrets, and whose services they report (R4)."""
    if (path := context.settings.panels) is None:
        return ok(_NONE)
    known = load_panels(path)
    if unknown := unknown_customers(path, frozenset(each.id for each in context.policy.catalogue.customers)):
        return fail(str(unknown[0]), "Name customers of the service catalogue, or leave customers out for all.")
    named = [path.parent / file for panel in known for file in (panel.secret_file, panel.token_file) if file]
    open_ = sorted(str(file) for file in named if os.stat(file).st_mode & stat.S_IROTH)
    if open_:
        return warn(f"every user of this machine may read {', '.join(open_)}", f"chmod o= {' '.join(open_)}")
    return ok(", ".join(panel.name for panel in known))


def panels_reach(context: Examination) -> Observation:
    """A signed question is answered at the address that panels use: way, secret and clocks are right."""
    if context.settings.panels is None:
        return ok(_NONE)
    address, name = _address(context)
    if address is None:
        return skipped(f"{name} is not set", f"Set it to where panels reach the receiver ({variable('public_url')}).")
    refused = []
    for panel in load_panels(context.settings.panels):
        signed = signed_headers(panel.secrets[:1], _PROBE, context.clock(), b"")
        answer = _asked(partial(context.request, "GET", f"{address}/intake/v1/tickets/{_PROBE}", headers=signed))
        if isinstance(answer, Observation):
            return answer
        if answer.status_code == HTTPStatus.UNAUTHORIZED:
            refused.append(panel.name)
        elif answer.status_code not in (HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE) or not _is_ours(answer):
            return fail(
                f"{address} answers {answer.status_code}, and not as the intake interface does",
                "Let the web server in front pass /intake/ on unchanged, and restart the receiver with the panels set.",
            )
    if refused:
        return fail(
            f"the receiver at {address} refuses the signature of {', '.join(refused)}",
            "Its secret is another one, or its clock is more than five minutes off: compare both.",
        )
    return ok(f"{address}/intake/ answers")


def form_reach(context: Examination) -> Observation:
    """The form's first page comes at the address that customers' browsers use (R8, R9)."""
    settings = context.settings
    if settings.panels is None or not any(panel.origins for panel in load_panels(settings.panels)):
        return ok("no panel shows the form")
    if settings.public_url is None:
        return skipped(f"{variable('public_url')} is not set", "Set it to where browsers reach the receiver.")
    answer = _asked(lambda: context.request("GET", f"{str(settings.public_url).rstrip('/')}/form/"))
    if isinstance(answer, Observation):
        return answer
    if answer.status_code != HTTPStatus.OK or "frame-ancestors" not in answer.headers.get(
        "Content-Security-Policy", ""
    ):
        return fail(
            f"{settings.public_url}/form/ answers {answer.status_code}, and not as the form does",
            "Let the web server in front pass /form/ and /static/ on unchanged, their headers too.",
        )
    return ok(f"{settings.public_url}/form/ answers")


def _address(context: Examination) -> tuple[str | None, str]:
    settings = context.settings
    if settings.public_url is not None:
        return str(settings.public_url).rstrip("/"), variable("public_url")
    parts = urlsplit(settings.receiver_url or "")
    return (f"{parts.scheme}://{parts.netloc}" if parts.netloc else None), variable("receiver_url")


def _asked(ask: Callable[[], requests.Response]) -> requests.Response | Observation:
    try:
        return ask()
    except requests.exceptions.RequestException as error:
        return fail(
            f"no answer: {type(error).__name__}",
            "Check the address, the name service and the web server in front; from here it may look otherwise than "
            "from outside.",
        )


def _is_ours(answer: requests.Response) -> bool:
    return answer.headers.get("Content-Type", "").startswith("application/problem+json")


PANELS: tuple[Check[Any], ...] = (
    Check("panels", panels),
    Check("panels reach the intake", panels_reach, ("panels",)),
    Check("browsers reach the form", form_reach, ("panels",)),
)
"""On each helpdesk."""
