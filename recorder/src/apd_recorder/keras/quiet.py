"""The recorder's own pass through a Keras model leaves no trace."""

from __future__ import annotations

import contextlib
import sys
from typing import Any, Iterator, List, Tuple

import numpy as np

from ..silence import common_random_states, silence
from .kit import Kit

_REGULARIZERS = ("activity_regularizer", "_activity_regularizer")


@contextlib.contextmanager
def own_pass(kit: Kit, model: Any) -> "Iterator[None]":
    """Runs functions eagerly and without gradients; gives back random states, counters, averages and other variables."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(common_random_states())
        stack.enter_context(silence())
        tensorflow = sys.modules.get("tensorflow") if kit.backend_name == "tensorflow" else None
        if tensorflow is not None:
            stack.enter_context(_tensorflow_states(tensorflow))
        if kit.backend_name == "torch":
            import torch

            from ..torch.quiet import random_states

            stack.enter_context(random_states())
            stack.enter_context(torch.no_grad())
        stack.enter_context(_variables_kept(kit, model))
        stack.enter_context(_without_regularizers(kit, model))
        yield


@contextlib.contextmanager
def _tensorflow_states(tensorflow: Any) -> "Iterator[None]":
    """Functions of TensorFlow run as they were written; its counter of random operations stays where it was."""
    eagerly = tensorflow.config.functions_run_eagerly()
    from tensorflow.python.eager import context

    counter = getattr(context.context(), "_rng", None)
    state = counter.getstate() if hasattr(counter, "getstate") else None
    tensorflow.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tensorflow.config.run_functions_eagerly(eagerly)
        if state is not None:
            counter.setstate(state)


@contextlib.contextmanager
def _variables_kept(kit: Kit, model: Any) -> "Iterator[None]":
    kept = [(variable, kit.array(variable).copy()) for variable in _moving(model)]
    try:
        yield
    finally:
        for variable, value in kept:
            if not np.array_equal(kit.array(variable), value, equal_nan=value.dtype.kind == "f"):
                variable.assign(value)


def _moving(model: Any) -> "List[Any]":
    """Variables that a forward pass may change: averages, and the states of random numbers."""
    trained = {id(variable) for variable in model.trainable_variables}
    # Keras 3 counts the states of random numbers among `variables`, but not among `weights`.
    every = {id(variable): variable for variable in [*model.weights, *model.variables]}
    return [variable for key, variable in every.items() if key not in trained and _is_numeric(variable)]


def _is_numeric(variable: Any) -> bool:
    return any(kind in str(variable.dtype) for kind in ("float", "int", "bool"))


@contextlib.contextmanager
def _without_regularizers(kit: Kit, model: Any) -> "Iterator[None]":
    """They look at the activations of every pass, and what they compute is none."""
    kept: "List[Tuple[Any, str, Any]]" = []
    for layer in [model, *kit.layers_of(model)]:
        held = vars(layer)
        kept += [(held, name, held[name]) for name in _REGULARIZERS if held.get(name) is not None]
    for held, name, _ in kept:
        held[name] = None
    try:
        yield
    finally:
        for held, name, value in kept:
            held[name] = value


Weights = List[np.ndarray]


def copy_weights(kit: Kit, model: Any) -> Weights:
    """Copies of all weights."""
    return [kit.array(variable).copy() for variable in model.weights]


@contextlib.contextmanager
def swapped(kit: Kit, model: Any, weights: Weights) -> "Iterator[None]":
    """Lets a model have other weights for a while."""
    now = copy_weights(kit, model)
    _set(model, weights)
    try:
        yield
    finally:
        _set(model, now)


def _set(model: Any, weights: Weights) -> None:
    for variable, value in zip(model.weights, weights):
        variable.assign(value)
