"""The models of a script: those that it calls, and which of them its optimizers train."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional

import torch

from ..folders import variables_of
from ..options import Options
from ..say import Notices
from .model import TrainedModel
from .passes import unwrapped
from .patches import Patches, step_class

#: A search for called models is given up after so many calls.
_MOST_CALLS_OF_SEARCH = 5000
#: More parts of one model that are called one by one are no models of their own.
_MOST_PARTS = 4


class Candidates:
    """
    Modules that were called while an optimizer had not stepped yet. Its first step tells which of them it trains; from then on
    only calls of their classes are listened to.
    """

    def __init__(self, options: Options, notices: Notices, patches: Patches, gone: "Callable[[TrainedModel], None]") -> None:
        """:param gone: is told of a model that the script let go"""
        self._options = options
        self._notices = notices
        self._patches = patches
        self._gone = gone
        #: Models by the module that the script calls.
        self._models: "Dict[int, TrainedModel]" = {}
        self._of_optimizer: "Dict[int, List[TrainedModel]]" = {}
        self._unstepped: "set[int]" = set()
        self._calls_of_search = 0
        self._made = 0
        self._left_out: "set[int]" = set()

    @property
    def all(self) -> "List[TrainedModel]":
        """All that were called."""
        return list(self._models.values())

    @property
    def are_sought(self) -> bool:
        """Whether there is an optimizer that has not stepped yet."""
        return bool(self._unstepped)

    def trained(self) -> "List[TrainedModel]":
        """Those that are trained and recorded."""
        return [model for model in self._models.values() if model.steps > 0 and not self.is_left_out(model)]

    def is_left_out(self, model: TrainedModel) -> bool:
        """Whether there is nothing to record of a model."""
        return model.number in self._left_out

    def leave_out(self, model: TrainedModel) -> None:
        """There is nothing to record of a model."""
        self._left_out.add(model.number)

    # ---- the search

    def search(self, optimizer: Any) -> None:
        """An optimizer was made: soon its model will be called."""
        self._patches.wrap_step(step_class(type(optimizer)))
        self._unstepped.add(id(optimizer))
        self._calls_of_search = 0
        self._of_optimizer.pop(id(optimizer), None)
        self._patches.wrap_call(torch.nn.Module)

    def end_search(self) -> None:
        """Only the classes of models that are trained are listened to from now on."""
        self._unstepped.clear()
        self._patches.unwrap_call(torch.nn.Module)
        for model in self.trained():
            module = model.module
            if module is not None:
                self._patches.wrap_call(type(module))

    def of_call(self, module: Any) -> "Optional[TrainedModel]":
        """The model of a module that is called; None where it is none."""
        model = self._models.get(id(module))
        if model is not None and model.module is module:
            return model
        if not self._unstepped or not any(parameter.requires_grad for parameter in module.parameters()):
            return None
        self._calls_of_search += 1
        if self._calls_of_search > _MOST_CALLS_OF_SEARCH:
            self.end_search()
            return None
        self._made += 1
        model = TrainedModel(module, self._made, self._options, self._notices)
        self._models[id(module)] = model
        return model

    # ---- optimizers

    def begin_step(self, optimizer: Any) -> "List[TrainedModel]":
        """Models that an optimizer is known to train; one that was not seen when it was made is sought for from now on."""
        if id(optimizer) not in self._unstepped and id(optimizer) not in self._of_optimizer:
            self._unstepped.add(id(optimizer))
        return self._of_optimizer.get(id(optimizer), [])

    def is_first_step(self, optimizer: Any) -> bool:
        """Whether an optimizer has not stepped yet."""
        return id(optimizer) in self._unstepped

    def end_step(self, optimizer: Any) -> "List[TrainedModel]":
        """Models that an optimizer trains."""
        known = self._of_optimizer.get(id(optimizer))
        if known is not None and id(optimizer) not in self._unstepped:
            return known
        trained = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}
        found = []
        for key, model in list(self._models.items()):
            module = model.module
            if module is None:
                del self._models[key]
                self._gone(model)
            elif any(id(parameter) in trained for parameter in module.parameters()):
                found.append(model)
        if not found:
            self._notices.tell("no model that was called owns the parameters that are trained: nothing to record")
        found = self._outermost(found)
        self._of_optimizer[id(optimizer)] = found
        self._unstepped.discard(id(optimizer))
        return found

    def _outermost(self, models: "List[TrainedModel]") -> "List[TrainedModel]":
        """Leaves out models that are parts of others, and those that nobody asked for."""
        inside = {
            id(child) for model in models if model.module is not None for child in model.module.modules() if child is not model.module
        }
        found = [model for model in models if id(model.module) not in inside]
        for model in models:
            if model not in found:
                self.leave_out(model)
        if len(found) > _MOST_PARTS:
            self._notices.tell(f"a model is not called as a whole, but {len(found)} parts of it one by one: nothing to record")
            found = []
        wanted = self._options.model
        if wanted is not None:
            found = [model for model in found if wanted in (model.class_name, *names_of(model.module))]
        return found


def names_of(module: Any) -> "List[str]":
    """Names that a module has in the script."""
    return variables_of(module, unwrapped(module) if module is not None else None)
