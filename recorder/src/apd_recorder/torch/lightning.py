"""A callback for Lightning: ``Trainer(callbacks=[RecordPatterns(x, y, out="runs/a")])``."""

from __future__ import annotations

from typing import Any, Optional

import torch

try:
    from lightning.pytorch.callbacks import Callback
except ImportError:
    from pytorch_lightning.callbacks import Callback  # type: ignore[no-redef]

from .recorder import Recorder


class RecordPatterns(Callback):  # type: ignore[misc]
    """Records a snapshot before training and after every epoch, in the first process."""

    def __init__(self, x: Any, y: Any = None, **options: Any) -> None:
        """Inputs, labels and options as of :class:`apd_recorder.Recorder`."""
        super().__init__()
        self._made = (x, y, options)
        self._recorder: "Optional[Recorder]" = None

    def on_train_start(self, trainer: Any, pl_module: torch.nn.Module) -> None:
        """Records the initial weights."""
        if trainer.is_global_zero:
            x, y, options = self._made
            self._recorder = Recorder(pl_module, x, y, **options)
            self._recorder.snapshot(trainer.current_epoch, trainer.global_step)

    def on_train_epoch_end(self, trainer: Any, pl_module: torch.nn.Module) -> None:
        """Records the weights after an epoch, with the metrics that were logged."""
        if self._recorder is not None:
            metrics = {name.replace("/", "_"): float(value) for name, value in trainer.callback_metrics.items() if _is_number(value)}
            metrics = {name: value for name, value in metrics.items() if name not in ("epoch", "step")}
            self._recorder.snapshot(trainer.current_epoch + 1, trainer.global_step, **metrics)

    def teardown(self, trainer: Any, pl_module: torch.nn.Module, stage: "Optional[str]" = None) -> None:
        """Gives the run folder back."""
        if self._recorder is not None:
            self._recorder.close()


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) or (isinstance(value, torch.Tensor) and value.numel() == 1)
