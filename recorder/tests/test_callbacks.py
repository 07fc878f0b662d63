"""The callbacks for trainers, given to them by hand."""

import contextlib
import io
import os
import tempfile
import unittest
import unittest.mock

import numpy as np

from .support import Run, load, needs, script


class Callbacks(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.out = os.path.join(folder.name, "run")
        self.folder = folder.name
        silent = contextlib.redirect_stdout(io.StringIO())
        silent.__enter__()
        self.addCleanup(silent.__exit__, None, None, None)
        said = unittest.mock.patch("sys.__stderr__", io.StringIO())
        said.start()
        self.addCleanup(said.stop)

    def check(self, model, *args, **kwargs):
        from .reference import patterns

        run = Run(self.out)
        self.assertEqual(run.epochs(), [0, 1, 2])
        expected, _ = patterns(model, *args, **kwargs)
        arrays = run.arrays()
        self.assertEqual(len(run.levels), len(expected))
        for level, packed in enumerate(expected):
            np.testing.assert_array_equal(arrays[f"l{level}"], packed)
        self.assertFalse(os.path.exists(os.path.join(self.out, "apd-run.lock")))

    @needs("torch", "lightning", "sklearn")
    def test_lightning(self):
        import lightning as L
        import torch
        from apd_recorder.torch.lightning import RecordPatterns
        from torch.utils.data import DataLoader

        module = load(script("lightningFit"))
        train, _ = module.load_data()
        x = torch.stack([train[index][0] for index in range(len(train))])
        y = torch.stack([train[index][1] for index in range(len(train))])
        model = module.LitDigits()
        options = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False, "enable_model_summary": False}
        trainer = L.Trainer(max_epochs=2, accelerator="cpu", callbacks=[RecordPatterns(x, y, out=self.out)], default_root_dir=self.folder, **options)
        trainer.fit(model, DataLoader(train, batch_size=64, shuffle=True))
        self.check(model, x)

    @needs("torch", "transformers", "accelerate")
    def test_transformers(self):
        import torch

        module = load(script("transformersTrainer"))
        from apd_recorder.torch.transformers import RecordPatterns
        from transformers import Trainer, TrainingArguments

        data = module.Sentences(60, 1)
        rows = [data[index] for index in range(len(data))]
        inputs = {name: torch.stack([row[name] for row in rows]) for name in ("input_ids", "attention_mask")}
        model = module.make_model()
        arguments = TrainingArguments(
            output_dir=self.folder, num_train_epochs=2, per_device_train_batch_size=20, logging_strategy="epoch", save_strategy="no",
            report_to=[], disable_tqdm=True, use_cpu=True,
        )  # fmt: skip
        Trainer(model=model, args=arguments, train_dataset=data, callbacks=[RecordPatterns(inputs, data.labels, out=self.out)]).train()
        self.check(model, **inputs)
        self.assertIn("loss", Run(self.out).log()[-1])
