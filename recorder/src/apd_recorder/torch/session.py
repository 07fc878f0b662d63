"""Listens to a training and records it: what is told by the patches becomes runs."""

from __future__ import annotations

import time
from typing import Any, Dict, Tuple

import torch

from ..errors import NotRecordable
from ..listening import Listening
from ..options import Options
from ..run.model_run import prepare
from .candidates import Candidates, names_of
from .loaders import Iteration, Loaders
from .model import TrainedModel
from .passes import ModelPass, unwrapped
from .patches import Patches
from .quiet import swapped
from .rows import ProbeSet

#: A script whose every step is an epoch gets a snapshot of each of so many; then of fewer and fewer.
_EVERY_STEP_UNTIL = 1000


class Session(Listening):
    """One recording of one process, which may be of several models."""

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self.patches = Patches(self)
        self.loaders = Loaders()
        self.candidates = Candidates(options, self.notices, self.patches, self._model_gone)
        self._in_step = False
        self._losses: Any = None
        self._loss_count = 0

    def start(self) -> None:
        """Begins to listen."""
        self.patches.install()

    def _remove(self) -> None:
        self.patches.remove()

    # ---- events

    def calling(self, module: Any, args: "Tuple[Any, ...]", kwargs: "Dict[str, Any]") -> None:
        """A module is about to be called, by no other module."""
        self._guarded(self._calling, module, args, kwargs)

    def optimizer_made(self, optimizer: Any) -> None:
        """An optimizer was made: soon its model will be called."""
        self._guarded(self._search, optimizer)

    def stepping(self, optimizer: Any) -> None:
        """An optimizer is about to change weights."""
        self._guarded(self._stepping, optimizer)

    def stepped(self, optimizer: Any) -> None:
        """An optimizer has changed weights."""
        self._guarded(self._stepped, optimizer)

    def differentiating(self, loss: Any) -> None:
        """``backward`` is called."""
        self._guarded(self._differentiating, loss)

    def loader_started(self, loader: Any, iterator: Any) -> None:
        """A way through a loader begins: whatever ended before is recorded first."""
        self._guarded(self._loader_started, loader, iterator)

    def loader_resetting(self, iterator: Any) -> None:
        """A loader's iterator is about to be used again."""
        self._guarded(self._loader_resetting, iterator)

    def loader_index(self, iterator: Any, index: Any) -> None:
        """A sampler gave out the indices of a batch."""
        self._guarded(self.loaders.index, iterator, index)

    def loader_got(self, iterator: Any, number: int) -> None:
        """A worker of a loader gave a batch."""
        self._guarded(self.loaders.got, iterator, number)

    def loader_fetched(self, iterator: Any, data: Any) -> None:
        """A loader gives a batch to the script."""
        self._guarded(self._fetched, iterator, data)

    def loader_exhausted(self, iterator: Any) -> None:
        """A loader has nothing more to give."""
        self._guarded(self._exhausted, iterator)

    # ---- the course of a training

    def _search(self, optimizer: Any) -> None:
        self.candidates.search(optimizer)
        # What waits of a model that was trained before is recorded while the model is there.
        for model in self.candidates.trained():
            if model.is_collecting and model.epochs > 0:
                self._close(model)

    def _calling(self, module: Any, args: "Tuple[Any, ...]", kwargs: "Dict[str, Any]") -> None:
        model = self.candidates.of_call(module)
        if model is None:
            return
        if model.called(args, kwargs, self.loaders):
            self._epoch_ended(model)
        if self._in_step:
            # A closure calls the model within the step; its weights are still as they were.
            model.before_step()

    def _model_gone(self, model: TrainedModel) -> None:
        run = self._runs.pop(model.number, None)
        if run is not None:
            run.close()

    def _stepping(self, optimizer: Any) -> None:
        self._in_step = True
        for model in self.candidates.begin_step(optimizer):
            self._before_step(model)
        if self.candidates.is_first_step(optimizer):
            for model in self.candidates.all:
                model.before_step()

    def _before_step(self, model: TrainedModel) -> None:
        model.before_step()
        if model.is_collecting and model.epochs > 0:
            self._close(model)

    def _stepped(self, optimizer: Any) -> None:
        self._in_step = False
        first = self.candidates.is_first_step(optimizer)
        models = self.candidates.end_step(optimizer)
        for model in models:
            if self.candidates.is_left_out(model):
                continue
            if self._losses is not None:
                model.add_loss(self._losses, self._loss_count)
            model.after_step()
        if first and not self.candidates.are_sought:
            self.candidates.end_search()
        self._losses, self._loss_count = None, 0
        for model in models:
            self._after_step(model)

    def _after_step(self, model: TrainedModel) -> None:
        if self.candidates.is_left_out(model):
            return
        every = self.options.every
        if every is not None:
            if model.steps % every == 0:
                self._moment(model, model.steps // every)
        elif model.loose is not None:
            if model.epochs > 0 and model.loose.epoch_ended():
                self._epoch_ended(model)
        elif model.has_caught_up():
            self._epoch_ended(model)

    def _differentiating(self, loss: Any) -> None:
        if not isinstance(loss, torch.Tensor) or loss.numel() != 1:
            return
        # A loss on another device is not waited for.
        value = loss.item() if loss.device.type == "cpu" else loss.detach().reshape(())
        self._losses = value if self._losses is None else self._losses + value
        self._loss_count += 1
        for model in self.candidates.all:
            model.saw_loss(loss)

    def _loader_started(self, loader: Any, iterator: Any) -> None:
        iteration = self.loaders.started(loader, iterator)
        for model in self.candidates.trained():
            before = model.iteration
            if before is None or model.steps_of_epoch == 0 or before is iteration:
                continue
            left = before.source is iteration.source and before.fetched > 1
            if before.finished or left:
                self._epoch_ended(model)

    def _loader_resetting(self, iterator: Any) -> None:
        iteration = self.loaders.iteration_of(iterator)
        for model in self.candidates.trained():
            if iteration is not None and model.iteration is iteration and model.steps_of_epoch > 0:
                self._epoch_ended(model)
        self.loaders.resetting(iterator)

    def _fetched(self, iterator: Any, data: Any) -> None:
        wanted = self.candidates.are_sought or any(model.wants_content for model in self.candidates.trained())
        self.loaders.fetched(iterator, data, wanted)

    def _exhausted(self, iterator: Any) -> None:
        iteration = self.loaders.exhausted(iterator)
        for model in self.candidates.trained():
            if iteration is not None and model.iteration is iteration and model.steps_of_epoch > 0 and not self._is_behind(model, iteration):
                self._epoch_ended(model)

    def _is_behind(self, model: TrainedModel, iteration: Iteration) -> bool:
        """Whether batches were fetched ahead, and the model was not called with the last of them yet."""
        return model.ahead and model.calls_of_epoch < iteration.fetched

    def _epoch_ended(self, model: TrainedModel) -> None:
        if model.steps_of_epoch == 0:
            return
        model.steps_of_last_epoch, model.steps_of_epoch = model.steps_of_epoch, 0
        model.calls_of_epoch = 0
        model.epochs += 1
        if self.options.every is None and self._is_recorded(model):
            model.due = model.epochs
            self._moment(model, model.epochs)
            model.due = None

    def _is_recorded(self, model: TrainedModel) -> bool:
        """Where every step is an epoch, not every one of thousands is recorded."""
        if model.loose is None or model.epochs <= _EVERY_STEP_UNTIL or model.steps_of_last_epoch > 1:
            return True
        self.notices.tell(f"every step is an epoch: from {_EVERY_STEP_UNTIL} on, every tenth, hundredth … is recorded (--every N takes others)")
        stride = 10 ** (len(str(model.epochs - 1)) - len(str(_EVERY_STEP_UNTIL)) + 1)
        return model.epochs % stride == 0

    # ---- snapshots

    def _moment(self, model: TrainedModel, epoch: float) -> None:
        """A moment to be recorded: at once when the probe set is closed, else as soon as it is."""
        if model.is_collecting:
            model.keep_waiting(epoch)
            if self.options.every is not None and model.has_waited_enough:
                self._close(model)
            return
        self._record(model, epoch)

    def _close(self, model: TrainedModel) -> None:
        """Closes the probe set, and records what waited for it."""
        module = model.module
        if module is None or self.candidates.is_left_out(model):
            return
        begun = time.monotonic()
        sure = any(fed.sure for other in self.candidates.trained() if other is not model for fed in other.fed.values())
        probes = model.close_probes(sure) if model.probes is None else model.probes
        root = unwrapped(module)
        if probes is None:
            self._leave_out(model, "what it is called with was not seen")
            return
        try:
            if model.number not in self._runs:
                self._open(model, root, probes)
        except NotRecordable as reason:
            self._leave_out(model, str(reason))
            return
        while model.waiting:
            moment = model.waiting[0]
            with swapped(root, moment.state):
                self._write(model.number, moment.epoch, moment.step, moment.metrics)
            # Only now: Ctrl-C may come in between.
            del model.waiting[0]
        if model.recorded_step == model.steps:
            model.recorded()
        model.started += time.monotonic() - begun

    def _open(self, model: TrainedModel, root: torch.nn.Module, probes: ProbeSet) -> None:
        runner = ModelPass(root, probes, model.autocast)
        kept = prepare(runner, self.options)
        if kept is not None:
            runner.probes = model.probes = probes.pick(kept)
        self._begin_run(model.number, self._folder(model), runner, model.class_names())

    def _leave_out(self, model: TrainedModel, reason: str) -> None:
        """Stays out of the way of a model that has nothing to record."""
        self.candidates.leave_out(model)
        self.notices.tell(f"{model.class_name} is not recorded: {reason}")

    def _record(self, model: TrainedModel, epoch: float) -> None:
        begun = time.monotonic()
        self._write(model.number, epoch, model.steps, model.epoch_metrics())
        model.recorded()
        model.started += time.monotonic() - begun

    def _record_last(self) -> None:
        for model in self.candidates.trained():
            if model.module is None:
                continue
            if model.waiting and not model.is_collecting:
                # Ctrl-C came while these were written.
                self._close(model)
            behind = model.iteration is not None and model.iteration.finished and model.steps_of_epoch > 0
            whole = model.loose is not None and model.is_collecting and model.steps_of_epoch > 0
            if self.options.every is None and (behind or whole):
                self._epoch_ended(model)
            # In the middle of a step the weights are those of no moment.
            if model.steps > max(0, model.recorded_step) and not self._in_step:
                self._moment(model, self._last_epoch(model))
            if model.is_collecting:
                self._close(model)

    def _last_epoch(self, model: TrainedModel) -> float:
        """The moment of a training that ended within an epoch: 2.34 where a third of the third was done."""
        if model.due is not None and model.steps_of_epoch == 0:
            return model.due
        if self.options.every is not None:
            return model.steps // self.options.every + 1
        total = model.steps_of_last_epoch or (model.iteration.batches if model.iteration else None) or 0
        share = model.steps_of_epoch / total if total > model.steps_of_epoch else 0.0
        if share < 0.01:
            self.notices.tell("the loader did not come to an end: only the beginning and the end are recorded (--every N records every N steps)")
            return model.epochs + 1
        return round(model.epochs + min(0.99, share), 2)

    # ---- folders

    def _folder(self, model: TrainedModel) -> str:
        """The run folder itself where one model is trained, else one in it for each."""
        variables = names_of(model.module)
        return self.folders.next(variables[0] if variables else model.class_name, len(self.candidates.trained()) > 1)
