"""``interspace try`` shows what would be read of a first message."""

import json
from pathlib import Path
from typing import Any

from tests.unit.cli.conftest import Run

MAIL = """Hallo,

unsere Leitung SVC-1001 ist seit 23.11.2026 10:20 gestört, die Auswirkung ist eine Verschlechterung.
Bitte nicht eskalieren. Wir bitten um einen RFO.
"""


def tried(run: Run, folder: Path, mail: str, *options: str) -> dict[str, Any]:
    file = folder / "mail"
    file.write_text(mail, encoding="utf-8")
    ran = run("try", str(file), "--json", "--sent", "2026-11-23T10:00:00Z", *options)
    assert ran.returncode == 0, ran.stderr
    answer: dict[str, Any] = json.loads(ran.stdout)
    return answer


def test_fields_requests_and_what_would_be_asked(run: Run, tmp_path: Path) -> None:
    customer = ("--customer", "petra@acme.example")

    assert tried(run, tmp_path, MAIL, *customer, "--subject", "AW: Leitung gestört") == {
        "fields": {
            "service_id": "SVC-1001",
            "problem_start": "2026-11-23T09:20:00Z",
            "short_description": "Leitung gestört",
            "impact": "degradation",
        },
        "requests": {"escalation": "no", "rfo": "yes"},
        "asks": [],
        "doubts": [],
        "language": "de",
    }


def test_what_is_not_clear_is_a_doubt_with_the_question(run: Run, tmp_path: Path) -> None:
    read = tried(run, tmp_path, "<p>Start time: 03/04/2026 08:00 UTC</p>", "--html")

    assert read["fields"] == {}
    assert read["asks"] == ["service_id", "problem_start", "short_description", "impact"]
    assert [doubt["field"] for doubt in read["doubts"]] == ["problem_start"]
    assert "3 April or 4 March" in read["doubts"][0]["question"].replace(" 2026", "")


def test_for_people_it_shows_every_clause_with_its_cues(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "mail"
    file.write_text("Please do not escalate.", encoding="utf-8")

    shown = run("try", str(file), "--channel", "web", COLUMNS="200").stdout

    assert "Please do not escalate" in shown
    assert "negation" in shown
    assert "together: no" in shown


SAVED = """\
Return-Path: <ada@harbour.example>
Subject: =?utf-8?q?AW=3A_Leitung_gest=C3=B6rt?=
From: Ada Lovelace <ada@harbour.example>
Date: Mon, 23 Nov 2026 11:00:00 +0100
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=x

--x
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Service ID: SVC-1005, the line is down. Bitte k=FCmmern Sie sich. Please escalate.
--x
Content-Type: text/html

<p>Please escalate.</p>
--x--
"""


def test_a_saved_mail_is_read_with_its_head(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "saved.eml"
    file.write_text(SAVED, encoding="ascii")

    read = json.loads(run("try", str(file), "--json").stdout)
    shown = run("try", str(file)).stdout

    assert read["mail"] == {
        "subject": "AW: Leitung gestört",
        "from": "ada@harbour.example",
        "sent": "2026-11-23T10:00:00Z",
    }
    assert read["fields"]["short_description"] == "Leitung gestört"
    assert read["fields"]["service_id"] == "SVC-1005"
    assert read["requests"] == {"escalation": "yes"}
    assert "Read as a saved mail" in shown


def test_a_file_of_bytes_is_refused_in_one_sentence(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "photo.jpg"
    file.write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF")

    ran = run("try", str(file))

    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == f"Error: {file}: this is neither text (UTF-8) nor a saved mail\n"


def test_a_time_that_no_rule_can_reckon_with_is_refused_in_one_sentence(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "mail"
    file.write_text("Please help.", encoding="utf-8")

    ran = run("try", str(file), "--sent", "9999-12-31T23:59:59-23:00")

    assert (ran.returncode, ran.stderr.splitlines()[-1]) == (
        2,
        "Error: Invalid value for '--sent': '9999-12-31T23:59:59-23:00' lies in a year that no ticket is of",
    )
