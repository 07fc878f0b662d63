"""
Runs when a Python starts that has this folder on its path: the recorder starts where ``APD_RECORD`` is set.

Another ``sitecustomize`` further down the path is run, too.
"""

import importlib.machinery
import importlib.util
import os
import sys


def _run_next():
    here = os.path.dirname(os.path.abspath(__file__))
    others = [entry for entry in sys.path if os.path.abspath(entry or ".") != here]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", others)
    if spec is not None and spec.loader is not None:
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)


_run_next()
if os.environ.get("APD_RECORD"):
    import apd_recorder.auto  # noqa: F401
