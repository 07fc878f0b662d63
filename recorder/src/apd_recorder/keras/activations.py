"""Which functions of Keras and its backends are activations, and where the linear pieces of each meet."""

from __future__ import annotations

import sys
from typing import Any, Callable, Dict, List, Optional, Tuple

import numpy as np

from ..levels import Found
from .kit import Kit

#: Positive bounds below this keep a logarithm or a division defined; they are no activation.
_GUARD_WIDTH = 1.0001e-3

Arguments = Tuple[Tuple[Any, ...], Dict[str, Any]]
Rule = Callable[[Arguments], Optional[Found]]


def _argument(call: Arguments, position: int, *names: str, otherwise: Any = None) -> Any:
    args, kwargs = call
    if len(args) > position:
        return args[position]
    return next((kwargs[name] for name in names if name in kwargs), otherwise)


def _input(call: Arguments) -> Any:
    return _argument(call, 0, "x", "features", "input", "inputs", "x1", "t", "a")


def _number(value: Any) -> "Optional[float]":
    if isinstance(value, (bool, int, float, np.number)):
        return float(value)
    shape = getattr(value, "shape", None)
    if shape is not None and len(shape) == 0 and hasattr(value, "__float__"):
        return float(value)
    return None


def fixed(activation: str, *breakpoints: float, smooth: bool = False) -> Rule:
    """An activation whose breakpoints are always the same."""
    return lambda call: Found(activation, _input(call), breakpoints, smooth)


def relu_of(z: Any, slope: "Optional[float]", most: "Optional[float]", threshold: "Optional[float]") -> "Optional[Found]":
    """Keras' ReLU of many arguments: slope below the threshold, constant from `most` on."""
    if slope == 1 and most is None:
        return None
    at = threshold or 0.0
    if most is not None and most <= at:
        return None
    breakpoints = (at,) if most is None else (at, most)
    if at != 0:
        return Found("ThresholdedRelu", z, breakpoints)
    if slope:
        return Found("LeakyRelu", z, breakpoints)
    return Found("Relu" if most is None else "Relu6" if most == 6 else "Clip", z, breakpoints)


def _keras_relu(call: Arguments) -> "Optional[Found]":
    slope, most, threshold = (
        _argument(call, 1, "negative_slope", "alpha", otherwise=0.0),
        _argument(call, 2, "max_value"),
        _argument(call, 3, "threshold", otherwise=0.0),
    )
    return relu_of(_input(call), _number(slope), None if most is None else _number(most), _number(threshold))


def _leaky(call: Arguments) -> "Optional[Found]":
    slope = _argument(call, 1, "negative_slope", "alpha", otherwise=0.2)
    return None if _number(slope) == 1 else Found("LeakyRelu", _input(call), (0.0,))


def _clamped(z: Any, low: "Optional[float]", high: "Optional[float]") -> "Optional[Found]":
    bounds = [bound for bound in (low, high) if bound is not None and np.isfinite(bound)]
    if not bounds or bounds != sorted(set(bounds)) or (low is not None and 0 < low < _GUARD_WIDTH):
        return None
    return Found("Relu" if bounds == [0.0] and low is not None else "Clip", z, tuple(bounds))


def _clip(call: Arguments) -> "Optional[Found]":
    low = _argument(call, 1, "x_min", "clip_value_min", "a_min", "min")
    high = _argument(call, 2, "x_max", "clip_value_max", "a_max", "max")
    low_number, high_number = _number(low), _number(high)
    if (low is not None and low_number is None) or (high is not None and high_number is None):
        return None
    return _clamped(_input(call), low_number, high_number)


def _extremum(is_maximum: bool) -> Rule:
    def find(call: Arguments) -> "Optional[Found]":
        a, b = _input(call), _argument(call, 1, "x2", "y", "other")
        for z, other in ((a, b), (b, a)):
            bound = _number(other)
            if bound is not None and _number(z) is None:
                return _clamped(z, bound, None) if is_maximum else _clamped(z, None, bound)
        return None

    return find


def _threshold(call: Arguments) -> "Optional[Found]":
    at = _number(_argument(call, 1, "threshold"))
    return None if at is None else Found("ThresholdedRelu", _input(call), (at,))


def _shrink(call: Arguments) -> "Optional[Found]":
    width = _number(_argument(call, 1, "threshold", "lambd", "lambda_", otherwise=0.5)) or 0.0
    return Found("Shrink", _input(call), (-width, width) if width > 0 else (0.0,))


_SMOOTH = {
    "gelu": "Gelu",
    "silu": "Silu",
    "swish": "Silu",
    "elu": "Elu",
    "selu": "Selu",
    "celu": "Celu",
    "mish": "Mish",
    "softplus": "Softplus",
    "hard_silu": "HardSwish",
    "hard_swish": "HardSwish",
    "hardswish": "HardSwish",
}
#: Rules by the names that functions have in Keras' backends and in TensorFlow, PyTorch and JAX themselves.
_RULES: "Dict[str, Rule]" = {
    "relu": fixed("Relu", 0.0),
    "relu6": fixed("Relu6", 0.0, 6.0),
    "leaky_relu": _leaky,
    "hard_sigmoid": fixed("HardSigmoid", -3.0, 3.0),
    "hardsigmoid": fixed("HardSigmoid", -3.0, 3.0),
    "hard_tanh": fixed("Hardtanh", -1.0, 1.0),
    "hard_shrink": _shrink,
    "soft_shrink": _shrink,
    "threshold": _threshold,
    "maximum": _extremum(True),
    "minimum": _extremum(False),
    "clip": _clip,
    "clip_by_value": _clip,
    "clamp": _clip,
    "abs": fixed("Abs", 0.0),
    "absolute": fixed("Abs", 0.0),
    **{name: fixed(kind, 0.0, smooth=True) for name, kind in _SMOOTH.items()},
}


def _spaces(kit: Kit) -> "List[Any]":
    """Modules whose functions compute activations."""
    names = {
        "tensorflow": ["tensorflow", "tensorflow.nn", "tensorflow.math"],
        "torch": ["torch", "torch.nn.functional"],
        "jax": ["jax.nn", "jax.numpy"],
    }.get(kit.backend_name, [])
    found = []
    for name in names:
        top, *rest = name.split(".")
        module = sys.modules.get(top)
        for part in rest:
            module = getattr(module, part, None)
        found.append(module)
    if not kit.is_legacy:
        backend = sys.modules.get("keras.src.backend")
        found += [getattr(backend, "nn", None), getattr(backend, "numpy", None)]
    return [module for module in found if module is not None]


class Place:
    """A function that is replaced while the recorder's own pass is."""

    def __init__(self, holder: Any, name: str, rule: Rule) -> None:
        self.holder = holder
        self.name = name
        self.rule = rule


def places(kit: Kit) -> "List[Place]":
    """Every function that may be an activation, the outermost ones first."""
    found = [Place(space, name, rule) for space in _spaces(kit) for name, rule in _RULES.items() if callable(getattr(space, name, None))]
    layers = kit.module.layers
    found.append(Place(layers.PReLU, "call", lambda call: Found("PRelu", call[0][1], (0.0,))))
    if kit.is_legacy:
        backend = kit.inner("backend")
        found += [Place(backend, "relu", _keras_relu), Place(backend, "hard_sigmoid", fixed("HardSigmoid", -2.5, 2.5))]
        found += [Place(backend, name, _RULES[name]) for name in ("elu", "softplus") if hasattr(backend, name)]
        thresholded = getattr(layers, "ThresholdedReLU", None)
        if thresholded is not None:
            found.append(Place(thresholded, "call", lambda call: Found("ThresholdedRelu", call[0][1], (float(call[0][0].theta),))))
    else:
        inner = sys.modules.get("keras.src.activations.activations")
        if inner is not None and hasattr(inner, "ReLU"):
            found.append(Place(inner.ReLU, "static_call", _keras_relu))
        if inner is not None and hasattr(inner, "Mish"):
            found.append(Place(inner.Mish, "static_call", fixed("Mish", 0.0, smooth=True)))
    return found
