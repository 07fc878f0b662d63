"""
What recording costs, beside what exporting costs: ``python recorder/bench/cost.py [--rows 20000] [--json]``.

Measures, for the paper's network (784-32×5-10) and a small CNN on random images: a training bare and recorded, what listening
takes of an epoch, a snapshot of 10,000 instances against the model's own forward pass of them, the memory of the probe set,
and ``torch.onnx.export``. ``npm run bench -- recorder`` adds what ``apd record`` takes of the exported model.
"""

import argparse
import contextlib
import io
import json
import os
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "src"))

import numpy as np
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


def training(make, data, epochs):
    """A model, its optimizer and loader, and the seconds of each epoch; the same with every call."""
    torch.manual_seed(0)
    loader = DataLoader(data, batch_size=64, shuffle=True)
    model = make()
    optimizer = torch.optim.Adam(model.parameters())
    return model, optimizer, loader, [epoch(model, optimizer, loader) for _ in range(epochs)]


def measure(make, data, epochs, keep):
    """
    One training bare and one recorded; processor time, so that what else the machine does counts little, and the best of several.

    :param keep: folder for the exported model and its data; None where they are not wanted
    :returns: seconds, shares and bytes by name
    """
    *_, bare = training(make, data, epochs)
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
        begun = time.process_time()
        model, optimizer, loader, times = training(make, data, epochs)
        whole = time.process_time() - begun
        share = listening(session, model, optimizer, loader) * len(loader) / min(bare)
        runner = session._runs[session.candidates.all[0].number]._runner
        forward, take = snapshot_times(model.eval(), runner)
        probes = runner.probes
        session.finish()
        sys.__stderr__ = stderr
        export = exported(model, data, keep or folder)
    if keep:
        np.save(os.path.join(keep, "x.npy"), probes.tensors[next(iter(probes.tensors))].numpy())
        np.save(os.path.join(keep, "y.npy"), probes.label)
    return {
        "rows": len(data),
        "bare": sum(bare),
        "recorded": whole,
        "epoch": min(bare),
        "firstEpoch": times[0],
        "listening": share,
        "probes": len(probes),
        "forward": forward,
        "snapshot": take,
        "written": min(spent),
        "probeBytes": int(probes.bytes_per_row() * len(probes)),
        **export,
    }


def snapshot_times(model, runner):
    """Seconds of a forward pass of the probe set, and of taking its patterns."""
    probes = runner.probes
    forwards, takes = [], []
    for _ in range(9):
        begun = time.process_time()
        with torch.no_grad():
            for start in range(0, len(probes), runner.batch_rows()):
                args, kwargs = probes.arguments(start, start + runner.batch_rows(), torch.device("cpu"))
                model(*args, **kwargs)
        forwards.append(time.process_time() - begun)
        begun = time.process_time()
        runner.take()
        takes.append(time.process_time() - begun)
    return min(forwards), min(takes)


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
    """Time of one export, as many do after every epoch; or why there is none."""
    x = data.tensors[0][:2]
    new = tuple(map(int, torch.__version__.split(".")[:2])) >= (2, 6)
    options = {"dynamic_shapes": ({0: torch.export.Dim("n")},)} if new else {"input_names": ["x"], "dynamic_axes": {"x": {0: "n"}}}
    begun = time.process_time()
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            torch.onnx.export(model, (x,), os.path.join(folder, "model.onnx"), **options)
    except Exception as error:  # noqa: BLE001 - whatever the exporter lacks is told
        return {"export": None, "exportProblem": f"{type(error).__name__}: {str(error).splitlines()[0]}"}
    return {"export": time.process_time() - begun}


def tell(name, figures):
    """Prints figures for people."""
    told = {**figures, "mib": figures["probeBytes"] / 2**20, "ratio": figures["snapshot"] / figures["forward"]}
    print("{name}: epoch of {rows}: {epoch:.3f} s; listening {listening:.2%} of it; the first, with copies: {firstEpoch:.3f} s".format(name=name, **told))
    print("  whole training {bare:.2f} s bare, {recorded:.2f} s recorded".format(**told))
    print("  snapshot of {probes}: × {ratio:.2f} of its forward pass of {0:.1f} ms, {1:.1f} ms written".format(1e3 * told["forward"], 1e3 * told["written"], **told))
    export = figures.get("exportProblem") or f"{1e3 * figures['export']:.0f} ms, without the recording of what it wrote"
    print(f"  probe set {told['mib']:.1f} MiB; torch.onnx.export {export}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--json", action="store_true", help="figures for programs")
    parser.add_argument("--keep", metavar="FOLDER", help="keep the exported models and their data in it")
    arguments = parser.parse_args()
    x = torch.rand(arguments.rows, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    data = TensorDataset(x, (x.flatten(1)[:, :10]).argmax(1))
    found = {"python": sys.version.split()[0], "torch": torch.__version__, "threads": torch.get_num_threads(), "networks": {}}
    for name, make in (("paper", paper), ("cnn", cnn)):
        keep = os.path.join(arguments.keep, name) if arguments.keep else None
        if keep:
            os.makedirs(keep, exist_ok=True)
        found["networks"][name] = measure(make, data, arguments.epochs, keep)
    if arguments.json:
        print(json.dumps(found))
        return
    print(f"PyTorch {found['torch']}, {found['threads']} threads")
    for name, figures in found["networks"].items():
        tell({"paper": "paper's network", "cnn": "small CNN"}[name], figures)


if __name__ == "__main__":
    main()
