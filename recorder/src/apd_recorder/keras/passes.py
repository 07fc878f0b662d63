"""The recorder's own forward pass through a Keras model: patterns and outputs for a probe set."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any, Iterator, List, Optional, Tuple

import numpy as np

from ..errors import NotRecordable
from ..levels import Found, LevelPlan, Seen, check_levels, choose_levels, plan_levels, smooth_notice
from ..meeting import LevelBatch, Look, Meeting
from ..packing import pack_array
from ..run.model_run import Patterns
from ..run.writer import Level
from ..scores import LOGITS, PROBABILITIES
from .kit import Kit
from .nested import leaves
from .quiet import own_pass
from .rows import KerasProbes
from .taps import Taps

#: Numbers of one batch, input and all levels together, that are aimed at.
_NUMBERS_PER_BATCH = 16 * 1024 * 1024
_MOST_ROWS = 2048
_MOST_CLASSES = 65536


class KerasPass:
    """Runs one model on one probe set, as often as asked."""

    def __init__(self, kit: Kit, model: Any, probes: KerasProbes) -> None:
        self._kit = kit
        self._model = model
        self.probes = probes
        self._plans: "List[Optional[LevelPlan]]" = []
        self.notices: "List[str]" = []

    @property
    def backend(self) -> "Tuple[str, str]":
        """Keras and its version, for the run's manifest."""
        return "keras", self._kit.version

    @property
    def levels(self) -> "List[Level]":
        """The levels that are recorded, in the order of the calls."""
        return [plan.level for plan in self._plans if plan]

    def prepare(self, patterns: "List[str]", smooth: bool) -> None:
        """
        Finds the levels by two small passes.

        :raises NotRecordable: where there is none
        """
        if len(self.probes) < 3:
            raise NotRecordable(f"only {len(self.probes)} instances were seen")
        first, second = self._look(2), self._look(3)
        every = plan_levels(first, second, (2, 3), smooth)
        self._plans = choose_levels(every, patterns)
        notice = smooth_notice(first)
        if notice and not smooth:
            self.notices.append(notice)
        check_levels(type(self._model).__name__, self._plans, every)

    def take(self) -> Patterns:
        """
        Takes the patterns of the model as it is now.

        :raises NotRecordable: at NaN or an infinity, or where the model takes another path than before
        """
        packed: "List[List[np.ndarray]]" = [[] for _ in self.levels]
        scores: "List[Optional[np.ndarray]]" = []
        a_row = sum(array[:1].size for array in self.probes.inputs.values()) + sum(level.units for level in self.levels)
        size = int(max(1, min(_MOST_ROWS, _NUMBERS_PER_BATCH // max(1, a_row))))
        batch = _Batch(self._kit, self._plans, self.probes.instance)
        with contextlib.closing(self._run(size, len(self.probes), batch)) as outputs:
            for start, stop, output in outputs:
                for parts, part in zip(packed, batch.finish()):
                    parts.append(part)
                scores.append(scores_of(self._kit, output, stop - start))
        found = [part for part in scores if part is not None]
        whole = np.concatenate(found) if len(found) == len(scores) and len({part.shape[1] for part in found}) == 1 else None
        kind = PROBABILITIES if whole is not None and _are_probabilities(whole, self._model) else LOGITS
        return Patterns([np.concatenate(parts) for parts in packed], whole, kind)

    def _look(self, rows: int) -> "List[Seen]":
        seen: "List[Seen]" = []
        look = Look(seen)
        with contextlib.closing(self._run(rows, rows, look)) as outputs:
            for _ in outputs:
                continue
        return seen

    def _run(self, size: int, count: int, state: Meeting) -> "Iterator[Tuple[int, int, Any]]":
        taps = Taps(self._kit, self._model, state.meet)
        with own_pass(self._kit, self._model), taps.listening():
            for start in range(0, count, size):
                stop = min(count, start + size)
                state.begin(start, stop)
                try:
                    output = self._model(self.probes.argument(start, stop), training=False)
                except NotImplementedError as error:
                    raise NotRecordable(f"it cannot be called as a whole ({error})") from None
                yield start, stop, output
        for name in sorted(taps.unseen):
            text = f"{name} computes its activations in a compiled or recurrent part: they are not seen"
            if text not in self.notices:
                self.notices.append(text)


class _Batch(LevelBatch):
    """Packs activations of Keras, as arrays of NumPy."""

    def __init__(self, kit: Kit, plans: "List[Optional[LevelPlan]]", instance: np.ndarray) -> None:
        super().__init__(plans, instance)
        self._kit = kit

    def rows_of(self, plan: LevelPlan, z: Any, rows: int) -> "Optional[np.ndarray]":
        array = self._kit.array(z)
        if array.size != rows * plan.level.units:
            return None
        return (np.moveaxis(array, plan.axis, 0) if plan.axis else array).reshape(rows, -1)

    def first_not_finite(self, z: np.ndarray) -> int:
        # A sum is a single pass, and not finite where any of its values is not.
        if np.isfinite(z.sum(dtype=np.float64)):
            return -1
        bad = np.flatnonzero(~np.isfinite(z).all(axis=1))
        return int(bad[0]) if len(bad) else -1

    def pack(self, z: np.ndarray, found: Found, bits: int) -> np.ndarray:
        return pack_array(z, found.breakpoints, bits)


def scores_of(kit: Kit, output: Any, rows: int) -> "Optional[np.ndarray]":
    """The scores of classes, float32 [rows, C], among what a model gives: the first with a row of numbers for each instance."""
    value = dict(output) if isinstance(output, Mapping) else output
    for _, tensor in leaves(value):
        shape = tuple(getattr(tensor, "shape", ()))
        if "float" not in str(getattr(tensor, "dtype", "")) or not shape or shape[0] != rows:
            continue
        columns = int(np.prod(shape[1:], dtype=np.int64))
        if all(size == 1 for size in shape[2:]) and 1 <= columns <= _MOST_CLASSES:
            return kit.array(tensor).reshape(rows, columns).astype(np.float32)
    return None


def _are_probabilities(scores: np.ndarray, model: Any) -> bool:
    """Whether scores come out of a softmax or a sigmoid: by their values, and for a single column by the loss as well."""
    if not ((scores >= 0) & (scores <= 1)).all():
        return False
    if scores.shape[1] > 1:
        return bool((abs(scores.sum(axis=1) - 1) < 1e-3).all())
    return not getattr(getattr(model, "loss", None), "from_logits", False)
