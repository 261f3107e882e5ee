"""Many senders at once: each plays a ticket's story and has every event of it acknowledged before the next one."""

import itertools
import random
import socket
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from queue import SimpleQueue
from threading import Condition, Event, Thread

from tests.chaos.sandbox import Sandbox
from tests.waiting import PATIENCE_S

SENDERS = 32
_PAUSE_S = 0.02

Act = Callable[[Sandbox, str], object]
STORIES: tuple[tuple[Act, ...], ...] = (
    (),
    (Sandbox.customer_asks_to_escalate,),
    (Sandbox.agent_closes, Sandbox.customer_asks_for_rfo),
)
"""What happens after a customer has opened the ticket. Each act is an event, and each event is delivered."""


class Senders:
    """Threads that deliver events until they are acknowledged. An acknowledged event is never delivered again."""

    def __init__(self, helpdesk: Sandbox, receivers: Sequence[tuple[str, int]], seed: int) -> None:
        self.acknowledged = 0
        """Answers 202."""
        self.refused = 0
        """Other answers, and connections that ended without one."""
        self.answers: Counter[str] = Counter()
        """All of them by their status; without one: an empty text."""
        self.told: set[str] = set()
        """Tickets of which every event so far has been acknowledged."""
        self._helpdesk = helpdesk
        self._receivers = receivers
        self._tickets: SimpleQueue[str | None] = SimpleQueue()
        self._changed = Condition()
        self._failure: BaseException | None = None
        self._give_up = Event()
        self._threads = [
            Thread(target=self._send, args=(random.Random(f"{seed}-{number}"), number), daemon=True)
            for number in range(SENDERS)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def untold(self) -> int:
        """Tickets whose stories have not begun."""
        return self._tickets.qsize()

    def tell(self, tickets: Sequence[str]) -> None:
        """More tickets whose stories are to be played."""
        for ticket in tickets:
            self._tickets.put(ticket)

    def wait_for(self, acknowledged: int) -> None:
        """Until so many events are acknowledged."""
        self._wait(lambda: self.acknowledged >= acknowledged)

    def wait_for_refusals(self, refused: int, told: int | None = None) -> None:
        """Until so many deliveries have failed; or, if that is given, until so many tickets' stories are told."""
        self._wait(lambda: self.refused >= refused or (told is not None and len(self.told) >= told))

    def finish(self) -> None:
        """Until all stories are told to their end."""
        for _ in self._threads:
            self._tickets.put(None)
        deadline = time.monotonic() + PATIENCE_S
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        self._check()
        assert not any(thread.is_alive() for thread in self._threads), "a sender is not finished"

    def abandon(self) -> None:
        """The test is over, whatever became of it."""
        self._give_up.set()

    def _wait(self, condition: Callable[[], bool]) -> None:
        with self._changed:
            reached = self._changed.wait_for(lambda: self._failure is not None or condition(), PATIENCE_S)
        self._check()
        assert reached, f"stuck with {self.acknowledged} events acknowledged, {self.refused} refused"

    def _check(self) -> None:
        if self._failure is not None:
            raise AssertionError("a sender failed") from self._failure

    def _send(self, chance: random.Random, number: int) -> None:
        receivers = itertools.cycle(self._receivers)
        for _ in range(number % len(self._receivers)):
            next(receivers)
        try:
            while (ticket := self._tickets.get()) is not None:
                for act in (None, *chance.choice(STORIES)):
                    if act is not None:
                        act(self._helpdesk, ticket)
                    self._deliver(ticket, receivers)
                with self._changed:
                    self.told.add(ticket)
                    self._changed.notify_all()
        except BaseException as error:  # noqa: BLE001 - the test's own thread raises it
            with self._changed:
                self._failure = error
                self._changed.notify_all()

    def _deliver(self, ticket: str, receivers: "itertools.cycle[tuple[str, int]]") -> None:
        delivery = self._helpdesk.delivery(ticket)
        while not self._give_up.is_set():
            status = _status(next(receivers), delivery)
            accepted = status == "202"
            with self._changed:
                self.answers[status] += 1
                self.acknowledged += accepted
                self.refused += not accepted
                self._changed.notify_all()
            if accepted:
                return
            self._give_up.wait(_PAUSE_S)


def _status(receiver: tuple[str, int], delivery: bytes) -> str:
    answer = b""
    with suppress(OSError), closing(socket.create_connection(receiver, timeout=30)) as connection:
        connection.sendall(delivery)
        while b"\r\n" not in answer and (part := connection.recv(4096)):
            answer += part
    return answer.removeprefix(b"HTTP/1.1 ").partition(b" ")[0].decode("ascii", "replace")
