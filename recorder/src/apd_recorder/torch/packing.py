"""Pieces of pre-activations as packed bits, computed where the tensor lies."""

from __future__ import annotations

import math
from typing import Tuple

import numpy as np
import torch

from ..packing import pack_array, pack_flags

#: Types that NumPy compares as PyTorch does, several times faster.
_OF_NUMPY = (torch.float32, torch.float64)


def pack(z: torch.Tensor, breakpoints: "Tuple[float, ...]", bits: int) -> np.ndarray:
    """
    Packs the piece of every unit: how many breakpoints are below its value.

    :param z: [rows, units]
    :param bits: bits of a unit, most significant first
    :returns: uint8 [rows, ceil(units × bits / 8)], as ``numpy.packbits`` has them
    """
    if z.device.type == "cpu" and z.dtype in _OF_NUMPY:
        return pack_array(z.numpy(), breakpoints, bits)
    if len(breakpoints) == 1:
        flags = z > breakpoints[0]
    else:
        piece = torch.zeros(z.shape, dtype=torch.uint8, device=z.device)
        for breakpoint_ in breakpoints:
            piece += z > breakpoint_
        planes = [(piece >> (bits - 1 - plane)) & 1 for plane in range(bits)]
        flags = torch.stack(planes, dim=-1).reshape(len(z), -1).bool()
    if flags.device.type == "cpu":
        return pack_flags(flags.numpy())
    return _pack_on_device(flags).cpu().numpy()


def _pack_on_device(flags: torch.Tensor) -> torch.Tensor:
    """``numpy.packbits`` of bool [rows, n], so that only an eighth of the bytes travel."""
    rows, count = flags.shape
    padded = torch.nn.functional.pad(flags.to(torch.uint8), (0, -count % 8)).view(rows, -1, 8)
    weights = torch.tensor([128, 64, 32, 16, 8, 4, 2, 1], dtype=torch.uint8, device=flags.device)
    return (padded * weights).sum(dim=-1).to(torch.uint8)


def first_not_finite(z: torch.Tensor) -> int:
    """Row of the first NaN or infinity in [rows, units]; -1 when there is none."""
    # A sum is a single pass, and not finite where any of its values is not (or where it overflows).
    if z.dtype in (torch.float32, torch.float64, torch.bfloat16) and math.isfinite(z.sum().item()):
        return -1
    bad = ~torch.isfinite(z).all(dim=1)
    return int(bad.nonzero()[0]) if bool(bad.any()) else -1
