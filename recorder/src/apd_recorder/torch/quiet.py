"""The recorder's own pass leaves no trace: everything that a forward pass could change is kept and given back."""

from __future__ import annotations

import contextlib
import sys
from collections import deque
from typing import Any, Dict, Iterator, List, Tuple

import torch

from ..silence import common_random_states, silence

_HOOKS = (
    "_forward_hooks",
    "_forward_pre_hooks",
    "_backward_hooks",
    "_backward_pre_hooks",
    "_forward_hooks_with_kwargs",
    "_forward_pre_hooks_with_kwargs",
    "_forward_hooks_always_called",
)
#: Attributes that are modules' own and hold what is given back elsewhere.
_OWN = {"_modules"}


@contextlib.contextmanager
def random_states() -> "Iterator[None]":
    """Keeps the states of the random numbers of PyTorch (all devices that are in use), NumPy and Python."""
    cpu = torch.get_rng_state()
    cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else None
    mps = getattr(torch, "mps", None)
    has_mps = mps is not None and getattr(torch.backends, "mps", None) is not None and torch.backends.mps.is_available()
    mps_state = mps.get_rng_state() if has_mps else None
    try:
        with common_random_states():
            yield
    finally:
        torch.set_rng_state(cpu)
        if cuda is not None:
            torch.cuda.set_rng_state_all(cuda)
        if mps_state is not None:
            mps.set_rng_state(mps_state)  # type: ignore[union-attr]


@contextlib.contextmanager
def module_states(root: torch.nn.Module) -> "Iterator[None]":
    """Puts a model into evaluation mode and gives back whatever its modules hold: flags, attributes, buffers, hooks."""
    modules = list(root.modules())
    kept = [(module, dict(module.__dict__), _contents(module)) for module in modules]
    buffers = [(buffer, buffer._version, buffer.detach().clone()) for buffer in root.buffers() if _is_real(buffer)]
    try:
        for module in modules:
            module.__dict__["training"] = False
            _suspend_hooks(module)
            _run_original(module)
        yield
    finally:
        for module, attributes, contents in kept:
            _give_back(module.__dict__, attributes)
            for container, copy in contents:
                _refill(container, copy)
        with torch.no_grad():
            for buffer, version, copy in buffers:
                if buffer._version != version:
                    buffer.copy_(copy)


def _give_back(attributes: "Dict[str, Any]", kept: "Dict[str, Any]") -> None:
    """Sets only what is another now: compiled code watches these dictionaries."""
    for name in [name for name in attributes if name not in kept]:
        del attributes[name]
    for name, value in kept.items():
        if name not in attributes or attributes[name] is not value:
            attributes[name] = value


def _is_real(buffer: torch.Tensor) -> bool:
    return not torch.nn.parameter.is_lazy(buffer) and buffer.device.type != "meta"


def _contents(module: torch.nn.Module) -> "List[Tuple[Any, Any]]":
    """Copies of the lists, dictionaries and the like that a module holds."""
    kept = []
    for name, value in module.__dict__.items():
        if name not in _OWN and type(value) in (list, dict, set, deque):
            kept.append((value, value.copy()))
        elif name in ("_buffers", "_parameters") and isinstance(value, dict):
            kept.append((value, value.copy()))
    return kept


def _refill(container: Any, copy: Any) -> None:
    if len(container) == len(copy) and _same_items(container, copy):
        return
    container.clear()
    container.extend(copy) if hasattr(container, "extend") else container.update(copy)


def _same_items(container: Any, copy: Any) -> bool:
    if isinstance(container, dict):
        return all(key in copy and copy[key] is value for key, value in container.items())
    if isinstance(container, set):
        return bool(container == copy)
    return all(a is b for a, b in zip(container, copy))


def _suspend_hooks(module: torch.nn.Module) -> None:
    """
    Takes a script's own hooks off: they may count, collect or print. PyTorch's own (weight and spectral normalisation,
    pruning) compute weights and stay.
    """
    for name in _HOOKS:
        hooks = module.__dict__.get(name)
        if hooks:
            own = {key: hook for key, hook in hooks.items() if _is_of_torch(hook)}
            module.__dict__[name] = type(hooks)(own)


def _is_of_torch(hook: Any) -> bool:
    function = getattr(hook, "__func__", hook)
    place = getattr(function, "__module__", None) or type(hook).__module__
    return str(place).split(".")[0] == "torch"


def _run_original(module: torch.nn.Module) -> None:
    """Compiled modules show nothing of their inside: the module that was compiled is run instead."""
    attributes = module.__dict__
    if attributes.get("_compiled_call_impl") is not None:
        attributes["_compiled_call_impl"] = None
    original = attributes.get("_modules", {}).get("_orig_mod")
    if original is not None and "forward" in attributes:
        attributes["forward"] = original.__call__


@contextlib.contextmanager
def own_pass(root: torch.nn.Module) -> "Iterator[None]":
    """All of the above, without gradients. Compiled functions run as they were written where PyTorch can do that."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(random_states())
        stack.enter_context(silence())
        stack.enter_context(torch.inference_mode(False))
        stack.enter_context(torch.no_grad())
        stance = getattr(getattr(torch, "compiler", None), "set_stance", None)
        if stance is not None and "torch._dynamo" in sys.modules:
            stack.enter_context(stance("force_eager"))
        stack.enter_context(module_states(root))
        yield


Autocast = Dict[str, Tuple[bool, torch.dtype]]


def autocast_state() -> Autocast:
    """Whether autocast is on, and to which type, for the CPU and CUDA."""
    if hasattr(torch, "get_autocast_dtype"):
        return {kind: (torch.is_autocast_enabled(kind), torch.get_autocast_dtype(kind)) for kind in ("cpu", "cuda")}
    return {
        "cpu": (torch.is_autocast_cpu_enabled(), torch.get_autocast_cpu_dtype()),
        "cuda": (torch.is_autocast_enabled(), torch.get_autocast_gpu_dtype()),
    }


@contextlib.contextmanager
def with_autocast(state: Autocast, device: "torch.device") -> "Iterator[None]":
    """Autocast as it was when the script called its model."""
    enabled, dtype = state.get(device.type, (False, torch.bfloat16))
    if device.type not in ("cpu", "cuda"):
        yield
        return
    # Casts of weights must not be cached: the script's own pass would get them without their gradient.
    with torch.autocast(device.type, dtype=dtype, enabled=enabled, cache_enabled=False):
        yield


StateCopy = Dict[str, torch.Tensor]


def copy_parameters(root: torch.nn.Module) -> StateCopy:
    """Copies of all parameters on the CPU."""
    return {f"p:{name}": value.detach().to("cpu", copy=True) for name, value in root.named_parameters() if _is_real(value)}


def copy_buffers(root: torch.nn.Module) -> StateCopy:
    """Copies of all buffers on the CPU."""
    return {f"b:{name}": value.detach().to("cpu", copy=True) for name, value in root.named_buffers() if _is_real(value)}


@contextlib.contextmanager
def swapped(root: torch.nn.Module, state: StateCopy) -> "Iterator[None]":
    """
    Lets a model have other weights for a while. The tensors keep their identity, their version and their place in the
    autograd graph; only the storage behind them is another.
    """
    live: "Dict[str, torch.Tensor]" = {f"p:{name}": value for name, value in root.named_parameters()}
    live.update({f"b:{name}": value for name, value in root.named_buffers()})
    kept = []
    try:
        for name, value in state.items():
            tensor = live.get(name)
            if tensor is not None and tensor.shape == value.shape:
                kept.append((tensor, tensor.data))
                tensor.data = value.to(tensor.device)
        yield
    finally:
        for tensor, data in reversed(kept):
            tensor.data = data
