"""
What recording costs, beside what exporting costs: ``python recorder/bench/cost.py [--rows 20000]``.

Prints, for the paper's network (784-32×5-10) and a small CNN on random images: an epoch bare, an epoch listened to, a snapshot
of 10,000 instances against the model's own forward pass of them, the memory of the probe set, and ``torch.onnx.export``.
"""

import argparse
import contextlib
import io
import os
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "src"))

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

from apd_recorder.options import Options
from apd_recorder.torch.session import Session


def paper():
    layers = [nn.Flatten(), nn.Linear(784, 32), nn.ReLU()]
    for _ in range(4):
        layers += [nn.Linear(32, 32), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(32, 10))


def cnn():
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10),
    )  # fmt: skip


def epoch(model, optimizer, loader):
    begun = time.process_time()
    for x, y in loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
    return time.process_time() - begun


def measure(name, make, data, epochs):
    """One recorded training; processor time, so that what else the machine does counts little, and the best of several."""
    torch.manual_seed(0)
    loader = DataLoader(data, batch_size=64, shuffle=True)
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()):
        session = Session(Options(out=os.path.join(folder, "run")))
        sys.__stderr__, stderr = io.StringIO(), sys.__stderr__
        spent, write = [], session._write

        def timed_write(*given):
            begun = time.process_time()
            write(*given)
            spent.append(time.process_time() - begun)

        session._write = timed_write
        session.start()
        model = make()
        optimizer = torch.optim.Adam(model.parameters())
        times = []
        for _ in range(epochs):
            before = sum(spent)
            times.append(epoch(model, optimizer, loader) - (sum(spent) - before))
        share = listening(session, model, optimizer, loader) * len(loader) / min(times[1:])
        recorded = session.candidates.all[0]
        runner = session._runs[recorded.number]._runner
        probes = runner.probes
        forwards, takes = [], []
        model.eval()
        for _ in range(7):
            begun = time.process_time()
            with torch.no_grad():
                for start in range(0, len(probes), runner.batch_rows()):
                    args, kwargs = probes.arguments(start, start + runner.batch_rows(), torch.device("cpu"))
                    model(*args, **kwargs)
            forwards.append(time.process_time() - begun)
            begun = time.process_time()
            runner.take()
            takes.append(time.process_time() - begun)
        session.finish()
        sys.__stderr__ = stderr
        export = exported(model, data, folder)
    forward, take, whole = min(forwards), min(takes), min(spent)
    memory = probes.bytes_per_row() * len(probes) / 2**20
    print(f"{name}: epoch of {len(data)}: {min(times[1:]):.3f} s (the first, with copies of the inputs: {times[0]:.3f} s); listening {share:.2%} of it")
    print(f"  snapshot of {len(probes)}: forward {forward * 1e3:.1f} ms, patterns × {take / forward:.2f}, with writing {whole * 1e3:.1f} ms")
    print(f"  probe set {memory:.1f} MiB; torch.onnx.export {export}")


def listening(session, model, optimizer, loader):
    """Seconds that the recorder's own code takes for one training step: each event, many times over."""
    iterator = iter(loader)
    batch = next(iterator)
    loss = F.cross_entropy(model(batch[0]), batch[1])
    events = [
        lambda: session.loader_index(iterator, [1] * 64),
        lambda: session.loader_fetched(iterator, batch),
        lambda: session.calling(model, (batch[0],), {}),
        lambda: session.differentiating(loss),
        lambda: session.stepping(optimizer),
        lambda: session.stepped(optimizer),
    ]
    total = 0.0
    for event in events:
        best = []
        for _ in range(5):
            begun = time.process_time()
            for _ in range(400):
                event()
            best.append((time.process_time() - begun) / 400)
        total += min(best)
    return total


def exported(model, data, folder):
    """Time of one export, as many do after every epoch."""
    begun = time.process_time()
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            torch.onnx.export(model, (data.tensors[0][:1],), os.path.join(folder, "model.onnx"))
    except Exception as error:  # noqa: BLE001 - whatever the exporter lacks is told
        return f"does not run here ({type(error).__name__})"
    return f"{(time.process_time() - begun) * 1e3:.0f} ms, without the recording of what it wrote"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--epochs", type=int, default=7)
    arguments = parser.parse_args()
    x = torch.rand(arguments.rows, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    data = TensorDataset(x, (x.flatten(1)[:, :10]).argmax(1))
    print(f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads")
    measure("paper's network", paper, data, arguments.epochs)
    measure("small CNN", cnn, data, arguments.epochs)


if __name__ == "__main__":
    main()
