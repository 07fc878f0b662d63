"""Ordinary scripts: none of them notices the recorder, and every run holds what the saved weights say."""

import os
import unittest

import numpy as np

from .support import ScriptCase, load, missing, needs, script


def _torch_is(major):
    if missing("torch"):
        return False
    import torch

    return int(torch.__version__.split(".")[0]) >= major


def _is_distributed():
    if missing("torch"):
        return False
    import torch

    # The launcher of PyTorch 1.13 fails under Python 3.11.
    return torch.distributed.is_available() and _torch_is(2)


def _stacked(dataset, field=0):
    import torch

    return torch.stack([dataset[index][field] for index in range(len(dataset))])


@needs("torch", "sklearn")
class OrdinaryScripts(ScriptCase):
    def check(self, run, model, inputs, labels=None, autocast=None, offset=0, output=None):
        """Compares the last snapshot with an independent computation for all instances from `offset` on."""
        from .reference import patterns

        args, kwargs = (inputs, {}) if isinstance(inputs, (tuple, list)) else ((), inputs)
        expected, result = patterns(model, *args, autocast=autocast, **kwargs)
        arrays = run.arrays()
        rows = len(expected[0])
        own = (arrays["instance"] >= offset) & (arrays["instance"] < offset + rows)
        index = arrays["instance"][own] - offset
        self.assertEqual(len(run.levels), len(expected))
        for level, packed in enumerate(expected):
            np.testing.assert_array_equal(arrays[f"l{level}"][own], packed[index], err_msg=run.levels[level]["name"])
            self.assertEqual(arrays[f"l{level}"].shape[1], -(-run.levels[level]["units"] * run.levels[level]["bits"] // 8))
        scores = (output(result) if output else result).float().numpy()
        predicted = scores.argmax(1) if scores.shape[1] > 1 else (scores[:, 0] > 0).astype(int)
        np.testing.assert_array_equal(arrays["output"][own], predicted[index])
        if labels is None:
            self.assertNotIn("label", arrays)
        else:
            labels = np.asarray(labels).reshape(-1)
            np.testing.assert_array_equal(arrays["label"][own], labels[index])
            self.check_margin(arrays["margin"][own], arrays["confidence"][own], scores[index], labels[index].astype(int))
        return index

    def check_margin(self, margin, confidence, scores, labels):
        if scores.shape[1] == 1:
            scores = np.concatenate([np.zeros_like(scores), scores], axis=1)
        every = np.arange(len(labels))
        others = scores.copy()
        others[every, labels] = -np.inf
        np.testing.assert_allclose(margin, scores[every, labels] - others.max(1), rtol=1e-4, atol=1e-5)
        shares = np.exp(scores - scores.max(1, keepdims=True))
        np.testing.assert_allclose(confidence, (shares / shares.sum(1, keepdims=True)).max(1), rtol=1e-4)
        self.assertEqual(margin.dtype, np.float32)
        self.assertEqual(confidence.dtype, np.float32)

    def test_plain_loop(self):
        path = script("plainLoop")
        _, weights = self.compare(path)
        run, module = self.run_of(), load(path)
        self.assertEqual(run.epochs(), [0, 1, 2, 3])
        self.assertEqual([level["name"] for level in run.levels], ["relu", "act", "relu_2"])
        model = module.Net()
        model.load_state_dict(weights)
        x, y = module.load_data().tensors
        self.assertEqual(len(self.check(run, model, (x,), y)), 1797)
        kept = np.load(os.path.join(run.folder, "inputs.npy"))
        np.testing.assert_array_equal(kept, x.numpy())

    def test_initial_weights_are_epoch_0(self):
        import torch

        from .reference import patterns

        path = script("plainLoop")
        self.compare(path)
        torch.manual_seed(1)
        module = load(path)
        x, _ = module.load_data().tensors
        torch.manual_seed(1)
        # The script makes its loader before its model, which takes no random numbers.
        expected, _ = patterns(module.Net(), x)
        arrays = self.run_of().arrays(0)
        for level, packed in enumerate(expected):
            np.testing.assert_array_equal(arrays[f"l{level}"], packed)

    def test_mixed_precision(self):
        import torch

        path = script("mixedPrecision")
        _, weights = self.compare(path)
        run, module = self.run_of(), load(path)
        self.assertEqual(run.epochs(), [0, 1, 2, 3, 4])
        self.assertEqual([entry["step"] for entry in run.snapshots], [0, 18, 36, 54, 72])
        model = module.make_model()
        model.load_state_dict(weights["model"])
        x, y = module.load_data().tensors
        index = self.check(run, model, (x,), y, autocast=torch.bfloat16)
        # Batches that are not whole are dropped: the first epoch shows 35 batches of 50.
        self.assertEqual(len(index), 1750)

    @unittest.skipUnless(_torch_is(2), "this PyTorch cannot compile models")
    def test_compiled(self):
        path = script("compiled")
        _, weights = self.compare(path)
        run, module = self.run_of(), load(path)
        self.assertEqual(run.epochs(), [0, 1, 2, 3])
        model = module.MLP()
        model.load_state_dict({name.replace("_orig_mod.", ""): value for name, value in weights.items()})
        x, y = module.load_data().tensors
        self.check(run, model, (x,), y)

    def test_full_batch(self):
        path = script("fullBatch")
        _, weights = self.compare(path)
        run, module = self.run_of(), load(path)
        self.assertEqual(run.epochs(), list(range(61)))
        model = module.make_model()
        model.load_state_dict(weights)
        x, y = module.load_data()
        self.assertEqual(len(self.check(run, model, (x,), y)), 400)

    def test_endless_loader(self):
        path = script("endless")
        _, weights = self.compare(path, "--every", "50", arguments=["--steps", "120"])
        run, module = self.run_of(), load(path)
        self.assertEqual(run.epochs(), [0, 1, 2, 3])
        self.assertEqual([entry["step"] for entry in run.snapshots], [0, 50, 100, 120])
        model = module.Classifier()
        model.load_state_dict(weights)
        data = module.Digits()
        import torch

        images = torch.stack([data[index]["image"] for index in range(len(data))])
        self.check(run, model, {"image": images}, data.targets, output=lambda result: result["logits"])

    def test_augmentation(self):
        path = script("augmented")
        recorded, weights = self.compare(path)
        run, module = self.run_of(), load(path)
        self.assertEqual(run.epochs(), [0, 1, 2, 3])
        self.assertTrue(any("augmentation" in line for line in recorded.own_words()))
        self.assertTrue(any("augmentation" in text for text in run.manifest["notices"]))
        self.assertEqual(run.manifest["classes"], module.ShiftedDigits.classes)
        arrays = run.arrays()
        model = module.make_model()
        model.load_state_dict(weights)
        import torch

        from .reference import patterns

        kept = torch.tensor(np.load(os.path.join(run.folder, "inputs.npy")))
        expected, _ = patterns(model, kept)
        for level, packed in enumerate(expected):
            np.testing.assert_array_equal(arrays[f"l{level}"], packed)
        np.testing.assert_array_equal(arrays["label"], module.ShiftedDigits().labels[arrays["instance"]])

    def test_validation_loader(self):
        path = script("validated")
        _, weights = self.compare(path)
        run, module = self.run_of(), load(path)
        self.assertEqual(run.epochs(), [0, 1, 2, 3, 4])
        self.assertEqual(run.manifest["splits"], [{"name": "train", "instances": 1397}, {"name": "validation", "instances": 400}])
        model = module.Net()
        model.load_state_dict(weights)
        train, val = module.load_data()
        self.check(run, model, train.tensors[:1], train.tensors[1])
        self.check(run, model, val.tensors[:1], val.tensors[1], offset=1397)
        arrays = run.arrays()
        np.testing.assert_array_equal(arrays["split"], (arrays["instance"] >= 1397).astype(np.uint8))

    def test_gan(self):
        path = script("gan")
        _, weights = self.compare(path)
        module = load(path)
        run = self.run_of("run/Discriminator")
        self.assertEqual(run.epochs(), [0, 1, 2, 3])
        model = module.Discriminator()
        model.load_state_dict(weights["D"])
        self.check(run, model, module.load_data().tensors[:1])
        generator = self.run_of("run/Generator")
        self.assertEqual(generator.epochs(), [0, 1, 2, 3])
        self.assertFalse(generator.manifest["labelled"])

    def test_one_model_of_a_gan(self):
        path = script("gan")
        _, weights = self.compare(path, "--model", "Discriminator")
        model = load(path).Discriminator()
        model.load_state_dict(weights["D"])
        self.check(self.run_of(), model, load(path).load_data().tensors[:1])

    def test_early_stop(self):
        path = script("earlyStop")
        recorded, weights = self.compare(path)
        run, module = self.run_of(), load(path)
        self.assertEqual(run.epochs(), list(range(recorded.out.count(":") + 1)))
        model = module.make_model()
        model.load_state_dict(weights)
        train, val = module.load_data()
        self.check(run, model, (_stacked(train),), _stacked(train, 1))
        self.check(run, model, (_stacked(val),), _stacked(val, 1), offset=len(train))

    def test_crash(self):
        path = script("crash")
        recorded, weights = self.compare(path)
        self.assertEqual(recorded.code, 1)
        self.assertIn("RuntimeError: the data of batch 25 are damaged", recorded.err)
        self.assertNotIn("apd_recorder", "".join(recorded.other_words()))
        run, module = self.run_of(), load(path)
        self.assertEqual(run.epochs(), [0, 1, 2, 2.4])
        model = module.make_model()
        model.load_state_dict(weights)
        x, y = module.load_data().tensors
        self.check(run, model, (x,), y)

    @unittest.skipUnless(_is_distributed(), "this PyTorch has no torchrun that runs under this Python")
    def test_distributed(self):
        path = script("distributed")
        launcher = ("-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2")
        _, weights = self.compare(path, before=launcher)
        run, module = self.run_of(), load(path)
        self.assertEqual(run.epochs(), [0, 1, 2, 3])
        model = module.Net()
        model.load_state_dict({name.replace("module.", ""): value for name, value in weights.items()})
        x, y = module.load_data().tensors
        # The first of two processes sees every second instance.
        self.assertEqual(len(self.check(run, model, (x,), y)), 899)

    @needs("lightning")
    def test_lightning(self):
        path = script("lightningFit")
        _, weights = self.compare(path)
        run, module = self.run_of(), load(path)
        self.assertEqual(run.epochs(), [0, 1, 2, 3])
        model = module.LitDigits()
        model.load_state_dict(weights)
        train, val = module.load_data()
        self.check(run, model, (_stacked(train),), _stacked(train, 1))
        self.check(run, model, (_stacked(val),), _stacked(val, 1), offset=len(train))

    @needs("transformers", "accelerate")
    def test_transformers(self):
        path = script("transformersTrainer")
        _, weights = self.compare(path)
        run, module = self.run_of(), load(path)
        self.assertEqual(run.epochs(), [0, 1, 2, 3])
        self.assertEqual([level["shape"] for level in run.levels], [[12, 40], [12, 40]])
        model = module.make_model()
        model.load_state_dict(weights)
        for data, offset in ((module.Sentences(400, 1), 0), (module.Sentences(100, 2), 400)):
            import torch

            rows = [data[index] for index in range(len(data))]
            inputs = {name: torch.stack([row[name] for row in rows]) for name in ("input_ids", "attention_mask")}
            self.check(run, model, inputs, data.labels, offset=offset, output=lambda result: result.logits)

    def test_residual(self):
        path = script("residual")
        _, weights = self.compare(path)
        run, module = self.run_of(), load(path)
        self.assertEqual(run.epochs(), [0, 1, 2, 3])
        names = ["clip", "layers.0.relu", "layers.0.relu_2", "layers.1.relu", "layers.1.relu_2"]
        self.assertEqual([level["name"] for level in run.levels][1:], names[1:])
        model = module.ResNet()
        model.load_state_dict(weights)
        x, y = module.load_data().tensors
        self.check(run, model, (x,), y)

    def test_siamese(self):
        path = script("siamese")
        _, weights = self.compare(path)
        run, module = self.run_of(), load(path)
        self.assertEqual(run.epochs(), [0, 1, 2, 3])
        model = module.Siamese()
        model.load_state_dict(weights)
        data = module.Pairs()
        self.check(run, model, (_stacked(data), _stacked(data, 1)), _stacked(data, 2))
        with np.load(os.path.join(run.folder, "inputs.npz")) as inputs:
            self.assertEqual(sorted(inputs.files), ["left", "right"])
