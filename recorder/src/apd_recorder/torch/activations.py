"""Which functions are activations, and where the linear pieces of each meet."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional, Tuple

import torch
import torch.nn.functional as F

from ..levels import Found

#: Bounds this near to 0 and 1 keep a logarithm or a division defined; they are no activation.
_GUARD_WIDTH = 1.0001e-3


Arguments = Tuple[Tuple[Any, ...], Dict[str, Any]]


def _argument(call: Arguments, position: int, name: str, otherwise: Any = None) -> Any:
    args, kwargs = call
    return args[position] if len(args) > position else kwargs.get(name, otherwise)


def _number(value: Any) -> "Optional[float]":
    """A number that is the same for all units; None where it is computed for each."""
    if isinstance(value, (bool, int, float)):
        return float(value)
    if isinstance(value, torch.Tensor) and value.numel() > 0 and not value.is_complex():
        first = value.detach().reshape(-1)[0]
        if value.numel() == 1 or bool((value == first).all()):
            return float(first)
    return None


def _fixed(activation: str, *breakpoints: float) -> "Callable[[Arguments], Optional[Found]]":
    return lambda call: Found(activation, _argument(call, 0, "input"), breakpoints)


def _leaky(position: int, name: str, otherwise: float) -> "Callable[[Arguments], Optional[Found]]":
    def find(call: Arguments) -> "Optional[Found]":
        slope = _number(_argument(call, position, name, otherwise))
        return None if slope == 1 else Found("LeakyRelu", _argument(call, 0, "input"), (0.0,))

    return find


def _rrelu(call: Arguments) -> "Optional[Found]":
    return Found("LeakyRelu", _argument(call, 0, "input"), (0.0,))


def _threshold(call: Arguments) -> "Optional[Found]":
    at = _number(_argument(call, 1, "threshold"))
    return None if at is None else Found("ThresholdedRelu", _argument(call, 0, "input"), (at,))


def _hardtanh(call: Arguments) -> "Optional[Found]":
    low, high = (_number(_argument(call, at, name, value)) for at, name, value in ((1, "min_val", -1.0), (2, "max_val", 1.0)))
    return _clamped("Relu6" if (low, high) == (0.0, 6.0) else "Hardtanh", _argument(call, 0, "input"), low, high)


def _clamp(call: Arguments) -> "Optional[Found]":
    low, high = _argument(call, 1, "min"), _argument(call, 2, "max")
    if any(bound is not None and _number(bound) is None for bound in (low, high)):
        return None
    return _clamped("Clip", _argument(call, 0, "input"), _number(low), _number(high))


def _clamp_min(call: Arguments) -> "Optional[Found]":
    low = _number(_argument(call, 1, "min"))
    return None if low is None else _clamped("Clip", _argument(call, 0, "input"), low, None)


def _clamp_max(call: Arguments) -> "Optional[Found]":
    high = _number(_argument(call, 1, "max"))
    return None if high is None else _clamped("Clip", _argument(call, 0, "input"), None, high)


def _clamped(activation: str, z: Any, low: "Optional[float]", high: "Optional[float]") -> "Optional[Found]":
    bounds = [bound for bound in (low, high) if bound is not None and abs(bound) != float("inf")]
    if not bounds or (len(bounds) == 2 and bounds[0] >= bounds[1]):
        return None
    if low is not None and 0 < low < _GUARD_WIDTH and (high is None or 1 - _GUARD_WIDTH < high <= 1):
        return None
    return Found("Relu" if bounds == [0.0] and low is not None else activation, z, tuple(bounds))


def _extremum(call: Arguments) -> "Optional[Found]":
    """max(x, c) and min(x, c), whichever way round."""
    a, b = _argument(call, 0, "input"), _argument(call, 1, "other")
    if not isinstance(a, torch.Tensor) or not isinstance(b, torch.Tensor):
        return None
    for z, other in ((a, b), (b, a)):
        if z.numel() >= other.numel() and z.dim() > 0:
            bound = _number(other)
            if bound is not None and (other.numel() < z.numel() or _number(z) is None):
                return _clamped("Clip", z, bound, None)
    return None


def _shrink(call: Arguments) -> "Optional[Found]":
    width = _number(_argument(call, 1, "lambd", 0.5)) or 0.0
    z = _argument(call, 0, "input")
    return Found("Shrink", z, (-width, width) if width > 0 else (0.0,))


def _smooth(activation: str) -> "Callable[[Arguments], Optional[Found]]":
    return lambda call: Found(activation, _argument(call, 0, "input"), (0.0,), smooth=True)


_T = torch.Tensor
_RULES: "List[Tuple[Tuple[Tuple[Any, str], ...], Callable[[Arguments], Optional[Found]]]]" = [
    (((F, "relu"), (F, "relu_"), (torch, "relu"), (torch, "relu_"), (_T, "relu"), (_T, "relu_")), _fixed("Relu", 0.0)),
    (((F, "relu6"),), _fixed("Relu6", 0.0, 6.0)),
    (((F, "leaky_relu"), (F, "leaky_relu_")), _leaky(1, "negative_slope", 0.01)),
    (((F, "rrelu"), (F, "rrelu_"), (torch, "rrelu"), (torch, "rrelu_")), _rrelu),
    (((F, "prelu"), (torch, "prelu"), (_T, "prelu")), _fixed("PRelu", 0.0)),
    (((F, "threshold"), (F, "threshold_"), (torch, "threshold"), (torch, "threshold_")), _threshold),
    (((F, "hardtanh"), (F, "hardtanh_")), _hardtanh),
    (((F, "hardsigmoid"),), _fixed("HardSigmoid", -3.0, 3.0)),
    (
        tuple((where, name) for where in (torch, _T) for name in ("clamp", "clamp_", "clip", "clip_")),
        _clamp,
    ),
    (tuple((where, name) for where in (torch, _T) for name in ("clamp_min", "clamp_min_")), _clamp_min),
    (tuple((where, name) for where in (torch, _T) for name in ("clamp_max", "clamp_max_")), _clamp_max),
    (
        tuple((where, name) for where in (torch, _T) for name in ("maximum", "minimum", "max", "min", "fmax", "fmin")),
        _extremum,
    ),
    (
        tuple((where, name) for where in (torch, _T) for name in ("abs", "abs_", "absolute", "absolute_", "__abs__")),
        _fixed("Abs", 0.0),
    ),
    (((F, "softshrink"), (F, "hardshrink"), (torch, "hardshrink"), (_T, "hardshrink")), _shrink),
    (((F, "gelu"),), _smooth("Gelu")),
    (((F, "silu"),), _smooth("Silu")),
    (((F, "mish"),), _smooth("Mish")),
    (((F, "elu"), (F, "elu_")), _smooth("Elu")),
    (((F, "celu"), (F, "celu_"), (torch, "celu"), (torch, "celu_")), _smooth("Celu")),
    (((F, "selu"), (F, "selu_"), (torch, "selu"), (torch, "selu_")), _smooth("Selu")),
    (((F, "hardswish"),), _smooth("HardSwish")),
    (((F, "softplus"),), _smooth("Softplus")),
]


def _table() -> "Dict[Any, Callable[[Arguments], Optional[Found]]]":
    table: "Dict[Any, Callable[[Arguments], Optional[Found]]]" = {}
    native = getattr(torch._C, "_nn", None)
    for places, find in _RULES:
        for where, name in places:
            # The same operation goes by several objects, not all of them in every version.
            for holder in (where, native) if where is F else (where,):
                function = getattr(holder, name, None)
                if function is not None:
                    table[function] = find
    return table


#: How to read each function that is an activation.
ACTIVATIONS = _table()

#: Kernels whose activations are inside, where nothing can look.
UNSEEN = {
    function: name
    for name, function in ((name, getattr(torch, name, None)) for name in ("rnn_relu", "rnn_relu_cell", "_transformer_encoder_layer_fwd"))
    if function is not None
}
