"""What the script's loaders gave out: which instances each batch holds, and how far each loader has come."""

from __future__ import annotations

import weakref
from collections import deque
from typing import Any, Deque, Dict, List, Optional, Set, Tuple

import numpy as np
import torch

from .tree import Call, tensors_of

#: Batches that were given out and not met in a call are forgotten beyond these.
_MOST_OUTSTANDING = 64


class Source:
    """A dataset that batches come from."""

    def __init__(self, number: int, dataset: Any) -> None:
        self.number = number
        self.length: "Optional[int]" = _length(dataset)
        classes = getattr(dataset, "classes", None)
        #: Names of the classes, where the dataset has them.
        self.classes: "Optional[List[str]]" = [str(name) for name in classes] if isinstance(classes, (list, tuple)) else None
        #: Instances that came without an index, so far.
        self.arrived = 0


def _length(value: Any) -> "Optional[int]":
    try:
        return len(value)
    except (TypeError, NotImplementedError, AttributeError):
        return None


class Iteration:
    """One way through a loader, from its start to its end."""

    def __init__(self, source: Source, batches: "Optional[int]") -> None:
        self.source = source
        #: Batches of a whole way through, where the loader knows.
        self.batches = batches
        self.fetched = 0
        self.exhausted = False

    @property
    def finished(self) -> bool:
        """Whether every batch was given out."""
        return self.exhausted or (self.batches is not None and self.fetched >= self.batches)


class Batch:
    """A batch that a loader gave out."""

    def __init__(self, iteration: Iteration, number: int, keys: "Optional[np.ndarray]", data: Any) -> None:
        self.iteration = iteration
        #: How many batches came before it.
        self.number = number
        #: Instance of each row; None where the loader does not tell rows apart.
        self.keys = keys
        self.tensors = list(tensors_of(data))
        #: Rows that each model was called with, by its number.
        self.consumed: "Dict[int, int]" = {}
        #: Models that were called with its very values.
        self.sure: "Set[int]" = set()
        #: Its place among all batches of all loaders.
        self.order = 0

    @property
    def rows(self) -> int:
        """Rows of the batch; 0 where it is unknown."""
        return 0 if self.keys is None else len(self.keys)


class Loaders:
    """Follows all ``DataLoader`` objects of a script."""

    def __init__(self) -> None:
        self._sources: "Dict[int, Tuple[Any, Source]]" = {}
        self._iterations: "weakref.WeakKeyDictionary[Any, Tuple[Iteration, Deque[Any]]]" = weakref.WeakKeyDictionary()
        self._given = 0
        #: Number of the last index that each iterator's sampler gave out.
        self._sent: "weakref.WeakKeyDictionary[Any, int]" = weakref.WeakKeyDictionary()
        #: Number of the batch that a worker gave last.
        self._got: "weakref.WeakKeyDictionary[Any, int]" = weakref.WeakKeyDictionary()
        #: The way through a loader that gave the last batch.
        self.latest: "Optional[Iteration]" = None
        #: Batches that may still be met in a call, oldest first.
        self.outstanding: "Deque[Batch]" = deque(maxlen=_MOST_OUTSTANDING)

    def started(self, loader: Any, iterator: Any) -> Iteration:
        """A way through a loader begins."""
        source = self._source_of(loader.dataset)
        iteration = Iteration(source, _length(loader) if hasattr(loader.dataset, "__getitem__") else None)
        waiting = self._iterations.get(iterator, (None, deque()))[1]
        self._iterations[iterator] = (iteration, waiting)
        return iteration

    def resetting(self, iterator: Any) -> None:
        """An iterator is used again, by a loader with persistent workers."""
        for known in (self._iterations, self._sent, self._got):
            known.pop(iterator, None)

    def got(self, iterator: Any, number: int) -> None:
        """A worker gave the batch of an index; batches may overtake each other (``in_order=False``)."""
        self._got[iterator] = number

    def index(self, iterator: Any, index: Any) -> None:
        """The sampler gave out the indices of a batch, which a worker may now prepare."""
        if iterator not in self._iterations:
            # Workers are given their first batches before the iterator is returned.
            self._iterations[iterator] = (None, deque())  # type: ignore[assignment]
        waiting = self._iterations[iterator][1]
        self._sent[iterator] = number = self._sent.get(iterator, -1) + 1
        waiting.append((number, index))

    def fetched(self, iterator: Any, data: Any, wanted: bool) -> None:
        """
        A batch is given to the script.

        :param wanted: whether its content is looked at
        """
        iteration, waiting = self._iterations.get(iterator, (None, None))
        if iteration is None or waiting is None:
            return
        index = None
        if waiting:
            wanted_number = waiting[0][0] if getattr(iterator, "_in_order", True) else self._got.get(iterator)
            position = next((at for at, (number, _) in enumerate(waiting) if number == wanted_number), 0)
            index = waiting[position][1]
            del waiting[position]
        number, iteration.fetched = iteration.fetched, iteration.fetched + 1
        self.latest = iteration
        if not wanted:
            return
        batch = Batch(iteration, number, None, data)
        batch.keys = self._keys(iteration.source, index, batch)
        self._given, batch.order = self._given + 1, self._given
        self.outstanding.append(batch)

    def exhausted(self, iterator: Any) -> "Optional[Iteration]":
        """A loader has nothing more to give."""
        iteration = self._iterations.get(iterator, (None, None))[0]
        if iteration is not None:
            iteration.exhausted = True
        return iteration

    def iteration_of(self, iterator: Any) -> "Optional[Iteration]":
        """The way through a loader that an iterator is on."""
        return self._iterations.get(iterator, (None, None))[0]

    def _source_of(self, dataset: Any) -> Source:
        known = self._sources.get(id(dataset))
        if known is None or known[0]() is not dataset:
            try:
                reference: Any = weakref.ref(dataset)
            except TypeError:
                # Lists and the like; they live as long as their loader, and are seldom large.
                reference = lambda kept=dataset: kept  # noqa: E731
            known = (reference, Source(len(self._sources), dataset))
            self._sources[id(dataset)] = known
        return known[1]

    def _keys(self, source: Source, index: Any, batch: Batch) -> "Optional[np.ndarray]":
        try:
            if isinstance(index, (list, tuple, np.ndarray, torch.Tensor)):
                keys = np.asarray([int(key) for key in index], np.int64)
                return keys if len(keys) and keys.min() >= 0 else None
        except (TypeError, ValueError):
            # Keys of a dictionary-like dataset, or none: rows are then numbered as they come.
            pass
        rows = next((int(tensor.shape[0]) for _, tensor in batch.tensors if tensor.dim() > 0), 0)
        keys = np.arange(source.arrived, source.arrived + rows, dtype=np.int64)
        source.arrived += rows
        return keys if rows else None


def shows_rows(call: Call, batch: Batch, offset: int) -> bool:
    """
    Whether a call was made with rows of a batch, told by their values: every argument that the batch has something of its
    size for is found in it, and at least one of them tells rows apart.

    :param offset: row of the batch that is the first of the call
    """
    found = False
    for path in call.leaves:
        rows = call.row_first(path)
        own = [part for part in _parts(batch, offset, call.rows) if part[:1].numel() == rows[:1].numel()]
        if rows.numel() == 0 or not own or (rows.dim() == 1 and not rows.is_floating_point()):
            # A column of whole numbers (labels, lengths) says too little.
            continue
        if not any(_same(rows, part) for part in own):
            return False
        found = found or call.rows == 1 or not _same(rows[:1], rows[-1:])
    return found


def _parts(batch: Batch, offset: int, rows: int) -> "List[torch.Tensor]":
    tensors = [tensor.detach() for _, tensor in batch.tensors if tensor.layout == torch.strided and tensor.dim() > 0]
    return [tensor[offset : offset + rows] for tensor in tensors if tensor.shape[0] >= offset + rows]


def _same(a: torch.Tensor, b: torch.Tensor) -> bool:
    b = b.to(a.device)
    return bool(torch.equal(a.reshape(len(a), -1), b.reshape(len(b), -1).to(a.dtype)))
