"""Listens to ``Model.fit`` and records it."""

from __future__ import annotations

import functools
import inspect
import time
from typing import Any, Callable, Dict, List, Optional, Tuple

import numpy as np

from ..errors import NotRecordable
from ..folders import variables_of
from ..listening import Listening
from ..options import Options
from ..run.model_run import prepare
from .callback import listening_callback
from .course import FittedModel
from .kit import Kit
from .passes import KerasPass
from .quiet import swapped

#: Copies of the weights that wait for the probe set to be whole.
_MOST_WAITING = 4


class KerasSession(Listening):
    """One recording of the models that a process fits."""

    def __init__(self, options: Options, name: str = "keras") -> None:
        """:param name: the module that was imported: ``keras`` or ``tf_keras``"""
        super().__init__(options)
        self._name = name
        self._models: "Dict[int, FittedModel]" = {}
        self._left_out: "set[int]" = set()
        self._undo: "Optional[Callable[[], None]]" = None

    def start(self) -> None:
        """Begins to listen."""
        self._kit = Kit(self._name)
        kind = self._kit.fitting
        original = kind.fit
        signature = inspect.signature(original)

        @functools.wraps(original)
        def fit(model: Any, *args: Any, **kwargs: Any) -> Any:
            bound = self._begun(model, signature, args, kwargs)
            if bound is None:
                return original(model, *args, **kwargs)
            try:
                return original(*bound.args, **bound.kwargs)
            except BaseException:
                self._guarded(self._broken_off, model)
                raise
            finally:
                self._take_back(bound)

        kind.fit = fit
        self._undo = lambda: setattr(kind, "fit", original)

    def _remove(self) -> None:
        if self._undo is not None:
            self._undo()
            self._undo = None

    # ---- events

    def train_begins(self, model: Any) -> None:
        """The weights are as they were before the training."""
        self._guarded(self._train_begins, model)

    def epoch_begins(self, model: Any) -> None:
        """An epoch begins."""
        self._guarded(self._epoch_begins, model)

    def batch_ended(self, model: Any) -> None:
        """A step was made."""
        self._guarded(self._batch_ended, model)

    def epoch_ended(self, model: Any, logs: "Dict[str, Any]") -> None:
        """An epoch has ended, its validation too."""
        self._guarded(self._epoch_ended, model, logs)

    # ---- the course of a training

    def _begun(self, model: Any, signature: inspect.Signature, args: "Tuple[Any, ...]", kwargs: "Dict[str, Any]") -> "Optional[inspect.BoundArguments]":
        found: "List[inspect.BoundArguments]" = []
        self._guarded(lambda: found.extend(self._bound(model, signature, args, kwargs)))
        return found[0] if found else None

    def _bound(self, model: Any, signature: inspect.Signature, args: "Tuple[Any, ...]", kwargs: "Dict[str, Any]") -> "List[inspect.BoundArguments]":
        try:
            bound = signature.bind(model, *args, **kwargs)
        except TypeError:
            # The call itself is wrong; Keras says how.
            return []
        if not self._is_wanted(model):
            return []
        fitted = self._models.get(id(model))
        if fitted is None or fitted.model is not model:
            fitted = self._models[id(model)] = FittedModel(self._kit, model, len(self._models))
        if fitted.number in self._left_out:
            return []
        try:
            bound.arguments.update(fitted.take_data(self.options, dict(bound.arguments)))
        except ValueError as error:
            self._leave_out(fitted, f"its data cannot be read along ({error})")
            return []
        fitted.started = time.monotonic()
        own = listening_callback(self._kit, self, self.options.every is not None)
        given = bound.arguments.get("callbacks")
        if hasattr(given, "append") and hasattr(given, "callbacks"):
            own.set_model(model)
            given.callbacks.insert(0, own)
        else:
            others = [] if given is None else list(given) if isinstance(given, (list, tuple)) else [given]
            # The first: others may set weights at the end of an epoch.
            bound.arguments["callbacks"] = [own, *others]
        return [bound]

    def _take_back(self, bound: inspect.BoundArguments) -> None:
        given = bound.arguments.get("callbacks")
        if hasattr(given, "callbacks"):
            given.callbacks[:] = [one for one in given.callbacks if getattr(one, "apd_session", None) is not self]

    def _is_wanted(self, model: Any) -> bool:
        wanted = self.options.model
        return wanted is None or wanted in (type(model).__name__, getattr(model, "name", None), *variables_of(model))

    def _fitted(self, model: Any) -> "Optional[FittedModel]":
        fitted = self._models.get(id(model))
        return None if fitted is None or fitted.number in self._left_out else fitted

    def _train_begins(self, model: Any) -> None:
        fitted = self._fitted(model)
        if fitted is None:
            return
        fitted.epoch_step = self._kit.steps_of(model)
        if fitted.epochs > 0 or fitted.recorded_step >= 0:
            return
        fitted.recorded_step = fitted.epoch_step
        if not self.options.initial:
            return
        if not model.built or not model.weights:
            self.notices.tell("the weights are made in the first step: there is no snapshot of the initial ones")
            return
        self._moment(fitted, 0, {})

    def _epoch_begins(self, model: Any) -> None:
        fitted = self._fitted(model)
        if fitted is not None and fitted.probes is None and fitted.epochs == 0:
            fitted.begin()

    def _batch_ended(self, model: Any) -> None:
        fitted, every = self._fitted(model), self.options.every
        if fitted is None or every is None:
            return
        steps = self._kit.steps_of(model)
        if steps // every > max(0, fitted.recorded_step) // every:
            self._moment(fitted, steps // every, {})
            if fitted.probes is None and len(fitted.waiting) > _MOST_WAITING:
                self._close(fitted)

    def _epoch_ended(self, model: Any, logs: "Dict[str, Any]") -> None:
        fitted = self._fitted(model)
        if fitted is None:
            return
        steps = self._kit.steps_of(model)
        fitted.epochs += 1
        fitted.steps_of_epoch, fitted.epoch_step = steps - fitted.epoch_step, steps
        if fitted.batches is None:
            fitted.batches = fitted.steps_of_epoch or None
        if fitted.probes is None:
            self._close(fitted)
        if self.options.every is None:
            metrics = {name: float(value) for name, value in logs.items() if np.ndim(value) == 0 and name not in ("epoch", "step")}
            self._moment(fitted, fitted.epochs, metrics)

    def _broken_off(self, model: Any) -> None:
        """A training ended by an exception, perhaps within an epoch."""
        fitted = self._fitted(model)
        if fitted is None:
            return
        if fitted.probes is None:
            self._close(fitted)
        done = self._kit.steps_of(model) - fitted.epoch_step
        if done > 0 and self._kit.steps_of(model) > fitted.recorded_step:
            share = done / fitted.steps_of_epoch if fitted.steps_of_epoch > done else 0.5
            every = self.options.every
            self._moment(fitted, round(fitted.epochs + max(0.01, min(0.99, share)), 2) if every is None else fitted.recorded_step // every + 1, {})

    def _record_last(self) -> None:
        for fitted in self._models.values():
            if fitted.model is not None and fitted.waiting and fitted.number not in self._left_out:
                self._close(fitted)

    # ---- snapshots

    def _moment(self, fitted: FittedModel, epoch: float, metrics: "Dict[str, float]") -> None:
        """A moment to be recorded: at once when the probe set is whole, else as soon as it is."""
        steps = self._kit.steps_of(fitted.model)
        metrics = {"seconds": fitted.seconds(), **metrics} if epoch > 0 else {}
        if fitted.probes is None and fitted.is_whole:
            self._close(fitted)
        if fitted.probes is None:
            fitted.keep_waiting(epoch, steps, metrics)
        else:
            self._write(fitted.number, epoch, steps, metrics)
        fitted.recorded_step = steps
        fitted.started = time.monotonic()

    def _close(self, fitted: FittedModel) -> None:
        """Closes the probe set, and records what waited for it."""
        if fitted.number in self._left_out:
            return
        probes = fitted.close_probes() if fitted.probes is None else fitted.probes
        if probes is None:
            self._leave_out(fitted, "what it is called with was not seen")
            return
        try:
            if fitted.number not in self._runs:
                self._open(fitted)
        except NotRecordable as reason:
            self._leave_out(fitted, str(reason))
            return
        while fitted.waiting:
            moment = fitted.waiting[0]
            with swapped(self._kit, fitted.model, moment.weights):
                self._write(fitted.number, moment.epoch, moment.step, moment.metrics)
            # Only now: Ctrl-C may come in between.
            del fitted.waiting[0]

    def _open(self, fitted: FittedModel) -> None:
        assert fitted.probes is not None
        runner = KerasPass(self._kit, fitted.model, fitted.probes)
        kept = prepare(runner, self.options)
        if kept is not None:
            runner.probes = fitted.probes = fitted.probes.pick(kept)
        variables = variables_of(fitted.model)
        several = len(self._models) - len(self._left_out) > 1
        folder = self.folders.next(variables[0] if variables else fitted.class_name, several)
        self._begin_run(fitted.number, folder, runner)

    def _leave_out(self, fitted: FittedModel, reason: str) -> None:
        """Stays out of the way of a model that has nothing to record."""
        self._left_out.add(fitted.number)
        fitted.waiting = []
        self.notices.tell(f"{fitted.class_name} is not recorded: {reason}")
