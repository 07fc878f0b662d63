"""Sees the activations of a Keras model while the recorder runs it, eagerly."""

from __future__ import annotations

import contextlib
import functools
import threading
from typing import Any, Callable, Dict, Iterator, List, Optional

from ..levels import Found, ModulePath
from .activations import Place, Rule, places
from .kit import Kit

#: Is told of each activation before it is applied: what was found, and the path of the layer that applies it.
Listener = Callable[[Found, ModulePath], None]


class Taps:
    """Replaces activation functions by ones that tell, and follows which layer is running."""

    def __init__(self, kit: Kit, model: Any, listener: Listener) -> None:
        self._kit = kit
        self._model = model
        self._listener = listener
        self._paths = _paths(model, kit)
        self._stack: "List[ModulePath]" = [ModulePath("", False)]
        self._thread = threading.get_ident()
        #: Above 0 within an activation or a layer that is not looked into.
        self._muted = 0
        #: Layers with activations inside that cannot be seen.
        self.unseen: "set[str]" = set()

    @contextlib.contextmanager
    def listening(self) -> "Iterator[None]":
        """Listens while the block runs."""
        with contextlib.ExitStack() as stack:
            made: "Dict[int, Any]" = {}
            for place in places(self._kit):
                original = place.holder.__dict__.get(place.name, getattr(place.holder, place.name))
                function = original.__func__ if isinstance(original, staticmethod) else original
                wrapper = self._wrapped(function, place.rule)
                made[id(function)] = wrapper
                _replace(stack, place, staticmethod(wrapper) if isinstance(original, staticmethod) else wrapper)
            self._replace_held(stack, made)
            kind = next(one for one in self._kit.module.layers.Layer.__mro__ if "__call__" in one.__dict__)
            _replace(stack, Place(kind, "__call__", lambda _: None), self._followed(kind.__call__))
            yield

    def _replace_held(self, stack: contextlib.ExitStack, made: "Dict[int, Any]") -> None:
        """Layers may hold a function of their backend itself: ``Dense(8, activation=tf.nn.relu)``."""
        for layer in [self._model, *self._kit.layers_of(self._model)]:
            held = vars(layer)
            for name, value in list(held.items()):
                if id(value) in made and callable(value):
                    held[name] = made[id(value)]
                    stack.callback(held.__setitem__, name, value)

    def _wrapped(self, function: Any, rule: Rule) -> Any:
        @functools.wraps(function)
        def told(*args: Any, **kwargs: Any) -> Any:
            if self._muted or threading.get_ident() != self._thread:
                return function(*args, **kwargs)
            found = rule((args, kwargs))
            if found is not None:
                self._meet(found)
            # Where it is none, what it calls in turn may be one.
            self._muted += found is not None
            try:
                return function(*args, **kwargs)
            finally:
                self._muted -= found is not None

        return told

    def _meet(self, found: Found) -> None:
        if not _is_tensor(found.z):
            return
        if _is_traced(found.z):
            self.unseen.add(self._stack[-1].path or type(self._model).__name__)
            return
        self._listener(found, self._stack[-1])

    def _followed(self, original: Any) -> Any:
        recurrent = self._kit.module.layers.RNN

        @functools.wraps(original)
        def __call__(layer: Any, *args: Any, **kwargs: Any) -> Any:
            path = self._paths.get(id(layer))
            is_recurrent = isinstance(layer, recurrent)
            if is_recurrent and path is not None:
                self.unseen.add(path.path)
            if path is not None:
                self._stack.append(path)
            self._muted += is_recurrent
            try:
                return original(layer, *args, **kwargs)
            finally:
                self._muted -= is_recurrent
                if path is not None:
                    self._stack.pop()

        return __call__


def _replace(stack: contextlib.ExitStack, place: Place, value: Any) -> None:
    own: "Optional[Any]" = vars(place.holder).get(place.name)
    setattr(place.holder, place.name, value)
    if own is None:
        stack.callback(delattr, place.holder, place.name)
    else:
        stack.callback(setattr, place.holder, place.name, own)


def _children(layer: Any) -> "List[Any]":
    return list(layer._flatten_layers(include_self=False, recursive=False))


def _paths(model: Any, kit: Kit) -> "Dict[int, ModulePath]":
    """Paths of all layers below a model, of the names that they have."""
    found: "Dict[int, ModulePath]" = {}
    queue = [(model, "")]
    while queue:
        layer, path = queue.pop(0)
        for child in _children(layer):
            if id(child) in found or child is model:
                continue
            own = f"{path}.{child.name}" if path else str(child.name)
            found[id(child)] = ModulePath(own, not _children(child))
            queue.append((child, own))
    return found


def _is_tensor(value: Any) -> bool:
    return len(getattr(value, "shape", ())) > 0 and "float" in str(getattr(value, "dtype", ""))


def _is_traced(value: Any) -> bool:
    """Whether a value stands for numbers that are not there yet: of a graph, or of a function that is compiled."""
    name = type(value).__name__
    of_graph = type(value).__module__.startswith("tensorflow") and not hasattr(value, "numpy")
    return name.endswith("Tracer") or name in ("SymbolicTensor", "KerasTensor") or of_graph
