"""What stands in front of the receiver in the examples lets through what is for outside, and nothing else.

Tried, and red: ``/tmf-api/`` not in one of them; ``/metrics`` in one of them; a size of Caddy in MB, which is less; an
access log of pages whose links are in the query."""

import re
from pathlib import Path
from unittest.mock import Mock

import pytest
import yaml

from connector.settings import Settings
from tests.unit.webhooks.deliveries import NOW
from webhooks.app import create_app
from webhooks.receiver import Receiver

DEPLOY = Path(__file__).parents[3] / "deploy"
INSIDE = {"healthz", "readyz", "metrics"}
NGINX = (DEPLOY / "proxy" / "nginx.conf").read_text(encoding="utf-8")
CADDY = (DEPLOY / "proxy" / "Caddyfile").read_text(encoding="utf-8")
INGRESSES = {
    one["metadata"]["name"]: one
    for one in yaml.safe_load_all((DEPLOY / "kubernetes" / "ingress" / "ingress.yaml").read_text(encoding="utf-8"))
}


@pytest.fixture(scope="module")
def outside() -> set[str]:
    """The first parts of the paths of a receiver that serves everything, but for those of the monitoring."""
    receiver = Receiver([], Mock(), lambda: NOW, dict, reports=Mock(), trouble_tickets=Mock())
    rules = create_app(receiver, Mock()).url_map.iter_rules()
    return {rule.rule.split("/")[1] for rule in rules} - INSIDE


def test_nginx(outside: set[str]) -> None:
    locations = re.findall(r"location (?:~ \^)?/\(?([\w|-]+)\)?/ \{", NGINX)

    assert {name for one in locations for name in one.split("|")} == outside
    assert re.search(r"location /ops/ \{\n(?: +allow .+;\n)+ +deny all;\n", NGINX)
    assert NGINX.count("client_max_body_size 32m;") == 2


def test_caddy(outside: set[str]) -> None:
    paths = re.findall(r"^\s+(?:handle|@\w+ path|path) (/.+?)(?: \{)?$", CADDY, re.MULTILINE)

    assert {path.strip("/*") for line in paths for path in line.split()} == outside
    assert re.search(r"@ops \{\s+path /ops/\*\s+remote_ip .+\s+\}", CADDY)
    assert CADDY.count("max_size 32MiB") == 2


def test_ingress(outside: set[str]) -> None:
    paths = {
        name: {path["path"].strip("/") for path in one["spec"]["rules"][0]["http"]["paths"]}
        for name, one in INGRESSES.items()
    }

    assert set.union(*paths.values()) == outside
    assert paths["operations"] == {"ops"}
    assert INGRESSES["operations"]["metadata"]["annotations"]["nginx.ingress.kubernetes.io/whitelist-source-range"]


def test_a_report_with_files_gets_as_far_as_the_connector() -> None:
    most = 32 * 1024 * 1024

    assert Settings().intake_body_bytes == most
    for name in ("receiver", "pages"):
        assert INGRESSES[name]["metadata"]["annotations"]["nginx.ingress.kubernetes.io/proxy-body-size"] == "32m"


def test_no_access_log_keeps_the_links_that_are_in_the_query() -> None:
    blocks = dict(re.findall(r"    location (.+?) \{\n(.+?)\n    \}", NGINX, re.DOTALL))
    assert {name for name, block in blocks.items() if "access_log off;" in block} == {"~ ^/(form|static)/", "/ops/"}
    assert re.findall(r"handle (@\w+) \{\n\t\tlog_skip\n", CADDY) == ["@pages", "@ops"]
    logged = "nginx.ingress.kubernetes.io/enable-access-log"
    silent = {name for name, one in INGRESSES.items() if one["metadata"]["annotations"].get(logged) == "false"}
    assert silent == {"pages", "operations"}
