"""Small files as Keras 1 and 0.3 wrote them with Theano, with their predictions: python make_keras1_files.py

keras1.h5: a whole model of Keras 1.2 with image_dim_ordering "th". keras1.weights.h5: its weights. keras03.weights.h5: the
same as Keras 0.3 named them. Theano convolves, so it turns kernels by 180 degrees, and nets flattened channels first.
keras1_tf.weights.h5: the same net as TensorFlow's ordering and correlation have it, but for the flatten.
Predictions are PyTorch's.
"""

import json
from pathlib import Path

import h5py
import numpy as np
import torch
import torch.nn.functional as F

folder = Path(__file__).parent / "keras"
rng = np.random.default_rng(11)


def draw(*shape):
    return (rng.standard_normal(shape) * 0.5).astype("float32")


# [filters, channels, rows, columns], and [inputs, outputs].
W1, b1, W2, b2 = draw(3, 2, 3, 3), draw(3), draw(4, 3, 3, 3), draw(4)
W3, b3, W4, b4 = draw(4 * 3 * 3, 5), draw(5), draw(5, 3), draw(3)
pictures = rng.random((2, 2, 10, 10), dtype="float32")


def convolution(x, W, b, padding):
    return F.relu(F.conv2d(x, torch.from_numpy(W[:, :, ::-1, ::-1].copy()), torch.from_numpy(b), padding=padding))


x = F.max_pool2d(convolution(torch.from_numpy(pictures), W1, b1, "same"), 2)
x = convolution(x, W2, b2, "valid").flatten(1)
x = torch.tanh(x @ torch.from_numpy(W3) + torch.from_numpy(b3))
x = torch.softmax(x @ torch.from_numpy(W4) + torch.from_numpy(b4), 1)


def layer(class_name, name, **config):
    return {"class_name": class_name, "config": {"name": name, "trainable": True, **config}}


def conv(name, filters, border_mode, **config):
    regularizer = {"name": "WeightRegularizer", "l1": 0.0, "l2": 0.0005}
    return layer(
        "Convolution2D", name, nb_filter=filters, nb_row=3, nb_col=3, init="glorot_uniform", activation="linear",
        border_mode=border_mode, subsample=[1, 1], dim_ordering="th", W_regularizer=regularizer, b_regularizer=None,
        activity_regularizer=None, W_constraint=None, b_constraint=None, bias=True, **config,
    )  # fmt: skip


def dense(name, units, activation):
    return layer(
        "Dense", name, output_dim=units, init="glorot_uniform", activation=activation, W_regularizer=None,
        b_regularizer=None, activity_regularizer=None, W_constraint=None, b_constraint=None, bias=True, input_dim=None,
    )  # fmt: skip


CONFIG = [
    conv("convolution2d_1", 3, "same", batch_input_shape=[None, 2, 10, 10], input_dtype="float32"),
    layer("Activation", "activation_1", activation="relu"),
    layer("MaxPooling2D", "maxpooling2d_1", pool_size=[2, 2], strides=[2, 2], border_mode="valid", dim_ordering="th"),
    conv("convolution2d_2", 4, "valid"),
    layer("Activation", "activation_2", activation="relu"),
    layer("Flatten", "flatten_1"),
    layer("Dropout", "dropout_1", p=0.5),
    dense("dense_1", 5, "tanh"),
    dense("dense_2", 3, "softmax"),
]
WEIGHTS = {"convolution2d_1": (W1, b1), "convolution2d_2": (W2, b2), "dense_1": (W3, b3), "dense_2": (W4, b4)}


def write_weights(group, weights):
    names = [entry["config"]["name"] for entry in CONFIG]
    group.attrs["layer_names"] = [name.encode() for name in names]
    for name in names:
        inner = group.create_group(name)
        values = dict(zip((f"{name}_W", f"{name}_b"), weights.get(name, ())))
        inner.attrs["weight_names"] = [key.encode() for key in values]
        for key, value in values.items():
            inner[key] = value


with h5py.File(folder / "keras1.h5", "w") as file:
    file.attrs["keras_version"] = b"1.2.2"
    file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": CONFIG}).encode()
    write_weights(file.create_group("model_weights"), WEIGHTS)
with h5py.File(folder / "keras1.weights.h5", "w") as file:
    write_weights(file, WEIGHTS)
with h5py.File(folder / "keras03.weights.h5", "w") as file:
    file.attrs["nb_layers"] = len(CONFIG)
    for i, entry in enumerate(CONFIG):
        group = file.create_group(f"layer_{i}")
        values = WEIGHTS.get(entry["config"]["name"], ())
        group.attrs["nb_params"] = len(values)
        for j, value in enumerate(values):
            group[f"param_{j}"] = value
with h5py.File(folder / "keras1_tf.weights.h5", "w") as file:
    turned = {
        name: (W[:, :, ::-1, ::-1].transpose(2, 3, 1, 0) if W.ndim == 4 else W, b) for name, (W, b) in WEIGHTS.items()
    }
    write_weights(file, turned)

golden = {"pictures": pictures.ravel().tolist(), "predictions": x.numpy().ravel().tolist()}
(Path(__file__).parent / "keras1_files.json").write_text(json.dumps(golden))
