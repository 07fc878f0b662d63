"""``python -m apd_recorder [options] SCRIPT ARGS``"""

from __future__ import annotations

import os
import sys
from typing import List, Optional

from .errors import InputError
from .launch import run_module, run_script
from .options import options_of, script_parser
from .run.writer import check_free
from .say import say


def main(words: "Optional[List[str]]" = None) -> int:
    """Runs the command line. Returns the exit code: that of the script, 1 for bad input, 2 for bad usage."""
    words = sys.argv[1:] if words is None else words
    if words[:1] == ["replay"] and not os.path.exists("replay"):
        from .replay import replay_command

        return replay_command(words[1:])
    parser = script_parser()
    parsed = parser.parse_args(words)
    if not parsed.module and not parsed.script:
        parser.error("a script is expected (or -m and a module)")
    options = options_of(parsed)
    options.script = parsed.module[0] if parsed.module else parsed.script
    options.arguments = parsed.module[1:] if parsed.module else parsed.arguments
    try:
        if options.out is not None:
            options.out = os.path.abspath(options.out)
            check_free(options.out, options.force)
        if parsed.module:
            return run_module(parsed.module, options)
        return run_script(parsed.script, parsed.arguments, options)
    except InputError as error:
        say(str(error))
        return 1


if __name__ == "__main__":
    sys.exit(main())
