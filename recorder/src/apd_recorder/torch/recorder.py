"""Recording by three lines of one's own, and of weights that are there already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Dict, List, Optional, Sequence

import numpy as np
import torch

from ..by_hand import ByHand
from ..choice import chosen_rows
from ..errors import InputError
from ..options import BYTES_LIMIT, DEFAULT_LIMIT, Options
from .labels import as_labels
from .model import argument_names
from .passes import ModelPass, unwrapped
from .quiet import autocast_state
from .rows import ProbeSet
from .tree import Call, named_arguments, row_count


class Recorder(ByHand):
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
        super().__init__(type(self._model).__name__, options)
        self._probes = probe_set(self._model, x, y, self._instance, self._options)

    def __enter__(self) -> "Recorder":
        return self

    def _runner(self) -> ModelPass:
        return ModelPass(self._model, self._probes, autocast_state())


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
