"""Random functional models in models, for tests/goldens/kerasNested.test.ts: `python nested.py FOLDER COUNT`.

First opens each striate_N.keras of the folder (inputs in striate_N.inputs.json), writes its predictions, and goes on with
the model as a user would. Then makes COUNT models of its own: keras_N.keras and keras_N.h5, with inputs and predictions.
"""

import os
import random
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers as L  # noqa: E402
from numbers_in_json import read, write  # noqa: E402

WIDTH = 3


def random_layer(rng):
    kind = rng.randrange(5)
    if kind == 0:
        return L.BatchNormalization()
    if kind == 1:
        return L.Dense(WIDTH, activation="tanh", trainable=rng.random() < 0.7)
    if kind == 2:
        return L.Dense(WIDTH, use_bias=False)
    if kind == 3:
        return L.Activation("sigmoid")
    return L.Dense(WIDTH, activation="relu")


def random_chain(rng, parts, depth):
    layers = [random_part(rng, parts, depth, 1, 1) for _ in range(rng.randint(1, 3))]
    return keras.Sequential([keras.Input((WIDTH,))] + list({id(layer): layer for layer in layers}.values()))


def random_part(rng, parts, depth, inputs, outputs):
    """A layer or a model that takes so many tensors and gives so many: one that there is, or a new one."""
    fitting = [part for part, *ends in parts if ends == [inputs, outputs]]
    if fitting and rng.random() < 0.5:
        return rng.choice(fitting)
    if depth > 0 and (inputs > 1 or outputs > 1 or rng.random() < 0.5):
        single = inputs == outputs == 1
        part = random_chain(rng, parts, depth - 1) if single and rng.random() < 0.3 else random_model(rng, parts, depth - 1, inputs, outputs)
    elif inputs > 1 and outputs == 1:
        part = L.Add()
    elif inputs == outputs == 1:
        part = random_layer(rng)
    else:
        return None
    parts.append((part, inputs, outputs))
    return part


def random_model(rng, parts, depth, inputs, outputs):
    begins = [keras.Input((WIDTH,)) for _ in range(inputs)]
    tensors = list(begins)
    # What is made inside may be used further out, and the other way around.
    for _ in range(rng.randint(1, 5)):
        n, m = rng.choice([(1, 1), (1, 1), (2, 1), (2, 2), (1, 2)])
        part = random_part(rng, parts, depth, n, m)
        if part is None:
            continue
        given = [rng.choice(tensors) for _ in range(n)]
        made = part(given[0] if n == 1 else given)
        tensors += made if isinstance(made, list) else [made]
    # Every input reaches an output.
    last = L.Add()(begins + tensors[-2:])
    found = [last] + [rng.choice(tensors[inputs:] or [last]) for _ in range(outputs - 1)]
    rng.shuffle(found)
    if outputs == 1:
        return keras.Model(begins[0] if inputs == 1 else begins, found[0])
    return keras.Model(begins[0] if inputs == 1 else begins, found)


def call(model, inputs):
    outputs = model(inputs[0] if len(inputs) == 1 else inputs, training=False)
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    return [output.detach().numpy() for output in outputs]


def randomize(model, rng):
    for w in model.weights:
        value = rng.standard_normal(w.shape, dtype="float32") * 0.4
        w.assign(np.abs(value) + 0.5 if "variance" in w.name else value)


def go_on(model):
    """What a user does with a net that was loaded."""
    if len(model.outputs) == 1:
        head = keras.Model(model.input, L.Dense(1)(model.output))
        call(head, [np.zeros((1, *x.shape[1:]), "float32") for x in model.inputs])
        if len(model.inputs) == 1:
            chain = keras.Sequential([model, L.Dense(1)])
            assert chain(np.zeros((1, *model.input.shape[1:]), "float32")).shape[-1] == 1


def save_h5(model, path):
    """Keras cannot read its own file where inner models share layers: such a file says nothing of it."""
    model.save(path)
    try:
        keras.saving.load_model(path)
    except ValueError:
        path.unlink()


def main(folder, count):
    for path in sorted(folder.glob("striate_*.keras")):
        model = keras.saving.load_model(path)
        write(path.with_suffix(".predictions.json"), call(model, read(path.with_suffix(".inputs.json"))))
        go_on(model)
    for seed in range(count):
        rng, numbers = random.Random(seed), np.random.default_rng(seed)
        model = random_model(rng, [], 3, rng.choice([1, 1, 2]), rng.choice([1, 1, 2]))
        randomize(model, numbers)
        inputs = [numbers.standard_normal((2, WIDTH), dtype="float32") for _ in model.inputs]
        write(folder / f"keras_{seed}.inputs.json", inputs)
        write(folder / f"keras_{seed}.predictions.json", call(model, inputs))
        model.save(folder / f"keras_{seed}.keras")
        save_h5(model, folder / f"keras_{seed}.h5")


main(Path(sys.argv[1]), int(sys.argv[2]))
