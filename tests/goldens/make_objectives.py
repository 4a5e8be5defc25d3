"""Makes objectives.json: what Keras's fit and evaluate make of sample weights, class weights, labels and logits.

    pip install keras==3.15.1 torch==2.13.0 numpy
    python tests/goldens/make_objectives.py

Each case is a net of one layer, Dense, whose first weights and examples follow from `pattern.py`: kernel
pattern([features, units], k = 201, scale 2), bias 0, and inputs pattern([examples, ...features], k = 202, scale 4). It is
trained for two epochs with SGD at a rate of 0.5, all examples in one batch, in their order; then it is evaluated.

Layout of the file:

    cases[]
        name, loss, activation, units
        shape           of the inputs, with the examples
        target          {dtype, shape, values}
        fromLogits, classWeight, sampleWeight, metrics: where they are given
        history         loss and metrics of each epoch
        evaluation      loss and metrics on the same data and sample weights
        kernel          after training, row by row
    topK[]
        scores, labels, k, value: TopKCategoricalAccuracy for one row each, with equal scores
"""

import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np

from pattern import float32s, labels, pattern, rounded, write

EXAMPLES, FEATURES = 6, 4
THREE = labels(EXAMPLES, 210, 3)
YES = labels(EXAMPLES, 211, 2)
MAPS = labels(EXAMPLES * 2 * 2, 212, 3).reshape(EXAMPLES, 2, 2)
WEIGHTS = [0.5, 2.0, 0.0, 1.0, 3.0, 0.25]
ONE_HOT = np.eye(3, dtype=np.float32)[THREE]
SOFT = np.array([[0.1], [0.9], [0.4], [0.5], [0.6], [1.0]], np.float32)
NUMBERS = pattern([EXAMPLES, 2], 213, 2)

SPARSE, CATEGORICAL, BINARY, SQUARED = (
    "sparse_categorical_crossentropy",
    "categorical_crossentropy",
    "binary_crossentropy",
    "mean_squared_error",
)
FLAT = [EXAMPLES, FEATURES]
PICTURE = [EXAMPLES, 2, 2, FEATURES]

# name, loss, activation, units, input shape, targets, more
CASES = [
    ("sample weights of labels", SPARSE, "softmax", 3, FLAT, THREE, {"sampleWeight": WEIGHTS}),
    ("sample weights of numbers", SQUARED, None, 2, FLAT, NUMBERS, {"sampleWeight": WEIGHTS}),
    ("sample weights of maps of labels", SPARSE, "softmax", 3, PICTURE, MAPS, {"sampleWeight": WEIGHTS}),
    ("sample weights of a single output", BINARY, "sigmoid", 1, FLAT, YES, {"sampleWeight": WEIGHTS}),
    ("class weights of labels", SPARSE, "softmax", 3, FLAT, THREE, {"classWeight": {0: 1, 1: 5, 2: 0.5}}),
    ("class weights of some classes", SPARSE, "softmax", 3, FLAT, THREE, {"classWeight": {1: 5}}),
    ("class weights of one-hot rows", CATEGORICAL, "softmax", 3, FLAT, ONE_HOT, {"classWeight": {0: 1, 1: 5, 2: 0.5}}),
    ("class weights of a single output", BINARY, "sigmoid", 1, FLAT, YES.reshape(-1, 1), {"classWeight": {0: 1, 1: 4}}),
    ("class weights of soft answers", BINARY, "sigmoid", 1, FLAT, SOFT, {"classWeight": {0: 1, 1: 4}}),
    ("labels [n,1]", SPARSE, "softmax", 3, FLAT, THREE.reshape(-1, 1), {}),
    ("integers for a single output", BINARY, "sigmoid", 1, FLAT, YES, {}),
    ("numbers [n] for a single output", SQUARED, None, 1, FLAT, NUMBERS[:, 0], {}),
    ("maps of labels", SPARSE, "softmax", 3, PICTURE, MAPS, {}),
    ("maps of labels with a last axis", SPARSE, "softmax", 3, PICTURE, MAPS[..., None], {}),
    ("logits and labels", SPARSE, None, 3, FLAT, THREE, {"fromLogits": True}),
    ("logits and one-hot rows", CATEGORICAL, None, 3, FLAT, ONE_HOT, {"fromLogits": True}),
    ("a single logit", BINARY, None, 1, FLAT, YES, {"fromLogits": True, "metrics": []}),
    ("maps of logits", SPARSE, None, 3, PICTURE, MAPS, {"fromLogits": True}),
]

LOSSES = {
    SPARSE: keras.losses.SparseCategoricalCrossentropy,
    CATEGORICAL: keras.losses.CategoricalCrossentropy,
    BINARY: keras.losses.BinaryCrossentropy,
    SQUARED: keras.losses.MeanSquaredError,
}


def lower_camel(name):
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def numbers(values):
    return {name: rounded(value)[0] for name, value in values.items()}


def case(name, loss, activation, units, shape, target, more):
    metrics = more.get("metrics", [] if loss == SQUARED else ["accuracy"])
    rows = int(np.prod(shape[:-1]))
    net = keras.Sequential([keras.Input([FEATURES]), keras.layers.Dense(units, activation=activation)])
    net.set_weights([pattern([FEATURES, units], 201, 2), np.zeros(units, np.float32)])
    logits = {"from_logits": True} if more.get("fromLogits") else {}
    net.compile(keras.optimizers.SGD(0.5), LOSSES[loss](**logits), metrics=metrics)
    # On the torch backend Keras cannot differentiate this loss of maps, so their places are rows here: the same means.
    x, y = pattern(shape, 202, 4).reshape(rows, FEATURES), target.reshape(rows, *target.shape[len(shape) - 1 :])
    weights = np.array(more["sampleWeight"], np.float32) if "sampleWeight" in more else None
    weights = weights if weights is None else np.repeat(weights, rows // EXAMPLES)
    options = {"batch_size": rows, "verbose": 0, "sample_weight": weights}
    history = net.fit(x, y, epochs=2, shuffle=False, class_weight=more.get("classWeight"), **options).history
    evaluation = net.evaluate(x, y, return_dict=True, **options)
    target = np.asarray(target)
    return {
        "name": name,
        "loss": lower_camel(loss),
        "activation": activation,
        "units": units,
        "shape": shape,
        "target": {
            "dtype": "float32" if target.dtype == np.float32 else "int64",
            "shape": list(target.shape),
            "values": float32s(target.astype(np.float32)),
        },
        **{key: {str(k): v for k, v in value.items()} if isinstance(value, dict) else value for key, value in more.items()},
        "history": [numbers({key: values[i] for key, values in history.items()}) for i in range(2)],
        "evaluation": numbers(evaluation),
        "kernel": float32s(net.get_weights()[0]),
    }


TIES = [[0.5, 0.5, 0.0], [0.2, 0.2, 0.2], [0.5, 0.3, 0.2], [0.1, 0.4, 0.4]]


def top_k():
    for k in (1, 2):
        for scores in TIES:
            for label in range(3):
                metric = keras.metrics.SparseTopKCategoricalAccuracy(k)
                metric.update_state(np.array([label]), np.array([scores], np.float32))
                yield {"scores": scores, "label": label, "k": k, "value": float(metric.result())}


write("objectives.json", {"cases": [case(*args) for args in CASES], "topK": list(top_k())})
