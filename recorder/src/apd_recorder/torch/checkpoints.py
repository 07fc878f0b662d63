"""Weights out of checkpoint files, of whatever trainer wrote them."""

from __future__ import annotations

import json
import os
import pickle
from typing import Any, Dict, List, Tuple

import torch

from ..errors import InputError

#: Where trainers put the weights within a checkpoint.
_HOLDERS = ("state_dict", "model_state_dict", "model_state", "model", "module", "net", "network", "weights", "params")
#: What wrappers put before the names of weights.
_PREFIXES = ("module.", "_orig_mod.", "model.", "net.", "network.")
#: A header of a .safetensors file that is larger is none.
_LARGEST_HEADER = 100 * 1024 * 1024
_TYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}

State = Dict[str, torch.Tensor]


def read_checkpoint(file: str) -> State:
    """
    Reads the weights of a ``.pt``, ``.pth``, ``.ckpt``, ``.bin`` or ``.safetensors`` file. No code in it is run.

    :raises InputError: when it is none, or holds more than weights
    """
    if not os.path.isfile(file):
        raise InputError(file, "there is no such file")
    if file.endswith(".safetensors"):
        return read_safetensors(file)
    try:
        found = torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else "unknown objects"
        raise InputError(file, f"holds more than weights, and its code is not run ({reason}); save the model's state_dict()") from None
    except (RuntimeError, EOFError, ValueError, KeyError, OSError) as error:
        raise InputError(file, f"cannot be read as a checkpoint ({str(error).splitlines()[0]})") from None
    return _state_in(found, file)


def _state_in(found: Any, file: str) -> State:
    for _ in range(4):
        if not isinstance(found, dict):
            break
        tensors = {name: value for name, value in found.items() if isinstance(name, str) and isinstance(value, torch.Tensor)}
        holder = next((name for name in _HOLDERS if isinstance(found.get(name), dict) and found[name]), None)
        if holder is None:
            if tensors:
                return tensors
            break
        found = found[holder]
    raise InputError(file, f"has no weights: expected a state_dict, or one under {', '.join(_HOLDERS[:4])}")


def read_safetensors(file: str) -> State:
    """
    Reads a ``.safetensors`` file: a length, a JSON header with types, shapes and places, and the bytes.

    :raises InputError: when it is damaged
    """
    size = os.path.getsize(file)
    with open(file, "rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if size < 8 or length > min(size - 8, _LARGEST_HEADER):
            raise InputError(file, "is no .safetensors file, or is cut off: its header is longer than the file")
        try:
            header = json.loads(stream.read(length))
        except ValueError:
            raise InputError(file, "is no .safetensors file: its header is not JSON") from None
        if not isinstance(header, dict):
            raise InputError(file, "is no .safetensors file: its header is no object")
        return {name: _tensor_at(stream, 8 + length, size, (file, name), entry) for name, entry in header.items() if name != "__metadata__"}


def _tensor_at(stream: Any, start: int, size: int, place: "Tuple[str, str]", entry: Any) -> torch.Tensor:
    file, name = place
    try:
        kind, shape, (begin, end) = _TYPES[entry["dtype"]], [int(axis) for axis in entry["shape"]], entry["data_offsets"]
        begin, end = int(begin), int(end)
    except (KeyError, TypeError, ValueError):
        raise InputError(file, f"tensor {name} has a type, shape or place that cannot be read") from None
    count = 1
    for axis in shape:
        count *= axis
    wanted = count * torch.empty((), dtype=kind).element_size()
    if min(shape, default=0) < 0 or begin < 0 or end - begin != wanted or start + end > size:
        raise InputError(file, f"tensor {name} does not fit its place in the file")
    if wanted == 0:
        return torch.empty(shape, dtype=kind)
    stream.seek(start + begin)
    return torch.frombuffer(bytearray(stream.read(wanted)), dtype=kind).reshape(shape)


def load_state(model: torch.nn.Module, state: State, file: str) -> None:
    """
    Loads weights into a model; prefixes that wrappers put before their names are taken off.

    :raises InputError: when they are not of this model
    """
    wanted = model.state_dict()
    for candidate in _without_prefixes(state):
        same = {name: value for name, value in candidate.items() if name in wanted}
        if len(same) == len(wanted):
            wrong = [name for name, value in same.items() if value.shape != wanted[name].shape]
            if wrong:
                shapes = f"{list(same[wrong[0]].shape)}, the model has {list(wanted[wrong[0]].shape)}"
                raise InputError(file, f"{wrong[0]} is {shapes}")
            model.load_state_dict(same)
            return
    lacking = [name for name in wanted if name not in state]
    raise InputError(file, f"has no {lacking[0]} ({len(lacking)} of {len(wanted)} weights of the model are missing)")


def _without_prefixes(state: State) -> "List[State]":
    """A state as it is, and with ever more prefixes taken off or put before all names."""
    found, queue = [state], [state]
    while queue:
        current = queue.pop(0)
        for prefix in _PREFIXES:
            shorter = {name[len(prefix) :]: value for name, value in current.items() if name.startswith(prefix)}
            if shorter and len(found) < 32:
                found.append(shorter)
                queue.append(shorter)
    found += [{prefix + name: value for name, value in state.items()} for prefix in _PREFIXES]
    return found
