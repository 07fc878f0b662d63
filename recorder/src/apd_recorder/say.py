"""The recorder's own words. They go to stderr, so that what the script prints stays as it is."""

from __future__ import annotations

import sys
from typing import Optional


def say(text: str) -> None:
    """
    Writes one line to stderr. A stderr that is closed is no reason to stop a training, nor is one that the script was just
    writing to when a signal came.
    """
    stream = sys.__stderr__ or sys.stderr
    if stream is None:
        return
    try:
        stream.write(f"apd: {text}\n")
        stream.flush()
    except (OSError, ValueError, RuntimeError):
        return


class Notices:
    """Things the user should know, each told once and kept for the run's manifest."""

    def __init__(self) -> None:
        self.told: "list[str]" = []

    def tell(self, text: str) -> None:
        """Tells a thing, unless it was told before."""
        if text not in self.told:
            self.told.append(text)
            say(text)


def percent(share: Optional[float]) -> str:
    """A share in words: ``93.1 %``; ``unknown`` for None."""
    return "unknown" if share is None else f"{share * 100:.3g} %"
