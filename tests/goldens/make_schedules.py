"""Makes schedules.json: the learning rate of Keras's schedules at the steps 0 ... 20.

    pip install keras==3.15.1 torch==2.13.0 numpy
    python tests/goldens/make_schedules.py

Layout of the file:

    steps               [0, 1, ... 20]
    cases[]
        schedule        Keras's class name in camelCase: exponentialDecay, piecewiseConstantDecay, cosineDecay
        config          its arguments in camelCase; everything else is Keras's default
        rates[step]     the learning rate, computed by Keras in float32; shortest decimals
"""

import os

os.environ["KERAS_BACKEND"] = "torch"

import keras

from pattern import camel, float32s, write

STEPS = list(range(21))
SCHEDULES = keras.optimizers.schedules

EXPONENTIAL = {"initial_learning_rate": 0.1, "decay_steps": 5, "decay_rate": 0.9}
PIECEWISE = {"boundaries": [5, 12], "values": [0.1, 0.02, 0.001]}
COSINE = {"initial_learning_rate": 0.1, "decay_steps": 15}
WARM_UP = {"initial_learning_rate": 0.01, "decay_steps": 12, "warmup_target": 0.1, "warmup_steps": 5}

CASES = [
    (SCHEDULES.ExponentialDecay, EXPONENTIAL),
    (SCHEDULES.ExponentialDecay, {**EXPONENTIAL, "staircase": True}),
    (SCHEDULES.PiecewiseConstantDecay, PIECEWISE),
    (SCHEDULES.CosineDecay, COSINE),
    (SCHEDULES.CosineDecay, {**COSINE, "alpha": 0.05}),
    (SCHEDULES.CosineDecay, WARM_UP),
    (SCHEDULES.CosineDecay, {**WARM_UP, "initial_learning_rate": 0.0, "alpha": 0.05}),
]


def case(make, config):
    schedule = make(**config)
    name = make.__name__
    return {
        "schedule": name[0].lower() + name[1:],
        "config": {camel(k): v for k, v in config.items()},
        "rates": float32s([float(schedule(step)) for step in STEPS]),
    }


def main():
    data = {
        "madeBy": "tests/goldens/make_schedules.py",
        "keras": keras.__version__,
        "steps": STEPS,
        "cases": [case(*each) for each in CASES],
    }
    write("schedules.json", data)


if __name__ == "__main__":
    main()
