"""Makes optimizers.json: what Keras's own optimizers do to one weight of 6 elements in 5 steps.

    pip install keras==3.15.1 torch==2.13.0 numpy
    python tests/goldens/make_optimizers.py

The gradients come from `pattern.py`, with a size for each element, so that the last ones show where epsilon stands:
gradient[step] = pattern([6], k = 100 + step, scale 1) * gradientScales. They are in the file, so no formula is needed.

Layout of the file:

    initial             the weight before the first step
    gradients[step]     6 numbers each
    cases[]
        optimizer       function name in camelCase
        options         what is given to it in camelCase; everything else is Keras's default
        kerasConfig     get_config() of the optimizer as Keras spells it, without its name
        weights[step]   the weight after each step

Every weight and gradient is the shortest decimal that rounds to the float32 value.
"""

import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
import torch

from pattern import camel, float32s, pattern, write

STEPS = 5
GRADIENT_SCALES = [2, 2, 0.1, 1e-3, 1e-6, 0]

CASES = [
    ("sgd", keras.optimizers.SGD, {}),
    ("sgd", keras.optimizers.SGD, {"momentum": 0.9}),
    ("sgd", keras.optimizers.SGD, {"momentum": 0.9, "nesterov": True}),
    ("adagrad", keras.optimizers.Adagrad, {}),
    ("rmsprop", keras.optimizers.RMSprop, {}),
    ("rmsprop", keras.optimizers.RMSprop, {"momentum": 0.9}),
    ("rmsprop", keras.optimizers.RMSprop, {"centered": True}),
    ("rmsprop", keras.optimizers.RMSprop, {"momentum": 0.9, "centered": True}),
    ("adam", keras.optimizers.Adam, {}),
    ("adamw", keras.optimizers.AdamW, {}),
]


def gradient(step):
    return pattern([6], 100 + step) * np.array(GRADIENT_SCALES, np.float32) + np.float32(0)


def weights_after_each_step(optimizer):
    weight = keras.Variable(pattern([6], 0, 2))
    optimizer.build([weight])
    after = []
    for step in range(STEPS):
        optimizer.apply([torch.from_numpy(gradient(step))], [weight])
        after.append(float32s(keras.ops.convert_to_numpy(weight)))
    return after


def plain(config):
    """The configuration without its name and the traces of float32: 0.001 and not 0.0010000000474974513."""
    return {k: float32s([v])[0] if isinstance(v, float) else v for k, v in config.items() if k != "name"}


def main():
    torch.set_num_threads(1)
    cases = []
    for name, make, options in CASES:
        optimizer = make(**options)
        cases.append(
            {
                "optimizer": name,
                "options": {camel(k): v for k, v in options.items()},
                "kerasConfig": plain(optimizer.get_config()),
                "weights": weights_after_each_step(optimizer),
            }
        )
    data = {
        "madeBy": "tests/goldens/make_optimizers.py",
        "keras": keras.__version__,
        "initial": float32s(pattern([6], 0, 2)),
        "gradients": [float32s(gradient(step)) for step in range(STEPS)],
        "cases": cases,
    }
    write("optimizers.json", data)


if __name__ == "__main__":
    main()
