"""Makes losses.json: Keras's losses and metrics on a few predictions.

    pip install keras==3.15.1 torch==2.13.0 numpy
    python tests/goldens/make_losses.py

Layout of the file:

    inputs.NAME         {shape, values}: predictions and targets that the cases refer to. `probabilities` is the
                        softmax of `logits`, and `sureProbabilities` holds exact 0 and 1, which Keras clips to
                        [1e-7, 1 - 1e-7]. Decimals are the shortest that round to the float32 value.
    losses[], metrics[]
        loss | metric   function name in camelCase
        config          its further arguments in camelCase
        target          name of an input
        prediction      name of an input
        values          keras.losses.NAME or keras.metrics.NAME: one for each sample (binaryAccuracy: one for each
                        element), 7 significant digits of a float32 result; -log(1 - 1e-7) is 1.19e-7 there
        mean            their mean, which is the loss of the batch
"""

import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
import torch

from pattern import camel, float32s, labels, pattern, rounded, write

SAMPLES, CLASSES = 6, 5


def softmax(x):
    e = np.exp(x.astype(np.float64) - x.max(-1, keepdims=True))
    return (e / e.sum(-1, keepdims=True)).astype(np.float32)


def sigmoid(x):
    return (1 / (1 + np.exp(-x.astype(np.float64)))).astype(np.float32)


LABELS = labels(SAMPLES, 50, CLASSES)
LOGITS = pattern([SAMPLES, CLASSES], 51, 8)
BINARY_LOGITS = pattern([SAMPLES, 3], 52, 8)

INPUTS = {
    "labels": LABELS,
    "oneHot": np.eye(CLASSES, dtype=np.float32)[LABELS],
    "softTargets": softmax(pattern([SAMPLES, CLASSES], 53, 4)),
    "logits": LOGITS,
    "probabilities": softmax(LOGITS),
    "sureProbabilities": np.eye(CLASSES, dtype=np.float32)[[LABELS[0], *(LABELS[1:] + 1) % CLASSES]],
    "binaryTargets": labels(SAMPLES * 3, 54, 2).reshape(SAMPLES, 3).astype(np.float32),
    "binaryLogits": BINARY_LOGITS,
    "binaryProbabilities": sigmoid(BINARY_LOGITS),
    "binarySure": labels(SAMPLES * 3, 55, 2).reshape(SAMPLES, 3).astype(np.float32),
    "regressionTargets": pattern([SAMPLES, 4], 56, 2),
    "regression": pattern([SAMPLES, 4], 57, 2),
}

LOGIT = {"from_logits": True}
SMOOTH = {"label_smoothing": 0.1}
LOSSES = [
    ("sparse_categorical_crossentropy", {}, "labels", "probabilities"),
    ("sparse_categorical_crossentropy", {}, "labels", "sureProbabilities"),
    ("sparse_categorical_crossentropy", LOGIT, "labels", "logits"),
    ("categorical_crossentropy", {}, "oneHot", "probabilities"),
    ("categorical_crossentropy", {}, "oneHot", "sureProbabilities"),
    ("categorical_crossentropy", LOGIT, "oneHot", "logits"),
    ("categorical_crossentropy", {}, "softTargets", "probabilities"),
    ("categorical_crossentropy", LOGIT, "softTargets", "logits"),
    ("binary_crossentropy", {}, "binaryTargets", "binaryProbabilities"),
    ("binary_crossentropy", {}, "binaryTargets", "binarySure"),
    ("binary_crossentropy", LOGIT, "binaryTargets", "binaryLogits"),
    ("mean_squared_error", {}, "regressionTargets", "regression"),
    ("categorical_crossentropy", SMOOTH, "oneHot", "probabilities"),
    ("categorical_crossentropy", SMOOTH | LOGIT, "oneHot", "logits"),
    ("categorical_crossentropy", {"label_smoothing": 0.3}, "softTargets", "probabilities"),
    ("binary_crossentropy", SMOOTH, "binaryTargets", "binaryProbabilities"),
    ("binary_crossentropy", SMOOTH | LOGIT, "binaryTargets", "binaryLogits"),
]
METRICS = [
    ("sparse_categorical_accuracy", {}, "labels", "probabilities"),
    ("categorical_accuracy", {}, "oneHot", "probabilities"),
    ("binary_accuracy", {}, "binaryTargets", "binaryProbabilities"),
    ("sparse_top_k_categorical_accuracy", {"k": 1}, "labels", "probabilities"),
    ("sparse_top_k_categorical_accuracy", {"k": 2}, "labels", "probabilities"),
    ("sparse_top_k_categorical_accuracy", {"k": 3}, "labels", "probabilities"),
    ("sparse_top_k_categorical_accuracy", {"k": 5}, "labels", "probabilities"),
    ("top_k_categorical_accuracy", {"k": 2}, "oneHot", "probabilities"),
]


def case(kind, functions, name, config, target, prediction):
    values = getattr(functions, name)(torch.from_numpy(INPUTS[target]), torch.from_numpy(INPUTS[prediction]), **config)
    values = keras.ops.convert_to_numpy(values).astype(np.float64)
    return {
        kind: camel(name),
        "config": {camel(k): v for k, v in config.items()},
        "target": target,
        "prediction": prediction,
        "values": rounded(values),
        "mean": rounded([values.mean()])[0],
    }


def main():
    torch.set_num_threads(1)
    data = {
        "madeBy": "tests/goldens/make_losses.py",
        "keras": keras.__version__,
        "inputs": {name: {"shape": list(x.shape), "values": float32s(x)} for name, x in INPUTS.items()},
        "losses": [case("loss", keras.losses, *each) for each in LOSSES],
        "metrics": [case("metric", keras.metrics, *each) for each in METRICS],
    }
    write("losses.json", data)


if __name__ == "__main__":
    main()
