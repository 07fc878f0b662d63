"""The recorder's own forward pass: patterns and outputs of a model for a probe set."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any, Iterator, List, Optional, Tuple

import numpy as np
import torch

from ..errors import NotRecordable
from ..levels import Found, LevelPlan, Seen, check_levels, choose_levels, plan_levels, smooth_notice
from ..meeting import LevelBatch, Look, Meeting
from ..run.model_run import Patterns
from ..run.writer import Level
from ..scores import LOGITS, PROBABILITIES
from .packing import first_not_finite, pack
from .quiet import Autocast, own_pass, with_autocast
from .rows import ProbeSet
from .taps import Places, Taps

#: Numbers of one batch, input and all levels together, that are aimed at.
_NUMBERS_PER_BATCH = 16 * 1024 * 1024
_MOST_ROWS = 2048
#: Names that outputs go by when a model gives several.
_OUTPUT_NAMES = ("logits", "scores", "output", "outputs", "out", "pred", "preds", "prediction", "predictions", "y_hat")
#: More columns than this are no classes.
_MOST_CLASSES = 65536


def unwrapped(module: torch.nn.Module) -> torch.nn.Module:
    """The model inside ``DataParallel``, DDP, ``torch.compile`` and the like."""
    while True:
        inner = getattr(module, "_orig_mod", None)
        if inner is None and type(module).__name__ in ("DataParallel", "DistributedDataParallel", "FullyShardedDataParallel"):
            inner = getattr(module, "module", None)
        if not isinstance(inner, torch.nn.Module):
            return module
        module = inner


def device_of(module: torch.nn.Module) -> torch.device:
    """Where a model's first tensor lies."""
    for tensor in (*module.parameters(), *module.buffers()):
        return tensor.device
    return torch.device("cpu")


class ModelPass:
    """Runs one model on one probe set, as often as asked."""

    def __init__(self, model: torch.nn.Module, probes: ProbeSet, autocast: Autocast) -> None:
        self.model = model
        self.probes = probes
        self._autocast = autocast
        self._plans: "List[Optional[LevelPlan]]" = []
        self._single = False
        self.notices: "List[str]" = []

    #: Backend and its version, for the run's manifest.
    backend = ("pytorch", torch.__version__)

    @property
    def levels(self) -> "List[Level]":
        """The levels that are recorded, in the order of the calls."""
        return [plan.level for plan in self._plans if plan]

    def prepare(self, patterns: "List[str]", smooth: bool) -> None:
        """
        Finds the levels by two small passes.

        :param patterns: which levels, as patterns of file names; all when empty
        :raises NotRecordable: where there is none
        """
        count = len(self.probes)
        if count < 3:
            raise NotRecordable(f"only {count} instances were seen")
        first, second = self._look(2), self._look(3)
        every = plan_levels(first, second, (2, 3), smooth)
        self._plans = choose_levels(every, patterns)
        notice = smooth_notice(first)
        if notice and not smooth:
            self.notices.append(notice)
        check_levels(type(self.model).__name__, self._plans, every)

    def batch_rows(self) -> int:
        """Rows of a batch that keep its numbers within what is aimed at."""
        a_row = sum(tensor[:1].numel() for tensor in self.probes.tensors.values()) + sum(level.units for level in self.levels)
        return int(max(1, min(_MOST_ROWS, _NUMBERS_PER_BATCH // max(1, a_row))))

    def take(self) -> Patterns:
        """
        Takes the patterns of the model as it is now.

        :raises NotRecordable: at NaN or an infinity, or where the model takes another path than before
        """
        packed: "List[List[np.ndarray]]" = [[] for _ in self.levels]
        scores: "List[Optional[torch.Tensor]]" = []
        kind = LOGITS
        size = self.batch_rows()
        state = _Batch(self._plans, self.probes.instance)
        with contextlib.closing(self._run(size, len(self.probes), state)) as batches:
            for taps, start, stop, output in batches:
                for parts, part in zip(packed, state.finish()):
                    parts.append(part)
                tensor = scores_of(output, stop - start)
                if tensor is not None and taps.is_probability(tensor):
                    kind = PROBABILITIES
                scores.append(None if tensor is None else tensor.detach().reshape(stop - start, -1).float().cpu())
        found = [part for part in scores if part is not None]
        whole = torch.cat(found).numpy() if len(found) == len(scores) and len({part.shape[1] for part in found}) == 1 else None
        return Patterns([np.concatenate(parts) for parts in packed], whole, kind)

    def _look(self, rows: int) -> "List[Seen]":
        seen: "List[Seen]" = []
        state = Look(seen)
        with contextlib.closing(self._run(rows, rows, state)) as batches:
            for taps, _, _, _ in batches:
                self._tell_unseen(taps)
        return seen

    def _tell_unseen(self, taps: Taps) -> None:
        for name in sorted(taps.unseen):
            self.notices.append(f"{name} runs in one kernel: the activations inside it are not seen")

    def _run(self, size: int, count: int, state: Meeting) -> "Iterator[Tuple[Taps, int, int, Any]]":
        places = Places(self.model)
        device = device_of(self.model)
        with own_pass(self.model), with_autocast(self._autocast, device), places.followed():
            taps = Taps(state.meet, places.now)
            for start in range(0, count, size):
                stop = min(count, start + size)
                args, kwargs = self.probes.arguments(start, stop, device)
                taps.forget()
                state.begin(start, stop)
                with taps:
                    output = self.model(*args, **kwargs)
                yield taps, start, stop, output
        for name in sorted(places.scripted):
            text = f"{name} is TorchScript: the activations inside it are not seen"
            if text not in self.notices:
                self.notices.append(text)


def rows_of(plan: LevelPlan, z: torch.Tensor, rows: int) -> torch.Tensor:
    """A pre-activation as [rows, units]."""
    z = z.detach()
    if plan.axis:
        z = z.movedim(plan.axis, 0)
    return z.reshape(rows, -1)


class _Batch(LevelBatch):
    """Packs activations of PyTorch, where the tensors lie."""

    def rows_of(self, plan: LevelPlan, z: torch.Tensor, rows: int) -> "Optional[torch.Tensor]":
        return rows_of(plan, z, rows) if z.numel() == rows * plan.level.units else None

    def first_not_finite(self, z: torch.Tensor) -> int:
        return first_not_finite(z)

    def pack(self, z: torch.Tensor, found: Found, bits: int) -> np.ndarray:
        return pack(z, found.breakpoints, bits)


def scores_of(output: Any, rows: int) -> "Optional[torch.Tensor]":
    """The scores of classes among what a model gives: by name, else the first with a row of numbers for each instance."""
    if isinstance(output, torch.Tensor):
        return output if _is_scores(output, rows) else None
    if isinstance(output, Mapping):
        items: "List[Tuple[str, Any]]" = [(str(key), value) for key, value in output.items()]
    elif isinstance(output, (list, tuple)):
        items = [(name, value) for name, value in zip(getattr(output, "_fields", map(str, range(len(output)))), output)]
    else:
        items = list(vars(output).items()) if hasattr(output, "__dict__") else []
    named = [value for name, value in items if name in _OUTPUT_NAMES]
    for value in [*named, *(value for _, value in items)]:
        if isinstance(value, torch.Tensor) and _is_scores(value, rows):
            return value
    return None


def _is_scores(tensor: torch.Tensor, rows: int) -> bool:
    if not tensor.is_floating_point() or tensor.dim() == 0 or tensor.shape[0] != rows:
        return False
    columns = tensor.numel() // max(1, rows)
    flat = tensor.dim() == 1 or all(size == 1 for size in tensor.shape[2:])
    return flat and 1 <= columns <= _MOST_CLASSES

