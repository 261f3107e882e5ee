"""What may be a request or a consent and is not plain: support is told once for each message (R27, R34, R39)."""

from datetime import datetime

from connector.domain.decision import Notice, Outcome
from connector.domain.mark import Mark
from connector.rules import wording
from connector.rules.case import Case
from connector.rules.text.clauses import Verdict

_NOTHING = Outcome(rule="unclear", reasons=("no request or consent is unclear",))


def unclear(case: Case) -> Outcome:
    """Nothing unclear changes a clock, a level or a promise: a person reads it. Old messages are left alone."""
    if not any(case.spoken):
        return _NOTHING
    since = case.now - case.policy.intake.ask_within.fixed
    doubts: dict[str, dict[str, str]] = {}
    articles = {}
    for kind, statements in case.spoken._asdict().items():
        for statement in statements:
            article = statement.article
            told = statement.doubts and _was_deferred(case, article.created_at)
            if statement.reading.verdict is Verdict.UNCLEAR and article.created_at >= since and not told:
                articles[article.id] = article
                doubts.setdefault(article.id, {})[kind] = statement.said
    if not doubts:
        return _NOTHING
    return Outcome(
        rule="unclear",
        notices=tuple(
            Notice(
                "request_unclear",
                {"who": articles[ref].author, "at": articles[ref].created_at, **said},
                frozenset({Mark("unclear", ref)}),
            )
            for ref, said in doubts.items()
        ),
        reasons=tuple(
            f"message {ref} at {wording.format_time(articles[ref].created_at)} may be about {kind}: {text!r}"
            for ref, said in doubts.items()
            for kind, text in said.items()
        ),
    )


def _was_deferred(case: Case, at: datetime) -> bool:
    """At that time or since. Then the note of its end quotes what put the consent in doubt."""
    changes = case.ticket.changes.get("deferred_until", ())
    return any(change.new is not None or change.at >= at for change in changes[-1:])
