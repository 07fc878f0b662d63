"""Ways in which loops, loaders and models differ: each is trained bare and recorded, in this process."""

import contextlib
import io
import os
import tempfile
import unittest
import unittest.mock

import numpy as np

from .support import Run, missing, needs

if not missing("torch"):
    import torch
    import torch.nn as nn
    import torch.nn.functional as F
    from torch.utils.data import DataLoader, IterableDataset, RandomSampler, TensorDataset


def data(rows=90, columns=5, classes=3):
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(rows, columns, generator=generator)
    return x, (x[:, 0] > 0).long() + (x[:, 1] > 0.5).long() * (classes > 2)


def mlp(columns=5, classes=3):
    return nn.Sequential(nn.Linear(columns, 12), nn.ReLU(), nn.Linear(12, 7), nn.ReLU(), nn.Linear(7, classes))


def fit(model, loader, epochs=2, call=None):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(epochs):
        for x, y in loader:
            optimizer.zero_grad()
            loss = F.cross_entropy((call or model)(x), y)
            loss.backward()
            optimizer.step()
    return model


class Shown(IterableDataset if not missing("torch") else object):
    """Instances one after the other, without numbers."""

    def __init__(self, x, y):
        self.x, self.y = x, y

    def __iter__(self):
        return iter(zip(self.x, self.y))


@needs("torch")
class Variations(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.words = ""

    def record(self, train, **options):
        """Trains bare and recorded, checks that the weights are the same to the bit, and gives the recorded model."""
        from apd_recorder.options import Options
        from apd_recorder.torch.session import Session

        torch.manual_seed(5)
        np.random.seed(5)
        bare = train()
        after = torch.rand(3), np.random.rand()
        torch.manual_seed(5)
        np.random.seed(5)
        session = Session(Options(out=os.path.join(self.folder, "run"), **options))
        said = io.StringIO()
        with unittest.mock.patch("sys.__stderr__", said):
            session.start()
            try:
                model = train()
            finally:
                session.finish()
        self.words = said.getvalue()
        self.assertTrue(torch.equal(torch.rand(3), after[0]), "PyTorch's random numbers")
        self.assertEqual(np.random.rand(), after[1], "NumPy's random numbers")
        for a, b in zip(bare.state_dict().values(), model.state_dict().values()):
            self.assertTrue(torch.equal(a, b))
        self.assertNotIn("has failed", self.words)
        return model

    def run_of(self, name="run"):
        return Run(os.path.join(self.folder, name))

    def check(self, model, *x, labels=None, rows=None, name="run"):
        """The last snapshot is that of the weights, joined by the dataset's index."""
        from .reference import patterns

        expected, _ = patterns(model, *x)
        run = self.run_of(name)
        arrays = run.arrays()
        index = arrays["instance"]
        if rows is not None:
            self.assertEqual(index.tolist(), list(rows))
        self.assertEqual(len(run.levels), len(expected))
        for level, packed in enumerate(expected):
            np.testing.assert_array_equal(arrays[f"l{level}"], packed[index], err_msg=run.levels[level]["name"])
        if labels is not None:
            np.testing.assert_array_equal(arrays["label"], labels.numpy()[index])
        return run

    def test_sampler_with_replacement(self):
        x, y = data()
        sampler = lambda: RandomSampler(TensorDataset(x, y), replacement=True, num_samples=60)
        model = self.record(lambda: fit(mlp(), DataLoader(TensorDataset(x, y), 16, sampler=sampler())))
        self.assertEqual(self.check(model, x, labels=y).epochs(), [0, 1, 2])

    def test_batches_that_overtake_each_other(self):
        if missing("torch") or int(torch.__version__.split(".")[0]) < 2:
            self.skipTest("this PyTorch has no in_order")
        x, y = data()
        make = lambda: DataLoader(TensorDataset(x, y), 8, num_workers=2, in_order=False, sampler=range(90))
        from apd_recorder.options import Options
        from apd_recorder.torch.session import Session

        session = Session(Options(out=os.path.join(self.folder, "run")))
        with unittest.mock.patch("sys.__stderr__", io.StringIO()):
            session.start()
            model = fit(mlp(), make())
            session.finish()
        self.check(model, x, labels=y, rows=range(90))

    def test_persistent_workers_and_dropped_rows(self):
        x, y = data()
        loader = lambda: DataLoader(TensorDataset(x, y), 16, shuffle=True, drop_last=True, num_workers=1, persistent_workers=True)
        model = self.record(lambda: fit(mlp(), loader(), epochs=3))
        run = self.check(model, x, labels=y)
        self.assertEqual(run.epochs(), [0, 1, 2, 3])
        self.assertEqual(run.manifest["dataset"]["rows"], 80)

    def test_sampler_of_batches(self):
        x, y = data()

        class Rows:
            def __len__(self):
                return len(x)

            def __getitem__(self, index):
                return x[index], y[index]

        batches = [list(range(start, min(start + 20, 90))) for start in range(0, 90, 20)]
        model = self.record(lambda: fit(mlp(), DataLoader(Rows(), batch_size=None, sampler=batches)))
        self.check(model, x, labels=y, rows=range(90))

    def test_rows_without_numbers(self):
        x, y = data()
        model = self.record(lambda: fit(mlp(), DataLoader(Shown(x, y), 16)))
        self.assertEqual(self.check(model, x, labels=y, rows=range(90)).epochs(), [0, 1, 2])

    def test_slices_without_a_loader(self):
        x, y = data()

        def train():
            model, criterion = mlp(), nn.CrossEntropyLoss()
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            for _ in range(4):
                for start in range(0, 90, 30):
                    optimizer.zero_grad()
                    criterion(model(x[start : start + 30]), y[start : start + 30]).backward()
                    optimizer.step()
            return model

        model = self.record(train)
        self.assertEqual(self.check(model, x, labels=y, rows=range(90)).epochs(), [0, 1, 2, 3, 4])

    def test_shuffled_slices_without_a_loader(self):
        x, y = data()

        def train():
            model = mlp()
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            for _ in range(3):
                for index in torch.randperm(90).split(32):
                    optimizer.zero_grad()
                    F.cross_entropy(model(x[index]), y[index]).backward()
                    optimizer.step()
            return model

        self.record(train)
        run = self.run_of()
        self.assertEqual(run.epochs(), [0, 1, 2, 3])
        self.assertEqual(run.manifest["dataset"]["rows"], 90)
        self.assertTrue(run.manifest["labelled"])

    def test_closures(self):
        x, y = data()

        def train():
            model = mlp()
            optimizer = torch.optim.LBFGS(model.parameters(), max_iter=4)

            def closure():
                optimizer.zero_grad()
                loss = F.cross_entropy(model(x), y)
                loss.backward()
                return loss

            for _ in range(3):
                optimizer.step(closure)
            return model

        model = self.record(train)
        self.assertEqual(self.check(model, x, labels=y, rows=range(90)).epochs(), [0, 1, 2, 3])

    def test_batches_cut_into_parts(self):
        x, y = data()

        def train():
            model = mlp()
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            for _ in range(2):
                for xb, yb in DataLoader(TensorDataset(x, y), 30, shuffle=True):
                    optimizer.zero_grad()
                    for xs, ys in zip(xb.chunk(3), yb.chunk(3)):
                        (F.cross_entropy(model(xs), ys) / 3).backward()
                    optimizer.step()
            return model

        model = self.record(train)
        self.assertEqual(self.check(model, x, labels=y, rows=range(90)).epochs(), [0, 1, 2])

    def test_loader_driven_by_hand(self):
        x, y = data()

        def train():
            model = mlp()
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            loader = DataLoader(TensorDataset(x, y), 30, shuffle=True)
            iterator = iter(loader)
            for _ in range(9):
                try:
                    xb, yb = next(iterator)
                except StopIteration:
                    iterator = iter(loader)
                    xb, yb = next(iterator)
                optimizer.zero_grad()
                F.cross_entropy(model(xb), yb).backward()
                optimizer.step()
            return model

        model = self.record(train)
        self.assertEqual(self.check(model, x, labels=y, rows=range(90)).epochs(), [0, 1, 2, 3])

    def test_epochs_that_are_cut_short(self):
        x, y = data()

        def train():
            model = mlp()
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            loader = DataLoader(TensorDataset(x, y), 10)
            for _ in range(3):
                for index, (xb, yb) in enumerate(loader):
                    if index == 4:
                        break
                    optimizer.zero_grad()
                    F.cross_entropy(model(xb), yb).backward()
                    optimizer.step()
            return model

        model = self.record(train)
        run = self.check(model, x, labels=y, rows=range(40))
        self.assertEqual(len(run.snapshots), 4)

    def test_batches_that_are_skipped(self):
        x, y = data()

        def train():
            model = mlp()
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            for _ in range(2):
                for index, (xb, yb) in enumerate(DataLoader(TensorDataset(x, y), 10)):
                    if index % 3 == 1:
                        continue
                    optimizer.zero_grad()
                    F.cross_entropy(model(xb), yb).backward()
                    optimizer.step()
            return model

        model = self.record(train)
        rows = [row for row in range(90) if row // 10 % 3 != 1]
        self.assertEqual(self.check(model, x, labels=y, rows=rows).epochs(), [0, 1, 2])

    def test_inputs_that_are_changed_on_the_way(self):
        x, y = data()
        model = self.record(lambda: fit(m := mlp(), DataLoader(TensorDataset(x, y), 16, shuffle=True), call=lambda b: m((b - 0.5) * 2)))
        self.check(model, (x - 0.5) * 2, labels=y, rows=range(90))

    def test_validation_within_the_epoch(self):
        x, y = data()

        def train():
            model = mlp()
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            for _ in range(2):
                for index, (xb, yb) in enumerate(DataLoader(TensorDataset(x[:60], y[:60]), 20, shuffle=True)):
                    optimizer.zero_grad()
                    F.cross_entropy(model(xb), yb).backward()
                    optimizer.step()
                    if index == 1:
                        model.eval()
                        with torch.no_grad():
                            for xv, yv in DataLoader(TensorDataset(x[60:], y[60:]), 20):
                                model(xv)
                        model.train()
            return model

        model = self.record(train)
        run = self.check(model, x, labels=y, rows=range(90))
        self.assertEqual(run.epochs(), [0, 1, 2])
        self.assertEqual([split["instances"] for split in run.manifest["splits"]], [60, 30])

    def test_two_models_one_after_the_other(self):
        x, y = data()

        def train():
            fit(mlp(), DataLoader(TensorDataset(x, y), 30))
            return fit(mlp(), DataLoader(TensorDataset(x, y), 30), epochs=3)

        model = self.record(train)
        self.assertEqual(self.run_of().epochs(), [0, 1, 2])
        self.assertEqual(self.check(model, x, labels=y, name="run/Sequential").epochs(), [0, 1, 2, 3])

    def test_activations_of_all_kinds(self):
        x, y = data()

        class Own(torch.autograd.Function):
            @staticmethod
            def forward(context, z):
                context.save_for_backward(z)
                return z.clamp(min=0)

            @staticmethod
            def backward(context, gradient):
                return gradient * (context.saved_tensors[0] > 0)

        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.layers = nn.ModuleList([nn.Linear(5, 5) for _ in range(8)])
                self.act = nn.Hardsigmoid()

            def forward(self, x):
                z = [layer(x) for layer in self.layers]
                self.z = z
                return (
                    Own.apply(z[0])
                    + torch.where(z[1] > 0, z[1], 0.1 * z[1])
                    + torch.maximum(z[2], torch.zeros(1))
                    + z[3] * (z[3] > 0)
                    + z[4].abs()
                    + self.act(z[5])
                    + F.threshold(z[6], 0.2, 0.0)
                    + F.relu6(z[7])
                    + x.abs().clamp(min=1e-8).sum(1, keepdim=True)
                )

        self.record(lambda: fit(Net(), DataLoader(TensorDataset(x, y), 30)))
        run = self.run_of()
        kinds = [(level["activation"], level["pieces"]) for level in run.levels]
        expected = [("Clip", 2), ("Where", 2), ("Relu", 2), ("Relu", 2), ("Abs", 2), ("HardSigmoid", 3), ("ThresholdedRelu", 2), ("Relu6", 3)]
        self.assertEqual([("Relu", 2), *expected[1:]], kinds[:8])
        self.assertEqual(run.levels[5]["name"], "act")

    def test_smooth_activations(self):
        x, y = data()
        make = lambda: nn.Sequential(nn.Linear(5, 6), nn.GELU(), nn.Linear(6, 6), nn.ReLU(), nn.Linear(6, 3))
        self.record(lambda: fit(make(), DataLoader(TensorDataset(x, y), 30)))
        self.assertEqual(len(self.run_of().levels), 1)
        self.assertIn("--smooth sign", self.words)

    def test_signs_of_smooth_activations(self):
        x, y = data()
        make = lambda: nn.Sequential(nn.Linear(5, 6), nn.GELU(), nn.Linear(6, 3))
        model = self.record(lambda: fit(make(), DataLoader(TensorDataset(x, y), 30)), smooth=True)
        run = self.run_of()
        self.assertEqual(run.levels[0]["activation"], "Gelu (sign of a smooth activation)")
        with torch.no_grad():
            np.testing.assert_array_equal(run.arrays()["l0"], np.packbits(model[0](x).numpy() > 0, axis=1))

    def test_levels_that_are_asked_for(self):
        x, y = data()
        self.record(lambda: fit(mlp(), DataLoader(TensorDataset(x, y), 30)), levels=["relu_3"])
        self.assertEqual([level["name"] for level in self.run_of().levels], ["relu_3"])

    def test_transformer_encoders(self):
        for batch_first in (True, False):
            with self.subTest(batch_first=batch_first):
                self.folder = tempfile.mkdtemp(dir=self.folder)
                x = torch.randn(40, 6, 8, generator=torch.Generator().manual_seed(0))
                y = (x[:, 0, 0] > 0).long()

                class Net(nn.Module):
                    def __init__(self):
                        super().__init__()
                        layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.1, batch_first=batch_first)
                        self.encoder = nn.TransformerEncoder(layer, 2)
                        self.head = nn.Linear(8, 2)

                    def forward(self, x):
                        return self.head(self.encoder(x).mean(1 if batch_first else 0))

                turn = (lambda b: b) if batch_first else (lambda b: b.transpose(0, 1))
                model = self.record(lambda: fit(m := Net(), DataLoader(TensorDataset(x, y), 10), call=lambda b: m(turn(b))))
                run = self.run_of()
                self.assertEqual([level["shape"] for level in run.levels], [[6, 16], [6, 16]])
                self.assertTrue(run.manifest["labelled"])
                self.assertEqual(run.arrays()["instance"].tolist(), list(range(40)))
                self.assertTrue(model.training)

    def test_sequences_of_other_lengths(self):
        generator = torch.Generator().manual_seed(0)
        rows = [(torch.randint(1, 20, (int(n),), generator=generator), int(n) % 2) for n in torch.randint(3, 9, (50,), generator=generator)]

        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.embed = nn.Embedding(20, 6, padding_idx=0)
                self.body = nn.Linear(6, 8)
                self.head = nn.Linear(8, 2)

            def forward(self, ids, lengths):
                return self.head(F.relu(self.body(self.embed(ids).sum(1) / lengths[:, None])))

        def collate(batch):
            ids = nn.utils.rnn.pad_sequence([ids for ids, _ in batch], batch_first=True)
            return ids, torch.tensor([len(ids) for ids, _ in batch]), torch.tensor([label for _, label in batch])

        def train():
            model = Net()
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            for _ in range(2):
                for ids, lengths, labels in DataLoader(rows, 8, shuffle=True, collate_fn=collate):
                    optimizer.zero_grad()
                    F.cross_entropy(model(ids, lengths), labels).backward()
                    optimizer.step()
            return model

        model = self.record(train)
        ids, lengths, labels = collate(rows)
        self.check(model, ids, lengths, labels=labels, rows=range(50))

    def test_a_script_that_watches_its_model(self):
        x, y = data()
        seen = []

        class Counting(nn.Module):
            def __init__(self):
                super().__init__()
                self.net, self.calls, self.history = mlp(), 0, []
                self.register_buffer("count", torch.zeros(()))

            def forward(self, x):
                self.calls += 1
                self.history.append(len(x))
                self.count += 1
                print("called")
                return self.net(x)

        def train():
            model = Counting()
            model.net[1].register_forward_hook(lambda *_: seen.append(1))
            model.net[1].eval()
            fit(model, DataLoader(TensorDataset(x, y), 30))
            self.assertEqual((model.calls, model.history, model.training, model.net[1].training), (6, [30] * 6, True, False))
            return model

        with contextlib.redirect_stdout(io.StringIO()) as printed:
            self.record(train)
        self.assertEqual(len(seen), 12)
        self.assertEqual(printed.getvalue(), "called\n" * 12)

    def test_more_instances_than_the_limit(self):
        x, y = data()
        model = self.record(lambda: fit(mlp(), DataLoader(TensorDataset(x, y), 16, shuffle=True)), limit=25)
        first = self.check(model, x, labels=y).arrays()["instance"].tolist()
        self.assertEqual(len(first), 25)
        self.folder = tempfile.mkdtemp(dir=self.folder)
        self.record(lambda: fit(mlp(), DataLoader(TensorDataset(x, y), 7)), limit=25)
        self.assertEqual(self.run_of().arrays()["instance"].tolist(), first)

    def test_nothing_to_record(self):
        x, y = data()
        self.record(lambda: fit(nn.Linear(5, 3), DataLoader(TensorDataset(x, y), 30)))
        self.assertEqual(self.words.count("no activation"), 1)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "run")))

    def test_numbers_that_are_not_finite(self):
        x, y = data()

        def train():
            model = fit(mlp(), DataLoader(TensorDataset(x, y), 30))
            optimizer = torch.optim.SGD(model.parameters(), lr=float("inf"))
            for xb, yb in DataLoader(TensorDataset(x, y), 90):
                F.cross_entropy(model(xb), yb).backward()
                optimizer.step()
            return model

        with self.assertRaises(AssertionError):
            # NaN is not equal to NaN; what is told is looked at all the same.
            self.record(train)
        self.assertIn("has NaN or an infinity at instance", self.words)

    def test_a_fault_of_the_recorder(self):
        x, y = data()
        from apd_recorder.torch import passes

        def broken(*_):
            raise ZeroDivisionError("broken on purpose")

        with unittest.mock.patch.object(passes, "pack", broken), self.assertRaises(AssertionError):
            self.record(lambda: fit(mlp(), DataLoader(TensorDataset(x, y), 30), epochs=3))
        self.assertEqual(self.words.count("has failed"), 1)
        with open(os.path.join(self.folder, "run", "recorder.log"), encoding="utf-8") as stream:
            self.assertIn("broken on purpose", stream.read())
        self.assertNotIn("_apd", str(vars(nn.Module)))

    def test_everything_is_put_back(self):
        before = (nn.Module.__call__, DataLoader.__iter__, torch.Tensor.backward, torch.optim.Adam.step, torch.optim.Optimizer.__init__)
        x, y = data()
        self.record(lambda: fit(mlp(), DataLoader(TensorDataset(x, y), 30)))
        after = (nn.Module.__call__, DataLoader.__iter__, torch.Tensor.backward, torch.optim.Adam.step, torch.optim.Optimizer.__init__)
        self.assertEqual([getattr(f, "__wrapped__", None) is None or f in before for f in after], [True] * 5)
