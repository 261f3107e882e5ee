"""Messages that no person wrote, told by their words: the last resort where no header says so.

Absence notices, bounces and acknowledgements of other ticket systems, in the languages of our customers' neighbours.
A person who mentions an absence in the middle of a message stays a person: only the subject and the first sentences
are looked at.
"""

import re
from collections.abc import Collection
from functools import lru_cache
from html import unescape

from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Channel
from connector.rules.text.known import Conversation
from connector.rules.text.markup import Body
from connector.rules.text.sentences import normalized

_LOOKED_AT = 2_000
"""Characters of a message that are looked at."""
_SENTENCES = 3
"""So many sentences from the beginning, without the greeting, may say that a machine speaks."""
_SUBJECT = re.compile(
    r"\s*(?:\[[^\]]*\]\s*|(?:re|aw|fwd?|wg)\s*:\s*)*(?:"
    r"auto(?:matic|mated)?[ -]?(?:reply|response|answer|generated)?\s*[:-]|automatic(?:ally)? (?:reply|response)"
    r"|out[ -]of[ -](?:the )?office\b(?!\W+(?!re\b|aw\b)\w+)|ooo\b\s*:|autoreply|autosvar|automatisk(?:t)? svar"
    r"|automatische (?:antwort|nachricht|abwesenheit)|abwesenheits(?:notiz|nachricht|meldung|assistent)|abwesend\s*:"
    r"|réponse automatique|absence du bureau|respuesta automática|resposta automática|risposta automatica"
    r"|automatisch antwoord|afwezigheids\w*|odpowiedź automatyczna|automatická odpověď|automatikus válasz"
    r"|automaattinen vastaus|otomatik yanıt|răspuns automat|автоматический ответ|自动回复|自動回覆|自動返信"
    r"|undeliver(?:able|ed)\b|unzustellbar|nicht zustellbar|non remis|no se puede entregar|non recapitabile"
    r"|delivery status notification|delivery (?:failure|has failed)|mail delivery (?:failed|failure|subsystem)"
    r"|failure notice|returned mail|message (?:not delivered|delivery failure)|undelivered mail"
    r"|read:|gelesen:|eingangsbestätigung|empfangsbestätigung"
    r")",
    re.IGNORECASE,
)
_OUT_UNTIL = (
    r"(?:i am|i'm|i will be|i'll be) (?:currently |presently |now )?(?:out of (?:the )?office|away|on (?:\w+ )?(?:leave"
    r"|holidays?|vacation))(?! (?:tomorrow|today|next|from|on|this))"
    r"|ich (?:bin|befinde mich) (?:(?!morgen|heute|übermorgen|gerade)\w+ ){0,2}(?:(?:bis|vom) .{2,40}?)?"
    r"(?:nicht (?:im (?:büro|haus|dienst)"
    r"|am arbeitsplatz"
    r"|erreichbar)|abwesend|außer haus|in (?:elternzeit|urlaub)|im (?:\w+ )?(?:urlaub|mutterschutz))"
    r"|(?:je suis|je serai) (?:actuellement )?(?:absente?|en congés?)|(?:estoy|estaré) (?:fuera|de vacaciones|ausente)"
    r"|sono (?:assente|fuori|in ferie)|ik ben (?:\w+ )?(?:afwezig|niet aanwezig|met (?:vakantie|verlof))"
    r"|jag är (?:\w+ )?(?:inte på kontoret|ledig|på semester)|jestem (?:obecnie )?nieobecn\w+|przebywam na urlopie"
    r"|estou (?:fora|ausente|de férias)"
)
_BODY = re.compile(
    rf"(?<!\w)(?:(?:{_OUT_UNTIL})\b"
    r"|this is (?:the mail system|an automat\w+)|(?:this|dies) (?:message|mail|e-?mail|ist eine|email)? ?(?:\w+ ){0,3}"
    r"automat\w+(?: \w+)? (?:generat|creat|sent|erstellt|generiert|erzeugt|versandt|versendet)\w*"
    r"|automatisch (?:erstellte|generierte|erzeugte|versandte) (?:nachricht|e-?mail|antwort)"
    r"|(?:do not|don't|nicht) (?:reply|antworten|respond) (?:to|auf) (?:this|diese)"
    r"|this (?:mailbox|inbox|address) is not (?:monitored|read|attended)|wird nicht weitergeleitet"
    r"|(?:your|ihre?) (?:\w+ )?(?:case|ticket|request|incident|inquiry|enquiry|anfrage|anliegen|vorgang|nachricht"
    r"|meldung)"
    r"(?: ?\(?[#\w:.-]*\d[\w.-]*\)?)? (?:has been|was|is|wurde|ist)(?: (?!still|not|noch|nicht|yet)\w+){0,5}? "
    r"(?:created|received|registered|opened|logged|assigned|erfasst|eingegangen|angelegt|registriert|erstellt|eröffnet)"
    r"|we(?: have|'ve)? received your (?:e-?mail|message|request|inquiry|enquiry)"
    r"|thank you for (?:your \w+|contacting [^.!\n]{1,40})[,.]? (?:it|we|your \w+) (?:has been|have) "
    r"(?:forwarded|received|been)"
    r"|(?:please )?type your reply above|wir haben ihre (?:nachricht|e-?mail|anfrage) erhalten"
    r"|(?:delivery to the following recipients? failed|your message (?:wasn't|could ?n[o']t be|was not) delivered"
    r"|fehler bei der nachrichtenzustellung|couldn't be delivered|address couldn't be found"
    r"|konnte nicht zugestellt werden)"
    r")",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"\A\W*(?:hi|hello|hallo|dear|good|guten|moin|sehr geehrte\w*|liebe\w*|bonjour|hola|ciao|buongiorno)\b[^\n.!]{0,60}"
    r"[\n,!.]",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.](?=\S)[^.!?\n]*)*[.!?\n]*")


_LINE_END = re.compile(r"<(?:br|/p|/div|/tr|/li|/h\d)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<(?:style|head)\b.*?</(?:style|head)>|<[^<>]*>", re.IGNORECASE | re.DOTALL)
_QUOTED = re.compile(r"^[ \t]*>.*$|^.{0,200}(?:wrote|schrieb)\b.{0,80}:[ ]*$", re.MULTILINE)


def automatic_messages(ticket: Ticket) -> Collection[int]:
    """The places of the mails that sound automatic. What a conversation is remembered by knows no channel."""
    mails = tuple([at for at, article in enumerate(ticket.articles) if article.channel is Channel.EMAIL])
    return _automatic(Conversation(ticket, mails), mails) if mails else ()


@lru_cache(maxsize=4_096)
def _automatic(said: Conversation, mails: tuple[int, ...]) -> Collection[int]:
    ticket = said.take()
    articles = ((at, ticket.articles[at]) for at in mails)
    return frozenset(at for at, mail in articles if sounds_automatic(mail.subject, mail.body, mail.is_html))


def sounds_automatic(subject: str, body: str, is_html: bool = False) -> bool:
    """Whether subject or first words are those of a machine: an absence notice, a bounce, an acknowledgement.

    Pure and cached; linear in the first 2,000 characters of text.
    """
    return _sounds_automatic(subject[:300], Body(body[: _LOOKED_AT * (8 if is_html else 1)]), is_html)


@lru_cache(maxsize=8_192)
def _sounds_automatic(subject: str, body: Body, is_html: bool) -> bool:
    if _SUBJECT.match(normalized(subject)):
        return True
    text = body.take()
    if is_html:
        text = unescape(_TAG.sub(" ", _LINE_END.sub("\n", text)))[:_LOOKED_AT]
    begins = _GREETING.sub("", _QUOTED.sub("", normalized(text)).strip())
    sentences = _SENTENCE.findall(begins)[:_SENTENCES]
    return any(_BODY.search(sentence) for sentence in (" ".join("".join(sentences).split()), *sentences))
