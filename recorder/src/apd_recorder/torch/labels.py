"""The label of each row: from the batch, else from what the loss was computed with."""

from __future__ import annotations

from typing import Any, List, Optional, Tuple

import numpy as np
import torch

from .loaders import Batch
from .tree import Call

#: Names that labels go by.
_NAMES = ("labels", "label", "target", "targets", "y", "class", "classes")
#: Nodes of the autograd graph that are looked at before giving up.
_MOST_NODES = 64


class BatchLabels:
    """Picks the labels out of the batches of one loader, always from the same place."""

    def __init__(self) -> None:
        self._path: "Optional[str]" = None

    def of(self, batch: Batch, call: Call) -> "Optional[np.ndarray]":
        """Labels of all rows of a batch, int64 [rows]; None where nothing in it looks like labels."""
        candidates = [(path, tensor) for path, tensor in batch.tensors if _is_column(tensor, batch.rows)]
        if self._path is None:
            self._path = _choose(candidates, call)
        for path, tensor in candidates:
            if path == self._path:
                return as_labels(tensor)
        return None


def _is_column(tensor: torch.Tensor, rows: int) -> bool:
    one_each = tensor.dim() == 1 or (tensor.dim() == 2 and tensor.shape[1] == 1)
    return one_each and tensor.shape[0] == rows and tensor.layout == torch.strided and not tensor.is_complex()


def as_labels(tensor: torch.Tensor) -> "Optional[np.ndarray]":
    """A column of whole numbers from 0 on as int64; None where it holds others."""
    column = tensor.detach().reshape(-1).cpu()
    if column.is_floating_point():
        if not bool(((column == 0) | (column == 1)).all()):
            return None
    elif len(column) and int(column.min()) < 0:
        return None
    return column.to(torch.int64).numpy()


def _choose(candidates: "List[Tuple[str, torch.Tensor]]", call: Call) -> "Optional[str]":
    named = [(path, tensor) for path, tensor in candidates if path.split(".")[-1].lower() in _NAMES]
    given = [tensor for tensor, _ in call.leaves.values()]
    others = [(path, tensor) for path, tensor in candidates if not any(_is_given(tensor, leaf) for leaf in given)]
    whole = [(path, tensor) for path, tensor in others if not tensor.is_floating_point()]
    for path, tensor in [*named, *reversed(whole), *reversed(others)]:
        if as_labels(tensor) is not None:
            return path
    return None


def _is_given(tensor: torch.Tensor, leaf: torch.Tensor) -> bool:
    """Whether the model itself is called with a column (lengths, for example)."""
    if tensor is leaf:
        return True
    return tensor.numel() == leaf.numel() and bool(torch.equal(tensor.reshape(-1).to(leaf.device), leaf.detach().reshape(-1)))


def loss_labels(loss: torch.Tensor, rows: int) -> "Optional[np.ndarray]":
    """
    What a classification loss was computed with, read from its autograd graph: class indices of a negative log-likelihood,
    zeros and ones of a binary cross-entropy.

    :returns: int64 [rows], or None
    """
    queue: "List[Any]" = [loss.grad_fn]
    met = 0
    while queue and met < _MOST_NODES:
        node = queue.pop(0)
        if node is None:
            continue
        met += 1
        if type(node).__name__.startswith(("NllLossBackward", "BinaryCrossEntropy")):
            target = getattr(node, "_saved_target", None)
            if isinstance(target, torch.Tensor) and _is_column(target, rows):
                return as_labels(target)
        queue.extend(following for following, _ in node.next_functions)
    return None
