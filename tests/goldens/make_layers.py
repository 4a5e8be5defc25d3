"""Makes layers.json: what Keras's layers put out for small inputs.

    pip install keras==3.15.1 jax==0.10.2 numpy
    python tests/goldens/make_layers.py

On JAX, because on PyTorch average pooling with padding "same" is wrong in Keras 3.15 where the two borders differ: it
counts repeated border pixels (https://github.com/keras-team/keras/pull/23233).
Inputs and weights come from `pattern.py`.

Layout of the file:

    pattern             sample values of the formula
    inputScale          input = pattern(inputShape, inputK, inputScale)
    cases[]
        layer           function name in camelCase: conv2d, maxPooling2d, averagePooling2d, globalAveragePooling2d,
                        zeroPadding2d, flatten, dense, activation, reshape, dropout
        config          Keras's arguments in camelCase (names and values: dataFormat "channelsLast", activation
                        "logSoftmax"); everything else is Keras's default, data format channelsLast
        inputShape, inputK
        weights[]       {shape, k, scale} in Keras's order (kernel, bias): pattern(shape, k, scale)
        outputShape
        output          in row-major order, 7 significant digits

Dropout is in inference, where it does nothing.
"""

import os

os.environ["KERAS_BACKEND"] = "jax"

import keras

from pattern import camel, pattern, pattern_sample, rounded, write

LAST, FIRST = [2, 7, 6, 3], [2, 3, 7, 6]
INPUT_SCALE, WEIGHT_SCALE = 2, 1
CHANNELS_FIRST = {"data_format": "channels_first"}


def conv(**config):
    return "conv2d", keras.layers.Conv2D, {"filters": 4, "kernel_size": 3, **config}


def max_pool(**config):
    return "maxPooling2d", keras.layers.MaxPooling2D, config


def average_pool(**config):
    return "averagePooling2d", keras.layers.AveragePooling2D, {"pool_size": 2, **config}


def global_pool(**config):
    return "globalAveragePooling2d", keras.layers.GlobalAveragePooling2D, config


def pad(**config):
    return "zeroPadding2d", keras.layers.ZeroPadding2D, config


def flatten(**config):
    return "flatten", keras.layers.Flatten, config


def dense(**config):
    return "dense", keras.layers.Dense, {"units": 5, **config}


def activation(name):
    return "activation", keras.layers.Activation, {"activation": name}


def reshape(*target):
    return "reshape", keras.layers.Reshape, {"target_shape": list(target)}


def dropout(rate):
    return "dropout", keras.layers.Dropout, {"rate": rate}


CASES = [
    (LAST, conv()),
    (LAST, conv(padding="same")),
    (LAST, conv(strides=2)),
    (LAST, conv(strides=2, padding="same")),
    (LAST, conv(strides=[2, 1])),
    (LAST, conv(strides=[2, 1], padding="same")),
    (LAST, conv(kernel_size=1)),
    (LAST, conv(kernel_size=2, padding="same")),
    (LAST, conv(kernel_size=[3, 2])),
    (LAST, conv(kernel_size=[2, 5], padding="same", strides=2)),
    (LAST, conv(dilation_rate=2)),
    (LAST, conv(dilation_rate=2, padding="same")),
    (LAST, conv(dilation_rate=[2, 1], padding="same")),
    (LAST, conv(filters=6, groups=3)),
    (LAST, conv(filters=3, groups=3, padding="same", strides=2)),
    (LAST, conv(use_bias=False)),
    (LAST, conv(activation="relu")),
    (LAST, conv(activation="tanh", padding="same", strides=2)),
    (LAST, conv(activation="softmax", strides=2)),
    (FIRST, conv(**CHANNELS_FIRST)),
    (FIRST, conv(padding="same", strides=2, **CHANNELS_FIRST)),
    (FIRST, conv(filters=6, groups=3, dilation_rate=2, activation="relu", **CHANNELS_FIRST)),
    (LAST, max_pool()),
    (LAST, max_pool(padding="same")),
    (LAST, max_pool(pool_size=3)),
    (LAST, max_pool(pool_size=3, strides=2)),
    (LAST, max_pool(pool_size=3, strides=2, padding="same")),
    (LAST, max_pool(pool_size=3, strides=1, padding="same")),
    (LAST, max_pool(pool_size=2, strides=1)),
    (LAST, max_pool(pool_size=[3, 2], strides=[1, 2])),
    (FIRST, max_pool(pool_size=3, strides=2, **CHANNELS_FIRST)),
    (FIRST, max_pool(pool_size=3, strides=2, padding="same", **CHANNELS_FIRST)),
    (LAST, average_pool()),
    (LAST, average_pool(padding="same")),
    (LAST, average_pool(pool_size=3)),
    (LAST, average_pool(pool_size=3, strides=2)),
    (LAST, average_pool(pool_size=3, strides=2, padding="same")),
    (LAST, average_pool(pool_size=3, strides=1, padding="same")),
    (LAST, average_pool(pool_size=[3, 2], strides=[1, 2])),
    (FIRST, average_pool(pool_size=3, strides=2, padding="same", **CHANNELS_FIRST)),
    (LAST, global_pool()),
    (LAST, global_pool(keepdims=True)),
    (FIRST, global_pool(**CHANNELS_FIRST)),
    (FIRST, global_pool(keepdims=True, **CHANNELS_FIRST)),
    ([2, 3, 2, 3], pad()),
    ([2, 3, 2, 3], pad(padding=2)),
    ([2, 3, 2, 3], pad(padding=[1, 2])),
    ([2, 3, 2, 3], pad(padding=[[1, 2], [0, 3]])),
    ([2, 3, 3, 2], pad(padding=[[1, 2], [0, 3]], **CHANNELS_FIRST)),
    ([2, 3, 4, 3], flatten()),
    ([2, 3, 3, 4], flatten(**CHANNELS_FIRST)),
    ([3, 8], flatten()),
    ([3, 8], dense()),
    ([3, 8], dense(use_bias=False)),
    ([3, 8], dense(activation="relu")),
    ([3, 8], dense(activation="sigmoid")),
    ([3, 8], dense(activation="softmax")),
    ([2, 3, 4], dense()),
    ([2, 3, 4], dense(activation="softmax")),
    ([2, 3, 4], activation("relu")),
    ([2, 3, 4], activation("sigmoid")),
    ([2, 3, 4], activation("tanh")),
    ([2, 3, 4], activation("softmax")),
    ([2, 3, 4], activation("linear")),
    ([2, 3, 4], activation("log_softmax")),
    ([2, 2, 3, 4], activation("softmax")),
    ([2, 3, 4], reshape(12)),
    ([2, 3, 4], reshape(-1, 6)),
    ([2, 12], reshape(2, -1, 3)),
    ([2, 3, 4], dropout(0.5)),
]


def case(number, input_shape, layer):
    name, make, config = layer
    input_k = 10 * number
    made = make(**config)
    made.build(tuple(input_shape))
    weights = [
        {"shape": list(w.shape), "k": input_k + 1 + i, "scale": WEIGHT_SCALE}
        for i, w in enumerate(made.weights)
        if w.dtype == "float32"
    ]
    if weights:
        made.set_weights([pattern(**w) for w in weights])
    x = pattern(input_shape, input_k, INPUT_SCALE)
    output = keras.ops.convert_to_numpy(made(x, training=False) if name == "dropout" else made(x))
    return {
        "layer": name,
        "config": {camel(k): camel(v) for k, v in config.items()},
        "inputShape": input_shape,
        "inputK": input_k,
        "weights": weights,
        "outputShape": list(output.shape),
        "output": rounded(output),
    }


def main():
    data = {
        "madeBy": "tests/goldens/make_layers.py",
        "keras": keras.__version__,
        "pattern": pattern_sample(),
        "inputScale": INPUT_SCALE,
        "cases": [case(number, *each) for number, each in enumerate(CASES)],
    }
    write("layers.json", data)


if __name__ == "__main__":
    main()
