"""One model that is fitted: its data, its epochs, and the moments that wait to be recorded."""

from __future__ import annotations

import time
import weakref
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Tuple

from ..options import Options
from .data import ArrayRows, WatchedRows, watched
from .kit import Kit
from .quiet import Weights, copy_weights
from .rows import KerasProbes, KeptRows, joined


@dataclass
class Waiting:
    """A moment whose snapshot waits for the probe set."""

    epoch: float
    step: int
    weights: Weights
    metrics: "Dict[str, float]"


class FittedModel:
    """What is known of a model from its fits."""

    def __init__(self, kit: Kit, model: Any, number: int) -> None:
        self._kit = kit
        self._model = weakref.ref(model)
        self.number = number
        self.class_name = type(model).__name__
        self.epochs = 0
        #: Optimizer steps at the end of the last epoch, of the epoch before it, and at the last snapshot.
        self.epoch_step = 0
        self.steps_of_epoch = 0
        self.recorded_step = -1
        self.probes: "Optional[KerasProbes]" = None
        self.waiting: "List[Waiting]" = []
        self.started = time.monotonic()
        self.batches: "Optional[int]" = None
        self._sources: "List[Tuple[str, Optional[int], Any]]" = []

    @property
    def model(self) -> Any:
        """The model; None when it is gone."""
        return self._model()

    def take_data(self, options: Options, given: "Dict[str, Any]") -> "Dict[str, Any]":
        """
        Takes in what the model is to be fitted with.

        :param given: arguments of ``fit``
        :returns: those that are to be given in place of others: datasets that are watched
        :raises ValueError: where the data are of no kind that can be seen
        """
        x, y, validation = given.get("x"), given.get("y"), given.get("validation_data")
        if self.probes is not None or self._sources:
            return {}
        changed: "Dict[str, Any]" = {}
        wanted = options.split
        seen = WatchedRows(self._kit, options)
        other = watched(x, seen, self._kit)
        after: "Optional[int]" = None
        if other is not None:
            changed["x"] = other
            self._sources.append(("train", None, seen))
        else:
            rows = ArrayRows(self._kit, options, x, y)
            split = given.get("validation_split") or 0.0
            part = int(rows.count * (1.0 - split)) if split and validation is None else rows.count
            self._sources.append(("train", 0, rows.rows(0, part)))
            if part < rows.count:
                self._sources.append(("validation", part, rows.rows(part, rows.count)))
            after = rows.count
        if validation is not None:
            changed.update(self._take_validation(options, validation, after))
        self._sources = [source for source in self._sources if wanted in ("all", source[0])]
        return changed

    def _take_validation(self, options: Options, validation: Any, after: "Optional[int]") -> "Dict[str, Any]":
        seen = WatchedRows(self._kit, options)
        other = watched(validation, seen, self._kit)
        if other is not None:
            self._sources.append(("validation", after, seen))
            return {"validation_data": other}
        x, y = (*validation, None)[:2] if isinstance(validation, (tuple, list)) else (validation, None)
        other = watched(x, seen, self._kit)
        if other is not None:
            self._sources.append(("validation", after, seen))
            return {"validation_data": (other, *validation[1:])}
        rows = ArrayRows(self._kit, options, x, y)
        self._sources.append(("validation", after, rows.rows(0, rows.count)))
        return {}

    @property
    def is_whole(self) -> bool:
        """Whether all data are there already, so that nothing has to be waited for."""
        return all(isinstance(rows, KeptRows) for _, _, rows in self._sources)

    def begin(self) -> None:
        """The training begins."""
        for _, _, rows in self._sources:
            if isinstance(rows, WatchedRows):
                rows.begin()

    def close_probes(self) -> "Optional[KerasProbes]":
        """Closes the probe set: from now on every snapshot is of the same rows. None where no rows were seen."""
        parts: "List[Tuple[str, Optional[int], KeptRows, Optional[int]]]" = []
        for name, first, rows in self._sources:
            if isinstance(rows, WatchedRows):
                kept, below = rows.rows(self.batches if name == "train" else None)
                parts.append((name, first, kept, below))
            else:
                parts.append((name, first, rows, None))
        self._sources = []
        self.probes = joined(parts)
        return self.probes

    def keep_waiting(self, epoch: float, step: int, metrics: "Dict[str, float]") -> None:
        """Keeps the weights of a moment until the probe set is whole."""
        self.waiting.append(Waiting(epoch, step, copy_weights(self._kit, self.model), metrics))

    def seconds(self) -> float:
        """Seconds since the last snapshot."""
        return round(time.monotonic() - self.started, 6)
