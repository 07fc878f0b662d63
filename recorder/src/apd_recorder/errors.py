"""Errors that are the user's to mend."""

from __future__ import annotations


class InputError(Exception):
    """Bad input, told in one line: the file or option, and what is wrong with it."""

    def __init__(self, file: str, problem: str) -> None:
        super().__init__(f"{file}: {problem}")


class NotRecordable(Exception):
    """A model, or a moment of it, that has nothing to record; the message says why."""
