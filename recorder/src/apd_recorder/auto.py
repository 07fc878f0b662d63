"""
Starts the recorder in this process: ``import apd_recorder.auto`` as the first line of a notebook, or by ``sitecustomize``.

``APD_RECORD`` says how (options as on the command line); without it an import by hand records with the defaults.
"""

from __future__ import annotations

import atexit
import os
import sys

from .options import VARIABLE, Options, parse_variable
from .recording import Recording
from .say import say


def _script() -> "str | None":
    name = sys.argv[0] if getattr(sys, "argv", None) else ""
    return name if name not in ("", "-c", "-m") else None


def start() -> "Recording | None":
    """Starts to record this process, unless ``APD_RECORD`` says not to. The last snapshot is taken when Python ends."""
    try:
        options = parse_variable(os.environ.get(VARIABLE, "1"))
    except SystemExit:
        # The words that are wrong were told; the script itself must go on.
        say(f"{VARIABLE} cannot be read; nothing is recorded")
        return None
    if options is None:
        return None
    recording = Recording(_with_script(options))
    recording.start()
    atexit.register(recording.finish)
    return recording


def _with_script(options: Options) -> Options:
    options.script = options.script or _script()
    options.arguments = options.arguments or list(getattr(sys, "argv", [])[1:])
    return options


RECORDING = start()
