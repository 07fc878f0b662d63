"""A callback for Transformers: ``Trainer(…, callbacks=[RecordPatterns(inputs, labels, out="runs/a")])``."""

from __future__ import annotations

from typing import Any, Optional

from transformers import TrainerCallback

from .recorder import Recorder


class RecordPatterns(TrainerCallback):  # type: ignore[misc]
    """Records a snapshot before training and after every epoch, in the first process."""

    def __init__(self, x: Any, y: Any = None, **options: Any) -> None:
        """Inputs (a dictionary, as a tokenizer gives it), labels and options as of :class:`apd_recorder.Recorder`."""
        self._made = (x, y, options)
        self._recorder: "Optional[Recorder]" = None

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Records the initial weights."""
        if state.is_world_process_zero:
            x, y, options = self._made
            self._recorder = Recorder(kwargs["model"], x, y, **options)
            self._recorder.snapshot(round(state.epoch or 0, 2), state.global_step)

    def on_epoch_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Records the weights after an epoch."""
        if self._recorder is not None:
            last = next((entry for entry in reversed(state.log_history) if "loss" in entry), {})
            metrics = {"loss": last["loss"]} if "loss" in last else {}
            self._recorder.snapshot(round(state.epoch, 2), state.global_step, **metrics)

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Gives the run folder back."""
        if self._recorder is not None:
            self._recorder.close()
