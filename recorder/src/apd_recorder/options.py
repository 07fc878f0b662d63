"""What can be asked of the recorder: on the command line, by ``APD_RECORD``, or by arguments of the API."""

from __future__ import annotations

import argparse
import os
import shlex
from dataclasses import dataclass, field
from typing import List, Optional, Sequence

from .version import VERSION

#: Most instances of a split that are kept, unless asked otherwise.
DEFAULT_LIMIT = 10_000
#: Most bytes of inputs that are kept: 1 GiB.
BYTES_LIMIT = 1 << 30
#: The variable that switches the recorder on in a Python that is started by others.
VARIABLE = "APD_RECORD"


@dataclass
class Options:
    """How to record."""

    #: The run folder; ``runs/<script>`` when None.
    out: Optional[str] = None
    #: Take a snapshot after every so many optimizer steps instead of after every epoch.
    every: Optional[int] = None
    #: Most instances of each split.
    limit: int = DEFAULT_LIMIT
    #: Patterns (as of file names) of levels to record; all when empty.
    levels: List[str] = field(default_factory=list)
    #: Class or variable of the model to record; all trained models when None.
    model: Optional[str] = None
    #: Whether the initial weights are recorded as epoch 0.
    initial: bool = True
    #: Record the sign of the pre-activation of smooth activations, too.
    smooth: bool = False
    #: ``train``, ``validation`` or ``all``: which instances are kept.
    split: str = "all"
    #: Replace a run that is there.
    force: bool = False
    #: Seed of the choice of instances where there are more than the limit.
    seed: int = 0
    #: What is recorded, for the run's name and manifest.
    script: Optional[str] = None
    arguments: List[str] = field(default_factory=list)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options of recording to a parser."""
    parser.add_argument("--out", metavar="RUN", help="run folder (default: runs/NAME OF THE SCRIPT)")
    parser.add_argument("--every", type=_positive, metavar="N", help="a snapshot every N optimizer steps, not epochs")
    parser.add_argument("--limit", type=_positive, default=DEFAULT_LIMIT, metavar="N", help="most instances of a split (default: 10000)")
    parser.add_argument("--levels", action="append", default=[], metavar="PATTERN", help="levels to record, e.g. 'layer4.*'; may be given again")
    parser.add_argument("--model", metavar="NAME", help="class or variable of the model to record, where several are trained")
    parser.add_argument("--split", choices=["train", "validation", "all"], default="all", help="instances to keep (default: all)")
    parser.add_argument("--no-initial", dest="initial", action="store_false", help="leave out the initial weights (epoch 0)")
    parser.add_argument("--smooth", choices=["sign"], help="record the sign of the pre-activation of GELU, SiLU and the like, too")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the choice of instances (default: 0)")
    parser.add_argument("--force", action="store_true", help="replace a run that is there")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return number


def options_of(parsed: argparse.Namespace) -> Options:
    """The options among parsed arguments."""
    levels = [part for text in parsed.levels for part in text.split(",") if part]
    return Options(
        out=parsed.out,
        every=parsed.every,
        limit=parsed.limit,
        levels=levels,
        model=parsed.model,
        initial=parsed.initial,
        smooth=parsed.smooth == "sign",
        split=parsed.split,
        force=parsed.force,
        seed=parsed.seed,
    )


def script_parser() -> argparse.ArgumentParser:
    """Parser of ``python -m apd_recorder [options] SCRIPT ARGS`` (and ``-m MODULE ARGS``)."""
    parser = argparse.ArgumentParser(
        prog="python -m apd_recorder",
        description="Runs a Python training as it is, and records its activation patterns. "
        "Options come before the script; what follows it belongs to the script. "
        "`python -m apd_recorder replay --help` tells about checkpoints that are there already.",
    )
    add_options(parser)
    parser.add_argument("--version", action="version", version=VERSION)
    parser.add_argument("-m", dest="module", nargs=argparse.REMAINDER, metavar="MODULE", help="run a module, as `python -m` does")
    parser.add_argument("script", nargs="?", metavar="SCRIPT", help="the script to run")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, metavar="ARGS", help="arguments of the script")
    return parser


def parse_variable(text: str) -> Optional[Options]:
    """
    Reads ``APD_RECORD``: empty or ``0`` is off, ``1`` is on, anything else are options as on the command line.

    :raises SystemExit: where an option is none
    """
    text = text.strip()
    if text in ("", "0"):
        return None
    parser = argparse.ArgumentParser(prog=VARIABLE)
    add_options(parser)
    return options_of(parser.parse_args([] if text == "1" else shlex.split(text)))


def to_variable(options: Options) -> str:
    """Options as ``APD_RECORD`` carries them to other processes."""
    words: "list[str]" = ["--limit", str(options.limit), "--split", options.split, "--seed", str(options.seed)]
    for name in ("out", "every", "model"):
        value = getattr(options, name)
        if value is not None:
            # Another process may have another working directory.
            words += [f"--{name}", os.path.abspath(value) if name == "out" else str(value)]
    for level in options.levels:
        words += ["--levels", level]
    words += [word for word, on in (("--no-initial", not options.initial), ("--force", options.force)) if on]
    if options.smooth:
        words += ["--smooth", "sign"]
    return " ".join(shlex.quote(word) for word in words)


def default_out(script: Optional[Sequence[str]] = None) -> str:
    """A run folder that is not there yet, named after a script: ``runs/train``, ``runs/train-2``, …"""
    name = os.path.splitext(os.path.basename(script[0]))[0] if script else "run"
    base = os.path.join("runs", name or "run")
    out, count = base, 1
    while os.path.exists(out):
        count += 1
        out = f"{base}-{count}"
    return os.path.abspath(out)
