"""
Patterns of the Keras scripts by Keras' own sub-models: ``python -m tests.keras_reference SCRIPT WEIGHTS INPUTS OUT``.

A unit is on where the input of its activation layer is above 0; where the activation is an argument, its output is.
"""

import sys

import numpy as np

from .support import load


def _outputs(model, tensors, x):
    import keras

    sub = keras.Model(model.inputs, tensors)
    return [np.asarray(keras.ops.convert_to_numpy(value)) for value in sub(x, training=False)]


def arrays(model, module, kept):
    """Of the script with arrays: the instances are its rows."""
    x, _ = module.load_data()
    layers = model.layers
    tensors = [layers[0].output, layers[3].input, layers[8].input, model.outputs[0]]
    *z, scores = _outputs(model, tensors, x)
    return [value > 0 for value in z], scores


def tfdata(model, module, kept):
    """Of the script with tf.data: of the inputs as they were kept, which must be the dataset's rows, shuffled as they came."""
    with np.load(kept) as file:
        x = {name: file[name] for name in file.files}
    every, _ = module.load_data()
    rows = np.concatenate([x["chemistry"], x["colour"]], axis=1)
    for part in (slice(0, 140), slice(140, None)):
        assert sorted(map(tuple, rows[part])) == sorted(map(tuple, every[part])), "other rows"
    residual = model.get_layer("residual")
    six = model.get_layer("six")
    tensors = [model.get_layer("a").output, model.get_layer("b").input, residual.input, six.input, model.outputs[0]]
    a, b, inner, last, scores = _outputs(model, tensors, x)
    first = np.asarray(residual.first(inner))
    second = np.asarray(residual.second(np.maximum(first, 0)))
    return [a > 0, b > 0, first > 0, second > 0, np.stack([last > 6, (last > 0) & (last <= 6)], axis=-1)], scores


def main(path, weights, kept, out):
    """Writes ``l0`` …, packed, and ``scores``."""
    module = load(path)
    model = module.make_model()
    with np.load(weights) as file:
        model.set_weights([file[name] for name in file.files])
    flags, scores = (tfdata if "Tfdata" in path else arrays)(model, module, kept)
    packed = [np.packbits(value.reshape(len(value), -1), axis=1) for value in flags]
    np.savez(out, scores=scores, **{f"l{index}": value for index, value in enumerate(packed)})


if __name__ == "__main__":
    main(*sys.argv[1:])
