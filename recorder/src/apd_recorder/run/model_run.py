"""Writes the run of one model: header, inputs, snapshots."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Protocol, Tuple

import numpy as np

from ..choice import chosen_rows
from ..options import Options
from ..say import percent, say
from ..scores import class_count, judge
from ..version import VERSION
from .atomic import sha256_of, write_npy, write_npz
from .writer import Level, RunWriter, Snapshot

#: Most bytes of the patterns of one snapshot: 512 MiB. Of larger networks fewer instances are kept.
SNAPSHOT_BYTES = 512 * 1024 * 1024


@dataclass
class Patterns:
    """What one pass over the probe set gives."""

    #: For each level uint8 [N, bytes].
    packed: "List[np.ndarray]"
    #: float32 [N, C]; None where the model gives no scores.
    scores: "Optional[np.ndarray]"
    kind: str


class Probes(Protocol):
    """The inputs that every snapshot is taken of."""

    #: Instance of each row, int64 [N].
    instance: np.ndarray
    #: int64 [N], or None.
    label: "Optional[np.ndarray]"
    #: Index into `split_names` of each row, or None where there is one split.
    split: "Optional[np.ndarray]"
    split_names: "List[str]"

    def __len__(self) -> int: ...

    def arrays(self) -> "Dict[str, np.ndarray]":
        """The inputs by the names of the model's arguments, [N, …] each."""


class Runner(Protocol):
    """Runs one model on its probe set, as often as asked."""

    notices: "List[str]"

    @property
    def backend(self) -> "Tuple[str, str]":
        """Name and version of the framework."""

    @property
    def levels(self) -> "List[Level]":
        """The levels that are recorded."""

    @property
    def probes(self) -> Any:
        """The probe set."""

    def prepare(self, patterns: "List[str]", smooth: bool) -> None:
        """Finds the levels; `patterns` of names choose among them."""

    def take(self) -> Patterns:
        """The patterns of the model as it is now."""


def prepare(runner: Runner, options: Options) -> "Optional[np.ndarray]":
    """
    Finds the levels of a model.

    :returns: the rows of the probe set that a snapshot has room for, where these are fewer than all
    :raises NotRecordable: where there is no level
    """
    runner.prepare(options.levels, options.smooth)
    a_row = sum((level.units * level.bits + 7) // 8 for level in runner.levels)
    count, room = len(runner.probes), max(1, SNAPSHOT_BYTES // max(1, a_row))
    if room >= count:
        return None
    runner.notices.append(f"the levels are wide: {room} of {count} instances are kept, so that a snapshot stays below 512 MiB")
    return chosen_rows(runner.probes.instance, room, options.seed)


class ModelRun:
    """The run of one model on one probe set."""

    def __init__(self, folder: str, runner: Runner, options: Options, classes: "Optional[List[str]]" = None) -> None:
        """:raises InputError: when the folder cannot be written to, or is a run already"""
        self._runner = runner
        self._options = options
        self._classes = classes
        self._opened = False
        self.writer = RunWriter(folder, options.force)
        self._notices: "List[str]" = []

    def note(self, text: str) -> None:
        """Keeps a notice with the run."""
        if text not in self._notices:
            self._notices.append(text)
        if self._opened:
            self.writer.note(text)

    def record(self, epoch: float, step: "Optional[int]", metrics: "Dict[str, float]") -> Snapshot:
        """
        Takes a snapshot of the model as it is now, and writes it.

        :raises NotRecordable: at NaN or an infinity
        """
        probes = self._runner.probes
        patterns = self._runner.take()
        if not self._opened:
            self._check_labels(probes, patterns)
            self._open(probes, patterns)
        judged = judge(patterns.scores, patterns.kind, probes.label, len(probes))
        snapshot = Snapshot(
            epoch=epoch,
            step=step,
            instance=probes.instance,
            output=judged.output,
            patterns=patterns.packed,
            label=probes.label,
            split=probes.split,
            margin=judged.margin,
            confidence=judged.confidence,
            metrics=metrics,
        )
        self.writer.add(snapshot)
        of_labels = "" if snapshot.label is None else f", accuracy {percent(snapshot.accuracy())}"
        loss = f", loss {metrics['loss']:.4g}" if "loss" in metrics else ""
        say(f"{os.path.basename(self.writer.folder)}: epoch {epoch:g}{loss}{of_labels}")
        return snapshot

    def close(self) -> None:
        """Gives the folder back."""
        self.writer.close()

    def _check_labels(self, probes: Probes, patterns: Patterns) -> None:
        """Labels that the output cannot give are not its classes: no labels rather than wrong ones."""
        if probes.label is not None and (patterns.scores is None or int(probes.label.max()) >= class_count(patterns.scores)):
            probes.label = None
            self.note("the labels do not fit the output of the model, and are left out")

    def _open(self, probes: Probes, patterns: Patterns) -> None:
        files = self._write_inputs(probes)
        classes = [str(index) for index in range(class_count(patterns.scores))]
        if self._classes and len(self._classes) == len(classes):
            classes = self._classes
        first = files[0]["path"] if files else "inputs.npy"
        framework, version = self._runner.backend
        header: "Dict[str, Any]" = {
            "name": os.path.basename(os.path.abspath(self.writer.folder)),
            "dataset": {
                "path": first,
                "rows": len(probes),
                "files": files,
                "options": {"inputs": {"data": [{"path": _main_member(first, probes)}], "labels": []}, "labels": False, "rows": "snapshot"},
            },
            "classes": classes,
            "labelled": probes.label is not None,
            "backend": {"name": framework, "version": version, "reason": "the training itself runs on it"},
            "recorder": self._origin(),
        }
        if files:
            header["dataset"]["sha256"] = files[0]["sha256"]
        if probes.split is not None:
            counts = np.bincount(probes.split, minlength=len(probes.split_names)).tolist()
            header["splits"] = [{"name": name, "instances": count} for name, count in zip(probes.split_names, counts)]
        self.writer.open(header, self._runner.levels)
        self._opened = True
        for text in [*self._notices, *self._runner.notices]:
            self.writer.note(text)

    def _origin(self) -> "Dict[str, Any]":
        """What was recorded, with which versions."""
        return {
            "version": VERSION,
            "script": self._options.script,
            "arguments": self._options.arguments,
            "python": platform.python_version(),
            self._runner.backend[0].replace("pytorch", "torch"): self._runner.backend[1],
            "numpy": np.__version__,
            "platform": sys.platform,
        }

    def _write_inputs(self, probes: Probes) -> "List[Dict[str, str]]":
        arrays = {_member_name(path): array for path, array in probes.arrays().items() if array.dtype.kind in "biufc"}
        if not arrays:
            return []
        name = "inputs.npy" if len(arrays) == 1 else "inputs.npz"
        file = os.path.join(self.writer.folder, name)
        if len(arrays) == 1:
            write_npy(file, next(iter(arrays.values())))
        else:
            write_npz(file, arrays)
        return [{"path": name, "sha256": sha256_of(file)}]


def _member_name(path: str) -> str:
    return path.replace("/", "_").lstrip("*") or "x"


def _main_member(file: str, probes: Probes) -> str:
    """The array that shows an instance best: the first of real numbers, else the first."""
    if not file.endswith(".npz"):
        return file
    named = [(path, array) for path, array in probes.arrays().items() if array.dtype.kind in "biufc"]
    real = [path for path, array in named if array.dtype.kind == "f"]
    return f"{file}:{_member_name(real[0] if real else named[0][0])}"
