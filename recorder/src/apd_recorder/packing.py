"""Pieces of pre-activations as packed bits, of arrays."""

from __future__ import annotations

from typing import Tuple

import numpy as np


def pack_array(z: np.ndarray, breakpoints: "Tuple[float, ...]", bits: int) -> np.ndarray:
    """
    Packs the piece of every unit: how many breakpoints are below its value.

    :param z: [rows, units]
    :param bits: bits of a unit, most significant first
    :returns: uint8 [rows, ceil(units × bits / 8)], as ``numpy.packbits`` has them
    """
    if len(breakpoints) == 1:
        return pack_flags(z > breakpoints[0])
    piece = np.zeros(z.shape, np.uint8)
    for breakpoint_ in breakpoints:
        piece += z > breakpoint_
    planes = [(piece >> (bits - 1 - plane)) & 1 for plane in range(bits)]
    return pack_flags(np.stack(planes, axis=-1).reshape(len(z), -1))


def pack_flags(flags: np.ndarray) -> np.ndarray:
    """``numpy.packbits`` of the rows of bool or 0/1 [rows, n]; where rows fill whole bytes, all at once, which is many times faster."""
    rows, count = flags.shape
    if count % 8 != 0 or count == 0:
        return np.packbits(flags, axis=1)
    return np.packbits(flags.reshape(-1)).reshape(rows, count // 8)
