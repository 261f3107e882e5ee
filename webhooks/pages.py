"""What our pages have in common: the files beside them, and headers that keep a browser from doing anything else."""

from collections.abc import Sequence
from pathlib import Path

from flask import Blueprint, Response, send_from_directory

STATIC = Path(__file__).parent / "static"

_KEPT_S = 3600


def files() -> Blueprint:
    """``/static/…``: style sheets and scripts of the pages, the same for everybody."""
    blueprint = Blueprint("static", __name__)

    @blueprint.get("/static/<path:name>", provide_automatic_options=False)
    def static(name: str) -> Response:
        response = send_from_directory(STATIC, name, max_age=_KEPT_S)
        response.headers["X-Content-Type-Options"] = "nosniff"
        # A panel's page loads our component from here, and it is no secret.
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    return blueprint


def guarded(response: Response, *, framed_by: Sequence[str] = (), posts_to: str = "'self'") -> Response:
    """The answer as a page that runs only scripts of ours, is kept nowhere and tells nobody whence its reader came.

    ``framed_by``: the origins that may show it in a frame; nobody else does.
    """
    frames = " ".join(framed_by) or "'none'"
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        f"form-action {posts_to}; base-uri 'none'; frame-ancestors {frames}"
    )
    if not framed_by:
        response.headers["X-Frame-Options"] = "DENY"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response
