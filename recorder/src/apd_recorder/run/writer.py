"""Writes a run folder, snapshot by snapshot."""

from __future__ import annotations

import json
import math
import os
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional

import numpy as np

from ..errors import InputError
from .atomic import write_atomically, write_npz
from .lock import take_lock

#: Name of the file that makes a folder a run.
MANIFEST_NAME = "apd-run.json"
#: Version of the format that is written.
FORMAT_VERSION = 1


@dataclass
class Level:
    """An activation layer as a run has it."""

    name: str
    #: The activation, e.g. ``Relu``.
    activation: str
    #: Shape of one instance, e.g. (16, 28, 28).
    shape: "tuple[int, ...]"
    #: Pieces of the activation.
    pieces: int

    @property
    def units(self) -> int:
        """Units of the level: the product of its shape."""
        return math.prod(self.shape)

    @property
    def bits(self) -> int:
        """Bits that a unit's piece needs."""
        return max(1, (self.pieces - 1).bit_length())

    def to_json(self) -> "Dict[str, Any]":
        """The level as the manifest has it."""
        return {
            "name": self.name,
            "activation": self.activation,
            "units": self.units,
            "shape": list(self.shape),
            "pieces": self.pieces,
            "bits": self.bits,
            "kept": "patterns",
        }


@dataclass
class Snapshot:
    """The patterns of all instances at one moment. Row i of every array is instance ``instance[i]``."""

    epoch: float
    step: "Optional[int]"
    instance: np.ndarray
    output: np.ndarray
    #: For each level uint8 [N, ceil(units × bits / 8)], as ``numpy.packbits`` has them.
    patterns: "List[np.ndarray]"
    label: "Optional[np.ndarray]" = None
    split: "Optional[np.ndarray]" = None
    margin: "Optional[np.ndarray]" = None
    confidence: "Optional[np.ndarray]" = None
    #: Further numbers of the moment for the log, e.g. the loss.
    metrics: "Dict[str, float]" = field(default_factory=dict)

    def accuracy(self) -> "Optional[float]":
        """Share of the instances whose output is their label."""
        return None if self.label is None else float(np.mean(self.output == self.label))

    def arrays(self) -> "Dict[str, np.ndarray]":
        """The members of the snapshot's ``.npz``."""
        found: "Dict[str, Optional[np.ndarray]]" = {
            "instance": self.instance.astype(np.int32),
            "label": None if self.label is None else self.label.astype(np.int32),
            "output": self.output.astype(np.int32),
            "split": self.split,
            "margin": self.margin,
            "confidence": self.confidence,
        }
        members = {name: array for name, array in found.items() if array is not None}
        members.update({f"l{index}": packed for index, packed in enumerate(self.patterns)})
        return members


def is_run(folder: str) -> bool:
    """True when a folder holds a run."""
    return os.path.exists(os.path.join(folder, MANIFEST_NAME))


def check_free(folder: str, force: bool) -> None:
    """:raises InputError: when a folder is a run already and is not to be replaced, or is a file"""
    if os.path.exists(folder) and not os.path.isdir(folder):
        raise InputError(folder, "is a file, expected a folder")
    if is_run(folder) and not force:
        raise InputError(folder, "is a run already; choose another --out, or replace it with --force")


class RunWriter:
    """
    A run that is being written. The manifest is written anew after each snapshot, so that the folder is a whole run at
    every moment.
    """

    def __init__(self, folder: str, force: bool = False) -> None:
        """:raises InputError: when the folder is a run already, or another process writes into it"""
        check_free(folder, force)
        self.folder = folder
        self._manifest: "Dict[str, Any]" = {}
        self._release = take_lock(folder)
        if is_run(folder):
            self._remove_old()

    def open(self, header: "Dict[str, Any]", levels: "List[Level]") -> None:
        """Makes the folder a run that has no snapshot yet. `header`: everything of the manifest but layers and snapshots."""
        self._manifest = {
            "formatVersion": FORMAT_VERSION,
            **header,
            "layers": [level.to_json() for level in levels],
            "snapshots": [],
        }
        os.makedirs(os.path.join(self.folder, "patterns"), exist_ok=True)
        self._write_manifest()

    def add(self, snapshot: Snapshot) -> None:
        """Adds a snapshot: its patterns first, then the manifest that names them, then a line of the log."""
        patterns = f"patterns/{self._file_name(snapshot)}"
        write_npz(os.path.join(self.folder, patterns), snapshot.arrays())
        classes = self._manifest["classes"]
        while len(classes) <= int(snapshot.output.max(initial=-1)):
            classes.append(str(len(classes)))
        entry: "Dict[str, Any]" = {"epoch": snapshot.epoch, "patterns": patterns}
        if snapshot.step is not None:
            entry["step"] = snapshot.step
        accuracy = snapshot.accuracy()
        if accuracy is not None:
            entry["accuracy"] = accuracy
        self._manifest["snapshots"].append(entry)
        self._write_manifest()
        self._log(snapshot, accuracy)

    def note(self, text: str) -> None:
        """Keeps a thing that the user should know in the manifest."""
        notices = self._manifest.setdefault("notices", [])
        if text not in notices:
            notices.append(text)
            if "snapshots" in self._manifest:
                self._write_manifest()

    def close(self) -> None:
        """Gives the folder back."""
        self._release()

    def _log(self, snapshot: Snapshot, accuracy: "Optional[float]") -> None:
        row: "Dict[str, Any]" = {"epoch": snapshot.epoch}
        if snapshot.step is not None:
            row["step"] = snapshot.step
        row.update({name: value for name, value in snapshot.metrics.items() if np.isfinite(value)})
        if accuracy is not None:
            row["accuracy"] = accuracy
        with open(os.path.join(self.folder, "log.jsonl"), "a", encoding="utf-8") as stream:
            stream.write(json.dumps(row) + "\n")

    def _write_manifest(self) -> None:
        text = json.dumps(self._manifest, indent=1, allow_nan=False) + "\n"
        write_atomically(os.path.join(self.folder, MANIFEST_NAME), lambda stream: stream.write(text.encode()))

    def _file_name(self, snapshot: Snapshot) -> str:
        whole, _, fraction = f"{snapshot.epoch:g}".partition(".")
        base = f"epoch-{whole.zfill(4)}{'.' + fraction if fraction else ''}"
        taken = {entry["patterns"] for entry in self._manifest["snapshots"]}
        name, count = f"{base}.npz", 1
        while f"patterns/{name}" in taken:
            count += 1
            name = f"{base}-{count}.npz"
        return name

    def _remove_old(self) -> None:
        """Removes the files of a run that its manifest names, and the manifest. Anything else in the folder stays."""
        file = os.path.join(self.folder, MANIFEST_NAME)
        try:
            with open(file, encoding="utf-8") as stream:
                entries = json.load(stream)["snapshots"]
            old = [os.path.normpath(str(entry["patterns"])) for entry in entries]
        except (ValueError, KeyError, TypeError):
            # A damaged manifest is replaced all the same; it just cannot say which files were its own.
            old = []
        os.remove(file)
        own = [name for name in old if not os.path.isabs(name) and not name.startswith(os.pardir)]
        for name in [*own, "log.jsonl", "inputs.npy", "inputs.npz"]:
            path = os.path.join(self.folder, name)
            if os.path.isfile(path):
                os.remove(path)
