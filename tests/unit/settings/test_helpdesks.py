"""Settings for one helpdesk or both: which are served, and whose webhooks have a secret."""

from dataclasses import replace
from pathlib import Path

import pytest

from connector.cli import _expected
from connector.helpdesks import registry
from connector.helpdesks.jira.settings import WEBHOOK_SECRET as JIRA_WEBHOOK
from connector.helpdesks.zammad.settings import WEBHOOK_SECRET as WEBHOOK
from connector.logs import secret_texts
from connector.settings import SettingsError, load, variable
from connector.settings.store import with_secret
from webhooks.receiver import open_receiver

ZAMMAD = {"INTERSPACE_ZAMMAD_URL": "https://support.example"}
JIRA = {"INTERSPACE_JIRA_URL": "https://site.example"}
GOOD = "a-secret-of-enough-length"
SIGNED, SHOWN = "INTERSPACE_JIRA_WEBHOOK_SECRET", "INTERSPACE_JIRA_AUTOMATION_SECRET"


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings file and no secret store is near."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("environment", "served"),
    [({}, ()), (ZAMMAD, ("zammad",)), (JIRA, ("jira",)), (ZAMMAD | JIRA, ("zammad", "jira"))],
)
def test_a_helpdesk_is_served_where_its_address_is_set(environment: dict[str, str], served: tuple[str, ...]) -> None:
    assert load(environment).helpdesks == served


@pytest.mark.parametrize("helpdesk", ["zammad", "jira"])
def test_the_only_one_served_need_not_be_chosen(helpdesk: str) -> None:
    settings = load(ZAMMAD if helpdesk == "zammad" else JIRA)
    assert settings.helpdesk(None) == settings.helpdesk(helpdesk) == helpdesk


@pytest.mark.parametrize(
    ("environment", "chosen", "said"),
    [
        ({}, None, "INTERSPACE_ZAMMAD_URL or INTERSPACE_JIRA_URL is not set"),
        ({}, "jira", "INTERSPACE_JIRA_URL is not set"),
        (JIRA, "zammad", "INTERSPACE_ZAMMAD_URL is not set"),
        (
            ZAMMAD | JIRA,
            None,
            "INTERSPACE_ZAMMAD_URL and INTERSPACE_JIRA_URL are both set: choose one with --helpdesk",
        ),
    ],
)
def test_a_missing_choice_or_address_is_named(environment: dict[str, str], chosen: str | None, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(environment).helpdesk(chosen)
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize("page", ["https://desk.example/#dashboard", "https://desk.example/?selected=1"])
def test_the_address_of_a_page_is_not_that_of_the_helpdesk(page: str) -> None:
    with pytest.raises(SettingsError, match=r"ZAMMAD_URL: .*leave out what begins with # or \?$"):
        load({"INTERSPACE_ZAMMAD_URL": page})


def test_only_a_helpdesk_with_questions_is_begun_by_init(monkeypatch: pytest.MonkeyPatch) -> None:
    assert registry.beginnings("jira") == "interspace init jira"
    by_hand = replace(registry.plugin("jira"), init=None)
    monkeypatch.setitem(registry._registered, "jira", by_hand)
    assert (registry.beginnings("jira"), registry.beginnings()) == ("", "interspace init zammad")
    with pytest.raises(SettingsError) as caught:
        load({"INTERSPACE_JIRA_URL": "https://site.example"}).of("jira").required("token")
    assert _expected(caught.value) == (str(caught.value), 2)


@pytest.mark.parametrize(
    ("content", "wrong"), [(None, "cannot be read: No such file or directory"), ("x", "holds no certificates as PEM")]
)
def test_certificates_are_read_at_once(content: str | None, wrong: str, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    if content:
        file.write_text(content)
    with pytest.raises(SettingsError) as caught:
        load(ZAMMAD | {"INTERSPACE_ZAMMAD_CA_FILE": str(file)})
    assert str(caught.value) == f"INTERSPACE_ZAMMAD_CA_FILE: {file} {wrong}"


def test_a_missing_token_tells_what_sets_it() -> None:
    with pytest.raises(SettingsError, match=r"_TOKEN or INTERSPACE_ZAMMAD_TOKEN_FILE is not set: ") as caught:
        load(ZAMMAD).of("zammad").required("token")
    assert "(interspace init zammad writes a first settings file)" in _expected(caught.value)[0]


@pytest.mark.parametrize("url", ["site.example", "ftp://site.example", "HTTPS:/x"])
def test_jiras_address_is_a_web_address(url: str) -> None:
    with pytest.raises(SettingsError, match=r"INTERSPACE_JIRA_URL: must start with https://"):
        load({"INTERSPACE_JIRA_URL": url})


@pytest.mark.parametrize("name", [SIGNED, SHOWN])
@pytest.mark.parametrize("value", ["hunter2", f"{GOOD}\n{GOOD}1\n{GOOD}2", f"{GOOD}\nhunter2"])
def test_jiras_secrets_are_judged_like_zammads(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{name}: ") as caught:
        load({name: value})
    assert "hunter2" not in str(caught.value)
    assert GOOD not in str(caught.value)


def test_a_rotation_has_two_of_each(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{GOOD}\n{GOOD}-previous\n")
    settings = load({f"{SIGNED}_FILE": "secret", SHOWN: f"{GOOD}-rule\n{GOOD}-rule-previous"})
    own = settings.of("jira")
    assert own.secrets("webhook_secret") == (GOOD.encode(), f"{GOOD}-previous".encode())
    assert own.secrets("automation_secret") == (f"{GOOD}-rule".encode(), f"{GOOD}-rule-previous".encode())
    assert settings.of("zammad").secrets("webhook_secret") == ()


def test_the_secret_store_holds_both_secrets_and_what_is_set_wins() -> None:
    store = Path("interspace.secrets")
    made = with_secret(store, with_secret(store, {}, WEBHOOK), JIRA_WEBHOOK)
    assert made[WEBHOOK] != made[JIRA_WEBHOOK]
    assert load({}).of("jira").secrets("webhook_secret") == (made[JIRA_WEBHOOK].encode(),)
    assert load({}).of("zammad").secrets("webhook_secret") == (made[WEBHOOK].encode(),)
    mixed = load({SIGNED: GOOD})
    assert mixed.of("jira").secrets("webhook_secret") == (GOOD.encode(),)
    assert mixed.of("zammad").secrets("webhook_secret") == (made[WEBHOOK].encode(),)


@pytest.mark.parametrize(
    ("helpdesk", "environment", "missing"),
    [
        (None, {}, "INTERSPACE_ZAMMAD_WEBHOOK_SECRET, INTERSPACE_JIRA_WEBHOOK_SECRET or " + SHOWN),
        ("zammad", {SIGNED: GOOD}, "INTERSPACE_ZAMMAD_WEBHOOK_SECRET (or …_FILE) is not set"),
        ("jira", {"INTERSPACE_ZAMMAD_WEBHOOK_SECRET": GOOD}, f"{SIGNED} or {SHOWN} (or …_FILE) is not set"),
    ],
)
def test_a_helpdesk_without_webhook_secret_is_named(
    helpdesk: str | None, environment: dict[str, str], missing: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load(environment).require_webhook_secret(helpdesk)
    assert str(caught.value).startswith(missing)


@pytest.mark.parametrize("name", [SIGNED, SHOWN])
def test_one_kind_of_sender_is_enough_for_jira(name: str) -> None:
    load({name: GOOD}).require_webhook_secret("jira")


@pytest.mark.parametrize(
    ("environment", "zammad", "jira"),
    [
        ({"INTERSPACE_ZAMMAD_WEBHOOK_SECRET": GOOD}, True, False),
        ({SIGNED: GOOD}, False, True),
        ({SHOWN: GOOD}, False, True),
        ({"INTERSPACE_ZAMMAD_WEBHOOK_SECRET": GOOD, SIGNED: GOOD, SHOWN: GOOD}, True, True),
    ],
)
def test_a_receiver_has_hooks_only_for_what_has_a_secret(environment: dict[str, str], zammad: bool, jira: bool) -> None:
    receiver = open_receiver(load(environment | {"INTERSPACE_JIRA_BOT": "bot"}))
    hooks = {hook.helpdesk: hook for hook in receiver.hooks}
    assert ("zammad" in hooks, "jira" in hooks) == (zammad, jira)
    if jira:
        hook = hooks["jira"]
        assert bool(hook.secrets) == (SIGNED in environment)
        assert bool(hook.tokens) == (SHOWN in environment)
        assert hook.bot == "bot"
    assert GOOD not in repr(receiver)


def test_every_secret_of_jira_is_kept_out_of_the_logs() -> None:
    names = ("jira_token", "jira_admin_token", "jira_webhook_secret", "jira_automation_secret")
    settings = load({variable(name): f"{GOOD}-{name}" for name in names})
    assert {f"{GOOD}-{name}" for name in names} <= set(secret_texts(settings))
    assert GOOD not in repr(settings)
