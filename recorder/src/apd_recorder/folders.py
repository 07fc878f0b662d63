"""Where the runs of one recording go."""

from __future__ import annotations

import os
import re
import sys
from typing import Any, List, Optional

from .options import Options, default_out


class Folders:
    """The run folder that was asked for, or folders in it where several models are trained."""

    def __init__(self, options: Options) -> None:
        self._out = options.out
        self._script = options.script
        self._names: "List[str]" = []

    def base(self) -> str:
        """The folder that was asked for, or one named after the script."""
        if self._out is None:
            self._out = default_out([self._script] if self._script else None)
        return os.path.abspath(self._out)

    def next(self, name: str, several: bool) -> str:
        """
        The folder of another model: the base itself for the first, unless it is known that there will be several.

        :param name: variable or class of the model
        """
        if not several and not self._names:
            self._names.append("")
            return self.base()
        base = re.sub(r"\W+", "-", name)
        name, count = base, 1
        while name in self._names:
            count += 1
            name = f"{base}-{count}"
        self._names.append(name)
        return os.path.join(self.base(), name)


def variables_of(*values: Any) -> "List[str]":
    """Names in the script of any of these objects."""
    script = sys.modules.get("__main__")
    space = vars(script) if script is not None else {}
    wanted = [value for value in values if value is not None]
    return [name for name, value in list(space.items()) if any(value is one for one in wanted)]
