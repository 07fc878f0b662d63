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
        return np.packbits(z > breakpoints[0], axis=1)
    piece = np.zeros(z.shape, np.uint8)
    for breakpoint_ in breakpoints:
        piece += z > breakpoint_
    planes = [(piece >> (bits - 1 - plane)) & 1 for plane in range(bits)]
    return np.packbits(np.stack(planes, axis=-1).reshape(len(z), -1), axis=1)
