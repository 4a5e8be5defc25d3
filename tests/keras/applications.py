"""Nets of keras.applications with random weights, for tests/goldens/kerasApplications.test.ts: `python applications.py FOLDER NAME ...`.

Of each: NAME.keras, NAME.inputs.json and NAME.predictions.json; without names, the names of all that this backend has.
"""

import inspect
import os
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"

import keras  # noqa: E402
import numpy as np  # noqa: E402
from numbers_in_json import write  # noqa: E402

# The smallest pictures that each takes.
SIZES = {"InceptionV3": 75, "InceptionResNetV2": 75, "Xception": 71}


def random_weights(model, rng):
    for w in model.weights:
        if w.dtype != "float32":
            continue
        value = rng.standard_normal(w.shape, dtype="float32")
        if "variance" in w.path:
            value = np.abs(value) * 0.2 + 0.9
        elif "gamma" in w.path:
            value = 1 + 0.1 * value
        elif len(w.shape) < 2:
            value = 0.1 * value
        else:
            value = value / np.sqrt(np.prod(w.shape[:2] if "depthwise" in w.path else w.shape[:-1]))
        w.assign(value)


def main(folder, names):
    nets = dict(inspect.getmembers(keras.applications, inspect.isfunction))
    if not names:
        # Keras has NASNet on other backends than PyTorch's only.
        print("\n".join(name for name in nets if not name.startswith("NASNet")))
    for name in names:
        rng, size = np.random.default_rng(0), SIZES.get(name, 32)
        model = nets[name](weights=None, input_shape=(size, size, 3), classes=7)
        random_weights(model, rng)
        pictures = rng.random((1, size, size, 3), dtype="float32") * 255
        write(folder / f"{name}.inputs.json", [pictures])
        write(folder / f"{name}.predictions.json", [model(pictures, training=False).detach().numpy()])
        model.save(folder / f"{name}.keras")


main(Path(sys.argv[1]), sys.argv[2:])
