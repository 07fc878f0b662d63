"""Arguments of a call as a tree of tensors: what changes from row to row, and what does not."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

import torch

#: Deeper trees are not looked into.
_DEEPEST = 6


class Leaf:
    """The place of a tensor that has a value for every row."""

    def __init__(self, path: str, axis: int) -> None:
        self.path = path
        #: Axis of the rows in the call; kept tensors have them first.
        self.axis = axis


def _children(value: Any) -> "Optional[List[Tuple[str, Any]]]":
    if isinstance(value, Mapping):
        return [(str(key), item) for key, item in value.items()]
    if isinstance(value, (list, tuple)):
        names = getattr(value, "_fields", None) or [str(index) for index in range(len(value))]
        return list(zip(names, value))
    return None


def tensors_of(value: Any, path: str = "", depth: int = 0) -> "Iterator[Tuple[str, torch.Tensor]]":
    """All tensors of a nested value with their paths, e.g. ``input_ids`` or ``0.image``."""
    if isinstance(value, torch.Tensor):
        yield path, value
        return
    found = _children(value) if depth < _DEEPEST else None
    if found is None and depth < _DEEPEST and hasattr(value, "__dataclass_fields__"):
        found = [(name, getattr(value, name, None)) for name in value.__dataclass_fields__]
    for name, item in found or []:
        yield from tensors_of(item, f"{path}.{name}" if path else name, depth + 1)


def _rebuilt(value: Any, items: "List[Any]") -> Any:
    """A container like another one, of other items."""
    if isinstance(value, Mapping):
        pairs = dict(zip(value.keys(), items))
        if type(value) is dict:
            return pairs
        try:
            return type(value)(pairs)
        except (TypeError, ValueError):
            return pairs
    if hasattr(value, "_fields"):
        return type(value)(*items)
    return type(value)(items) if type(value) in (list, tuple) else list(items)


def map_tree(value: Any, change: "Callable[[str, Any], Any]", path: str = "", depth: int = 0) -> Any:
    """A copy of a nested value in which everything that is no container was changed."""
    found = _children(value) if depth < _DEEPEST else None
    if found is None:
        return change(path, value)
    items = [map_tree(item, change, f"{path}.{name}" if path else name, depth + 1) for name, item in found]
    return _rebuilt(value, items)


def named_arguments(names: "List[str]", args: "Tuple[Any, ...]", kwargs: "Dict[str, Any]") -> "Dict[str, Any]":
    """Arguments of a call by their names; ``*0``, ``*1``, … where a positional one has none."""
    found = {names[index] if index < len(names) else f"*{index}": value for index, value in enumerate(args)}
    found.update(kwargs)
    return found


class Call:
    """The arguments of one call, split into rows and the rest."""

    def __init__(self, arguments: "Dict[str, Any]", rows: int) -> None:
        """:param rows: rows of the call; tensors that have as many along their first or second axis have a value for each"""
        self.rows = rows
        self.arguments = arguments
        #: The tensors that have a value for each row, by path.
        self.leaves: "Dict[str, Tuple[torch.Tensor, int]]" = {}
        first: "Dict[str, Tuple[torch.Tensor, int]]" = {}
        second: "Dict[str, Tuple[torch.Tensor, int]]" = {}
        for path, tensor in tensors_of(arguments):
            if tensor.layout != torch.strided:
                continue
            if tensor.dim() > 0 and tensor.shape[0] == rows:
                first[path] = (tensor, 0)
            elif tensor.dim() > 1 and tensor.shape[1] == rows:
                second[path] = (tensor, 1)
        # Sequences first, rows second: only where nothing has its rows first.
        self.leaves = first or second

    def row_first(self, path: str) -> torch.Tensor:
        """A leaf with its rows along the first axis, detached."""
        tensor, axis = self.leaves[path]
        return tensor.detach().movedim(axis, 0)

    def template(self) -> "Dict[str, Any]":
        """The arguments with a :class:`Leaf` where each row has its own value, and copies of everything else."""

        def change(path: str, value: Any) -> Any:
            if path in self.leaves:
                return Leaf(path, self.leaves[path][1])
            if isinstance(value, torch.Tensor):
                return value.detach().clone()
            try:
                return copy.copy(value)
            except Exception:  # noqa: BLE001 - whatever a script's own object raises: it is then used as it is
                return value

        return {name: map_tree(value, change, name) for name, value in self.arguments.items()}


def row_count(arguments: "Dict[str, Any]") -> int:
    """Rows of a call as its first tensor with an axis has them; 0 when there is none."""
    for _, tensor in tensors_of(arguments):
        if tensor.dim() > 0:
            return int(tensor.shape[0])
    return 0
