"""Listens to ``Model.fit`` and records it."""

from __future__ import annotations

import functools
import inspect
import os
import threading
import time
import traceback
from typing import Any, Callable, Dict, List, Optional, Tuple

import numpy as np

from ..choice import ranks_of
from ..errors import InputError, NotRecordable
from ..folders import Folders, variables_of
from ..options import Options
from ..run.model_run import ModelRun, fitting_rows
from ..say import Notices, say
from .callback import listening_callback
from .course import FittedModel
from .kit import Kit
from .passes import KerasPass
from .quiet import swapped

#: Copies of the weights that wait for the probe set to be whole.
_MOST_WAITING = 4


class KerasSession:
    """One recording of the models that a process fits."""

    def __init__(self, options: Options, name: str = "keras") -> None:
        """:param name: the module that was imported: ``keras`` or ``tf_keras``"""
        self.options = options
        self.active = True
        #: Whether the recorder's own work is under way.
        self.is_busy = False
        #: Is called when it is done.
        self.on_idle: "Callable[[], None]" = lambda: None
        self.notices = Notices()
        self.folders = Folders(options)
        self._name = name
        self._owner = (os.getpid(), threading.get_ident())
        self._models: "Dict[int, FittedModel]" = {}
        self._runs: "Dict[int, ModelRun]" = {}
        self._left_out: "set[int]" = set()
        self._has_recorded = False
        self._undo: "Optional[Callable[[], None]]" = None

    @property
    def has_something(self) -> bool:
        """Whether anything was recorded, or told about why not."""
        return self._has_recorded or bool(self.notices.told)

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

    def finish(self) -> None:
        """The script has ended: what waits is recorded, and the runs are closed."""
        self._guarded(self._finish)
        self.stop()

    def stop(self) -> None:
        """Listens no more."""
        if os.getpid() != self._owner[0]:
            return
        self.active = False
        if self._undo is not None:
            self._undo()
            self._undo = None
        for run in self._runs.values():
            run.close()
        self._runs = {}

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

    # ---- faults

    def _guarded(self, work: "Callable[..., Any]", *given: Any) -> None:
        """Whatever goes wrong here is the recorder's own matter: it is told once, and the training goes on."""
        if not self.active or self._owner != (os.getpid(), threading.get_ident()):
            return
        self.active, self.is_busy = False, True
        try:
            work(*given)
            self.active = True
        except InputError as error:
            say(f"{error}; nothing is recorded")
            self._give_up()
        except Exception:  # noqa: BLE001 - any fault at all must leave the training alone
            self._fault(traceback.format_exc())
        except BaseException:
            # Ctrl-C is meant for the script.
            self.active = True
            raise
        finally:
            self.is_busy = False
            self.on_idle()

    def _give_up(self) -> None:
        try:
            self.stop()
        except OSError as error:
            say(f"a run could not be closed ({error})")

    def _fault(self, text: str) -> None:
        last = text.strip().splitlines()[-1]
        self._has_recorded = True
        say(f"the recorder has failed and records no more; the training goes on ({last})")
        for folder in [run.writer.folder for run in self._runs.values()] or [self.folders.base()]:
            try:
                os.makedirs(folder, exist_ok=True)
                with open(os.path.join(folder, "recorder.log"), "a", encoding="utf-8") as stream:
                    stream.write(text)
                say(f"{os.path.join(folder, 'recorder.log')} tells where")
                for run in self._runs.values():
                    run.note(f"the recorder has failed: {last}")
            except OSError as error:
                say(f"{folder}: cannot be written to ({error})")
        self._give_up()

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

    def _finish(self) -> None:
        for fitted in self._models.values():
            if fitted.model is not None and fitted.waiting and fitted.number not in self._left_out:
                self._close(fitted)
        for run in self._runs.values():
            for text in self.notices.told:
                run.note(text)
            say(f"recorded to {run.writer.folder}")

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
            self._write(fitted, epoch, steps, metrics)
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
                self._write(fitted, moment.epoch, moment.step, moment.metrics)
            # Only now: Ctrl-C may come in between.
            del fitted.waiting[0]

    def _open(self, fitted: FittedModel) -> None:
        assert fitted.probes is not None
        runner = KerasPass(self._kit, fitted.model, fitted.probes)
        runner.prepare(self.options.levels, self.options.smooth)
        room = fitting_rows(runner)
        if room < len(fitted.probes):
            kept = np.sort(np.argsort(ranks_of(fitted.probes.instance, self.options.seed), kind="stable")[:room])
            runner.probes = fitted.probes = fitted.probes.pick(kept)
            runner.notices.append(f"the levels are wide: {room} instances are kept, so that a snapshot stays below 512 MiB")
        for text in runner.notices:
            self.notices.tell(text)
        variables = variables_of(fitted.model)
        several = len(self._models) - len(self._left_out) > 1
        folder = self.folders.next(variables[0] if variables else fitted.class_name, several)
        self._runs[fitted.number] = ModelRun(folder, runner, self.options)
        self._has_recorded = True

    def _leave_out(self, fitted: FittedModel, reason: str) -> None:
        """Stays out of the way of a model that has nothing to record."""
        self._left_out.add(fitted.number)
        fitted.waiting = []
        self.notices.tell(f"{fitted.class_name} is not recorded: {reason}")

    def _write(self, fitted: FittedModel, epoch: float, step: int, metrics: "Dict[str, float]") -> None:
        run = self._runs.get(fitted.number)
        if run is None:
            return
        for text in self.notices.told:
            run.note(text)
        try:
            run.record(epoch, step, metrics)
        except NotRecordable as reason:
            run.note(f"epoch {epoch:g} is left out: {reason}")
            say(f"epoch {epoch:g} is left out: {reason}")
