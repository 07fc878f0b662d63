"""Sees the activations of a model while the recorder runs it."""

from __future__ import annotations

import contextlib
import weakref
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

import torch
import torch.nn.functional as F
from torch.overrides import TorchFunctionMode

from ..levels import Found, ModulePath
from .activations import ACTIVATIONS, UNSEEN

_T = torch.Tensor


def _functions(*names: str) -> "Dict[Any, str]":
    found = {}
    for name in names:
        for holder in (torch, _T, F):
            function = getattr(holder, name, None)
            if function is not None:
                found[function] = name
    return found


_COMPARISONS = _functions("gt", "ge", "lt", "le", "__gt__", "__ge__", "__lt__", "__le__", "greater", "less", "greater_equal", "less_equal")
_PRODUCTS = _functions("mul", "__mul__", "__rmul__", "multiply")
_AFFINE = {**_PRODUCTS, **_functions("neg", "__neg__", "add", "__add__", "__radd__", "sub", "__sub__", "__rsub__", "div", "__truediv__", "true_divide")}
_CASTS = _functions("float", "double", "half", "bfloat16", "to", "type", "type_as", "int", "long")
_PROBABILITIES = _functions("softmax", "sigmoid", "sigmoid_")
#: Layers and cells that do not say `relu` on the way.
_RESHAPES = _functions("squeeze", "view", "reshape", "flatten")

#: Is told of each activation before it is applied: what was found, and the path of the module that applies it.
Listener = Callable[[Found, "ModulePath"], None]


class _Related:
    """Remembers what tensors were made of, as long as they live."""

    def __init__(self) -> None:
        self._known: "Dict[int, Tuple[weakref.ref[torch.Tensor], Any]]" = {}

    def set(self, tensor: Any, value: Any) -> None:
        if isinstance(tensor, torch.Tensor):
            self._known[id(tensor)] = (weakref.ref(tensor), value)

    def get(self, tensor: Any) -> Any:
        entry = self._known.get(id(tensor))
        return entry[1] if entry is not None and entry[0]() is tensor else None

    def clear(self) -> None:
        self._known.clear()


class Taps(TorchFunctionMode):
    """Listens to every function that a model calls, modules' and its own alike."""

    def __init__(self, listener: Listener, where: "Callable[[], ModulePath]") -> None:
        super().__init__()
        self._listener = listener
        self._where = where
        #: Of a boolean tensor: the tensor and number that it compares.
        self._conditions = _Related()
        #: Of a tensor: the one that it is a scalar multiple of, or shifted by a number.
        self._affine = _Related()
        #: Tensors that are probabilities.
        self._probabilities = _Related()
        #: Kernels with activations inside that were met.
        self.unseen: "set[str]" = set()

    def forget(self) -> None:
        """Between two batches nothing is remembered."""
        for related in (self._conditions, self._affine, self._probabilities):
            related.clear()

    def is_probability(self, tensor: torch.Tensor) -> bool:
        """Whether a tensor came out of a softmax or a sigmoid."""
        return self._probabilities.get(tensor) is True

    def __torch_function__(self, func: Any, types: Any, args: "Tuple[Any, ...]" = (), kwargs: "Optional[Dict[str, Any]]" = None) -> Any:
        kwargs = kwargs or {}
        found = self._find(func, args, kwargs)
        if found is not None and isinstance(found.z, torch.Tensor) and found.z.is_floating_point():
            self._listener(found, self._where())
        result = func(*args, **kwargs)
        self._remember(func, args, result)
        return result

    def _find(self, func: Any, args: "Tuple[Any, ...]", kwargs: "Dict[str, Any]") -> "Optional[Found]":
        rule = ACTIVATIONS.get(func)
        if rule is not None:
            return rule((args, kwargs))
        if func in UNSEEN:
            self.unseen.add(UNSEEN[func])
            return None
        if (func is torch.where or func is _T.where) and len(args) == 3:
            return self._where_found(func, args)
        if func in _PRODUCTS and len(args) == 2:
            return self._gated(args)
        return None

    def _where_found(self, func: Any, args: "Tuple[Any, ...]") -> "Optional[Found]":
        """``where(x > c, f(x), g(x))`` with f and g affine or constant."""
        condition, a, b = (args[1], args[0], args[2]) if func is _T.where and self._conditions.get(args[0]) is None else args
        compared = self._conditions.get(condition)
        if compared is None:
            return None
        x, bound = compared
        follows = [branch is x or self._affine.get(branch) is x for branch in (a, b)]
        constant = [not isinstance(branch, torch.Tensor) or branch.numel() == 1 or _is_constant(branch) for branch in (a, b)]
        if any(follows) and all(one or other for one, other in zip(follows, constant)):
            return Found("Where", x, (bound,))
        return None

    def _gated(self, args: "Tuple[Any, ...]") -> "Optional[Found]":
        """``x * (x > 0)``."""
        for x, gate in (args, args[::-1]):
            compared = self._conditions.get(gate)
            if compared is not None and compared[0] is x:
                return Found("Relu" if compared[1] == 0 else "ThresholdedRelu", x, (compared[1],))
        return None

    def _remember(self, func: Any, args: "Tuple[Any, ...]", result: Any) -> None:
        if func in _COMPARISONS and len(args) == 2:
            for x, bound in (args, args[::-1]):
                number = _scalar(bound)
                if isinstance(x, torch.Tensor) and x.dim() > 0 and number is not None:
                    self._conditions.set(result, (x, number))
                    return
        elif func in _CASTS and args and self._conditions.get(args[0]) is not None:
            self._conditions.set(result, self._conditions.get(args[0]))
        elif func in _AFFINE:
            for x, other in (args[:2], args[1::-1]) if len(args) > 1 else ((args[0], 0.0),):
                if isinstance(x, torch.Tensor) and x.dim() > 0 and _scalar(other) is not None:
                    self._affine.set(result, x if self._affine.get(x) is None else self._affine.get(x))
                    return
        elif func in _PROBABILITIES or (func in _RESHAPES and args and self._probabilities.get(args[0])):
            self._probabilities.set(result, True)


def _scalar(value: Any) -> "Optional[float]":
    if isinstance(value, (int, float)):
        return float(value)
    if isinstance(value, torch.Tensor) and value.numel() == 1 and not value.is_complex():
        return float(value)
    return None


def _is_constant(tensor: torch.Tensor) -> bool:
    return tensor.numel() > 0 and bool((tensor == tensor.reshape(-1)[0]).all())


class Places:
    """Follows which module of a model is running, by hooks that are there while the recorder's own pass is."""

    def __init__(self, root: torch.nn.Module) -> None:
        self._paths: "Dict[int, ModulePath]" = {}
        for path, module in root.named_modules():
            clean = ".".join(part for part in path.split(".") if part not in ("_orig_mod", ""))
            self._paths.setdefault(id(module), ModulePath(clean, next(module.children(), None) is None))
        self._root = ModulePath("", False)
        self._stack: "List[ModulePath]" = []
        #: TorchScript modules that ran: what is inside them cannot be seen.
        self.scripted: "set[str]" = set()

    def now(self) -> ModulePath:
        """The module that is running."""
        return self._stack[-1] if self._stack else self._root

    def _enter(self, module: torch.nn.Module, _: Any) -> None:
        place = self._paths.get(id(module), self.now())
        if isinstance(module, torch.jit.ScriptModule):
            self.scripted.add(place.path or type(module).__name__)
        self._stack.append(place)

    def _leave(self, module: torch.nn.Module, _: Any, __: Any) -> None:
        if self._stack:
            self._stack.pop()

    @contextlib.contextmanager
    def followed(self) -> "Iterator[None]":
        """Follows while the block runs."""
        before = torch.nn.modules.module.register_module_forward_pre_hook(self._enter)
        after = torch.nn.modules.module.register_module_forward_hook(self._leave)
        try:
            yield
        finally:
            before.remove()
            after.remove()
            self._stack.clear()
