"""``python -m apd_recorder replay``: a run of checkpoints that are there already."""

from __future__ import annotations

import argparse
import importlib
import os
import re
import sys
from typing import Any, Callable, List, Optional, Tuple

from .errors import InputError
from .options import DEFAULT_LIMIT
from .run.writer import check_free
from .say import say


def replay_parser() -> argparse.ArgumentParser:
    """Parser of the command."""
    parser = argparse.ArgumentParser(
        prog="python -m apd_recorder replay",
        description="Records checkpoints (.pt, .pth, .ckpt, .bin, .safetensors). The model and the data come from functions of "
        "your own: model() returns the module; data() returns x, or (x, y) with labels y.",
    )
    parser.add_argument("--model", required=True, metavar="MODULE:FUNCTION", help="function that builds the model; MODULE may be a .py file")
    parser.add_argument("--data", required=True, metavar="MODULE:FUNCTION", help="function that returns x or (x, y)")
    parser.add_argument("--out", default="runs/replay", metavar="RUN", help="run folder (default: runs/replay)")
    parser.add_argument("--limit", type=int, default=DEFAULT_LIMIT, metavar="N", help="most instances (default: 10000)")
    parser.add_argument("--levels", action="append", default=[], metavar="PATTERN", help="levels to record; may be given again")
    parser.add_argument("--smooth", choices=["sign"], help="record the sign of the pre-activation of GELU, SiLU and the like, too")
    parser.add_argument("--device", default="cpu", help="device of the model (default: cpu)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the choice of instances")
    parser.add_argument("--force", action="store_true", help="replace a run that is there")
    parser.add_argument("checkpoints", nargs="+", metavar="CHECKPOINT", help="in the order of the training, or with epochs in their names")
    return parser


def replay_command(words: "List[str]") -> int:
    """Runs the command. Returns 0, or 1 for bad input."""
    parsed = replay_parser().parse_args(words)
    sys.path.insert(0, os.getcwd())
    try:
        out = os.path.abspath(parsed.out)
        check_free(out, parsed.force)
        model, data = function_named(parsed.model)(), function_named(parsed.data)()
        _record(parsed, out, model, data)
    except InputError as error:
        say(str(error))
        return 1
    return 0


def _record(parsed: argparse.Namespace, out: str, model: Any, data: Any) -> None:
    import torch

    from .torch.checkpoints import load_state, read_checkpoint
    from .torch.recorder import Recorder

    if not isinstance(model, torch.nn.Module):
        raise InputError(parsed.model, f"returned {type(model).__name__}, expected a torch.nn.Module")
    x, y = data if isinstance(data, tuple) and len(data) == 2 else (data, None)
    model.to(parsed.device)
    levels = [part for text in parsed.levels for part in text.split(",") if part]
    options = {"out": out, "limit": parsed.limit, "levels": levels, "smooth": parsed.smooth == "sign", "seed": parsed.seed, "force": parsed.force}
    with Recorder(model, x, y, **options) as recorder:
        for epoch, file in ordered(parsed.checkpoints):
            load_state(model, read_checkpoint(file), file)
            recorder.snapshot(epoch)
    say(f"{len(parsed.checkpoints)} checkpoints recorded to {out}")


def function_named(text: str) -> "Callable[[], Any]":
    """
    A function by ``module:function`` or ``file.py:function``.

    :raises InputError: when there is none
    """
    place, _, name = text.rpartition(":")
    if not place or not name:
        raise InputError(text, "expected MODULE:FUNCTION")
    if place.endswith(".py"):
        if not os.path.isfile(place):
            raise InputError(place, "there is no such file")
        sys.path.insert(0, os.path.dirname(os.path.abspath(place)))
        place = os.path.splitext(os.path.basename(place))[0]
    try:
        module = importlib.import_module(place)
    except ModuleNotFoundError as error:
        raise InputError(text, f"cannot be imported ({error})") from None
    function = getattr(module, name, None)
    if not callable(function):
        raise InputError(text, f"{place} has no function {name}")
    found: "Callable[[], Any]" = function
    return found


def epoch_in(name: str) -> "Optional[int]":
    """The epoch that a file's name tells: the number after ``epoch``, else its last number."""
    stem = os.path.splitext(os.path.basename(name))[0]
    told = re.search(r"ep(?:och)?[-_=. ]*(\d+)", stem, re.IGNORECASE)
    numbers = re.findall(r"\d+", stem)
    return int(told.group(1)) if told else int(numbers[-1]) if numbers else None


def ordered(files: "List[str]") -> "List[Tuple[int, str]]":
    """Checkpoints with their epochs: as their names tell where all do and differ, else in the order given, from 1 on."""
    epochs = [epoch_in(file) for file in files]
    told = [epoch for epoch in epochs if epoch is not None]
    if len(told) == len(files) and len(set(told)) == len(files):
        return sorted(zip(told, files))
    return list(enumerate(files, 1))
