"""Recording of this process, whichever framework its script imports."""

from __future__ import annotations

import os
from typing import Any, Callable, List, Optional

from .imports import when_imported
from .options import Options
from .say import say
from .signals import LastMoment


class Recording:
    """Listens to the frameworks that the script imports. Each is looked at only when it is there."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self._sessions: "List[Any]" = []
        self._pid = os.getpid()
        self._last_moment = LastMoment(self._interrupted)

    def start(self) -> None:
        """Waits for the frameworks."""
        self._last_moment.install()
        for name, begin in _FRAMEWORKS:
            when_imported(name, lambda begin=begin: self._begin(begin))

    def finish(self) -> None:
        """The script has ended."""
        if os.getpid() != self._pid:
            return
        for session in self._sessions:
            session.finish()
        self._sessions = []
        self._last_moment.remove()

    def _interrupted(self) -> bool:
        """A signal ends the process: what is complete is written. False while a snapshot is just being taken."""
        if any(session.is_busy for session in self._sessions):
            return False
        for session in self._sessions:
            session.finish()
        return True

    def _begin(self, begin: "Callable[[Options], Any]") -> None:
        try:
            session = begin(self.options)
            if session is not None:
                session.on_idle = self._last_moment.now
        except Exception as error:  # noqa: BLE001 - a framework that cannot be listened to must work all the same
            say(f"nothing can be recorded here ({type(error).__name__}: {error})")
            return
        if session is not None:
            self._sessions.append(session)


def _begin_torch(options: Options) -> "Optional[Any]":
    # Of several processes that train one model together, the first records.
    if os.environ.get("RANK", "0") not in ("", "0"):
        return None
    from .torch.session import Session

    session = Session(options)
    session.start()
    return session


#: Frameworks by the module that is imported, and what begins to listen to each.
_FRAMEWORKS = [("torch", _begin_torch)]
