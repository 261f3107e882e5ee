"""Messages too long to be read to their end: a person is told once of each, and nothing else changes."""

from connector.domain.decision import Notice, Outcome
from connector.domain.mark import Mark
from connector.domain.ticket import Article
from connector.domain.vocabulary import Actor
from connector.rules import wording
from connector.rules.case import Case
from connector.rules.text.markup import MAX_HTML, MAX_TEXT

_NOTHING = Outcome(rule="left_out")
_CONNECTORS = frozenset({Actor.CONNECTOR, Actor.OTHER_CONNECTOR})
_LEAST = min(MAX_TEXT, MAX_HTML)
_MOST = 10
"""The most messages that one look names, the newest: whoever floods a ticket does not flood its notes."""


def left_out(case: Case) -> Outcome:
    """Tells support of each message whose end is not read: what stands there counts for nothing, even if it asks for an
    escalation. Messages older than ``ask_within`` and the connector's own are left alone."""
    # A cheap look first: hardly any message is longer than the shorter of the two limits.
    long = [article for article in case.ticket.articles if article.is_cut or len(article.body) > _LEAST]
    unread = [article for article in long if _is_cut(article) and article.author not in _CONNECTORS]
    if not unread:
        return _NOTHING
    since = case.now - case.policy.intake.ask_within.fixed
    recent = [article for article in unread if article.created_at >= since][-_MOST:]
    return Outcome(
        rule="left_out",
        notices=tuple(
            Notice(
                "left_out",
                {"who": article.author, "at": article.created_at, "read": _read(article)},
                frozenset({Mark("left-out", article.id)}),
            )
            for article in recent
        ),
        reasons=tuple(
            f"message {article.id} at {wording.format_time(article.created_at)} is too long: read are its first "
            f"{_read(article):,} characters"
            for article in recent
        ),
    )


def _is_cut(article: Article) -> bool:
    return article.is_cut or len(article.body) > _longest(article)


def _read(article: Article) -> int:
    return min(len(article.body), _longest(article))


def _longest(article: Article) -> int:
    return MAX_HTML if article.is_html else MAX_TEXT
