"""Nested dictionaries, lists and tuples of arrays, as Keras' models take them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable, Dict, Iterator, List, Tuple


def leaves(value: Any, path: str = "") -> "Iterator[Tuple[str, Any]]":
    """All that is no container, with its path: ``x`` alone, ``image``, ``0.left`` in containers; None is left out."""
    if isinstance(value, Mapping):
        items: "List[Tuple[str, Any]]" = [(str(key), item) for key, item in value.items()]
    elif isinstance(value, (list, tuple)):
        items = [(str(index), item) for index, item in enumerate(value)]
    else:
        if value is not None:
            yield path or "x", value
        return
    for name, item in items:
        yield from leaves(item, f"{path}.{name}" if path else name)


def mapped(value: Any, change: "Callable[[str, Any], Any]", path: str = "") -> Any:
    """A copy in which everything that is no container was changed."""
    if isinstance(value, Mapping):
        return {key: mapped(item, change, f"{path}.{key}" if path else str(key)) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        items = [mapped(item, change, f"{path}.{index}" if path else str(index)) for index, item in enumerate(value)]
        if hasattr(value, "_fields"):
            return type(value)(*items)
        return tuple(items) if isinstance(value, tuple) else items
    return None if value is None else change(path or "x", value)


def parts_of(batch: Any) -> "Tuple[Any, Any]":
    """Inputs and targets of what a dataset gives: x, (x,), (x, y) or (x, y, weights)."""
    if isinstance(batch, list) and len(batch) in (1, 2, 3):
        # Generators may give lists of two.
        batch = tuple(batch)
    if not isinstance(batch, tuple) or hasattr(batch, "_fields"):
        return batch, None
    return batch[0], batch[1] if len(batch) > 1 else None


Leaves = Dict[str, Any]
