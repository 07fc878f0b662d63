"""The recorder's own forward pass through a Keras model: patterns and outputs for a probe set."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any, Iterator, List, Optional, Tuple

import numpy as np

from ..errors import NotRecordable
from ..levels import Found, LevelPlan, ModulePath, Seen, check_levels, choose_levels, plan_levels, smooth_notice
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
        look = _Look(seen)
        with contextlib.closing(self._run(rows, rows, look)) as outputs:
            for _ in outputs:
                continue
        return seen

    def _run(self, size: int, count: int, state: "_Batch | _Look") -> "Iterator[Tuple[int, int, Any]]":
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


class _Look:
    """Notes what activations there are."""

    def __init__(self, seen: "List[Seen]") -> None:
        self._seen = seen

    def begin(self, start: int, stop: int) -> None:
        """A batch begins."""

    def meet(self, found: Found, place: ModulePath) -> None:
        """An activation is about to be applied."""
        self._seen.append(Seen(found, place, tuple(int(size) for size in found.z.shape)))


class _Batch:
    """Packs the activations of one batch as they are met."""

    def __init__(self, kit: Kit, plans: "List[Optional[LevelPlan]]", instance: np.ndarray) -> None:
        self._kit = kit
        self._plans = plans
        self._instance = instance
        self._met = 0
        self._packed: "List[np.ndarray]" = []
        self._start = 0
        self._rows = 0

    def begin(self, start: int, stop: int) -> None:
        """A batch begins."""
        self._met, self._packed, self._start, self._rows = 0, [], start, stop - start

    def meet(self, found: Found, place: ModulePath) -> None:
        """An activation is about to be applied."""
        plan = self._plans[self._met] if self._met < len(self._plans) else None
        self._met += 1
        if plan is None:
            return
        z = self._kit.array(found.z)
        if z.size != self._rows * plan.level.units:
            raise NotRecordable(f"{plan.level.name} has another shape than before")
        z = (np.moveaxis(z, plan.axis, 0) if plan.axis else z).reshape(self._rows, -1)
        if not np.isfinite(z.sum(dtype=np.float64)):
            bad = np.flatnonzero(~np.isfinite(z).all(axis=1))
            if len(bad):
                raise NotRecordable(f"{plan.level.name} has NaN or an infinity at instance {self._instance[self._start + bad[0]]}")
        self._packed.append(pack_array(z, found.breakpoints, plan.level.bits))

    def finish(self) -> "List[np.ndarray]":
        """The packed levels of the batch."""
        if self._met != len(self._plans):
            raise NotRecordable(f"the model applied {self._met} activations, {len(self._plans)} before")
        return self._packed


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
