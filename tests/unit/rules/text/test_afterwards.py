"""R34: after the repair, only plain words of a present fault begin another outage."""

import pytest

from connector.rules.text.afterwards import Afterwards, read_afterwards

BROKEN = """\
It is dead again. Please escalate this ticket!
It is down again.
The line is still down.
Still no light.
Same problem again.
It happened again at 14:00.
The problem is back.
Leider wieder ausgefallen.
Die Leitung ist schon wieder tot.
Es geht immer noch nicht.
Die Störung besteht weiterhin.
not fixed
This is not resolved.
Thanks, but it is not working.
Sorry, we have packet loss again
Die Verbindung bricht wieder ab.
Line went down again at two.
Our service is unreachable.
It keeps flapping.
Another outage since 14:00
The link dropped again
We still see packet loss.
Danke, aber leider wieder keine Verbindung.
Problem persists
Impact: service affecting
Everything is down now!
it doesn't work
Funktioniert leider immer noch nicht
Der Fehler tritt wieder auf.
was up for an hour and is down again
Why is it down again?
no change, still broken
Wir haben erneut einen Ausfall.
the circuit has gone down again
Please send us the RFO. And by the way the line is down again.
The fault has returned
the error occurred again
Es ist noch nicht behoben
wieder offline
Again!!! no internet
Hallo, das Problem ist wieder da.
I don't think this is fixed: 20% loss.
Reopening, the errors are back.
Please do not close, we still see errors.
We still see 5% loss.
It came back for 10 min and is gone again.
The link bounces every two minutes.
"""
NOT_BROKEN = """\
Hopefully it won't go down again.
Please make sure this does not happen again.
We had another outage last month, was that the same cause?
Please send us the RFO.
Thanks, all good now.
Confirmed working, please close.
You can close it.
When was the line restored?
It was down for six hours, we expect a credit note.
Thank you for fixing the problem.
Vielen Dank, läuft wieder.
Could you share the root cause of the outage?
What was the reason for the failure?
The line was down for five hours, we need an RFO for that.
Please send the RFO for the outage.
If it goes down again we will escalate.
Perfect!
When can we expect the RFO?
Wir bitten um einen Ausfallbericht zur Störung von gestern.
Danke, es geht wieder.
The line is up again, thanks.
It is working again.
Das Problem ist behoben, danke!
No more packet loss. Thanks
Everything is fine again
Problem gone, thank you.
How will you prevent such outages in future?
The link has been stable since. Please send an RFO to noc@harbour.example.
Thanks for the RFO.
Where do I send the invoice?
Our management asks why the service was down for 3 hours.
Your technician forgot his ladder.
Die Leitung ist wieder da. Vielen Dank!
alles wieder in Ordnung
Bitte senden Sie uns den RFO, die Leitung war 3 Stunden tot.
Confirmed, no issues since.
Keine Störung mehr. Danke.
We have not received the RFO yet.
Is the RFO still not ready?
We are still waiting for the RFO.
Wir warten noch auf den Ausfallbericht.
We need an RFO as the service went down.
Can you explain the cause of this incident again?
Please send the RFO again.
Bitte schicken Sie den Störungsbericht noch einmal.
Was the problem on your side?
We still need the RFO for this outage.
the service is back. Please send us the outage report
not yet received the outage report
Der RFO ist noch nicht da.
The RFO is still not available.
Your outage report was not sent to us, please send it again.
We cannot open the RFO
Das Dokument funktioniert nicht, bitte nochmal als PDF
I am out of the office until Monday.
Ich bin bis Montag nicht erreichbar.
I will be back on Monday
Message could not be delivered
The ticket can be closed, no more problems.
Another question: who pays?
Next time please call us earlier.
Was ist mit dem Credit?
Thanks again!
Danke nochmal
Hello again, thank you.
Please call me back.
Thanks! We will come back if the problem happens again.
I am back from holiday, is this solved?
Can I have the ticket number again?
We had another look and everything is fine.
Sounds good, we are still monitoring.
Bei uns läuft noch ein Test, sieht aber gut aus.
Der Kunde hat noch nicht geantwortet
We are still investigating the root cause on our side, the line is ok.
Works perfectly
Since when was it down?
please credit us for the outage
This was the third outage this month!
We are not happy with the response time.
same team, great job
I was not available yesterday.
"""


@pytest.mark.parametrize("text", BROKEN.splitlines())
def test_the_fault_is_back(text: str) -> None:
    assert read_afterwards(text) is Afterwards.BROKEN


@pytest.mark.parametrize("text", NOT_BROKEN.splitlines())
def test_the_fault_is_not_said_to_be_back(text: str) -> None:
    assert read_afterwards(text) is not Afterwards.BROKEN


@pytest.mark.parametrize("text", ["Thank you!", "Danke, läuft wieder.", "Everything is fine again.", "Super!"])
def test_a_courtesy(text: str) -> None:
    assert read_afterwards(text) is Afterwards.COURTESY


def test_what_is_neither_is_unclear() -> None:
    assert read_afterwards("Who was on site?") is Afterwards.UNCLEAR
