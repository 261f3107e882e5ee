"""What a process owes to the one that has started it: to end with it, and a sign of life."""

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress

PARENT = "CONNECTOR_PARENT"
"""The environment variable with the process id of the supervisor; unset in a process that somebody else has started."""

PULSE = "CONNECTOR_PULSE"
"""The environment variable with the file descriptor of the pipe that takes the signs of life."""

_LOOK_S = 0.5
_GRACE_S = 5.0


def end_with(parent: int) -> None:
    """From now on this process ends when ``parent`` does, whatever ended it: by SIGTERM, so that what has begun may be
    finished, and after five seconds in any case.

    A kill of the parent reaches no handler of its own, and nobody else would end its children (P23).
    """

    def wait() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_S)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(_GRACE_S)
        os._exit(1)

    threading.Thread(target=wait, name="parent", daemon=True).start()


def end_with_supervisor() -> None:
    """``end_with`` the supervisor, if this process has one. When memory runs out, the system ends this process first:
    the supervisor brings it back."""
    if parent := os.environ.pop(PARENT, None):
        end_with(int(parent))


def end_first() -> None:
    """When memory runs out, the system ends this process before others: whoever works on tickets needs most of it, and
    the receiver has to go on (proc(5), ``oom_score_adj``)."""
    with suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as score:
        score.write("500")


def pulse() -> Callable[[], None]:
    """Call it in each turn of the main loop: a supervisor that does not hear of it ends this process and starts another
    one. Without a supervisor it does nothing."""
    number = os.environ.pop(PULSE, None)
    if number is None:
        return lambda: None
    pipe = int(number)
    os.set_blocking(pipe, False)

    def beat() -> None:
        # A full pipe: nobody has listened for a while. A broken one: there is nobody any more.
        with suppress(BlockingIOError, BrokenPipeError):
            os.write(pipe, b".")

    return beat
