"""Recording by three lines of one's own, whichever framework computes."""

from __future__ import annotations

import os
import time
from typing import Any, Dict, Optional, Sequence

from .errors import InputError, NotRecordable
from .options import Options, default_out
from .run.model_run import ModelRun, Runner, prepare
from .say import say


class ByHand:
    """Records snapshots of a model when told to; what a framework's own class adds is how the model is run."""

    def __init__(self, name: str, given: "Dict[str, Any]") -> None:
        """
        :param name: the model's class, for errors
        :param given: ``out``, ``limit``, ``levels``, ``smooth``, ``seed``, ``force``, ``instance`` and ``classes``
        """
        given = dict(given)
        self._name = name
        self._instance: "Optional[Sequence[int]]" = given.pop("instance", None)
        self._classes = given.pop("classes", None)
        levels = given.pop("levels", [])
        self._options = Options(levels=[levels] if isinstance(levels, str) else list(levels), **given)
        self._run: "Optional[ModelRun]" = None
        self._begun = time.monotonic()

    def __exit__(self, *_: Any) -> None:
        self.close()

    @property
    def folder(self) -> "Optional[str]":
        """The run folder; None before the first snapshot."""
        return self._run.writer.folder if self._run else None

    def snapshot(self, epoch: float, step: "Optional[int]" = None, **metrics: float) -> None:
        """
        Records the model as it is now.

        :param metrics: further numbers for the log, e.g. ``loss``
        :raises InputError: when the model has nothing to record, or the run cannot be written
        """
        try:
            run = self._run or self._open()
            self._run = run
            seconds = round(time.monotonic() - self._begun, 6)
            run.record(epoch, step, {"seconds": seconds, **{name: float(value) for name, value in metrics.items()}})
            self._begun = time.monotonic()
        except NotRecordable as reason:
            raise InputError(self._name, str(reason)) from None

    def close(self) -> None:
        """Gives the run folder back. What was recorded is whole at any time."""
        if self._run is not None:
            self._run.close()

    def _runner(self) -> Runner:
        """What runs the model on its probe set."""
        raise NotImplementedError

    def _open(self) -> ModelRun:
        runner: Any = self._runner()
        kept = prepare(runner, self._options)
        if kept is not None:
            runner.probes = runner.probes.pick(kept)
        for text in runner.notices:
            say(text)
        folder = os.path.abspath(self._options.out) if self._options.out else default_out()
        return ModelRun(folder, runner, self._options, self._classes)
