"""One model that is trained: what it is called with, when its epochs end, and the run that is written of it."""

from __future__ import annotations

import inspect
import time
import weakref
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Tuple

import numpy as np
import torch

from ..options import BYTES_LIMIT, Options
from ..say import Notices
from .labels import BatchLabels, loss_labels
from .loaders import Batch, Iteration, Loaders, Source, shows_rows
from .loose import LooseRows
from .passes import unwrapped
from .quiet import Autocast, StateCopy, autocast_state, copy_buffers, copy_parameters
from .rows import NO_LABEL, KeptRows, ProbeSet
from .tree import Call, named_arguments, row_count

#: Copies of the weights that wait for the probe set to be whole.
_MOST_WAITING = 4


class Fed:
    """The rows that a model was fed with from one dataset."""

    def __init__(self, source: Source, options: Options) -> None:
        self.source = source
        self.rows = KeptRows(options.limit, BYTES_LIMIT, options.seed)
        self.labels = BatchLabels()
        #: Whether the model was trained with it.
        self.trained = False
        #: Calls whose values were found in a batch, and calls that only fit one by their size.
        self.sure = 0
        self.unsure = 0


@dataclass
class Waiting:
    """A moment whose snapshot waits for the probe set."""

    epoch: float
    step: int
    state: StateCopy
    metrics: "Dict[str, float]"


class TrainedModel:
    """What is known of a model from its calls and steps."""

    def __init__(self, module: torch.nn.Module, number: int, options: Options, notices: Notices) -> None:
        self._module = weakref.ref(module)
        self.number = number
        self.options = options
        self.notices = notices
        self.class_name = type(unwrapped(module)).__name__
        self.names = argument_names(unwrapped(module))
        #: Keeps the module alive while something of it is to be recorded: the script may have let it go by then.
        self._held: "Optional[torch.nn.Module]" = None
        self.autocast: Autocast = autocast_state()
        self.fed: "Dict[int, Fed]" = {}
        self.steps = 0
        self.epochs = 0
        self.steps_of_epoch = 0
        self.steps_of_last_epoch = 0
        self.calls_of_epoch = 0
        self.recorded_step = -1
        #: The epoch that is being recorded; stays where Ctrl-C comes in between.
        self.due: "Optional[float]" = None
        self.first_buffers: "Optional[StateCopy]" = None
        self.waiting: "List[Waiting]" = []
        self.probes: "Optional[ProbeSet]" = None
        #: The loader iteration that the last training call was of.
        self.iteration: "Optional[Iteration]" = None
        self.called_batch = -1
        self.ahead = False
        self.loss_sum: Any = None
        self.loss_count = 0
        self.started = time.monotonic()
        #: What the model is called with where no loader gives it; None once a loader does.
        self.loose: "Optional[LooseRows]" = LooseRows()
        self._loose_fed = Fed(Source(-1, None), options)
        self._rows_to_compare = 8
        self._last_call: "Optional[Tuple[Fed, np.ndarray, int]]" = None

    @property
    def module(self) -> "Optional[torch.nn.Module]":
        """The module that the script calls; None when it is gone."""
        return self._module()

    @property
    def wants_content(self) -> bool:
        """Whether batches have to be looked into."""
        return self.is_collecting or (self._rows_to_compare > 0 and self.loose is None)

    @property
    def is_collecting(self) -> bool:
        """Whether rows are still taken in."""
        return self.probes is None

    # ---- calls

    def called(self, args: "Tuple[Any, ...]", kwargs: "Dict[str, Any]", loaders: Loaders) -> bool:
        """
        The script is about to call the model.

        :returns: whether rows come again that were seen before, so that an epoch has ended
        """
        training = torch.is_grad_enabled()
        module = self.module
        self.calls_of_epoch += training
        if training and module is not None:
            if self.first_buffers is None and self.steps == 0 and module.training:
                self.first_buffers = copy_buffers(unwrapped(module))
                self.autocast = autocast_state()
        if not self.is_collecting:
            if training:
                self._follow(args, kwargs, loaders)
            return False
        arguments = named_arguments(self.names, args, kwargs)
        rows = row_count(arguments)
        if rows == 0:
            return False
        if loaders.outstanding and self._pair(arguments, rows, training, loaders):
            if training:
                self.loose = None
            return False
        if self.loose is None or not training or module is None:
            return False
        return self.loose.called(Call(arguments, rows), module.training, self.steps_of_epoch > 0)

    def _follow(self, args: "Tuple[Any, ...]", kwargs: "Dict[str, Any]", loaders: Loaders) -> None:
        """Once the probe set is closed, only how far the training has come is of interest."""
        if self.loose is not None:
            self.loose.counted(row_count(named_arguments(self.names, args, kwargs)))
            return
        self.iteration = loaders.latest
        if self._rows_to_compare > 0 and loaders.outstanding and loaders.outstanding[-1].iteration is loaders.latest:
            self._compare(loaders.outstanding[-1], named_arguments(self.names, args, kwargs))

    def _compare(self, batch: Batch, arguments: "Dict[str, Any]") -> None:
        """Compares rows of a later epoch with those that were kept: are the same instances the same every time?"""
        call = Call(arguments, batch.rows)
        fed = self.fed.get(batch.iteration.source.number)
        if self.probes is None or fed is None or not fed.trained or batch.keys is None or not shows_rows(call, batch, 0):
            return
        path = next(iter(call.leaves), None)
        kept = self.probes.tensors.get(path or "")
        if kept is None:
            return
        places = {int(key): at for at, key in enumerate(self.probes.instance[: len(fed.rows)].tolist())}
        for at, key in enumerate(batch.keys.tolist()):
            row = call.row_first(path or "")[at].cpu()
            if self._rows_to_compare > 0 and key in places and kept[places[key]].shape == row.shape:
                self._rows_to_compare -= 1
                if not torch.equal(kept[places[key]], row):
                    self._rows_to_compare = 0
                    self.notices.tell("inputs change from epoch to epoch (augmentation): those of the first epoch are kept")

    def _pair(self, arguments: "Dict[str, Any]", rows: int, training: bool, loaders: Loaders) -> bool:
        """Takes in a call's rows where they are of a loader's batch; False where they are not."""
        found = self._batch_of(arguments, rows, loaders)
        if found is None or found[0].keys is None:
            return False
        batch, call, offset, sure = found
        taken = min(call.rows, batch.rows - offset)
        again = sure and offset == 0 and batch.consumed.get(self.number, 0) > 0
        batch.consumed[self.number] = max(batch.consumed.get(self.number, 0), offset + taken)
        fed = self.fed.get(batch.iteration.source.number)
        if fed is None:
            fed = self.fed[batch.iteration.source.number] = Fed(batch.iteration.source, self.options)
        fed.sure += sure
        fed.unsure += not sure
        if training:
            self.iteration = batch.iteration
            self.ahead = self.ahead or batch.number < batch.iteration.fetched - 1
            self.called_batch = batch.number
        if training and self.epochs > 0:
            # Rows of the first epoch alone: later ones may show others.
            return True
        keys = batch.keys[offset : offset + taken]
        labels = fed.labels.of(batch, call)
        fed.rows.keep(keys, call, None if labels is None else labels[offset : offset + taken], again)
        self._last_call = (fed, keys, taken) if labels is None and training else None
        return True

    def _batch_of(self, arguments: "Dict[str, Any]", rows: int, loaders: Loaders) -> "Optional[Tuple[Batch, Call, int, bool]]":
        """The batch that a call was made with, the row of it that is the call's first, and whether the values say so."""
        candidates: "List[Tuple[Batch, Call, int]]" = []
        calls: "Dict[int, Call]" = {}
        # Without a sign that batches are fetched ahead, the latest is the likeliest.
        for batch in loaders.outstanding if self.ahead else reversed(loaders.outstanding):
            consumed = batch.consumed.get(self.number, 0)
            if consumed >= batch.rows and (self.number in batch.sure or batch.number < batch.iteration.fetched - 1):
                continue
            for size in _sizes(rows, batch.rows):
                call = calls.setdefault(size, Call(arguments, size))
                if not call.leaves:
                    continue
                if size <= batch.rows - consumed:
                    candidates.append((batch, call, consumed))
                elif size == batch.rows:
                    # Called again with the same batch; only values can tell that this is the call that counts.
                    candidates.append((batch, call, -1))
        for batch, call, offset in candidates:
            if shows_rows(call, batch, max(0, offset)):
                batch.sure.add(self.number)
                return batch, call, max(0, offset), True
        fresh = [(batch, call, offset) for batch, call, offset in candidates if offset >= 0]
        return self._likely(sorted(fresh, key=lambda entry: entry[0].order), rows)

    def _likely(self, candidates: "List[Tuple[Batch, Call, int]]", rows: int) -> "Optional[Tuple[Batch, Call, int, bool]]":
        """Where the values do not tell: the batch that is due in the order in which batches were called so far."""
        if not candidates:
            return None
        latest = candidates[-1][0].iteration
        own = [entry for entry in candidates if entry[0].iteration is latest]
        fetched_first = not any(entry[0].consumed for entry in own) and own[0][0].number == 0
        batch, call, offset = own[0] if self.ahead or fetched_first else own[-1]
        fits = batch.rows % rows == 0 or offset > 0
        parts = [entry for entry in own if entry[0] is batch and entry[1].rows < batch.rows and fits]
        if parts:
            batch, call, offset = parts[0]
        elif call.rows != batch.rows:
            return None
        return batch, call, offset, False

    # ---- losses and steps

    def saw_loss(self, loss: torch.Tensor) -> None:
        """The script differentiates a loss."""
        if self.loose is not None and self.is_collecting and self.epochs == 0:
            taken = self.loose.differentiated(self._loose_fed.rows)
            if taken is not None:
                self._last_call = (self._loose_fed, taken, len(taken))
        elif self.loose is not None:
            self.loose.differentiated(None)
        if self._last_call is not None:
            fed, keys, rows = self._last_call
            labels = loss_labels(loss, rows)
            if labels is not None:
                fed.rows.label(keys, labels)
            self._last_call = None

    def add_loss(self, total: Any, count: int) -> None:
        """Losses that a step was made for."""
        self.loss_sum = total if self.loss_sum is None else self.loss_sum + total
        self.loss_count += count

    def before_step(self) -> None:
        """An optimizer is about to change the weights."""
        module = self.module
        if self.steps > 0 or module is None or self.waiting:
            return
        if self.options.initial:
            root = unwrapped(module)
            state = copy_parameters(root)
            state.update(copy_buffers(root) if self.first_buffers is None else self.first_buffers)
            self.waiting.append(Waiting(0, 0, state, {}))
        self.first_buffers = {}

    def after_step(self) -> None:
        """An optimizer has changed the weights."""
        self.steps += 1
        self.steps_of_epoch += 1
        self._held = self.module
        if self.iteration is not None:
            fed = self.fed.get(self.iteration.source.number)
            if fed is not None:
                fed.trained = True
        elif self.loose is not None:
            self._loose_fed.trained = True
            self.fed[-1] = self._loose_fed

    def has_caught_up(self) -> bool:
        """Whether the step just made was that of the last batch of a loader whose batches are fetched ahead: an epoch has ended."""
        iteration = self.iteration
        if not self.ahead or iteration is None or not iteration.finished or self.steps_of_epoch == 0:
            return False
        if not self.is_collecting:
            return self.steps_of_epoch == self.steps_of_last_epoch
        # Of several steps a batch, the last one counts; with accumulated gradients there are fewer than batches.
        several = self.steps_of_epoch > iteration.fetched and self.steps_of_epoch % iteration.fetched != 0
        return self.called_batch == iteration.fetched - 1 and not several

    def recorded(self) -> None:
        """The model as it is now was recorded."""
        self.recorded_step = self.steps
        self._held = None

    def epoch_metrics(self) -> "Dict[str, float]":
        """Mean loss since the last snapshot, and the seconds that it took; counted anew from here."""
        metrics = {"seconds": round(time.monotonic() - self.started, 6)}
        if self.loss_sum is not None:
            metrics["loss"] = float(self.loss_sum) / self.loss_count
        self.loss_sum, self.loss_count, self.started = None, 0, time.monotonic()
        return metrics

    def keep_waiting(self, epoch: float) -> None:
        """Keeps the weights of a moment until the probe set is whole."""
        module = self.module
        if module is None:
            return
        root = unwrapped(module)
        state = {**copy_parameters(root), **copy_buffers(root)}
        self.waiting.append(Waiting(epoch, self.steps, state, self.epoch_metrics()))
        self.recorded_step = self.steps
        # The copies of the weights are recorded by means of the module.
        self._held = module

    @property
    def has_waited_enough(self) -> bool:
        """Whether no more copies of the weights should wait."""
        return len(self.waiting) > _MOST_WAITING

    # ---- the probe set

    def close_probes(self, others_are_sure: bool) -> "Optional[ProbeSet]":
        """
        Closes the probe set: from now on every snapshot is of the same rows.

        :param others_are_sure: whether the values of the batches were found in calls of another model
        :returns: None where no rows were seen
        """
        wanted = self.options.split
        fed = sorted(self.fed.values(), key=lambda one: (not one.trained, one.source.number))
        fed = [one for one in fed if len(one.rows) and (wanted == "all" or one.trained == (wanted == "train"))]
        if not fed:
            return None
        parts, names, offset = [], [], 0
        template, paths = None, None
        for one in fed:
            if one.unsure and not one.sure and others_are_sure:
                one.rows.drop_labels()
            rows = one.rows.ordered()
            if template is None:
                template, paths = rows.template, {path: tensor.shape[1:] for path, tensor in rows.tensors.items()}
            elif {path: tensor.shape[1:] for path, tensor in rows.tensors.items()} != paths:
                self.notices.tell("a second dataset has inputs of another shape, and is left out")
                continue
            name = "train" if one.trained else "validation"
            count = sum(other.split("-")[0] == name for other in names)
            names.append(name if count == 0 else f"{name}-{count + 1}")
            parts.append((rows, offset))
            offset += max(one.source.length or 0, int(rows.keys.max()) + 1)
        self.probes = self._joined(parts, names, template or {})
        return self.probes

    def _joined(self, parts: "List[Tuple[Any, int]]", names: "List[str]", template: "Dict[str, Any]") -> ProbeSet:
        paths = list(parts[0][0].tensors)
        tensors = {
            path: parts[0][0].tensors[path] if len(parts) == 1 else torch.cat([rows.tensors[path] for rows, _ in parts])
            for path in paths
        }
        labels = np.concatenate([rows.labels for rows, _ in parts])
        split = np.concatenate([np.full(len(rows.keys), index, np.uint8) for index, (rows, _) in enumerate(parts)])
        return ProbeSet(
            instance=np.concatenate([rows.keys + offset for rows, offset in parts]),
            tensors=tensors,
            template=template,
            label=None if (labels == NO_LABEL).any() else labels,
            split=split if len(parts) > 1 else None,
            split_names=names,
            positional=_positional(template, self.names),
        )

    def class_names(self) -> "Optional[List[str]]":
        """Names of the classes as the dataset of the training has them."""
        for one in sorted(self.fed.values(), key=lambda fed: not fed.trained):
            if one.source.classes:
                return one.source.classes
        return None


def _sizes(rows: int, batch: int) -> "List[int]":
    """What the rows of a call may be, that has `rows` entries along its first axis: the whole batch, or a part of it."""
    if batch == 0:
        return []
    # Where the first axis is that of a sequence, the rows are along the second.
    return [batch, rows] if rows < batch else [batch]


def argument_names(module: torch.nn.Module) -> "List[str]":
    """Names of the arguments of a module that can be given by position."""
    try:
        signature = inspect.signature(module.forward)
    except (TypeError, ValueError):
        return []
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [name for name, parameter in signature.parameters.items() if parameter.kind in kinds]


def _positional(template: "Dict[str, Any]", names: "List[str]") -> "List[str]":
    """Arguments that are given by position: all up to the last one without a name; else by name."""
    nameless = [name for name in template if name.startswith("*")]
    if not nameless:
        return []
    return [name for name in names if name in template] + nameless
