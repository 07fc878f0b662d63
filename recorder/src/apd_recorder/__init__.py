"""Records the activation patterns of a training into a run folder, without a changed line of the training's script.

``python -m apd_recorder SCRIPT ARGS`` runs a script and records it. :class:`Recorder` is the same for those who would
rather write three lines. Importing this package imports neither NumPy nor PyTorch.
"""

from __future__ import annotations

from typing import Any

from .version import VERSION

__all__ = ["Recorder", "__version__"]
__version__ = VERSION


def __getattr__(name: str) -> Any:
    # PyTorch takes seconds to import: only who asks for the class needs it.
    if name == "Recorder":
        from .torch.recorder import Recorder

        return Recorder
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
