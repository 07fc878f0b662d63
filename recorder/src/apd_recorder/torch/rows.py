"""The rows that a recorder keeps of one split while the first epoch lasts, and the probe set made of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Optional

import numpy as np
import torch

from ..choice import Choice
from .tree import Call, Leaf, map_tree

#: Stands in the labels where a row has none.
NO_LABEL = np.iinfo(np.int64).min


class KeptRows:
    """Copies of rows on the CPU, as the model got them."""

    def __init__(self, limit: int, bytes_limit: int, seed: int) -> None:
        self.choice = Choice(limit, seed)
        self._bytes_limit = bytes_limit
        self._tensors: "Dict[str, torch.Tensor]" = {}
        self._labels = np.full(0, NO_LABEL, np.int64)
        self.template: "Optional[Dict[str, Any]]" = None

    def __len__(self) -> int:
        return len(self.choice.slots)

    def keep(self, keys: np.ndarray, call: Call, labels: "Optional[np.ndarray]", again: bool = False) -> None:
        """
        Takes in the rows of a call.

        :param keys: int64 [n], the instance of each row
        :param labels: int64 [n], or None
        :param again: whether rows that are known are overwritten
        """
        if self.template is None:
            self.template = call.template()
            self._limit_bytes(call)
        if set(call.leaves) != {leaf for leaf in self._tensors} and self._tensors:
            # Another way of calling the model; the first one is kept.
            return
        positions, slots = self.choice.offer(keys)
        if again:
            known = self.choice.slots
            held = [(at, known[key]) for at, key in enumerate(keys.tolist()) if key in known]
            positions, slots = [at for at, _ in held], [slot for _, slot in held]
        if not positions:
            return
        for path in call.leaves:
            self._store(path, call.row_first(path), positions, slots)
        self._room_for_labels(max(slots) + 1)
        self._labels[slots] = NO_LABEL if labels is None else labels[positions]

    def label(self, keys: np.ndarray, labels: np.ndarray) -> None:
        """Gives rows that are kept their labels."""
        for key, label in zip(keys.tolist(), labels.tolist()):
            slot = self.choice.slots.get(key)
            if slot is not None:
                self._labels[slot] = label

    def drop_labels(self) -> None:
        """Forgets all labels."""
        self._labels[:] = NO_LABEL

    def ordered(self) -> "OrderedRows":
        """The kept rows, ascending by instance."""
        keys, slots = self.choice.ordered()
        index = torch.from_numpy(slots)
        tensors = {path: tensor.index_select(0, index) for path, tensor in self._tensors.items()}
        return OrderedRows(keys, tensors, self._labels[slots], self.template or {})

    def _limit_bytes(self, call: Call) -> None:
        a_row = sum(tensor.numel() * tensor.element_size() for tensor, _ in call.leaves.values()) / max(1, call.rows)
        self.choice.limit = max(1, min(self.choice.limit, int(self._bytes_limit // max(1, a_row))))

    def _room_for_labels(self, count: int) -> None:
        if len(self._labels) < count:
            grown = np.full(max(count, 2 * len(self._labels)), NO_LABEL, np.int64)
            grown[: len(self._labels)] = self._labels
            self._labels = grown

    def _store(self, path: str, rows: torch.Tensor, positions: "List[int]", slots: "List[int]") -> None:
        every = len(positions) == len(rows)
        picked = rows if every else rows.index_select(0, torch.from_numpy(np.asarray(positions)).to(rows.device))
        picked = picked.to("cpu")
        held = self._tensors.get(path)
        # Rows of other lengths (sequences) are padded to the longest.
        shape = picked.shape[1:] if held is None else _larger(held.shape[1:], picked.shape[1:])
        room = max(slots) + 1
        if held is None or held.shape[1:] != shape or len(held) < room:
            grown = min(max(room, 2 * len(held) if held is not None else 0), self.choice.limit)
            self._tensors[path] = held = _grown(held, picked, (grown, *shape), _padding_of(path))
        if picked.shape[1:] != shape:
            picked = _grown(picked, picked, (len(slots), *shape), _padding_of(path))
        if slots[-1] - slots[0] == len(slots) - 1 and slots == list(range(slots[0], slots[-1] + 1)):
            held[slots[0] : slots[-1] + 1] = picked
        else:
            held.index_copy_(0, torch.from_numpy(np.asarray(slots)), picked)


def _grown(held: "Optional[torch.Tensor]", like: torch.Tensor, shape: "tuple[int, ...]", padding: int) -> torch.Tensor:
    """A larger tensor that holds another one; what is new is padding where rows became longer."""
    if held is None:
        return like.new_empty(shape)
    larger = like.new_empty(shape) if held.shape[1:] == shape[1:] else like.new_full(shape, padding)
    larger[tuple(slice(0, size) for size in held.shape)] = held
    return larger


def _larger(a: "torch.Size", b: "torch.Size") -> "tuple[int, ...]":
    if len(a) != len(b):
        raise ValueError(f"rows of shape {tuple(b)} among rows of shape {tuple(a)}")
    return tuple(max(x, y) for x, y in zip(a, b))


def _padding_of(path: str) -> int:
    """What rows are padded with: token labels with what losses leave out, everything else with 0."""
    return -100 if path.split(".")[-1] == "labels" else 0


def _as_array(tensor: torch.Tensor) -> np.ndarray:
    array: np.ndarray = (tensor.float() if tensor.dtype in (torch.bfloat16, torch.float16) else tensor).numpy()
    return array


@dataclass
class OrderedRows:
    """Rows of one split by instance."""

    keys: np.ndarray
    tensors: "Dict[str, torch.Tensor]"
    labels: np.ndarray
    template: "Dict[str, Any]"


@dataclass
class ProbeSet:
    """The inputs that every snapshot is taken of."""

    #: Instance of each row, int64 [N].
    instance: np.ndarray
    #: Rows by path, [N, …] on the CPU.
    tensors: "Dict[str, torch.Tensor]"
    #: Arguments of the model with a Leaf where each row has its own value.
    template: "Dict[str, Any]"
    #: int64 [N], or None.
    label: "Optional[np.ndarray]"
    #: Index into `split_names` of each row, or None where there is one split.
    split: "Optional[np.ndarray]"
    split_names: "List[str]"
    #: Names of the positional-only arguments come first, in this order.
    positional: "List[str]"

    def __len__(self) -> int:
        return len(self.instance)

    def bytes_per_row(self) -> int:
        """Bytes of the inputs of one row."""
        return sum(tensor[:1].numel() * tensor.element_size() for tensor in self.tensors.values())

    def arrays(self) -> "Dict[str, np.ndarray]":
        """The rows as arrays; types that NumPy lacks become float32."""
        return {path: _as_array(tensor) for path, tensor in self.tensors.items()}

    def pick(self, positions: np.ndarray) -> "ProbeSet":
        """The probe set of some of its rows (int64 [M], ascending)."""
        index = torch.from_numpy(positions)
        return ProbeSet(
            self.instance[positions],
            {path: tensor.index_select(0, index) for path, tensor in self.tensors.items()},
            self.template,
            None if self.label is None else self.label[positions],
            None if self.split is None else self.split[positions],
            self.split_names,
            self.positional,
        )

    def arguments(self, start: int, stop: int, device: "torch.device") -> "tuple[List[Any], Dict[str, Any]]":
        """Positional and keyword arguments for rows `start` to `stop`, on a device."""

        def change(_: str, value: Any) -> Any:
            if isinstance(value, Leaf):
                rows = self.tensors[value.path][start:stop].to(device)
                return rows.movedim(0, value.axis) if value.axis else rows
            return value.to(device) if isinstance(value, torch.Tensor) else value

        made = {name: map_tree(value, change, name) for name, value in self.template.items()}
        positional = [made.pop(name) for name in self.positional if name in made]
        return positional, made
