"""Progress on standard error: what is being done and about how long it may take; a stop leaves nothing half written."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from hscape.cli.common import INTERRUPTED, say

#: Share that the engine reports -> share of the time that has passed then, as measured on the shipped examples. The
#: sampler counts temperatures on a logarithmic scale, and late ones take most of the time.
_TIME_AT = ((0.0, 0.0), (0.4, 0.04), (0.5, 0.12), (0.56, 0.27), (0.6, 0.45), (0.64, 0.68), (0.68, 0.9), (0.82, 0.95),
            (1.0, 1.0))  # fmt: skip
#: No estimate before this share of the time has passed.
_FIRST_ESTIMATE = 0.03
_LINE_EVERY_SECONDS = 10.0


class Progress:
    """Told by the engine; writes one line that it renews on a terminal, and a line now and then elsewhere."""

    def __init__(self, what: str) -> None:
        self._what, self._start, self._last = what, time.monotonic(), 0.0
        self._first: tuple[float, float] | None = None  # time and share of the first call: compiling is not counted
        self._is_terminal = sys.stderr.isatty()
        self._lock = threading.Lock()

    def __call__(self, share: float, word: str) -> None:
        """Tell the share done and a word."""
        with self._lock:
            now = time.monotonic()
            self._first = self._first or (now, _time_share(share))
            wait = 0.2 if self._is_terminal else _LINE_EVERY_SECONDS
            if now - self._last < wait and share < 1.0:
                return
            if not self._is_terminal and now - self._start < wait:
                return
            self._last = now
            started, before = self._first
            line = f"{self._what}: {word}{_left(_time_share(share) - before, 1.0 - _time_share(share), now - started)}"
            if self._is_terminal:
                print(f"\r{line:<100.100}", end="\n" if share >= 1.0 else "", file=sys.stderr, flush=True)
            elif share < 1.0:
                say(line)


def _time_share(share: float) -> float:
    """Share of the time that has usually passed when this share is reported."""
    for (low, before), (high, after) in itertools.pairwise(_TIME_AT):
        if low <= share <= high:
            return before + (after - before) * (share - low) / (high - low)
    return 1.0


def _left(done: float, open_: float, passed_seconds: float) -> str:
    if done < _FIRST_ESTIMATE or open_ <= 0.0:
        return ""
    left = passed_seconds * open_ / done
    words = f"{left / 60:.0f} min" if left > 90 else f"{max(5, 5 * round(left / 5))} s"
    return f" (about {words} left)"


def progress_line() -> tuple[Callable[[int, int], None], list[int]]:
    """A line on standard error twice a second with the time left; and where it stands."""
    state = [0]
    began: list[float] = []
    last = [0.0]

    def report(done: int, total: int) -> None:
        now = time.perf_counter()
        state[0] = done
        if not began:
            began.extend((now, float(done)))
        if now - last[0] < 0.5 and done < total:
            return
        last[0] = now
        pace = (done - began[1]) / max(now - began[0], 1e-9)
        left = f", about {_duration((total - done) / pace)} left" if pace and done < total else ""
        say(f"{done} of {total} patients{left}")

    return report, state


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


@contextlib.contextmanager
def quick_stop() -> Iterator[None]:
    """Ctrl-C ends the program at once: kernels run in threads that would otherwise finish first, and nothing is open.

    Files are written only outside of this, in one motion each.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: Any) -> None:
        say("\nhscape: stopped; nothing was written.")
        os._exit(INTERRUPTED)

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
