"""Keras: ordinary scripts on each backend, and the ways in which models are fitted."""

import os
import subprocess
import sys

import numpy as np

from .support import HERE, SOURCE, Run, ScriptCase, load, missing, needs, python, recorder, script

QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
#: Keras 2 beside a newer Keras.
LEGACY = "import tf_keras as keras\nfrom tf_keras import layers\n"
CURRENT = "import keras\nfrom keras import layers\n"
DATA = """
import sys
import numpy as np
generator = np.random.default_rng(0)
x = generator.normal(size=(90, 6)).astype("float32")
y = (x[:, 0] > 0).astype("int32") + (x[:, 1] > 0.5)
keras.utils.set_random_seed(1)
def mlp(last=None):
    return keras.Sequential([layers.Input((6,)), layers.Dense(12, activation="relu"), layers.Dense(8), layers.ReLU(), layers.Dense(3, activation=last)])
def compiled(model, **options):
    model.compile(keras.optimizers.SGD(0.1), keras.losses.SparseCategoricalCrossentropy(from_logits=True), **options)
    return model
def done(model):
    np.savez(sys.argv[1], *model.get_weights())
    print("drawn", np.random.rand())
"""


class KerasCase(ScriptCase):
    """Weights are in ``.npz`` files."""

    def weights(self, name):
        with np.load(os.path.join(self.folder, f"{name}.npz")) as file:
            return {key: file[key] for key in file.files}

    def same_weights(self, a, b):
        self.assertEqual(list(a), list(b))
        self.assertTrue(a)
        for name in a:
            np.testing.assert_array_equal(a[name], b[name], err_msg=name)

    def compare(self, path, *options, arguments=(), before=(), code=None, **variables):
        bare = python(*before, path, "bare.pt", *arguments, folder=self.folder, **QUIET, **variables)
        recorded = recorder("--out", "run", *options, *before, path, "recorded.pt", *arguments, folder=self.folder, **QUIET, **variables)
        self.assertEqual(recorded.out, bare.out, recorded.err)
        self.assertEqual(recorded.code, bare.code, recorded.err)
        self.assertEqual(bare.code, code or 0, bare.err)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "run", "recorder.log")), recorded.err)
        self.same_weights(self.weights("bare.pt"), self.weights("recorded.pt"))
        self.assertEqual(self.leftovers(), [])
        return recorded

    def reference(self, path, backend):
        environment = {**os.environ, **QUIET, "KERAS_BACKEND": backend, "OMP_NUM_THREADS": "2"}
        files = [os.path.join(self.folder, name) for name in ("recorded.pt.npz", os.path.join("run", "inputs.npz"), "expected.npz")]
        words = [sys.executable, "-m", "tests.keras_reference", path, *files]
        done = subprocess.run(words, cwd=os.path.dirname(HERE), env=environment, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        with np.load(os.path.join(self.folder, "expected.npz")) as file:
            return {name: file[name] for name in file.files}

    def check(self, run, expected, index):
        arrays = run.arrays()
        self.assertEqual(len(run.levels), sum(name.startswith("l") for name in expected))
        for level in range(len(run.levels)):
            np.testing.assert_array_equal(arrays[f"l{level}"], expected[f"l{level}"][index], err_msg=run.levels[level]["name"])
        np.testing.assert_array_equal(arrays["output"], expected["scores"].argmax(1)[index])
        return arrays


@needs("keras", "sklearn")
class KerasScripts(KerasCase):
    def check_arrays(self, backend):
        from sklearn.datasets import load_digits

        path = script("kerasFitArrays")
        self.compare(path, KERAS_BACKEND=backend)
        run = self.run_of()
        self.assertEqual(run.epochs(), [0, 1, 2, 3])
        self.assertEqual([entry["step"] for entry in run.snapshots], [0, 23, 46, 69])
        self.assertEqual([level["name"] for level in run.levels], ["conv2d", "leaky_re_lu", "activation"])
        self.assertEqual(run.manifest["splits"], [{"name": "train", "instances": 1437}, {"name": "validation", "instances": 360}])
        arrays = self.check(run, self.reference(path, backend), np.arange(1797))
        np.testing.assert_array_equal(arrays["instance"], np.arange(1797))
        np.testing.assert_array_equal(arrays["label"], load_digits().target)
        np.testing.assert_array_equal(arrays["split"], (np.arange(1797) >= 1437).astype(np.uint8))
        self.assertEqual(np.load(os.path.join(run.folder, "inputs.npy")).shape, (1797, 8, 8, 1))
        self.assertTrue(((arrays["confidence"] > 0.1) & (arrays["confidence"] <= 1)).all())
        np.testing.assert_array_equal(arrays["margin"] > 0, arrays["output"] == arrays["label"])
        self.assertIn("val_loss", run.log()[-1])

    @needs("tensorflow")
    def test_arrays_on_tensorflow(self):
        self.check_arrays("tensorflow")

    @needs("torch")
    def test_arrays_on_torch(self):
        self.check_arrays("torch")

    @needs("jax")
    def test_arrays_on_jax(self):
        self.check_arrays("jax")

    @needs("tensorflow")
    def test_tfdata(self):
        path = script("kerasFitTfdata")
        self.compare(path, KERAS_BACKEND="tensorflow")
        run = self.run_of()
        self.assertEqual(run.epochs(), [0, 1, 2, 3, 4])
        self.assertEqual([level["name"] for level in run.levels], ["a", "b", "residual.relu", "residual.dense_2", "six"])
        self.assertEqual([level["pieces"] for level in run.levels], [2, 2, 2, 2, 3])
        expected = self.reference(path, "tensorflow")
        arrays = self.check(run, expected, np.arange(178))
        self.assertEqual(arrays["instance"].tolist(), list(range(178)))
        with np.load(os.path.join(run.folder, "inputs.npz")) as inputs:
            self.assertEqual(sorted(inputs.files), ["chemistry", "colour"])
            rows = np.concatenate([inputs["chemistry"], inputs["colour"]], axis=1)
        # Each row is in the dataset once, and its label with it.
        whole, labels = load(path).load_data()
        label = {row.tobytes(): own for row, own in zip(whole, labels)}
        self.assertEqual(arrays["label"].tolist(), [label[row.tobytes()] for row in rows])


@needs("keras")
class KerasFits(KerasCase):
    kind = CURRENT
    #: Variables that choose the backend.
    backend = {}

    def fits(self, text, *options, **variables):
        """Compares a small script; the recorded outcome and its run."""
        path = self.write("train.py", self.kind + DATA + text)
        recorded = self.compare(path, *options, **variables)
        return recorded, self.run_of() if os.path.exists(os.path.join(self.folder, "run", "apd-run.json")) else None

    def test_generators(self):
        _, run = self.fits(
            "def batches():\n    while True:\n        for at in range(0, 90, 30):\n            yield x[at:at + 30], y[at:at + 30]\n"
            "model = compiled(mlp())\nmodel.fit(batches(), steps_per_epoch=3, epochs=3, verbose=0)\ndone(model)\n"
        )
        self.assertEqual(run.epochs(), [0, 1, 2, 3])
        kept = np.load(os.path.join(run.folder, "inputs.npy"))
        np.testing.assert_array_equal(np.sort(kept, axis=0), np.sort(np.random.default_rng(0).normal(size=(90, 6)).astype("float32"), axis=0))
        self.assertTrue(run.manifest["labelled"])

    def test_datasets_that_are_read_by_index(self):
        base = "keras.utils.Sequence" if self.kind == LEGACY else "keras.utils.PyDataset"
        _, run = self.fits(
            f"class Data({base}):\n    def __len__(self):\n        return 3\n"
            "    def __getitem__(self, at):\n        return x[at * 30:at * 30 + 30], y[at * 30:at * 30 + 30]\n"
            "model = compiled(mlp())\nmodel.fit(Data(), epochs=2, verbose=0)\ndone(model)\n"
        )
        self.assertEqual(run.epochs(), [0, 1, 2])
        np.testing.assert_array_equal(np.load(os.path.join(run.folder, "inputs.npy")), np.random.default_rng(0).normal(size=(90, 6)).astype("float32"))

    def test_models_of_a_class_of_its_own(self):
        _, run = self.fits(
            "class Net(keras.Model):\n"
            "    def __init__(self):\n        super().__init__()\n        self.body, self.drop, self.head = layers.Dense(9), layers.Dropout(0.3), layers.Dense(3)\n"
            "        self.act = layers.ReLU()\n"
            "    def call(self, x, training=False):\n        x = self.act(self.body(x))\n        return self.head(self.act(self.drop(x, training=training) - 0.1))\n"
            "model = compiled(Net())\nmodel.fit(x, y, epochs=2, batch_size=20, verbose=0)\ndone(model)\n"
        )
        # TensorFlow makes the weights of such a model in its first step: there are no initial ones to be recorded.
        self.assertEqual([epoch for epoch in run.epochs() if epoch > 0], [1, 2])
        self.assertEqual([level["units"] for level in run.levels], [9, 9])

    def test_several_fits_and_models(self):
        recorded, run = self.fits(
            "first = compiled(mlp())\nfirst.fit(x, y, epochs=2, verbose=0)\nfirst.fit(x, y, epochs=3, initial_epoch=2, verbose=0)\n"
            "second = compiled(mlp())\nsecond.fit(x=x, y=y, verbose=0, callbacks=keras.callbacks.CallbackList([], add_history=True, model=second))\ndone(second)\n"
        )
        self.assertEqual(run.epochs(), [0, 1, 2, 3], recorded.err)
        self.assertEqual(Run(os.path.join(self.folder, "run", "second")).epochs(), [0, 1])

    def test_every_so_many_steps(self):
        _, run = self.fits("model = compiled(mlp())\nmodel.fit(x, y, batch_size=10, epochs=2, verbose=0)\ndone(model)\n", "--every", "6")
        self.assertEqual([entry["step"] for entry in run.snapshots], [0, 6, 12, 18])

    def test_callbacks_that_break_off(self):
        text = (
            "class Stop(keras.callbacks.Callback):\n    def on_train_batch_end(self, batch, logs=None):\n"
            "        if int(self.model.optimizer.iterations) == 13:\n            done(self.model)\n            raise RuntimeError('enough')\n"
            "model = compiled(mlp())\nmodel.fit(x, y, batch_size=10, epochs=3, verbose=0, callbacks=[Stop()])\n"
        )
        path = self.write("train.py", self.kind + DATA + text)
        recorded = self.compare(path, code=1)
        self.assertIn("RuntimeError: enough", recorded.err)
        self.assertEqual(self.run_of().epochs(), [0, 1, 1.44])

    def test_regularizers_and_other_computations_are_no_levels(self):
        _, run = self.fits(
            "model = compiled(keras.Sequential([layers.Input((6,)), layers.Dense(8, activation='relu', activity_regularizer='l1'), layers.Dense(8, activation='tanh'),"
            " layers.LayerNormalization(), layers.Dense(5, activation='gelu'), layers.Dense(3)]))\n"
            "model.fit(x, y, epochs=1, verbose=0)\ndone(model)\n"
        )
        self.assertEqual([level["units"] for level in run.levels], [8])

    def test_models_without_an_activation(self):
        recorded, run = self.fits("model = compiled(keras.Sequential([layers.Input((6,)), layers.Dense(3)]))\nmodel.fit(x, y, verbose=0)\ndone(model)\n")
        self.assertIsNone(run)
        self.assertEqual(recorded.err.count("applies no activation"), 1)

    def test_the_limit(self):
        _, run = self.fits("model = compiled(mlp('softmax'))\nmodel.fit(x, y, epochs=1, verbose=0)\ndone(model)\n", "--limit", "25")
        self.assertEqual(run.manifest["dataset"]["rows"], 25)
        self.assertEqual(len(run.arrays()["label"]), 25)

    def test_the_callback_given_by_hand(self):
        own = "from apd_recorder.keras.recorder import RecordPatterns\ncallbacks = [RecordPatterns(x, y, out='run', classes=['a', 'b', 'c'])]\n"
        run = self.by_hand(own, "model.fit(x, y, batch_size=20, epochs=2, verbose=0, callbacks=callbacks)\n", "callbacks = []\n")
        self.assertEqual(run.epochs(), [0, 1, 2])
        self.assertEqual([entry["step"] for entry in run.snapshots], [0, 5, 10])
        self.assertEqual(run.manifest["classes"], ["a", "b", "c"])
        self.assertIn("loss", run.log()[-1])

    def test_loops_of_ones_own(self):
        own = "from apd_recorder.keras.recorder import Recorder\nrecorder = Recorder(model, x, y, out='run')\nsnapshot = recorder.snapshot\nimport atexit\natexit.register(recorder.close)\n"
        loop = (
            "snapshot(0)\nfor epoch in (1, 2):\n    for at in range(0, 90, 30):\n        model.train_on_batch(x[at:at + 30], y[at:at + 30])\n"
            "    snapshot(epoch)\n"
        )
        run = self.by_hand(own, loop, "snapshot = print\n")
        self.assertEqual(run.epochs(), [0, 1, 2])
        np.testing.assert_array_equal(run.arrays()["instance"], np.arange(90))

    def by_hand(self, own, training, bare):
        """Compares a script that uses the recorder with the same one without it, and its last patterns with those of NumPy."""
        for name, extra in (("bare", bare), ("own", own)):
            text = self.kind + DATA + "model = compiled(mlp())\n" + extra + training + "done(model)\n"
            variables = {**QUIET, **self.backend, "PYTHONPATH": SOURCE}
            outcome = python(self.write(f"{name}.py", text), f"{name}.pt", folder=self.folder, **variables)
            self.assertEqual(outcome.code, 0, outcome.err)
        weights = self.weights("own.pt")
        self.same_weights(self.weights("bare.pt"), weights)
        run = self.run_of()
        kernel, bias, second, second_bias = (weights[f"arr_{at}"] for at in range(4))
        z = np.random.default_rng(0).normal(size=(90, 6)).astype("float32") @ kernel + bias
        for level, expected in enumerate((z, np.maximum(z, 0) @ second + second_bias)):
            units = run.levels[level]["units"]
            found = np.unpackbits(run.arrays()[f"l{level}"], axis=1)[:, :units] == 1
            # Another order of additions decides only what is next to nothing.
            clear = abs(expected) > 1e-4
            self.assertGreater(clear.mean(), 0.9)
            np.testing.assert_array_equal(found[clear], (expected > 0)[clear])
        self.assertEqual(self.leftovers(), [])
        return run


@needs("torch")
class KerasFitsOnTorch(KerasFits):
    backend = {"KERAS_BACKEND": "torch"}

    def compare(self, path, *options, **named):
        return super().compare(path, *options, **self.backend, **named)

    def test_loaders_of_pytorch(self):
        _, run = self.fits(
            "import torch\nloader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.tensor(x), torch.tensor(y)), 30)\n"
            "model = compiled(mlp())\nmodel.fit(loader, epochs=2, verbose=0)\ndone(model)\n"
        )
        self.assertEqual(run.epochs(), [0, 1, 2])
        self.assertEqual(run.manifest["dataset"]["rows"], 90)


@needs("jax")
class KerasFitsOnJax(KerasFits):
    backend = {"KERAS_BACKEND": "jax"}

    def compare(self, path, *options, **named):
        return super().compare(path, *options, **self.backend, **named)


@needs("tf_keras")
class KerasFitsOfKeras2(KerasFits):
    kind = LEGACY
