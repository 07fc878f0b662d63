"""The parts of the recorder that need no training."""

import json
import os
import struct
import tempfile
import unittest

from .support import missing, needs, python, recorder

if not missing("numpy"):
    import numpy as np


@needs("numpy")
class Parts(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def test_choice_depends_on_keys_alone(self):
        from apd_recorder.choice import Choice

        forwards, backwards = Choice(20, 3), Choice(20, 3)
        for start in range(0, 1000, 37):
            forwards.offer(np.arange(start, min(start + 37, 1000)))
        for start in range(1000, 0, -11):
            backwards.offer(np.arange(max(0, start - 11), start))
        self.assertEqual(forwards.ordered()[0].tolist(), backwards.ordered()[0].tolist())
        self.assertEqual(sorted(forwards.ordered()[1].tolist()), list(range(20)))
        other = Choice(20, 4)
        other.offer(np.arange(1000))
        self.assertNotEqual(other.ordered()[0].tolist(), forwards.ordered()[0].tolist())

    def test_scores(self):
        from apd_recorder.scores import judge

        judged = judge(np.array([[2.0, -1.0, 0.5], [0.0, 1.0, 1.0]], np.float32), "logits", np.array([0, 2]), 2)
        self.assertEqual(judged.output.tolist(), [0, 1])
        np.testing.assert_allclose(judged.margin, [1.5, 0.0])
        single = judge(np.array([[2.0], [-1.0]], np.float32), "logits", np.array([0, 0]), 2)
        self.assertEqual((single.output.tolist(), single.margin.tolist(), single.classes), ([1, 0], [-2.0, 1.0], 2))
        shares = judge(np.array([[0.25], [1.0]], np.float32), "probabilities", np.array([1, 1]), 2)
        self.assertEqual(shares.output.tolist(), [0, 1])
        np.testing.assert_allclose(shares.margin[0], np.log(1 / 3), rtol=1e-5)
        np.testing.assert_allclose(shares.confidence, [0.75, 1.0], rtol=1e-5)
        self.assertTrue(np.isfinite(shares.margin).all())
        self.assertEqual(judge(None, "logits", None, 3).output.tolist(), [0, 0, 0])

    def test_a_run_is_whole_after_every_snapshot(self):
        from apd_recorder.errors import InputError
        from apd_recorder.run.writer import Level, RunWriter, Snapshot

        run = os.path.join(self.folder, "run")
        writer = RunWriter(run)
        writer.open({"name": "run", "dataset": {"path": "x.npy", "rows": 2}, "classes": ["a"]}, [Level("l", "Relu6", (3,), 3)])
        snapshot = Snapshot(2.5, 7, np.arange(2), np.array([0, 1]), [np.zeros((2, 1), np.uint8)], label=np.array([0, 0]))
        writer.add(snapshot)
        with open(os.path.join(run, "apd-run.json"), encoding="utf-8") as stream:
            manifest = json.load(stream)
        self.assertEqual(manifest["snapshots"], [{"epoch": 2.5, "patterns": "patterns/epoch-0002.5.npz", "step": 7, "accuracy": 0.5}])
        self.assertEqual(manifest["classes"], ["a", "1"])
        self.assertEqual(manifest["layers"][0]["bits"], 2)
        with self.assertRaisesRegex(InputError, "is a run already"):
            RunWriter(run)
        writer.close()
        RunWriter(run, force=True).close()
        self.assertEqual(os.listdir(os.path.join(run, "patterns")), [])

    def test_locks(self):
        from apd_recorder.errors import InputError
        from apd_recorder.run.lock import LOCK_NAME, take_lock

        file = os.path.join(self.folder, LOCK_NAME)
        other = os.getppid()
        with open(file, "w", encoding="utf-8") as stream:
            json.dump({"pid": other, "host": __import__("socket").gethostname()}, stream)
        with self.assertRaisesRegex(InputError, f"process {other}"):
            take_lock(self.folder)
        with open(file, "w", encoding="utf-8") as stream:
            stream.write('{"pid": 4')
        release = take_lock(self.folder)
        release()
        self.assertEqual(os.listdir(self.folder), [])

    def test_the_variable_carries_all_options(self):
        from apd_recorder.options import Options, parse_variable, to_variable

        options = Options(out=os.path.join(self.folder, "a b"), every=3, limit=7, levels=["x.*"], initial=False, smooth=True, force=True, seed=2)
        self.assertEqual(parse_variable(to_variable(options)), options)
        self.assertIsNone(parse_variable("0"))
        self.assertEqual(parse_variable("1"), Options())

    def test_bad_usage(self):
        self.assertEqual(recorder(folder=self.folder).code, 2)
        gone = recorder("gone.py", folder=self.folder)
        self.assertEqual((gone.code, gone.out), (1, ""))
        self.assertEqual(gone.own_words(), ["apd: gone.py: cannot be read (No such file or directory)"])
        self.assertEqual(os.listdir(self.folder), [])

    def test_a_script_without_a_framework(self):
        path = os.path.join(self.folder, "script.py")
        with open(path, "w", encoding="utf-8") as stream:
            stream.write("import sys\nprint(__name__, sys.argv[1:], sys.stdin.read())\nsys.exit(5)\n")
        bare, recorded = python(path, "--out", "x", folder=self.folder), recorder(path, "--out", "x", folder=self.folder)
        self.assertEqual((recorded.code, recorded.out), (5, bare.out))
        self.assertEqual(recorded.err, "")

    @needs("torch")
    def test_damaged_safetensors(self):
        from apd_recorder.errors import InputError
        from apd_recorder.torch.checkpoints import read_safetensors

        file = os.path.join(self.folder, "a.safetensors")
        for content in (b"", b"12", struct.pack("<Q", 1 << 60), struct.pack("<Q", 4) + b"null"):
            with open(file, "wb") as stream:
                stream.write(content)
            with self.assertRaises(InputError):
                read_safetensors(file)
        header = json.dumps({"w": {"dtype": "F32", "shape": [1 << 40], "data_offsets": [0, 8]}}).encode()
        with open(file, "wb") as stream:
            stream.write(struct.pack("<Q", len(header)) + header + b"\0" * 8)
        with self.assertRaisesRegex(InputError, "w does not fit"):
            read_safetensors(file)

    @needs("torch")
    def test_replay(self):
        with open(os.path.join(self.folder, "mine.py"), "w", encoding="utf-8") as stream:
            stream.write(
                "import torch\n"
                "def model():\n    torch.manual_seed(0)\n    return torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2))\n"
                "def data():\n    return torch.randn(9, 2, generator=torch.Generator().manual_seed(1)), torch.zeros(9, dtype=torch.long)\n"
                "if __name__ == '__main__':\n"
                "    for epoch in (10, 9):\n"
                "        torch.save({'state_dict': {'module.' + k: v * epoch for k, v in model().state_dict().items()}}, f'epoch_{epoch}.ckpt')\n"
            )
        self.assertEqual(python("mine.py", folder=self.folder).code, 0)
        functions = ("--model", "mine:model", "--data", "mine.py:data")
        done = recorder("replay", *functions, "--out", "run", "epoch_10.ckpt", "epoch_9.ckpt", folder=self.folder)
        self.assertEqual(done.code, 0, done.err)
        from .support import Run

        self.assertEqual(Run(os.path.join(self.folder, "run")).epochs(), [9, 10])
        wrong = recorder("replay", *functions, "--out", "other", "mine.py", folder=self.folder)
        self.assertEqual(wrong.code, 1)
        self.assertIn("mine.py: ", wrong.own_words()[0])

    @needs("torch")
    def test_the_variable_records_a_python_that_others_start(self):
        from apd_recorder.launch import SITE_FOLDER

        path = os.path.join(self.folder, "train.py")
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(
                "import torch\nmodel = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2))\n"
                "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\nx = torch.randn(8, 2)\n"
                "for _ in range(3):\n    optimizer.zero_grad(); model(x).square().sum().backward(); optimizer.step()\n"
            )
        from .support import SOURCE, Run

        variables = {"PYTHONPATH": os.pathsep.join([SITE_FOLDER, SOURCE])}
        done = python(path, folder=self.folder, APD_RECORD="--out run", **variables)
        self.assertEqual((done.code, done.out), (0, ""), done.err)
        self.assertEqual(Run(os.path.join(self.folder, "run")).epochs(), [0, 1, 2, 3])
        other = python(path, folder=self.folder, APD_RECORD="--out rank1", RANK="1", **variables)
        self.assertEqual((other.code, os.path.exists(os.path.join(self.folder, "rank1"))), (0, False))


