"""One installed Keras: where its parts are, and how its tensors become arrays."""

from __future__ import annotations

import sys
from typing import Any, List

import numpy as np


class Kit:
    """Keras 3 (``keras``) or Keras 2 (``keras`` before 3, ``tf_keras``)."""

    def __init__(self, name: str) -> None:
        """:param name: the module that was imported"""
        self.module: Any = sys.modules[name]
        self.is_legacy = str(getattr(self.module, "__version__", "3")).startswith(("1.", "2.")) or name == "tf_keras"
        model = self.module.Model
        #: The class that says how models are fitted.
        self.fitting = next(kind for kind in model.__mro__ if "fit" in kind.__dict__)
        #: Package of the implementation: ``keras.src``, ``keras``, ``tf_keras.src``.
        self.inside = model.__module__.rsplit(".", 2)[0]

    @property
    def backend_name(self) -> str:
        """``tensorflow``, ``torch``, ``jax`` …"""
        return "tensorflow" if self.is_legacy else str(self.module.backend.backend())

    @property
    def version(self) -> str:
        """Version of Keras and of its backend."""
        backend = sys.modules.get(self.backend_name)
        return f"{getattr(self.module, '__version__', 'unknown')} on {self.backend_name} {getattr(backend, '__version__', 'unknown')}"

    def array(self, value: Any) -> np.ndarray:
        """A tensor, variable or array of any kind as an array on the CPU; types that NumPy lacks become float32."""
        if not self.is_legacy and not isinstance(value, np.ndarray):
            made = np.asarray(self.module.ops.convert_to_numpy(value))
        elif hasattr(value, "numpy"):
            made = np.asarray(value.numpy())
        else:
            made = np.asarray(value)
        return made.astype(np.float32) if made.dtype.name in ("bfloat16", "float16") else made

    def float_type(self) -> str:
        """The type that numbers are given to models in."""
        return str(self.module.backend.floatx())

    def steps_of(self, model: Any) -> int:
        """Optimizer steps that were made so far."""
        optimizer = getattr(model, "optimizer", None)
        iterations = getattr(optimizer, "iterations", None)
        return 0 if iterations is None else int(self.array(iterations))

    def layers_of(self, model: Any) -> "List[Any]":
        """All layers of a model, inner ones too, itself left out."""
        every = list(model._flatten_layers(include_self=False, recursive=True))
        return every

    def inner(self, *names: str) -> Any:
        """A module of the implementation, the first that is there; None where none is."""
        return next((sys.modules[name] for name in (f"{self.inside}.{one}" for one in names) if name in sys.modules), None)
