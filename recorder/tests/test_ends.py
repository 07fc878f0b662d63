"""How trainings end, and when their snapshots are on disk."""

import os
import signal
import subprocess
import sys
import tempfile
import unittest

from .support import SOURCE, Run, needs

MODEL = """
import os, signal, sys, time
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset
torch.manual_seed(0)
x = torch.randn(60, 4)
data = TensorDataset(x, (x[:, 0] > 0).long())
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
optimizer = torch.optim.Adam(model.parameters())
def step(x, y):
    optimizer.zero_grad()
    F.cross_entropy(model(x), y).backward()
    optimizer.step()
def snapshots():
    import json
    name = os.path.join("run", "apd-run.json")
    return [entry["epoch"] for entry in json.load(open(name))["snapshots"]] if os.path.exists(name) else []
def wait():
    print("waiting", flush=True)
    while True:
        time.sleep(0.02)
"""
LOOP = """
for epoch in range(3):
    for count, (a, b) in enumerate(DataLoader(data, 10, shuffle=True)):
        if (epoch, count) == (STOP):
            wait()
        step(a, b)
wait()
"""


@needs("torch")
class Ends(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def start(self, text, bare=False):
        path = os.path.join(self.folder, "train.py")
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(MODEL + text)
        words = [path] if bare else ["-m", "apd_recorder", "--out", "run", path]
        environment = {**os.environ, "PYTHONPATH": SOURCE}
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen([sys.executable, *words], cwd=self.folder, env=environment, text=True, **streams)

    def interrupted(self, text, number, bare=False):
        """Starts a script, sends it a signal when it waits, and gives exit code, output and errors."""
        process = self.start(text, bare)
        with process:
            self.assertEqual(process.stdout.readline(), "waiting\n", None if process.poll() is None else process.stderr.read())
            process.send_signal(number)
            out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def epochs(self):
        return Run(os.path.join(self.folder, "run")).epochs()

    def leftovers(self):
        found = [name for _, _, names in os.walk(self.folder) for name in names]
        return [name for name in found if ".tmp-" in name or name.endswith((".lock", ".taking"))]

    def test_signals_in_the_first_epoch_keep_what_was_trained(self):
        for number in (signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number=number):
                text = LOOP.replace("STOP", "0, 3")
                self.assertEqual(self.interrupted(text, number, bare=True)[0], -number)
                code, _, err = self.interrupted(text, number)
                self.assertEqual(code, -number, err)
                self.assertEqual(self.epochs(), [0, 0.5], err)
                self.assertEqual(self.leftovers(), [])
                import shutil

                shutil.rmtree(os.path.join(self.folder, "run"))

    def test_signals_after_the_first_epoch(self):
        code, _, err = self.interrupted(LOOP.replace("STOP", "1, 0"), signal.SIGTERM)
        self.assertEqual((code, self.epochs()), (-signal.SIGTERM, [0, 1]), err)

    def test_signals_within_an_epoch(self):
        code, _, err = self.interrupted(LOOP.replace("STOP", "2, 3"), signal.SIGTERM)
        self.assertEqual((code, self.epochs()), (-signal.SIGTERM, [0, 1, 2, 2.5]), err)

    def test_interrupts(self):
        text = LOOP.replace("STOP", "2, 3")
        bare = self.interrupted(text, signal.SIGINT, bare=True)
        code, _, err = self.interrupted(text, signal.SIGINT)
        self.assertEqual(code, bare[0])
        self.assertEqual(self.epochs(), [0, 1, 2, 2.5], err)
        told = [line for line in err.splitlines() if not line.startswith("apd: ")]
        self.assertEqual(told[-1], "KeyboardInterrupt")
        self.assertNotIn("apd_recorder", "".join(told))

    def test_handlers_of_the_script_are_its_own(self):
        text = """
shown = signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
def mine(number, frame):
    print("mine", number, shown, before is signal.SIG_DFL, flush=True)
    sys.exit(3)
before = signal.signal(signal.SIGTERM, mine)
""" + LOOP.replace("STOP", "1, 3")
        code, out, err = self.interrupted(text, signal.SIGTERM)
        self.assertEqual((code, out), (3, f"mine {int(signal.SIGTERM)} True True\n"), err)
        self.assertEqual(self.epochs(), [0, 1, 1.5])

    def test_handlers_that_are_taken_back(self):
        text = """
before = signal.signal(signal.SIGTERM, lambda *_: None)
signal.signal(signal.SIGTERM, before)
""" + LOOP.replace("STOP", "1, 0")
        code, _, err = self.interrupted(text, signal.SIGTERM)
        self.assertEqual((code, self.epochs()), (-signal.SIGTERM, [0, 1]), err)

    def test_children_that_are_forked_end_as_ever(self):
        text = """
child = os.fork()
if child == 0:
    wait_ = time.sleep(60)
    os._exit(0)
time.sleep(0.1)
os.kill(child, signal.SIGTERM)
print("child", os.waitpid(child, 0)[1], flush=True)
"""
        with self.start(text) as process:
            out, err = process.communicate(timeout=120)
        self.assertEqual((process.returncode, out), (0, f"child {int(signal.SIGTERM)}\n"), err)

    def test_snapshots_are_there_when_their_epochs_have_ended(self):
        text = """
for epoch in range(3):
    for a, b in DataLoader(data, 10, shuffle=True):
        step(a, b)
    print(snapshots())
"""
        with self.start(text) as process:
            out, err = process.communicate(timeout=120)
        # The first waits for the validation that may follow.
        self.assertEqual(out.splitlines(), ["[]", "[0, 1, 2]", "[0, 1, 2, 3]"], err)

    def test_snapshots_of_loaders_that_are_fetched_ahead(self):
        text = """
def ahead(loader):
    iterator = iter(loader)
    current = next(iterator)
    for following in iterator:
        yield current
        current = following
    yield current
    print(snapshots())
for epoch in range(3):
    for a, b in ahead(DataLoader(data, 10, shuffle=True)):
        step(a, b)
"""
        with self.start(text) as process:
            out, err = process.communicate(timeout=120)
        self.assertEqual(out.splitlines(), ["[]", "[0, 1, 2]", "[0, 1, 2, 3]"], err)
        self.assertEqual(self.epochs(), [0, 1, 2, 3])
        self.assertEqual([entry["step"] for entry in Run(os.path.join(self.folder, "run")).snapshots], [0, 6, 12, 18])
