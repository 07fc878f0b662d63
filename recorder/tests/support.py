"""Runs scripts with and without the recorder, and reads what is left."""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import unittest

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.join(os.path.dirname(HERE), "src")
SCRIPTS = os.path.join(os.path.dirname(os.path.dirname(HERE)), "test", "fixtures", "scripts")

sys.path.insert(0, SOURCE)


def missing(*names):
    """The first module of these that cannot be imported; None when all are there."""
    for name in names:
        if importlib.util.find_spec(name) is None:
            return name
    return None


def needs(*names):
    """Skips a test where a module is missing, and says which."""
    lacking = missing(*names)
    return unittest.skipIf(lacking is not None, f"{lacking} is not installed for {sys.executable}")


def script(name):
    """Path of one of the ordinary scripts."""
    return os.path.join(SCRIPTS, f"{name}.py")


def load(path):
    """Imports a script as a module, without running its main part."""
    spec = importlib.util.spec_from_file_location(os.path.splitext(os.path.basename(path))[0], path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


class Outcome:
    """What a process left."""

    def __init__(self, done):
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr

    def own_words(self):
        """Lines of the recorder."""
        return [line for line in self.err.splitlines() if line.startswith("apd: ")]

    def other_words(self):
        """Lines on stderr that are not the recorder's."""
        return [line for line in self.err.splitlines() if not line.startswith("apd: ")]


def python(*words, folder, **variables):
    """Runs Python in a folder."""
    environment = {**os.environ, "PYTHONPATH": "", "OMP_NUM_THREADS": "2", "PYTHONHASHSEED": "0", **variables}
    environment.pop("APD_RECORD", None) if "APD_RECORD" not in variables else None
    # Not the input of the tests: it may be a pipe that never ends.
    done = subprocess.run([sys.executable, *words], cwd=folder, env=environment, input="a line\n", capture_output=True, text=True, timeout=600)
    return Outcome(done)


def recorder(*words, folder, **variables):
    """Runs ``python -m apd_recorder`` in a folder."""
    return python("-m", "apd_recorder", *words, folder=folder, PYTHONPATH=SOURCE, **variables)


class Run:
    """A run folder, read."""

    def __init__(self, folder):
        self.folder = folder
        with open(os.path.join(folder, "apd-run.json"), encoding="utf-8") as stream:
            self.manifest = json.load(stream)
        self.levels = self.manifest["layers"]
        self.snapshots = self.manifest["snapshots"]

    def epochs(self):
        return [entry["epoch"] for entry in self.snapshots]

    def arrays(self, index=-1):
        with np.load(os.path.join(self.folder, self.snapshots[index]["patterns"])) as file:
            return {name: file[name] for name in file.files}

    def log(self):
        with open(os.path.join(self.folder, "log.jsonl"), encoding="utf-8") as stream:
            return [json.loads(line) for line in stream]


def tensors(value, path=""):
    """All tensors of a nested dictionary by path."""
    import torch

    found = {}
    for key, item in value.items():
        if isinstance(item, dict):
            found.update(tensors(item, f"{path}{key}."))
        elif torch.is_tensor(item):
            found[f"{path}{key}"] = item
    return found


class ScriptCase(unittest.TestCase):
    """Compares a script's bare run with its recorded one."""

    maxDiff = None

    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.folder = self._folder.name
        self.addCleanup(self._folder.cleanup)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)
        return path

    def compare(self, path, *options, arguments=(), before=()):
        """
        Runs a script bare and recorded, and checks that it did not notice.

        :param before: words before the script, e.g. of a launcher
        :returns: the outcome of the recorded run, and the weights
        """
        bare = python(*before, path, "bare.pt", *arguments, folder=self.folder)
        recorded = recorder("--out", "run", *options, *before, path, "recorded.pt", *arguments, folder=self.folder)
        self.assertEqual(recorded.out, bare.out, recorded.err)
        self.assertEqual(recorded.code, bare.code, recorded.err)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "run", "recorder.log")), recorded.err)
        weights = self.weights("recorded.pt")
        self.same_weights(self.weights("bare.pt"), weights)
        self.assertEqual([name for name in self.leftovers() if name != "run"], [])
        return recorded, weights

    def weights(self, name):
        import torch

        return torch.load(os.path.join(self.folder, name))

    def same_weights(self, a, b):
        import torch

        a, b = tensors(a), tensors(b)
        self.assertEqual(list(a), list(b))
        self.assertTrue(a)
        for name in a:
            self.assertTrue(torch.equal(a[name], b[name]), name)

    def leftovers(self):
        """Locks and temporary files."""
        found = [name for _, _, names in os.walk(self.folder) for name in names]
        return [name for name in found if ".tmp-" in name or name.endswith((".lock", ".taking"))]

    def run_of(self, name="run"):
        return Run(os.path.join(self.folder, name))
