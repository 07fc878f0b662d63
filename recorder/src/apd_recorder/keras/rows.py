"""The rows that are kept of one split, and the probe set made of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Tuple

import numpy as np

from ..choice import Choice
from ..options import BYTES_LIMIT, Options
from .kit import Kit
from .nested import leaves, mapped

#: Stands in the labels where a row has none.
NO_LABEL = np.iinfo(np.int64).min
#: Rows of one item of a dataset that is read by index: instances are first numbered with room for so many.
ROOM_OF_ITEM = 1 << 20


def as_labels(kit: Kit, y: Any) -> "Optional[np.ndarray]":
    """
    Whole numbers from 0 on as int64 [n], also out of rows with a single 1 (``to_categorical``); None where targets are no
    labels.
    """
    found = [value for _, value in leaves(y)]
    if len(found) != 1:
        return None
    values = plain(kit, found[0])
    if values is None or values.dtype.kind not in "biuf":
        return None
    if values.ndim == 2 and values.shape[1] > 1:
        is_one_hot = bool(((values == 0) | (values == 1)).all() and (values.sum(axis=1) == 1).all())
        return values.argmax(axis=1).astype(np.int64) if is_one_hot else None
    if values.ndim not in (1, 2):
        return None
    column = values.reshape(len(values), -1)
    if column.shape[1] != 1:
        return None
    column = column[:, 0]
    whole = column.dtype.kind != "f" or bool((column == np.floor(column)).all())
    return column.astype(np.int64) if whole and (len(column) == 0 or column.min() >= 0) else None


def plain(kit: Kit, value: Any) -> "Optional[np.ndarray]":
    """An array, tensor, data frame or list as an array; None where it is none (ragged, sparse)."""
    if hasattr(value, "to_numpy"):
        value = value.to_numpy()
    if type(value).__name__ in ("RaggedTensor", "SparseTensor", "BCOO") or hasattr(value, "tocsr"):
        return None
    return kit.array(value)


class KeptRows:
    """Copies of rows as the model got them."""

    def __init__(self, kit: Kit, options: Options) -> None:
        self._kit = kit
        self.choice = Choice(options.limit, options.seed)
        self._arrays: "Dict[str, np.ndarray]" = {}
        self._labels = np.full(0, NO_LABEL, np.int64)
        self.template: Any = None
        #: Why nothing more is kept.
        self.problem: "Optional[str]" = None

    def __len__(self) -> int:
        return len(self.choice.slots)

    def keep(self, keys: np.ndarray, x: Any, y: Any) -> None:
        """
        Takes in rows.

        :param keys: int64 [n], the instance of each
        :param x: the model's input, nested; `y`: its targets
        """
        found = {path: plain(self._kit, value) for path, value in leaves(x)}
        if not found or any(value is None or value.ndim == 0 or len(value) != len(keys) for value in found.values()):
            self.problem = "its inputs are no plain arrays with a row for each instance"
            return
        if self.template is None:
            self.template = mapped(x, lambda path, _: path)
            a_row = sum(value.nbytes for value in found.values() if value is not None) / max(1, len(keys))
            self.choice.limit = max(1, min(self.choice.limit, int(BYTES_LIMIT // max(1, a_row))))
        positions, slots = self.choice.offer(keys)
        if not positions:
            return
        for path, value in found.items():
            if value is not None:
                self._store(path, self._as_given(value), positions, slots)
        room = max(slots) + 1
        if len(self._labels) < room:
            self._labels = np.concatenate([self._labels, np.full(max(room, len(self._labels)), NO_LABEL, np.int64)])
        labels = None if y is None else as_labels(self._kit, y)
        self._labels[slots] = NO_LABEL if labels is None else labels[positions]

    def ordered(self, below: "Optional[int]" = None) -> "Tuple[np.ndarray, Dict[str, np.ndarray], np.ndarray]":
        """Instances ascending, their inputs and labels; only those whose number is below a limit."""
        keys, slots = self.choice.ordered()
        if below is not None:
            keys, slots = keys[keys < below], slots[keys < below]
        return keys, {path: held[slots] for path, held in self._arrays.items()}, self._labels[slots]

    def _as_given(self, value: np.ndarray) -> np.ndarray:
        """Numbers in the type that Keras gives them to a model in."""
        return value.astype(self._kit.float_type(), copy=False) if value.dtype.kind == "f" else value

    def _store(self, path: str, rows: np.ndarray, positions: "List[int]", slots: "List[int]") -> None:
        room = max(slots) + 1
        held = self._arrays.get(path)
        inner = rows.shape[1:] if held is None else tuple(max(a, b) for a, b in zip(held.shape[1:], rows.shape[1:]))
        if held is None or len(held) < room or held.shape[1:] != inner:
            # Rows of other lengths (sequences) are padded to the longest.
            count = min(max(room, 2 * len(held) if held is not None else 0), self.choice.limit)
            larger = np.zeros((count, *inner), rows.dtype)
            if held is not None:
                larger[tuple(slice(0, size) for size in held.shape)] = held
            self._arrays[path] = held = larger
        held[(np.asarray(slots), *(slice(0, size) for size in rows.shape[1:]))] = rows[positions]


@dataclass
class KerasProbes:
    """The inputs that every snapshot is taken of."""

    #: Instance of each row, int64 [N].
    instance: np.ndarray
    #: Rows by path, [N, …].
    inputs: "Dict[str, np.ndarray]"
    #: The model's input with a path where each array belongs.
    template: Any
    #: int64 [N], or None.
    label: "Optional[np.ndarray]"
    #: Index into `split_names` of each row, or None where there is one split.
    split: "Optional[np.ndarray]"
    split_names: "List[str]"

    def __len__(self) -> int:
        return len(self.instance)

    def arrays(self) -> "Dict[str, np.ndarray]":
        """The inputs by their paths."""
        return self.inputs

    def argument(self, start: int, stop: int) -> Any:
        """The model's input for some of the rows."""
        return mapped(self.template, lambda _, path: self.inputs[path][start:stop])

    def pick(self, positions: np.ndarray) -> "KerasProbes":
        """The probe set of some of its rows (int64 [M], ascending)."""
        return KerasProbes(
            self.instance[positions],
            {path: array[positions] for path, array in self.inputs.items()},
            self.template,
            None if self.label is None else self.label[positions],
            None if self.split is None else self.split[positions],
            self.split_names,
        )


def joined(parts: "List[Tuple[str, Optional[int], KeptRows, Optional[int]]]") -> "Optional[KerasProbes]":
    """
    The probe set of several splits.

    :param parts: name, number of the first instance (None: behind the split before), rows, and how many count (None: all)
    :returns: None where no rows were kept
    """
    kept, offset = [], 0
    for name, first, rows, below in parts:
        offset = offset if first is None else first
        keys, inputs, labels = rows.ordered(below)
        if len(keys):
            if keys.max() >= ROOM_OF_ITEM and rows.choice.limit > len(keys):
                # Numbered by item and place in it; none is missing, so that they can be counted.
                keys = np.arange(len(keys), dtype=np.int64)
            kept.append((name, keys + offset, inputs, labels))
            offset = int(keys.max()) + offset + 1
    if not kept:
        return None
    shapes = {path: array.shape[1:] for path, array in kept[0][2].items()}
    kept = [part for part in kept if {path: array.shape[1:] for path, array in part[2].items()} == shapes]
    labels = np.concatenate([part[3] for part in kept])
    return KerasProbes(
        np.concatenate([part[1] for part in kept]),
        {path: np.concatenate([part[2][path] for part in kept]) for path in shapes},
        next(rows.template for _, _, rows, _ in parts if rows.template is not None),
        None if (labels == NO_LABEL).any() else labels,
        np.concatenate([np.full(len(part[1]), at, np.uint8) for at, part in enumerate(kept)]) if len(kept) > 1 else None,
        [part[0] for part in kept],
    )
