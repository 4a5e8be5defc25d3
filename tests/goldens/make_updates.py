"""Makes updates.json: small trainings in Keras and PyTorch with all that may happen between gradients and weights.

    pip install keras==3.15.1 torch==2.13.0 numpy
    python tests/goldens/make_updates.py

The net is Dense 5 + tanh (`hidden`), Dense 3 + softmax (`last`), on 4 numbers. Weights, inputs and labels follow from
`pattern.py`: kernels pattern(shape, k = 301 and 302, scale 2), biases pattern([n], k = 303 and 304, scale 1), inputs
pattern([10, 4], k = 305, scale 4), labels h mod 3 with k = 306. Each case trains 3 epochs in batches of 4, 4 and 2, in the
order of the examples, on the sparse categorical cross-entropy.

Layout of the file:

    versions                of Keras and PyTorch
    keras[]
        optimizer, options      function name and what is given to it, in camelCase; a learning rate that is an object
                                is an ExponentialDecay
        losses                  of each epoch
        weights                 by name, after the last epoch
    torch[]
        optimizer, options      sgd or adamw, without the groups
        groups[]                weights by name, with what their learning rate and weight decay are multiplied by
        weights                 by name, after the last epoch
"""

import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
import torch

from pattern import camel, float32s, labels, pattern, rounded, write

EXAMPLES, BATCH, EPOCHS = 10, 4, 3
NAMES = ["hidden/kernel", "hidden/bias", "last/kernel", "last/bias"]
START = [pattern([4, 5], 301, 2), pattern([5], 303), pattern([5, 3], 302, 2), pattern([3], 304)]
INPUTS = pattern([EXAMPLES, 4], 305, 4)
LABELS = labels(EXAMPLES, 306, 3)

DECAY = {"initial_learning_rate": 0.5, "decay_steps": 2, "decay_rate": 0.8}
O = keras.optimizers
KERAS = [
    (O.SGD, {"learning_rate": 0.5, "clipnorm": 0.1}),
    (O.SGD, {"learning_rate": 0.5, "momentum": 0.9, "global_clipnorm": 0.2}),
    (O.SGD, {"learning_rate": 0.5, "clipvalue": 0.02}),
    (O.SGD, {"learning_rate": 0.5, "weight_decay": 0.1}),
    (O.Adam, {"learning_rate": 0.05, "global_clipnorm": 0.2}),
    (O.SGD, {"learning_rate": 0.5, "gradient_accumulation_steps": 2}),
    (O.Adam, {"learning_rate": 0.05, "gradient_accumulation_steps": 2}),
    (O.AdamW, {"learning_rate": 0.05, "weight_decay": 0.1, "gradient_accumulation_steps": 4}),
    (O.SGD, {"learning_rate": 0.5, "momentum": 0.9, "clipnorm": 0.1, "gradient_accumulation_steps": 2}),
    (O.RMSprop, {"learning_rate": 0.05, "global_clipnorm": 0.2, "gradient_accumulation_steps": 3}),
    (O.SGD, {"learning_rate": DECAY, "gradient_accumulation_steps": 2}),
]


def keras_case(make, options):
    net = keras.Sequential(
        [
            keras.Input([4]),
            keras.layers.Dense(5, activation="tanh", name="hidden"),
            keras.layers.Dense(3, activation="softmax", name="last"),
        ]
    )
    net.set_weights(START)
    rate = options["learning_rate"]
    given = options | {"learning_rate": O.schedules.ExponentialDecay(**rate) if isinstance(rate, dict) else rate}
    net.compile(make(**given), "sparse_categorical_crossentropy")
    history = net.fit(INPUTS, LABELS, epochs=EPOCHS, batch_size=BATCH, shuffle=False, verbose=0).history
    return {
        "optimizer": {"AdamW": "adamW", "Adam": "adam", "SGD": "sgd", "RMSprop": "rmsprop"}[make.__name__],
        "options": camels(options),
        "losses": rounded(history["loss"]),
        "weights": dict(zip(NAMES, map(float32s, net.get_weights()))),
    }


def camels(options):
    renamed = {"clipnorm": "clipNorm", "global_clipnorm": "globalClipNorm", "clipvalue": "clipValue"}
    return {renamed.get(k, camel(k)): camels(v) if isinstance(v, dict) else v for k, v in options.items()}


TORCH = [
    ("sgd", {"learningRate": 0.5, "momentum": 0.9}, [(NAMES[:2], 0.1, 1), (NAMES[2:], 1, 1)]),
    # layerDecay(0.5), and no decay of what has one axis; so small an epsilon is the same wherever it stands
    (
        "adamW",
        {"learningRate": 0.05, "weightDecay": 0.2, "epsilon": 1e-12},
        [(NAMES[:1], 0.5, 1), (NAMES[1:2], 0.5, 0), (NAMES[2:3], 1, 1), (NAMES[3:], 1, 0)],
    ),
]


def torch_case(optimizer, options, groups):
    weights = {name: torch.tensor(start, requires_grad=True) for name, start in zip(NAMES, START)}
    rate, decay = options["learningRate"], options.get("weightDecay", 0)
    parameters = [
        {"params": [weights[name] for name in names], "lr": rate * times, "weight_decay": decay * decay_times}
        for names, times, decay_times in groups
    ]
    if optimizer == "sgd":
        optimize = torch.optim.SGD(parameters, lr=rate, momentum=options["momentum"])
    else:
        optimize = torch.optim.AdamW(parameters, lr=rate, eps=options["epsilon"])
    x, y = torch.from_numpy(INPUTS), torch.from_numpy(LABELS)
    for start in list(range(0, EXAMPLES, BATCH)) * EPOCHS:
        hidden = torch.tanh(x[start : start + BATCH] @ weights["hidden/kernel"] + weights["hidden/bias"])
        logits = hidden @ weights["last/kernel"] + weights["last/bias"]
        optimize.zero_grad()
        torch.nn.functional.cross_entropy(logits, y[start : start + BATCH]).backward()
        optimize.step()
    return {
        "optimizer": optimizer,
        "options": options,
        "groups": [
            {"weights": names, "learningRateMultiplier": times, "weightDecayMultiplier": decay_times}
            for names, times, decay_times in groups
        ],
        "weights": {name: float32s(weight.detach().numpy()) for name, weight in weights.items()},
    }


def main():
    torch.set_num_threads(1)
    data = {
        "madeBy": "tests/goldens/make_updates.py",
        "versions": {"keras": keras.__version__, "torch": torch.__version__.split("+")[0]},
        "keras": [keras_case(*each) for each in KERAS],
        "torch": [torch_case(*each) for each in TORCH],
    }
    write("updates.json", data)


if __name__ == "__main__":
    main()
