"""The file that says who is told."""

from pathlib import Path

import pytest

from connector.domain.event import EventKind
from connector.outgoing.receivers import load_receivers, read_receivers
from connector.policy.problem import PolicyError

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_addresses_and_secrets_come_from_the_file_or_from_files_beside_it(tmp_path: Path) -> None:
    (tmp_path / "chat.url").write_text("https://chat.example.com/s3cr3t\n")
    (tmp_path / "chat.secret").write_text(f"{SECRET}\nwhsec_{'A' * 32}\n")
    (tmp_path / "telling.yaml").write_text(
        "receivers:\n"
        f"  pager: {{url: 'http://127.0.0.1:9/x', secret: {SECRET}, events: [rfo.late], from_level: 3}}\n"
        "  chat: {url_file: chat.url, secret_file: chat.secret, noted: false}\n"
    )

    found = load_receivers(tmp_path / "telling.yaml").webhooks

    assert found["chat"].target == ("https://chat.example.com/s3cr3t", False)
    assert len(found["chat"].secrets) == 2
    assert (found["chat"].events, found["chat"].from_level, found["chat"].noted) == (frozenset(EventKind), 1, False)
    assert found["pager"].target.private, "who writes down this machine means it"
    assert found["pager"].events == {EventKind.RFO_LATE}
    assert found["pager"].from_level == 3


@pytest.mark.parametrize(
    ("receiver", "line", "text"),
    [
        ("{secret: x}", 2, "needs url or url_file"),
        ("{url: 'https://a.example'}", 2, "needs secret or secret_file"),
        (f"{{url: 'http://a.example', secret: {SECRET}}}", 2, "url must begin with https:// (http:// is for"),
        ("{url: 'https://a.example', secret: s3cr3t}", 2, "secret: expected whsec_ and the base64"),
        ("{url: 'https://a.example', secret: whsec_c2hvcnQ=}", 2, "of 24 to 64 random bytes"),
        ("{url: 'https://a.example', secret: whsec_no base64 at all!!}", 2, "secret: one is needed"),
        (f"{{url: 'https://a.example', secret: {SECRET}, event: []}}", 2, "there is no such setting; did you mean"),
        (f"{{url: 'https://a.example', secret: {SECRET}, events: [level]}}", 2, "expected 'escalation.level_reached'"),
        ("{url_file: not.there, secret_file: x}", 2, "cannot be read: No such file or directory"),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_without_the_secret(
    receiver: str, line: int, text: str, tmp_path: Path
) -> None:
    file = tmp_path / "telling.yaml"
    file.write_text(f"receivers:\n  pager: {receiver}\n")

    _, problems = read_receivers(file)

    assert [problem.line for problem in problems] == [line]
    assert text in problems[0].message
    assert "s3cr3t" not in str(problems[0])
    with pytest.raises(PolicyError):
        load_receivers(file)


def test_without_a_file_nobody_is_told() -> None:
    assert load_receivers(None) == ({}, None, {})
