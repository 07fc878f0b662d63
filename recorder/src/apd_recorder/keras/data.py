"""What a model is fitted with: arrays are taken as they are, datasets are watched while the training reads them."""

from __future__ import annotations

import sys
import threading
import types
from typing import Any, Callable, Dict, List, Optional, Tuple

import numpy as np

from ..options import Options
from .kit import Kit
from .nested import leaves, mapped, parts_of
from .rows import ROOM_OF_ITEM, KeptRows, plain


class ArrayRows:
    """Rows of arrays, which are there at once."""

    def __init__(self, kit: Kit, options: Options, x: Any, y: Any) -> None:
        """:raises ValueError: where they are no arrays with rows"""
        arrays = {path: plain(kit, value) for path, value in leaves(x)}
        found = [value for value in arrays.values() if value is not None and value.ndim > 0]
        if not arrays or len(found) != len(arrays):
            raise ValueError("no plain arrays")
        self.count = len(found[0])
        self._x, self._y = x, y
        self._kit, self._options = kit, options

    def rows(self, start: int, stop: int) -> KeptRows:
        """The rows of a part, numbered from 0."""
        kept = KeptRows(self._kit, self._options)

        def cut(value: Any) -> Any:
            made = plain(self._kit, value)
            return None if made is None else made[start:stop]

        x = mapped(self._x, lambda _, value: cut(value))
        y = None if self._y is None else mapped(self._y, lambda _, value: cut(value))
        kept.keep(np.arange(stop - start, dtype=np.int64), x, y)
        return kept


class WatchedRows:
    """Rows of a dataset, noted as the training gets them. Reading it once more would change what it gives later."""

    def __init__(self, kit: Kit, options: Options) -> None:
        self._kit, self._options = kit, options
        self._lock = threading.Lock()
        self._closed = False
        #: Whether what is read is not read once more: a generator's batches count even where they were looked at before.
        self.is_read_once = False
        self._clear()

    def begin(self) -> None:
        """The training begins: what was read before, to see its shapes, does not count."""
        if not self.is_read_once:
            self._clear()

    def _clear(self) -> None:
        with self._lock:
            self.kept = KeptRows(self._kit, self._options)
            self._arrived = 0
            #: Rows of each batch, in the order of arrival.
            self._batches: "List[int]" = []
            self._items: "set[int]" = set()
            self.by_index = False

    def close(self) -> None:
        """Takes nothing in any more."""
        with self._lock:
            self._closed = True

    def note(self, batch: Any, item: "Optional[int]" = None) -> None:
        """A batch was read; `item`: its index, where the dataset is read by index."""
        with self._lock:
            if self._closed or self.kept.problem is not None or (item is not None and item in self._items):
                return
            x, y = parts_of(batch)
            rows = next((len(value) for _, value in leaves(x) if getattr(value, "shape", ())), 0)
            if item is None:
                keys = np.arange(self._arrived, self._arrived + rows, dtype=np.int64)
                self._arrived += rows
                self._batches.append(rows)
            else:
                self.by_index = True
                self._items.add(item)
                keys = item * ROOM_OF_ITEM + np.arange(rows, dtype=np.int64)
            self.kept.keep(keys, x, y)

    def rows(self, batches: "Optional[int]") -> "Tuple[KeptRows, Optional[int]]":
        """The rows so far, and how many of them the first `batches` batches hold (others were read ahead)."""
        self.close()
        if self.by_index or batches is None:
            return self.kept, None
        return self.kept, sum(self._batches[:batches])


def watched(x: Any, rows: WatchedRows, kit: Kit) -> Any:
    """A dataset that gives what another one gives and lets its batches be noted; None where it is of no known kind."""
    names = {kind.__name__ for kind in type(x).__mro__}
    if "DatasetV2" in names:
        return _watched_tensorflow(x, rows)
    if isinstance(x, types.GeneratorType):
        return _watched_generator(x, rows)
    if names & {"PyDataset", "Sequence"} and hasattr(x, "__getitem__"):
        return _with_method(x, "__getitem__", lambda original: _noting_item(original, rows))
    if "DataLoader" in names and hasattr(x, "__iter__"):
        return _with_method(x, "__iter__", lambda original: _noting_iterator(original, rows))
    return None


def _watched_tensorflow(dataset: Any, rows: WatchedRows) -> Any:
    tf = sys.modules["tensorflow"]
    spec = dataset.element_spec
    flat = tf.nest.flatten(spec)
    if not all(isinstance(one, tf.TensorSpec) for one in flat):
        return None

    def note(*arrays: np.ndarray) -> np.ndarray:
        rows.note(tf.nest.pack_sequence_as(spec, list(arrays)))
        return np.int32(0)

    def tap(*element: Any) -> Any:
        given = element if isinstance(spec, tuple) else element[0]
        noted = tf.numpy_function(note, tf.nest.flatten(given), tf.int32)
        with tf.control_dependencies([noted]):
            return tf.nest.map_structure(tf.identity, given)

    return dataset.map(tap)


def _watched_generator(generator: Any, rows: WatchedRows) -> Any:
    rows.is_read_once = True

    def noting() -> Any:
        for batch in generator:
            rows.note(batch)
            yield batch

    return noting()


def _noting_item(original: "Callable[..., Any]", rows: WatchedRows) -> "Callable[..., Any]":
    def __getitem__(self: Any, index: int) -> Any:
        batch = original(self, index)
        rows.note(batch, int(index))
        return batch

    return __getitem__


def _noting_iterator(original: "Callable[..., Any]", rows: WatchedRows) -> "Callable[..., Any]":
    def __iter__(self: Any) -> Any:
        for batch in original(self):
            rows.note(batch)
            yield batch

    return __iter__


def _with_method(x: Any, name: str, make: "Callable[[Any], Any]") -> Any:
    """The same object (it shares all attributes) with one method that is another."""
    kind = type(x)
    space: "Dict[str, Any]" = {name: make(getattr(kind, name)), "__module__": kind.__module__, "__qualname__": kind.__qualname__}
    made = object.__new__(type(kind.__name__, (kind,), space))
    object.__setattr__(made, "__dict__", x.__dict__)
    return made
