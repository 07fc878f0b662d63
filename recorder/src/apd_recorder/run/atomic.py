"""Files that readers see as they were, or whole."""

from __future__ import annotations

import hashlib
import os
from typing import Any, Callable, Dict

import numpy as np


def write_atomically(file: str, write: "Callable[[Any], None]") -> None:
    """
    Writes a file by way of a temporary name beside it, which a failure does not leave behind.

    :param write: writes to a binary file that is given to it
    :raises OSError: when the place cannot be written to
    """
    folder, name = os.path.split(file)
    os.makedirs(folder or ".", exist_ok=True)
    temporary = os.path.join(folder, f".{name}.tmp-{os.getpid()}")
    try:
        with open(temporary, "wb") as stream:
            write(stream)
        os.replace(temporary, file)
    except BaseException:
        try:
            os.remove(temporary)
        except OSError:
            # The first error says what happened; that of tidying up would hide it.
            pass
        raise


def write_npz(file: str, arrays: "Dict[str, np.ndarray]") -> None:
    """Writes arrays as an uncompressed ``.npz``."""
    write_atomically(file, lambda stream: np.savez(stream, **arrays))


def write_npy(file: str, array: "np.ndarray") -> None:
    """Writes an array as ``.npy``."""
    write_atomically(file, lambda stream: np.save(stream, array, allow_pickle=False))


def sha256_of(file: str) -> str:
    """SHA-256 of a file's bytes, in hexadecimal digits."""
    digest = hashlib.sha256()
    with open(file, "rb") as stream:
        for block in iter(lambda: stream.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()
