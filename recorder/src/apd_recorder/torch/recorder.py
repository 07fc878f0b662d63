"""Recording by three lines of one's own, and of weights that are there already."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any, Dict, List, Optional, Sequence

import numpy as np
import torch

from ..choice import chosen_rows
from ..errors import InputError, NotRecordable
from ..options import BYTES_LIMIT, DEFAULT_LIMIT, Options, default_out
from ..run.model_run import ModelRun, prepare
from ..say import say
from .labels import as_labels
from .model import argument_names
from .passes import ModelPass, unwrapped
from .quiet import autocast_state
from .rows import ProbeSet
from .tree import Call, named_arguments, row_count


class Recorder:
    """
    Records snapshots of a model when told to::

        with Recorder(model, x, y, out="runs/a") as recorder:
            recorder.snapshot(0)
            for epoch in range(1, 11):
                train(model)
                recorder.snapshot(epoch)
    """

    def __init__(self, model: torch.nn.Module, x: Any, y: Any = None, **options: Any) -> None:
        """
        :param model: the model, on whatever device; it may be wrapped (DDP, ``torch.compile``)
        :param x: what the model is called with: a tensor or array [N, …], a tuple of them for several arguments, or a
            dictionary for arguments by name
        :param y: labels: whole numbers [N], or None
        :param options: ``out``, ``limit``, ``levels``, ``smooth``, ``seed``, ``force``, ``instance`` (numbers of the
            instances, [N]) and ``classes`` (names), as on the command line
        :raises InputError: when x and y do not fit each other
        """
        self._model = unwrapped(model)
        instance, self._classes = options.pop("instance", None), options.pop("classes", None)
        levels = options.pop("levels", [])
        self._options = Options(levels=[levels] if isinstance(levels, str) else list(levels), **options)
        self._probes = probe_set(self._model, x, y, instance, self._options)
        self._run: "Optional[ModelRun]" = None
        self._begun = time.monotonic()

    def __enter__(self) -> "Recorder":
        return self

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
            raise InputError(type(self._model).__name__, str(reason)) from None

    def close(self) -> None:
        """Gives the run folder back. What was recorded is whole at any time."""
        if self._run is not None:
            self._run.close()

    def _open(self) -> ModelRun:
        runner = ModelPass(self._model, self._probes, autocast_state())
        kept = prepare(runner, self._options)
        if kept is not None:
            runner.probes = self._probes.pick(kept)
        for text in runner.notices:
            say(text)
        folder = os.path.abspath(self._options.out) if self._options.out else default_out()
        return ModelRun(folder, runner, self._options, self._classes)


def _tensor(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.detach().cpu()
    if isinstance(value, np.ndarray):
        tensor = torch.from_numpy(np.ascontiguousarray(value))
        # Networks compute in float32; arrays of plain Python numbers are float64.
        return tensor.float() if tensor.dtype == torch.float64 else tensor
    return value


def probe_set(model: torch.nn.Module, x: Any, y: Any, instance: "Optional[Sequence[int]]", options: Options) -> ProbeSet:
    """
    The probe set of given inputs and labels, cut to the limit.

    :raises InputError: when numbers of rows differ
    """
    args: "List[Any]" = []
    kwargs: "Dict[str, Any]" = {}
    if isinstance(x, Mapping):
        kwargs = {str(name): _tensor(value) for name, value in x.items()}
    else:
        args = [_tensor(value) for value in x] if isinstance(x, (tuple, list)) else [_tensor(x)]
    names = argument_names(model)
    arguments = named_arguments(names, tuple(args), kwargs)
    rows = row_count(arguments)
    if rows == 0:
        raise InputError("x", "has no rows: expected a tensor or array whose first axis is the instances")
    call = Call(arguments, rows)
    labels = None if y is None else as_labels(_tensor(np.asarray(y) if not isinstance(y, torch.Tensor) else y))
    if y is not None and labels is None:
        raise InputError("y", "are no labels: expected whole numbers from 0 on")
    for what, value in (("y", labels), ("instance", instance)):
        if value is not None and len(value) != rows:
            raise InputError(what, f"has {len(value)} values, but x has {rows} rows")
    numbers = np.arange(rows) if instance is None else np.asarray(instance, np.int64)
    probes = ProbeSet(
        instance=numbers,
        tensors={path: call.row_first(path) for path in call.leaves},
        template=call.template(),
        label=labels,
        split=None,
        split_names=["all"],
        positional=[name for name in arguments if name not in kwargs],
    )
    limit = min(options.limit or DEFAULT_LIMIT, max(1, BYTES_LIMIT // max(1, probes.bytes_per_row())))
    return probes if rows <= limit else probes.pick(chosen_rows(numbers, limit, options.seed))
