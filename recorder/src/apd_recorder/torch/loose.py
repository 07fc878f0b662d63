"""Rows of a script that has no loader: it slices its tensors itself, or always takes all of them."""

from __future__ import annotations

from typing import Dict, List, Optional, Tuple

import numpy as np
import torch

from .rows import KeptRows
from .tree import Call

#: Share of a batch that was seen before from which on the rows are said to come again.
_AGAIN = 0.75


def row_hashes(call: Call) -> np.ndarray:
    """A number for each row of a call, equal for equal rows (uint64 [rows])."""
    total = np.zeros(call.rows, np.uint64)
    for path in sorted(call.leaves):
        rows = call.row_first(path).cpu().contiguous()
        if rows.dtype == torch.bfloat16:
            rows = rows.float()
        raw = rows.numpy().reshape(call.rows, -1).view(np.uint8).reshape(call.rows, -1)
        padded = np.pad(raw, ((0, 0), (0, -raw.shape[1] % 4))).view(np.uint32)
        weights = np.random.Generator(np.random.PCG64(padded.shape[1])).integers(1, 1 << 63, padded.shape[1], np.uint64)
        with np.errstate(over="ignore"):
            total = total * np.uint64(31) + (padded.astype(np.uint64) * (weights | np.uint64(1))).sum(axis=1, dtype=np.uint64)
    return total


class LooseRows:
    """Numbers rows in the order in which they arrive, and notices when they come again: an epoch has then passed."""

    def __init__(self) -> None:
        self._keys: "Dict[int, int]" = {}
        #: Calls since the last loss was differentiated.
        self._calls: "List[Tuple[Call, np.ndarray]]" = []
        self._training_flag: "Optional[bool]" = None
        self._called = False
        self.rows_of_epoch = 0

    @property
    def rows(self) -> int:
        """Different rows so far."""
        return len(self._keys)

    def called(self, call: Call, training: bool, stepped: bool) -> bool:
        """
        Takes in a call.

        :param training: whether the model is in training mode
        :param stepped: whether a step was made in this epoch
        :returns: whether its rows were seen before, in an epoch that had a step
        """
        if self._training_flag is not None and training != self._training_flag:
            return False
        hashes = row_hashes(call)
        seen = sum(number in self._keys for number in hashes.tolist())
        # The script may change its tensors before the loss says that the call counts.
        call.leaves = {path: (tensor.detach().clone(), axis) for path, (tensor, axis) in call.leaves.items()}
        self._calls = [(other, its) for other, its in self._calls if other.rows == call.rows] + [(call, hashes)]
        self._training_flag_of_call = training
        again = stepped and seen >= _AGAIN * call.rows
        if again:
            self.rows_of_epoch = 0
        self.counted(call.rows)
        return again

    def differentiated(self, rows: "Optional[KeptRows]") -> "Optional[np.ndarray]":
        """
        A loss is differentiated: the first of the calls since the last one counts.

        :param rows: takes the call's rows; None once the probe set is closed
        :returns: the instances of the call
        """
        self._called = False
        if not self._calls or rows is None:
            self._calls = []
            return None
        call, hashes = self._calls[0]
        self._calls = []
        self._training_flag = self._training_flag_of_call
        keys = np.array([self._keys.setdefault(number, len(self._keys)) for number in hashes.tolist()], np.int64)
        rows.keep(keys, call, None)
        return keys

    def counted(self, rows: int) -> None:
        """Counts the rows of a call; of several before a loss, those of the first."""
        if not self._called:
            self.rows_of_epoch += rows
            self._called = True

    def epoch_ended(self) -> bool:
        """Whether as many rows as there are were called since the last time; then counts anew."""
        if self.rows_of_epoch < self.rows:
            return False
        self.rows_of_epoch = 0
        return True
