"""A panel as small as it can be: what an integrator has to write so that customers report faults inside it.

Two things. The server signs who is logged in (``token_for``), with the secret that the panels file of the connector
names; the page holds one element, ``<interspace-ticket>``, or for browsers without JavaScript a form. Nothing here
knows the connector: it needs Python and PyJWT (``pip install pyjwt``).

    python panel.py --support http://127.0.0.1:8080 --secret-file panel.secret --port 9000

Who is logged in is written down below; a real panel takes it from its own session.
"""

import argparse
import html
import time
import uuid
from collections.abc import Sequence
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jwt

CUSTOMER = {"sub": "bob", "name": "Bob Baker", "email": "bob@acme.example", "org": "acme", "lang": "en"}
SERVICES = {"SVC-1001": "Internet access 1 Gbit/s", "SVC-1002": "Colocation rack"}


def token_for(customer: dict[str, Any], services: Sequence[str], secret: str) -> str:
    """Says to the form who opens it. Good for two minutes and one page: made on the server, with the page."""
    now = int(time.time())
    claims = {
        **customer,
        "aud": "interspace-form",
        "iat": now,
        "exp": now + 120,
        "jti": str(uuid.uuid4()),
        "service_ids": list(services),
    }
    return jwt.encode(claims, secret, algorithm="HS256")


def support_tab(support: str, service: str, secret: str) -> str:
    """The tab *Support* of a service (R9)."""
    shown, word = quote(service), partial(token_for, CUSTOMER, list(SERVICES), secret)
    named = html.escape(service)
    return f"""<script src="{support}/static/form/interspace-ticket.js" defer></script>
<interspace-ticket src="{support}/form/" service="{named}" token="{word()}" title="Support"></interspace-ticket>
<noscript>
<form method="post" action="{support}/form/?service={shown}" target="support">
<input type="hidden" name="token" value="{word()}"><button>Open the form</button></form>
<iframe name="support" title="Support"></iframe>
</noscript>"""


PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>My Interspace</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 16px/1.5 system-ui, "DejaVu Sans", sans-serif; margin: 0; color: #1b2430; background: #f6f7f8 }}
header {{ background: #12355b; color: #fff; padding: 1rem 1.5rem; display: flex; justify-content: space-between }}
header a {{ color: #fff; text-decoration: none; font-weight: 600 }}
section {{ max-width: 50rem; margin: 1.5rem auto; padding: 0 1rem }}
a {{ color: #0b5c73 }} iframe {{ width: 100%; height: 60rem; border: 0 }}
@media (prefers-color-scheme: dark) {{ body {{ background: #10161c; color: #e8edf1 }} a {{ color: #6fc6dc }} }}
</style>
<header><a href="/">My Interspace</a><span>{name}</span></header><section>{content}</section></html>"""


class Panel(BaseHTTPRequestHandler):
    """``/``: the services. ``/services/ID``: one of them, with its tab *Support*."""

    def __init__(self, support: str, secret: str, *arguments: Any) -> None:
        self.support = support
        self.secret = secret
        super().__init__(*arguments)

    def do_GET(self) -> None:
        """One page."""
        service = self.path.removeprefix("/services/")
        if self.path == "/":
            rows = (f'<li><a href="/services/{id}">{id} {name}</a></li>' for id, name in SERVICES.items())
            content = f"<h1>Your services</h1><ul>{''.join(rows)}</ul>"
        elif service in SERVICES:
            content = f"<h1>{service} {SERVICES[service]}</h1>{support_tab(self.support, service, self.secret)}"
        else:
            self.send_error(404)
            return
        body = PAGE.format(name=html.escape(CUSTOMER["name"]), content=content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        # The token in it is good for one page.
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing: a panel's log is its own business."""


def serve(support: str, secret: str, port: int) -> ThreadingHTTPServer:
    """The panel on this machine; port 0: any that is free."""
    return ThreadingHTTPServer(("127.0.0.1", port), partial(Panel, support.rstrip("/"), secret))


def main() -> None:
    """Until Ctrl-C."""
    parser = argparse.ArgumentParser(description="An example of a customers' panel with the form in it.")
    parser.add_argument("--support", required=True, help="where the connector's receiver is, as browsers reach it")
    parser.add_argument("--secret-file", required=True, type=Path, help="the secret that the panels file names")
    parser.add_argument("--port", type=int, default=9000)
    options = parser.parse_args()
    server = serve(options.support, options.secret_file.read_text(encoding="utf-8").split()[0], options.port)
    print(f"The panel is at http://127.0.0.1:{server.server_port}/", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()
