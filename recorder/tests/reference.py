"""Patterns by the plainest means: the activation functions are replaced by ones that note their input."""

import contextlib
import unittest.mock

import numpy as np
import torch
import torch.nn.functional as F


def _places():
    return [
        (F, "relu", (0,)),
        (torch, "relu", (0,)),
        (torch, "relu_", (0,)),
        (F, "relu6", (0, 6)),
        (F, "leaky_relu", (0,)),
        (F, "prelu", (0,)),
        (F, "hardtanh", (-1, 1)),
        (torch.Tensor, "relu", (0,)),
        (torch.Tensor, "relu_", (0,)),
        (torch.Tensor, "clamp", (0,)),
    ]


@contextlib.contextmanager
def noted():
    """Yields a list that receives (pre-activation, breakpoints) of every activation, in order."""
    seen = []
    depth = [0]
    hardtanh = F.hardtanh

    def wrap(function, breakpoints):
        def noting(x, *args, **kwargs):
            if depth[0] == 0:
                # ReLU6 is a hardtanh of 0 and 6.
                bounds = args[:2] if function is hardtanh and len(args) > 1 else breakpoints
                seen.append((x.detach().clone().float().numpy(), bounds))
            depth[0] += 1
            try:
                return function(x, *args, **kwargs)
            finally:
                depth[0] -= 1

        return noting

    with contextlib.ExitStack() as stack:
        for holder, name, breakpoints in _places():
            stack.enter_context(unittest.mock.patch.object(holder, name, wrap(getattr(holder, name), breakpoints)))
        yield seen


def packed(z, breakpoints):
    """A pre-activation as the run folder packs it."""
    z = z.reshape(len(z), -1)
    piece = sum((z > b).astype(np.uint8) for b in breakpoints)
    bits = max(1, len(breakpoints).bit_length())
    planes = [(piece >> (bits - 1 - plane)) & 1 for plane in range(bits)]
    return np.packbits(np.stack(planes, axis=-1).reshape(len(z), -1), axis=1)


def patterns(model, *args, autocast=None, **kwargs):
    """Packed patterns of every activation, and the output, of a model in evaluation mode."""
    model.eval()
    with torch.no_grad(), noted() as seen, torch.autocast("cpu", enabled=autocast is not None, dtype=autocast or torch.bfloat16):
        output = model(*args, **kwargs)
    return [packed(z, breakpoints) for z, breakpoints in seen], output
