"""Recording of this process, whichever framework its script imports."""

from __future__ import annotations

import os
from typing import Any, Callable, Dict

from .folders import Folders
from .imports import when_imported
from .options import Options
from .say import say
from .signals import LastMoment

#: What is said where nothing was trained, by framework.
_NOTHING = {
    "torch": "no optimizer of PyTorch took a step: nothing to record",
    "keras": "no model was trained by Keras' fit: nothing to record",
    "tf_keras": "no model was trained by Keras' fit: nothing to record",
}


class Recording:
    """Listens to the frameworks that the script imports. Each is looked at only when it is there."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self._sessions: "Dict[str, Any]" = {}
        self._folders = Folders(options)
        self._pid = os.getpid()
        self._last_moment = LastMoment(self._interrupted)

    def start(self) -> None:
        """Waits for the frameworks."""
        self._last_moment.install()
        for name, begin in _FRAMEWORKS.items():
            when_imported(name, lambda name=name, begin=begin: self._begin(name, begin))

    def finish(self) -> None:
        """The script has ended."""
        if os.getpid() != self._pid:
            return
        sessions, self._sessions = self._sessions, {}
        for session in sessions.values():
            session.finish()
        if sessions and not any(session.has_something for session in sessions.values()):
            say(_NOTHING["torch" if "torch" in sessions else next(iter(sessions))])
        self._last_moment.remove()

    def _interrupted(self) -> bool:
        """A signal ends the process: what is complete is written. False while a snapshot is just being taken."""
        if any(session.is_busy for session in self._sessions.values()):
            return False
        for session in self._sessions.values():
            session.finish()
        return True

    def _begin(self, name: str, begin: "Callable[[Options], Any]") -> None:
        # Of several processes that train one model together, the first records.
        if os.environ.get("RANK", "0") not in ("", "0"):
            return
        try:
            session = begin(self.options)
            session.folders, session.on_idle = self._folders, self._last_moment.now
        except Exception as error:  # noqa: BLE001 - a framework that cannot be listened to must work all the same
            say(f"nothing can be recorded here ({type(error).__name__}: {error})")
            return
        self._sessions[name] = session


def _begin_torch(options: Options) -> Any:
    from .torch.session import Session

    session = Session(options)
    session.start()
    return session


def _begin_keras(name: str) -> "Callable[[Options], Any]":
    def begin(options: Options) -> Any:
        from .keras.session import KerasSession

        session = KerasSession(options, name)
        session.start()
        return session

    return begin


#: What begins to listen to a framework, by the module that is imported.
_FRAMEWORKS: "Dict[str, Callable[[Options], Any]]" = {"torch": _begin_torch, "keras": _begin_keras("keras"), "tf_keras": _begin_keras("tf_keras")}
