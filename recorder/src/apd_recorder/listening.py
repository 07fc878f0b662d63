"""What listening to a training has in common, whichever framework trains: faults stay apart from it, and runs are written."""

from __future__ import annotations

import os
import threading
import traceback
from typing import Any, Callable, Dict, List, Optional

from .errors import InputError, NotRecordable
from .folders import Folders
from .options import Options
from .run.model_run import ModelRun, Runner
from .say import Notices, say


class Listening:
    """One recording of one process, which may be of several models. A framework's own class tells it what happens."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.active = True
        #: Whether the recorder's own work is under way.
        self.is_busy = False
        #: Is called when it is done.
        self.on_idle: "Callable[[], None]" = lambda: None
        self.notices = Notices()
        #: Where the runs go; another framework's listening may have the same.
        self.folders = Folders(options)
        self._owner = (os.getpid(), threading.get_ident())
        #: Runs by the number of their model.
        self._runs: "Dict[int, ModelRun]" = {}
        self._has_recorded = False

    @property
    def has_something(self) -> bool:
        """Whether anything was recorded, or told about why not."""
        return self._has_recorded or bool(self.notices.told)

    def finish(self) -> None:
        """The script has ended: what waits is recorded, and the runs are closed."""
        self._guarded(self._finish)
        self.stop()

    def stop(self) -> None:
        """Listens no more."""
        if os.getpid() != self._owner[0]:
            return
        self.active = False
        self._remove()
        for run in self._runs.values():
            run.close()
        self._runs = {}

    # ---- of the framework

    def _remove(self) -> None:
        """Takes back what listens."""
        raise NotImplementedError

    def _record_last(self) -> None:
        """Records what waits at the end of the script."""
        raise NotImplementedError

    # ---- faults

    def _guarded(self, work: "Callable[..., Any]", *given: Any) -> None:
        """Whatever goes wrong here is the recorder's own matter: it is told once, and the training goes on."""
        if not self.active or self._owner != (os.getpid(), threading.get_ident()):
            return
        self.active, self.is_busy = False, True
        try:
            work(*given)
            self.active = True
        except InputError as error:
            say(f"{error}; nothing is recorded")
            self._give_up()
        except Exception:  # noqa: BLE001 - any fault at all must leave the training alone
            self._fault(traceback.format_exc())
        except BaseException:
            # Ctrl-C is meant for the script.
            self.active = True
            raise
        finally:
            self.is_busy = False
            self.on_idle()

    def _give_up(self) -> None:
        try:
            self.stop()
        except OSError as error:
            say(f"a run could not be closed ({error})")

    def _fault(self, text: str) -> None:
        last = text.strip().splitlines()[-1]
        # It has been told: that nothing was trained is not to be said as well.
        self._has_recorded = True
        say(f"the recorder has failed and records no more; the training goes on ({last})")
        for folder in [run.writer.folder for run in self._runs.values()] or [self.folders.base()]:
            try:
                os.makedirs(folder, exist_ok=True)
                with open(os.path.join(folder, "recorder.log"), "a", encoding="utf-8") as stream:
                    stream.write(text)
                say(f"{os.path.join(folder, 'recorder.log')} tells where")
                for run in self._runs.values():
                    run.note(f"the recorder has failed: {last}")
            except OSError as error:
                say(f"{folder}: cannot be written to ({error})")
        self._give_up()

    # ---- runs

    def _begin_run(self, number: int, folder: str, runner: Runner, classes: "Optional[List[str]]" = None) -> None:
        """Begins the run of a model. :raises InputError: when the folder cannot be written to, or is a run already"""
        for text in runner.notices:
            self.notices.tell(text)
        self._has_recorded = True
        self._runs[number] = ModelRun(folder, runner, self.options, classes)

    def _write(self, number: int, epoch: float, step: int, metrics: "Dict[str, float]") -> None:
        """Writes a snapshot of a model as it is now; of one without a run none."""
        run = self._runs.get(number)
        if run is None:
            return
        self._note_all(run)
        try:
            run.record(epoch, step, metrics)
        except NotRecordable as reason:
            run.note(f"epoch {epoch:g} is left out: {reason}")
            say(f"epoch {epoch:g} is left out: {reason}")

    def _note_all(self, run: ModelRun) -> None:
        for text in self.notices.told:
            run.note(text)

    def _finish(self) -> None:
        self._record_last()
        for run in self._runs.values():
            self._note_all(run)
            say(f"recorded to {run.writer.folder}")
