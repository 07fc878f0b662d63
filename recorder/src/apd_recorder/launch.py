"""Runs a script or module as ``python`` would, with the recorder listening."""

from __future__ import annotations

import importlib.util
import os
import runpy
import sys
import types
from typing import Callable, List, Optional

from .errors import InputError
from .options import VARIABLE, Options, to_variable
from .recording import Recording

#: A folder whose ``sitecustomize`` starts the recorder in a Python that is told to by ``APD_RECORD``.
SITE_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "site")


def let_children_record(options: Options) -> None:
    """Lets the Python processes that this one starts record too, as launchers of several processes need it."""
    os.environ[VARIABLE] = to_variable(options)
    paths = [SITE_FOLDER, os.path.dirname(os.path.dirname(os.path.abspath(__file__)))]
    old = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([*paths, *([old] if old else [])])


def run_script(script: str, arguments: "List[str]", options: Options) -> int:
    """
    Runs a script as ``__main__`` and records it.

    :returns: the exit code
    :raises InputError: when there is no such script
    """
    path = os.path.join(script, "__main__.py") if os.path.isdir(script) else script
    try:
        with open(path, "rb") as stream:
            source = stream.read()
    except OSError as error:
        raise InputError(script, f"cannot be read ({error.strerror})") from None
    sys.argv = [script, *arguments]
    sys.path[0] = os.path.abspath(script) if os.path.isdir(script) else os.path.dirname(os.path.abspath(script))

    def work() -> None:
        module = types.ModuleType("__main__")
        module.__dict__.update({"__file__": path, "__builtins__": __builtins__, "__cached__": None, "__package__": None})
        sys.modules["__main__"] = module
        exec(compile(source, path, "exec"), module.__dict__)

    return _recorded(work, options)


def run_module(words: "List[str]", options: Options) -> int:
    """
    Runs a module as ``python -m`` does and records it, and the processes that it starts.

    :param words: the module and its arguments
    :returns: the exit code
    :raises InputError: when there is no such module
    """
    name = words[0]
    sys.path[0] = os.getcwd()
    try:
        found = importlib.util.find_spec(name)
    except ModuleNotFoundError:
        found = None
    if found is None:
        raise InputError(name, "no such module is installed")
    let_children_record(options)
    sys.argv = [name, *words[1:]]
    return _recorded(lambda: runpy.run_module(name, run_name="__main__", alter_sys=True), options)


def _recorded(work: "Callable[[], object]", options: Options) -> int:
    """Does the script's work. What it raises is shown as Python shows it, without the recorder's own frames."""
    recording = Recording(options)
    recording.start()
    try:
        work()
    except SystemExit:
        raise
    except KeyboardInterrupt:
        # Python tells it, and ends by the signal; only the frames of the recorder are left out.
        told = sys.excepthook
        sys.excepthook = lambda kind, value, trace: told(kind, value.with_traceback(_own_frames_off(trace)), _own_frames_off(trace))
        raise
    except BaseException as error:  # noqa: BLE001 - the script's own error, told as Python would
        kind, value, trace = type(error), error, _own_frames_off(error.__traceback__)
        recording.finish()
        sys.stdout.flush()
        sys.last_type, sys.last_value, sys.last_traceback = kind, value, trace
        sys.excepthook(kind, value.with_traceback(trace), trace)
        return 1
    finally:
        recording.finish()
    return 0


def _own_frames_off(trace: "Optional[types.TracebackType]") -> "Optional[types.TracebackType]":
    own = os.path.dirname(os.path.abspath(__file__))
    # The last ones may be the recorder's too: a wrapped function that the script's error went through.
    while trace is not None and (_is_within(trace, own) or _is_within(trace, os.path.dirname(runpy.__file__), "runpy")):
        trace = trace.tb_next
    return trace


def _is_within(trace: types.TracebackType, folder: str, name: str = "") -> bool:
    file = trace.tb_frame.f_code.co_filename
    return "<frozen runpy>" in file if name and file.startswith("<") else os.path.abspath(file).startswith(os.path.join(folder, name))
