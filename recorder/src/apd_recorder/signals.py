"""Signals that end a process: what waits to be written is written first, then the process ends as it would have."""

from __future__ import annotations

import functools
import os
import signal
import threading
from typing import Any, Callable, List, Optional, Tuple

#: Ctrl-C is an exception in Python, and needs nothing here.
_NAMES = ("SIGTERM", "SIGHUP")


class LastMoment:
    """
    Does something when a signal is about to end this process by its default action; then lets it. A handler of the script's
    own is left alone, and the script sees ``SIG_DFL`` where this one stands.
    """

    def __init__(self, then: "Callable[[], bool]") -> None:
        """:param then: writes what waits; False where that is not possible now and :meth:`now` will be called soon"""
        self._then = then
        self._pid = os.getpid()
        self._signals: "List[int]" = []
        self._undo: "List[Tuple[str, Any]]" = []
        self._delayed: "Optional[int]" = None

    def install(self) -> None:
        """Begins to listen; nothing is done outside of the main thread, where Python allows no handlers."""
        # A process of a group may wait for the others in native code, where no handler of Python would be reached.
        if threading.current_thread() is not threading.main_thread() or os.environ.get("WORLD_SIZE", "1") not in ("", "1"):
            return
        for name in _NAMES:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, self._handle)
                self._signals.append(number)
        if self._signals:
            self._hide()

    def remove(self) -> None:
        """Puts back what was there."""
        for name, original in self._undo:
            setattr(signal, name, original)
        self._undo = []
        if os.getpid() == self._pid and threading.current_thread() is threading.main_thread():
            for number in self._signals:
                if signal.getsignal(number) == self._handle:
                    signal.signal(number, signal.SIG_DFL)
        self._signals = []

    def now(self) -> None:
        """What could not be interrupted is done: a signal that came meanwhile is answered."""
        number, self._delayed = self._delayed, None
        if number is not None:
            self._end(number)

    def _handle(self, number: int, frame: Any) -> None:
        if os.getpid() != self._pid:
            self._die(number)
        self._end(number)

    def _end(self, number: int) -> None:
        done = True
        try:
            done = self._then()
        finally:
            if done:
                self._die(number)
            else:
                self._delayed = number

    def _die(self, number: int) -> None:
        self._set(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    def _set(self, number: int, handler: Any) -> Any:
        original = next((its for name, its in self._undo if name == "signal"), signal.signal)
        return original(number, handler)

    def _hide(self) -> None:
        """Lets the script see and set handlers as if there were none of the recorder."""
        set_, get = signal.signal, signal.getsignal

        def shown(handler: Any) -> Any:
            return signal.SIG_DFL if handler == self._handle else handler

        @functools.wraps(set_)
        def set_signal(signalnum: Any, handler: Any) -> Any:
            ours = handler is signal.SIG_DFL and signalnum in self._signals and os.getpid() == self._pid
            return shown(set_(signalnum, self._handle if ours else handler))

        @functools.wraps(get)
        def get_signal(signalnum: Any) -> Any:
            return shown(get(signalnum))

        self._undo = [("signal", set_), ("getsignal", get)]
        signal.signal, signal.getsignal = set_signal, get_signal  # type: ignore[assignment]
