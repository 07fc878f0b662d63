"""Where the recorder listens: a few functions of PyTorch are wrapped, and call what they wrap in every case."""

from __future__ import annotations

import functools
import threading
from typing import Any, Callable, Dict, List, Optional, Protocol, Tuple

import torch
from torch.optim import Optimizer
from torch.utils.data import DataLoader
from torch.utils.data import dataloader as dataloader_module

_BaseIterator = dataloader_module._BaseDataLoaderIter


class Events(Protocol):
    """What is listened to. None of these raises."""

    #: Whether calls of models are to be told, and of which; None: of all.
    active: bool

    def calling(self, module: Any, args: "Tuple[Any, ...]", kwargs: "Dict[str, Any]") -> None:
        """A module is about to be called, by no other module."""

    def optimizer_made(self, optimizer: Any) -> None:
        """An optimizer was made."""

    def stepping(self, optimizer: Any) -> None:
        """An optimizer is about to change weights."""

    def stepped(self, optimizer: Any) -> None:
        """An optimizer has changed weights."""

    def differentiating(self, loss: Any) -> None:
        """``backward`` is called."""

    def loader_started(self, loader: Any, iterator: Any) -> None:
        """A way through a loader begins."""

    def loader_resetting(self, iterator: Any) -> None:
        """A loader's iterator is about to be used again."""

    def loader_index(self, iterator: Any, index: Any) -> None:
        """A sampler gave out the indices of a batch."""

    def loader_got(self, iterator: Any, number: int) -> None:
        """A worker of a loader gave a batch, perhaps before it is due."""

    def loader_fetched(self, iterator: Any, data: Any) -> None:
        """A loader gives a batch to the script."""

    def loader_exhausted(self, iterator: Any) -> None:
        """A loader has nothing more to give."""


def _is_compiling_function() -> "Callable[[], bool]":
    compiler = getattr(torch, "compiler", None)
    if compiler is not None and hasattr(compiler, "is_compiling"):
        return compiler.is_compiling  # type: ignore[no-any-return]
    return lambda: False


#: True while PyTorch traces a function to compile it: nothing of the recorder may then become a part of it.
is_compiling = _is_compiling_function()


def _skip_when_compiled(function: "Callable[..., Any]") -> None:
    """Lets PyTorch's compiler go past a wrapper's own frame, to what it wraps."""
    try:
        from torch._C._dynamo.eval_frame import skip_code
    except ImportError:
        return
    skip_code(function.__code__)


class Patches:
    """All wrapped functions; `remove` puts back what was there."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._undo: "List[Tuple[Any, str, Any]]" = []
        self._call_classes: "set[type]" = set()
        self._step_classes: "set[type]" = set()
        self._depth = threading.local()
        #: Optimizers in the middle of a step.
        self._stepping: "set[int]" = set()

    def install(self) -> None:
        """Wraps what has to be listened to from the start."""
        events = self._events
        self._wrap(Optimizer, "__init__", self._optimizer_made)
        self._wrap(DataLoader, "__iter__", self._loader_iter)
        self._wrap(_BaseIterator, "_next_index", self._next_index)
        self._wrap(dataloader_module._MultiProcessingDataLoaderIter, "_get_data", self._get_data)
        self._wrap(_BaseIterator, "_reset", _calling_first(lambda iterator: events.loader_resetting(iterator)))
        self._wrap(_BaseIterator, "__next__", self._next)
        self._wrap(torch.Tensor, "backward", _calling_first(lambda loss: None if is_compiling() else events.differentiating(loss)))
        for kind in _subclasses(Optimizer):
            self.wrap_step(kind)

    def remove(self) -> None:
        """Puts back what was there."""
        for holder, name, original in reversed(self._undo):
            if original is None:
                delattr(holder, name)
            else:
                setattr(holder, name, original)
        self._undo.clear()
        self._call_classes.clear()
        self._step_classes.clear()

    def wrap_call(self, kind: type) -> None:
        """Listens to the calls of a class of modules (``nn.Module``: of all)."""
        if kind not in self._call_classes:
            self._call_classes.add(kind)
            self._wrap(kind, "__call__", self._call)

    def unwrap_call(self, kind: type) -> None:
        """Listens no more to the calls of a class."""
        if kind in self._call_classes:
            self._call_classes.remove(kind)
            self._unwrap(kind, "__call__")

    def wrap_step(self, kind: type) -> None:
        """Listens to the steps of a class of optimizers."""
        if kind not in self._step_classes:
            self._step_classes.add(kind)
            self._wrap(kind, "step", self._step)

    def _wrap(self, holder: Any, name: str, make: "Callable[[Any], Any]") -> None:
        own = holder.__dict__.get(name)
        wrapper = make(getattr(holder, name))
        self._undo.append((holder, name, own))
        setattr(holder, name, wrapper)

    def _unwrap(self, holder: Any, name: str) -> None:
        for at, (other, its, original) in reversed(list(enumerate(self._undo))):
            if other is holder and its == name:
                del self._undo[at]
                if original is None:
                    delattr(holder, name)
                else:
                    setattr(holder, name, original)
                return

    def _call(self, original: "Callable[..., Any]") -> "Callable[..., Any]":
        events, depth = self._events, self._depth

        @functools.wraps(original)
        def __call__(self: Any, *args: Any, **kwargs: Any) -> Any:
            if is_compiling() or not events.active or getattr(depth, "value", 0) > 0 or torch.jit.is_tracing():
                return original(self, *args, **kwargs)
            if is_transparent(self):
                return original(self, *args, **kwargs)
            events.calling(self, args, kwargs)
            depth.value = 1
            try:
                return original(self, *args, **kwargs)
            finally:
                depth.value = 0

        _skip_when_compiled(__call__)
        return __call__

    def _step(self, original: "Callable[..., Any]") -> "Callable[..., Any]":
        events, running = self._events, self._stepping

        @functools.wraps(original)
        def step(self: Any, *args: Any, **kwargs: Any) -> Any:
            # A step of a derived class may call that of its base; a wrapper leaves it to the optimizer inside.
            if is_compiling() or not events.active or id(self) in running or is_wrapper(self):
                return original(self, *args, **kwargs)
            events.stepping(self)
            running.add(id(self))
            try:
                result = original(self, *args, **kwargs)
            finally:
                running.discard(id(self))
            events.stepped(self)
            return result

        _skip_when_compiled(step)
        return step

    def _optimizer_made(self, original: "Callable[..., Any]") -> "Callable[..., Any]":
        events = self._events

        @functools.wraps(original)
        def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
            original(self, *args, **kwargs)
            events.optimizer_made(self)

        return __init__

    def _loader_iter(self, original: "Callable[..., Any]") -> "Callable[..., Any]":
        events = self._events

        @functools.wraps(original)
        def __iter__(self: Any) -> Any:
            iterator = original(self)
            events.loader_started(self, iterator)
            return iterator

        return __iter__

    def _next_index(self, original: "Callable[..., Any]") -> "Callable[..., Any]":
        events = self._events

        @functools.wraps(original)
        def _next_index(self: Any) -> Any:
            index = original(self)
            events.loader_index(self, index)
            return index

        return _next_index

    def _get_data(self, original: "Callable[..., Any]") -> "Callable[..., Any]":
        events = self._events

        @functools.wraps(original)
        def _get_data(self: Any) -> Any:
            got = original(self)
            events.loader_got(self, got[0])
            return got

        return _get_data

    def _next(self, original: "Callable[..., Any]") -> "Callable[..., Any]":
        events = self._events

        @functools.wraps(original)
        def __next__(self: Any) -> Any:
            try:
                data = original(self)
            except StopIteration:
                events.loader_exhausted(self)
                raise
            events.loader_fetched(self, data)
            return data

        return __next__


def _calling_first(event: "Callable[[Any], None]") -> "Callable[[Any], Any]":
    def make(original: "Callable[..., Any]") -> "Callable[..., Any]":
        @functools.wraps(original)
        def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
            event(self)
            return original(self, *args, **kwargs)

        return wrapper

    return make


def _subclasses(kind: type) -> "List[type]":
    found: "List[type]" = []
    for child in kind.__subclasses__():
        found += [child, *_subclasses(child)]
    return [one for one in found if one.__dict__.get("step") is not None]


def is_wrapper(optimizer: Any) -> bool:
    """Whether an optimizer has another one do its steps."""
    attributes = vars(optimizer)
    return any(isinstance(attributes.get(name), Optimizer) for name in ("optimizer", "base_optimizer", "_optimizer"))


def step_class(kind: type) -> type:
    """The class of an optimizer that says how it steps."""
    return next(one for one in kind.__mro__ if one.__dict__.get("step") is not None)


def is_transparent(module: Any) -> bool:
    """Whether a module only passes a call on to a part of the training that is no model (Lightning's modules under DDP)."""
    inner: "Optional[Any]" = module
    if type(module).__name__ == "DistributedDataParallel":
        inner = module.module
    return hasattr(inner, "training_step") and (inner is not module or "forward" in vars(inner))
