"""The lock of a run folder: a file that names the process which writes into it, as other writers of runs have it."""

from __future__ import annotations

import json
import os
import socket
import time
from typing import Callable, Optional, Tuple

from ..errors import InputError

#: Name of the lock in a run folder.
LOCK_NAME = "apd-run.lock"
#: A guard that is older, in seconds, was left behind.
_GUARDED_SECONDS = 5.0
_ATTEMPTS = 200
_PAUSE_SECONDS = 0.025


def _is_alive(pid: int, host: str) -> bool:
    if host != socket.gethostname():
        # A process on another host cannot be asked, and counts as there.
        return True
    if os.name == "nt":
        # On Windows a signal 0 would end the process.
        return _is_alive_on_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return pid != os.getpid()


def _is_alive_on_windows(pid: int) -> bool:
    import ctypes

    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined]
    query_limited_information, still_active = 0x1000, 259
    handle = kernel.OpenProcess(query_limited_information, False, pid)
    if not handle:
        return False
    code = ctypes.c_ulong()
    kernel.GetExitCodeProcess(handle, ctypes.byref(code))
    kernel.CloseHandle(handle)
    return code.value == still_active and pid != os.getpid()


def _holder(file: str) -> "Optional[Tuple[int, str]]":
    for _ in range(8):
        try:
            with open(file, encoding="utf-8") as stream:
                text = stream.read()
        except OSError:
            return None
        if text:
            break
        # Who has just made it is given the time to write it.
        time.sleep(_PAUSE_SECONDS)
    try:
        found = json.loads(text)
        pid, host = found["pid"], found["host"]
    except (ValueError, KeyError, TypeError):
        # Half written by a process that died: nobody holds it.
        return None
    usable = isinstance(pid, int) and isinstance(host, str) and pid > 0
    return (pid, host) if usable and _is_alive(pid, host) else None


def take_lock(run: str) -> "Callable[[], None]":
    """
    Takes a run folder for writing; the lock of a process that is gone is taken over.

    :returns: gives it back
    :raises InputError: where another process writes into it
    """
    os.makedirs(run, exist_ok=True)
    file = os.path.join(run, LOCK_NAME)
    owner = os.getpid()
    for _ in range(_ATTEMPTS):
        try:
            with open(file, "x", encoding="utf-8") as stream:
                json.dump({"pid": owner, "host": socket.gethostname()}, stream)
        except FileExistsError:
            holder = _holder(file)
            if holder:
                raise InputError(run, f"is written to already (process {holder[0]}); stop that first, or choose another --out") from None
            _remove_left(file)
            continue

        def release() -> None:
            # A forked child must not take the lock of its parent away.
            if os.getpid() == owner and os.path.exists(file):
                os.remove(file)

        return release
    raise InputError(run, f"its lock {LOCK_NAME} cannot be taken")


def _remove_left(file: str) -> None:
    """Removes a lock that was left behind; of several that want to, one looks and removes at a time."""
    guard = f"{file}.taking"
    try:
        with open(guard, "x", encoding="utf-8"):
            pass
    except FileExistsError:
        try:
            if time.time() - os.stat(guard).st_mtime > _GUARDED_SECONDS:
                os.remove(guard)
        except FileNotFoundError:
            return
        time.sleep(_PAUSE_SECONDS)
        return
    try:
        if not _holder(file) and os.path.exists(file):
            os.remove(file)
    finally:
        os.remove(guard)
