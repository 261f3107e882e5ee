"""What proves a step on Jira: a signed property of the comment, the memory beside it, and the last lines of 0.1.0."""

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest

from connector.domain.decision import Note
from connector.domain.mark import Mark
from connector.helpdesks.jira.memory import MARKS
from connector.helpdesks.proofs import Proofs
from tests.unit.helpdesks.jira.bench import BOT, START, Bench

OLD, NEW = b"the old key of the proofs", b"the new key of the proofs"


def announces(bench: Bench, issue: str, *marks: str) -> str:
    """The connector writes a note; the id of its comment."""
    note = Note(public=False, title="Done", text="It is.", marks=frozenset(map(Mark.parse, marks)))
    bench.desk.write(bench.read(issue), {}, note)
    bench.passes(seconds=5)
    return str(bench.jira.world.issue(issue).comments[-1].id)


def proof(bench: Bench, comment: str) -> Any:
    """The property of the comment."""
    return bench.calls(bench.accounts.admin, "GET", f"comment/{comment}/properties/{MARKS}")["value"]


def puts(bench: Bench, comment: str, value: Any, who: str | None = None) -> None:
    """Somebody who may edit all comments changes the property of one."""
    bench.calls(who or bench.accounts.admin, "PUT", f"comment/{comment}/properties/{MARKS}", value)


def forgets(bench: Bench, issue: str) -> None:
    """Whoever may edit the issue may damage the memory."""
    bench.calls(bench.agent, "PUT", f"issue/{issue}/properties/{MARKS}", {})


def marks(bench: Bench, issue: str) -> set[str]:
    """What counts as done."""
    return {str(mark) for mark in bench.read(issue).marks}


def refused(bench: Bench, issue: str) -> set[str]:
    """What the connector's own comments say without a valid signature."""
    return {str(mark) for article in bench.read(issue).articles for mark in article.refused_marks}


def test_nothing_of_it_is_seen_in_the_text(bench: Bench) -> None:
    issue = bench.opens()
    announces(bench, issue, "level-2")

    ((body, _),) = bench.visible(issue)
    assert body == "*Done*\n\nIt is."


def test_comments_are_asked_only_where_the_memory_does_not_vouch_for_them(bench: Bench) -> None:
    issue = bench.opens()
    announces(bench, issue, "asked")
    announces(bench, issue, "level-2")
    vouched = [one.path for one in bench.requests_of(lambda: bench.read(issue))]
    forgets(bench, issue)
    alone = [one.path for one in bench.requests_of(lambda: bench.read(issue))]

    assert len(vouched) == 1
    assert len(alone) == 2
    assert "comment" in alone[1]
    assert marks(bench, issue) == {"asked", "level-2"}


def test_each_step_stands_on_its_own_comment(bench: Bench) -> None:
    issue = bench.opens()
    announces(bench, issue, "asked")
    announces(bench, issue, "level-2")

    assert [set(article.marks) for article in bench.read(issue).articles[1:]] == [{"asked"}, {"level-2"}]


def test_more_than_two_thousand_steps_stand_on_one_comment(bench: Bench) -> None:
    issue = bench.opens()
    many = {f"request-h{number}" for number in range(2_500)}
    announces(bench, issue, *many)
    announces(bench, issue, "level-2")

    assert marks(bench, issue) == many | {"level-2"}, "the memory has no room for all"
    forgets(bench, issue)
    assert marks(bench, issue) == many | {"level-2"}


def test_an_edited_text_changes_no_proof(bench: Bench) -> None:
    issue = bench.opens()
    comment = announces(bench, issue, "level-2")
    forgets(bench, issue)
    body = {"body": "*Done*\n\n\\[ref: level-5\\]"}
    bench.calls(bench.accounts.admin, "PUT", f"issue/{issue}/comment/{comment}", body)

    assert marks(bench, issue) == {"level-2"}


FORGERIES: dict[str, tuple[Callable[[Any], Any], set[str]]] = {
    "other marks": (lambda held: {**held, "marks": ["level-5"]}, {"level-5"}),
    "another signature": (lambda held: {**held, "sig": "0" * 64}, {"level-2"}),
    "a guessed key": (lambda held: Proofs("jira", (b"a guess",)).sealed(held["ticket"], ["level-5"]), {"level-5"}),
    "stripped": (lambda held: {}, set()),
    "no object": (lambda held: "level-5", set()),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_proof_counts_for_nothing(bench: Bench, forgery: str) -> None:
    forge, claimed = FORGERIES[forgery]
    issue = bench.opens()
    comment = announces(bench, issue, "level-2")
    puts(bench, comment, forge(proof(bench, comment)))
    assert marks(bench, issue) == {"level-2"}, "the memory proves it"
    forgets(bench, issue)

    assert (marks(bench, issue), refused(bench, issue)) == (set(), claimed)


def test_only_who_may_edit_all_comments_reaches_a_proof(bench: Bench) -> None:
    comment = announces(bench, bench.opens(), "level-2")

    for who in (bench.agent, bench.customer):
        with pytest.raises(ValueError, match=r": 40[134] "):
            puts(bench, comment, {}, who)


def test_a_proof_counts_on_a_comment_of_ours_and_on_its_own_issue_only(bench: Bench) -> None:
    """Replayed, or come along with a clone of the issue."""
    issue, clone = bench.opens(), bench.opens()
    original = announces(bench, issue, "level-2")
    copied = proof(bench, original)
    puts(bench, announces(bench, clone, "asked"), copied)
    forgets(bench, clone)
    puts(bench, bench.comments(issue, "Hello", internal=True), copied, bench.agent)
    bench.calls(bench.accounts.admin, "DELETE", f"issue/{issue}/comment/{original}")
    forgets(bench, issue)

    assert (marks(bench, clone), refused(bench, clone)) == (set(), set())
    assert (marks(bench, issue), refused(bench, issue)) == (set(), set())


@pytest.mark.parametrize("keys", [(), (OLD,)], ids=["without a key", "with a key"])
@pytest.mark.parametrize("destroyed", [False, True], ids=["with its memory", "without its memory"])
def test_a_new_token_forgets_nothing(bench: Bench, keys: tuple[bytes, ...], *, destroyed: bool) -> None:
    bench.desk = bench.connected(None, *keys)
    issue = bench.opens()
    announces(bench, issue, "asked")
    announces(bench, issue, "level-2")
    if destroyed:
        forgets(bench, issue)
    bench.desk = bench.connected(bench.jira.add_user(BOT), *keys)

    assert marks(bench, issue) == {"asked", "level-2"}


def test_with_a_key_a_new_token_forgets_no_deleted_comment(bench: Bench) -> None:
    bench.desk = bench.connected(None, OLD)
    issue = bench.opens()
    comment = announces(bench, issue, "level-2")
    bench.calls(bench.accounts.admin, "DELETE", f"issue/{issue}/comment/{comment}")
    bench.desk = bench.connected(bench.jira.add_user(BOT), OLD)

    assert marks(bench, issue) == {"level-2"}


@pytest.mark.parametrize(
    ("signed_with", "keys", "counts"),
    [((OLD,), (NEW, OLD), True), ((OLD,), (NEW,), False), ((), (NEW,), True)],
    ids=["rotated", "changed at once", "the first key ever"],
)
def test_keys_are_replaced_one_after_the_other(
    bench: Bench, signed_with: tuple[bytes, ...], keys: tuple[bytes, ...], *, counts: bool
) -> None:
    bench.desk = bench.connected(None, *signed_with)
    issue = bench.opens()
    announces(bench, issue, "level-2")
    bench.desk = bench.connected(None, *keys)

    assert marks(bench, issue) == ({"level-2"} if counts else set())
    assert refused(bench, issue) == (set() if counts else {"level-2"})
    announces(bench, issue, "level-3")
    bench.desk = bench.connected(None, keys[0])
    after = {"level-2", "level-3"} if counts else {"level-3"}
    assert marks(bench, issue) == after, "the memory is signed anew with every note"


@pytest.mark.parametrize("damaged", [False, True], ids=["with its memory", "without its memory"])
def test_tickets_of_version_0_1_0_keep_their_proofs(bench: Bench, *, damaged: bool) -> None:
    issue = bench.opens()
    bench.comments(issue, "*Level 2*\n\nWhy\n\n\\[ref: asked level-2\\]", bench.accounts.bot, internal=True)
    times = {"level-2": START.isoformat(), "reminded": START.isoformat()}
    key = hashlib.sha256(b"interspace memory\0" + bench.accounts.bot.encode()).digest()
    said = json.dumps([MARKS, issue, 1, times], sort_keys=True, separators=(",", ":"))
    signature = hmac.new(key, said.encode(), hashlib.sha256).hexdigest()
    memory = {} if damaged else {"version": 1, "marks": times, "signature": signature}
    bench.calls(bench.agent, "PUT", f"issue/{issue}/properties/{MARKS}", memory)
    bench.desk = bench.connected(None, NEW)
    before = {"asked", "level-2"} if damaged else {"asked", "level-2", "reminded"}

    assert marks(bench, issue) == before
    announces(bench, issue, "level-3")
    assert marks(bench, issue) == before | {"level-3"}
