"""Makes constraints.json: weights of a small net after steps with regularizers of outputs and weights, and constraints.

    pip install keras==3.15.1 torch numpy
    python tests/goldens/make_constraints.py

A convolution, layer normalization, a dense layer; SGD with 0.1; the mean squared error. Layout of the file:

    pattern          sample values of the formula
    layers[]         the options of each, in camelCase; regularizers and constraints by our functions' names
    inputK, targetK  of pattern([6, 5, 5, 2]) and pattern([6, 3])
    weights[]        {shape, k}: pattern(shape, k, 2) at first, in Keras's order
    losses[]         before each step, with what regularizers cost
    after[]          the weights after the last step, 6 significant digits
"""

import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
from keras import layers as L, constraints as C, regularizers as R

from pattern import pattern, pattern_sample, rounded, write

STEPS = 5


def net():
    return keras.Sequential([
        keras.Input((5, 5, 2)),
        L.Conv2D(4, 3, activation="tanh", kernel_constraint=C.MaxNorm(0.8, axis=[0, 1, 2]), bias_constraint=C.NonNeg(),
                 activity_regularizer=R.L1L2(0.01, 0.02), kernel_regularizer=R.L2(0.03)),
        L.LayerNormalization(gamma_constraint=C.MinMaxNorm(0.5, 1.0, rate=0.7)),
        L.ActivityRegularization(l2=0.01),
        L.Flatten(),
        L.Dense(3, kernel_constraint=C.UnitNorm(axis=1), kernel_regularizer=R.OrthogonalRegularizer(0.5, mode="columns")),
    ])  # fmt: skip


def main():
    model = net()
    weights = [{"shape": list(w.shape), "k": 10 + i} for i, w in enumerate(model.weights)]
    for w, spec in zip(model.weights, weights):
        w.assign(pattern(spec["shape"], spec["k"], 2))
    model.compile(keras.optimizers.SGD(0.1), "mse")
    x, y = pattern([6, 5, 5, 2], 1, 4), pattern([6, 3], 2, 4)
    losses = []
    for _ in range(STEPS):
        losses.append(float(model.test_on_batch(x, y)))
        model.train_on_batch(x, y)
    write("constraints.json", {
        "madeBy": "tests/goldens/make_constraints.py",
        "keras": keras.__version__,
        "pattern": pattern_sample(),
        "steps": STEPS,
        "inputK": 1,
        "targetK": 2,
        "weights": weights,
        "losses": rounded(losses, 6),
        "after": [rounded(keras.ops.convert_to_numpy(w), 6) for w in model.weights],
    })  # fmt: skip


if __name__ == "__main__":
    main()
