"""
Recording of a Keras model by lines of one's own: a callback for ``fit``, and a recorder for loops of one's own.

Of Keras 3 and Keras 2 (``tf_keras``) this is of the one that the script imported before; else of ``keras``.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any, Dict, Optional

import numpy as np

from ..by_hand import ByHand
from ..errors import InputError
from ..say import say
from .data import ArrayRows
from .kit import Kit
from .passes import KerasPass
from .rows import KerasProbes, joined

_NAME = next((name for name in ("keras", "tf_keras") if name in sys.modules), "keras")
_keras: Any = importlib.import_module(_NAME)


class Recorder(ByHand):
    """
    Records snapshots of a model when told to::

        with Recorder(model, x, y, out="runs/a") as recorder:
            recorder.snapshot(0)
            for epoch in range(1, 11):
                train(model)
                recorder.snapshot(epoch)
    """

    def __init__(self, model: Any, x: Any, y: Any = None, **options: Any) -> None:
        """
        :param model: the model; it is called with x
        :param x: an array [N, …], or a tuple, list or dictionary of them, as ``fit`` takes them
        :param y: labels: whole numbers [N], or rows with a single 1; or None
        :param options: ``out``, ``limit``, ``levels``, ``smooth``, ``seed``, ``force``, ``instance`` (numbers of the
            instances, [N]) and ``classes`` (names), as on the command line
        :raises InputError: when x and y do not fit each other
        """
        super().__init__(type(model).__name__, options)
        self._kit = Kit(_NAME)
        self._model = model
        self._probes = self._probe_set(x, y)

    def __enter__(self) -> "Recorder":
        return self

    def _runner(self) -> KerasPass:
        return KerasPass(self._kit, self._model, self._probes)

    def _probe_set(self, x: Any, y: Any) -> KerasProbes:
        try:
            rows = ArrayRows(self._kit, self._options, x, y)
        except ValueError:
            raise InputError("x", "has no rows: expected an array whose first axis is the instances, or several") from None
        for what, value in (("y", y), ("instance", self._instance)):
            if value is not None and len(value) != rows.count:
                raise InputError(what, f"has {len(value)} values, but x has {rows.count} rows")
        probes = joined([("all", 0, rows.rows(0, rows.count), None)])
        if probes is None:
            raise InputError("x", "has no rows: expected arrays of as many rows each")
        if y is not None and probes.label is None:
            raise InputError("y", "are no labels: expected whole numbers from 0 on, or rows with a single 1")
        if self._instance is not None:
            probes.instance = np.asarray(self._instance, np.int64)[probes.instance]
        return probes


class RecordPatterns(_keras.callbacks.Callback):  # type: ignore[misc,name-defined]
    """Records a snapshot before training and after every epoch: ``fit(…, callbacks=[RecordPatterns(x, y, out="runs/a")])``."""

    def __init__(self, x: Any, y: Any = None, **options: Any) -> None:
        """Inputs, labels and options as of :class:`Recorder`."""
        super().__init__()
        self._made = (x, y, options)
        self._recorder: "Optional[Recorder]" = None

    def on_train_begin(self, logs: "Optional[Dict[str, Any]]" = None) -> None:
        """Records the initial weights, where there are any before the first step."""
        x, y, options = self._made
        recorder = self._recorder = Recorder(self.model, x, y, **options)
        if self.model.built and self.model.weights:
            recorder.snapshot(0, Kit(_NAME).steps_of(self.model))
        else:
            say("the weights are made in the first step: there is no snapshot of the initial ones")

    def on_epoch_end(self, epoch: int, logs: "Optional[Dict[str, Any]]" = None) -> None:
        """Records the weights after an epoch, with the metrics of the log."""
        if self._recorder is not None:
            numbers = {name: float(value) for name, value in (logs or {}).items() if np.ndim(value) == 0}
            metrics = {name: value for name, value in numbers.items() if name not in ("epoch", "step")}
            self._recorder.snapshot(epoch + 1, Kit(_NAME).steps_of(self.model), **metrics)

    def on_train_end(self, logs: "Optional[Dict[str, Any]]" = None) -> None:
        """Gives the run folder back."""
        if self._recorder is not None:
            self._recorder.close()
