"""What the recorder's own pass must leave as it is, whatever the framework: random numbers, and what is printed."""

from __future__ import annotations

import contextlib
import random
import sys
import warnings
from typing import Iterator


@contextlib.contextmanager
def common_random_states() -> "Iterator[None]":
    """Keeps the states of the random numbers of Python and NumPy."""
    numpy = sys.modules.get("numpy")
    python_state = random.getstate()
    numpy_state = numpy.random.get_state() if numpy is not None else None
    try:
        yield
    finally:
        random.setstate(python_state)
        if numpy_state is not None:
            numpy.random.set_state(numpy_state)  # type: ignore[union-attr]


class _Nowhere:
    """Takes what is printed and shows it nowhere."""

    encoding = "utf-8"

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        return None

    def isatty(self) -> bool:
        return False


@contextlib.contextmanager
def silence() -> "Iterator[None]":
    """What a model prints or warns in its forward pass was or will be said in the script's own pass."""
    stdout, show = sys.stdout, warnings.showwarning
    sys.stdout = _Nowhere()  # type: ignore[assignment]
    warnings.showwarning = lambda *_, **__: None
    try:
        yield
    finally:
        sys.stdout, warnings.showwarning = stdout, show
