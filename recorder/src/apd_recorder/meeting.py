"""What is done with the activations of a pass as they are met, whichever framework computes them."""

from __future__ import annotations

from typing import Any, List, Optional, Protocol

import numpy as np

from .errors import NotRecordable
from .levels import Found, LevelPlan, ModulePath, Seen


class Meeting(Protocol):
    """Is told of the activations of a pass."""

    def begin(self, start: int, stop: int) -> None:
        """A batch begins: these rows of the probe set."""

    def meet(self, found: Found, place: ModulePath) -> None:
        """An activation is about to be applied."""


class Look:
    """Notes what activations there are."""

    def __init__(self, seen: "List[Seen]") -> None:
        self._seen = seen

    def begin(self, start: int, stop: int) -> None:
        """A batch begins."""

    def meet(self, found: Found, place: ModulePath) -> None:
        """An activation is about to be applied."""
        self._seen.append(Seen(found, place, tuple(int(size) for size in found.z.shape)))


class LevelBatch:
    """Packs the levels of one batch as they are met."""

    def __init__(self, plans: "List[Optional[LevelPlan]]", instance: np.ndarray) -> None:
        self._plans = plans
        self._instance = instance
        self._met = 0
        self._packed: "List[np.ndarray]" = []
        self._start = 0
        self._rows = 0

    def rows_of(self, plan: LevelPlan, z: Any, rows: int) -> Any:
        """A pre-activation as [rows, units], in the framework's own kind of array. None where its size is another."""
        raise NotImplementedError

    def first_not_finite(self, z: Any) -> int:
        """Row of the first NaN or infinity in [rows, units]; -1 when there is none."""
        raise NotImplementedError

    def pack(self, z: Any, found: Found, bits: int) -> np.ndarray:
        """Packs the pieces of [rows, units], as ``numpy.packbits`` has them."""
        raise NotImplementedError

    def begin(self, start: int, stop: int) -> None:
        """A batch begins."""
        self._met, self._packed, self._start, self._rows = 0, [], start, stop - start

    def meet(self, found: Found, place: ModulePath) -> None:
        """An activation is about to be applied. :raises NotRecordable: at another shape, NaN or an infinity"""
        plan = self._plans[self._met] if self._met < len(self._plans) else None
        self._met += 1
        if plan is None:
            return
        z = self.rows_of(plan, found.z, self._rows)
        if z is None:
            raise NotRecordable(f"{plan.level.name} has another shape than before")
        bad = self.first_not_finite(z)
        if bad >= 0:
            raise NotRecordable(f"{plan.level.name} has NaN or an infinity at instance {self._instance[self._start + bad]}")
        self._packed.append(self.pack(z, found, plan.level.bits))

    def finish(self) -> "List[np.ndarray]":
        """The packed levels of the batch. :raises NotRecordable: where the model took another path than before"""
        if self._met != len(self._plans):
            raise NotRecordable(f"the model applied {self._met} activations, {len(self._plans)} before")
        return self._packed
