"""What real Keras says about files: called by tests/goldens/kerasFiles.test.ts as `python roundtrip.py FOLDER`.

For each NAME.keras that Striate wrote into the folder, with inputs in NAME.json ([{"shape": ..., "data": ...}, ...]):
opens it, writes its predictions to NAME.predictions.json, and saves it again as NAME.again.keras, NAME.again.h5 and
NAME.again.weights.h5. Then makes models of its own, made_NAME.keras (or .h5), with inputs and predictions.
"""

import os
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"
sys.path.insert(0, str(Path(__file__).parents[2] / "docs"))

import keras  # noqa: E402
import numpy as np  # noqa: E402
import striate_keras  # noqa: E402, F401
from keras import layers as L  # noqa: E402
from keras import ops  # noqa: E402
from numbers_in_json import read, write  # noqa: E402


def predictions(model, inputs):
    outputs = model.predict(inputs[0] if len(inputs) == 1 else inputs, verbose=0)
    return outputs if isinstance(outputs, list) else [outputs]


def answer(folder):
    for path in sorted(folder.glob("*.json")):
        name = path.stem
        model = keras.saving.load_model(folder / f"{name}.keras")
        write(folder / f"{name}.predictions.json", predictions(model, read(path)))
        for ending in ("keras", "h5"):
            model.save(folder / f"{name}.again.{ending}")
        model.save_weights(folder / f"{name}.again.weights.h5")


def randomize(model, rng):
    for w in model.weights:
        if w.dtype == "float32":
            value = rng.standard_normal(w.shape, dtype="float32") * 0.3
            w.assign(np.abs(value) + 0.5 if "variance" in w.name else value)


def branches():
    """Functional, with two inputs, a shared layer, an operation, a nested model of each kind and two outputs."""
    a, b = keras.Input((8, 8, 3), name="left"), keras.Input((8, 8, 3), name="right")
    inner = keras.Sequential([L.Conv2D(4, 3, padding="same"), L.BatchNormalization(), L.ReLU(max_value=6)], name="inner")
    x = keras.Input((8, 8, 3))
    frozen = keras.Model(x, L.Add()([inner(x), L.Conv2D(4, 1, name="side")(x)]), name="frozen")
    frozen.trainable = False
    shared = L.Conv2D(4, 3, padding="same", activation="leaky_relu", name="shared")
    y = shared(frozen(a) + frozen(b))
    z = shared(y)
    top = L.Dense(5, activation="softmax", name="top")(L.GlobalAveragePooling2D()(L.Concatenate()([y, z])))
    return keras.Model([a, b], [top, L.Dropout(0.5)(z)], name="branches")


def adapted():
    """A Normalization that has learnt from data, inside of a model in a model."""
    layer = L.Normalization(name="learnt")
    layer.adapt(np.random.default_rng(1).random((16, 6, 6, 2)))
    inner = keras.Sequential([keras.Input((6, 6, 2)), layer, L.Conv2D(3, 3)], name="inner")
    x = keras.Input((6, 6, 2))
    return keras.Model(x, L.Flatten()(inner(L.Rescaling([0.5, 2.0], offset=[0.1, 0.0])(x))), name="adapted")


def deep():
    """So many layers that the names do not fit into one attribute of an .h5 file, which has at most 64 KiB."""
    x = y = keras.Input((3,))
    for i in range(420):
        y = L.Dense(3, activation="tanh", name=f"a_dense_layer_with_{'a_very_' * 20}long_name_{i}")(y)
    return keras.Model(x, y, name="deep")


def operations():
    """Keras's operators, which a file holds in place of layers."""
    x, v = keras.Input((4, 6, 4), name="picture"), keras.Input((4,), name="numbers")
    positive = ops.abs(x) + 1
    y = [x * 0.5, x + 1, x - 2, 1 - x, -x, x / 4, 2 / positive, x**2, ops.power(positive, 0.5), x * np.float32([1, 2, 3, 4])]
    y += [ops.maximum(x, 0.1), ops.minimum(x, 0.2), ops.clip(x, -0.1, 0.3), x / ops.sum(positive, axis=-1, keepdims=True)]
    y += [x - positive, ops.square(x), ops.sqrt(positive), ops.rsqrt(positive), ops.log(positive), ops.exp(x), ops.sin(x)]
    y += [ops.cos(x), ops.erf(x), ops.reciprocal(positive), ops.relu(x), ops.relu6(x), ops.sigmoid(x), ops.tanh(x)]
    y += [ops.softplus(x), ops.softsign(x), ops.silu(x), ops.hard_sigmoid(x), ops.hard_silu(x), ops.selu(x)]
    y += [ops.elu(x, alpha=0.5), ops.leaky_relu(x, negative_slope=0.3), ops.gelu(x), ops.gelu(x, approximate=False)]
    y += [ops.softmax(x, axis=1), ops.log_softmax(x), ops.cast(x, "float32")]
    z = [ops.mean(x, axis=[1, 2]), ops.sum(x, axis=-1), ops.max(x, axis=1), ops.min(x, axis=(2, 3), keepdims=True)]
    z += [ops.prod(x, axis=2), ops.logsumexp(x, axis=3), ops.var(x, axis=1), ops.std(x, axis=[1, 2]), ops.amax(x, axis=2)]
    z += [ops.concatenate([x, positive], axis=2), ops.stack([x, positive], axis=1), *ops.split(x, 2, axis=-1)]
    z += [*ops.split(x, [1, 3], axis=2), x[:, 1:3, ::2], x[..., 0], x[:, -1], x[:, None, :, 2:], x[:, :, -3:-1, 1]]
    z += [ops.reshape(x, (-1, 8, 12)), ops.expand_dims(x, (1, -1)), ops.squeeze(ops.expand_dims(x, 2)), v[:, None] * 2]
    z += [ops.transpose(x, (0, 3, 1, 2)), ops.swapaxes(x, 1, -1), ops.moveaxis(x, 3, 1), ops.max_pool(x, 2)]
    z += [ops.average_pool(x, 3, strides=1, padding="same"), ops.pad(x, [[0, 0], [1, 2], [0, 1], [0, 0]])]
    # Inside of the graph, pictures that a convolution gave have their channels first.
    c = L.Conv2D(4, 3, padding="same")(x)
    z += [ops.mean(c, axis=2), ops.max(c, axis=(1, 3)), ops.mean(c, axis=[1, 2]), c[:, 1:, ..., :2], c[:, 0], ops.sum(c, axis=-1)]
    return keras.Model([x, v], [*y, *z], name="operations")


def make(folder):
    mobile = lambda: keras.applications.MobileNetV2((32, 32, 3), alpha=0.35, weights=None, classes=10)  # noqa: E731
    for build in (branches, adapted, deep, operations, mobile):
        name, rng = f"made_{getattr(build, '__name__', '').strip('<>').replace('lambda', 'mobile')}", np.random.default_rng(0)
        model = build()
        if build is not adapted:
            randomize(model, rng)
        inputs = [rng.random((2, *x.shape[1:]), dtype="float32") for x in model.inputs]
        write(folder / f"{name}.inputs.json", inputs)
        write(folder / f"{name}.predictions.json", predictions(model, inputs))
        model.save(folder / f"{name}.keras")
        model.save(folder / f"{name}.h5")
        model.save_weights(folder / f"{name}.weights.h5")


folder = Path(sys.argv[1])
answer(folder)
make(folder)
